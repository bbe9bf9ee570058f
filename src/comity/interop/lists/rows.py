"""Rows of a table in a text file (CSV): bounded, with the line each begins on."""

import csv
from collections.abc import Iterator
from itertools import zip_longest

from comity.errors import ForeignInput
from comity.interop.lists.files import Bounded

__all__ = ["Row", "rows", "tables"]

_MAX_LINE = 1 << 20
_MAX_COLUMNS = 500
_MAX_ROWS = 20_000_000

Row = tuple[int, dict[str, str]]
"""The line a row begins on, and its values by the names of their columns."""


def rows(
    file: Bounded, *, separator: str = ",", encoding: str = "utf-8-sig"
) -> Iterator[tuple[int, list[str]]]:
    """Give the rows that are not empty.

    Raises:
        ForeignInput: it is not text, or no table; with the line.
    """
    reader = csv.reader(_lines(file, encoding), delimiter=separator)
    begins = 1
    try:
        for number, row in enumerate(reader):
            if number >= _MAX_ROWS:
                raise ForeignInput(f"{file.name}: more than {_MAX_ROWS:,} rows")
            if len(row) > _MAX_COLUMNS:
                raise ForeignInput(f"{file.name}:{begins}: more than {_MAX_COLUMNS} columns")
            if any(value.strip() for value in row):
                yield begins, row
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ForeignInput(f"{file.name}:{begins}: not a table: {error}") from None


def _lines(file: Bounded, encoding: str) -> Iterator[str]:
    number = 0
    while line := file.readline(_MAX_LINE + 1):
        number += 1
        if len(line) > _MAX_LINE:
            raise ForeignInput(f"{file.name}:{number}: a line longer than {_MAX_LINE >> 20} MiB")
        try:
            yield line.decode(encoding if number == 1 or encoding != "utf-8-sig" else "utf-8")
        except UnicodeDecodeError as error:
            raise ForeignInput(f"{file.name}:{number}: not {encoding} at byte {error.start}") from None
        except LookupError:
            raise ForeignInput(f"`{encoding[:40]}` is not the name of an encoding") from None


def tables(
    file: Bounded, *, separator: str = ",", encoding: str = "utf-8-sig", needs: tuple[str, ...] = ()
) -> Iterator[Row]:
    """Give the rows of a table whose columns have names, which stand on the first row that has all of `needs`.

    Values are stripped; a row that is longer than the head is a mistake, a shorter one ends in nothing.

    Raises:
        ForeignInput: no row has those names, or a row is too long.
    """
    head: list[str] = []
    for line, row in rows(file, separator=separator, encoding=encoding):
        if not head:
            named = [name.strip() for name in row]
            if set(needs) <= set(named):
                head = named
            elif line > 20:
                break
            continue
        if len(row) > len(head) and any(value.strip() for value in row[len(head) :]):
            raise ForeignInput(f"{file.name}:{line}: {len(row)} values where there are {len(head)} columns")
        yield line, {name: value.strip() for name, value in zip_longest(head, row[: len(head)], fillvalue="")}
    if not head:
        raise ForeignInput(
            f"{file.name}: no row names the columns {', '.join(f'`{name}`' for name in needs)}"
        )
