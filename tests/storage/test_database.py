"""Durability, group commit, isolation, and what happens when the disk says no."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest
from sqlalchemy import Connection, event

from comity.errors import CannotJournal, HomeTooNew, NotFound, StorageError
from comity.ports import AgreementRow, ItemRow
from comity.storage import tables
from comity.storage.body_keys import BodyKeys
from comity.storage.database import SqlStore, open_engine
from comity.storage.failing_disk import driver_errors
from comity.storage.sqlite import FIRST_SOUND_SQLITE, sqlite_version
from comity.storage.transaction import SqlTransaction

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


class Kept:
    """A store over a file, with what a test wants to look at."""

    def __init__(self, folder: Path, *, threaded: bool = False, place: Path | str = "") -> None:
        self.folder = folder
        self.engine = open_engine(place or folder / "node.db")
        self.keys = BodyKeys(folder, NOW)
        self.store: SqlStore[SqlTransaction] = SqlStore(
            self.engine,
            lambda connection: SqlTransaction(connection, self.keys),
            threaded=threaded,
            beside=self.keys,
        )

    def close(self) -> None:
        self.store.close()
        self.keys.close()


@pytest.fixture
def kept(tmp_path: Path, place: Path | str) -> Iterator[Kept]:
    made = Kept(tmp_path, place=place)
    yield made
    made.close()


@pytest.fixture
def threaded(tmp_path: Path, place: Path | str) -> Iterator[Kept]:
    made = Kept(tmp_path, threaded=True, place=place)
    yield made
    made.close()


def item(digest: str) -> ItemRow:
    return ItemRow(
        digest=digest,
        label=digest,
        title="",
        media_type="",
        size=1,
        originator="north.example",
        category="incident",
        kind="information",
        marking="TLP:GREEN",
        made_from=(),
        retention="",
        added_at=NOW,
        state="held",
        manifest=b"",
    )


def digests(store: SqlStore[SqlTransaction]) -> list[str]:
    return [row.digest for row in store.read(lambda transaction: transaction.items())]


def test_the_sqlite_here_is_past_the_bug_with_two_writers() -> None:
    assert sqlite_version() >= FIRST_SOUND_SQLITE


def test_every_connection_is_durable_and_forgets_what_is_deleted(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    wanted = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}  # 2 = FULL
    for _ in range(2):
        with kept.engine.connect() as connection:
            assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted} == wanted
    kept.close()


def test_the_file_is_created_under_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    real = sqlite.connect

    class Listening:
        def __init__(self, cursor: Any) -> None:
            self._cursor = cursor

        def execute(self, statement: str, *values: Any) -> Any:
            said.append(statement)
            return self._cursor.execute(statement, *values)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._cursor, name)

    class Heard(sqlite.Connection):  # type: ignore[misc, name-defined]
        def cursor(self, *values: Any) -> Any:
            return Listening(super().cursor(*values))

    monkeypatch.setattr(sqlite, "connect", lambda *values, **named: real(*values, **named, factory=Heard))
    open_engine(tmp_path / "node.db").dispose()
    pragmas = [statement for statement in said if "synchronous" in statement or "journal_mode=" in statement]
    assert pragmas[:3] == ["PRAGMA synchronous=EXTRA", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"]


def test_what_write_returned_from_is_there_after_a_restart(
    kept: Kept, tmp_path: Path, place: Path | str
) -> None:
    kept.store.write(lambda transaction: transaction.put_item(item("a" * 64)))
    if isinstance(place, Path):
        assert b"a" * 64 in (tmp_path / "node.db-wal").read_bytes()  # on disk before write returned
    other = Kept(tmp_path, place=place)
    assert digests(other.store) == ["a" * 64]
    other.close()


def test_many_pieces_of_work_share_a_commit(threaded: Kept) -> None:
    gate, gathered = threading.Event(), threading.Event()

    def first(_transaction: SqlTransaction) -> None:
        gathered.set()
        gate.wait(10)

    held = threaded.store.submit(first)
    gathered.wait(10)
    before = threaded.store.commits
    futures = [
        threaded.store.submit(lambda transaction, n=n: transaction.put_item(item(f"{n:064x}")))
        for n in range(50)
    ]
    assert not any(future.done() for future in futures)
    gate.set()
    for future in [held, *futures]:
        future.result(timeout=10)
    assert len(digests(threaded.store)) == 50
    assert threaded.store.commits - before <= 3


def test_no_future_is_done_before_its_commit(threaded: Kept) -> None:
    order: list[str] = []
    event.listen(threaded.engine, "commit", lambda _connection: order.append("commit"))
    future = threaded.store.submit(lambda transaction: transaction.put_item(item("b" * 64)))
    future.add_done_callback(lambda _future: order.append("done"))
    future.result(timeout=10)
    assert order[0] == "commit" and "done" in order


@pytest.mark.parametrize("how", ["alone", "in a batch"])
def test_what_raises_undoes_itself_alone(tmp_path: Path, place: Path | str, how: str) -> None:
    made = Kept(tmp_path, threaded=how == "in a batch", place=place)

    def fails(transaction: SqlTransaction) -> None:
        transaction.put_item(item("c" * 64))
        transaction.put_body("c" * 64, b"content")
        transaction.erase_body("a" * 64)
        raise NotFound("nothing here")

    made.store.write(lambda transaction: transaction.put_item(item("a" * 64)))
    made.store.write(lambda transaction: transaction.put_body("a" * 64, b"kept"))
    futures = [
        made.store.submit(lambda transaction: transaction.put_item(item("d" * 64))),
        made.store.submit(fails),
        made.store.submit(lambda transaction: transaction.put_body("d" * 64, b"also kept")),
    ]
    futures[0].result(10)
    with pytest.raises(NotFound):
        futures[1].result(10)
    futures[2].result(10)
    assert sorted(digests(made.store)) == ["a" * 64, "d" * 64]
    bodies = made.store.read(lambda transaction: [transaction.body(name * 64) for name in "acd"])
    assert bodies == [b"kept", None, b"also kept"]
    made.close()


def test_a_piece_within_a_piece_can_be_undone(kept: Kept) -> None:
    def work(transaction: SqlTransaction) -> None:
        transaction.put_item(item("a" * 64))
        transaction.put_body("a" * 64, b"outer")
        with pytest.raises(NotFound), transaction.piece():
            transaction.put_item(item("b" * 64))
            transaction.put_body("b" * 64, b"inner")
            transaction.erase_body("a" * 64)
            raise NotFound("no")
        with transaction.piece():
            transaction.put_body("c" * 64, b"second inner")

    kept.store.write(work)
    assert digests(kept.store) == ["a" * 64]
    bodies = kept.store.read(lambda transaction: [transaction.body(name * 64) for name in "abc"])
    assert bodies == [b"outer", None, b"second inner"]


def test_reading_cannot_change_anything(kept: Kept) -> None:
    with pytest.raises(driver_errors(), match=r"readonly|read-only"):
        kept.store.read(lambda transaction: transaction.put_item(item("e" * 64)))
    kept.store.write(lambda transaction: transaction.put_item(item("f" * 64)))
    assert digests(kept.store) == ["f" * 64]


# -- the disk says no ------------------------------------------------------------------------------------------------


@contextmanager
def no_page_more(connection: Any) -> Iterator[None]:
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages}")
    yield
    connection.execute("PRAGMA max_page_count=4294967294")


def large(name: str) -> Any:
    def work(transaction: SqlTransaction) -> None:
        transaction.put_item(item(name * 64))
        transaction.put_body(name * 64, bytes(300_000))

    return work


@pytest.mark.parametrize("mode", ["plain", "threaded"])
@pytest.mark.parametrize("what_is_full", ["rows", "keys of bodies"])
def test_a_full_disk_stops_the_act_whole_and_it_goes_on_once_there_is_room(
    tmp_path: Path, mode: str, what_is_full: str
) -> None:
    made = Kept(tmp_path, threaded=mode == "threaded")
    made.store.write(large("a"))
    raw: Any = made.store._writer.connection.driver_connection
    full = {
        "rows": lambda: no_page_more(raw),
        "keys of bodies": lambda: no_page_more(made.keys._db),
    }[what_is_full]

    def crowded(transaction: SqlTransaction) -> None:
        transaction.erase_body("a" * 64)
        for number in range(60):
            transaction.put_item(item(f"{number:064x}"))
            transaction.put_body(f"{number:064x}", bytes(6_000))

    with full():
        for _ in range(2):
            with pytest.raises(CannotJournal, match="cannot journal, so it cannot act"):
                made.store.write(crowded)
        assert digests(made.store) == ["a" * 64]  # reading goes on
    made.store.write(large("b"))
    assert sorted(digests(made.store)) == ["a" * 64, "b" * 64]
    bodies = made.store.read(lambda transaction: [transaction.body(name * 64) for name in "ab"])
    assert bodies == [bytes(300_000), bytes(300_000)]  # the erasure that was given up did not happen either
    made.close()


@pytest.mark.parametrize("mode", ["plain", "threaded"])
def test_a_file_system_that_became_read_only_stops_acts_and_they_go_on_once_it_is_not(
    tmp_path: Path, mode: str
) -> None:
    """As EROFS and EDQUOT come up: the driver says that it may not write."""
    made = Kept(tmp_path, threaded=mode == "threaded")
    made.store.write(large("a"))
    raw: Any = made.store._writer.connection.driver_connection
    raw.execute("PRAGMA query_only=ON")
    with pytest.raises(CannotJournal, match=r"cannot journal, so it cannot act .*readonly"):
        made.store.write(large("b"))
    assert digests(made.store) == ["a" * 64] and "readonly" in made.store.trouble
    raw.execute("PRAGMA query_only=OFF")
    made.store.write(large("b"))
    assert sorted(digests(made.store)) == ["a" * 64, "b" * 64] and made.store.trouble == ""
    made.close()


@contextmanager
def zeros_in(file: Path) -> Iterator[None]:
    """Let every page of a database but the first give zeros, as a file system may whose power goes."""
    sound = file.read_bytes()
    file.write_bytes(sound[:4096] + bytes(len(sound) - 4096))
    yield
    file.write_bytes(sound)


class Stopped(BaseException):
    """In the place of the end of the process."""


def test_a_database_that_gives_back_what_was_not_written_is_read_by_nobody_and_stops_who_acts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Kept(tmp_path)
    made.store.write(large("a"))
    made.close()
    with (
        zeros_in(tmp_path / "node.db"),
        pytest.raises(StorageError, match=r"not a usable database .*malformed"),
    ):
        Kept(tmp_path)
    again = Kept(tmp_path)

    def stop(reason: object) -> None:
        raise Stopped(reason)

    monkeypatch.setattr("comity.storage.database.stop", stop)
    with zeros_in(tmp_path / "node.db"):
        again.store._engine.dispose()  # no connection remembers a page
        with pytest.raises(StorageError, match=r"cannot be read \(.*malformed"):
            digests(again.store)
        again.store._writer.connection.driver_connection.execute("PRAGMA shrink_memory")
        with pytest.raises(Stopped, match="malformed"):
            again.store.write(large("b"))
    assert digests(again.store) == ["a" * 64]
    again.close()


def test_a_question_that_is_wrong_in_itself_is_no_fault_of_the_database(kept: Kept) -> None:
    def wrong(transaction: SqlTransaction) -> object:
        return transaction._connection.exec_driver_sql("SELECT nothing FROM nowhere")

    with pytest.raises(driver_errors(), match="nowhere"):
        kept.store.read(wrong)


def test_what_nobody_waits_for_any_more_is_not_begun_and_the_sequencer_goes_on(tmp_path: Path) -> None:
    made = Kept(tmp_path, threaded=True)
    begun, go_on = threading.Event(), threading.Event()

    def long(_: SqlTransaction) -> None:
        begun.set()
        assert go_on.wait(60)

    first = made.store.submit(long)
    assert begun.wait(60)
    given_up, wanted = made.store.submit(large("a")), made.store.submit(large("b"))
    assert given_up.cancel() and not first.cancel(), "what was begun is done, whoever still waits"
    go_on.set()
    first.result(60)
    wanted.result(60)
    assert digests(made.store) == ["b" * 64] and made.store.trouble == ""
    made.close()


def test_in_one_batch_with_a_full_disk_nobody_is_told_it_was_done(tmp_path: Path) -> None:
    made = Kept(tmp_path, threaded=True)
    raw: Any = made.store._writer.connection.driver_connection
    gate, begun = threading.Event(), threading.Event()
    waiting = made.store.submit(lambda _transaction: (begun.set(), gate.wait(10)))
    assert begun.wait(10)  # what follows comes together in the next batch
    pages = raw.execute("PRAGMA page_count").fetchone()[0]
    small = made.store.submit(lambda transaction: transaction.put_item(item("1" * 64)))
    limit = made.store.submit(
        lambda transaction: transaction._connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    )
    big = made.store.submit(large("2"))
    gate.set()
    waiting.result(10)
    for future in (small, limit, big):
        with pytest.raises(CannotJournal):
            future.result(10)
    assert digests(made.store) == []
    made.close()


# -- which database --------------------------------------------------------------------------------------------------


def written_by(folder: Path, version: int, oldest_reader: int) -> Path:
    path = folder / "node.db"
    open_engine(path).dispose()
    database = sqlite.connect(str(path))
    for name, value in (("version", version), ("oldest_reader", oldest_reader), ("comity", "9.9")):
        database.execute("UPDATE house SET value = ? WHERE name = ?", (str(value), name))
    database.commit()
    database.close()
    return path


def test_a_newer_layout_is_refused_by_name(tmp_path: Path) -> None:
    path = written_by(tmp_path, tables.SCHEMA_VERSION + 2, tables.SCHEMA_VERSION + 1)
    before = path.read_bytes()
    with pytest.raises(
        HomeTooNew, match=rf"layout {tables.SCHEMA_VERSION + 2}, written by comity 9\.9"
    ) as refused:
        open_engine(path)
    assert "that version" in refused.value.hint
    assert path.read_bytes() == before


def test_a_newer_layout_that_this_one_still_understands_is_opened(tmp_path: Path) -> None:
    path = written_by(tmp_path, tables.SCHEMA_VERSION + 1, tables.SCHEMA_VERSION)
    open_engine(path).dispose()
    database = sqlite.connect(str(path))
    assert dict(database.execute("SELECT name, value FROM house"))["version"] == str(
        tables.SCHEMA_VERSION + 1
    )
    database.close()


@pytest.mark.parametrize(
    "content", [b"not a database at all " * 100, b"SQLite format 3\x00" + b"\xff" * 5000]
)
def test_what_is_no_database_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "node.db"
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"node\.db: not a usable database"):
        open_engine(path)


def test_rows_in_memory_can_be_copied_into_another_store() -> None:
    def store() -> SqlStore[SqlTransaction]:
        keys = BodyKeys(None, NOW)
        make = lambda connection: SqlTransaction(connection, keys)  # noqa: E731
        return SqlStore(open_engine(None), make, threaded=False, beside=keys)

    one, other = store(), store()
    row = AgreementRow(
        id="x-2026", digest="d", acts_digest="e", files={"agreement.en.md": b"\xff"}, held_at=NOW
    )
    one.write(lambda transaction: transaction.put_agreement(row))
    one.copy_to(other)
    assert other.read(lambda transaction: transaction.agreements()) == [row]
    one.write(lambda transaction: transaction.put_item(item("a" * 64)))
    assert digests(other) == []
    one.close()
    other.close()


def test_a_connection_is_not_shared_with_a_reader(kept: Kept) -> None:
    inside: list[int] = []

    def work(transaction: SqlTransaction) -> None:
        transaction.put_item(item("a" * 64))
        inside.append(len(digests(kept.store)))  # a reader beside the writer sees only what is committed

    kept.store.write(work)
    assert inside == [0]
    assert isinstance(kept.store._writer, Connection)
