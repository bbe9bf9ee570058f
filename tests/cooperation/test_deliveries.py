"""Deliveries that do not arrive whole or at once, their closing, and returns that are doubted."""

import random
from typing import Any

import pytest

from comity.cooperation.deliveries import on_loan
from comity.cooperation.matter import can_do
from cooperation.working import LOAN, NORTH, SOUTH, Desk, fine, opened

FIVE = {**LOAN, "words": "five meters", "count": 5}
SHARED = {
    "form": "joint-development",
    "thing": "documentation",
    "words": "five manuals",
    "giver": NORTH,
    "count": 5,
}
#: Hours until August 2031, when every day named here has come.
LATER = 5_000
#: Steps with pieces, and whether they count them.
COUNTED = {
    "deliver": True,
    "receive": True,
    "return": True,
    "miss": True,
    "confirm-return": False,
    "close": False,
}


def note(name: str, count: int, on: str = "2031-01-12") -> tuple[str, str, dict[str, Any]]:
    return NORTH, "deliver", {"note": name, "count": count, "on": on}


def receipt(count: int, on: str = "2031-01-13") -> tuple[str, str, dict[str, Any]]:
    return SOUTH, "receive", {"count": count, "on": on, "words": "the rest is missing or broken"}


def back(count: int) -> tuple[str, str, dict[str, Any]]:
    return SOUTH, "return", {"count": count, "on": "2031-02-01"}


def arrived(said: dict[str, Any], *counts: int) -> Desk:
    """Five were agreed and delivered; so many arrived whole, one receipt after the other."""
    return fine(
        opened("delivery", **said), (SOUTH, "agree", {}), note("n-1", 5), *map(receipt, counts), begin=LATER
    )


# -- what is missing ---------------------------------------------------------------------------------------------


def test_what_arrives_later_is_received_later() -> None:
    desk = arrived(FIVE, 3, 2)
    assert (desk.state, desk.facts.received, desk.facts.replaced, on_loan(desk.facts)) == (
        "received",
        5,
        0,
        5,
    )
    (ground,) = desk.say(SOUTH, "receive", LATER + 9, count=1, on="2031-01-13")
    assert ground == "north-south-2030 art. 5: 5 were delivered, not more"


def test_what_did_not_arrive_whole_is_delivered_again_up_to_the_number_agreed() -> None:
    desk = arrived(FIVE, 3)
    (ground,) = desk.say(NORTH, "deliver", LATER + 5, note="n-2", count=3, on="2031-01-14")
    assert ground == "north-south-2030 art. 5: 5 were agreed, 3 have arrived already"
    fine(desk, note("n-2", 2), begin=LATER + 6)
    assert (desk.state, desk.facts.delivered, desk.facts.replaced) == ("delivered", 5, 2)
    fine(desk, receipt(2), begin=LATER + 7)
    assert (desk.state, desk.facts.received, on_loan(desk.facts)) == ("received", 5, 5)


def test_a_delivery_in_parts_replaces_nothing() -> None:
    desk = fine(
        opened("delivery", **FIVE),
        (SOUTH, "agree", {}),
        note("n-1", 2),
        receipt(2),
        note("n-2", 3),
        receipt(2),
        note("n-3", 1),
        receipt(1),
        begin=LATER,
    )
    assert (desk.facts.delivered, desk.facts.received, desk.facts.replaced) == (5, 5, 1)


@pytest.mark.parametrize(
    ("counts", "states"),
    [
        ((5,), ("closed",)),
        ((3, 2), ("closed",)),
        ((0,), ("received", "closed")),
        ((3,), ("received", "closed")),
    ],
)
def test_what_has_not_all_arrived_is_closed_once_both_say_that_it_is_done(
    counts: tuple[int, ...], states: tuple[str, ...]
) -> None:
    desk = arrived(SHARED, *counts)
    for number, (by, state) in enumerate(zip((SOUTH, NORTH), states, strict=False)):
        assert desk.say(by, "close", LATER + 10 + number) == ()
        assert desk.state == state


def test_one_side_does_not_say_twice_that_it_is_done_and_what_comes_meanwhile_undoes_it() -> None:
    desk = fine(arrived(SHARED, 3), (SOUTH, "close", {}), begin=LATER + 10)
    (ground,) = desk.say(SOUTH, "close", LATER + 11)
    assert ground.endswith("3 of 5 have arrived: it is closed once the other Party says it is done")
    fine(desk, receipt(1), begin=LATER + 12)
    assert desk.facts.done == ()
    fine(desk, (NORTH, "close", {}), begin=LATER + 13)
    assert desk.state == "received"


# -- what goes back ----------------------------------------------------------------------------------------------


def test_a_part_that_is_said_to_have_come_back_is_contested() -> None:
    desk = fine(arrived(FIVE, 5), back(4), begin=LATER + 10)
    assert (desk.state, on_loan(desk.facts)) == ("received", 1)
    (ground,) = desk.say(NORTH, "miss", LATER + 11, count=4, on="2031-02-03")
    assert ground == "north-south-2030 art. 5: 4 were returned: 4 is not less"
    fine(desk, (NORTH, "miss", {"count": 1, "on": "2031-02-03"}), begin=LATER + 12)
    assert (desk.state, on_loan(desk.facts)) == ("received", 4)
    assert [(each.what, each.by) for each in desk.held().due] == [("return", SOUTH)]
    fine(desk, back(4), (NORTH, "confirm-return", {}), begin=LATER + 13)
    assert (desk.state, on_loan(desk.facts)) == ("closed", 0)


def test_what_was_confirmed_is_not_missed_afterwards() -> None:
    desk = fine(arrived(FIVE, 5), back(2), (NORTH, "confirm-return", {}), back(1), begin=LATER + 10)
    (ground,) = desk.say(NORTH, "miss", LATER + 14, count=1, on="2031-02-03")
    assert ground == "north-south-2030 art. 5: that 2 have come back is confirmed already"
    fine(desk, (NORTH, "miss", {"count": 2, "on": "2031-02-03"}), begin=LATER + 15)
    (ground,) = desk.say(NORTH, "confirm-return", LATER + 16)
    assert ground == "north-south-2030 art. 5: nothing was returned that is not confirmed already"
    assert on_loan(desk.facts) == 3


def test_a_loan_of_which_a_part_never_arrived_is_closed_by_both() -> None:
    desk = fine(arrived(FIVE, 3), back(3), (NORTH, "confirm-return", {}), begin=LATER + 10)
    assert (desk.state, on_loan(desk.facts)) == ("received", 0)
    fine(desk, (NORTH, "close", {}), (SOUTH, "close", {}), begin=LATER + 13)
    assert desk.state == "closed"


@pytest.mark.parametrize("number", range(40))
def test_whatever_both_say_the_pieces_add_up_on_both_sides(number: int) -> None:
    chance = random.Random(f"pieces {number}")
    desk = fine(opened("delivery", **chance.choice((FIVE, SHARED))), (SOUTH, "agree", {}))
    for step in range(20):
        by = chance.choice((NORTH, SOUTH))
        words = [word for word in can_do(desk.held(by), by) if word in COUNTED]
        if words:
            word, count = chance.choice(words), chance.randrange(4)
            said = {"count": count, "on": "2031-01-12"} if COUNTED[word] else {}
            desk.say(
                by,
                word,
                LATER + step,
                alone=chance.random() < 0.4,
                **said,
                **({"note": "n"} if word == "deliver" else {}),
            )
    desk.pass_on()
    facts = desk.held(NORTH).facts
    assert (facts, desk.held(NORTH).state) == (desk.held(SOUTH).facts, desk.held(SOUTH).state)
    assert 0 <= facts.confirmed <= facts.returned <= facts.received <= facts.delivered <= facts.count == 5
    if desk.state == "closed":
        assert not on_loan(facts) and (facts.is_accounted or facts.done == (NORTH, SOUTH))
