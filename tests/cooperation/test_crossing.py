"""Nobody agrees to what had not come yet: proposals that change while the other Party agrees."""

from typing import Any

import pytest

from comity.cooperation.kinds import KINDS
from cooperation.working import LOAN, NORTH, SOUTH, Desk, fine, opened

DAYS = {"begins": "2031-06-01", "ends": "2031-06-02"}
VISIT = {"meeting": "delegation", "words": "a visit", "host": SOUTH, **DAYS}
COMES = {"functions": ["head"], "count": 1, "arrives": "2031-06-01", "departs": "2031-06-02"}
MEASURE = {"measure": "sweep", "aim": "find the leak", "purpose": "incident-response", "lead": NORTH}
FREIGHT = {"passage": "freight", "words": "two crates", "crossing": "bridge", "count": 2, **DAYS}
REHEARSAL = {"rehearsal": "r1", "on": "2031-05-01", "words": "loss of the line"}
YEAR = {"year": 2031, "by": SOUTH, "places": 2}
STAYS = {**YEAR, "quota": "stays"}

Step = tuple[str, dict[str, Any]]
Taken = tuple[str, str, dict[str, Any]]

#: Kind, how it is opened by North, what both did then, what North changes, what South agrees to.
CROSSED: list[tuple[str, dict[str, Any], list[Taken], Step, Step]] = [
    ("meeting", VISIT, [], ("move", {**DAYS, "ends": "2031-06-09"}), ("agree", {})),
    (
        "meeting",
        VISIT,
        [(SOUTH, "agree", {}), (NORTH, "delegation", COMES)],
        ("delegation", {**COMES, "count": 40}),
        ("consent", {}),
    ),
    ("delivery", LOAN, [], ("terms", {"count": 9, "until": "2032-06-30"}), ("agree", {})),
    (
        "measure",
        {**MEASURE, "phases": ["one"]},
        [],
        ("amend", {**MEASURE, "phases": ["one", "two"]}),
        ("agree", {}),
    ),
    ("passage", FREIGHT, [], ("change", {"crossing": "ferry", "count": 90, **DAYS}), ("acknowledge", {})),
    ("training", YEAR, [], ("number", {"places": 1}), ("agree", {})),
    (
        "training",
        YEAR,
        [(SOUTH, "agree", {}), (NORTH, "number", {"places": 1})],
        ("number", {"places": 3}),
        ("agree", {}),
    ),
    ("quota", STAYS, [], ("number", {"places": 1}), ("agree", {})),
    (
        "continuity",
        {"article": "art. 5"},
        [(NORTH, "schedule", REHEARSAL)],
        ("schedule", {**REHEARSAL, "on": "2031-05-09"}),
        ("agree", {"rehearsal": "r1"}),
    ),
]


@pytest.fixture(params=CROSSED, ids=lambda case: f"{case[0]} {case[3][0]}")
def crossed(request: pytest.FixtureRequest) -> tuple[Desk, Step, Step]:
    """Give a matter in which something is proposed, what North changes, what South agrees to."""
    kind, opening, steps, changes, agrees = request.param
    return fine(opened(kind, **opening), *steps), changes, agrees


def test_an_agreement_that_crosses_a_change_counts_once_it_is_said_again(
    crossed: tuple[Desk, Step, Step],
) -> None:
    desk, changes, agrees = crossed
    assert desk.say(NORTH, changes[0], 5, alone=True, **changes[1]) == ()
    before = desk.held(NORTH)
    assert desk.say(SOUTH, agrees[0], 6, alone=True, **agrees[1]) == ()
    desk.pass_on()
    for party in (NORTH, SOUTH):
        now = desk.held(party)
        assert (now.state, now.facts) == (before.state, before.facts)
        assert [(ground.ref, ground.text) for told in now.story for ground in told.against] == [
            (
                "matter rule 6 turn",
                f"`{agrees[0]}` was signed before `{changes[0]}` of {NORTH} had come: look at it, and say it again",
            )
        ]
    assert desk.say(SOUTH, agrees[0], 7, **agrees[1]) == ()
    assert desk.held() != before


def test_what_was_seen_stays_seen_whatever_comes_after_it(crossed: tuple[Desk, Step, Step]) -> None:
    desk, changes, agrees = crossed
    assert desk.say(NORTH, changes[0], 5, **changes[1]) == ()
    assert desk.say(NORTH, "note", 6, alone=True, words="a room is found") == ()
    assert desk.say(SOUTH, agrees[0], 7, alone=True, **agrees[1]) == ()
    desk.pass_on()
    assert all(told.counts for told in desk.held().story)


def test_the_cases_are_all_that_the_tables_name() -> None:
    named = {
        (kind.name, word, change)
        for kind in KINDS.values()
        for steps in kind.table.values()
        for word, row in steps.items()
        for change in row.upon
    }
    assert named == {(kind, agrees[0], changes[0]) for kind, _, _, changes, agrees in CROSSED}
