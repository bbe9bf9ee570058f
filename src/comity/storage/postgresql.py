"""A node's rows in PostgreSQL: how its database is opened, and how several workers share it.

`comity serve` on such a home may run in several processes, the *workers*. Their acts happen one after the other, as
everywhere: whoever holds the advisory lock is the *sequencer* of that turn. Each worker queues its own acts, and
decides, seals and enters a whole batch of them in one turn and one commit.

A turn has a number. It is read at the beginning and counted on in the transaction that appends, on the condition that
it is still the same: a sequencer that was held up, while its session was ended and another had the turn, appends
nothing, whatever it believes. (Fencing: M. Kleppmann, "How to do distributed locking", 2016.) A second number tells
the others that texts or acts changed, which each of them keeps in memory.

Where the connection breaks before a commit, nothing was done, and the next batch connects anew. Where it breaks within
one, nobody can tell whether it was done: the process ends, as it does when a disk fails (`failing_disk.py`).
"""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    bindparam,
    create_engine,
    event,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import RootTransaction
from sqlalchemy.exc import ArgumentError, DBAPIError

from comity.errors import BadInput, HomeInUse, StorageError
from comity.storage import tables
from comity.storage.failing_disk import stop
from comity.storage.layout import check_layout

__all__ = ["ManyWorkers", "StaleSequencer", "open_postgresql", "read_url"]

#: The names in `house` of the number of turns, and of how often texts or acts changed.
TURN, TEXTS = "turn", "texts"

#: One database holds one node: one lock.
_LOCK = int.from_bytes(hashlib.sha256(b"comity sequencer").digest()[:8], signed=True)

_TAKE, _LEAVE = (f"SELECT pg_advisory_{word}({_LOCK})" for word in ("lock", "unlock"))

#: Every process that writes says of which home it is, by a lock that it shares with those of the same one.
_HOMES = int.from_bytes(hashlib.sha256(b"comity home").digest()[:4], signed=True)
_CLAIM = "SELECT pg_advisory_lock_shared(%s::int, %s::int)"
_OTHERS = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid = (%s::bigint & 4294967295)::oid AND objid <> (%s::bigint & 4294967295)::oid"
)

_NUMBERS = select(tables.house.c.name, tables.house.c.value).where(tables.house.c.name.in_([TURN, TEXTS]))
_COUNT_ON = (
    update(tables.house)
    .where(tables.house.c.name == bindparam("which"), tables.house.c.value == bindparam("seen"))
    .values(value=bindparam("next"))
)
_HAS_WRITTEN = text("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")

#: Tables whose rows are erased when a content is.
_SCRUBBED = ("bodies", "inbox", "outbox", "journal_details", "records", "staged_records")

#: Said on every connection; none of it is a setting.
_SAID = (
    "SET synchronous_commit TO on",
    "SET client_encoding TO 'UTF8'",
    "SET idle_in_transaction_session_timeout TO 0",
    "SET lock_timeout TO 0",
)


class StaleSequencer(StorageError):
    """Another worker has appended meanwhile: this one had lost its turn and appends nothing."""


def read_url(written: str) -> URL:
    """Read the address of a database.

    Raises:
        BadInput: it is none of PostgreSQL, or holds a password, which belongs in a file that its owner alone reads.
    """
    try:
        if not written.isprintable() or '"' in written or "\\" in written:
            raise ArgumentError
        url = make_url(written)
    except ArgumentError:
        raise BadInput(
            "the database is not an address such as postgresql://comity@db.internal/comity"
        ) from None
    if url.drivername not in ("postgresql", "postgres") or not (url.database or url.query):
        raise BadInput(
            f"`{url.drivername}` with `{url.database or ''}` is not a PostgreSQL database",
            hint="postgresql://USER@HOST/DATABASE",
        )
    if url.password is not None or "password" in url.query:
        raise BadInput(
            "a password does not belong into the address of a database",
            hint="put it into ~/.pgpass (mode 0600), or name another file: …?passfile=FILE",
        )
    return url.set(drivername="postgresql+psycopg")


def open_postgresql(written: str) -> Engine:
    """Connect to a database by its address.

    Raises:
        BadInput: the address is none, or the driver is not installed.
        StorageError: it cannot be reached, or would acknowledge what is not durable.
    """
    url = read_url(written)
    try:
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=8, max_overflow=24)
    except ModuleNotFoundError:
        raise BadInput(
            "the driver of PostgreSQL is not installed", hint="pip install 'comity[postgres]'"
        ) from None

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            for each in _SAID:
                cursor.execute(each)
        connection.commit()

    try:
        with engine.connect() as connection:
            _check_server(connection)
            connection.exec_driver_sql(_TAKE)  # of two workers that start at once one lays the tables out
            connection.commit()
            try:
                _lay_out(engine)
            finally:
                connection.exec_driver_sql(_LEAVE)
                connection.commit()
    except DBAPIError as error:
        engine.dispose()
        reason = str(error.orig).strip().splitlines()[-1].strip()
        raise StorageError(
            f"the database at {url.host or url.query.get('host') or 'the local socket'} cannot be used: {reason}",
            hint="is it running, and may this user connect to it? psql takes the same address",
        ) from None
    except BaseException:
        engine.dispose()
        raise
    return engine


def _lay_out(engine: Engine) -> None:
    check_layout(engine)
    with engine.begin() as connection:
        for name in (TURN, TEXTS):
            connection.execute(
                insert(tables.house)
                .values(name=name, value="0")
                .on_conflict_do_nothing(index_elements=["name"])
            )


def _check_server(connection: Connection) -> None:
    for name, wanted, why in (
        ("fsync", "on", "it acknowledges what a power cut takes back"),
        ("full_page_writes", "on", "a power cut can tear its pages"),
        ("server_encoding", "UTF8", "it cannot keep every name"),
    ):
        found = connection.exec_driver_sql(f"SHOW {name}").scalar()
        if found != wanted:
            raise StorageError(
                f"the database runs with {name} = {found}: {why}", hint=f"set {name} to {wanted} there"
            )


def lost(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """Give what the driver raises where a connection is gone; and more."""
    import psycopg

    return (psycopg.OperationalError, psycopg.InterfaceError, *more)


class ManyWorkers:
    """The sequencer of a database that several workers write to, as one of them sees it."""

    shared = True

    def __init__(self, engine: Engine, home: str = "") -> None:
        """Connect.

        Args:
            home: what tells the home whose rows these are from a copy of it; empty where there is none.

        Raises:
            HomeInUse: a process that serves a copy of the home is connected.
        """
        self._engine = engine
        self._home = int.from_bytes(hashlib.sha256(home.encode()).digest()[:4], signed=True) if home else None
        try:
            self.writer = self._connect()
        except HomeInUse:
            engine.dispose()
            raise
        self._turn = self._texts = "0"
        self._known = "0"
        self._written = False

    @property
    def _raw(self) -> Any:
        return self.writer.connection.driver_connection

    @contextlib.contextmanager
    def alone(self) -> Iterator[Connection]:
        """Hold the sequencer's lock, a session's and not a transaction's: erasures of keys follow the commit."""
        try:
            self._raw.execute(_TAKE)
        except lost(DBAPIError):  # the server was started anew, or ended this session, since the last turn
            self._connect_anew()
            self._raw.execute(_TAKE)
        try:
            yield self.writer
        finally:
            if not self._raw.closed:
                with contextlib.suppress(*lost()):
                    self._raw.rollback()
                    self._raw.execute(_LEAVE)
                    self._raw.rollback()

    def _connect_anew(self) -> None:
        self.writer.invalidate()
        self.writer.close()
        self.writer = self._connect()

    def _connect(self) -> Connection:
        """Connect for as long as this process lives, and say which home it is of.

        The keys of contents lie in the home: what a copy of it took in, the other could never open.
        """
        writer = self._engine.connect()
        if self._home is None:
            return writer
        raw: Any = writer.connection.driver_connection
        raw.execute(_CLAIM, (_HOMES, self._home))
        others = raw.execute(_OTHERS, (_HOMES, self._home)).fetchone()[0]
        raw.rollback()
        if others:
            writer.invalidate()
            writer.close()
            raise HomeInUse(
                "the database is in use by another copy of this home",
                hint="stop that one: a database keeps the rows of one home",
            )
        return writer

    def begin(self) -> bool:
        """Begin a turn; tell whether another worker changed texts or acts since this one last looked."""
        found: dict[str, str] = dict(self.writer.execute(_NUMBERS).all())
        self._turn, self._texts = found.get(TURN, "0"), found.get(TEXTS, "0")
        changed, self._known = self._texts != self._known, self._texts
        return changed

    def end(self, *, texts_changed: bool) -> None:
        """Count the turn on, in the transaction that has written.

        Raises:
            StaleSequencer: it is another's turn by now.
        """
        self._written = bool(self.writer.execute(_HAS_WRITTEN).scalar())
        if not self._written:
            return
        self._count_on(TURN, self._turn)
        if texts_changed:
            self._count_on(TEXTS, self._texts)
            self._texts = str(int(self._texts) + 1)

    def _count_on(self, name: str, seen: str) -> None:
        values = {"which": name, "seen": seen, "next": str(int(seen) + 1)}
        if self.writer.execute(_COUNT_ON, values).rowcount != 1:
            raise StaleSequencer("another worker has appended meanwhile: this one had lost its turn")

    def commit(self, transaction: RootTransaction) -> None:
        """Make a turn durable; end the process where the connection breaks and nobody can tell whether it is."""
        try:
            transaction.commit()
        except DBAPIError as error:
            if self._written and isinstance(error.orig, lost()):
                stop(f"the database went away in a commit: {error.orig}")
            raise
        self._known = self._texts  # its own changes are no news to it

    def undone(self) -> None:
        """Let go of a connection that broke in a turn."""
        if self._raw.closed:
            self._connect_anew()

    def wrote(self) -> bool:
        """Tell whether anything was written in the last turn."""
        return self._written

    def scrub(self) -> None:
        """Let the server reclaim rows that were erased; they can be in its log and its backups still."""
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name in _SCRUBBED:
                connection.exec_driver_sql(f"VACUUM {name}")

    def damage(self) -> Sequence[str]:
        """Say nothing: the server keeps checksums of its pages and refuses what does not fit."""
        return ()

    @contextlib.contextmanager
    def reading(self) -> Iterator[tuple[Connection, bool]]:
        """Give a connection that sees one moment and changes nothing, and whether texts or acts changed elsewhere."""
        options: Any = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._engine.connect().execution_options(**options) as connection:
            texts = dict(connection.execute(_NUMBERS).all()).get(TEXTS, "0")
            changed = int(texts) > int(self._known)
            if changed:
                self._known = texts
            yield connection, changed

    def close(self) -> None:
        """Let the connection go."""
        self.writer.close()
