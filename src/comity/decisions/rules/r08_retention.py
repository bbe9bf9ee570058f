"""Rule 8, retention: may the holder still hold it.

For each hop of the disclosed item into the holder, under that hop's agreement: from the instant of the hop plus the
shortest applicable retention, that instant included, it is refused whatever consents exist.
"""

from comity.clock import Instant
from comity.decisions.decision import Ground
from comity.decisions.terms import CategoryTerms, Retention
from comity.handling.item import Item

__all__ = ["ITEM_TERM", "retention"]

#: Cited where the item's own term, and no article, has run out.
ITEM_TERM = Ground("rule 8 retention", "the term its originator gave it has run out", 8)


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
