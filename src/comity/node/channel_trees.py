"""The hash tree of a channel, for proofs, from the leaves stored here.

`tree_of` reads them all: whoever takes proofs away in a file waits for that once. What a peer asks by itself is
answered by `ChannelTrees`, where a tree stays at hand and grows with its channel: asking again costs what was entered
since, not the length of the channel.
"""

from collections import OrderedDict

from comity.errors import VerificationFailed
from comity.journal.merkle import Frontier, leaf_hash, verify_consistency
from comity.journal.proofs import Tree
from comity.ports import Transaction

__all__ = ["ChannelTrees", "Growth", "grown_to", "not_as_entered", "tree_of"]

#: Leaves read at once.
_PAGE = 5_000
#: Trees kept at hand: of a million entries each takes a quarter of a megabyte.
_AT_HAND = 64

#: Two sizes of a channel's tree: the frontier of the later one, and the proof that it grew out of the earlier.
Growth = tuple[Frontier, tuple[bytes, ...]]


class _Growing:
    """A tree that grows with its channel.

    Attributes:
        transaction: what it reads leaves by, while it is used.
    """

    def __init__(self, channel: str) -> None:
        self._where = channel or None
        self.transaction: Transaction | None = None
        self.tree = Tree(self._leaves)

    def grow(self, transaction: Transaction) -> Tree:
        """Give the tree over everything that is stored now."""
        self.transaction = transaction
        while hashes := self._leaves(self.tree.size, self.tree.size + _PAGE):
            self.tree.extend(hashes)
        return self.tree

    def _leaves(self, start: int, stop: int) -> list[bytes]:
        assert self.transaction is not None
        return list(map(leaf_hash, self.transaction.leaves(self._where, after=start, limit=stop - start)))


class ChannelTrees:
    """The trees of a node's channels that were used last."""

    def __init__(self) -> None:
        self._at_hand: OrderedDict[str, _Growing] = OrderedDict()

    def between(self, transaction: Transaction, channel: str, old: int, size: int) -> Growth:
        """Prove that the tree over `size` entries of a channel began with the one over `old`.

        A tree at hand may hold leaves of work that was undone since: where it is not the head's, it is made anew.

        Raises:
            VerificationFailed: what is stored here does not make the tree.
        """
        head = transaction.head(channel)
        frontier = Frontier(head.size, head.frontier)
        growing = self._at_hand.pop(channel, None)
        if growing is None or growing.grow(transaction).frontier() != frontier:
            growing = _Growing(channel)
            if growing.grow(transaction).frontier() != frontier:
                raise not_as_entered(channel, head.size)
        tree = growing.tree
        before, after, proof = tree.frontier(old), tree.frontier(size), tree.consistency(old, size)
        # the ends of the trees are read from the rows again: nothing is signed that does not lead to the head
        for first, last, path in ((before, after, proof), (after, frontier, tree.consistency(size))):
            try:
                verify_consistency(first.size, first.root, last.size, last.root, path)
            except VerificationFailed:
                raise not_as_entered(channel, head.size) from None
        growing.transaction = None
        self._at_hand[channel] = growing
        while len(self._at_hand) > _AT_HAND:
            self._at_hand.popitem(last=False)
        return after, proof


def tree_of(transaction: Transaction, channel: str) -> Tree:
    """Give the tree of a channel from its stored leaves, for proofs; `NODE` for the node's own."""
    return _Growing(channel).grow(transaction)


def grown_to(transaction: Transaction, channel: str, tree: Frontier, size: int) -> Frontier:
    """Let a frontier grow by the entries stored behind it, up to a size; no further than there are entries."""
    while tree.size < size:
        leaves = transaction.leaves(channel, after=tree.size, limit=min(_PAGE, size - tree.size))
        if not leaves:
            break
        tree = tree.extend(map(leaf_hash, leaves))
    return tree


def not_as_entered(channel: str, size: int) -> VerificationFailed:
    """Give the error for leaves that are not those that were entered."""
    return VerificationFailed(
        f"the entries stored with {channel} are not those that its {size} entries were made from: "
        "no head is signed",
        hint="comity journal verify names the entry; restore a backup, then comity journal reconcile PARTY",
    )
