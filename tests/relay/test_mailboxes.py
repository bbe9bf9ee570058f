"""What a relay keeps: within its quotas, until it is taken or its days are over, and through a restart."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest

from comity.carriers.relay_wire import box_id
from comity.errors import BadInput, CannotJournal, NotFound, StorageError
from comity.relay.mailboxes import Mailbox, Mailboxes, check_name

NOW = datetime(2026, 3, 1, 9, 30, 12, tzinfo=UTC)
HERE, THERE = "a" * 64, "b" * 64


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Mailboxes]:
    made = Mailboxes(tmp_path / "relay.db", 10_000)
    made.admit(Mailbox(HERE, 1_000, 5, 30))
    yield made
    made.close()


def test_boxes_come_out_in_the_order_they_came_and_go_once_they_were_taken(held: Mailboxes) -> None:
    assert held.deposit(HERE, [b"one", b"two", b"three"], NOW) == [True] * 3
    boxes, left = held.collect(HERE, 0, [])
    assert ([box.data for box in boxes], left) == ([b"one", b"two", b"three"], 0)
    again, _ = held.collect(HERE, 0, [boxes[0].id])
    assert [box.data for box in again] == [b"two", b"three"]
    assert held.collect(HERE, again[-1].number, [box.id for box in again]) == ([], 0)
    assert held.all() == [Mailbox(HERE, 1_000, 5, 30, 0, 0)]


def test_the_same_box_is_kept_once(held: Mailboxes) -> None:
    assert held.deposit(HERE, [b"one", b"one"], NOW) == [True, True]
    assert held.deposit(HERE, [b"one"], NOW) == [True]
    assert held.all()[0].boxes == 1


def test_a_full_mailbox_keeps_what_it_has_and_no_other_is_touched(held: Mailboxes) -> None:
    held.admit(Mailbox(THERE, 1_000, 5, 30))
    assert held.deposit(HERE, [bytes(600), bytes(500), b"small"], NOW) == [True, False, True]
    assert held.deposit(HERE, [bytes([n]) for n in range(9)], NOW).count(True) == 3  # five boxes at most
    assert held.deposit(THERE, [bytes(600)], NOW) == [True]


def test_all_mailboxes_together_are_bounded(held: Mailboxes) -> None:
    held.admit(Mailbox(THERE, 100_000, 100, 30))
    assert held.deposit(THERE, [bytes([1]) * 9_000, bytes(1_001), bytes(1_000)], NOW) == [True, False, True]
    assert held.deposit(HERE, [b"x"], NOW) == [False]


def test_nobody_has_a_mailbox_without_being_admitted(held: Mailboxes) -> None:
    for work in (
        lambda: held.deposit(THERE, [b"x"], NOW),
        lambda: held.collect(THERE, 0, []),
        lambda: held.dismiss(THERE),
    ):
        with pytest.raises(NotFound):
            work()
    assert held.deposit(HERE, [b"x"], NOW) == [True]
    assert held.dismiss(HERE) == 1 and held.all() == []
    for bad in ("", "a" * 63, "A" * 64, "../etc"):
        with pytest.raises(BadInput, match="is not a mailbox"):
            check_name(bad)


def test_a_box_goes_by_itself_when_its_days_are_over(held: Mailboxes) -> None:
    held.admit(Mailbox(HERE, 1_000, 5, 2))
    held.deposit(HERE, [b"old"], NOW)
    held.deposit(HERE, [b"newer"], NOW + timedelta(days=1))
    assert held.expire(NOW + timedelta(days=2)) == 0
    assert held.expire(NOW + timedelta(days=2, hours=1)) == 1
    assert [box.data for box in held.collect(HERE, 0, [])[0]] == [b"newer"]


def test_what_it_keeps_of_a_box_is_mailbox_size_and_hour(held: Mailboxes, tmp_path: Path) -> None:
    held.deposit(HERE, [b"one"], NOW)
    with sqlite.connect(str(tmp_path / "relay.db")) as look:
        rows = look.execute("SELECT * FROM boxes").fetchall()
    look.close()
    assert rows == [(1, HERE, box_id(b"one"), int(NOW.timestamp()) // 3600, 3, b"one")]


def test_it_is_all_there_after_a_restart(held: Mailboxes, tmp_path: Path) -> None:
    held.deposit(HERE, [b"one"], NOW)
    again = Mailboxes(tmp_path / "relay.db", 10_000)  # as after kill -9: nobody closed it
    assert [box.data for box in again.collect(HERE, 0, [])[0]] == [b"one"]
    again.close()


def test_large_boxes_come_in_several_answers(held: Mailboxes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.relay.mailboxes.MAX_RUN_BYTES", 250)
    held.deposit(HERE, [bytes([n]) * 200 for n in range(4)], NOW)
    boxes, left = held.collect(HERE, 0, [])
    assert (len(boxes), left) == (1, 3)
    assert held.collect(HERE, boxes[-1].number, [box.id for box in boxes])[1] == 2


def test_a_disk_that_refuses_is_said_in_one_line_and_nothing_is_half_done(
    held: Mailboxes, tmp_path: Path
) -> None:
    held._connection.execute("PRAGMA query_only=ON")
    with pytest.raises(CannotJournal, match="the relay cannot keep boxes"):
        held.deposit(HERE, [b"x"], NOW)
    held._connection.execute("PRAGMA query_only=OFF")
    assert held.deposit(HERE, [b"x"], NOW) == [True]
    (tmp_path / "rubbish.db").write_bytes(b"not a database" * 100)
    with pytest.raises(StorageError, match="cannot be opened"):
        Mailboxes(tmp_path / "rubbish.db", 1)
