"""How the line to a Party is: what is owed, how soon its receipts come, how far both journals are witnessed."""

from statistics import median

import msgspec

from comity.clock import Instant
from comity.errors import NotFound
from comity.node.node import Node
from comity.ports import OutboxRow, Transaction
from comity.sealing.receipts import Receipt
from comity.signing import from_bytes

#: Letters that the time of receipts is taken from, the newest.
_TIMED = 20


class Line(msgspec.Struct, frozen=True):
    """How the line to a Party is.

    Attributes:
        owed: letters not receipted yet. `oldest`: since when the oldest is owed.
        seconds: half of its last receipts were signed within so many after the letter was owed; None where there are
            none. Both clocks count: a clock that runs ahead shows as haste.
        failures, since, next_at, reason: how often in a row it was not reached, since when, when it is tried next.
        cosigned: up to which entry it has signed our journal of the channel, and `cosigned_at` when.
        witnessed: up to which entry we have signed its.
        entries: how many entries our journal of the channel has.
    """

    party: str
    owed: int
    oldest: Instant | None
    seconds: float | None
    failures: int
    since: Instant | None
    next_at: Instant | None
    reason: str
    cosigned: int
    cosigned_at: Instant | None
    witnessed: int
    entries: int


def line_to(node: Node, transaction: Transaction, party: str) -> Line:
    """Tell how the line to a Party is.

    Raises:
        NotFound: it is not known here.
    """
    if party not in node.know(transaction).correspondents():
        raise NotFound(f"no Party `{party[:80]}` is known here", hint="comity card accept FILE")
    owed = transaction.backlog().get(party, 0)
    oldest = transaction.owed_heads(party, None, 1)
    circuit = transaction.circuit(party)
    down = circuit if circuit is not None and circuit.failures else None
    ours, theirs = transaction.kept_head(party, ours=True), transaction.kept_head(party, ours=False)
    waits = [_seconds(row) for row in transaction.receipted_by(party, _TIMED)]
    return Line(
        party=party,
        owed=owed,
        oldest=oldest[0].owed_at if oldest else None,
        seconds=round(median(waits), 1) if waits else None,
        failures=down.failures if down else 0,
        since=down.since if down else None,
        next_at=down.next_at if down else None,
        reason=down.reason if down else "",
        cosigned=ours.size if ours else 0,
        cosigned_at=ours.at if ours else None,
        witnessed=theirs.size if theirs else 0,
        entries=transaction.head(party).size,
    )


def _seconds(row: OutboxRow) -> float:
    """Give how long a receipt took; it was verified when it came."""
    receipt = msgspec.json.decode(from_bytes(row.receipt).payload, type=Receipt)
    return max((receipt.at - row.owed_at).total_seconds(), 0.0)
