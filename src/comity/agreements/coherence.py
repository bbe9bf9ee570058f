"""Looking an agreement over before signing: what contradicts itself, leads nowhere, or is missing.

>>> from comity.agreements.folder import read_folder
>>> [finding.id for finding in lint(read_folder("examples/south-east-2026")) if finding.severity == "error"]
[]

Source: specs/agreement.md, "Lint". `RULES` lists every rule with its reason and source.
"""

from collections.abc import Iterable

from comity.agreements.agreement import Agreement
from comity.agreements.rules import contents, dates, overlaps, references
from comity.agreements.rules.rule import RULES, Finding, Rule, Severity, View
from comity.clock import Instant

__all__ = ["RULES", "Finding", "Rule", "Severity", "lint"]

#: The modules whose rules are run, in the order findings of one weight are shown.
_GROUPS = (references, dates, contents, overlaps)
_WEIGHT = {"error": 0, "warning": 1, "info": 2}


def lint(
    agreement: Agreement,
    others: Iterable[Agreement] = (),
    *,
    at: Instant | None = None,
    unsigned: bool = False,
) -> tuple[Finding, ...]:
    """Run every rule; errors first, then in the order of the text. `at`, `unsigned`: see `View`."""
    view = View(agreement, tuple(others), at=at, unsigned=unsigned)
    found = [finding for each in RULES for finding in each.find(view)]
    return tuple(sorted(found, key=lambda each: (_WEIGHT[each.severity], each.file, each.line, each.id)))
