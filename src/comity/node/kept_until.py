"""How long an item may be kept here, by the articles it came under: what rule 8 will say, told before it says it."""

from collections.abc import Sequence

import msgspec

from comity.agreements.durations import Duration
from comity.clock import Instant, format_instant
from comity.decisions.rules.r08_retention import ITEM_TERM
from comity.decisions.terms import Retention
from comity.node.node import Node
from comity.node.questions import statements_of
from comity.ports import ItemRow, Transaction


class Limit(msgspec.Struct, frozen=True, order=True):
    """A term that binds an item here: until when, how long that is from its receipt, and what says so."""

    until: str
    length: str
    ref: str


def kept_until(node: Node, transaction: Transaction, row: ItemRow) -> Sequence[Limit]:
    """Give every term that binds an item received here, the one that ends first before the others."""
    at, known = node.clock.now(), node.know(transaction).known
    own = [Retention.of(Duration.parse(row.retention), ITEM_TERM)] if row.retention else []
    found: set[Limit] = set()
    for holding in transaction.holdings(row.digest):
        for hop in statements_of(transaction, holding):
            if hop.to != node.party:
                continue
            source, terms = known.sources.get(hop.agreement), list(own)
            if source is not None and source.road(hop.by, hop.to) is not None:
                terms += source.bound(hop.instant, at, hop.by, hop.to).of(row.category).retentions
            found |= {_limit(each, hop.instant) for each in terms}
    return sorted(found)


def _limit(term: Retention, received: Instant) -> Limit:
    return Limit(format_instant(term.end(term.length, received)), str(term.length), term.ground.ref)
