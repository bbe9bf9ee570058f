"""Columns: growing arrays that can take over what a file holds at once.

A column that took over a memory map stays one until something is appended; then it is copied once into memory and
grows by half. Text is kept as UTF-8 in one byte column with the end of each entry in another.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "Column", "Strings"]

Array = npt.NDArray[Any]


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

    def extend(self, values: Iterable[int]) -> None:
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

    def take_over(self, data: Array) -> None:
        """Hold `data`, as read from a file, in place of what is held.

        Raises:
            ValueError: it is of another type or shape.
        """
        if data.dtype != self._data.dtype or data.ndim != 1:
            raise ValueError("another type of column")
        self._data, self._size = data, len(data)


class Strings:
    """Texts, appended at the end and found by number."""

    def __init__(self) -> None:
        self.ends = Column("<i8")
        self.letters = Column("|u1")
        self._last = 0
        self._seen: tuple[int, memoryview, memoryview] | None = None

    def __len__(self) -> int:
        return len(self.ends)

    def append(self, text: str) -> int:
        """Add a text and give its number."""
        raw = text.encode()
        self.letters.extend(raw)
        self._last += len(raw)
        self.ends.append(self._last)
        return len(self.ends) - 1

    def __getitem__(self, number: int) -> str:
        if self._seen is None or self._seen[0] != len(
            self.ends
        ):  # plain memory is read far quicker than an array
            self._seen = len(self.ends), self.ends.view().data, self.letters.view().data
        _, ends, letters = self._seen
        return str(letters[ends[number - 1] if number else 0 : ends[number]], "utf-8")

    def take_over(self, ends: Array, letters: Array) -> None:
        """Hold texts as read from files."""
        self.ends.take_over(ends)
        self.letters.take_over(letters)
        self._seen = None
        self._last = int(ends[-1]) if len(ends) else 0
