"""Owing a message to a peer: sealed, entered in the journal and put in the outbox, all in the act's own transaction.

What crosses between two Parties stays queued until the peer's signed receipt comes back; no carrier is asked here.
Control messages may go to every Party with whom there is, or ever was, an agreement (DESIGN §5).
"""

import hashlib

from comity.cards import SignedCard
from comity.clock import Instant
from comity.errors import RefusedHere
from comity.federation import messages
from comity.federation.key_names import key_name
from comity.federation.messages import Message
from comity.node import record, witness
from comity.node.node import Node
from comity.ports import ChannelRow, OutboxRow, Transaction
from comity.sealing.envelope import seal
from comity.sealing.inner import Head, write_message
from comity.sealing.layout import SUITE_NAME

#: Bytes of randomness in a channel's name.
_CHANNEL_BYTES = 16


def owe(
    node: Node,
    transaction: Transaction,
    peer: str,
    message: Message,
    *,
    at: Instant,
    kind: str,
    about: str = "",
    detail: bytes = b"",
    body: bytes = b"",
    under: SignedCard | None = None,
    due: Instant | None = None,
    carriers: tuple[str, ...] = (),
) -> str:
    """Seal a message for a peer and owe it.

    Args:
        kind: what the journal calls it; `about` the item it concerns; `detail` what the entry commits to.
        under: the card of this Party to speak under; by default the newest. A new card is told under the one before,
            which is the one its peers know.
        due: not before when it leaves; at once by default.
        carriers: what may carry a disclosure; nothing else needs to say.

    Returns:
        The message's id: the SHA-256 of what stands inside the envelope.
    """
    channel = next_in_channel(node, transaction, peer)
    message_id, envelope = seal_for(node, transaction, peer, message, channel, at=at, body=body, under=under)
    record.enter(node, transaction, f"sent-{kind}", channel=peer, act=message_id, detail=detail, at=at)
    transaction.put_outbox(
        OutboxRow(
            message=message_id,
            peer=peer,
            channel=channel.name,
            sequence=channel.last,
            kind=kind,
            about=about,
            carriers=carriers,
            envelope=envelope,
            size=len(envelope),
            owed_at=at,
            next_at=due or at,
        )
    )
    return message_id


def next_in_channel(node: Node, transaction: Transaction, peer: str) -> ChannelRow:
    """Take the next number of the channel to a peer; a channel begins with a random name."""
    found = transaction.channel(peer, "out")
    if found is None:
        found = ChannelRow(name=node.entropy(_CHANNEL_BYTES).hex(), peer=peer, direction="out", last=0)
    after = ChannelRow(name=found.name, peer=peer, direction="out", last=found.last + 1)
    transaction.put_channel(after)
    return after


def seal_for(
    node: Node,
    transaction: Transaction,
    peer: str,
    message: Message,
    channel: ChannelRow,
    *,
    at: Instant,
    body: bytes = b"",
    under: SignedCard | None = None,
) -> tuple[str, bytes]:
    """Seal a message for a peer; give its id and the envelope.

    Raises:
        RefusedHere: the peer's card is unknown, or has expired and seals nothing new.
    """
    knowledge = node.know(transaction)
    card = knowledge.cards.newest(peer)
    if card is None:
        raise RefusedHere(f"no card of {peer} is known here", hint="comity card accept FILE")
    name = bytes.fromhex(channel.name)
    own = under if under is not None else knowledge.own
    shown = witness.show(node, transaction, peer, message, at, own)
    content = write_message(
        Head(
            sender=node.party,
            recipient=peer,
            channel=channel.name,
            sequence=channel.last,
            suite=SUITE_NAME,
            type=messages.word_of(message),
            at=at,
            deployment=node.deployment,
            content=messages.to_content(shown),
        ),
        body,
    )
    signer = node.keyring.signer(own.card, "disclosure", at)
    envelope = seal(
        content,
        channel=name,
        sequence=channel.last,
        card_version=own.card.version,
        recipients=[(key_name(name, keyid), key) for keyid, key in card.sealing_keys(at).items()],
        signer=signer,
        signer_key_name=key_name(name, signer.fingerprint),
    )
    return hashlib.sha256(content).hexdigest(), envelope
