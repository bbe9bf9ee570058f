"""Opening a node's database so that what is acknowledged is durable, and running one piece of work at a time.

SQLite runs in WAL mode with `synchronous=FULL`: with `NORMAL` acknowledged rows are lost at a power cut. The file is
created and switched to WAL under `EXTRA`, because the unlinked rollback journal of that switch can come back after a
power cut and take the whole log with it. Neither is a setting.

All changes go through one sequencer. While one batch waits for the disk, the next gathers, so strictness costs one
`fsync` a batch and not one a change (group commit). Each piece of work has a savepoint of its own: what one raises
undoes that one alone.
"""

import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import pysqlite3.dbapi2 as fixed_sqlite
from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select
from sqlalchemy.engine import RootTransaction
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.pool import StaticPool

from comity import __version__
from comity.clock import Instant
from comity.errors import CannotJournal, HomeTooNew, StorageError
from comity.storage import columns, matter_tables, outside_tables, register_tables, tables
from comity.storage.body_keys import BodyKeys
from comity.storage.failing_disk import WriteAheadLog, is_io_failure, stop


class Unit(Protocol):
    """What a store needs of a transaction: pieces that can be undone, and an end."""

    def piece(self) -> AbstractContextManager[None]:
        """Undo everything done inside if it raises."""
        ...

    def finish(self) -> None:
        """Write what is still kept in memory."""
        ...


#: Tables of their own files; named here so that every database has them.
LAID_OUT = (tables, register_tables, matter_tables, outside_tables)

T = TypeVar("T", bound=Unit)

#: The first SQLite without the WAL-reset bug of 3.7.0–3.51.2 (two writers could corrupt the log).
FIRST_SOUND_SQLITE = (3, 51, 3)

#: Pieces of work gathered into one commit at the most.
_BATCH = 256


def sqlite_version() -> tuple[int, ...]:
    """Give the version of the SQLite that Comity runs on."""
    return tuple(int(part) for part in fixed_sqlite.sqlite_version.split("."))


def open_engine(path: Path | None) -> Engine:
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
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    if path is None:
        _lay_out_in_memory(engine)
        return engine
    try:
        _check_layout(engine)
    except (DBAPIError, fixed_sqlite.Error, sqlite3.Error) as error:
        engine.dispose()
        raise StorageError(f"{path}: not a usable database ({_cause(error)})") from error
    return engine


def _cause(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error)


@cache
def _laid_out() -> Any:
    """Give a database in memory that has every table and no row, made once a process."""
    laid_out = fixed_sqlite.connect(":memory:", check_same_thread=False)
    engine = create_engine("sqlite://", module=fixed_sqlite, poolclass=StaticPool)
    with engine.begin() as connection:
        columns.metadata.create_all(connection)
        _note_layout(connection)
    with engine.connect() as connection:
        source: Any = connection.connection.driver_connection
        source.backup(laid_out)
    engine.dispose()
    return laid_out


def _lay_out_in_memory(engine: Engine) -> None:
    with engine.connect() as connection:
        _laid_out().backup(connection.connection.driver_connection)


def _check_layout(engine: Engine) -> None:
    """Bring an older or empty database to the present layout; refuse a newer one by name."""
    with engine.connect() as connection:
        known = inspect(connection).has_table("house")
        facts = connection.execute(select(tables.house)).all() if known else []
    rows: dict[str, str] = dict(facts)
    version = int(rows.get("version", 0))
    if version > tables.SCHEMA_VERSION and int(rows.get("oldest_reader", version)) > tables.SCHEMA_VERSION:
        raise HomeTooNew(
            f"this home has layout {version}, written by comity {rows.get('comity', '?')}; "
            f"comity {__version__} reads up to layout {tables.SCHEMA_VERSION}",
            hint="use that version of comity, or restore a backup made before the upgrade",
        )
    if version < tables.SCHEMA_VERSION:
        from comity.storage.migrations import upgrade  # slow to import, and needed once a layout

        upgrade(engine)
        with engine.begin() as connection:
            connection.execute(tables.house.delete())
            _note_layout(connection)


def _note_layout(connection: Connection) -> None:
    written = {
        "version": tables.SCHEMA_VERSION,
        "oldest_reader": tables.OLDEST_READER,
        "comity": __version__,
    }
    connection.execute(
        tables.house.insert(),
        [{"name": name, "value": str(value)} for name, value in written.items()],
    )


class SqlStore(Generic[T]):
    """A `Store` over a database, with one sequencer.

    Args:
        engine: from `open_engine`.
        transaction: makes the `Transaction` over a connection.
        threaded: run the sequencer in a thread of its own and gather commits; otherwise each `write` runs at once in
            the caller's thread (simulations, short commands).
        beside: what the work keeps elsewhere (keys of bodies); made durable just before each commit.
    """

    def __init__(
        self,
        engine: Engine,
        transaction: Callable[[Connection], T],
        *,
        threaded: bool,
        beside: BodyKeys,
    ) -> None:
        self._engine = engine
        self._transaction = transaction
        self._beside = beside
        self._turn = threading.Lock()
        self._writer = engine.connect()
        self._jobs: queue.SimpleQueue[_Job[T] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self.commits = 0
        self.trouble = ""
        raw: Any = self._writer.connection.driver_connection
        self._log = WriteAheadLog(raw) if engine.dialect.name == "sqlite" else None
        self.sweep()
        if threaded:
            self._thread = threading.Thread(target=self._sequence, name="comity-sequencer", daemon=True)
            self._thread.start()

    def sweep(self) -> None:
        """Finish erasures that a power cut left half done."""
        bodies = tables.bodies
        with self._engine.connect().execution_options(reading=True) as connection:
            count = connection.execute(select(func.count()).select_from(bodies)).scalar_one()
            self._beside.sweep(lambda: connection.execute(select(bodies.c.item)).scalars(), count)

    def submit(self, work: Callable[[T], Any]) -> "Future[Any]":
        """Queue a piece of work; the future is done once its effects are durable."""
        job = _Job(work)
        if self._thread is None:
            self._run([job])
        else:
            self._jobs.put(job)
        return job.future

    def write(self, work: Callable[[T], Any]) -> Any:
        """Run a piece of work and return once its effects are durable."""
        return self.submit(work).result()

    def read(self, work: Callable[[T], Any]) -> Any:
        """Run a piece of work that changes nothing, beside the sequencer where the database allows it."""
        if isinstance(self._engine.pool, StaticPool):  # one shared connection in memory
            with self._turn:
                try:
                    return work(self._transaction(self._writer))
                finally:
                    self._writer.rollback()
        with self._engine.connect().execution_options(reading=True) as connection:
            connection.exec_driver_sql("PRAGMA query_only=ON")
            try:
                return work(self._transaction(connection))
            finally:
                connection.rollback()
                connection.exec_driver_sql("PRAGMA query_only=OFF")

    def copy_to(self, other: "SqlStore[T]") -> None:
        """Copy every row into another store, over what it holds: simulations begin many worlds from one."""
        source: Any = self._writer.connection.driver_connection
        with self._turn, other._turn:
            source.backup(other._writer.connection.driver_connection)

    def renew_keys(self, now: Instant) -> bool:
        """Begin a new epoch of the keys of bodies, between two batches, if the present one is over."""
        with self._between_batches():
            return self._beside.renew_if_due(now)

    def scrub(self) -> None:
        """Empty the write-ahead logs, between two batches: older pages in them still hold rows that were erased.

        Where somebody reads just then, some pages stay until the next time.
        """
        raw: Any = self._writer.connection.driver_connection
        with self._between_batches():
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._beside.scrub()

    def close(self) -> None:
        """Finish what is queued, then let the database go."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None
        self._writer.close()
        self._engine.dispose()

    @contextlib.contextmanager
    def _begun(self) -> Iterator[Connection]:
        transaction = self._writer.begin()
        try:
            yield self._writer
            self._beside.commit()
            transaction.commit()
        except BaseException:
            self._give_up(transaction)
            raise
        self._beside.finish()
        self._fold_log_in()
        self.commits += 1

    def _give_up(self, transaction: RootTransaction) -> None:
        """Undo everything, here and beside, so that the next batch begins as if this one had never been."""
        self._beside.give_up()
        with contextlib.suppress(DBAPIError, InvalidRequestError):
            transaction.rollback()
        raw: Any = self._writer.connection.driver_connection
        if raw.in_transaction:  # SQLAlchemy has done with a transaction whose COMMIT failed; SQLite has not
            raw.rollback()

    def _sequence(self) -> None:
        ending = False
        while not ending:
            batch: list[_Job[T]] = []
            job = self._jobs.get()
            while job is not None:
                batch.append(job)
                if len(batch) == _BATCH:
                    break
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
            ending = job is None
            if batch:
                self._run(batch)

    def _run(self, batch: "Sequence[_Job[T]]") -> None:
        """Run a batch in one transaction; report nothing done before it is durable."""
        outcomes: list[tuple[_Job[T], Any, BaseException | None]] = []
        try:
            with self._turn, self._begun() as connection:
                transaction = self._transaction(connection)
                outcomes.extend(self._attempt(job, transaction) for job in batch)
                transaction.finish()
        except (DBAPIError, fixed_sqlite.Error, OSError) as error:
            refusal = self._refusal(error)
            for job in batch:
                job.future.set_exception(refusal)
            return
        except Exception as error:  # nobody who waits may be left waiting
            for job in batch:
                job.future.set_exception(error)
            return
        for job, result, raised in outcomes:
            if raised is None:
                job.future.set_result(result)
            else:
                job.future.set_exception(raised)

    def _refusal(self, error: Exception) -> CannotJournal:
        """Note why nothing can be written, and say it; where a sync failed, end the process."""
        if is_io_failure(error):
            stop(_cause(error))
        self.trouble = f"the node cannot journal, so it cannot act ({_cause(error)})"
        return CannotJournal(self.trouble, hint="make room on the disk or mend it; nothing was half done")

    @contextlib.contextmanager
    def _between_batches(self) -> Iterator[None]:
        with self._turn:
            try:
                yield
            except (fixed_sqlite.Error, OSError) as error:
                raise self._refusal(error) from error

    def _fold_log_in(self) -> None:
        """Write a long log's pages to the database, and note that the disk takes what is written."""
        if self._log is not None:
            written = self._log.fold_in_if_long()
            if written:
                self.trouble = ""

    @staticmethod
    def _attempt(job: "_Job[T]", transaction: T) -> "tuple[_Job[T], Any, BaseException | None]":
        try:
            with transaction.piece():
                return job, job.work(transaction), None
        except (DBAPIError, fixed_sqlite.Error):
            raise  # the disk, not the work: the batch fails as one
        except Exception as raised:
            return job, None, raised


class _Job(Generic[T]):
    """A piece of work and where its outcome goes."""

    def __init__(self, work: Callable[[T], Any]) -> None:
        self.work = work
        self.future: Future[Any] = Future()
