"""Reading this node's journal through, against its own heads and against what peers have kept of it."""

from collections.abc import Iterator, Sequence

from comity.errors import VerificationFailed
from comity.journal.checkpoint import origin_of_channel, read_note, verify_checkpoint
from comity.journal.merkle import Frontier
from comity.journal.verify import Report, Witnessed, verify_journal
from comity.node.node import Node
from comity.ports import JournalRow, Transaction

_PAGE = 2_000


def check_journal(node: Node, transaction: Transaction, notes: Sequence[str] = ()) -> Report:
    """Read the whole journal through; the report names each entry that is altered, missing, moved or back-dated.

    Args:
        notes: checkpoints of this node's channels that peers have kept (`comity journal witnessed`). A journal that was
            rewritten and signed anew agrees with itself, and differs from these.

    Raises:
        ForeignInput: a note is not a checkpoint.
        VerificationFailed: a note was not signed by this Party.
    """
    heads = {head.channel: Frontier.read(head.size, head.frontier) for head in transaction.heads()}
    return verify_journal(
        _lines(transaction), heads=heads, witnessed=[_kept(node, transaction, note) for note in notes]
    )


def witnessed(transaction: Transaction, peer: str) -> list[str]:
    """Give the checkpoints this node has kept of a peer's side of their channel."""
    return [text for _, text in transaction.checkpoints(peer)]


def _kept(node: Node, transaction: Transaction, note: str) -> Witnessed:
    knowledge = node.know(transaction)
    origin = read_note(note).checkpoint.origin
    peer = next((name for name in knowledge.peers() if origin == origin_of_channel(node.party, name)), "")
    if not peer:
        raise VerificationFailed(f"a checkpoint of `{origin[:120]}`, which is no channel of {node.party}")
    for card in knowledge.cards.all():
        if card.party != node.party:
            continue
        for key in card.signing_keys("journal", card.card.issued).values():
            try:
                head = verify_checkpoint(note, origin, key)
            except VerificationFailed:
                continue
            return Witnessed(channel=peer, size=head.size, root=head.root, by=peer)
    raise VerificationFailed(f"the checkpoint of `{origin[:120]}` was not signed by {node.party}")


def _lines(transaction: Transaction) -> Iterator[JournalRow]:
    after = 0
    while rows := transaction.journal(after=after, limit=_PAGE):
        yield from rows
        after = rows[-1].number
