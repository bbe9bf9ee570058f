"""Consents: whether a Party gave its word for this very passing (rule 7, part 3).

A consent counts if it was given to this holder, for this recipient, stands at this instant, is for this purpose or for
any, is as fresh as it must be, and names one item (the disclosed one, the one that carries the obligation, or one
between them) or one class (the agreement of the hop, and a category covering the item that carries the obligation).

One that carries over several hops counts also for those that follow the hop it was given for, as many as it says. If
only consents with a condition serve, their conditions go along.
"""

from collections.abc import Sequence

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
    at, question = passing.at, passing.question
    purpose, disclosed, category = question.purpose, question.disclose, carrier.category
    conditions: list[str] = []
    for consent in _known_of(giver, agreement, passing):
        named = consent.item
        if named is None:
            pattern = consent.category or ""
            if pattern != category and not category_covers(pattern, category):
                continue
        elif named != carrier.id and named != disclosed and not passing.holdings.between(named, carrier):
            continue
        if not consent.from_ <= at < consent.until or (consent.revoked is not None and consent.revoked <= at):
            continue
        if consent.purpose != purpose and (named_purpose or consent.purpose is not None):
            continue
        if fresh is not None and not is_fresh(consent.confirmed_at, at, fresh):
            continue
        if consent.fresh is not None and not is_fresh(consent.confirmed_at, at, consent.fresh):
            continue
        direct = consent.holder == passing.holder and consent.to == passing.to
        if not direct and not _carries(consent, carrier, passing):
            continue
        if consent.condition is not None:
            conditions.append(consent.condition)
            continue
        if direct and (named is None or named == disclosed):
            # It covers every item of this category in the lineage alike: rule 7 need not ask again.
            passing.settled.add((giver, agreement, category))
        return True
    passing.conditions.update(((words, giver), None) for words in sorted(conditions))
    return bool(conditions)


def _known_of(giver: str, agreement: str, passing: Passing) -> Sequence[Consent]:
    """Give a Party's consents to items, and to classes of an agreement, that may count for this passing.

    They are those for this holder and recipient, then those for others that carry over several hops.
    """
    given = passing.given
    found = given.get((giver, agreement)) or given.get((giver, ""), ())
    carrying = passing.known.carrying(giver)
    if not carrying:
        return found
    ends = passing.holder, passing.to
    return (
        *found,
        *(
            consent
            for consent in carrying
            if (consent.holder, consent.to) != ends
            and (consent.item is not None or consent.agreement == agreement)
        ),
    )


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
