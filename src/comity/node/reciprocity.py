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
#: `now` itself still counts.
_MOMENT = timedelta(microseconds=1)


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
    peers = node.know(transaction).peers()
    given: Counter[tuple[str, str]] = Counter()
    received: Counter[tuple[str, str]] = Counter()
    for row in transaction.arrived(since, now + _MOMENT):
        if not row.ours:
            received[row.party, row.category] += row.count
        elif row.party in peers:
            given[row.party, row.category] += row.count
    keys = sorted(given.keys() | received.keys())
    return tuple(
        Exchange(party, category, given[party, category], received[party, category])
        for party, category in keys
    )
