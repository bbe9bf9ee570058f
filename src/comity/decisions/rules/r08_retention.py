"""Rule 8, retention: may the holder still hold it.

For each hop of the disclosed item into the holder, under that hop's agreement: from the instant of the hop plus the
shortest applicable retention, that instant included, it is refused whatever consents exist.
"""

from comity.clock import Instant
from comity.decisions.decision import Ground
from comity.decisions.known import Known, Source
from comity.decisions.terms import CategoryTerms, Retention
from comity.handling.custody import Hop
from comity.handling.item import Item

__all__ = ["ITEM_TERM", "retained", "retained_since", "retention"]

#: Cited where the item's own term, and no article, has run out.
ITEM_TERM = Ground("rule 8 retention", "the term its originator gave it has run out", 8)


def retained(item: Item, holder: str, known: Known, at: Instant) -> tuple[Ground, ...]:
    """Give every term that has run out, over all hops by which the holder received the item."""
    against: tuple[Ground, ...] = ()
    for hop in item.hops:
        if hop.to == holder:
            against += retained_since(hop, item, known.sources.get(hop.agreement), at)
    return against


def retained_since(hop: Hop, item: Item, source: Source | None, at: Instant) -> tuple[Ground, ...]:
    """Give every term that has run out since one hop.

    Args:
        source: the agreement it was made under, None where it is not at hand.
    """
    terms = None  # not at hand, or not between these two: rule 7 says so
    if source is not None and source.road(hop.from_, hop.to) is not None:
        terms = source.bound(hop.at, at, hop.from_, hop.to).of(item.category)
    return retention(item, hop.at, at, terms)


def retention(item: Item, received: Instant, at: Instant, terms: CategoryTerms | None) -> tuple[Ground, ...]:
    """Give every term that has run out since the holder received the item.

    Args:
        terms: what the hop's agreement says of the category, None where it is not at hand.
    """
    against: tuple[Ground, ...] = ()
    if terms is not None:
        against = terms.unkept
        for each in terms.retentions:
            if each.over(received, at):
                against = (*against, Ground(each.ground.ref, each.ground.text, 8))
    if item.retention is not None and Retention.of(item.retention, ITEM_TERM).over(received, at):
        against = (*against, ITEM_TERM)
    return against
