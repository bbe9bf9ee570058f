"""Reading this node's journal through, against its own heads and against what peers have kept of it.

`check_journal` does it as one piece of work. `check_in_parts` reads a few thousand entries at a time, so that a serving
node goes on meanwhile and memory stays flat; up to where it has come is noted, and it can go on from there.
"""

from collections.abc import Callable, Iterator, Sequence

from comity.errors import BadInput, VerificationFailed
from comity.journal.append import NODE
from comity.journal.checkpoint import origin_of_channel, read_note, verify_checkpoint
from comity.journal.merkle import Frontier
from comity.journal.verify import Report, Verifier, Witnessed, verify_journal
from comity.node.node import Node
from comity.ports import Head, JournalRow, Transaction

_PAGE = 2_000
#: Entries after which it is noted how far the reading has come.
_NOTE_AFTER = 100_000
_READ = "read"


def check_journal(node: Node, transaction: Transaction, notes: Sequence[str] = ()) -> Report:
    """Read the whole journal through; the report names each entry that is altered, missing, moved or back-dated.

    Args:
        notes: checkpoints of this node's channels that peers have kept (`comity journal witnessed`). A journal that was
            rewritten and signed anew agrees with itself, and differs from these.

    Raises:
        ForeignInput: a note is not a checkpoint.
        VerificationFailed: a note was not signed by this Party.
    """
    return verify_journal(
        _lines(transaction),
        heads=_heads(transaction),
        witnessed=[_kept(node, transaction, note) for note in notes],
    )


def check_in_parts(
    node: Node,
    notes: Sequence[str] = (),
    *,
    resume: bool = False,
    told: Callable[[int, int], None] = lambda _read, _of: None,
) -> Report:
    """Read the journal through, as it is when this begins, a part at a time.

    Args:
        notes: as for `check_journal`.
        resume: go on behind the entries that were found whole before. What was altered among those since is not seen,
            nor is a note about them.
        told: called with how many entries have been read, and of how many.

    Raises:
        BadInput: `resume` and notes exclude each other.
        ForeignInput, VerificationFailed: as for `check_journal`.
    """
    if resume and notes:
        raise BadInput("what others have kept is held against the whole journal, not against its end")
    store = node.store
    heads, witnessed = store.read(
        lambda transaction: (
            _heads(transaction),
            [_kept(node, transaction, note) for note in notes],
        )
    )
    verifier, after = _begin(node, witnessed) if resume else (Verifier(witnessed=witnessed), 0)
    size = heads[NODE].size if NODE in heads else 0
    begun, noted = after, after
    while after < size:
        rows = _page(node, after, min(_PAGE, size - after), size)
        if not rows:
            break
        verifier.feed(rows)
        after = rows[-1].number
        told(after - begun, size - begun)
        if after - noted >= _NOTE_AFTER and verifier.sound:
            _note(node, verifier.frontiers)
            noted = after
    report = verifier.report(heads)
    if report.whole:
        _note(node, report.frontiers)
    return report


def _page(node: Node, after: int, most: int, size: int) -> list[JournalRow]:
    rows = node.store.read(lambda transaction: transaction.journal(after=after, limit=most))
    return [row for row in rows if row.number <= size]


def _begin(node: Node, witnessed: Sequence[Witnessed]) -> tuple[Verifier, int]:
    """Take a verifier up where the last one noted how far it had come."""

    def read(transaction: Transaction) -> tuple[Verifier, int]:
        proven = transaction.proven(_READ)
        frontiers = {name: Frontier.read(head.size, head.frontier) for name, head in proven.items()}
        after = frontiers[NODE].size if NODE in frontiers else 0
        last = transaction.journal(after=after - 1, limit=1) if after else ()
        last_at = last[0].at if last and last[0].number == after else None
        return Verifier(frontiers=frontiers, last_at=last_at, witnessed=witnessed), after

    return node.store.read(read)


def _note(node: Node, frontiers: dict[str, Frontier]) -> None:
    def write(transaction: Transaction) -> None:
        for channel, tree in frontiers.items():
            transaction.put_proven(_READ, Head(channel=channel, size=tree.size, frontier=tree.peaks))

    node.act(write)


def _heads(transaction: Transaction) -> dict[str, Frontier]:
    return {head.channel: Frontier.read(head.size, head.frontier) for head in transaction.heads()}


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
