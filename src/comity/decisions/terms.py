"""What one agreement says of one pair of Parties during one stretch of time, in the order the gate asks.

`Terms` (`comity.agreements.governing`) is the text as it governs; `Between` is the same text put in the order in which
the rules ask: by category, with the ground of every clause built once. It holds nothing about any question. A clause
that cannot be evaluated is kept as what it denies (`specs/gate.md`, Inputs and outcome).
"""

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from comity.agreements.clauses import Necessity
from comity.agreements.days import EARLIEST, LATEST
from comity.agreements.durations import Duration
from comity.agreements.governing import Terms
from comity.clock import Instant
from comity.decisions.decision import Ground, Obligation
from comity.handling.custody import HopTerms, StandingConsent
from comity.handling.markings import UNKNOWN_LEVEL

__all__ = ["NO_LIMIT", "Between", "CategoryTerms", "Limit", "Offer", "Onward", "Retention", "onward_of"]

#: Stands for "no limit of marking": above every known level, below the unknown one, which passes nowhere.
NO_LIMIT = UNKNOWN_LEVEL - 1


class Offer(msgspec.Struct, frozen=True, gc=False):
    """An article that lets a category pass from the one to the other.

    Attributes:
        grounds: the article, as a permission cites it.
        other_purpose: the article, as a refusal for its purposes cites it.
        other_kind: the article, as a refusal for the kind of item cites it.
        purposes: purposes agreed, None for any that is not excluded.
        kinds: kinds of item it speaks of.
    """

    grounds: tuple[Ground, ...]
    other_purpose: Ground
    other_kind: Ground
    purposes: frozenset[str] | None
    kinds: frozenset[str]


class Limit(msgspec.Struct, frozen=True, gc=False):
    """A handling article: the strictest marking that may pass, and what use before a court needs."""

    ground: Ground
    level: int | None
    judicial: str | None


class Retention(msgspec.Struct, frozen=True, gc=False):
    """How long what was received may be kept.

    Attributes:
        at_least: a length that `length` never falls short of, to spare the calendar in the common case.
    """

    length: Duration
    at_least: timedelta
    ground: Ground

    @classmethod
    def of(cls, length: Duration, ground: Ground) -> "Retention":
        """Make one, with the shortest that so many months and years can be."""
        days = length.years * 365 + length.months * 28 + length.days
        return cls(length, timedelta(days=days, seconds=length.seconds), ground)

    def over(self, received: Instant, at: Instant) -> bool:
        """Tell whether the term has run out at `at`, the last instant included."""
        return at - received >= self.at_least and at >= self.end(self.length, received)

    def not_over_from(self, at: Instant) -> Instant:
        """Give an instant from which on whatever was received can still be held at `at`."""
        try:
            return at - self.at_least + timedelta(microseconds=1)
        except OverflowError:
            return EARLIEST

    @staticmethod
    def end(length: Duration, received: Instant) -> Instant:
        """Give the instant a length from `received` runs out; beyond the calendar it never does."""
        try:
            return length.after_instant(received)
        except OverflowError:
            return LATEST


class Onward(msgspec.Struct, frozen=True, gc=False):
    """The third-party terms of a hop: whose consent is owed before the item goes on.

    Attributes:
        agreement: id of the agreement they stand in.
        ground: their article.
        covers: kinds of item they bind.
        consent_of: `everyone-upstream`, `sender` or `originator`.
        members_exempt: whether Parties of the same agreement are not third parties.
        fresh: how recently a consent must have been confirmed.
        broken: they cannot be evaluated, so everything they cover is denied.
        copied: members and standing consents as a hop statement carried them, None where the agreement is at hand.
    """

    agreement: str
    ground: Ground
    covers: frozenset[str]
    consent_of: str
    members_exempt: bool
    fresh: Duration | None = None
    broken: bool = False
    copied: HopTerms | None = None


class CategoryTerms(msgspec.Struct, frozen=True, gc=False):
    """What the agreement says of one category, from the one Party to the other.

    Attributes:
        offers: kind of item -> articles that let it pass in this direction.
        denied: articles that cover the category but not this direction or kind, or cannot be evaluated.
        limits: handling articles that bind it. `strictest`: the lowest of their limits, `NO_LIMIT` without any.
        judicial: whether any of them speaks of use before a court.
        unread: restrictions that cover it and cannot be evaluated.
        unkept: those among them that may limit how long it is kept.
        retentions: how long the recipient may keep it.
        caveats: words that a person must confirm having read before an item of the category opens.
        marked: by level of marking, the obligation to keep it.
        kept: the obligation of retention, where there is just one.
        simple: what goes with an item of the holder's own, by kind, for no marking and for each marking in order;
            empty where the shortest of several retentions must be found first.
    """

    offers: Mapping[str, tuple[Offer, ...]]
    denied: tuple[Ground, ...]
    limits: tuple[Limit, ...]
    strictest: int
    judicial: bool
    unread: tuple[Ground, ...]
    unkept: tuple[Ground, ...]
    retentions: tuple[Retention, ...]
    caveats: tuple[Obligation, ...]
    marked: tuple[tuple[Obligation], ...]
    kept: tuple[Obligation, ...]
    simple: Mapping[str, tuple[tuple[Obligation, ...], ...]]


class Between(msgspec.Struct, frozen=True, gc=False):
    """One agreement between a holder and a recipient, during one stretch of time.

    Attributes:
        terms: the governing text itself, for what is asked seldom (offices, membership).
        begins: first instant of the stretch; before it, unless a protocol binds what is held, other terms stood.
        ends: first instant after it.
        successors: Party that no longer exists -> who answers for it.
        members: its Parties at that time; of an agreement that has ended, its last ones.
        state: why nothing may pass; empty where something may.
        rank: instant of entry into force, to choose the last.
        categories: stem of category -> its terms; the empty stem holds what only `*` covers.
        excluded: purposes nothing may serve.
        carriers: what may carry it, as a question names it; None, for no carrier chosen yet, is among them.
        suite, transport: the suite it is sealed with, and the article that says so.
        onward: the third-party terms, for hops made under this text.
        owed: what the recipient will owe the holder under them, by kind of item.
        necessity: the clause and its ground.
        may_exempt: members, those with a standing consent, overseers: who may be no third party for a hop under it.
    """

    agreement: str
    terms: Terms
    begins: Instant
    ends: Instant
    successors: Mapping[str, str]
    permits: bool
    members: frozenset[str]
    state: tuple[Ground, ...]
    rank: Instant
    categories: Mapping[str, CategoryTerms]
    excluded: Mapping[str, Ground]
    carriers: frozenset[str | None]
    suite: str
    transport: Ground
    onward: Onward | None
    owed: Mapping[str, tuple[Obligation, ...]]
    necessity: Necessity | None
    lifted_by: Ground | None
    standing: tuple[StandingConsent, ...]
    may_exempt: frozenset[str]

    def of(self, category: str) -> CategoryTerms:
        """Give the terms of a category: those of the longest stem written in a clause that covers it."""
        found = self.categories.get(category)
        while found is None:
            category = category.rpartition(".")[0]
            found = self.categories.get(category)
        return found


def onward_of(agreement: str, terms: HopTerms) -> Onward | None:
    """Read the onward terms a hop statement carried, for an agreement that is not at hand."""
    if not terms.covers:
        return None
    return Onward(
        agreement,
        Ground(terms.article, terms.text, 7),
        frozenset(terms.covers),
        terms.consent_of,
        terms.members_exempt,
        terms.fresh,
        copied=terms,
    )
