"""What passed each way: for every Party and category, how much was given and how much came, over a time.

Agreements speak of a mutual exchange (1989, art. II; 1987, art. 1). Whether it is one, each side sees from the same
disclosures: those that arrived.
"""

from collections import Counter
from datetime import timedelta

import msgspec

from comity.clock import Instant
from comity.node.node import Node
from comity.ports import Transaction

__all__ = ["Exchange", "reciprocity"]

#: Over how long it is counted.
YEAR = timedelta(days=365)
_EVERYTHING = 1_000_000


class Exchange(msgspec.Struct, frozen=True, order=True):
    """How much of a category passed each way between this Party and another."""

    party: str
    category: str
    given: int
    received: int


def reciprocity(node: Node, transaction: Transaction, *, over: timedelta = YEAR) -> tuple[Exchange, ...]:
    """Count what passed each way and arrived, by Party and category, up to now."""
    now = node.now(transaction)
    since: Instant = now - over
    given: Counter[tuple[str, str]] = Counter()
    received: Counter[tuple[str, str]] = Counter()
    for peer in sorted(node.know(transaction).peers()):
        for each in transaction.disclosed_to(peer):
            letter, item = transaction.outbox(each.message), transaction.item(each.item)
            if each.at >= since and letter is not None and letter.state == "receipted" and item is not None:
                given[peer, item.category] += 1
    for row in transaction.received(states=("accepted",), limit=_EVERYTHING):
        item = transaction.item(row.about) if row.kind == "disclosure" and row.said_at >= since else None
        if item is not None:
            received[row.peer, item.category] += 1
    keys = sorted(given.keys() | received.keys())
    return tuple(
        Exchange(party, category, given[party, category], received[party, category])
        for party, category in keys
    )
