"""What is PostgreSQL's own: several workers take turns, and a server that cannot be trusted is refused."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, select
from sqlalchemy.engine import Engine

from comity.errors import BadInput, CannotJournal, StorageError
from comity.ports import Head, JournalRow, StatementRow
from comity.storage import columns, migrations, postgresql, tables
from comity.storage.body_keys import EPOCH, BodyKeys
from comity.storage.database import SqlStore, open_engine
from comity.storage.transaction import SqlTransaction
from databases import drop, empty_database, fresh_database, give_back, store_over

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SAID = "is not a PostgreSQL database"
Store = SqlStore[SqlTransaction]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("mysql://db/comity", SAID),
        ("sqlite:///node.db", SAID),
        ("postgresql://", SAID),
        ("comity", "is not an address|not an address such as"),
        ('postgresql://db/a"b', "not an address such as"),
        ("postgresql://db/a\nb", "not an address such as"),
        ("postgresql://comity:hunter2@db/comity", "a password does not belong"),
        ("postgresql://db/comity?password=hunter2", "a password does not belong"),
    ],
)
def test_an_address_that_is_none_or_holds_a_password_is_refused(written: str, why: str) -> None:
    with pytest.raises(BadInput, match=why) as refused:
        postgresql.read_url(written)
    assert "hunter2" not in str(refused.value)


@pytest.fixture
def address() -> Iterator[str]:
    made = fresh_database()
    yield made
    give_back(made)


@pytest.fixture
def workers(address: str) -> Iterator[tuple[Store, Store]]:
    made = tuple(store_over(address, BodyKeys(None, NOW)) for _ in range(2))
    yield made[0], made[1]
    for store in made:
        store.close()


def entry(number: int) -> JournalRow:
    return JournalRow(
        number=number,
        channel="local",
        channel_number=number,
        at=NOW,
        kind="decided",
        act=f"{number:064x}",
        leaf=b"leaf",
    )


def append(transaction: SqlTransaction) -> int:
    """Enter one more entry, on top of what this transaction sees."""
    head = transaction.head("local")
    transaction.append(
        [entry(head.size)], [Head(channel="local", size=head.size + 1, frontier=head.frontier)]
    )
    return head.size


def numbers(store: Store) -> list[int]:
    return [row.number for row in store.read(lambda transaction: transaction.journal(after=-1))]


def statement(kind: str, name: str) -> StatementRow:
    return StatementRow(digest=name, kind=kind, by="north.example", about="", signed=b"{}", known_at=NOW)


@pytest.mark.service
def test_the_steps_build_exactly_the_tables_the_code_knows() -> None:
    stepped, at_once = empty_database(), empty_database()
    migrated = open_engine(stepped)
    plain = create_engine(at_once.replace("postgresql:", "postgresql+psycopg:"))
    columns.metadata.create_all(plain)
    assert layout(migrated) == layout(plain)
    assert layout(migrated).keys() == columns.metadata.tables.keys()
    for engine, where in ((migrated, stepped), (plain, at_once)):
        engine.dispose()
        drop(where)


def layout(engine: Engine) -> dict[str, Any]:
    seen = inspect(engine)
    found = {}
    for table in seen.get_table_names():
        if table != "alembic_version":
            found[table] = (
                [{**column, "type": repr(column["type"])} for column in seen.get_columns(table)],
                seen.get_pk_constraint(table)["constrained_columns"],
                sorted((row["name"], row["unique"], row["column_names"]) for row in seen.get_indexes(table)),
                sorted(row["column_names"] for row in seen.get_unique_constraints(table)),
            )
    return found


@pytest.mark.service
def test_a_step_that_fails_leaves_the_database_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    address = empty_database()
    real = op.create_table

    def fails_midway(name: str, *rest: Any) -> Any:
        if name == "outbox":
            raise RuntimeError("power cut")
        return real(name, *rest)

    monkeypatch.setattr(op, "create_table", fails_midway)
    with pytest.raises(RuntimeError, match="power cut"):
        open_engine(address)
    monkeypatch.undo()
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    assert inspect(engine).get_table_names() == []
    migrations.upgrade(engine)
    assert "journal" in inspect(engine).get_table_names()
    engine.dispose()
    drop(address)


@pytest.mark.service
def test_workers_that_start_at_once_lay_the_tables_out_once() -> None:
    address, failed = empty_database(), []

    def start() -> None:
        try:
            open_engine(address).dispose()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    drop(address)


@pytest.mark.service
def test_a_server_that_does_not_sync_is_refused(address: str) -> None:
    class Careless:
        def exec_driver_sql(self, statement: str) -> Any:
            value = {"SHOW fsync": "off"}.get(statement, "on")
            return type("Row", (), {"scalar": staticmethod(lambda: value)})

    with pytest.raises(StorageError, match="fsync = off: it acknowledges what a power cut takes back"):
        postgresql._check_server(Careless())  # type: ignore[arg-type]
    engine = open_engine(address)
    with engine.connect() as connection:
        postgresql._check_server(connection)
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    engine.dispose()


@pytest.mark.service
@pytest.mark.parametrize(
    "address", ["postgresql://nobody@/none?host=/nowhere", "postgresql://127.0.0.1:9/none"]
)
def test_a_server_that_is_not_there_is_said_in_one_line(address: str) -> None:
    with pytest.raises(StorageError, match=r"\Athe database at .* cannot be used: [^\n]+\Z"):
        open_engine(address)


# -- several workers -------------------------------------------------------------------------------------------------


@pytest.mark.service
def test_workers_append_one_after_the_other_and_every_number_once(address: str) -> None:
    stores = [store_over(address, BodyKeys(None, NOW), threaded=True) for _ in range(4)]
    given = [store.submit(append) for _ in range(50) for store in stores]
    assert sorted(each.result(60) for each in given) == list(range(200))
    assert numbers(stores[0]) == list(range(200))
    for store in stores:
        store.close()


@pytest.mark.service
def test_a_sequencer_that_lost_its_turn_appends_nothing(
    workers: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lock is taken from it while it works, as when a pooler gives its session away; it does not know."""
    late, next_one = workers

    def held_up(transaction: SqlTransaction) -> int:
        late._sequencer._raw.execute(postgresql._LEAVE)  # type: ignore[attr-defined]
        next_one.write(lambda other: other.put_statement(statement("hop", "meanwhile")))
        transaction.put_statement(statement("hop", "too late"))
        return 0

    with pytest.raises(CannotJournal, match="had lost its turn"):
        late.write(held_up)
    held = next_one.read(lambda transaction: transaction.statement("meanwhile"))
    assert held is not None
    assert next_one.read(lambda transaction: transaction.statement("too late")) is None
    assert late.write(append) == 0  # and goes on with its next turn


@pytest.mark.service
def test_a_worker_whose_session_was_ended_appends_nothing_and_connects_anew(
    workers: tuple[Store, Store],
) -> None:
    one, other = workers

    def ended(transaction: SqlTransaction) -> None:
        append(transaction)
        pid = one._sequencer._raw.info.backend_pid  # type: ignore[attr-defined]
        other.read(lambda reader: reader._connection.exec_driver_sql(f"SELECT pg_terminate_backend({pid})"))
        append(transaction)

    with pytest.raises(CannotJournal, match="the node cannot journal, so it cannot act"):
        one.write(ended)
    assert other.write(append) == 0  # the lock of a session goes with it
    assert one.write(append) == 1
    assert one.trouble == ""


@pytest.mark.service
def test_who_cannot_tell_whether_a_commit_was_done_stops(
    workers: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg
    from sqlalchemy.exc import OperationalError

    class Stopped(BaseException):
        pass

    def stopped(reason: object) -> None:
        raise Stopped(reason)

    class Broken:
        def commit(self) -> None:
            raise OperationalError("COMMIT", {}, psycopg.OperationalError("server closed the connection"))

    monkeypatch.setattr(postgresql, "stop", stopped)
    sequencer = workers[0]._sequencer
    sequencer._written = True  # type: ignore[attr-defined]
    with pytest.raises(Stopped, match="went away in a commit"):
        sequencer.commit(Broken())  # type: ignore[arg-type]
    sequencer._written = False  # type: ignore[attr-defined]
    with pytest.raises(OperationalError):
        sequencer.commit(Broken())  # type: ignore[arg-type]


@pytest.mark.service
def test_texts_and_acts_that_another_worker_changed_are_told_once(workers: tuple[Store, Store]) -> None:
    one, other = workers
    told: list[str] = []
    one.watch(lambda: told.append("one"))
    other.watch(lambda: told.append("other"))

    one.write(lambda transaction: transaction.put_statement(statement("hop", "a")))
    other.write(append)
    assert told == []  # a hop is nobody's knowledge
    one.write(lambda transaction: transaction.put_statement(statement("consent", "b")))
    assert told == []
    other.read(lambda transaction: transaction.acts())
    assert told == ["other"]
    other.write(append)
    one.write(append)
    assert told == ["other"]
    other.write(lambda transaction: transaction.put_statement(statement("withdrawal", "c")))
    one.write(append)
    assert told == ["other", "one"]


@pytest.mark.service
def test_a_row_that_the_server_refuses_is_refused_alone(address: str) -> None:
    store = store_over(address, BodyKeys(None, NOW), threaded=True)
    gate = threading.Event()
    held = store.submit(lambda _transaction: gate.wait(10))
    names = ["x", "".join(chr(0x4E00 + (n * n * 7919) % 20000) for n in range(9000)), "y"]
    given = [store.submit(lambda t, n=n: t.put_statement(statement("hop", n))) for n in names]
    gate.set()
    held.result(10)
    assert given[0].result(10) and given[2].result(10)
    with pytest.raises(BadInput, match="the database cannot keep this"):
        given[1].result(10)
    assert [bool(store.read(lambda t, n=n: t.statement(n))) for n in "xy"] == [True, True]
    store.close()


@pytest.mark.service
def test_keys_of_bodies_stay_in_the_home_and_workers_follow_a_new_epoch(address: str, tmp_path: Path) -> None:
    BodyKeys(tmp_path, NOW).close()
    later = NOW + EPOCH + timedelta(days=1)
    keys = [BodyKeys(tmp_path, later, shared=True) for _ in range(2)]
    one, other = (store_over(address, each) for each in keys)
    first, second, third = ("11" * 32, "22" * 32, "33" * 32)
    one.write(lambda transaction: transaction.put_body(first, b"the words"))
    engine = open_engine(address)
    with engine.connect() as connection:
        (stored,) = connection.execute(select(tables.bodies.c.sealed)).one()
    (wrapped,) = keys[0]._db.execute("SELECT wrapped FROM body_keys").fetchone()
    assert b"the words" not in stored and wrapped not in stored
    assert "body_keys" not in inspect(engine).get_table_names()
    engine.dispose()
    assert other.read(lambda transaction: transaction.body(first)) == b"the words"
    assert other.renew_keys(later)
    assert not one.renew_keys(later)
    one.write(lambda transaction: transaction.put_body(second, b"under the new epoch"))
    assert other.read(lambda transaction: transaction.body(second)) == b"under the new epoch"
    assert one.read(lambda transaction: transaction.body(first)) == b"the words"
    one.write(lambda transaction: transaction.erase_body(first))
    other.write(lambda transaction: transaction.put_body(third, b"kept"))
    for store in (one, other):
        assert store.read(lambda t: [t.body(name) for name in (first, second, third)]) == [
            None,
            b"under the new epoch",
            b"kept",
        ]
        store.close()
    for each in keys:
        each.close()
    again = BodyKeys(tmp_path, later, shared=True)
    assert sorted(row[0] for row in again._db.execute("SELECT item FROM body_keys")) == [second, third]
    again.close()
