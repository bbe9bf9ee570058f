"""What becomes of an envelope: entered in the journal, kept with its fate, answered with a signed receipt.

The receipt is made once and given again byte for byte; only a message that comes in another envelope gets a new one.
"""

from collections.abc import Sequence

import msgspec

from comity.clock import Instant
from comity.errors import BadInput, ComityError, VerificationFailed
from comity.node import record
from comity.node.node import Node
from comity.node.verdict import Verdict
from comity.ports import ChannelRow, InboxRow, Transaction
from comity.sealing.envelope import VerifiedEnvelope
from comity.sealing.inner import Message as InnerMessage
from comity.sealing.receipts import MAX_GROUNDS, MAX_RECEIPT_BYTES, MAX_TEXT, Receipt, sign_receipt
from comity.sealing.receipts import Ground as ReceiptGround

#: Bytes of grounds in a receipt: its file spells them in base64, in a third more, and says a little beside.
_MOST_BYTES = MAX_RECEIPT_BYTES // 2


def conclude(
    node: Node,
    transaction: Transaction,
    sender: str,
    verified: VerifiedEnvelope,
    message: InnerMessage,
    data: bytes,
    carrier: str,
    verdict: Verdict,
    at: Instant,
    originator: str,
) -> bytes:
    """Enter what came in the journal, keep its fate, answer.

    What was not accepted is kept as it came, but never the content of an item that its originator has withdrawn.

    Args:
        originator: of a disclosure that is not accepted, whose item it says it passes; empty for all else.
    """
    grounds = with_room(verdict.grounds)
    apart = verdict.state != "accepted" and not _is_withdrawn(transaction, verdict.about, originator)
    word = "received" if verdict.state == "accepted" else verdict.state
    record.enter(
        node,
        transaction,
        f"{word}-{message.head.type}",
        channel=sender,
        act=message.id,
        detail=verdict.detail or msgspec.json.encode(grounds),
        at=at,
    )
    row = InboxRow(
        message=message.id,
        peer=sender,
        channel=verified.header.channel.hex(),
        sequence=verified.header.sequence,
        envelope_digest=verified.digest,
        kind=message.head.type,
        about=verdict.about,
        agreement=verdict.agreement,
        at=at,
        said_at=message.head.at,
        carrier=carrier,
        state=verdict.state,
        reason="; ".join(f"{ground.ref}: {ground.text}" for ground in grounds),
        receipt=b"",
        receipt_owed=carrier != "https",  # over the wire it is the answer
        letter=data if apart else b"",
        originator=originator if apart else "",
        signer=verified.signer.fingerprint,
    )
    receipt = _signed_receipt(node, transaction, row, verified, verdict.state, grounds, at)
    transaction.put_inbox(msgspec.structs.replace(row, receipt=receipt))
    return receipt


def with_room(grounds: Sequence[ReceiptGround]) -> tuple[ReceiptGround, ...]:
    """Give as much of what stands against a letter as a receipt has room for.

    Names that a letter gives stand in it as they came; a receipt that is too long is read by nobody, and its letter
    would be sent for ever.
    """
    found: list[ReceiptGround] = []
    left = _MOST_BYTES
    for ground in grounds[:MAX_GROUNDS]:
        cut = ReceiptGround(ground.ref[:MAX_TEXT], ground.text[:MAX_TEXT])
        left -= len(msgspec.json.encode(cut))
        if found and left < 0:
            break
        found.append(cut)
    return tuple(found)


def _is_withdrawn(transaction: Transaction, item: str, originator: str) -> bool:
    """Tell whether an item has been withdrawn by the Party whose it is said to be."""
    if not originator:
        return False
    return any(each.by == originator for each in transaction.statements("withdrawal", item))


def owe_receipt(transaction: Transaction, row: InboxRow, carrier: str) -> None:
    """Owe the receipt once more where what brought the envelope takes no answer back with it."""
    if carrier != "https" and not row.receipt_owed:
        transaction.put_inbox(msgspec.structs.replace(row, receipt_owed=True))


def receipt_again(
    node: Node, transaction: Transaction, row: InboxRow, verified: VerifiedEnvelope, at: Instant
) -> bytes:
    """Answer a message that came again in another envelope: it counts once."""
    status = "duplicate" if row.state == "accepted" else row.state
    grounds = () if row.state == "accepted" else (ReceiptGround("before", row.reason[:1000]),)
    return _signed_receipt(node, transaction, row, verified, status, grounds, at)


def _signed_receipt(
    node: Node,
    transaction: Transaction,
    row: InboxRow,
    verified: VerifiedEnvelope,
    status: str,
    grounds: tuple[ReceiptGround, ...],
    at: Instant,
) -> bytes:
    """Sign the answer to an envelope. The checkpoint that covers its entry goes with the letter that carries it."""
    knowledge = node.know(transaction)
    statement = Receipt(
        by=node.party,
        to=row.peer,
        envelope=verified.digest,
        message=row.message if len(row.message) == 64 else None,
        channel=verified.header.channel.hex(),
        sequence=verified.header.sequence,
        status=status,  # type: ignore[arg-type]  # checked by sign_receipt's reader on the other side
        grounds=grounds,
        contiguous=_whole(transaction, row.peer, verified.header.channel.hex()),
        checkpoint="",
        at=at,
    )
    return sign_receipt(statement, node.keyring.signer(knowledge.own.card, "control", at))


def _whole(transaction: Transaction, peer: str, name: str) -> int:
    """Give the highest number of a channel up to which nothing is missing."""
    held = transaction.channel(peer, "in")
    return held.whole if held is not None and held.name == name else 0


def quarantine_unopened(
    node: Node,
    transaction: Transaction,
    sender: str,
    verified: VerifiedEnvelope,
    data: bytes,
    carrier: str,
    error: BadInput | VerificationFailed,
    at: Instant,
) -> bytes:
    """Keep apart an authentic envelope that cannot be opened or read, under its own digest.

    It begins no channel: anybody to whom its sender has written can hand on an envelope that was sealed for another.
    """
    ground = ground_of(error)
    record.enter(
        node,
        transaction,
        "quarantined-envelope",
        channel=sender,
        act=verified.digest,
        detail=msgspec.json.encode((ground,)),
        at=at,
    )
    row = InboxRow(
        message=f"unopened-{verified.digest}",
        peer=sender,
        channel=verified.header.channel.hex(),
        sequence=verified.header.sequence,
        envelope_digest=verified.digest,
        kind="envelope",
        about="",
        at=at,
        said_at=at,
        carrier=carrier,
        state="quarantined",
        reason=f"{ground.ref}: {ground.text}",
        receipt=b"",
        receipt_owed=carrier != "https",  # over the wire it is the answer
        letter=data,
        signer=verified.signer.fingerprint,
    )
    if transaction.channel(sender, "in") is not None:
        count_in(transaction, sender, row.channel, row.sequence)
    receipt = _signed_receipt(node, transaction, row, verified, "quarantined", (ground,), at)
    transaction.put_inbox(msgspec.structs.replace(row, receipt=receipt))
    return receipt


def ground_of(error: ComityError) -> ReceiptGround:
    """Put an error as a ground: digests and reasons, never content."""
    ref = "form" if isinstance(error, BadInput) else "evidence"
    return ReceiptGround(ref, error.message.replace("\n", "; ")[:1000])


def count_in(transaction: Transaction, sender: str, name: str, sequence: int) -> None:
    """Note that a number of a channel has come, and up to where nothing is missing now.

    It comes before what the message brings about: an answer shows what its sender has seen, this one too, and a home
    restored from an old backup goes on after that; and the receipt says to where nothing is missing.
    """
    held = transaction.channel(sender, "in") or ChannelRow(name=name, peer=sender, direction="in", last=0)
    if held.name != name:
        return
    whole = held.whole
    while whole + 1 == sequence or (whole < held.last and transaction.inbox_at(name, whole + 1) is not None):
        whole += 1
    transaction.put_channel(msgspec.structs.replace(held, last=max(sequence, held.last), whole=whole))
