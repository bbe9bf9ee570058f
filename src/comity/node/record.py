"""Entering acts in this node's journal, and checkpoints: one's own shown to peers, theirs kept as a witness.

An entry holds a commitment and never content; what it stands for is kept beside it and can be erased. Every message
to a peer shows the checkpoint of this side of the channel, so the peer can tell later if what stood there has changed.
"""

import hashlib

from comity.clock import Instant
from comity.errors import BadInput, ForeignInput, VerificationFailed
from comity.identifiers import is_party_id
from comity.journal.append import NODE, Appender
from comity.journal.checkpoint import (
    Checkpoint,
    origin_of_channel,
    read_note,
    sign_checkpoint,
    verify_checkpoint,
)
from comity.journal.entries import KEY, LOCAL
from comity.journal.merkle import Frontier
from comity.node.node import Node
from comity.ports import Head, JournalRow, Transaction


def enter(
    node: Node, transaction: Transaction, kind: str, *, channel: str, act: str, detail: bytes, at: Instant
) -> int:
    """Enter one act; give its number.

    Args:
        kind: what was done, such as `decided` or `sent-disclosure`.
        channel: the peer it concerns; empty for what concerns nobody else.
        act: its digest: both sides enter one act under the same.
        detail: what the entry commits to.

    Raises:
        BadInput: the channel is not a Party's.
    """
    if channel and not is_party_id(channel):
        raise BadInput(f"`{channel[:80]}` is not a Party: a DNS name in lower case is")
    tree = channel or LOCAL
    appender = Appender(
        {NODE: _frontier(transaction, NODE), tree: _frontier(transaction, tree)}, transaction.last_entry_at()
    )
    line = appender.enter(channel=tree, kind=kind, act=act, at=at, key=node.entropy(KEY), detail=detail)
    transaction.append(
        [
            JournalRow(
                number=line.number,
                channel=line.channel,
                channel_number=line.channel_number,
                at=line.at,
                kind=line.kind,
                act=line.act,
                leaf=line.leaf,
                key=line.key,
                detail=line.detail,
            )
        ],
        [
            Head(channel=name, size=frontier.size, frontier=tuple(frontier.peaks))
            for name, frontier in appender.changed().items()
        ],
    )
    return line.number


def checkpoint(node: Node, transaction: Transaction, peer: str, *, at: Instant) -> str:
    """Sign the head of this side of the channel with a peer; empty before the first entry."""
    frontier = _frontier(transaction, peer)
    if frontier.size == 0:
        return ""
    head = Checkpoint(origin_of_channel(node.party, peer), frontier.size, frontier.root)
    return sign_checkpoint(head, node.keyring.signer(node.know(transaction).own.card, "journal", at))


def witness(node: Node, transaction: Transaction, peer: str, note: str, *, at: Instant) -> None:
    """Keep a checkpoint that a peer showed. Two roots for one size are kept both: they are the evidence.

    Raises:
        ForeignInput: it is not a checkpoint.
        VerificationFailed: the peer did not sign it.
    """
    origin = origin_of_channel(peer, node.party)
    keys = node.know(transaction).cards.keys(peer, "journal", at).values()
    for key in keys:
        try:
            head = verify_checkpoint(note, origin, key)
        except VerificationFailed:
            continue
        held = [text for _, text in transaction.checkpoints(peer, head.size)]
        if any(read_note(text).checkpoint.root != head.root for text in held):
            enter(
                node,
                transaction,
                "equivocation",
                channel=peer,
                act=digest_of(note.encode()),
                detail=note.encode(),
                at=at,
            )
        transaction.put_checkpoint(peer, head.size, note, at)
        return
    if not keys:
        raise ForeignInput(f"no key of {peer} for journals is known")
    raise VerificationFailed(f"the checkpoint was not signed by {peer}")


def digest_of(data: bytes) -> str:
    """Give the SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _frontier(transaction: Transaction, tree: str) -> Frontier:
    head = transaction.head(tree)
    return Frontier(size=head.size, peaks=head.frontier)
