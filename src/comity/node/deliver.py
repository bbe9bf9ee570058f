"""Moving what is owed: which envelopes are due, what came back for them, when to try again.

The tables here do no input or output; `comity.carriers` moves the bytes and calls back.
"""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from comity.clock import Instant
from comity.node.node import Node
from comity.node.receive import receive
from comity.ports import OutboxRow, Reply, Transaction

#: Envelopes handed over at once, and their bytes together.
BATCH = 64
BATCH_BYTES = 8 * 1024 * 1024

#: First wait after a failure, doubled each time, up to the longest.
_FIRST_WAIT = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(hours=1)


def due(node: Node, transaction: Transaction, peer: str | None = None) -> dict[str, list[OutboxRow]]:
    """Give the envelopes due now, by peer, a batch each."""
    now = node.clock.now()
    peers = [peer] if peer is not None else sorted(transaction.backlog())
    found: dict[str, list[OutboxRow]] = {}
    for name in peers:
        batch: list[OutboxRow] = []
        size = 0
        for row in transaction.owed(name, now, BATCH):
            size += len(row.envelope)
            if batch and size > BATCH_BYTES:
                break
            batch.append(row)
        if batch:
            found[name] = batch
    return found


def endpoint_of(node: Node, transaction: Transaction, peer: str) -> str:
    """Give the first endpoint of a peer's card that is reached directly; empty where it is reached by pouch only."""
    card = node.know(transaction).cards.newest(peer)
    endpoints = card.card.endpoints if card is not None else ()
    return next((each for each in endpoints if not each.startswith("relay+")), "")


def take_reply(node: Node, transaction: Transaction, rows: Sequence[OutboxRow], reply: Reply) -> list[str]:
    """Take in what came back for a batch; give the reasons of what stays owed, for the log."""
    refused = [
        taken.reason for taken in (receive(node, transaction, each, "https") for each in reply.letters)
    ]
    left: list[str] = []
    for row, reason in zip(rows, reply.reasons, strict=True):
        settled = transaction.outbox(row.message)
        if settled is None or settled.state != "owed":
            continue
        left.append(reason or settled.reason or next(filter(None, refused), "the reply settles nothing"))
        _postpone(node, transaction, settled, left[-1])
    return left


def postpone(node: Node, transaction: Transaction, rows: Sequence[OutboxRow], reason: str) -> None:
    """Note that a batch could not be delivered; it stays owed and is tried again later."""
    for row in rows:
        _postpone(node, transaction, row, reason)


def _postpone(node: Node, transaction: Transaction, row: OutboxRow, reason: str) -> None:
    now = node.clock.now()
    transaction.put_outbox(
        msgspec.structs.replace(
            row,
            attempts=row.attempts + 1,
            next_at=now + wait_after(row.attempts, node.entropy(2)),
            reason=reason[:500],
        )
    )


def wait_after(attempts: int, chance: bytes) -> timedelta:
    """Give the wait after so many failures: doubling, capped, and between half and whole of it by chance."""
    longest: timedelta = min(_FIRST_WAIT * (1 << min(attempts, 16)), _LONGEST_WAIT)
    share = 0.5 + int.from_bytes(chance) / float(1 << (8 * len(chance) + 1))
    return longest * share


def try_now(transaction: Transaction, now: Instant, peer: str | None = None) -> int:
    """Make everything owed due at once; give how much that is."""
    rows = transaction.owed(peer, None, 1_000_000)
    for row in rows:
        transaction.put_outbox(msgspec.structs.replace(row, next_at=min(row.next_at, now)))
    return len(rows)
