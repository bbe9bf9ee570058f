"""A node's rows in SQLite: how the file is opened, and its one sequencer.

SQLite runs in WAL mode with `synchronous=FULL`: with `NORMAL` acknowledged rows are lost at a power cut. The file is
created and switched to WAL under `EXTRA`, because the unlinked rollback journal of that switch can come back after a
power cut and take the whole log with it. Neither is a setting. One process owns the file.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as fixed_sqlite
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import RootTransaction
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from comity.errors import StorageError
from comity.storage.failing_disk import WriteAheadLog
from comity.storage.layout import check_layout, make_tables

__all__ = ["FIRST_SOUND_SQLITE", "OneProcess", "open_sqlite", "sqlite_version"]

#: Damages that are named.
_DAMAGE_NAMED = 20
#: The first SQLite without the WAL-reset bug of 3.7.0–3.51.2 (two writers could corrupt the log).
FIRST_SOUND_SQLITE = (3, 51, 3)


def sqlite_version() -> tuple[int, ...]:
    """Give the version of the SQLite that Comity runs on."""
    return tuple(int(part) for part in fixed_sqlite.sqlite_version.split("."))


def open_sqlite(path: Path | None) -> Engine:
    """Open (or create) the database file; `None` keeps everything in memory, for simulations.

    Raises:
        HomeTooNew: a newer Comity has changed the layout in a way this one does not understand.
        StorageError: the file is not a usable database.
    """
    if path is None:
        engine = create_engine(
            "sqlite://",
            module=fixed_sqlite,
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
            hide_parameters=True,
        )
    else:
        engine = create_engine(
            f"sqlite:///{path}",
            module=fixed_sqlite,
            connect_args={"check_same_thread": False, "timeout": 30.0},
            hide_parameters=True,  # a trace in the log tells the statement, never what an item is called
        )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")
        if path is not None:
            cursor.execute("PRAGMA wal_autocheckpoint=0")  # which would keep the error of a sync to itself
            mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
            if mode != "wal":
                cursor.execute("PRAGMA synchronous=EXTRA")
                cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA journal_size_limit=67108864")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        raw: Any = connection.connection.driver_connection
        raw.execute("BEGIN" if reading else "BEGIN IMMEDIATE")  # a tenth of what the same costs through Core

    if path is None:
        with engine.connect() as connection:
            _laid_out().backup(connection.connection.driver_connection)
        return engine
    try:
        check_layout(engine)
    except (DBAPIError, fixed_sqlite.Error, sqlite3.Error) as error:
        engine.dispose()
        cause = getattr(error, "orig", None) or error
        raise StorageError(f"{path}: not a usable database ({cause})") from error
    return engine


@cache
def _laid_out() -> Any:
    """Give a database in memory that has every table and no row, made once a process."""
    laid_out = fixed_sqlite.connect(":memory:", check_same_thread=False)
    engine = create_engine("sqlite://", module=fixed_sqlite, poolclass=StaticPool)
    with engine.begin() as connection:
        make_tables(connection)
    with engine.connect() as connection:
        source: Any = connection.connection.driver_connection
        source.backup(laid_out)
    engine.dispose()
    return laid_out


class OneProcess:
    """The sequencer of a file that one process owns: it never waits for another."""

    shared = False

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.writer = engine.connect()
        self._log = WriteAheadLog(self._raw)

    @property
    def _raw(self) -> Any:
        return self.writer.connection.driver_connection

    def alone(self) -> contextlib.AbstractContextManager[Connection]:
        """Give the connection that writes."""
        return contextlib.nullcontext(self.writer)

    def begin(self) -> bool:
        """Begin a turn; nobody else can have changed anything."""
        return False

    def end(self, *, texts_changed: bool) -> None:
        """End a turn; there is nobody to tell."""

    def commit(self, transaction: RootTransaction) -> None:
        """Make a turn durable."""
        transaction.commit()

    def undone(self) -> None:
        """Let go of a transaction whose COMMIT failed: SQLAlchemy has done with it, SQLite has not."""
        if self._raw.in_transaction:
            self._raw.rollback()

    def wrote(self) -> bool:
        """Write a long log's pages to the database; tell whether anything was written since the last call."""
        return self._log.fold_in_if_long()

    def scrub(self) -> None:
        """Empty the write-ahead log: older pages in it still hold rows that were erased."""
        self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def damage(self) -> Sequence[str]:
        """Say what SQLite finds damaged in the file: pages that do not fit, indexes that differ from their rows."""
        with self._engine.connect() as connection:
            found = connection.exec_driver_sql(f"PRAGMA integrity_check({_DAMAGE_NAMED})").scalars().all()
            connection.rollback()
        return [f"node.db: {each}" for each in found if each != "ok"]

    @contextlib.contextmanager
    def reading(self) -> Iterator[tuple[Connection, bool]]:
        """Give a connection that changes nothing, and that no other process changed anything."""
        with self._engine.connect().execution_options(reading=True) as connection:
            connection.exec_driver_sql("PRAGMA query_only=ON")
            try:
                yield connection, False
            finally:
                connection.rollback()
                connection.exec_driver_sql("PRAGMA query_only=OFF")

    def close(self) -> None:
        """Let the connection go."""
        self.writer.close()
