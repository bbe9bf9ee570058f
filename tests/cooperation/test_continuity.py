"""Rehearsals and findings: nobody takes the other's name, days follow each other, and when the next is due."""

import pytest

from cooperation.working import NORTH, SOUTH, Desk, fine, hours, opened

DRILL = {"rehearsal": "r1", "on": "2031-03-30", "words": "loss of the line"}
LEAK = {"finding": "f1", "words": "no spare key", "owner": SOUTH, "until": "2031-05-01"}
#: Hours until August 2031, when every day named here has come.
LATER = 5_000


def agreed() -> Desk:
    return fine(
        opened("continuity", article="art. 5"),
        (NORTH, "schedule", DRILL),
        (SOUTH, "agree", {"rehearsal": "r1"}),
    )


def held(on: str) -> Desk:
    return fine(agreed(), (SOUTH, "rehearsed", {"rehearsal": "r1", "on": on, "words": "well"}), begin=LATER)


def test_the_other_takes_no_name_of_a_rehearsal_that_is_in_use() -> None:
    desk = held("2031-03-30")
    again = {**DRILL, "on": "2031-12-01", "words": "another"}
    (ground,) = desk.say(SOUTH, "schedule", LATER + 2, **again)
    assert ground == "north-south-2030 art. 5: `r1` is one of north.example already: take another name"
    (ground,) = desk.say(NORTH, "schedule", LATER + 3, **again)
    assert ground == "north-south-2030 art. 5: rehearsal `r1` was held on 2031-03-30: take another name"
    assert desk.say(SOUTH, "schedule", LATER + 4, **{**again, "rehearsal": "r2"}) == ()
    assert desk.facts.rehearsals["r1"].held_on.isoformat() == "2031-03-30"


def test_one_schedules_ones_own_anew_and_it_waits_for_agreement_again() -> None:
    desk = agreed()
    assert desk.say(NORTH, "schedule", 5, **{**DRILL, "on": "2031-04-02"}) == ()
    (ground,) = desk.say(SOUTH, "rehearsed", LATER, rehearsal="r1", on="2031-04-02", words="well")
    assert ground == "north-south-2030 art. 5: no rehearsal `r1` was agreed"


def test_of_two_that_take_one_name_at_once_the_first_has_it_on_both_sides() -> None:
    desk = opened("continuity", article="art. 5")
    desk.say(NORTH, "schedule", 2, alone=True, **DRILL)
    desk.say(SOUTH, "schedule", 3, alone=True, **{**DRILL, "words": "another"})
    desk.say(SOUTH, "finding", 4, alone=True, **LEAK)
    desk.say(NORTH, "finding", 5, alone=True, **{**LEAK, "words": "another"})
    desk.pass_on()
    for party in (NORTH, SOUTH):
        facts = desk.held(party).facts
        assert (facts.rehearsals["r1"].by, facts.findings["f1"].by) == (NORTH, SOUTH)
        assert [told.event.by for told in desk.held(party).story if not told.counts] == [SOUTH, NORTH]


def test_the_other_takes_no_name_of_a_finding_that_is_in_use() -> None:
    desk = fine(agreed(), (SOUTH, "finding", LEAK), (SOUTH, "mended", {"finding": "f1"}), begin=5)
    (ground,) = desk.say(NORTH, "finding", 8, **{**LEAK, "words": "another"})
    assert ground == "north-south-2030 art. 5: `f1` is one of south.example already: take another name"
    assert desk.facts.findings["f1"].mended
    assert desk.say(SOUTH, "finding", 9, **LEAK) == (), "who named it names it again where it was not mended"
    assert not desk.facts.findings["f1"].mended


@pytest.mark.parametrize(
    ("on", "ground"),
    [
        ("1999-03-31", "it was scheduled on 2031-01-10, after 1999-03-31"),
        ("2031-01-09", "it was scheduled on 2031-01-10, after 2031-01-09"),
        ("2031-01-10", ""),
        ("2031-08-06", ""),
        ("2031-08-07", "2031-08-07 has not come yet on 2031-08-06: it is told once it has happened"),
    ],
)
def test_it_was_held_between_its_scheduling_and_the_day_it_is_told(on: str, ground: str) -> None:
    grounds = agreed().say(SOUTH, "rehearsed", LATER, rehearsal="r1", on=on, words="well")
    assert [each.partition(": ")[2] for each in grounds] == ([ground] if ground else [])


@pytest.mark.parametrize(
    ("on", "due"),
    [
        # a day of 24 hours, and the day of 23 on which summer time begins: midnight in Oslo a year later
        ("2031-03-01", "2032-02-29T23:00:00+00:00"),
        ("2031-03-30", "2032-03-29T22:00:00+00:00"),
        ("2031-03-31", "2032-03-30T22:00:00+00:00"),
        ("2031-05-01", "2032-04-30T22:00:00+00:00"),
    ],
)
def test_the_next_is_due_a_year_later_on_the_agreements_calendar(on: str, due: str) -> None:
    assert {each.at.isoformat() for each in held(on).held().due} == {due}


def test_where_none_was_held_the_first_is_due_a_year_from_the_opening() -> None:
    assert {each.at for each in agreed().held().due} == {hours(24 * 365)}
