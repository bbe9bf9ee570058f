"""Calls of the store port that no test of a node makes: officers, programs, what is looked for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, get_origin, get_type_hints

import msgspec
import pytest

from comity import ports
from comity.storage.body_keys import BodyKeys
from comity.storage.transaction import SqlTransaction
from databases import store_over

NOW = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)
R = TypeVar("R", bound=msgspec.Struct)
#: What stands in a field unless a test says otherwise: what a database could keep in another way.
_PLAIN: dict[Any, Any] = {str: "Łódź \x00 ’", int: 2**40, bool: True, bytes: b"\x00\xff", float: 0.5}


@pytest.fixture
def rows(place: Path | str) -> Iterator[SqlTransaction]:
    keys = BodyKeys(None, NOW)
    store = store_over(None if isinstance(place, Path) else place, keys)
    with store._begun() as connection:
        yield SqlTransaction(connection, keys)
    store.close()


def minute(number: int) -> datetime:
    return NOW + timedelta(minutes=number)


def filled(row: type[R], /, **said: Any) -> R:
    """Make a row with something in every field."""
    fields = {}
    for name, hint in get_type_hints(row).items():
        plain = next((word for word in _PLAIN if word is hint), None)
        if plain is not None:
            fields[name] = _PLAIN[plain]
        elif "datetime" in str(hint):
            fields[name] = NOW
        elif get_origin(hint) is tuple or "tuple" in str(hint):
            fields[name] = ("one", "two")
        else:
            raise AssertionError(f"{row.__name__}.{name}: {hint}")
    return row(**(fields | said))


@pytest.mark.parametrize(
    ("kind", "key", "put", "get"),
    [
        (ports.OfficerRow, "id", "put_officer", "officer"),
        (ports.CredentialRow, "id", "put_credential", "credential"),
        (ports.LinkRow, "token", "put_link", "link"),
        (ports.SessionRow, "token", "put_session", "session"),
        (ports.AttemptRow, "name", "put_attempt", "attempt"),
        (ports.PendingRow, "id", "put_pending", "pending"),
        (ports.TokenRow, "id", "put_token", "token"),
        (ports.AnsweredRow, "key", "put_answered", "answered"),
        (ports.HookRow, "id", "put_hook", "hook"),
        (ports.ToldRow, "officer", "put_told", "told"),
        (ports.PouchRow, "name", "put_pouch", "pouch"),
    ],
)
def test_what_is_put_comes_out_and_takes_the_place_of_what_was_there(
    rows: SqlTransaction, kind: type[Any], key: str, put: str, get: str
) -> None:
    first = filled(kind, **{key: "a"})
    getattr(rows, put)(first)
    unique = {"handle": "another"} if kind is ports.OfficerRow else {}
    getattr(rows, put)(filled(kind, **{key: "b"}, **unique))
    assert getattr(rows, get)("a") == first
    assert getattr(rows, get)("c") is None
    other = next(name for name in kind.__struct_fields__ if name != key)
    values: dict[type, Any] = {
        datetime: minute(1),
        int: 7,
        str: "changed",
        bytes: b"changed",
        tuple: ("three",),
    }
    changed = msgspec.structs.replace(first, **{other: values[type(getattr(first, other))]})
    getattr(rows, put)(changed)
    assert getattr(rows, get)("a") == changed


def test_officers_and_what_they_sign_in_with(rows: SqlTransaction) -> None:
    made = [filled(ports.OfficerRow, id=name, handle=handle) for name, handle in (("1", "zoe"), ("2", "Ada"))]
    for each in made:
        rows.put_officer(each)
    assert [row.handle for row in rows.officers()] == ["Ada", "zoe"]
    assert rows.officer_by_handle("zoe") == made[0]
    for number, name in enumerate(("late", "early")):
        rows.put_credential(filled(ports.CredentialRow, id=name, officer="1", created_at=minute(5 - number)))
    assert [row.id for row in rows.credentials("1")] == ["early", "late"]
    rows.drop_credential("early")
    assert [row.id for row in rows.credentials("1")] == ["late"] and rows.credentials("2") == []


def test_sessions_end_one_by_one_by_officer_and_by_time(rows: SqlTransaction) -> None:
    for name, officer, ends in (("a", "1", 9), ("b", "1", 9), ("c", "2", 9), ("d", "3", 1)):
        rows.put_session(filled(ports.SessionRow, token=name, officer=officer, ends_at=minute(ends)))
    assert rows.drop_sessions(token="a") == 1
    assert rows.drop_sessions(officer="1") == 1
    assert rows.drop_sessions(ended=minute(5)) == 1
    assert [rows.session(name) is not None for name in "abcd"] == [False, False, True, False]


def test_what_waits_for_a_second_officer_comes_newest_first(rows: SqlTransaction) -> None:
    for number in range(3):
        state = "open" if number else "done"
        rows.put_pending(filled(ports.PendingRow, id=str(number), state=state, at=minute(number)))
    assert [row.id for row in rows.all_pending()] == ["2", "1"]
    assert [row.id for row in rows.all_pending(state="done", limit=1)] == ["0"]


def test_what_bears_the_clock_out_is_one_row_in_place_of_the_last(rows: SqlTransaction) -> None:
    assert rows.known_time() is None
    for until in (minute(1), minute(2)):
        rows.put_known_time(ports.KnownTime(until=until, answered=minute(0), answered_on=until))
        fresh = SqlTransaction(rows._connection, rows._body_keys)
        assert fresh.known_time() == ports.KnownTime(until=until, answered=minute(0), answered_on=until)


def test_what_bears_the_clock_out_is_undone_with_the_work_that_failed(rows: SqlTransaction) -> None:
    rows.put_known_time(ports.KnownTime(until=minute(1)))
    with pytest.raises(ValueError, match="undone"), rows.piece():
        rows.put_known_time(ports.KnownTime(until=minute(2)))
        raise ValueError("undone")
    assert rows.known_time() == ports.KnownTime(until=minute(1))


def test_drafts_are_their_officers_own(rows: SqlTransaction) -> None:
    for number, officer in enumerate(("1", "1", "2")):
        rows.put_draft(filled(ports.DraftRow, id=str(number), officer=officer, at=minute(number)))
    assert [row.id for row in rows.drafts("1")] == ["1", "0"]
    assert [row.id for row in rows.old_drafts(minute(1))] == ["0"]
    rows.drop_draft("2", "1")
    rows.drop_draft("0", "1")
    assert [row.id for row in rows.drafts("1")] == ["1"] and len(rows.drafts("2")) == 1


def test_tokens_hooks_and_what_is_owed_to_programs(rows: SqlTransaction) -> None:
    for number in range(2):
        rows.put_token(filled(ports.TokenRow, id=str(number), created_at=minute(-number)))
        rows.put_hook(filled(ports.HookRow, id=str(number), made_at=minute(-number)))
    assert [row.id for row in rows.tokens()] == [row.id for row in rows.hooks()] == ["1", "0"]
    rows.drop_token("1")
    assert [row.id for row in rows.tokens()] == ["0"]
    for number, (to, state) in enumerate((("0", "owed"), ("1", "owed"), ("1", "sent"))):
        rows.put_outgoing(
            filled(
                ports.OutgoingRow, id=str(number), way="hook", to=to, state=state,
                next_at=minute(-number), made_at=minute(number),
            )
        )  # fmt: skip
    assert [row.id for row in rows.outgoing_due(NOW)] == ["1", "0"]
    assert [row.id for row in rows.outgoing_due(minute(-1), limit=9)] == ["1"]
    rows.drop_hook("1")
    assert [row.id for row in rows.outgoing_in("owed")] == ["0"] and rows.hook("1") is None
    rows.drop_outgoing(before=minute(9))
    assert [rows.outgoing_in(state) != [] for state in ("owed", "sent")] == [True, False]


def test_answers_are_forgotten_once_their_time_is_over_or_they_are_many(rows: SqlTransaction) -> None:
    for number in range(5):
        rows.put_answered(
            filled(
                ports.AnsweredRow, key=str(number), officer="1", at=minute(number),
                ends_at=minute(0 if number == 4 else 99),
            )
        )  # fmt: skip
    rows.drop_answered("1", ended=minute(0), most=2)
    assert [rows.answered(str(number)) is not None for number in range(5)] == [
        False, False, True, True, False,
    ]  # fmt: skip


def test_a_mark_is_a_word_under_a_name(rows: SqlTransaction) -> None:
    assert rows.mark("x") == ""
    rows.put_mark("x", "1")
    rows.put_mark("x", "2")
    assert rows.mark("x") == "2"


def test_items_are_found_by_all_that_is_said_of_them(rows: SqlTransaction) -> None:
    said = {"made_from": (), "media_type": "text/plain", "kind": "information"}
    for number, (title, category, state) in enumerate(
        (
            ("a report of May", "incident.reports", "held"),
            ("100 % sure", "incident", "held"),
            ("Report", "x", "known"),
        )
    ):
        rows.put_item(
            filled(
                ports.ItemRow, digest=str(number) * 64, title=title, category=category, state=state, label="",
                added_at=minute(number), originator="north.example" if number else "south.example", **said,
            )
        )  # fmt: skip

    def found(**asked: Any) -> list[str]:
        return [row.title for _, row in rows.find_items(**asked)]

    assert found() == ["Report", "100 % sure", "a report of May"]
    assert found(words="report") == ["Report", "a report of May"]
    assert found(words="may report", category="incident") == ["a report of May"]
    assert found(words="%") == ["100 % sure"]
    assert found(category="incident") == ["100 % sure", "a report of May"]
    assert found(state="held", originator="south.example") == ["a report of May"]
    assert found(since=minute(1), until=minute(2)) == ["100 % sure"]
    numbered = rows.find_items(limit=1)
    assert found(before=numbered[0][0]) == ["100 % sure", "a report of May"]


def test_matters_are_found_by_all_that_is_said_of_them_and_by_their_deadline(rows: SqlTransaction) -> None:
    made = [
        filled(
            ports.MatterRow, id=str(number) * 32, kind=kind, peer="south.example", title=title, state="open",
            opened_at=minute(number), changed_at=minute(number), turn=turn, due=due,
        )
        for number, (kind, title, turn, due) in enumerate(
            (
                ("request", "who owns it", ("north.example",), minute(50)),
                ("plan", "what we do", ("north.example", "south.example"), minute(10)),
                ("plan", "who does it", (), None),
            )
        )
    ]  # fmt: skip
    due = [
        ports.DeadlineRow(at=each.due, what="answer", by=each.turn[0], ref="north-south-2026 art. 5")
        for each in made
        if each.due is not None
    ]
    rows.put_matter(made[0], ports.MatterParts(deadlines=(due[0],)))
    rows.put_matter(made[1], ports.MatterParts(deadlines=(due[1],)))
    rows.put_matter(made[2])
    assert rows.matter("1" * 32) == made[1] and rows.matter("9" * 32) is None
    assert list(rows.find_matters()) == made[::-1]
    assert list(rows.find_matters(words="WHO", live=True)) == [made[0]]
    assert list(rows.find_matters(kind="plan", since=minute(1), until=minute(2))) == [made[1]]
    assert list(rows.find_matters(before=(minute(1), "1" * 32), peer="south.example")) == [made[0]]
    assert [each.matter for each in rows.deadlines()] == ["1" * 32, "0" * 32]
    assert [each.matter for each in rows.deadlines(since=minute(10), until=minute(50))] == ["1" * 32]
    assert [each.matter for each in rows.deadlines(limit=1)] == ["1" * 32]
    first = made[0].turn[0]
    assert {each.by for each in rows.deadlines()} == {first}
    assert [each.matter for each in rows.deadlines(by=first, limit=1, since=minute(11))] == ["0" * 32]
    assert not rows.deadlines(by="south.example") and not rows.deadlines(by=first, until=minute(10))
    texts = made[0].texts
    assert not rows.matters_read_by_others(texts)
    for other in (texts[:-1], texts + "a"):  # before it, and after it
        assert sorted(rows.matters_read_by_others(other)) == sorted(each.id for each in made)
    rows.put_matter(made[1])
    assert [each.matter for each in rows.deadlines()] == ["0" * 32]
    assert rows.count_matters_of("north.example") == (2, 2)
    assert rows.count_matters_of("south.example") == (1, 1)


@pytest.mark.parametrize("backwards", [False, True])
def test_a_cost_stands_in_the_charge_that_has_come_furthest(rows: SqlTransaction, backwards: bool) -> None:
    """By what each says, never by which was kept first: what was accepted, what was taken back, the oldest."""
    said = {
        "settled": ("claimed", "settled", "accepted"),
        "paid": ("paid", "accepted", "taken-back"),
        "accepted": ("taken-back", "claimed", "accepted"),
        "taken-back": ("claimed", "taken-back", "contested"),
        "contested": ("contested", "claimed", "claimed"),  # these three by their age: the first is the oldest
    }
    peer = "south.example"
    keeping = []
    for number, (name, states) in enumerate(said.items()):
        cost = filled(ports.CostRow, event=name, on="2031-03-01", currency="EUR", net="1.00", entry=b"{}")
        keeping.append((f"meeting {name}", minute(0), ports.MatterParts(costs=(cost,))))
        keeping += [
            (f"{name} {age}", minute(10 * number + age), ports.MatterParts(claims=((name, state),)))
            for age, state in enumerate(states)
        ]
    for id, at, parts in reversed(keeping) if backwards else keeping:
        rows.put_matter(filled(ports.MatterRow, id=id, kind="charge", peer=peer, opened_at=at), parts)
    assert {line.event: (line.state, line.charge) for line in rows.costs(peer=peer)} == {
        "settled": ("settled", "settled 1"),
        "paid": ("paid", "paid 0"),
        "accepted": ("accepted", "accepted 2"),
        "contested": ("contested", "contested 0"),
    }
    assert list(rows.costs_owed(peer)) == [(peer, "EUR", "1.00")] * 3 and not rows.costs_open(peer)


def test_what_passed_is_counted_by_party_and_category(rows: SqlTransaction) -> None:
    for number in range(3):
        digest = str(number) * 64
        rows.put_item(
            filled(
                ports.ItemRow, digest=digest, category="a" if number else "b", made_from=(), label="",
                media_type="text/plain", kind="information", state="held", added_at=NOW,
            )
        )  # fmt: skip
        rows.put_disclosure(
            filled(
                ports.Disclosure, message=digest, item=digest, to="south.example", agreement="one",
                at=minute(number),
            )
        )  # fmt: skip
        rows.put_outbox(
            filled(
                ports.OutboxRow, message=digest, peer="south.example", sequence=number, envelope=b"x",
                state="receipted" if number else "owed", owed_at=NOW, next_at=NOW,
            )
        )  # fmt: skip
    counts = [(row.party, row.ours, row.category, row.count) for row in rows.arrived(NOW, minute(9))]
    assert counts == [("south.example", True, "a", 2)]  # the one in `b` is still owed
    assert rows.arrived(minute(3), minute(9)) == []
    assert len(rows.arrived(NOW, minute(9), "south.example")) == 1
    assert rows.arrived(NOW, minute(9), "east.example") == []
    under = [rows.arrived(NOW, minute(9), "south.example", name) for name in ("one", "another")]
    assert [[row.count for row in each] for each in under] == [[2], []]
    assert [row.sequence for row in rows.receipted_by("south.example")] == [2, 1]
    assert [row.sequence for row in rows.receipted_by("south.example", limit=1)] == [2]


def test_entries_of_some_kinds_come_newest_first_between_two_numbers(rows: SqlTransaction) -> None:
    entered = [("a", "one"), ("b", "two"), ("a", "two"), ("b", "one"), ("a", "one")]
    rows.append(
        [
            filled(
                ports.JournalRow,
                number=number,
                channel=channel,
                channel_number=number,
                kind=kind,
                act=f"{number}",
            )
            for number, (channel, kind) in enumerate(entered, 1)
        ],
        [],
    )

    def found(*kinds: str, first: int = 1, before: int = 9, limit: int = 9, **more: str) -> list[int]:
        asked = rows.journal_of_kinds(kinds, first=first, before=before, limit=limit, **more)
        return [row.number for row in asked]

    assert found("one") == [5, 4, 1]
    assert found("one", "two", "three") == [5, 4, 3, 2, 1]
    assert found("one", channel="a") == [5, 1]
    assert found("one", "two", first=2, before=5) == [4, 3, 2]
    assert found("one", "two", limit=2) == [5, 4]
    assert found("three") == []
    (row,) = rows.journal_of_kinds(["two"], channel="b", first=1, before=9, limit=1)
    assert (row.kind, row.act, row.leaf, row.at) == ("two", "2", _PLAIN[bytes], NOW)


def test_what_bounds_a_peer_is_counted(rows: SqlTransaction) -> None:
    for size, text in ((3, "a"), (5, "b"), (5, "c"), (2**40, "d")):
        rows.put_checkpoint("peer", size, text, NOW)
        rows.put_checkpoint("other", size, text, NOW)
    assert [rows.count_checkpoints("peer", above=size) for size in (0, 3, 5, 2**40)] == [4, 3, 1, 0]

    watch = filled(ports.CheckRow, ours=False, peer="peer", state="standing", watch=True, until=minute(5))
    for number, said in enumerate(
        (
            {},
            {"until": None},
            {"until": NOW},
            {"state": "ended"},
            {"watch": False},
            {"ours": True},
            {"peer": "x"},
        )
    ):
        rows.put_check(msgspec.structs.replace(watch, id=f"w{number}", **said))
    assert [rows.count_watches(minute(at), "peer") for at in (-1, 0, 4, 5)] == [3, 2, 2, 1]
