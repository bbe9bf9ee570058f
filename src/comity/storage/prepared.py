"""Statements of SQLAlchemy Core, compiled once and then run over the bare driver.

Building and compiling a statement anew costs several times what SQLite needs to run it, and a disclosure runs some
twenty. Core still says what the SQL is, for SQLite and PostgreSQL alike; only the building is done once.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Executable, Select, Table, bindparam, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

R = TypeVar("R", bound=msgspec.Struct)
Convert = Callable[[Any], Any] | None


class Prepared:
    """One statement, compiled at its first use for each dialect.

    Args:
        build: makes the statement for a dialect's name.
    """

    def __init__(self, build: Callable[[str], Executable]) -> None:
        self._build = build
        self._compiled: dict[str, _Compiled] = {}

    def compiled(self, connection: Connection) -> "_Compiled":
        """Give the statement as the connection's dialect has it."""
        dialect = connection.dialect
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = _Compiled(self._build(dialect.name), dialect)
        return found


class _Compiled:
    """SQL text, how parameters go in, how columns come out."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.sql: str = compiled.string
        self._positions: Sequence[str] | None = compiled.positiontup if compiled.positional else None
        defaults: dict[str, Any] = dict(compiled.params)
        binders: dict[str, Convert] = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for bind, name in compiled.bind_names.items()
        }
        self._slots: list[tuple[str, Convert, Any]] = [
            (name, binders[name], defaults.get(name))
            for name in (self._positions if self._positions is not None else binders)
        ]
        selected = statement.selected_columns if isinstance(statement, Select) else ()
        self.names: tuple[str, ...] = tuple(column.key or "" for column in selected)
        self._readers: list[tuple[int, Callable[[Any], Any]]] = [
            (place, reader)
            for place, column in enumerate(selected)
            if (reader := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ]

    def parameters(self, given: Mapping[str, Any]) -> Any:
        """Give parameters as the driver wants them."""
        values = [
            given.get(name, default) if binder is None else binder(given.get(name, default))
            for name, binder, default in self._slots
        ]
        if self._positions is not None:
            return values
        return {slot[0]: value for slot, value in zip(self._slots, values, strict=True)}

    def read(self, row: Sequence[Any]) -> list[Any]:
        """Give a row's values as the program wants them."""
        values = list(row)
        for place, reader in self._readers:
            values[place] = reader(values[place])
        return values

    def read_as_stored(self, row: Sequence[Any]) -> list[Any]:
        """Give the same, but as it stands where it cannot be what the column was made for: somebody put it there."""
        values = list(row)
        for place, reader in self._readers:
            with contextlib.suppress(TypeError, ValueError, OverflowError):
                values[place] = reader(values[place])
        return values


def insert_for(dialect: str) -> Any:
    """Give the dialect's own insert, which knows ON CONFLICT."""
    return postgresql.insert if dialect == "postgresql" else sqlite.insert


def putting(table: Table, names: Sequence[str], keys: Sequence[str], *, replace: bool) -> Prepared:
    """Prepare an insert of one row; what stands under the same keys is replaced, or left as it is."""

    def build(dialect: str) -> Executable:
        statement = insert_for(dialect)(table).values(
            {name: bindparam(name, type_=table.c[name].type) for name in names}
        )
        rest = {name: statement.excluded[name] for name in names if name not in keys}
        if replace and rest:
            done: Executable = statement.on_conflict_do_update(index_elements=list(keys), set_=rest)
        else:
            done = statement.on_conflict_do_nothing(index_elements=list(keys))
        return done

    return Prepared(build)


def counting(table: Table, keys: Sequence[str]) -> Prepared:
    """Prepare adding one to a row's `count`, or making the row with a count of one."""

    def build(dialect: str) -> Executable:
        statement = insert_for(dialect)(table).values(
            {**{name: bindparam(name, type_=table.c[name].type) for name in keys}, "count": 1}
        )
        done: Executable = statement.on_conflict_do_update(
            index_elements=list(keys), set_={"count": table.c.count + 1}
        )
        return done

    return Prepared(build)


def adding(table: Table, names: Sequence[str]) -> Prepared:
    """Prepare a plain insert of one row."""
    return Prepared(
        lambda _dialect: table.insert().values(
            {name: bindparam(name, type_=table.c[name].type) for name in names}
        )
    )


def selecting(query: Select[Any]) -> Prepared:
    """Prepare a query; what varies in it are `bindparam`s."""
    return Prepared(lambda _dialect: query)


def selecting_any(query: Select[Any], column: Any) -> Callable[[tuple[str, ...]], Prepared]:
    """Give what prepares a query for any of some words in a column, once for each set of words; none means all.

    Words are few and our own (states, kinds), never anybody's input: each set stays prepared.
    """

    @cache
    def prepared(words: tuple[str, ...]) -> Prepared:
        return selecting(query.where(or_(*(column == word for word in words))) if words else query)

    return prepared
