"""Each the other's witness: what a message shows of the sender's journal, and what its receiver makes of it.

Every message shows the sender's checkpoint of its side of the channel, the hashes of the entries since the largest one
that the receiver is known to have kept, and the largest one it has kept of the receiver's side itself:

    (1) a checkpoint whose tree grows out of the one kept is cosigned and kept in its place
    (2) one too far ahead is kept unsigned, and its proof of consistency asked for
    (3) two roots for one size, or a tree that does not grow out of the one kept, is evidence: both are kept
    (4) a smaller tree in a later message is older than what was cosigned: refused

A head that is held already is not kept again, and of heads that prove nothing yet, and of evidence, no more is kept
than serves: whoever signs them by the thousand makes nobody's store grow.

What follows from the third, where a peer has kept more than is here, stands in `restored.py`.
Source: `specs/journal.md` §4; C2SP tlog-cosignature.
"""

import msgspec

from comity.cards import SignedCard
from comity.cards.card import is_revoked
from comity.clock import Instant
from comity.errors import ForeignInput, NotFound, VerificationFailed
from comity.federation import statements
from comity.federation.messages import ConsistencyAnswer, ConsistencyQuestion, Message
from comity.federation.statements import JournalRestored
from comity.journal.checkpoint import (
    Checkpoint,
    cosign,
    origin_of_channel,
    read_note,
    sign_checkpoint,
    verify_checkpoint,
)
from comity.journal.merkle import HASH, Frontier, leaf_hash, verify_consistency
from comity.node import record
from comity.node.channel_trees import grown_to, not_as_entered
from comity.node.node import Node
from comity.node.verdict import Verdict
from comity.ports import Head, KeptHead, Transaction
from comity.signing import from_bytes
from comity.strict import read_base64, write_base64

__all__ = [
    "ask_for_proof",
    "head_signed_by",
    "keep",
    "own_checkpoint",
    "show",
    "take_answer",
    "take_question",
]

#: Hashes of entries that a message shows at the most: 8 KB, more than any peer is behind by in quiet times.
MAX_LEAVES = 256

#: Heads kept of a peer beyond the largest that is proven: it is asked for the proof at the first, and the answer makes
#: room. What comes in between leads nowhere that a later one does not.
MAX_UNPROVEN = 64
#: Entries of each kind of evidence against one peer: one says it all, the others how it went on.
MAX_EVIDENCE = 16

#: Beyond every number of an entry.
_END = 2**62
_SIGNED = "signed"


# -- what a message shows -----------------------------------------------------------------------------------------


def show(
    node: Node, transaction: Transaction, peer: str, message: Message, at: Instant, under: SignedCard
) -> Message:
    """Put into a message what it shows of both journals of a channel, its own head signed under a card."""
    theirs = transaction.kept_head(peer, ours=False)
    incoming = transaction.channel(peer, "in")
    said = msgspec.structs.replace(
        message,
        kept=theirs.note if theirs is not None else "",
        seen=incoming.last if incoming is not None else 0,
        seen_on=incoming.name if incoming is not None else "",
    )
    note = own_checkpoint(node, transaction, peer, at=at, under=under)
    if not note:
        return said
    ours, size = transaction.kept_head(peer, ours=True), transaction.head(peer).size
    since = ours.size if ours is not None else 0
    if size - since > MAX_LEAVES:
        return msgspec.structs.replace(said, checkpoint=note, since=since)
    hashes = list(map(leaf_hash, transaction.leaves(peer, after=since, limit=MAX_LEAVES)))
    return msgspec.structs.replace(said, checkpoint=note, since=since, leaves=write_base64(b"".join(hashes)))


def own_checkpoint(node: Node, transaction: Transaction, peer: str, *, at: Instant, under: SignedCard) -> str:
    """Sign the head of this side of the channel with a peer, with a key of the card the message is sealed under.

    Empty before the first entry, and while the tree is no larger than one that the peer has kept and that is lost here:
    two roots for one size are never signed.

    Raises:
        VerificationFailed: what is stored is not what the head was made from: nothing is signed.
    """
    head = transaction.head(peer)
    ours = transaction.kept_head(peer, ours=True)
    if head.size == 0 or (ours is not None and ours.size > head.size):
        return ""
    frontier = Frontier(head.size, head.frontier)
    note = Checkpoint(origin_of_channel(node.party, peer), frontier.size, frontier.root)
    if ours is not None and ours.size == head.size and read_note(ours.note).checkpoint != note:
        return ""
    _check_stored(transaction, peer, frontier)
    return sign_checkpoint(note, node.keyring.signer(under.card, "journal", at))


def _check_stored(transaction: Transaction, channel: str, frontier: Frontier) -> None:
    """Read the entries since the last head that was signed, and see that they make this one.

    A leaf that changed where it is stored would otherwise be signed for, and never verify again.
    """
    proven = transaction.proven_of(_SIGNED, channel)
    tree = Frontier() if proven is None else Frontier(proven.size, proven.frontier)
    if tree.size > frontier.size:
        raise not_as_entered(channel, frontier.size)
    if tree.size < frontier.size:  # and one beyond, if there is one: that was not entered either
        tree = grown_to(transaction, channel, tree, frontier.size + 1)
    if tree != frontier:
        raise not_as_entered(channel, frontier.size)
    if proven is None or proven.size != tree.size:
        transaction.put_proven(_SIGNED, Head(channel=channel, size=tree.size, frontier=tree.peaks))


# -- what a message shows of the sender's journal -------------------------------------------------------------------


def keep(
    node: Node, transaction: Transaction, peer: str, message: Message, *, said: Instant, at: Instant
) -> None:
    """Check the checkpoint a message shows, cosign it where it continues what was kept, and keep it.

    Args:
        said: when the sender wrote the message: of two messages the later one cannot show less.

    Raises:
        ForeignInput: it is not a checkpoint.
        VerificationFailed: the peer did not sign it, or it belies what was kept before.
    """
    if not message.checkpoint:
        return
    note = message.checkpoint
    head = head_signed_by(node, transaction, note, peer, origin_of_channel(peer, node.party), at)
    kept = transaction.kept_head(peer, ours=False) or KeptHead(peer=peer, ours=False, size=0, at=said)
    held = {read_note(text).checkpoint.root for _, text in transaction.checkpoints(peer, head.size)}
    if held - {head.root}:
        if head.root not in held:
            _keep_evidence(node, transaction, "equivocation", peer, head.size, note, at)
        return
    if head.size < kept.size:
        if said > kept.at and not held:
            _keep_evidence(node, transaction, "rolled-back", peer, head.size, note, at)
        return
    if head.size == kept.size:
        return
    grown = _grown(kept, message, head.size)
    if grown is None:
        proven = max(kept.size, _lost(transaction, peer))
        if not held and transaction.count_checkpoints(peer, above=proven) < MAX_UNPROVEN:
            transaction.put_checkpoint(peer, head.size, note, at)
        _ask(node, transaction, kept, head.size, at)
    elif grown.root != head.root:
        _keep_evidence(node, transaction, "inconsistent", peer, head.size, note, at)
    else:
        _cosign(node, transaction, kept, grown, note, said, at)


def _grown(kept: KeptHead, message: Message, size: int) -> Frontier | None:
    """Let the tree kept grow by the hashes shown; None where they do not reach from one to the other."""
    joined = read_base64(message.leaves, what="message: leaves")
    hashes = [joined[place : place + HASH] for place in range(0, len(joined), HASH)]
    if len(joined) % HASH or len(hashes) > MAX_LEAVES:
        raise ForeignInput("message: leaves are not at most 256 hashes")
    if message.since > kept.size or message.since + len(hashes) != size:
        return None
    return Frontier(kept.size, kept.frontier).extend(hashes[kept.size - message.since :])


def _cosign(
    node: Node,
    transaction: Transaction,
    kept: KeptHead,
    grown: Frontier,
    note: str,
    said: Instant,
    at: Instant,
) -> None:
    """Keep a head that was proven, with this Party's word for it where its card has a key for that."""
    try:
        key = node.keyring.signer(node.know(transaction).own.card, "witness", at)
    except NotFound:
        cosigned = note
    else:
        cosigned = cosign(note, node.party, key, at)
    transaction.put_checkpoint(kept.peer, grown.size, cosigned, at)
    transaction.put_kept_head(
        msgspec.structs.replace(
            kept, size=grown.size, frontier=grown.peaks, note=cosigned, at=max(said, kept.at)
        )
    )


def _ask(node: Node, transaction: Transaction, kept: KeptHead, size: int, at: Instant) -> None:
    """Ask for the proof up to a head, unless one is asked for already."""
    from comity.node.post import owe  # which shows this module's checkpoints in what it sends

    if kept.asked:
        return
    transaction.put_kept_head(msgspec.structs.replace(kept, asked=size))
    question = ConsistencyQuestion(old=kept.size, size=size)
    owe(node, transaction, kept.peer, question, at=at, kind="consistency-question")


def ask_for_proof(node: Node, transaction: Transaction, peer: str, at: Instant) -> None:
    """Ask a peer for the proof up to the largest head it has shown, where that is not proven yet."""
    kept = transaction.kept_head(peer, ours=False)
    newest = max((size for size, _ in transaction.checkpoints(peer)), default=0)
    if kept is not None and newest > max(kept.size, _lost(transaction, peer)):
        _ask(node, transaction, kept, newest, at)


def _lost(transaction: Transaction, peer: str) -> int:
    """Give the size of the largest tree that a peer has said it lost: heads up to it stay, and have no proof."""
    said = (row for row in transaction.statements("journal-restored", "") if row.by == peer)
    return max((statements.read(from_bytes(row.signed), JournalRestored).size for row in said), default=0)


def take_question(
    node: Node, transaction: Transaction, sender: str, message: ConsistencyQuestion, *, at: Instant
) -> Verdict:
    """Give a witness the proof that this side of the channel only grew.

    Raises:
        VerificationFailed: what is stored here does not make the tree.
    """
    from comity.node.post import owe

    head = transaction.head(sender)
    lost = transaction.kept_head(sender, ours=True)
    if not message.old <= message.size <= head.size or (lost is not None and lost.size > head.size):
        return Verdict("accepted")  # nothing of that size is here to be proven
    grown, proof = node.trees.between(transaction, sender, message.old, message.size)
    note = Checkpoint(origin_of_channel(node.party, sender), grown.size, grown.root)
    reply = ConsistencyAnswer(
        old=message.old,
        note=sign_checkpoint(note, node.keyring.signer(node.know(transaction).own.card, "journal", at)),
        proof=tuple(each.hex() for each in proof),
        frontier=tuple(each.hex() for each in grown.peaks),
    )
    owe(node, transaction, sender, reply, at=at, kind="consistency-answer")
    return Verdict("accepted")


def take_answer(
    node: Node,
    transaction: Transaction,
    sender: str,
    message: ConsistencyAnswer,
    *,
    said: Instant,
    at: Instant,
) -> Verdict:
    """Check a proof that was asked for, and cosign the head it leads to.

    Raises:
        ForeignInput: it is not well formed.
        VerificationFailed: it does not hold; the evidence is entered by whoever counts this message.
    """
    kept = transaction.kept_head(sender, ours=False)
    if kept is None or kept.asked == 0:
        return Verdict("accepted")
    kept = msgspec.structs.replace(kept, asked=0)
    transaction.put_kept_head(kept)
    head = head_signed_by(node, transaction, message.note, sender, origin_of_channel(sender, node.party), at)
    if message.old != kept.size or head.size <= kept.size:
        return Verdict("accepted")  # another message has led beyond it
    grown = Frontier.read(head.size, (bytes.fromhex(each) for each in message.frontier))
    if grown.root != head.root:
        raise VerificationFailed(f"the frontier that {sender} gives does not have the root it signed")
    before = Frontier(kept.size, kept.frontier)
    proof = [bytes.fromhex(each) for each in message.proof]
    verify_consistency(before.size, before.root, head.size, head.root, proof)
    _cosign(node, transaction, kept, grown, message.note, said, at)
    return Verdict("accepted")


def _keep_evidence(
    node: Node, transaction: Transaction, kind: str, peer: str, size: int, note: str, at: Instant
) -> None:
    """Enter that a peer's journal is not what it showed before, and keep the checkpoint beside the other.

    The first ones stay, for they are the evidence; when there is enough of a kind, nothing more is kept of it.
    """
    act, detail = record.digest_of(note.encode()), note.encode()
    if any(row.kind == kind for row in transaction.entries_of(act)):
        return
    entered = transaction.journal_of_kinds((kind,), channel=peer, first=0, before=_END, limit=MAX_EVIDENCE)
    if len(entered) < MAX_EVIDENCE:
        record.enter(node, transaction, kind, channel=peer, act=act, detail=detail, at=at)
        transaction.put_checkpoint(peer, size, note, at)


def head_signed_by(
    node: Node,
    transaction: Transaction,
    note: str,
    party: str,
    origin: str,
    at: Instant,
    *,
    past: bool = False,
) -> Checkpoint:
    """Check that a Party signed a head with a key for journals, where `past` also with one it had before.

    Raises:
        ForeignInput: it is not a checkpoint, or no such key is known.
        VerificationFailed: it did not.
    """
    book = node.know(transaction).cards
    cards, revoked = [card for card in book.all() if card.party == party], book.revocations(party)
    keys = {
        keyid: key
        for card in cards
        for moment in ((at, card.card.issued) if past else (at,))
        for keyid, key in card.signing_keys("journal", moment).items()
        if not is_revoked(revoked, keyid, at)
    }
    for key in keys.values():
        try:
            return verify_checkpoint(note, origin, key)
        except VerificationFailed:
            continue
    if not keys:
        raise ForeignInput(f"no key of {party} for journals is known")
    raise VerificationFailed(f"the checkpoint was not signed by {party}")
