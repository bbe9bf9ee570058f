"""An agreement as FIRST Information Exchange Policies 2.0 (JSON specification, 6 November 2019), and as labels.

One policy for each marking limit. `permitted_actions` is the weakest that the text supports, asking the giver first,
because agreements say for what purpose items serve, not which actions are visible to whom. AMBER+STRICT of TLP 2.0 has
no word in IEP 2.0, whose markings are those of TLP 1.0; the stricter `red` would forbid what is agreed and `amber`
would allow more, so such a policy is not emitted and the labels alone say it.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from comity.agreements.agreement import Agreement
from comity.agreements.clauses import Handling, ThirdParty, Transport
from comity.agreements.days import start_of, zone_of
from comity.clock import format_instant

__all__ = ["iep_policies", "labels"]

_TLP: Mapping[str, str] = {
    "TLP:CLEAR": "white",
    "TLP:WHITE": "white",
    "TLP:GREEN": "green",
    "TLP:AMBER": "amber",
    "TLP:RED": "red",
}


def _limits(agreement: Agreement) -> Sequence[Handling]:
    return [clause for clause in agreement.clauses if isinstance(clause, Handling) and clause.max_marking]


def labels(agreement: Agreement) -> tuple[str, ...]:
    """Give the marking limits as labels: `tlp:amber+strict`."""
    return tuple(dict.fromkeys(str(clause.max_marking).lower() for clause in _limits(agreement)))


def iep_policies(agreement: Agreement) -> Sequence[Mapping[str, Any]]:
    """Give the policies; none where no handling clause sets a limit IEP has a word for."""
    return list(_policies(agreement))


def _policies(agreement: Agreement) -> Iterator[Mapping[str, Any]]:
    transport = next((clause for clause in agreement.clauses if isinstance(clause, Transport)), None)
    bound = any(isinstance(clause, ThirdParty) for clause in agreement.clauses)
    for clause in _limits(agreement):
        tlp = _TLP.get(str(clause.max_marking))
        if tlp is None:
            continue
        covered = ", ".join(clause.categories) if clause.categories else "everything passed"
        yield {
            "id": str(_name(f"{agreement.digest} {clause.ref} {clause.line}")),
            "name": f"{agreement.id}: {clause.max_marking}",
            "description": f"{covered} under {clause.ref}, {agreement.title}",
            "iep_version": 2.0,
            "start_date": _start(agreement),
            "end_date": None,
            "encrypt_in_transit": "must" if transport is None or transport.sealed else "may",
            "permitted_actions": "contact-for-instruction",
            "affected_party_notifications": "must-not" if bound else "may",
            "tlp": tlp,
            "attribution": "must",
            "unmodified_resale": "must-not",
            "external_references": [f"urn:comity:agreement:{agreement.id}:{agreement.digest}"],
        }


def _start(agreement: Agreement) -> str | None:
    term = agreement.term
    day = (term.date or term.signed) if term else None
    return format_instant(start_of(day, zone_of(term.zone))) if term and day else None


def _name(text: str) -> UUID:
    """Make a UUID that is the same each time: version 8, whose bits are ours (RFC 9562 §5.8)."""
    raw = bytearray(hashlib.sha256(text.encode()).digest()[:16])
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    return UUID(bytes=bytes(raw))
