"""What a rule is, what it finds, and what it is given to look at."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, Literal, TypeVar

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.clauses import Clause, Party
from comity.identifiers import ArticleRef

__all__ = ["Finding", "Here", "Rule", "Severity", "View", "rule"]

Severity = Literal["error", "warning", "info"]

#: Where a rule points: a clause, or a place given by hand, or nothing but the text as a whole.
Here = Clause | None
C = TypeVar("C", bound=Clause)


class Finding(msgspec.Struct, frozen=True):
    """One thing found: which rule, how bad, where, what, and why that matters."""

    id: str
    severity: Severity
    ref: ArticleRef | None
    file: str
    line: int
    message: str
    reason: str
    source: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        cited = f"{self.ref}: " if self.ref else ""
        return f"{place}{self.severity} {self.id}: {cited}{self.message}"


class View:
    """An agreement as rules look at it, with the other agreements at hand."""

    def __init__(self, agreement: Agreement, others: Sequence[Agreement] = ()) -> None:
        self.agreement = agreement
        self.others = tuple(other for other in others if other.id != agreement.id)

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """Give every clause of the base text and of all protocols."""
        return (
            *self.agreement.clauses,
            *(each for part in self.agreement.protocols for each in part.clauses),
        )

    def of(self, kind: type[C]) -> list[C]:
        """Give the clauses of a kind."""
        return [clause for clause in self.clauses if isinstance(clause, kind)]

    def first(self, kind: type[C]) -> C | None:
        """Give the first clause of a kind."""
        return next(iter(self.of(kind)), None)

    @cached_property
    def parties(self) -> frozenset[str]:
        """Give every Party named by a clause."""
        return frozenset(clause.id for clause in self.of(Party))

    @cached_property
    def by_id(self) -> Mapping[str, Clause]:
        """Give the clauses that have a name."""
        return {clause.id: clause for clause in self.clauses if clause.id}


Check = Callable[[View], Iterator[tuple[Here, str]]]


class Rule(msgspec.Struct, frozen=True):
    """A rule: its id, severity, the reason it is asked, where that comes from, and the check."""

    id: str
    severity: Severity
    reason: str
    source: str
    check: Any

    def find(self, view: View) -> Iterator[Finding]:
        """Run the rule."""
        lead = view.agreement.texts[view.agreement.decisive].path
        for clause, message in self.check(view):
            if clause is None:
                yield Finding(self.id, self.severity, None, lead, 0, message, self.reason, self.source)
            else:
                yield Finding(
                    self.id,
                    self.severity,
                    clause.ref,
                    clause.path,
                    clause.line,
                    message,
                    self.reason,
                    self.source,
                )


#: Every rule, in the order in which they were written down.
RULES: Final[list[Rule]] = []


def rule(name: str, severity: Severity, *, reason: str, source: str) -> Callable[[Check], Check]:
    """Write a rule down."""

    def keep(check: Check) -> Check:
        RULES.append(Rule(name, severity, reason, source, check))
        return check

    return keep
