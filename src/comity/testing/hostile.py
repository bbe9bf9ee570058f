"""What a node does that is not Comity any more: its keys are real, its gate or its honesty is not.

Whoever holds a Party's keys can sign and seal what it likes. Promised is that others find out, so the simulator must be
able to do it all.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from comity.clock import Instant
from comity.decisions.decision import Decision, Ground
from comity.decisions.gate import decide
from comity.federation import messages
from comity.federation.key_names import key_name
from comity.federation.messages import Message
from comity.node.disclose import send
from comity.node.node import Node
from comity.node.questions import find_item, gather, question_of
from comity.ports import Transaction
from comity.sealing.envelope import seal
from comity.sealing.inner import Head, write_message
from comity.sealing.layout import SUITE_NAME

__all__ = ["craft", "send_anyway", "tampered"]


def tampered(decision: Decision, agreement: str) -> Decision:
    """Turn any decision into one that permits, as a broken gate would give it."""
    ground = Ground(f"{agreement} art. 2", "whatever", 4)
    return msgspec.structs.replace(
        decision, outcome="permitted", grounds=(ground,), ask=(), agreement=agreement, blocked=()
    )


def send_anyway(
    node: Node, transaction: Transaction, item: str, to: str, purpose: str, agreement: str
) -> str:
    """Send an item whatever the gate says, with everything else in order; give the message's id."""
    at = node.now(transaction)
    gathered = gather(transaction, find_item(transaction, item))
    question = question_of(transaction, gathered, holder=node.party, to=to, purpose=purpose)
    decision = tampered(decide(question, node.know(transaction).known, at), agreement)
    return send(node, transaction, gathered, decision, at=at)


def craft(
    node: Node,
    transaction: Transaction,
    peer: str,
    message: Message | None,
    *,
    sequence: int,
    channel: bytes,
    body: bytes = b"",
    raw: bytes | None = None,
    head: Mapping[str, Any] | None = None,
) -> bytes:
    """Seal whatever is wished for a peer, under this node's own key, past its outbox and journal.

    Args:
        message: what to say; with `raw` the bytes inside are those instead.
        sequence, channel: as they stand outside, and inside unless `head` says otherwise.
        head: fields of the inner head that shall differ from the truth.
    """
    at: Instant = node.now(transaction)
    knowledge = node.know(transaction)
    own, card = knowledge.own, knowledge.cards.newest(peer)
    assert card is not None, f"{node.party} has no card of {peer}"
    inner = raw
    if inner is None:
        assert message is not None
        fields: dict[str, Any] = {
            "sender": node.party,
            "recipient": peer,
            "channel": channel.hex(),
            "sequence": sequence,
            "suite": SUITE_NAME,
            "type": messages.word_of(message),
            "at": at,
            "deployment": node.deployment,
            "content": messages.to_content(message),
        }
        inner = write_message(Head(**(fields | dict(head or {}))), body)
    signer = node.keyring.signer(own.card, "disclosure", at)
    return seal(
        inner,
        channel=channel,
        sequence=sequence,
        card_version=own.card.version,
        recipients=[(key_name(channel, keyid), key) for keyid, key in card.sealing_keys(at).items()],
        signer=signer,
        signer_key_name=key_name(channel, signer.fingerprint),
    )
