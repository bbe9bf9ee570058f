"""Running pieces of work on a node's database, one at a time, so that what is acknowledged is durable.

All changes go through one sequencer. While one batch waits for the disk, the next gathers, so strictness costs one
`fsync` a batch and not one a change (group commit). Each piece of work has a savepoint of its own: what one raises
undoes that one alone.

`sqlite.py` and `postgresql.py` open the database and say whose turn it is; everything else is the same on both.
"""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.engine import RootTransaction
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.pool import StaticPool

from comity.clock import Instant
from comity.errors import CannotJournal, StorageError
from comity.storage import tables
from comity.storage.body_keys import BodyKeys
from comity.storage.failing_disk import cause_of, driver_errors, is_io_failure, is_out_of_reach, stop
from comity.storage.sqlite import OneProcess, open_sqlite


class Unit(Protocol):
    """What a store needs of a transaction: pieces that can be undone, and an end.

    Attributes:
        texts_changed: whether a text or an act changed, which nodes keep in memory.
    """

    texts_changed: bool

    def piece(self) -> AbstractContextManager[None]:
        """Undo everything done inside if it raises."""
        ...

    def finish(self) -> None:
        """Write what is still kept in memory."""
        ...


class Sequencer(Protocol):
    """Whose turn it is to write, and how a turn ends. `shared`: other processes write to the same database."""

    shared: bool
    writer: Connection

    def alone(self) -> AbstractContextManager[Connection]:
        """Wait until no other process writes; give the connection that does."""
        ...

    def begin(self) -> bool:
        """Begin a turn; tell whether another worker changed texts or acts since this one last looked."""
        ...

    def end(self, *, texts_changed: bool) -> None:
        """End a turn, in the transaction that has written."""
        ...

    def commit(self, transaction: RootTransaction) -> None:
        """Make a turn durable."""
        ...

    def undone(self) -> None:
        """Clear up after a turn that was given up."""
        ...

    def wrote(self) -> bool:
        """Do what is due after a commit; tell whether anything was written."""
        ...

    def scrub(self) -> None:
        """Overwrite, or give up to be overwritten, what was erased."""
        ...

    def damage(self) -> Sequence[str]:
        """Say what the database itself finds damaged in it."""
        ...

    def reading(self) -> AbstractContextManager[tuple[Connection, bool]]:
        """Give a connection that changes nothing, and whether texts or acts changed elsewhere."""
        ...

    def close(self) -> None:
        """Let the connection go."""
        ...


T = TypeVar("T", bound=Unit)

#: Pieces of work gathered into one commit at the most.
_BATCH = 256


def open_engine(place: Path | str | None) -> Engine:
    """Open (or create) a node's database: a file, a PostgreSQL database by its address, or, with None, memory.

    Raises:
        HomeTooNew: a newer Comity has changed the layout in a way this one does not understand.
        StorageError: it is not a usable database.
    """
    if isinstance(place, str):
        from comity.storage.postgresql import open_postgresql  # its driver is an extra

        return open_postgresql(place)
    return open_sqlite(place)


def _sequencer(engine: Engine, home: str) -> Sequencer:
    if engine.dialect.name == "postgresql":
        from comity.storage.postgresql import ManyWorkers

        return ManyWorkers(engine, home)
    return OneProcess(engine)


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
        self._sequencer = _sequencer(engine, beside.home)
        self._watching: list[Callable[[], None]] = []
        self._jobs: queue.SimpleQueue[_Job[T] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self.commits = 0
        self._trouble = ""
        self.sweep()
        if threaded:
            self._thread = threading.Thread(target=self._sequence, name="comity-sequencer", daemon=True)
            self._thread.start()

    @property
    def trouble(self) -> str:
        """Why nothing can be written at present; empty where the last batch came to the disk."""
        if self._thread is not None and not self._thread.is_alive():
            return "the thread that enters acts has ended: the node must be started again"
        return self._trouble

    @property
    def _writer(self) -> Connection:
        return self._sequencer.writer

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed` whenever another worker on this database has changed a text or an act."""
        self._watching.append(changed)

    def sweep(self) -> None:
        """Finish erasures that a power cut left half done."""
        bodies = tables.bodies
        with (
            _readable(),
            self._sequencer.alone(),
            self._engine.connect().execution_options(reading=True) as connection,
        ):
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
        """Run a piece of work that changes nothing, beside the sequencer where the database allows it.

        Raises:
            StorageError: the database cannot be read.
        """
        if isinstance(self._engine.pool, StaticPool):  # one shared connection in memory
            with self._turn:
                try:
                    return work(self._transaction(self._writer))
                finally:
                    self._writer.rollback()
        with _readable(), self._sequencer.reading() as (connection, changed):
            if changed:
                self._tell()
            return work(self._transaction(connection))

    def _tell(self) -> None:
        for changed in self._watching:
            changed()

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
        with self._between_batches():
            self._sequencer.scrub()
            self._beside.scrub()

    def damage(self) -> Sequence[str]:
        """Say what the database itself finds damaged in it; it reads all of it."""
        one = isinstance(self._engine.pool, StaticPool)  # in memory there is but one connection
        try:
            with self._turn if one else contextlib.nullcontext():
                return self._sequencer.damage()
        except driver_errors() as error:
            return [cause_of(error)]

    def close(self) -> None:
        """Finish what is queued, then let the database go."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None
        self._sequencer.close()
        self._engine.dispose()

    @contextlib.contextmanager
    def _begun(self) -> Iterator[Connection]:
        with self._sequencer.alone() as writer:
            transaction = writer.begin()
            try:
                if self._sequencer.begin():
                    self._tell()
                yield writer
                self._beside.commit()
                self._sequencer.commit(transaction)
            except BaseException:
                self._give_up(transaction)
                raise
            self._beside.finish()
        if self._sequencer.wrote():  # the disk takes what is written
            self._trouble = ""
        self.commits += 1

    def _give_up(self, transaction: RootTransaction) -> None:
        """Undo everything, here and beside, so that the next batch begins as if this one had never been."""
        self._beside.give_up()
        with contextlib.suppress(DBAPIError, InvalidRequestError):
            transaction.rollback()
        self._sequencer.undone()

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
        """Run a batch in one transaction; report nothing done before it is durable.

        What nobody waits for any more is not begun; what was begun is done, whoever still waits.
        """
        batch = [job for job in batch if job.future.set_running_or_notify_cancel()]
        outcomes: list[tuple[_Job[T], Any, BaseException | None]] = []
        try:
            with self._turn, self._begun() as connection:
                transaction = self._transaction(connection)
                outcomes.extend(self._attempt(job, transaction) for job in batch)
                transaction.finish()
                self._sequencer.end(texts_changed=transaction.texts_changed)
        except driver_errors(StorageError, OSError) as error:
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
            stop(cause_of(error))
        if isinstance(error, StorageError):
            return CannotJournal(error.message, hint="nothing was half done; it can be tried again")
        self._trouble = f"the node cannot journal, so it cannot act ({cause_of(error)})"
        mend = "mend the database" if self._sequencer.shared else "make room on the disk or mend it"
        return CannotJournal(self._trouble, hint=f"{mend}; nothing was half done")

    @contextlib.contextmanager
    def _between_batches(self) -> Iterator[None]:
        with self._turn:
            try:
                with self._sequencer.alone():
                    yield
            except driver_errors(OSError) as error:
                raise self._refusal(error) from error

    @staticmethod
    def _attempt(job: "_Job[T]", transaction: T) -> "tuple[_Job[T], Any, BaseException | None]":
        try:
            with transaction.piece():
                return job, job.work(transaction), None
        except driver_errors():
            raise  # the disk, not the work: the batch fails as one
        except Exception as raised:
            return job, None, raised


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    """Say of a database that cannot be read that it cannot; any other error of the driver is a fault of ours."""
    try:
        yield
    except driver_errors() as error:
        if not is_out_of_reach(error):
            raise
        raise StorageError(
            f"the database cannot be read ({cause_of(error)})",
            hint="comity doctor says what is damaged; a backup takes the place of what cannot be mended",
        ) from error


class _Job(Generic[T]):
    """A piece of work and where its outcome goes."""

    def __init__(self, work: Callable[[T], Any]) -> None:
        self.work = work
        self.future: Future[Any] = Future()
