"""Turning rows of tables into the frozen values of `comity.ports` and back.

A table's columns have the names of a value's fields (`from_`-style names do not occur), so that one pair of functions
serves them all.

A few rows of a peer are read or changed by nearly every message: the frontiers of its trees, the ends of its channels.
They are *held* while a batch of work runs: read once, changed in memory, and written once before the commit.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Connection, Select, Table, bindparam, select

from comity.storage.prepared import Prepared, adding, putting, selecting

R = TypeVar("R", bound=msgspec.Struct)

#: `LIMIT` as a parameter; of eight bytes, as PostgreSQL takes no more than the type says.
LIMIT: Any = bindparam("limit", type_=BigInteger)

_PUTS: dict[tuple[str, tuple[str, ...], bool], Prepared] = {}


class Rows:
    """A connection, and how to put and get values over it. Base of the parts of a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cursor: Any = connection.connection.cursor()
        self._held: dict[tuple[Any, ...], msgspec.Struct | None] = {}
        self._unwritten: dict[tuple[Any, ...], Table] = {}

    def _holding(self, table: Table, key: tuple[Any, ...], read: Callable[[], R | None]) -> R | None:
        """Give the row of a table under its primary key, read at the first time; None where there is none."""
        place = (table.name, *key)
        if place not in self._held:
            self._held[place] = read()
        return cast("R | None", self._held[place])

    def _hold(self, table: Table, key: tuple[Any, ...], row: msgspec.Struct) -> None:
        """Change a row that is held, or make it; it is written before the commit."""
        place = (table.name, *key)
        self._held[place] = row
        self._unwritten[place] = table

    def finish(self) -> None:
        """Write the rows that are held and have changed."""
        for place, table in sorted(self._unwritten.items(), key=lambda each: each[0]):
            row = self._held[place]
            assert row is not None
            names = tuple(column.name for column in table.primary_key)
            self._put(table, names, {**dict(zip(names, place[1:], strict=True)), **values_of(row)})
        self._unwritten = {}

    def _run(self, prepared: Prepared, parameters: Mapping[str, Any]) -> Any:
        """Run a prepared statement; give the driver's cursor."""
        compiled = prepared.compiled(self._connection)
        self._cursor.execute(compiled.sql, compiled.parameters(parameters))
        return self._cursor

    def _put(self, table: Table, keys: tuple[str, ...], values: Mapping[str, Any]) -> None:
        """Insert a row, or change the one that stands under the same keys."""
        self._run(_put_of(table, keys, values, replace=True), values)

    def _add(self, table: Table, keys: tuple[str, ...], values: Mapping[str, Any]) -> bool:
        """Insert a row unless one stands under the same keys; tell whether it was new."""
        return bool(self._run(_put_of(table, keys, values, replace=False), values).rowcount == 1)

    def _insert(self, table: Table, values: Mapping[str, Any]) -> None:
        """Insert a row."""
        key = (table.name, (), False)
        if key not in _PUTS:
            _PUTS[key] = adding(table, tuple(values))
        self._run(_PUTS[key], values)

    def _value(self, prepared: Prepared, /, **parameters: Any) -> Any:
        """Give the first column of the first row, or None."""
        row = self._run(prepared, parameters).fetchone()
        return None if row is None else prepared.compiled(self._connection).read(row)[0]

    def _tuples(self, prepared: Prepared, /, **parameters: Any) -> list[list[Any]]:
        """Give all rows as lists of values."""
        read = prepared.compiled(self._connection).read
        return [read(row) for row in self._run(prepared, parameters).fetchall()]

    def _one(self, kind: type[R], prepared: Prepared, /, **parameters: Any) -> R | None:
        """Give the first row as a value, or None."""
        row = self._run(prepared, parameters).fetchone()
        if row is None:
            return None
        compiled = prepared.compiled(self._connection)
        return kind(**dict(zip(compiled.names, compiled.read(row), strict=True)))

    def _all(self, kind: type[R], prepared: Prepared, /, **parameters: Any) -> list[R]:
        """Give all rows as values."""
        compiled = prepared.compiled(self._connection)
        names, read = compiled.names, compiled.read
        return [
            kind(**dict(zip(names, read(row), strict=True)))
            for row in self._run(prepared, parameters).fetchall()
        ]

    def _has_word(self, column: ColumnElement[str], word: str) -> ColumnElement[bool]:
        """Tell whether a column holds a word, capital letters or not.

        SQLite's `LIKE` folds the letters it knows by itself; folding both sides before it would double the cost.
        """
        if self._connection.dialect.name == "sqlite":
            return column.contains(word, autoescape=True)
        return column.icontains(word, autoescape=True)

    def _all_as_stored(self, kind: type[R], prepared: Prepared, /, **parameters: Any) -> list[R]:
        """Give all rows as values, with whatever stands in them: for reading that looks for what was altered."""
        compiled = prepared.compiled(self._connection)
        return [
            kind(**dict(zip(compiled.names, compiled.read_as_stored(row), strict=True)))
            for row in self._run(prepared, parameters).fetchall()
        ]


def _put_of(table: Table, keys: tuple[str, ...], values: Mapping[str, Any], *, replace: bool) -> Prepared:
    key = (table.name, keys, replace)
    found = _PUTS.get(key)
    if found is None:
        found = _PUTS[key] = putting(table, tuple(values), keys, replace=replace)
    return found


def values_of(value: msgspec.Struct) -> dict[str, Any]:
    """Give a value's fields by name."""
    return {name: getattr(value, name) for name in value.__struct_fields__}


def columns(table: Table, kind: type[msgspec.Struct], *, without: Sequence[str] = ()) -> Select[Any]:
    """Select the columns of a table that a value has."""
    return select(
        *(table.c[name] for name in kind.__struct_fields__ if name in table.c and name not in without)
    )


__all__ = ["LIMIT", "Rows", "bindparam", "columns", "selecting", "values_of"]
