"""A receipt that came back: the envelope is no longer owed, and what the peer said of it is kept as evidence."""

import msgspec

from comity.clock import Instant
from comity.errors import VerificationFailed
from comity.federation.conversations import LETTER, after
from comity.node import record
from comity.node.closing_acts import note_passed
from comity.node.conclude import send_texts
from comity.node.node import Node
from comity.node.take_disclosure import TEXTS
from comity.ports import OutboxRow, Transaction
from comity.sealing.envelope import envelope_digest
from comity.sealing.receipts import Receipt, read_receipt

#: Envelopes owed to one peer among which one that could not be opened is looked for.
_OPEN_AT_MOST = 1_000


def settle(
    node: Node, transaction: Transaction, sender: str, signed: str, *, at: Instant
) -> OutboxRow | None:
    """Take a receipt in and settle what it answers; None where nothing here is answered by it.

    Raises:
        ForeignInput: it is not a receipt.
        VerificationFailed: the peer did not sign it, or it speaks of somebody else.
    """
    cards = node.know(transaction).cards
    receipt = read_receipt(signed.encode(), cards.keys(sender, "control", at))
    if receipt.by != sender or receipt.to != node.party:
        raise VerificationFailed(f"a receipt of {receipt.by} for {receipt.to}, brought by {sender}")
    row = _answered(transaction, receipt, sender)
    if row is None or row.peer != sender:
        return None
    state = after(LETTER, row.state, receipt.status)
    if row.state != "owed":
        return row  # settled by the first receipt; a late one changes nothing
    changed = msgspec.structs.replace(
        row,
        state=state,
        envelope=row.envelope if state == "owed" else b"",  # settled, it is never sent again
        receipt=signed.encode(),
        reason="; ".join(f"{ground.ref}: {ground.text}" for ground in receipt.grounds),
    )
    transaction.put_outbox(changed)
    if changed.state == "owed":
        if changed.reason != row.reason:
            _send_texts(node, transaction, row, receipt, at)
        return changed
    record.enter(
        node,
        transaction,
        "receipted" if changed.state == "receipted" else f"peer-{changed.state}",
        channel=sender,
        act=row.message,
        detail=signed.encode(),
        at=at,
    )
    if changed.state == "receipted" and row.kind == "disclosure":
        _note_passed(node, transaction, row)
    return changed


def _note_passed(node: Node, transaction: Transaction, row: OutboxRow) -> None:
    """Note under which agreement a disclosure has arrived: something is due about it at that agreement's end."""
    for each in transaction.disclosures(row.about):
        if each.message == row.message:
            note_passed(node, transaction, each.agreement, row.peer, node.party, each.item)


def _send_texts(node: Node, transaction: Transaction, row: OutboxRow, receipt: Receipt, at: Instant) -> None:
    """Send a peer the files of an agreement on which a disclosure rests and which it says it lacks, once."""
    if all(ground.ref != TEXTS for ground in receipt.grounds):
        return
    passed = [each for each in transaction.disclosures(row.about) if each.message == row.message]
    for agreement in {each.agreement for each in passed}:
        send_texts(node, transaction, agreement, row.peer, at)


def _answered(transaction: Transaction, receipt: Receipt, sender: str) -> OutboxRow | None:
    """Find what a receipt answers: by the message's id, or by the envelope where it could not be opened there."""
    if receipt.message is not None:
        return transaction.outbox(receipt.message)
    for head in transaction.owed_heads(sender, None, _OPEN_AT_MOST):
        row = transaction.outbox(head.message)
        if row is not None and envelope_digest(row.envelope) == receipt.envelope:
            return row
    return None
