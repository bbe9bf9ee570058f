"""A record that changes changes everywhere: who has it, a holder or the host, has what stands in it now."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from comity.clock import SteppedClock
from comity.identifiers import PartyId
from comity.node.change_record import add_note, correct_record, renew
from comity.node.contribute import erase_record, find_record, own_records, read_record
from comity.node.daily_duties import do_duties
from comity.node.follow_up import follow_up, release
from comity.node.host_register import contribute
from comity.node.import_records import import_entities
from comity.node.items import read_content
from comity.node.merge_records import merge
from comity.node.show_record import as_it_stands
from comity.register.record import Grading, Handling
from comity.register.subjects import read_subject
from comity.testing.members import Member
from comity.testing.world import World

from .registers import (
    AT,
    EAST,
    NORTH,
    PURPOSE,
    SOUTH,
    TERMS,
    agreement,
    check,
    enter,
    entity,
    hits,
    lines,
    put,
    register_world,
)
from .worlds import body

NAME = "Tavrin Merezhko"
AS_PUT = msgspec.structs.replace(TERMS, owner=PartyId(NORTH), review=date(2027, 3, 1))
ANOTHER = {"birthDate": ["1975-01-01"]}


def bring(world: World, terms: Any = AS_PUT, party: str = NORTH, **said: list[str]) -> Any:
    """Let a Party import a file with its record p1 in it."""
    done = import_entities(
        world.members[party].node,
        lines(entity("p1", NAME, **said)),
        terms,
        name=f"file {said} {terms}",
        source="people",
    )
    world.settle()
    return done


def released(world: World) -> str:
    """Let South ask for what it met and North release it; give the item."""
    (hit,) = hits(world, SOUTH, check(world, SOUTH, NAME, to=NORTH))
    world.members[SOUTH].act(follow_up, hit.id, because="needed")
    world.settle()
    row, _ = world.members[NORTH].act(release, hit.id)
    world.settle()
    return row.item


def the_day_after(world: World) -> None:
    world.wait(timedelta(days=1))
    for each in world.members.values():
        each.act(do_duties)
    world.settle()


def item_of(world: World) -> str:
    """Give the item by which what stands in p1 has passed."""
    return world.members[NORTH].read(lambda transaction: find_record(transaction, "p1").item)


def held(world: World, party: str, item: str) -> dict[str, Any] | None:
    """Give the record that a Party has in an item; None where it has it no more."""

    def work(transaction: Any) -> dict[str, Any] | None:
        row = transaction.item(item)
        if row is None or row.state != "held":
            return None
        record: dict[str, Any] = json.loads(read_content(transaction, row)[1])["record"]
        return record

    return world.members[party].read(work)


def stands_for(world: World, item: str) -> str:
    """Give the item that South is shown in the place of one it had."""

    def work(transaction: Any) -> str:
        row = transaction.item(item)
        return as_it_stands(transaction, row).digest

    return world.members[SOUTH].read(work)


def said_of(record: dict[str, Any] | None, prop: str) -> list[str]:
    assert record is not None
    return [each["value"] for each in record["subject"]["statements"] if each["prop"] == prop]


def correct(world: World) -> None:
    said = read_subject(entity("p1", NAME, **ANOTHER), seen="2026-03-01")
    world.members[NORTH].act(correct_record, "p1", said)


def note(world: World) -> None:
    world.members[NORTH].act(add_note, "p1", "look-alike", "a cousin, born 1980 in Tarsk")


def review(world: World) -> None:
    world.members[NORTH].act(renew, "p1", until=date(2027, 12, 1), because="still needed")


CHANGES: dict[str, tuple[Callable[[World], object], Callable[[dict[str, Any]], object], object]] = {
    "corrected": (correct, lambda record: said_of(record, "birthDate"), ["1975-01-01"]),
    "imported again": (
        lambda world: bring(world, **ANOTHER),
        lambda record: said_of(record, "birthDate"),
        ["1975-01-01"],
    ),
    "noted on": (note, lambda record: [each["text"][:8] for each in record["notes"]], ["a cousin"]),
    "reviewed": (review, lambda record: record["terms"]["review"], "2027-12-01"),
}


@pytest.mark.parametrize("how", CHANGES)
def test_who_has_a_record_gets_what_stands_in_it_now_and_nothing_old_is_handed_out_again(how: str) -> None:
    change, seen, expected = CHANGES[how]
    world = register_world()
    put(world, NORTH, "p1", NAME, birthDate=["1961-04-23"])
    before = released(world)
    change(world)
    world.settle()
    assert held(world, SOUTH, before) is None
    record = held(world, SOUTH, item_of(world))
    assert record is not None
    assert seen(record) == expected
    assert stands_for(world, before) == item_of(world)  # a hit that was released shows it
    assert released(world) == item_of(world) != before


@pytest.mark.parametrize("how", CHANGES)
def test_the_host_has_what_stands_in_a_record_now(how: str) -> None:
    change, seen, expected = CHANGES[how]
    world = register_world(agreement(NORTH, SOUTH, EAST, host=EAST))
    put(world, NORTH, "p1", NAME, birthDate=["1961-04-23"])
    world.members[NORTH].act(contribute, "register-2026", purpose=PURPOSE)
    world.settle()
    change(world)
    world.settle()
    row = world.members[EAST].read(lambda transaction: find_record(transaction, "north.example/p1"))
    record = msgspec.to_builtins(read_record(row), enc_hook=str)
    assert seen(record) == expected
    assert world.members[NORTH].act(contribute, "register-2026", purpose=PURPOSE).sent == 0


def test_a_renewed_record_answers_at_the_host_past_its_old_day() -> None:
    world = register_world(agreement(NORTH, SOUTH, EAST, host=EAST))
    put(world, NORTH, "p1", NAME)
    world.members[NORTH].act(contribute, "register-2026", purpose=PURPOSE)
    world.settle()
    world.members[NORTH].act(renew, "p1", until=date(2028, 3, 1), because="still needed")
    world.settle()
    world.wait(timedelta(days=370))
    (hit,) = hits(world, SOUTH, check(world, SOUTH, NAME, under="register-2026"))
    assert (hit.owner, hit.reference) == (NORTH, "p1")


@pytest.mark.parametrize(
    ("terms", "goes"),
    [
        ({}, True),
        ({"handling": Handling.ASK}, False),
        ({"handling": Handling.SILENT}, False),
        ({"under": ()}, False),
        ({"grading": Grading.parse("B2")}, True),
    ],
)
def test_what_is_handled_more_strictly_now_is_taken_back_and_does_not_go_again(
    terms: dict[str, Any], goes: bool
) -> None:
    world = register_world()
    put(world, NORTH, "p1", NAME)
    before = released(world)
    bring(world, msgspec.structs.replace(AS_PUT, **terms), **ANOTHER)
    the_day_after(world)
    assert held(world, SOUTH, before) is None
    assert (held(world, SOUTH, item_of(world)) is not None) == goes


def silent(world: World) -> None:
    bring(world, msgspec.structs.replace(AS_PUT, handling=Handling.SILENT), **ANOTHER)


def silent_at_the_host(world: World) -> None:
    put(world, EAST, "e1", "Jorvik Quillfeather", "silent")
    names = ["e1", "north.example/p1"]
    world.members[EAST].act(merge, names, office="identities", because="one passport")
    correct(world)


@pytest.mark.parametrize(("change", "goes"), [(correct, True), (silent, False), (silent_at_the_host, False)])
def test_the_host_passes_a_correction_on_only_where_the_record_may_be_told(
    change: Callable[[World], None], goes: bool
) -> None:
    world = register_world(agreement(NORTH, SOUTH, EAST, host=EAST))
    put(world, NORTH, "p1", NAME, "open", birthDate=["1961-04-23"])
    world.members[NORTH].act(contribute, "register-2026", purpose=PURPOSE)
    world.settle()
    (hit,) = hits(world, SOUTH, check(world, SOUTH, NAME, under="register-2026"))
    assert said_of(held(world, SOUTH, hit.item), "birthDate") == ["1961-04-23"]
    change(world)
    world.settle()
    the_day_after(world)
    assert held(world, SOUTH, hit.item) is None
    assert said_of(held(world, EAST, item_of(world)), "birthDate") == ["1975-01-01"]
    assert (held(world, SOUTH, item_of(world)) is not None) == goes


def test_what_a_file_says_as_before_stays_as_it_is() -> None:
    world = register_world()
    put(world, NORTH, "p1", NAME, birthDate=["1961-04-23"])
    before = released(world)
    was = world.members[NORTH].read(lambda transaction: find_record(transaction, "p1"))
    world.wait(timedelta(days=3))
    done = bring(world, birthDate=["1961-04-23"])
    assert (done.entered, done.replaced, done.unchanged) == (0, 0, 1)
    assert world.members[NORTH].read(lambda transaction: find_record(transaction, "p1")) == was
    assert held(world, SOUTH, before) is not None


def test_importing_again_keeps_notes_and_the_days_on_which_values_were_first_said() -> None:
    clock = SteppedClock(AT)
    alone = Member.in_memory(NORTH, clock, "register", 1)
    enter(alone, lines(entity("p1", NAME)))
    alone.act(add_note, "p1", "look-alike", "born in 1980, another")
    later = lines(entity("p1", NAME, **ANOTHER))
    clock.step(timedelta(days=9))
    assert enter(alone, later, name="second").replaced == 1
    (record,) = alone.read(lambda transaction: list(own_records(transaction, NORTH)))
    assert [each.text for each in record.notes] == ["born in 1980, another"]
    assert [(each.prop, each.first_seen) for each in record.subject.statements] == [
        ("name", "2031-03-14"),
        ("birthDate", "2031-03-23"),
    ]


def test_erasing_a_record_destroys_what_had_passed_of_it_before_it_was_corrected() -> None:
    world = register_world()
    put(world, NORTH, "p1", NAME, birthDate=["1961-04-23"])
    before = released(world)
    correct(world)
    now = item_of(world)
    world.settle()
    done = world.members[NORTH].act(erase_record, "p1", because="on the request of the person")
    world.settle()
    assert set(done.items) == {before, now}
    for party in (NORTH, SOUTH):
        assert [body(world, party, each) for each in (before, now)] == [None, None]
