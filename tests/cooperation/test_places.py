"""Places of a year: how many there are, who has had one, and what a day of attendance may be."""

from typing import Any

import pytest

from agreements.drafts import protocol
from comity.cooperation.places import places_taken
from cooperation import working
from cooperation.working import NORTH, SOUTH, Desk, fine, opened

A = {"nominee": "a", "function": "analyst", "begins": "2031-02-01", "ends": "2031-02-10", "words": "first"}
B = {"nominee": "b", "function": "analyst", "begins": "2031-03-01", "ends": "2031-03-10", "words": "second"}
#: Hours until 1 March 2031 and until August, when every day named here has come.
MARCH, LATER = 24 * 50, 5_000


def agreed(places: int) -> Desk:
    return fine(opened("quota", year=2031, quota="stays", by=SOUTH, places=places), (SOUTH, "agree", {}))


def test_who_attended_and_was_withdrawn_has_had_a_place() -> None:
    desk = fine(
        agreed(1),
        (NORTH, "nominate", A),
        (NORTH, "nominate", B),
        (SOUTH, "admit", {"nominee": "a"}),
        begin=2,
    )
    fine(
        desk,
        (SOUTH, "attend", {"nominee": "a", "days": 3, "ends": "2031-02-03"}),
        (NORTH, "withdraw", {"nominee": "a", "because": "called back"}),
        begin=MARCH,
    )
    place = desk.facts.nominees["a"]
    assert (place.state, place.days, places_taken(desk.facts)) == ("withdrawn", 3, 1)
    (ground,) = desk.say(SOUTH, "admit", MARCH + 3, nominee="b")
    assert ground == "north-south-2030 art. 5: all 1 places of the year are taken"
    (ground,) = desk.say(NORTH, "nominate", MARCH + 4, **A)
    assert ground == "north-south-2030 art. 5: `a` attended and has had a place: take another reference"


def test_who_was_withdrawn_before_the_first_day_leaves_the_place_free() -> None:
    fine(
        agreed(1),
        (NORTH, "nominate", A),
        (NORTH, "nominate", B),
        (SOUTH, "admit", {"nominee": "a"}),
        (NORTH, "withdraw", {"nominee": "a", "because": "ill"}),
        (SOUTH, "admit", {"nominee": "b"}),
        (NORTH, "nominate", A),
        begin=2,
    )


@pytest.mark.parametrize(
    ("days", "ends", "ground"),
    [
        (10, "2031-03-10", ""),
        (11, "2031-03-10", "2031-03-01 to 2031-03-10 are not 11 days"),
        (10, "2031-03-11", "the place of `b` ends on 2031-03-10"),
        (100, "2031-07-01", "the place of `b` ends on 2031-03-10"),
        (1, "2031-02-28", "the place of `b` begins on 2031-03-01"),
    ],
)
def test_days_attended_fit_the_place(days: int, ends: str, ground: str) -> None:
    desk = fine(agreed(1), (NORTH, "nominate", B), (SOUTH, "admit", {"nominee": "b"}), begin=2)
    grounds = desk.say(SOUTH, "attend", LATER, nominee="b", days=days, ends=ends)
    assert [each.partition(": ")[2] for each in grounds] == ([ground] if ground else [])


# -- another number ---------------------------------------------------------------------------------------------


def test_another_number_that_is_declined_leaves_the_year_as_it_was() -> None:
    desk = fine(
        agreed(2),
        (NORTH, "nominate", A),
        (SOUTH, "admit", {"nominee": "a"}),
        (NORTH, "number", {"places": 3}),
        (NORTH, "nominate", B),
        begin=2,
    )
    assert (desk.state, desk.facts.places, desk.facts.instead) == ("changing", 2, 3)
    assert desk.say(NORTH, "agree", 20) == (f"matter rule 6 turn: `agree` is for {SOUTH} to do",)
    fine(
        desk,
        (SOUTH, "attend", {"nominee": "a", "days": 2, "ends": "2031-02-02"}),
        (SOUTH, "decline", {"because": "there is no room"}),
        (SOUTH, "admit", {"nominee": "b"}),
        begin=LATER,
    )
    assert (desk.state, desk.facts.places, desk.facts.instead) == ("open", 2, None)


def test_a_lower_number_is_agreed_only_while_it_suffices() -> None:
    desk = fine(
        agreed(2),
        (NORTH, "nominate", A),
        (NORTH, "nominate", B),
        (SOUTH, "admit", {"nominee": "a"}),
        (SOUTH, "number", {"places": 1}),
        (SOUTH, "admit", {"nominee": "b"}),
        begin=2,
    )
    (ground,) = desk.say(NORTH, "agree", 9)
    assert ground == "north-south-2030 art. 5: 2 places are taken already"
    fine(desk, (NORTH, "number", {"places": 3}), (SOUTH, "agree", {}), begin=10)
    assert (desk.state, desk.facts.places) == ("open", 3)


def test_a_first_number_that_is_declined_opens_no_year() -> None:
    desk = opened("quota", year=2031, quota="stays", by=SOUTH, places=5)
    fine(desk, (SOUTH, "decline", {"because": "too many"}), (NORTH, "number", {"places": 2}))
    assert (desk.state, desk.facts.places, desk.facts.agreed) == ("proposed", 2, False)
    fine(desk, (SOUTH, "agree", {}), begin=4)
    assert (desk.state, desk.facts.places, desk.facts.agreed) == ("open", 2, True)


# -- several articles -------------------------------------------------------------------------------------------

TEN = '[[training]]\nby = "south.example"\nplaces = 10\nterms = "free"\n'
BY_PLAN = '[[training]]\nterms = "free"\n'


@pytest.mark.parametrize(
    ("more", "said", "ground"),
    [
        (TEN, {"by": SOUTH, "places": 3}, ""),
        (TEN, {"by": SOUTH, "places": 10}, ""),
        (
            TEN,
            {"by": SOUTH, "places": 13},
            "north-south-2030 prot. 1 art. 1: the article grants 10 a year, not 13",
        ),
        (BY_PLAN, {"by": SOUTH, "places": 40}, ""),
        (BY_PLAN, {"by": NORTH, "places": 40}, ""),
    ],
)
def test_of_several_articles_the_one_that_grants_the_number_counts(
    monkeypatch: pytest.MonkeyPatch, more: str, said: dict[str, Any], ground: str
) -> None:
    changed = working.timeline(protocol(1, more, of="north-south-2030"))
    monkeypatch.setattr(working, "timeline", lambda: changed)
    grounds = Desk("training").say(NORTH, "open", year=2031, **said)
    assert grounds == ((ground,) if ground else ())
