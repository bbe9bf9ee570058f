"""The hash tree of RFC 6962: frontiers, roots, and checking proofs.

A tree over n leaves is kept as its *frontier*: the roots of the complete subtrees that n is made of, largest first, one
for each bit set in n. Appending needs nothing else, so a journal of any length is extended with a few dozen hashes in
memory.

>>> frontier = Frontier().append(leaf_hash(b"a")).append(leaf_hash(b"b"))
>>> frontier.root == node_hash(leaf_hash(b"a"), leaf_hash(b"b"))
True

Source: RFC 6962 §2.1; the checks follow RFC 9162 §2.1.3.2 and §2.1.4.2.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

import msgspec

from comity.errors import ForeignInput, VerificationFailed

__all__ = [
    "EMPTY_ROOT",
    "HASH",
    "Frontier",
    "leaf_hash",
    "node_hash",
    "verify_consistency",
    "verify_inclusion",
]

HASH: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
#: More than any journal will hold; bounds the work that a foreign proof can ask for.
MAX_SIZE: Final = 2**53


def leaf_hash(leaf: bytes) -> bytes:
    """Hash the bytes of a leaf; the first byte keeps leaves and nodes apart (RFC 6962 §2.1)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into the one above them."""
    return sha256(b"\x01" + left + right).digest()


class Frontier(msgspec.Struct, frozen=True):
    """A tree as far as appending needs it.

    Attributes:
        size: number of leaves.
        peaks: roots of its complete subtrees, largest first.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        """The root of the tree."""
        if not self.peaks:
            return EMPTY_ROOT
        *left, root = self.peaks
        for peak in reversed(left):
            root = node_hash(peak, root)
        return root

    @property
    def digest(self) -> bytes:
        """SHA-256 over size and peaks: stands for all leaves so far, and is cheaper than the root."""
        return sha256(b"comity-frontier-v1" + self.size.to_bytes(8) + b"".join(self.peaks)).digest()

    def append(self, leaf: bytes) -> "Frontier":
        """Add one leaf, given as its hash."""
        return self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> "Frontier":
        """Add leaves, given as their hashes, in order."""
        peaks, size = list(self.peaks), self.size
        for node in leaves:
            left = size
            while left & 1:  # every bit set below is a peak of the same height as the node carried so far
                node = sha256(b"\x01" + peaks.pop() + node).digest()
                left >>= 1
            peaks.append(node)
            size += 1
        return Frontier(size, tuple(peaks))

    @classmethod
    def read(cls, size: int, peaks: Iterable[bytes]) -> "Frontier":
        """Make a frontier from stored or foreign values.

        Raises:
            ForeignInput: the number or length of the peaks does not fit the size.
        """
        held = tuple(peaks)
        if (
            not 0 <= size <= MAX_SIZE
            or len(held) != size.bit_count()
            or any(len(peak) != HASH for peak in held)
        ):
            raise ForeignInput(f"{len(held)} peaks do not make a tree of {size} leaves")
        return cls(size, held)


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf stands at `index` (from 0) in the tree of `size` leaves with this root.

    Args:
        index: place of the leaf.
        size: leaves in the tree.
        leaf: hash of the leaf.
        proof: the audit path, lowest first.
        root: root that the caller trusts, from a checkpoint.

    Raises:
        VerificationFailed: it does not.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise VerificationFailed(f"no leaf {index} in a tree of {size}")
    node, place, last = leaf, index, size - 1
    for sibling in _checked(proof):
        if last == 0:
            raise VerificationFailed("inclusion proof is longer than the tree is high")
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    if last != 0 or node != root:
        raise VerificationFailed(f"leaf {index} is not in the tree of {size} leaves with this root")


def verify_consistency(
    old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of `size` leaves begins with the whole tree of `old_size` leaves.

    Args:
        old_size, old_root: from a checkpoint seen earlier.
        size, root: from a later one.
        proof: as of RFC 6962 §2.1.2; empty where the sizes are equal or the old tree is empty.

    Raises:
        VerificationFailed: it does not; or the later tree is smaller, which no append-only journal can be.
    """
    if not 0 <= old_size <= size <= MAX_SIZE:
        raise VerificationFailed(f"a journal of {size} entries is older than one of {old_size}")
    if old_size in (0, size):
        expected = EMPTY_ROOT if old_size == 0 else root
        if proof or old_root != expected:
            raise VerificationFailed(f"two different trees of {old_size} leaves")
        return
    path = list(_checked(proof))
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)  # a complete tree is its own subtree, so the proof leaves it out
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    if not path:
        raise VerificationFailed("consistency proof is empty")
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise VerificationFailed("consistency proof is longer than the tree is high")
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    if last != 0 or old != old_root or new != root:
        raise VerificationFailed(
            f"the journal of {size} entries does not begin with the {old_size} seen before"
        )


def _checked(proof: Sequence[bytes]) -> Sequence[bytes]:
    if len(proof) > MAX_SIZE.bit_length() + 1 or any(len(node) != HASH for node in proof):
        raise VerificationFailed("proof holds something other than at most 55 hashes of 32 bytes")
    return proof
