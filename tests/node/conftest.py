"""Tests of a node that runs on simulated Parties, once more with their rows in PostgreSQL (`make test-all`).

Which of them is said in `covering.py`; with `COMITY_POSTGRESQL=whole` it is all.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from comity import assemble
from comity.storage import columns
from comity.storage.database import SqlStore, open_engine
from comity.testing import world
from databases import PLACES, fresh_database, give_back
from node.covering import chosen


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("COMITY_POSTGRESQL") == "whole":
        return
    wanted = set(chosen())
    left_out = [
        item
        for item in items
        if item.nodeid.startswith("tests/node/")
        and "[postgresql" in item.nodeid
        and item.nodeid not in wanted
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        away = set(left_out)
        items[:] = [item for item in items if item not in away]


@pytest.fixture(autouse=True, params=PLACES)
def _rows_are_kept_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if request.param == "sqlite":
        yield
        return
    opened: list[tuple[Engine, str]] = []
    connected: list[Any] = []

    def note(connection: Any, _record: Any) -> None:
        if type(connection).__module__.startswith("psycopg"):
            connected.append(connection)

    concluded = world._concluded

    def in_postgresql(place: Path | str | None) -> Engine:
        if place is not None:
            return open_engine(place)
        address = fresh_database()
        opened.append((open_engine(address), address))
        return opened[-1][0]

    def made_once_a_process(*texts: Any) -> Any:
        """The worlds that others are twins of outlive a test: their rows stay in memory."""
        with pytest.MonkeyPatch.context() as for_now:
            for_now.setattr(assemble, "open_engine", open_engine)
            return concluded(*texts)

    monkeypatch.setattr(assemble, "open_engine", in_postgresql)
    monkeypatch.setattr(world, "_concluded", made_once_a_process)
    monkeypatch.setattr(SqlStore, "copy_to", copy(SqlStore.copy_to))
    event.listen(Engine, "connect", note)
    yield
    event.remove(Engine, "connect", note)
    monkeypatch.undo()
    for connection in connected:  # a world that a test left open holds its own
        connection.close()
    for engine, address in opened:
        engine.dispose()
        give_back(address)


def copy(at_once: Callable[..., None]) -> Callable[..., None]:
    """Give how rows are copied from any database to any other."""

    def copy_to(here: SqlStore[Any], there: SqlStore[Any]) -> None:
        if {here._engine.dialect.name, there._engine.dialect.name} == {"sqlite"}:
            at_once(here, there)
            return
        with here._turn, there._turn, there._engine.begin() as target:
            for table in columns.metadata.tables.values():
                if table.name != "house":
                    target.execute(table.delete())
                    rows = [dict(row) for row in here._writer.execute(select(table)).mappings()]
                    if rows:
                        target.execute(table.insert(), rows)
                        _go_on_after(target, table)
            here._writer.rollback()

    return copy_to


def _go_on_after(connection: Any, table: Any) -> None:
    """Let the server number the next row after those that were copied."""
    column = table.autoincrement_column
    if connection.dialect.name == "postgresql" and column is not None:
        connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), max({column.name}))"
            f' FROM "{table.name}"'
        )
