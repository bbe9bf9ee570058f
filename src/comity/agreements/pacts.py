"""Agreements reduced to what a search for leaks asks of them: who may pass what to whom, and who is owed a word.

Source: specs/gate.md, "Custody, lineage, obligations".
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, Literal

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.clauses import Aid, Clause, Delivery, Exchange, Materials, Party, Register, ThirdParty
from comity.identifiers import ArticleRef, category_covers

__all__ = ["GIVEN", "Given", "Pact", "Way", "meet", "pact_of"]

#: What a giver gives: what it made itself, or what it had from others.
Given = Literal["made", "passed-on"]
GIVEN: Final[tuple[Given, ...]] = ("made", "passed-on")


class Pact(msgspec.Struct, frozen=True):
    """What of an agreement matters here."""

    id: str
    parties: frozenset[str]
    rule: ThirdParty | None
    ways: tuple["Way", ...]
    #: Everyone to whom a bound item may ever go on.
    circle: frozenset[str]

    def owes_giver(self, kind: str, given: Given) -> bool:
        """Tell whether a first hop under this text makes the giver's consent owed."""
        return (
            self.rule is not None
            and kind in self.rule.covers
            and not (given == "passed-on" and self.rule.consent_of == "originator")
        )

    def owes_first(self, kind: str, given: Given) -> bool:
        """Tell whether a later hop under this text makes the first giver's consent owed."""
        if self.rule is None or kind not in self.rule.covers:
            return False
        return self.rule.consent_of == "everyone-upstream" or (
            self.rule.consent_of == "originator" and given == "made"
        )

    def lets(self, party: str, category: str) -> bool:
        """Tell whether this text itself lets a bound item go to a Party."""
        if self.rule is None:
            return True
        if self.rule.members_exempt and party in self.parties:
            return True
        return any(
            each.to == party and any(category_covers(pattern, category) for pattern in each.categories)
            for each in self.rule.standing
        )


class Way(msgspec.Struct, frozen=True):
    """One permitted direction of one category."""

    from_: str
    to: str
    category: str
    kinds: tuple[str, ...]
    ref: ArticleRef


def pact_of(agreement: Agreement, keep: Callable[[Clause], bool] | None) -> Pact:
    """Reduce an agreement; `keep` leaves clauses out."""
    clauses = [clause for clause in agreement.written if keep is None or keep(clause)]
    parties = tuple(dict.fromkeys(clause.id for clause in clauses if isinstance(clause, Party)))
    rules = [clause for clause in clauses if isinstance(clause, ThirdParty)]
    ways = tuple(way for clause in clauses for way in ways_of(clause, parties))
    rule = rules[-1] if rules else None
    circle = {each.to for each in rule.standing} if rule else set()
    circle |= set(parties) if rule and rule.members_exempt else set()
    return Pact(agreement.id, frozenset(parties), rule, ways, frozenset(circle))


def ways_of(clause: Clause, parties: Sequence[str]) -> Iterator[Way]:
    """Give the directions a clause opens. Aid, register, materials and deliveries pass as categories of their own."""
    pairs: Iterable[tuple[str, str]] = ((a, b) for a in parties for b in parties if a != b)
    passing: list[tuple[str, tuple[str, ...]]] = []
    if isinstance(clause, Exchange):
        passing = [(clause.category, clause.kinds)]
        if not isinstance(clause.directions, str):
            pairs = clause.directions
    elif isinstance(clause, Aid):
        passing = [(f"aid.{clause.kind}", ("information",))]
    elif isinstance(clause, Register):
        passing = [(f"register.{clause.id}", ("information",))]
    elif isinstance(clause, Materials):
        passing = [(f"materials.{kind}", ("materials",)) for kind in clause.kinds]
    elif isinstance(clause, Delivery) and clause.retransfer != "never":
        passing = [(f"delivery.{kind}", ("equipment",)) for kind in clause.kinds]
    if passing:
        for a, b in pairs:
            for category, kinds in passing:
                yield Way(a, b, category, kinds, clause.ref)


@lru_cache(maxsize=65536)
def meet(one: str, two: str) -> str | None:
    """Give what two categories as written have in common; the narrower, or None."""
    if category_covers(one, two.removesuffix(".*")):
        return two
    return one if category_covers(two, one.removesuffix(".*")) else None
