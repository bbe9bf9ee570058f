"""What a rule is, what it finds, and what it is given to look at."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, Literal, TypeVar

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.clauses import Clause, Party
from comity.agreements.governing import standing_at
from comity.clock import Instant
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
    """An agreement as rules look at it, with the other agreements at hand.

    Args:
        at: look at the clauses that stand then, beside the other agreements in force then; every clause written by
            default. Where it is not in force then, all of its own clauses are looked at, as of a draft.
        unsigned: take texts and protocols as signed on their day, whatever signatures lie beside them.
    """

    def __init__(
        self,
        agreement: Agreement,
        others: Sequence[Agreement] = (),
        *,
        at: Instant | None = None,
        unsigned: bool = False,
    ) -> None:
        self.agreement = agreement
        self.others = tuple(other for other in others if other.id != agreement.id)
        self.at, self.unsigned = at, unsigned

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """Give every clause of the base text and of all protocols that is looked at."""
        written, standing = self.agreement.written, self._standing
        return written if standing is None else tuple(each for each in written if id(each) in standing)

    @cached_property
    def _standing(self) -> frozenset[int] | None:
        if self.at is None:
            return None
        return standing_at(self.agreement, self.others, self.at, unsigned=self.unsigned)

    def beside(self) -> Iterator["View"]:
        """Give the other agreements as they stand: all of them, or with `at` those in force then."""
        for other in self.others:
            rest = (self.agreement, *(each for each in self.others if each.id != other.id))
            view = View(other, rest, at=self.at, unsigned=self.unsigned)
            if self.at is None or view._standing is not None:
                yield view

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
