"""Taking an envelope in: the mirror of sending. Whatever a carrier brings passes through `receive`, once.

The order matters: find out whose it is, check the signature, and only then open; count it once; decide again; answer
with a signed receipt. An envelope whose sender cannot be established is not taken and leaves nothing behind but the
carrier's own count. One that is authentic but does not hold is kept apart (quarantine) and never blocks what follows.
"""

from collections.abc import Sequence

import msgspec

from comity.cards import SignedCard
from comity.clock import Instant, format_instant
from comity.errors import BadInput, ComityError, ForeignInput, RefusedHere, VerificationFailed
from comity.federation import messages
from comity.federation.key_names import find_signer, key_name
from comity.federation.messages import (
    Act,
    ConsistencyAnswer,
    ConsistencyQuestion,
    Decline,
    Disclose,
    Message,
    News,
    Proposal,
    Receipts,
    ReconcileAnswer,
    ReconcileOutcome,
    ReconcileQuestion,
    Texts,
)
from comity.node import record, restored, stopped_channels, witness
from comity.node.conclude import take_texts
from comity.node.decline import proposed_to, take_decline
from comity.node.introduce import take_news
from comity.node.node import Node
from comity.node.post import seal_for
from comity.node.propose import take_proposal
from comity.node.protest import item_named, protest_unproven
from comity.node.reconcile import take_account
from comity.node.settle import settle
from comity.node.take_act import take_act
from comity.node.take_disclosure import take_disclosure
from comity.node.verdict import Verdict
from comity.ports import ChannelRow, InboxRow, Reply, Transaction
from comity.sealing.envelope import VerifiedEnvelope, peek, verify_envelope
from comity.sealing.inner import Message as InnerMessage
from comity.sealing.inner import open_message
from comity.sealing.receipts import Ground as ReceiptGround
from comity.sealing.receipts import Receipt, sign_receipt

_ABOUT_JOURNALS = (
    ReconcileQuestion,
    ReconcileAnswer,
    ReconcileOutcome,
    ConsistencyQuestion,
    ConsistencyAnswer,
)
_EQUIVOCATION = "equivocation"


class Taken(msgspec.Struct, frozen=True):
    """What became of one envelope.

    Attributes:
        state: `accepted`, `quarantined` or `waiting`; `known` where it came before; `settled` for receipts; `refused`
            where its sender could not be established.
        sender: whose it is; empty where refused.
        receipt: the signed answer to it; empty where refused or settled.
        reason: why it was refused, unsigned.
        envelope: its digest; empty where there is no receipt.
    """

    state: str
    sender: str = ""
    receipt: bytes = b""
    reason: str = ""
    envelope: str = ""


def receive(node: Node, transaction: Transaction, data: bytes, carrier: str) -> Taken:
    """Take one envelope in.

    (1) whose is it: the key's name in the channel, then the signature    sealing/envelope.py
    (2) the same envelope again: the same receipt, byte for byte; one that waits for a text is tried anew
    (3) open it; the message inside must say what the envelope says; before there is an agreement, nothing but a
        proposal is taken                                                 sealing/inner.py
    (4) the same message again, or another under its number               DESIGN §5, Inside
    (5) act on it by kind                                                 take_disclosure.py, take_act.py, …
        what is kept apart of a disclosure is protested                   protest.py
    (6) journal it, keep its fate, answer with a signed receipt           record.py

    The answer is a signed receipt; or, where the sender could not be established, an unsigned reason.
    """
    at = node.now(transaction)
    # (1)
    try:
        sender, verified = _authenticate(node, transaction, data)
    except (ForeignInput, VerificationFailed) as error:
        return Taken("refused", reason=error.message)

    # (2)
    seen = transaction.inbox_by_envelope(verified.digest)
    if seen is not None and seen.state != "waiting":
        _owe_receipt(transaction, seen, carrier)
        return Taken("known", sender, seen.receipt, envelope=verified.digest)

    # (3)
    try:
        message, content = _open(node, verified, sender)
    except (ForeignInput, VerificationFailed) as error:
        receipt = _quarantine_unopened(node, transaction, sender, verified, data, carrier, error, at)
        return Taken("quarantined", sender, receipt, envelope=verified.digest)
    said = message.head.at
    if not _in_force(node.know(transaction).cards.newest(sender), verified.signer.fingerprint, said):
        text = f"signed with a key of {sender} that was not in force at {format_instant(said)}"
        return Taken("refused", reason=text)
    behind = restored.notice_behind(node, transaction, sender, content, at) or bool(transaction.behind())
    if isinstance(content, Receipts):
        return _take_receipts(node, transaction, sender, message, content, at)
    if not _may_say(node, transaction, sender, content):
        text = f"there is no agreement with {sender}: it may propose one, and nothing else"
        return Taken("refused", reason=text)
    if behind and not isinstance(content, _ABOUT_JOURNALS):
        text = f"{node.party} was restored from an old backup and takes nothing until it has reconciled"
        return Taken("refused", reason=text)

    # (4)
    once = transaction.inbox(message.id)
    if once is not None and once.state != "waiting":
        _owe_receipt(transaction, once, carrier)
        again = _receipt_again(node, transaction, once, verified, at)
        return Taken("known", sender, again, envelope=verified.digest)
    verdict = _check_number(transaction, sender, verified, message)
    if verdict is None and not isinstance(content, _ABOUT_JOURNALS):
        verdict = _check_flowing(transaction, sender, once)

    untold = verdict is not None

    # (5)
    if verdict is None:
        try:
            with transaction.piece():
                witness.keep(node, transaction, sender, content, said=message.head.at, at=at)
                verdict = _take(node, transaction, sender, message, content, carrier=carrier, at=at)
        except ComityError as error:
            node.forget()
            verdict = Verdict("quarantined", about=_about(content), grounds=(_ground(error),))
            untold = True

    if untold and verdict.state == "quarantined" and isinstance(content, Disclose):
        protest_unproven(node, transaction, sender, message.id, content, verdict.grounds, at)

    # (6)
    receipt = _conclude(node, transaction, sender, verified, message, data, carrier, verdict, at)
    if any(ground.ref == _EQUIVOCATION for ground in verdict.grounds):
        stopped_channels.stop(node, transaction, sender, message.id, verdict.grounds, at)
    return Taken(verdict.state, sender, receipt, envelope=verified.digest)


def reply_to(node: Node, transaction: Transaction, taken: Sequence[Taken]) -> Reply:
    """Put together the reply to a run of envelopes: receipts sealed, one letter a sender.

    A sender whose card has expired gets none now; it asks again with the envelope, or a pouch brings them.
    """
    letters = []
    for sender in dict.fromkeys(each.sender for each in taken if each.receipt):
        answered = [each for each in taken if each.sender == sender]
        try:
            letters.append(seal_receipts(node, transaction, sender, [each.receipt for each in answered]))
        except RefusedHere:  # its card seals nothing new: the receipts are owed until one does
            for each in answered:
                row = transaction.inbox_by_envelope(each.envelope)
                if row is not None:
                    transaction.put_inbox(msgspec.structs.replace(row, receipt_owed=True))
    return Reply(tuple(letters), tuple(each.reason for each in taken))


def seal_receipts(node: Node, transaction: Transaction, peer: str, receipts: Sequence[bytes]) -> bytes:
    """Seal signed receipts for a peer, on a channel of their own: they are given again on demand and need no order."""
    channel = ChannelRow(name=node.entropy(16).hex(), peer=peer, direction="receipts", last=1)
    message = Receipts(receipts=tuple(receipt.decode() for receipt in receipts if receipt))
    return seal_for(node, transaction, peer, message, channel, at=node.clock.now())[1]


def _take_receipts(
    node: Node,
    transaction: Transaction,
    sender: str,
    message: InnerMessage,
    content: Receipts,
    at: Instant,
) -> Taken:
    """Settle what receipts answer, and keep the checkpoint that covers them."""
    try:
        with transaction.piece():
            for receipt in content.receipts:
                settle(node, transaction, sender, receipt, at=at)
            witness.keep(node, transaction, sender, content, said=message.head.at, at=at)
    except (ForeignInput, VerificationFailed) as error:
        return Taken("refused", sender, reason=error.message)
    return Taken("settled", sender)


def _authenticate(node: Node, transaction: Transaction, data: bytes) -> tuple[str, VerifiedEnvelope]:
    """Find whose envelope it is and check the signature.

    Raises:
        ForeignInput: not an envelope of this version and suite.
        VerificationFailed: no Party known here signed it, or not with a key for that.
    """
    header = peek(data)
    knowledge = node.know(transaction)
    known = knowledge.correspondents()
    cards = [card for card in knowledge.cards.all() if card.party in known or card.party == node.party]
    bound = transaction.channel_named(header.channel.hex())
    if bound is not None:
        cards = [card for card in cards if card.party == bound.peer]
    found = find_signer(header.channel, header.signer, cards)
    if found is None:
        raise VerificationFailed("signed by no key of a Party known here")
    card, key = found
    if card.party == node.party:
        raise VerificationFailed("signed by this node itself")
    return card.party, verify_envelope(data, key)


def _in_force(card: SignedCard | None, keyid: str, at: Instant) -> bool:
    """Tell whether a Party's key was in force when a letter was written, by its newest card.

    A key that the newest card no longer lists was in force until that card was issued: letters under way at a rotation
    still arrive.
    """
    if card is None:
        return False
    if any(entry.keyid == keyid for entry in card.card.signing):
        return keyid in card.signing_keys("disclosure", at)
    return at < card.card.issued


def _may_say(node: Node, transaction: Transaction, sender: str, content: Message) -> bool:
    """Tell whether a Party may send such a message.

    A peer, with whom there is or was an agreement, may send everything. A Party of a text held here that is not
    concluded yet may send what belongs to its signing. One whose card was accepted by hand may propose a text, and
    ask to accede to one held here (`take_texts` takes nothing else of it).
    """
    knowledge = node.know(transaction)
    if sender in knowledge.peers() or isinstance(content, Proposal):
        return True
    if isinstance(content, Decline):
        return proposed_to(node, transaction, sender, content) is not None
    return isinstance(content, Texts) and (
        sender in knowledge.signatories(content.agreement)
        or any(row.digest == content.digest for row in transaction.proposals())
        or (sender in knowledge.introduced and content.agreement in knowledge.agreements)
    )


def _open(node: Node, verified: VerifiedEnvelope, sender: str) -> tuple[InnerMessage, Message]:
    """Open an envelope with whichever of this node's keys it is sealed for, and read its message."""
    channel = verified.header.channel
    keys = {key_name(channel, key.fingerprint): key for key in node.keyring.sealing_keys()}
    message = open_message(verified, keys, sender=sender, recipient=node.party, deployment=node.deployment)
    return message, messages.from_content(message.head.type, message.head.content)


def _check_number(
    transaction: Transaction, sender: str, verified: VerifiedEnvelope, message: InnerMessage
) -> Verdict | None:
    """Bind the channel to its sender and keep the sequence honest; None where nothing is amiss."""
    name, sequence = verified.header.channel.hex(), verified.header.sequence
    held = transaction.channel(sender, "in")
    if held is not None and held.name != name:
        return Verdict(
            "quarantined",
            grounds=(ReceiptGround("channel", "another channel than the one this Party began"),),
        )
    other = transaction.inbox_at(name, sequence)
    if other is not None and other.kind == "envelope":
        text = f"number {sequence} was used before, for an envelope that could not be opened"
        return Verdict("quarantined", grounds=(ReceiptGround("channel", text),))
    if other is not None and other.message != message.id:
        text = (
            f"number {sequence} was used before for message {other.message[:12]}: both are kept as evidence"
        )
        return Verdict("quarantined", grounds=(ReceiptGround(_EQUIVOCATION, text),))
    before, after = transaction.said_around(name, sequence)
    said = message.head.at
    if (before is not None and said < before) or (after is not None and said > after):
        text = f"number {sequence} bears {format_instant(said)}, which its neighbours in the channel belie"
        return Verdict("quarantined", grounds=(ReceiptGround("back-dated", text),))
    return None


def _check_flowing(transaction: Transaction, sender: str, once: InboxRow | None) -> Verdict | None:
    """Keep apart what comes on a channel that waits for a person; None where it flows.

    What came before and waits for a text goes on waiting.
    """
    grounds = stopped_channels.ground_of(transaction.channel(sender, "in"))
    if not grounds:
        return None
    return Verdict("waiting" if once is not None else "quarantined", grounds=grounds)


def _count_in(transaction: Transaction, sender: str, name: str, sequence: int) -> None:
    """Note that a number of a channel has come, and up to where nothing is missing now."""
    held = transaction.channel(sender, "in") or ChannelRow(name=name, peer=sender, direction="in", last=0)
    if held.name != name:
        return
    whole = held.whole
    while whole + 1 == sequence or (whole < held.last and transaction.inbox_at(name, whole + 1) is not None):
        whole += 1
    transaction.put_channel(msgspec.structs.replace(held, last=max(sequence, held.last), whole=whole))


def _take(
    node: Node,
    transaction: Transaction,
    sender: str,
    message: InnerMessage,
    content: Message,
    *,
    carrier: str,
    at: Instant,
) -> Verdict:
    """Act on a message by its kind."""
    if isinstance(content, Disclose):
        return take_disclosure(node, transaction, sender, message, content, carrier=carrier, at=at)
    if isinstance(content, Act):
        return take_act(node, transaction, sender, content, at=at)
    if isinstance(content, ReconcileQuestion | ReconcileAnswer | ReconcileOutcome):
        return take_account(node, transaction, sender, content, at=at)
    if isinstance(content, ConsistencyQuestion):
        return witness.take_question(node, transaction, sender, content, at=at)
    if isinstance(content, ConsistencyAnswer):
        return witness.take_answer(node, transaction, sender, content, said=message.head.at, at=at)
    if isinstance(content, News):
        return take_news(node, transaction, sender, content, at=at)
    if isinstance(content, Texts):
        return take_texts(node, transaction, sender, content, at=at)
    if isinstance(content, Proposal):
        return take_proposal(node, transaction, sender, content, at=at)
    if isinstance(content, Decline):
        return take_decline(node, transaction, sender, content)
    raise ForeignInput(f"message of the unknown kind `{message.head.type[:60]}`")


def _conclude(
    node: Node,
    transaction: Transaction,
    sender: str,
    verified: VerifiedEnvelope,
    message: InnerMessage,
    data: bytes,
    carrier: str,
    verdict: Verdict,
    at: Instant,
) -> bytes:
    """Enter what came in the journal, keep its fate, answer."""
    word = "received" if verdict.state == "accepted" else verdict.state
    record.enter(
        node,
        transaction,
        f"{word}-{message.head.type}",
        channel=sender,
        act=message.id,
        detail=verdict.detail or msgspec.json.encode(verdict.grounds),
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
        at=at,
        said_at=message.head.at,
        carrier=carrier,
        state=verdict.state,
        reason="; ".join(f"{ground.ref}: {ground.text}" for ground in verdict.grounds),
        receipt=b"",
        receipt_owed=carrier == "pouch",  # over the wire it is the answer
        letter=b"" if verdict.state == "accepted" else data,
    )
    _count_in(transaction, sender, row.channel, row.sequence)  # the receipt says to where nothing is missing
    receipt = _signed_receipt(node, transaction, row, verified, verdict.state, verdict.grounds, at)
    transaction.put_inbox(msgspec.structs.replace(row, receipt=receipt))
    return receipt


def _owe_receipt(transaction: Transaction, row: InboxRow, carrier: str) -> None:
    """Owe the receipt once more where what brought the envelope takes no answer back with it."""
    if carrier == "pouch" and not row.receipt_owed:
        transaction.put_inbox(msgspec.structs.replace(row, receipt_owed=True))


def _receipt_again(
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


def _quarantine_unopened(
    node: Node,
    transaction: Transaction,
    sender: str,
    verified: VerifiedEnvelope,
    data: bytes,
    carrier: str,
    error: BadInput | VerificationFailed,
    at: Instant,
) -> bytes:
    """Keep apart an authentic envelope that cannot be opened or read, under its own digest."""
    ground = _ground(error)
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
        receipt_owed=carrier == "pouch",  # over the wire it is the answer
        letter=data,
    )
    _count_in(transaction, sender, row.channel, row.sequence)
    receipt = _signed_receipt(node, transaction, row, verified, "quarantined", (ground,), at)
    transaction.put_inbox(msgspec.structs.replace(row, receipt=receipt))
    return receipt


def _ground(error: ComityError) -> ReceiptGround:
    """Put an error as a ground: digests and reasons, never content."""
    ref = "form" if isinstance(error, BadInput) else "evidence"
    return ReceiptGround(ref, error.message.replace("\n", "; ")[:1000])


def _about(content: Message) -> str:
    if isinstance(content, Disclose):
        return item_named(content)
    return content.about if isinstance(content, Act) else ""
