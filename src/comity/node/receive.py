"""Taking an envelope in: the mirror of sending. Whatever a carrier brings passes through `receive`, once.

The order matters: find out whose it is, check the signature, and only then open; count it once; decide again; answer
with a signed receipt. An envelope whose sender cannot be established is not taken and leaves nothing behind but the
carrier's own count. One that is authentic but does not hold is kept apart (quarantine) and never blocks what follows.
"""

from collections.abc import Sequence

import msgspec

from comity.cards import SignedCard
from comity.clock import Instant, format_instant
from comity.errors import ComityError, ForeignInput, RefusedHere, VerificationFailed
from comity.federation import messages
from comity.federation.key_names import find_signer, key_name
from comity.federation.messages import Act, Decline, Disclose, Message, Proposal, Receipts, Texts
from comity.federation.register_messages import RegisterCheck
from comity.node import known_time, restored, stopped_channels, witness
from comity.node.decline import proposed_to
from comity.node.fate import conclude, count_in, ground_of, owe_receipt, quarantine_unopened, receipt_again
from comity.node.letter import Letter
from comity.node.node import Node
from comity.node.post import seal_for
from comity.node.protest import item_named, originator_named, protest_unproven
from comity.node.settle import settle
from comity.node.taken_in import take_in
from comity.node.verdict import Verdict
from comity.ports import ChannelRow, InboxRow, Reply, Transaction
from comity.sealing.envelope import VerifiedEnvelope, peek, verify_envelope
from comity.sealing.inner import Message as InnerMessage
from comity.sealing.inner import open_message
from comity.sealing.receipts import Ground as ReceiptGround

_ABOUT_JOURNALS = tuple(messages.KINDS[word] for word in messages.ABOUT_JOURNALS)
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
        evenly: how long it took may depend on what nobody is told: what is answered leaves at an even time.
    """

    state: str
    sender: str = ""
    receipt: bytes = b""
    reason: str = ""
    envelope: str = ""
    evenly: bool = False


def receive(node: Node, transaction: Transaction, data: bytes, carrier: str, via: str = "") -> Taken:
    """Take one envelope in.

    (1) whose is it: the key's name in the channel, then the signature    sealing/envelope.py
    (2) the same envelope again: the same receipt, byte for byte; one that waits for a text is tried anew
    (3) open it; the message inside must say what the envelope says; before there is an agreement, nothing but a
        proposal is taken                                                 sealing/inner.py
    (4) the same message again, or another under its number               DESIGN §5, Inside
    (5) act on it by kind                                                 taken_in.py
        what is kept apart of a disclosure is protested                   protest.py
    (6) journal it, keep its fate, answer with a signed receipt           fate.py

    The answer is a signed receipt; or, where the sender could not be established, an unsigned reason.

    Args:
        carrier: `https`, `pouch` or `relay:<body>`.
        via: the Party whose connection brought it; empty where the carrier is nobody's.
    """
    at = node.now(transaction)
    # (1)
    try:
        sender, verified = _authenticate(node, transaction, data)
    except (ForeignInput, VerificationFailed) as error:
        return Taken("refused", reason=error.message)
    if via and via != sender:
        return Taken("refused", reason=f"an envelope of another Party than {via}, whose connection it is")

    # (2)
    seen = transaction.inbox_by_envelope(verified.digest)
    if seen is not None and seen.state != "waiting":
        owe_receipt(transaction, seen, carrier)
        return Taken("known", sender, seen.receipt, envelope=verified.digest)

    # (3)
    try:
        message, content = _open(node, verified, sender)
    except (ForeignInput, VerificationFailed) as error:
        receipt = quarantine_unopened(node, transaction, sender, verified, data, carrier, error, at)
        return Taken("quarantined", sender, receipt, envelope=verified.digest)
    said = message.head.at
    if amiss := _not_in_force(node.know(transaction).cards.newest(sender), verified.signer.fingerprint, said):
        return Taken("refused", reason=amiss)
    behind = restored.notice_behind(node, transaction, sender, message, content, at) or bool(
        transaction.behind()
    )
    over_line = carrier == "https" and isinstance(content, Receipts)
    known_time.hear(transaction, said, at, live=over_line)
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
        owe_receipt(transaction, once, carrier)
        again = receipt_again(node, transaction, once, verified, at)
        return Taken("known", sender, again, envelope=verified.digest)
    verdict = _check_number(transaction, sender, verified, message)
    if verdict is None and not isinstance(content, _ABOUT_JOURNALS):
        verdict = _check_flowing(transaction, sender, once)

    untold = verdict is not None
    count_in(transaction, sender, verified.header.channel.hex(), verified.header.sequence)

    # (5)
    if verdict is None:
        try:
            with transaction.piece():
                witness.keep(node, transaction, sender, content, said=message.head.at, at=at)
                verdict = take_in(Letter(node, transaction, sender, message, content, carrier, at))
        except ComityError as error:
            node.forget()
            verdict = Verdict("quarantined", about=_about(content), grounds=(ground_of(error),))
            untold = True

    if untold and verdict.state == "quarantined" and isinstance(content, Disclose):
        protest_unproven(node, transaction, sender, message.id, content, verdict.grounds, at)

    # (6)
    originator = ""
    if verdict.state != "accepted":
        verdict = msgspec.structs.replace(verdict, about=verdict.about or _about(content))
        originator = originator_named(content) if isinstance(content, Disclose) else ""
    receipt = conclude(node, transaction, sender, verified, message, data, carrier, verdict, at, originator)
    if any(ground.ref == _EQUIVOCATION for ground in verdict.grounds):
        stopped_channels.stop(node, transaction, sender, message.id, verdict.grounds, at)
    evenly = isinstance(content, RegisterCheck)
    return Taken(verdict.state, sender, receipt, envelope=verified.digest, evenly=evenly)


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
    if bound is not None and bound.direction == "out":
        raise VerificationFailed("sent on a channel that this Party began")
    if bound is not None:
        cards = [card for card in cards if card.party == bound.peer]
    found = find_signer(header.channel, header.signer, cards)
    if found is None:
        raise VerificationFailed("signed by no key of a Party known here")
    card, key = found
    if card.party == node.party:
        raise VerificationFailed("signed by this node itself")
    return card.party, verify_envelope(data, key)


def _not_in_force(card: SignedCard | None, keyid: str, at: Instant) -> str:
    """Say why a Party's key was not in force when a letter was written, by its newest card; nothing where it was.

    A key that the newest card no longer lists was in force until that card was issued: letters under way at a rotation
    still arrive. One that was lost or stolen counts up to that day.
    """
    if card is None:
        return "no card of its sender is known here"
    revoked = card.card.revocations.get(keyid)
    if revoked is not None and at >= revoked.as_of:
        return f"signed with a key that {card.party} says was {revoked.because} at {format_instant(revoked.as_of)}"
    if any(entry.keyid == keyid for entry in card.card.signing):
        held = keyid in card.signing_keys("disclosure", at)
    else:
        held = at < card.card.issued
    return "" if held else f"signed with a key of {card.party} that was not in force at {format_instant(at)}"


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


def _about(content: Message) -> str:
    if isinstance(content, Disclose):
        return item_named(content)
    return content.about if isinstance(content, Act) else ""
