"""Consents: whether a Party gave its word for this very passing (rule 7, part 3).

A consent counts if it was given to this holder, for this recipient, stands at this instant, is for this purpose or for
any, is as fresh as it must be, and names one item (the disclosed one, the one that carries the obligation, or one
between them) or one class (the agreement of the hop, and a category covering the item that carries the obligation).
"""

from collections.abc import Iterable

from comity.agreements.durations import Duration
from comity.clock import Instant
from comity.decisions.question import Question
from comity.decisions.rules.lineage import Holdings
from comity.handling.consent import Consent
from comity.handling.custody import Hop
from comity.handling.item import Item
from comity.identifiers import category_covers

__all__ = ["Passing", "consented", "is_fresh"]


class Passing:
    """The passing that a consent must speak of."""

    __slots__ = ("at", "disclosed", "holdings", "question")

    def __init__(self, question: Question, holdings: Holdings, at: Instant) -> None:
        self.question = question
        self.disclosed = question.disclose
        self.holdings = holdings
        self.at = at


def consented(
    given: Iterable[Consent],
    hop: Hop | None,
    carrier: Item,
    fresh: Duration | None,
    passing: Passing,
    *,
    named_purpose: bool = False,
) -> bool:
    """Tell whether one of the consents its giver gave this holder for this recipient covers this obligation.

    Args:
        given: what the Party gave to this holder for this recipient, each naming one item or one class.
        hop: the hop that made the obligation, None for a term the originator gave the item itself.
        carrier: the item that carries it.
        fresh: how recently the agreement wants it confirmed.
        named_purpose: the consent must name the purpose; one for any purpose is not enough (rule 5).
    """
    at, purpose = passing.at, passing.question.purpose
    for consent in given:
        if consent.purpose != purpose and (named_purpose or consent.purpose is not None):
            continue
        named = consent.item
        if named is not None:
            if (
                named != passing.disclosed
                and named != carrier.id
                and not passing.holdings.between(named, carrier)
            ):
                continue
        elif (
            hop is None
            or consent.agreement != hop.agreement
            or consent.category is None
            or not category_covers(consent.category, carrier.category)
        ):
            continue
        if not consent.from_ <= at < consent.until:
            continue
        if consent.revoked is not None and consent.revoked <= at:
            continue
        if (fresh is not None or consent.fresh is not None) and not is_fresh(
            consent.confirmed_at, at, fresh, consent.fresh
        ):
            continue
        return True
    return False


def is_fresh(confirmed: Instant | None, at: Instant, *wanted: Duration | None) -> bool:
    """Tell whether a consent was confirmed no longer ago than every length wanted."""
    if confirmed is None or confirmed > at:
        return False
    for length in wanted:
        if length is None:
            continue
        try:
            if at > length.after_instant(confirmed):
                return False
        except OverflowError:
            continue
    return True
