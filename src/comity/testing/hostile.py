"""What a node does that is not Comity any more: its keys are real, its gate or its honesty is not.

Whoever holds a Party's keys can sign and seal what it likes. Promised is that others find out, so the simulator must be
able to do it all.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec

from comity.clock import Instant, format_instant
from comity.decisions.decision import Decision, Ground
from comity.decisions.gate import decide
from comity.federation import messages, statements
from comity.federation.key_names import key_name
from comity.federation.messages import Act, ConsistencyQuestion, Message
from comity.federation.statements import ConsentGranted, Withdrawal
from comity.node import ask_check, items
from comity.node.disclose import send
from comity.node.items import NewItem, add_item
from comity.node.node import Node
from comity.node.post import owe
from comity.node.questions import find_item, gather, question_of
from comity.ports import StatementRow, Transaction
from comity.register.examination import Query
from comity.sealing.envelope import seal
from comity.sealing.inner import Head, write_message
from comity.sealing.layout import SUITE_NAME
from comity.signing import to_bytes
from comity.testing.ledger import Letter

__all__ = [
    "POISONS",
    "add_past_the_door",
    "another_under",
    "ask_beyond",
    "craft",
    "forge_consents",
    "poison",
    "sealed_again",
    "send_anyway",
    "tampered",
    "withdraw_anothers",
]

#: Insides of an envelope, rightly signed and sealed, that no reader may take, let alone fall over.
POISONS: tuple[bytes, ...] = (
    b"",
    b"\x00" * 64,
    b"[" * 100_000,
    b'{"sender": "a", "sender": "b"}',
    b'{"sequence": NaN}',
    b'{"sequence": 1180591620717411303424}',
    b'{"sender": "\\ud800"}',
    b"\xff\xfe\x00{",
)


def tampered(decision: Decision, agreement: str) -> Decision:
    """Turn any decision into one that permits, as a broken gate would give it."""
    ground = Ground(f"{agreement} art. 2", "whatever", 4)
    return msgspec.structs.replace(
        decision, outcome="permitted", grounds=(ground,), ask=(), agreement=agreement, blocked=()
    )


def send_anyway(
    node: Node,
    transaction: Transaction,
    item: str,
    to: str,
    purpose: str,
    agreement: str,
    *,
    bluff: bool = True,
) -> str:
    """Send an item whatever the gate says, with everything else in order; give the message's id.

    Args:
        bluff: even where the gate permits, send a decision that was made up.
    """
    at = node.now(transaction)
    gathered = gather(transaction, find_item(transaction, item))
    question = question_of(transaction, gathered, holder=node.party, to=to, purpose=purpose)
    decision = decide(question, node.know(transaction).known, at)
    if bluff or not decision.permitted:
        decision = tampered(decision, agreement)
    return send(node, transaction, gathered, decision, at=at)


def add_past_the_door(node: Node, transaction: Transaction, category: str) -> str:
    """Add an item that the door would refuse; give its digest."""
    door = items._door
    items._door = lambda new: ()  # noqa: ARG005
    try:
        new = NewItem(
            content=b"what nobody may keep", category=category, marking="TLP:GREEN", title="an item"
        )
        return add_item(node, transaction, new)[0].digest
    finally:
        items._door = door


def ask_beyond(node: Node, transaction: Transaction, name: str, to: str, agreement: str) -> None:
    """Ask another Party's register without counting it oneself."""
    asking: Any = ask_check
    spend = asking.spend
    asking.spend = lambda *_, **__: None
    try:
        query = Query("q", "Person", (name,))
        ask_check.ask_check(
            node, transaction, query, purpose="network-defence", reference="case 7", to=to, under=agreement
        )
    finally:
        asking.spend = spend


def forge_consents(node: Node, transaction: Transaction, item: str, to: str) -> list[str]:
    """Sign, with one's own key, a consent of everyone who had an item before; believe in it oneself. Give digests."""
    made: list[str] = []
    at = node.now(transaction)
    gathered = gather(transaction, find_item(transaction, item))
    signer = node.keyring.signer(node.know(transaction).own.card, "consent", at)
    upstream = {row.originator for row in gathered.rows} | {each.received_from for each in gathered.holdings}
    for party in sorted(upstream - {node.party, to, ""}):
        forged = statements.make(
            ConsentGranted(
                by=party,
                at=format_instant(at),
                holder=node.party,
                to=to,
                from_=format_instant(at - timedelta(days=1)),
                until=format_instant(at + timedelta(days=30)),
                item=item,
            ),
            signer,
        )
        made.append(statements.digest_of(forged))
        transaction.put_statement(
            StatementRow(
                digest=made[-1],
                kind="consent",
                by=party,
                about=item,
                signed=to_bytes(forged),
                known_at=at,
            )
        )
    node.forget()
    return made


def withdraw_anothers(node: Node, transaction: Transaction, item: str, to: str) -> None:
    """Send a Party a withdrawal of an item that is not one's own, under one's own key."""
    at = node.now(transaction)
    said = Withdrawal(by=node.party, at=format_instant(at), item=item)
    signed = statements.make(said, node.keyring.signer(node.know(transaction).own.card, "disclosure", at))
    message = Act(statement=statements.pack(signed), to=to, about=item)
    owe(node, transaction, to, message, at=at, kind="act", about=item)


def another_under(node: Node, transaction: Transaction, letter: Letter) -> bytes:
    """Seal another message under the number of one that was sent."""
    return craft(
        node,
        transaction,
        letter.to,
        ConsistencyQuestion(old=0, size=letter.number),
        sequence=letter.head.sequence,
        channel=bytes.fromhex(letter.head.channel),
    )


def sealed_again(node: Node, transaction: Transaction, letter: Letter) -> bytes:
    """Seal a message that was sent once more, in another envelope: its id stays the same."""
    return craft(
        node,
        transaction,
        letter.to,
        letter.content,
        sequence=letter.head.sequence,
        channel=bytes.fromhex(letter.head.channel),
        body=letter.body,
        head={"at": letter.head.at},
    )


def poison(node: Node, transaction: Transaction, peer: str, number: int) -> bytes | None:
    """Seal what no reader may take, under the next number of a channel; None where there is none yet."""
    out = transaction.channel(peer, "out")
    if out is None:
        return None
    transaction.put_channel(msgspec.structs.replace(out, last=out.last + 1))
    return craft(
        node,
        transaction,
        peer,
        None,
        raw=POISONS[number],
        sequence=out.last + 1,
        channel=bytes.fromhex(out.name),
    )


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
