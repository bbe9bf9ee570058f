"""Columns: growing arrays that can be opened from a file at once.

A column opened from a file is a memory map until something is appended; then it is copied once into memory and grows
by doubling. Text is kept as UTF-8 in one byte column with the end of each entry in another.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Column", "Strings", "mapped"]

Array = npt.NDArray[Any]


def mapped(path: Path) -> Array:
    """Map an array file read-only, seen as a plain array (whose slices cost a third of a memmap's)."""
    found: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    return found.view(np.ndarray)


class Column:
    """Numbers of one type, appended at the end."""

    def __init__(self, dtype: str, data: Array | None = None) -> None:
        self._data = np.empty(0, dtype) if data is None else data
        self._size = len(self._data)
        self._waiting: list[int] = []

    def __len__(self) -> int:
        return self._size + len(self._waiting)

    def append(self, value: int) -> None:
        """Add one number."""
        self._waiting.append(value)

    def extend(self, values: list[int]) -> None:
        """Add several numbers."""
        self._waiting.extend(values)

    def view(self) -> Array:
        """Give all numbers as one array; valid until the next append."""
        if self._waiting:
            needed = self._size + len(self._waiting)
            self._own(needed)
            self._data[self._size : needed] = self._waiting
            self._size = needed
            self._waiting.clear()
        return self._data[: self._size]

    def put(self, at: int, value: int) -> None:
        """Change one number."""
        self.view()
        self._own(self._size)
        self._data[at] = value

    def add_to(self, at: Array, value: int) -> None:
        """Add `value` to the numbers at some places, each counted as often as it is named."""
        self.view()
        self._own(self._size)
        np.add.at(self._data, at, value)

    def _own(self, needed: int) -> None:
        if needed > len(self._data) or not self._data.flags.writeable:
            grown = np.empty(
                max(needed, 64) if needed <= len(self._data) else max(needed, 64) * 3 // 2, self._data.dtype
            )
            grown[: self._size] = self._data[: self._size]
            self._data = grown

    def save(self, path: Path) -> None:
        """Write the numbers to `path` in NumPy's own format."""
        np.save(path, self.view(), allow_pickle=False)

    @classmethod
    def open(cls, path: Path) -> "Column":
        """Map the numbers written by `save`."""
        data = mapped(path)
        return cls(data.dtype.str, data)


class Strings:
    """Texts, appended at the end and found by number."""

    def __init__(self, ends: Column | None = None, letters: Column | None = None) -> None:
        self._ends = ends or Column("<i8")
        self._letters = letters or Column("|u1")
        self._last = int(self._ends.view()[-1]) if len(self._ends) else 0

    def __len__(self) -> int:
        return len(self._ends)

    def append(self, text: str) -> int:
        """Add a text and give its number."""
        raw = text.encode()
        self._letters.extend(list(raw))
        self._last += len(raw)
        self._ends.append(self._last)
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> str:
        ends = self._ends.view()
        start = ends[number - 1] if number else 0
        return self._letters.view()[start : ends[number]].tobytes().decode()

    def save(self, stem: Path) -> None:
        """Write `<stem>-ends.npy` and `<stem>-letters.npy`."""
        self._ends.save(stem.with_name(stem.name + "-ends.npy"))
        self._letters.save(stem.with_name(stem.name + "-letters.npy"))

    @classmethod
    def open(cls, stem: Path) -> "Strings":
        """Map what `save` wrote."""
        return cls(
            Column.open(stem.with_name(stem.name + "-ends.npy")),
            Column.open(stem.with_name(stem.name + "-letters.npy")),
        )
