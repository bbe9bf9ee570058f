"""Making proofs over a journal of any length, with little memory.

Of every 256 leaves only the root of their subtree is kept, and of those their tree: a quarter of a byte for each leaf.
What lies inside a block is hashed again when a proof needs it, from leaf hashes that the caller reads back. One proof
reads two blocks at most.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Final

from comity.journal.merkle import EMPTY_ROOT, Frontier, node_hash

__all__ = ["Tree"]

_HEIGHT: Final = 8
_BLOCK: Final = 1 << _HEIGHT

#: Gives the leaf hashes from the first place up to the second, exclusive.
ReadLeaves = Callable[[int, int], Sequence[bytes]]


class Tree:
    """A hash tree that gives roots and proofs for every size it has had.

    Args:
        read: gives back leaf hashes by their place, for instance from the journal's table.
        leaves: hashes of the leaves to begin with, read once and in order.
    """

    def __init__(self, read: ReadLeaves, leaves: Iterable[bytes] = ()) -> None:
        self._read = read
        self._levels: list[list[bytes]] = [[]]
        self._open = Frontier()
        self.size = 0
        self.extend(leaves)

    @classmethod
    def over(cls, leaves: Sequence[bytes]) -> "Tree":
        """Make a tree over leaf hashes that are all at hand."""
        return cls(lambda start, stop: leaves[start:stop], leaves)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Take in more leaf hashes, in order."""
        rest = iter(leaves)
        while block := list(islice(rest, _BLOCK - self._open.size)):
            self._open = self._open.extend(block)
            self.size += len(block)
            if self._open.size == _BLOCK:
                self._close(self._open.root)
                self._open = Frontier()

    def root(self, size: int | None = None) -> bytes:
        """Give the root over the first `size` leaves; over all where not said."""
        wanted = self._within(self.size if size is None else size)
        return self._root(0, wanted) if wanted else EMPTY_ROOT

    def frontier(self, size: int | None = None) -> Frontier:
        """Give the frontier over the first `size` leaves; over all where not said."""
        wanted = self._within(self.size if size is None else size)
        peaks, start = [], 0
        for height in range(wanted.bit_length() - 1, -1, -1):
            if wanted >> height & 1:
                peaks.append(self._complete(start, 1 << height))
                start += 1 << height
        return Frontier(wanted, tuple(peaks))

    def inclusion(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """Give the audit path of the leaf at `index` in the tree over the first `size` leaves (RFC 6962 §2.1.1).

        Raises:
            IndexError: there is no such leaf or no such tree.
        """
        wanted = self._within(self.size if size is None else size)
        if not 0 <= index < wanted:
            raise IndexError(f"no leaf {index} in a tree of {wanted}")
        start, stop, path = 0, wanted, []
        while stop - start > 1:
            middle = start + _split(stop - start)
            if index < middle:
                path.append(self._root(middle, stop))
                stop = middle
            else:
                path.append(self._root(start, middle))
                start = middle
        return tuple(reversed(path))

    def consistency(self, old: int, size: int | None = None) -> tuple[bytes, ...]:
        """Give the proof that the tree over `size` leaves begins with the one over `old` (RFC 6962 §2.1.2).

        Raises:
            IndexError: there is no such tree, or `old` is larger than `size`.
        """
        wanted = self._within(self.size if size is None else size)
        if not 0 <= old <= wanted:
            raise IndexError(f"a tree of {wanted} leaves does not begin with one of {old}")
        if old in (0, wanted):
            return ()
        start, stop, path, whole = 0, wanted, [], True
        while old != stop:
            middle = start + _split(stop - start)
            if old <= middle:
                path.append(self._root(middle, stop))
                stop = middle
            else:
                path.append(self._root(start, middle))
                start, whole = middle, False
        if not whole:
            path.append(self._root(start, stop))
        return tuple(reversed(path))

    def _within(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise IndexError(f"no tree of {size} leaves, only {self.size} are known")
        return size

    def _close(self, node: bytes) -> None:
        """Enter the root of a full block, and every subtree it completes."""
        for level in self._levels:
            level.append(node)
            if len(level) & 1:
                return
            node = node_hash(level[-2], level[-1])
        self._levels.append([node])

    def _root(self, start: int, stop: int) -> bytes:
        """Give the root over leaves `start` to `stop`, where `start` is where RFC 6962 splits."""
        size = stop - start
        if size & (size - 1) == 0:
            return self._complete(start, size)
        middle = start + _split(size)
        return node_hash(self._complete(start, middle - start), self._root(middle, stop))

    def _complete(self, start: int, size: int) -> bytes:
        if size >= _BLOCK:
            return self._levels[size.bit_length() - 1 - _HEIGHT][start // size]
        return Frontier().extend(self._read(start, start + size)).root


def _split(size: int) -> int:
    """Give the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
