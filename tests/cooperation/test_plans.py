"""Plans: who amends and gives up what both heads have adopted, until when it is adopted anew, and lines of one name."""

from typing import Any

import pytest

from cooperation.working import NORTH, SOUTH, Desk, fine, opened

YEAR = {"period": "2031", "begins": "2031-02-01", "ends": "2031-12-31"}
LINE = {"line": "m1", "of": "meetings", "words": "four meetings"}
HEAD = "director"


def adopted(begins: str = "2031-02-01") -> Desk:
    desk = fine(
        opened("plan", **{**YEAR, "begins": begins, "lines": [LINE]}), (SOUTH, "agree", {"line": "m1"})
    )
    for hour, by in ((2, NORTH), (3, SOUTH)):
        assert desk.say(by, "adopt", hour, as_function=HEAD, lines=desk.facts.digest) == ()
    return desk


@pytest.mark.parametrize("word", ["amend", "abandon"])
def test_what_both_heads_adopted_a_head_amends_and_gives_up(word: str) -> None:
    desk = adopted()
    if word == "abandon":
        assert desk.say(NORTH, "amend", 4, as_function=HEAD, because="b was found") == ()
    needs = f"north-south-2030 art. 4: `{word}` needs the function director"
    before = desk.state
    assert desk.say(SOUTH, word, 5, because="no reason") == (needs,)
    assert desk.state == before
    assert desk.say(SOUTH, word, 6, as_function=HEAD, because="it is not needed") == ()
    assert desk.state == {"amend": "drafted", "abandon": "abandoned"}[word]


def test_a_draft_that_was_never_adopted_is_given_up_by_anybody() -> None:
    desk = opened("plan", **YEAR)
    assert desk.say(SOUTH, "abandon", 1, because="too early") == ()


@pytest.mark.parametrize(
    ("begins", "hour", "due"),
    [
        # amended on 19 February, after it began: thirty days on the calendar of Oslo
        ("2031-02-01", 24 * 40, "2031-03-21T09:00:00+00:00"),
        # summer time begins on 30 March: the hour stays the same on the clock
        ("2031-02-01", 24 * 60, "2031-04-10T08:00:00+00:00"),
        # amended long before it begins: the day it begins, as before
        ("2031-11-01", 24 * 40, "2031-10-31T23:00:00+00:00"),
    ],
)
def test_an_amended_plan_is_adopted_anew_by_a_day_of_its_own(begins: str, hour: float, due: str) -> None:
    desk = adopted(begins)
    assert desk.say(SOUTH, "amend", hour, as_function=HEAD, because="b was found") == ()
    assert {(each.what, each.by, each.at.isoformat()) for each in desk.held().due} == {
        ("adopt", NORTH, due),
        ("adopt", SOUTH, due),
    }
    for later, by in ((1, NORTH), (2, SOUTH)):
        assert desk.say(by, "adopt", hour + later, as_function=HEAD, lines=desk.facts.digest) == ()
        assert desk.held().story[-1].late == ()


@pytest.mark.parametrize(
    ("names", "texts"),
    [
        (["1", "2"], []),
        (["1", "1"], ["line `1` stands in it 2 times"]),
        (["2", "1", "2", "1", "2"], ["line `1` stands in it 2 times", "line `2` stands in it 3 times"]),
    ],
)
def test_a_draft_has_one_line_of_a_name(names: list[str], texts: list[str]) -> None:
    lines: list[dict[str, Any]] = [
        {**LINE, "line": name, "words": f"text {at}"} for at, name in enumerate(names)
    ]
    grounds = Desk("plan").say(NORTH, "open", **YEAR, lines=lines)
    assert [each.partition(": ")[2] for each in grounds] == texts
