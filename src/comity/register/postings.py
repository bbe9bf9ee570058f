"""Postings: for each key the numbers filed under it, in compressed rows.

Two layers: the settled one, possibly a memory map, and a small one of what came since, sorted anew when asked after a
change. When the small layer outgrows half of the settled one they are merged, so filing n entries costs O(n log n) in
all and nothing is ever rebuilt for one entry.
"""

from array import array
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Postings"]

Numbers = npt.NDArray[np.uint32]
_EMPTY: Numbers = np.empty(0, np.uint32)
_SMALL = 50_000


class Postings:
    """Numbers filed under keys 0, 1, 2, …"""

    def __init__(self) -> None:
        self._starts: npt.NDArray[np.int64] = np.zeros(1, np.int64)
        self._values = _EMPTY
        self._new_keys = array("I")
        self._new_values = array("I")
        self._recent: tuple[npt.NDArray[np.int64], Numbers] | None = None

    def add(self, key: int, value: int) -> None:
        """File `value` under `key`."""
        self._new_keys.append(key)
        self._new_values.append(value)
        self._recent = None

    def add_all(self, keys: list[int], value: int) -> None:
        """File `value` under each of `keys`."""
        self._new_keys.extend(keys)
        self._new_values.extend([value] * len(keys))
        self._recent = None

    def of(self, key: int) -> Numbers:
        """Give what is filed under `key`."""
        return self.gather(np.array([key]))[0]

    def sizes(self, keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Give how many numbers are filed under each of `keys`."""
        if self._new_keys and self._recent is None:
            self._sort_recent()
        return _sizes(self._starts, keys) + (_sizes(self._recent[0], keys) if self._recent is not None else 0)

    def count_where(self, true: Callable[[Numbers], npt.NDArray[np.bool_]]) -> npt.NDArray[np.int64]:
        """Give for every key how many of its numbers satisfy a condition."""
        starts, values = self.settled()
        passed = np.zeros(len(values) + 1, np.int64)
        np.cumsum(true(values), out=passed[1:])
        counts: npt.NDArray[np.int64] = passed[starts[1:]] - passed[starts[:-1]]
        return counts

    def gather(self, keys: npt.NDArray[np.int64]) -> tuple[Numbers, npt.NDArray[np.int64]]:
        """Give what is filed under all of `keys`, one after another, and for each number the place of its key."""
        if self._new_keys and self._recent is None:
            self._sort_recent()
        lists, places = _slices(self._starts, self._values, keys)
        if self._recent is not None:
            more, more_places = _slices(*self._recent, keys)
            lists, places = lists + more, np.concatenate([places, more_places])
        if not lists:
            return _EMPTY, np.empty(0, np.int64)
        return np.concatenate(lists), places

    def _sort_recent(self) -> None:
        if len(self._new_keys) > max(_SMALL, len(self._values) // 2):
            self.settle()
        else:
            self._recent = _rows(_numbers(self._new_keys), _numbers(self._new_values))

    def settle(self) -> None:
        """Merge both layers."""
        if not self._new_keys:
            return
        keys = np.concatenate(
            [
                np.repeat(np.arange(len(self._starts) - 1, dtype=np.uint32), np.diff(self._starts)),
                _numbers(self._new_keys),
            ]
        )
        values = np.concatenate([self._values, _numbers(self._new_values)])
        self._starts, self._values = _rows(keys, values)
        self._new_keys, self._new_values, self._recent = array("I"), array("I"), None

    def settled(self) -> tuple[npt.NDArray[np.int64], Numbers]:
        """Merge both layers and give the rows: where each key's numbers start, and the numbers."""
        self.settle()
        return self._starts, self._values

    def take_over(self, starts: npt.NDArray[Any], values: npt.NDArray[Any]) -> None:
        """Hold rows as `settled` gave them.

        Raises:
            ValueError: they are of another type.
        """
        if starts.dtype != np.int64 or values.dtype != np.uint32 or not len(starts):
            raise ValueError("another type of rows")
        self._starts, self._values = starts, values


def _numbers(values: "array[int]") -> Numbers:
    return np.frombuffer(values, np.uint32).copy() if values else _EMPTY


def _sizes(starts: npt.NDArray[np.int64], keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    begin = np.minimum(keys, len(starts) - 1)  # an unknown key begins and ends at the end
    sizes: npt.NDArray[np.int64] = starts[np.minimum(keys + 1, len(starts) - 1)] - starts[begin]
    return sizes


def _slices(
    starts: npt.NDArray[np.int64], values: Numbers, keys: npt.NDArray[np.int64]
) -> tuple[list[Numbers], npt.NDArray[np.int64]]:
    begin = starts[np.minimum(keys, len(starts) - 1)]
    end = starts[np.minimum(keys + 1, len(starts) - 1)]
    lists = [values[a:b] for a, b in zip(begin.tolist(), end.tolist(), strict=True) if a < b]
    return lists, np.arange(len(keys)).repeat(end - begin)


def _rows(keys: Numbers, values: Numbers) -> tuple[npt.NDArray[np.int64], Numbers]:
    order = np.argsort(keys, kind="stable")
    size = int(keys.max()) + 1 if len(keys) else 0
    starts = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(keys, minlength=size), out=starts[1:])
    return starts, values[order]
