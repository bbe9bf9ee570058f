"""A home restored from an old backup: it finds out, keeps still, reconciles, and says so.

Each message shows the largest head that its sender has kept of the receiver's journal. One that this Party signed, and
that its tree has not come to (or not by the same entries), tells that this home is *behind*: its journal is an old one.
While it is, nothing is entered but what reconciling needs (`record.py`) and no other message is taken (`receive.py`).

The reconciliation with that peer ends it. This Party owns in a signed statement that the entries between are lost, and
signs no head of a size it has signed before; messages to the peer go on with numbers it has not seen. The peer keeps
what it had as evidence, and begins to witness anew. Source: `specs/journal.md` §4.
"""

import msgspec

from comity import signing
from comity.clock import Instant, format_instant
from comity.errors import ComityError, VerificationFailed
from comity.federation import statements
from comity.federation.messages import Message
from comity.federation.statements import JournalRestored
from comity.journal.checkpoint import origin_of_channel, read_note, verify_cosignature
from comity.journal.merkle import Frontier
from comity.node import record
from comity.node.channel_trees import grown_to
from comity.node.node import Node
from comity.node.signed_statements import keep_signed, sign
from comity.node.witness import head_signed_by
from comity.ports import ChannelRow, KeptHead, Transaction
from comity.sealing.inner import Message as InnerMessage

__all__ = ["declare_restored", "notice_behind", "take_restored"]


def notice_behind(
    node: Node, transaction: Transaction, peer: str, letter: InnerMessage, message: Message, at: Instant
) -> bool:
    """Look at the head that a peer has kept of this side; tell whether this home is behind it.

    A smaller one that the peer cosigned is kept: it is worth more than one's own word.
    """
    ours = transaction.kept_head(peer, ours=True)
    if message.kept and (ours is None or message.kept != ours.note):
        ours = _take_kept(node, transaction, peer, message, ours, at)
    behind = ours is not None and ours.behind
    if behind:
        _go_on(transaction, peer, letter, message)
    return behind


def _take_kept(
    node: Node, transaction: Transaction, peer: str, message: Message, ours: KeptHead | None, at: Instant
) -> KeptHead | None:
    try:
        head = head_signed_by(
            node, transaction, message.kept, node.party, origin_of_channel(node.party, peer), at, past=True
        )
    except ComityError:
        return ours  # not ours: whoever says so has nothing to show
    if ours is not None and head.size <= ours.size:
        return ours
    tree = _own_tree(transaction, peer, ours, head.size)
    behind = (tree.size, tree.root) != (head.size, head.root)
    row = KeptHead(
        peer=peer,
        ours=True,
        size=head.size,
        frontier=() if behind else tree.peaks,
        note=_own_lines(node, transaction, message.kept, head.origin, peer, at),
        behind=behind,
        at=at,
    )
    transaction.put_kept_head(row)
    return row


def _own_tree(transaction: Transaction, peer: str, ours: KeptHead | None, size: int) -> Frontier:
    """Give this side's tree as it was when it had some size, or as it is where it never had it.

    A home can have grown beyond what its peer has kept before it hears of that, by other entries: the size alone does
    not tell. Read are the entries since the head that the peer has shown before.
    """
    here = transaction.head(peer)
    if size >= here.size:
        return Frontier(here.size, here.frontier)
    tree = Frontier(ours.size, ours.frontier) if ours is not None and ours.frontier else Frontier()
    return grown_to(transaction, peer, tree, size)


def _go_on(transaction: Transaction, peer: str, letter: InnerMessage, message: Message) -> None:
    """Go on in the channel that the peer knows, with numbers it has not seen: it would take no other channel.

    What it says of a channel that is another's, or its own, is not believed.
    """
    out = transaction.channel(peer, "out")
    name = message.seen_on or (out.name if out is not None else "")
    last = max(message.seen, out.last if out is not None and out.name == name else 0)
    if name in ("", letter.head.channel):
        return
    held = transaction.channel_named(name)
    if held is not None and (held.peer, held.direction) != (peer, "out"):
        return
    if out is None or (out.name, out.last) != (name, last):
        transaction.put_channel(ChannelRow(name=name, peer=peer, direction="out", last=last))


def _own_lines(node: Node, transaction: Transaction, note: str, origin: str, peer: str, at: Instant) -> str:
    """Give a note with this Party's own line and, where it holds, the peer's, and nothing else a peer wrote."""
    names = [origin]
    for key in node.know(transaction).cards.keys(peer, "witness", at).values():
        try:
            verify_cosignature(note, peer, key)
        except ComityError:
            continue
        names.append(peer)
    text, _, lines = note.rpartition("\n\n")
    kept = [line for line in lines.splitlines(keepends=True) if line.split(" ")[1] in names]
    return f"{text}\n\n{''.join(kept)}"


def declare_restored(node: Node, transaction: Transaction, peer: str, at: Instant) -> str:
    """End the state of being behind a peer: own, signed, that the entries it has kept are lost here.

    Returns:
        The signed statement, to be told the peer; empty where this home is not behind it.
    """
    ours = transaction.kept_head(peer, ours=True)
    if ours is None or not ours.behind:
        return ""
    statement = sign(
        node,
        transaction,
        JournalRestored(
            by=node.party,
            at=format_instant(at),
            witness=peer,
            resumed=transaction.head(peer).size,
            size=ours.size,
            root=read_note(ours.note).checkpoint.root.hex(),
        ),
        at,
    )
    keep_signed(transaction, "journal-restored", "", statement, by=node.party, at=at)
    transaction.put_kept_head(msgspec.structs.replace(ours, behind=False, at=at))
    record.enter(
        node,
        transaction,
        "restored",
        channel=peer,
        act=statements.digest_of(statement),
        detail=signing.to_bytes(statement),
        at=at,
    )
    return statements.pack(statement)


def take_restored(node: Node, transaction: Transaction, sender: str, text: str, *, at: Instant) -> None:
    """Take a peer's word that its journal was restored: what was kept of it stays as evidence, and a new tree begins.

    Raises:
        ForeignInput: it is no such statement.
        VerificationFailed: the peer did not sign it, or speaks of another head than the one kept.
    """
    signed = statements.unpack(text)
    said = statements.check(signed, JournalRestored, node.know(transaction).cards.keys)
    digest = statements.digest_of(signed)
    if transaction.statement(digest) is not None:
        return
    kept = transaction.kept_head(sender, ours=False)
    if (said.by, said.witness) != (sender, node.party) or kept is None or said.size > kept.size:
        raise VerificationFailed(f"{sender} speaks of a head that was not kept here")
    keep_signed(transaction, "journal-restored", "", signed, by=sender, at=at)
    transaction.put_kept_head(KeptHead(peer=sender, ours=False, size=0, at=at))
    record.enter(node, transaction, "peer-restored", channel=sender, act=digest, detail=text.encode(), at=at)
