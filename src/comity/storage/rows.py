"""Turning rows of tables into the frozen values of `comity.ports` and back.

A table's columns have the names of a value's fields (`from_`-style names do not occur), so that one pair of functions
serves them all.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Select, Table, select
from sqlalchemy.dialects import postgresql, sqlite

R = TypeVar("R", bound=msgspec.Struct)


class Rows:
    """A connection, and how to put and get values over it. Base of the parts of a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert

    def _put(self, table: Table, keys: Sequence[str], values: Mapping[str, Any]) -> None:
        """Insert a row, or change the one that stands under the same keys."""
        statement = self._insert(table).values(**values)
        rest = {name: statement.excluded[name] for name in values if name not in keys}
        if rest:
            statement = statement.on_conflict_do_update(index_elements=list(keys), set_=rest)
        else:
            statement = statement.on_conflict_do_nothing(index_elements=list(keys))
        self._connection.execute(statement)

    def _add(self, table: Table, keys: Sequence[str], values: Mapping[str, Any]) -> bool:
        """Insert a row unless one stands under the same keys; tell whether it was new."""
        statement = self._insert(table).values(**values).on_conflict_do_nothing(index_elements=list(keys))
        return self._connection.execute(statement).rowcount == 1

    def _one(self, kind: type[R], query: Select[Any]) -> R | None:
        row = self._connection.execute(query.limit(1)).mappings().first()
        return None if row is None else value_of(kind, dict(row))

    def _all(self, kind: type[R], query: Select[Any]) -> list[R]:
        return [value_of(kind, dict(row)) for row in self._connection.execute(query).mappings()]


def value_of(kind: type[R], row: Mapping[str, Any]) -> R:
    """Make a value of a row; columns the value does not have are left out."""
    return kind(**{name: row[name] for name in kind.__struct_fields__ if name in row})


def values_of(value: msgspec.Struct) -> dict[str, Any]:
    """Give a value's fields by name."""
    return {name: getattr(value, name) for name in value.__struct_fields__}


def columns(table: Table, kind: type[msgspec.Struct], *, without: Sequence[str] = ()) -> Select[Any]:
    """Select the columns of a table that a value has."""
    return select(
        *(table.c[name] for name in kind.__struct_fields__ if name in table.c and name not in without)
    )
