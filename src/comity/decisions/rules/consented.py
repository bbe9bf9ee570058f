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
from comity.decisions.given import ToClass
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
    classes: ToClass | None = None,
    *,
    named_purpose: bool = False,
) -> bool:
    """Tell whether one of the giver's consents covers this obligation.

    Args:
        giver: to whom consent is owed.
        hop: the hop that made the obligation, None for a term the originator gave the item itself.
        carrier: the item that carries it.
        fresh: how recently the agreement wants a consent confirmed.
        classes: its consents to such a class, where they are at hand.
        named_purpose: the consent must name the purpose; one for any purpose is not enough (rule 5).
    """
    agreement = hop.agreement if hop is not None else ""
    if classes is None:
        classes = passing.given.classes(giver, agreement, carrier.category)
    conditions: list[str] = []
    for consent in classes.consents:
        if not _serves(consent, fresh, named_purpose, passing):
            continue
        if consent.condition is None:
            return True
        conditions.append(consent.condition)
    if giver in passing.given.items:
        for consent in _for_items(giver, carrier, passing):
            if not _serves(consent, fresh, named_purpose, passing):
                continue
            if consent.condition is None:
                return True
            conditions.append(consent.condition)
    for consent in passing.known.carrying(giver):
        if (
            _names(consent, agreement, carrier, passing)
            and _serves(consent, fresh, named_purpose, passing)
            and _carries(consent, carrier, passing)
        ):
            if consent.condition is None:
                return True
            conditions.append(consent.condition)
    if not conditions:
        return False
    passing.conditions.update(((words, giver), None) for words in sorted(conditions))
    return True


def _serves(consent: Consent, fresh: Duration | None, named_purpose: bool, passing: Passing) -> bool:
    """Tell whether a consent counts at this instant and for this purpose, and is as fresh as it must be."""
    at = passing.at
    if not consent.from_ <= at < consent.until or (consent.revoked is not None and consent.revoked <= at):
        return False
    if consent.purpose != passing.question.purpose and (named_purpose or consent.purpose is not None):
        return False
    if fresh is not None and not is_fresh(consent.confirmed_at, at, fresh):
        return False
    return consent.fresh is None or is_fresh(consent.confirmed_at, at, consent.fresh)


def _for_items(giver: str, carrier: Item, passing: Passing) -> Iterator[Consent]:
    """Give a Party's consents to the disclosed item, to the one that carries what is owed, or to one between them."""
    items = passing.given.items[giver]
    for named in dict.fromkeys(each.id for each in passing.holdings.carried):
        if named in items and passing.holdings.between(named, carrier):
            yield from items[named]


def _names(consent: Consent, agreement: str, carrier: Item, passing: Passing) -> bool:
    """Tell whether a consent that carries over several hops names this item or its class."""
    if consent.item is not None:
        return passing.holdings.between(consent.item, carrier)
    return consent.agreement == agreement and category_covers(consent.category or "", carrier.category)


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
