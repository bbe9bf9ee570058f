"""Consents: whether a Party gave its word for this very passing (rule 7, part 3).

A consent counts if it was given to this holder, for this recipient, stands at this instant, is for this purpose or for
any, is as fresh as it must be, and names one item (the disclosed one, the one that carries the obligation, or one
between them) or one class (the agreement of the hop, and a category covering the item that carries the obligation).

One that carries over several hops counts also for those that follow the hop it was given for, as many as it says. If
only consents with a condition serve, their conditions go along.
"""

from collections.abc import Iterator

from comity.agreements.durations import Duration
from comity.clock import Instant
from comity.decisions.rules.passing import Passing
from comity.handling.consent import Consent
from comity.handling.custody import Hop
from comity.handling.item import Item
from comity.identifiers import category_covers

__all__ = ["consented", "is_fresh"]


def consented(
    giver: str,
    hop: Hop | None,
    carrier: Item,
    fresh: Duration | None,
    passing: Passing,
    named_purpose: bool = False,
) -> bool:
    """Tell whether one of the giver's consents covers this obligation.

    Args:
        giver: to whom consent is owed.
        hop: the hop that made the obligation, None for a term the originator gave the item itself.
        carrier: the item that carries it.
        fresh: how recently the agreement wants a consent confirmed.
        named_purpose: the consent must name the purpose; one for any purpose is not enough (rule 5).
    """
    agreement = hop.agreement if hop is not None else ""
    standing = passing.standing.get((giver, agreement))
    if standing is None:
        standing = passing.standing[giver, agreement] = _standing(giver, agreement, passing)
    conditions: dict[tuple[str, str], None] = {}
    for consent in standing:
        named = consent.item
        if named is None:
            pattern = consent.category or ""
            if pattern != carrier.category and not category_covers(pattern, carrier.category):
                continue
        elif (
            named != carrier.id
            and named != passing.question.disclose
            and not passing.holdings.between(named, carrier)
        ):
            continue
        if named_purpose and consent.purpose is None:
            continue
        if fresh is not None and not is_fresh(consent.confirmed_at, passing.at, fresh):
            continue
        direct = consent.holder == passing.holder and consent.to == passing.to
        if not direct and not _carries(consent, carrier, passing):
            continue
        if consent.condition is not None:
            conditions[consent.condition, giver] = None
            continue
        if direct and (named is None or named == passing.question.disclose):
            # It covers every item of this category in the lineage alike: rule 7 need not ask again.
            passing.settled.add((giver, agreement, carrier.category))
        return True
    passing.conditions.update(conditions)
    return bool(conditions)


def _standing(giver: str, agreement: str, passing: Passing) -> list[Consent]:
    """Give the giver's consents to items, and to classes of an agreement, that stand now for this purpose or any."""
    at, purpose = passing.at, passing.question.purpose
    return [
        consent
        for consent in _given(giver, passing)
        if (consent.item is not None or consent.agreement == agreement)
        and consent.from_ <= at < consent.until
        and (consent.revoked is None or at < consent.revoked)
        and (consent.purpose is None or consent.purpose == purpose)
        and (consent.fresh is None or is_fresh(consent.confirmed_at, at, consent.fresh))
    ]


def _given(giver: str, passing: Passing) -> Iterator[Consent]:
    """Give those for this holder and recipient, then those for others that carry over several hops."""
    yield from passing.given.get(giver, ())
    for consent in passing.known.carrying(giver):
        if consent.holder != passing.holder or consent.to != passing.to:
            yield consent


def _carries(consent: Consent, carrier: Item, passing: Passing) -> bool:
    """Tell whether this passing follows the hop a consent was given for, by no more hops than it says.

    That hop counts as the first; it was made while the consent stood.
    """
    made = passing.holdings.hops_after(
        lambda hop: (
            hop.from_ == consent.holder
            and hop.to == consent.to
            and consent.from_ <= hop.at < consent.until
            and (consent.revoked is None or hop.at < consent.revoked)
        ),
        carrier,
    )
    return made is not None and made + 2 <= consent.hops


def is_fresh(confirmed: Instant | None, at: Instant, wanted: Duration) -> bool:
    """Tell whether a consent was confirmed, and no longer ago than wanted."""
    if confirmed is None or confirmed > at:
        return False
    try:
        return at <= wanted.after_instant(confirmed)
    except OverflowError:
        return True
