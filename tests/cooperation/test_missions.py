"""Seats of a mission: never more than the strength in force, and free again after their last day."""

import pytest

from agreements.drafts import protocol
from comity.cooperation.missions import seats_taken
from cooperation import working
from cooperation.working import NORTH, SOUTH, Desk, fine, hours, opened

SEAT = {"function": "liaison-officer", "begins": "2031-01-10", "ends": "2031-02-01"}
#: Midnight in Oslo after 1 February 2031, in hours from the beginning: 23:00 in UTC.
MIDNIGHT = 24 * 22 + 14


def full() -> Desk:
    """Both seats of the mission are taken until 1 February."""
    steps = [
        (by, word, {"seat": seat, **said})
        for seat in ("first", "second")
        for by, word, said in ((NORTH, "accredit", SEAT), (SOUTH, "admit", {}))
    ]
    return fine(opened("mission", mission="north-mission", of=NORTH), *steps)


@pytest.mark.parametrize(
    ("hour", "seat", "grounds"),
    [
        (MIDNIGHT - 1, "third", ("north-south-2030 art. 3: all its 2 seats are taken",)),
        (MIDNIGHT, "third", ()),
        (MIDNIGHT, "first", ()),
        (24 * 365, "third", ()),
    ],
)
def test_a_seat_is_free_from_the_day_after_its_last(hour: float, seat: str, grounds: tuple[str, ...]) -> None:
    again = {"seat": seat, "function": "liaison-officer", "begins": "2031-02-02"}
    assert full().say(NORTH, "accredit", hour, **again) == grounds


def test_a_book_is_closed_once_the_last_seat_is_over() -> None:
    desk = full()
    assert desk.say(NORTH, "close", MIDNIGHT - 1, because="done") == (
        "north-south-2030 art. 3: seats are still taken",
    )
    assert desk.say(NORTH, "close", MIDNIGHT, because="done") == ()
    assert desk.state == "closed"


def test_a_seat_whose_last_day_is_over_is_neither_asked_for_nor_admitted() -> None:
    desk = opened("mission", mission="north-mission", of=NORTH)
    assert desk.say(NORTH, "accredit", 1, seat="first", **SEAT) == ()
    over = ("north-south-2030 art. 3: its last day, 2031-02-01, is over already",)
    assert desk.say(SOUTH, "admit", MIDNIGHT, seat="first") == over
    assert desk.say(NORTH, "accredit", MIDNIGHT + 1, seat="second", **SEAT) == over


@pytest.mark.parametrize(
    ("seats", "ground"),
    [("seats = 1", "all its 1 seats are taken"), ("", "its strength is not agreed yet: a protocol sets it")],
)
def test_no_more_are_admitted_than_a_protocol_grants_since(
    monkeypatch: pytest.MonkeyPatch, seats: str, ground: str
) -> None:
    lowered = protocol(
        1,
        f"""[[mission]]
id = "north-mission"
replaces = "north-mission"
from = 2031-02-01
of = "north.example"
at = "south.example"
{seats}
""",
        of="north-south-2030",
    )
    changed = working.timeline(lowered)
    monkeypatch.setattr(working, "timeline", lambda: changed)
    desk = opened("mission", mission="north-mission", of=NORTH)
    for seat in ("first", "second"):
        said = {"seat": seat, "function": "liaison-officer", "begins": "2031-01-10"}
        assert desk.say(NORTH, "accredit", 1, **said) == ()
    later = 24 * 60
    if seats:
        assert desk.say(SOUTH, "admit", later, seat="first") == ()
    (against,) = desk.say(SOUTH, "admit", later + 1, seat="second")
    assert against.endswith(ground)
    assert seats_taken(desk.facts, hours(later).date()) == 2, "what was asked for waits for an answer"
