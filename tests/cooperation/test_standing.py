"""How a matter stands, as tables: what the facts hold, and nothing else."""

from typing import Any

import pytest

from comity.cooperation.kinds import KINDS
from comity.cooperation.standing import STANDING, Table, standing_of
from cooperation.working import LOAN, NORTH, SOUTH, Desk

LINE = {"line": "m1", "of": "meetings", "words": "four meetings"}
PLAN = {"period": "2031", "begins": "2031-02-01", "ends": "2031-12-31"}
SEAT = {"seat": "first", "function": "liaison-officer", "begins": "2031-02-01"}
COURSE = {"nominee": "n1", "function": "analyst", "begins": "2031-02-01", "ends": "2031-03-01", "words": "x"}
MEASURE = {
    "measure": "m",
    "aim": "x",
    "purpose": "incident-response",
    "lead": SOUTH,
    "phases": ["one", "two"],
}
OFFICE = {"north": "north-regional", "south": "south-regional"}

Steps = list[tuple[str, str, dict[str, Any]]]

#: kind, opening, steps after it, rows of each table.
CASES: list[tuple[str, dict[str, Any], Steps, list[list[tuple[str, ...]]]]] = [
    ("plan", PLAN, [], []),
    (
        "plan",
        PLAN,
        [
            (NORTH, "line", LINE),
            (NORTH, "line", {**LINE, "line": "m2", "until": "2031-05-01", "by": SOUTH, "count": 3}),
            (NORTH, "line", {**LINE, "line": "m3"}),
            (SOUTH, "agree", {"line": "m1"}),
            (SOUTH, "object", {"line": "m3", "because": "too many"}),
        ],
        [
            [
                ("m1", "meetings", "four meetings", "–", "–", "–", "agreed"),
                ("m2", "meetings", "four meetings", "2031-05-01", SOUTH, "3", "proposed"),
                ("m3", "meetings", "four meetings", "–", "–", "–", "objected to"),
            ]
        ],
    ),
    (
        "mission",
        {"mission": "north-mission", "of": NORTH},
        [
            (NORTH, "accredit", SEAT),
            (SOUTH, "admit", {"seat": "first"}),
            (NORTH, "accredit", {**SEAT, "seat": "second"}),
            (SOUTH, "provide", {"what": "premises", "words": "two rooms", "begins": "2031-02-01"}),
        ],
        [
            [
                ("first", "liaison-officer", "2031-02-01", "–", "admitted"),
                ("second", "liaison-officer", "2031-02-01", "–", "asked"),
            ],
            [("premises", "two rooms", "provided")],
        ],
    ),
    (
        "training",
        {"year": 2031, "by": SOUTH, "places": 3},
        [
            (SOUTH, "agree", {}),
            (NORTH, "nominate", COURSE),
            (NORTH, "nominate", {**COURSE, "nominee": "n2"}),
            (SOUTH, "admit", {"nominee": "n2"}),
        ],
        [
            [("3", "1", "2")],
            [
                ("n1", "analyst", "2031-02-01", "2031-03-01", "0", "asked"),
                ("n2", "analyst", "2031-02-01", "2031-03-01", "0", "admitted"),
            ],
        ],
    ),
    (
        "delivery",
        LOAN,
        [
            (SOUTH, "agree", {}),
            (NORTH, "deliver", {"note": "n", "count": 2, "on": "2031-01-10"}),
            (SOUTH, "receive", {"count": 2, "on": "2031-01-10"}),
        ],
        [[("2", "2", "–", "2", "0", "2", "2031-06-30")]],
    ),
    (
        "measure",
        MEASURE,
        [
            (SOUTH, "agree", {}),
            (SOUTH, "begin", {}),
            (NORTH, "contribute", {"phase": "one", "words": "a car"}),
            (SOUTH, "end-phase", {"phase": "one"}),
        ],
        [[("one", "over"), ("two", "open")], [(NORTH, "1")]],
    ),
    ("request", {"aid": "check", "purpose": "incident-response", "words": "x"}, [], []),
]


@pytest.mark.parametrize(("kind", "opening", "steps", "rows"), CASES)
def test_what_stands_is_shown_row_by_row(
    kind: str, opening: dict[str, Any], steps: Steps, rows: list[list[tuple[str, ...]]]
) -> None:
    desk = Desk(kind)
    assert desk.say(NORTH, "open", **opening) == ()
    for number, (by, word, said) in enumerate(steps):
        assert desk.say(by, word, number + 1, **said) == (), word
    tables = standing_of(desk.held())
    assert [list(table.rows) for table in tables] == rows
    assert all(len(row) == len(table.heads) for table in tables for row in table.rows)
    assert standing_of(desk.held(SOUTH)) == tables


def test_rehearsals_and_findings_are_shown_with_how_ready_each_is() -> None:
    desk = Desk("continuity")
    assert desk.say(NORTH, "open", article="art. 5") == ()
    steps = [
        (NORTH, "schedule", {"rehearsal": "r1", "on": "2031-01-10", "words": "loss of the line"}),
        (SOUTH, "agree", {"rehearsal": "r1"}),
        (NORTH, "rehearsed", {"rehearsal": "r1", "on": "2031-01-10", "words": "well"}),
        (NORTH, "finding", {"finding": "f1", "words": "no spare", "owner": SOUTH}),
        (SOUTH, "mended", {"finding": "f1"}),
        (SOUTH, "readiness", {"ready": "in-part"}),
    ]
    for number, (by, word, said) in enumerate(steps):
        office = OFFICE[by.partition(".")[0]]
        assert desk.say(by, word, number + 1, as_office=office, **said) == (), word
    assert [list(table.rows) for table in standing_of(desk.held())] == [
        [(SOUTH, "in-part")],
        [("r1", "2031-01-10", "loss of the line", "held")],
        [("f1", "no spare", SOUTH, "–", "mended")],
    ]


def test_only_kinds_there_are_have_tables_and_their_heads_can_be_translated() -> None:
    from comity.languages import work_words

    assert STANDING.keys() <= KINDS.keys()
    known = {*work_words.STANDING, *work_words.STATES, "what"}
    for kind, opening, steps, _rows in CASES:
        desk = Desk(kind)
        desk.say(NORTH, "open", **opening)
        for number, (by, word, said) in enumerate(steps):
            desk.say(by, word, number + 1, **said)
        tables: tuple[Table, ...] = standing_of(desk.held())
        for table in tables:
            assert set(table.heads) <= known
            ours = [place for place, head in enumerate(table.heads) if head == "how it stands"]
            assert {row[place] for row in table.rows for place in ours} <= known
