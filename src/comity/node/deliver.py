"""Moving what is owed: which envelopes are due, what came back for them, when to try again.

The tables here do no input or output; `comity.carriers` moves the bytes and calls back.

Each peer has a *circuit*. While the line to it is down, nothing but one envelope tries it, after waits that double up
to an hour and are spread by chance, whatever is owed to it; once that one is through, the rest follows in batches, and
how far that has come is kept. So a partition of weeks costs one row a try, and the catching up can be watched. An
envelope that the peer does not take waits by itself and holds up no other.
"""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from comity.clock import Instant
from comity.node.node import Node
from comity.node.receive import receive, seal_receipts
from comity.node.ways import HTTPS, Way, may_go, receipts_may_go, ways_to
from comity.ports import CircuitRow, OutboxRow, Reply, Transaction

#: Envelopes handed over at once, and their bytes together.
BATCH = 64
BATCH_BYTES = 8 * 1024 * 1024

#: First wait after a failure, doubled each time, up to the longest.
_FIRST_WAIT = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(hours=1)
#: How long what a relay keeps is given until its receipt is looked for in vain: then it is put there again.
_AT_A_RELAY = timedelta(hours=1)
_LONGEST_AT_A_RELAY = timedelta(hours=24)
#: How long what no way may carry is put aside; a pouch takes it meanwhile.
_NO_WAY = timedelta(hours=24)


def ready(node: Node, transaction: Transaction, peer: str | None = None) -> list[str]:
    """Give the peers to whom something may be sent now."""
    now = node.clock.now()
    peers = set(transaction.peers_owed() if peer is None else [peer])
    peers |= {each for each in transaction.peers_receipts_owed() if peer in (None, each)}
    return [each for each in sorted(peers) if _is_ready(node, transaction, each, now)]


def resting(node: Node, transaction: Transaction, peer: str | None = None) -> dict[str, str]:
    """Give the peers who are owed something and whose circuit is open now, each with the reason."""
    now = node.clock.now()
    circuits = {each: transaction.circuit(each) for each in transaction.peers_owed() if peer in (None, each)}
    return {
        each: circuit.reason
        for each, circuit in circuits.items()
        if circuit is not None and circuit.failures and circuit.next_at > now
    }


def _is_ready(node: Node, transaction: Transaction, peer: str, now: Instant) -> bool:
    circuit = transaction.circuit(peer)
    if circuit is not None and circuit.failures and circuit.next_at > now:
        return False
    due = transaction.next_owed(peer)
    if due is not None and due <= now:
        return True
    return any(receipts_for(node, transaction, peer, way) for way in ways_to(node, transaction, peer))


def batch_for(node: Node, transaction: Transaction, peer: str, way: Way | None = None) -> list[OutboxRow]:
    """Give the next batch that a way may take; a line that was down is tried with one envelope."""
    carrier = way.carrier if way is not None else HTTPS
    circuit = transaction.circuit(peer)
    most = 1 if circuit is not None and circuit.failures else BATCH
    batch: list[OutboxRow] = []
    size = 0
    for head in transaction.owed_heads(peer, node.clock.now(), BATCH):
        if not may_go(node, transaction, head, carrier):
            continue
        size += head.size
        if len(batch) == most or (batch and size > BATCH_BYTES):
            break
        row = transaction.outbox(head.message)
        assert row is not None
        batch.append(row)
    return batch


def due(node: Node, transaction: Transaction, peer: str | None = None) -> dict[str, list[OutboxRow]]:
    """Give the envelopes due now, by peer, a batch each."""
    found = {name: batch_for(node, transaction, name) for name in ready(node, transaction, peer)}
    return {name: rows for name, rows in found.items() if rows}


def receipts_for(node: Node, transaction: Transaction, peer: str, way: Way) -> list[str]:
    """Give the messages whose receipts a relay may take back to a peer now."""
    if not way.by_relay or not receipts_may_go(node, transaction, peer, way.carrier):
        return []
    return [row.message for row in transaction.receipts_owed(peer)][:BATCH]


def seal_owed_receipts(node: Node, transaction: Transaction, peer: str, messages: Sequence[str]) -> bytes:
    """Seal the receipts of these messages for a peer, in one letter."""
    rows = [transaction.inbox(message) for message in messages]
    return seal_receipts(node, transaction, peer, [row.receipt for row in rows if row is not None])


def endpoint_of(node: Node, transaction: Transaction, peer: str) -> str:
    """Give the first endpoint of a peer's card that is reached directly; empty where there is none."""
    ways = ways_to(node, transaction, peer)
    return next((way.endpoint for way in ways if not way.by_relay), "")


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
        _again_later(node, transaction, settled, left[-1])
    if rows:
        _carried(node, transaction, rows[0].peer, len(rows) - len(left))
    return left


def handed_over(
    node: Node, transaction: Transaction, rows: Sequence[OutboxRow], kept: Sequence[bool], relay: str
) -> None:
    """Note which envelopes a relay keeps. They stay owed until receipts come; what it had no room for waits."""
    now = node.clock.now()
    for row, keeps in zip(rows, kept, strict=True):
        if keeps:
            wait = min(_AT_A_RELAY * (1 << min(row.attempts, 8)), _LONGEST_AT_A_RELAY)
            transaction.note_attempt(row.message, now + wait, f"left with {relay}; no receipt yet")
        else:
            _again_later(node, transaction, row, f"{relay}: the mailbox of {row.peer} is full")
    if rows:
        _carried(node, transaction, rows[0].peer, sum(kept))


def receipts_handed_over(transaction: Transaction, messages: Sequence[str]) -> None:
    """Note that a relay keeps the receipts of these messages; they are owed anew if the envelopes come again."""
    for message in messages:
        row = transaction.inbox(message)
        if row is not None:
            transaction.put_inbox(msgspec.structs.replace(row, receipt_owed=False))


def not_reached(
    node: Node, transaction: Transaction, peer: str, rows: Sequence[OutboxRow], reason: str
) -> None:
    """Note that a peer could not be reached: its circuit opens, and what was tried says why it is still owed."""
    now = node.clock.now()
    held = transaction.circuit(peer)
    failures = held.failures if held is not None else 0
    transaction.put_circuit(
        CircuitRow(
            peer=peer,
            failures=failures + 1,
            since=held.since if held is not None and failures else now,
            next_at=now + wait_after(failures, node.entropy(2)),
            reason=reason[:500],
        )
    )
    for row in rows:
        transaction.note_attempt(row.message, row.next_at, reason)


def put_aside(node: Node, transaction: Transaction, peer: str, reason: str) -> int:
    """Put aside for a day what is due for a peer and no way may take; give how much."""
    ways, now = ways_to(node, transaction, peer), node.clock.now()
    heads = [
        head
        for head in transaction.owed_heads(peer, now, BATCH)
        if not any(may_go(node, transaction, head, way.carrier) for way in ways)
    ]
    for head in heads:
        transaction.note_attempt(head.message, now + _NO_WAY, reason)
    return len(heads)


def _carried(node: Node, transaction: Transaction, peer: str, count: int) -> None:
    """Close a peer's circuit after an exchange, and count how far the catching up has come."""
    held = transaction.circuit(peer)
    if held is None or (not held.failures and held.carried >= held.backlog):
        return
    now = node.clock.now()
    if held.failures:
        backlog = transaction.backlog().get(peer, 0) + count
        held = CircuitRow(peer=peer, since=now, next_at=now, backlog=backlog)
    transaction.put_circuit(msgspec.structs.replace(held, carried=held.carried + count))


def _again_later(node: Node, transaction: Transaction, row: OutboxRow, reason: str) -> None:
    wait = wait_after(row.attempts, node.entropy(2))
    transaction.note_attempt(row.message, node.clock.now() + wait, reason)


def wait_after(attempts: int, chance: bytes) -> timedelta:
    """Give the wait after so many failures: doubling, capped, and between half and whole of it by chance."""
    longest: timedelta = min(_FIRST_WAIT * (1 << min(attempts, 16)), _LONGEST_WAIT)
    share = 0.5 + int.from_bytes(chance) / float(1 << (8 * len(chance) + 1))
    return longest * share


def try_now(transaction: Transaction, now: Instant, peer: str | None = None) -> None:
    """Make everything owed due at once, to one peer or to all, and let every line be tried."""
    transaction.make_due(peer, now)
    for circuit in transaction.circuits():
        if circuit.failures and peer in (None, circuit.peer) and circuit.next_at > now:
            transaction.put_circuit(msgspec.structs.replace(circuit, next_at=now))
