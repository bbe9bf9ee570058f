"""The hash tree of a channel, for proofs, from the leaves stored here.

`tree_of` reads them all: whoever takes proofs away in a file waits for that once. What a peer asks by itself is
answered by `proof_between`, from a tree that stays at hand and grows with the channel: asking again costs what was
entered since, not the length of the channel.
"""

from collections import OrderedDict
from weakref import WeakKeyDictionary

from comity.errors import VerificationFailed
from comity.journal.merkle import Frontier, leaf_hash, verify_consistency
from comity.journal.proofs import Tree
from comity.node.node import Node
from comity.ports import Transaction

__all__ = ["Growth", "grown_to", "not_as_entered", "proof_between", "tree_of"]

#: Leaves read at once.
_PAGE = 5_000
#: Trees kept at hand: of a million entries each takes a quarter of a megabyte.
_AT_HAND = 64

#: Two sizes of a channel's tree: the frontier of the later one, and the proof that it grew out of the earlier.
Growth = tuple[Frontier, tuple[bytes, ...]]


class _Leaves:
    """Reads the leaf hashes of a channel; of a tree at hand, only while it is used."""

    def __init__(self, channel: str) -> None:
        self._where = channel or None
        self.transaction: Transaction | None = None

    def __call__(self, start: int, stop: int) -> list[bytes]:
        assert self.transaction is not None
        return list(map(leaf_hash, self.transaction.leaves(self._where, after=start, limit=stop - start)))


#: By node, the trees used last, by channel. One may hold leaves of work that was undone since: it is held against the
#: head before it is used, and dropped where it is another.
_TREES: "WeakKeyDictionary[Node, OrderedDict[str, tuple[Tree, _Leaves]]]" = WeakKeyDictionary()


def tree_of(transaction: Transaction, channel: str) -> Tree:
    """Give the tree of a channel from its stored leaves, for proofs; `NODE` for the node's own."""
    tree, leaves = _begun(channel)
    leaves.transaction = transaction
    return _grown(tree, leaves)


def grown_to(transaction: Transaction, channel: str, tree: Frontier, size: int) -> Frontier:
    """Let a frontier grow by the entries stored behind it, up to a size; no further than there are entries."""
    while tree.size < size:
        leaves = transaction.leaves(channel, after=tree.size, limit=min(_PAGE, size - tree.size))
        if not leaves:
            break
        tree = tree.extend(map(leaf_hash, leaves))
    return tree


def proof_between(node: Node, transaction: Transaction, channel: str, old: int, size: int) -> Growth:
    """Prove that the tree over `size` entries of a channel began with the one over `old`.

    Raises:
        VerificationFailed: what is stored here does not make the tree.
    """
    head = transaction.head(channel)
    frontier = Frontier(head.size, head.frontier)
    held = _TREES.setdefault(node, OrderedDict())
    tree, leaves = held.pop(channel) if channel in held else _begun(channel)
    leaves.transaction = transaction
    try:
        if _grown(tree, leaves).size != head.size or tree.frontier() != frontier:
            tree, leaves = _begun(channel)
            leaves.transaction = transaction
            if _grown(tree, leaves).size != head.size or tree.frontier() != frontier:
                raise not_as_entered(channel, head.size)
        before, after = tree.frontier(old), tree.frontier(size)
        proof = tree.consistency(old, size)
        # the ends of the trees are read from the rows again: nothing is signed that does not lead to the head
        for first, last, path in ((before, after, proof), (after, frontier, tree.consistency(size))):
            try:
                verify_consistency(first.size, first.root, last.size, last.root, path)
            except VerificationFailed:
                raise not_as_entered(channel, head.size) from None
    finally:
        leaves.transaction = None
    held[channel] = tree, leaves
    while len(held) > _AT_HAND:
        held.popitem(last=False)
    return after, proof


def not_as_entered(channel: str, size: int) -> VerificationFailed:
    """Give the error for leaves that are not those that were entered."""
    return VerificationFailed(
        f"the entries stored with {channel} are not those that its {size} entries were made from: "
        "no head is signed",
        hint="comity journal verify names the entry; restore a backup, then comity journal reconcile PARTY",
    )


def _begun(channel: str) -> tuple[Tree, _Leaves]:
    leaves = _Leaves(channel)
    return Tree(leaves), leaves


def _grown(tree: Tree, leaves: _Leaves) -> Tree:
    while hashes := leaves(tree.size, tree.size + _PAGE):
        tree.extend(hashes)
    return tree
