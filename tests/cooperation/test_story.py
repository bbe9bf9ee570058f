"""A story tells the words that matter: who, how many, until when, and what its author added."""

from typing import Any

import pytest

from comity.cooperation.story import story_of
from cooperation.working import LOAN, NORTH, SOUTH, Desk

CHECK = {"aid": "check", "purpose": "incident-response", "words": "is it known"}
MEET = {"meeting": "staff", "words": "formats", "host": SOUTH, "begins": "2031-03-01", "ends": "2031-03-02"}
PASS = {"passage": "freight", "words": "two crates", "crossing": "bridge", "begins": "2031-02-01", "count": 2}
PASS |= {"ends": "2031-02-02"}
DRAWN = {"begins": "2031-01-01", "ends": "2031-01-31", "figures": []}
MEASURE = {
    "measure": "watch",
    "aim": "less theft",
    "purpose": "incident-response",
    "lead": SOUTH,
    "phases": ["a"],
}
NOMINEE = {
    "nominee": "n",
    "function": "analyst",
    "begins": "2031-01-10",
    "ends": "2031-03-09",
    "words": "one",
}

Steps = list[tuple[str, str, dict[str, Any]]]
#: Kind, opening, steps, and how the last of them is told.
CASES: list[tuple[str, dict[str, Any], Steps, str]] = [
    (
        "request",
        CHECK,
        [
            (NORTH, "state-means", {"words": "a unit", "able": "well"}),
            (SOUTH, "state-means", {"words": "nobody", "able": "no"}),
            (SOUTH, "propose", {"taken_by": "better-placed", "taker": NORTH, "because": "it is nearer"}),
        ],
        "proposes that north.example takes it (better-placed): it is nearer",
    ),
    (
        "request",
        CHECK,
        [(SOUTH, "propose", {"taken_by": "jointly", "because": "both have a part"})],
        "proposes who takes it (jointly): both have a part",
    ),
    (
        "request",
        CHECK,
        [(SOUTH, "refuse", {"ground": "own-law", "words": "by section 4"})],
        "refuses: own-law – by section 4",
    ),
    ("request", CHECK, [(SOUTH, "refuse", {"ground": "own-law"})], "refuses: own-law"),
    (
        "request",
        CHECK,
        [
            (SOUTH, "accept", {"words": "at once"}),
            (SOUTH, "answer", {"words": "it is"}),
            (NORTH, "outcome", {"outcome": "not-useful", "words": "another vessel"}),
        ],
        "tells what came of it: not-useful – another vessel",
    ),
    (
        "measure",
        MEASURE,
        [(SOUTH, "amend", {**MEASURE, "phases": ["a", "b"], "ends": "2031-06-01"})],
        "proposes it otherwise, led by south.example, in the phases a, b, until 2031-06-01: less theft",
    ),
    (
        "delivery",
        LOAN,
        [],
        "proposes loan of equipment from north.example, 2, to return on 2031-06-30: two meters",
    ),
    (
        "delivery",
        LOAN,
        [(SOUTH, "terms", {"count": 2, "until": "2031-12-31", "words": "we need them longer"})],
        "proposes other terms: 2, to return on 2031-12-31 – we need them longer",
    ),
    (
        "delivery",
        LOAN,
        [
            (SOUTH, "agree", {}),
            (NORTH, "deliver", {"note": "n", "count": 2, "on": "2031-01-10", "numbers": ["a1", "a2"]}),
        ],
        "delivers 2 by note n, numbers a1, a2",
    ),
    (
        "delivery",
        LOAN,
        [
            (SOUTH, "agree", {}),
            (NORTH, "deliver", {"note": "n", "count": 2, "on": "2031-01-10"}),
            (SOUTH, "receive", {"count": 1, "on": "2031-01-10", "words": "one is broken"}),
        ],
        "has received 1 – one is broken",
    ),
    ("passage", PASS, [], "gives notice of freight (2) at bridge, 2031-02-01 to 2031-02-02: two crates"),
    (
        "passage",
        PASS,
        [
            (
                NORTH,
                "change",
                {"crossing": "bridge", "begins": "2031-02-01", "ends": "2031-02-02", "count": 40},
            )
        ],
        "changes what was notified: 40 at bridge, 2031-02-01 to 2031-02-02",
    ),
    (
        "meeting",
        MEET,
        [],
        "proposes a meeting (staff) received by south.example, 2031-03-01 to 2031-03-02: formats",
    ),
    (
        "meeting",
        MEET,
        [
            (SOUTH, "agree", {}),
            (
                NORTH,
                "delegation",
                {
                    "functions": ["head", "interpreter"],
                    "count": 2,
                    "arrives": "2031-02-28",
                    "departs": "2031-03-02",
                },
            ),
        ],
        "sends 2 (head, interpreter), from 2031-02-28 to 2031-03-02",
    ),
    (
        "meeting",
        MEET,
        [
            (
                SOUTH,
                "move",
                {"begins": "2031-04-01", "ends": "2031-04-02", "place": "Oslo", "because": "a holiday"},
            )
        ],
        "proposes 2031-04-01 to 2031-04-02, at Oslo – a holiday",
    ),
    (
        "summary",
        DRAWN,
        [
            (
                SOUTH,
                "differ",
                {"rows": ["cost by a, EUR, 2031-01: 3 here, 4 there", "refused: 1 here, 0 there"]},
            )
        ],
        "has other figures: cost by a, EUR, 2031-01: 3 here, 4 there; refused: 1 here, 0 there",
    ),
    (
        "mission",
        {"mission": "north-mission", "of": NORTH},
        [(NORTH, "accredit", {"seat": "first", "function": "liaison", "begins": "2031-02-01"})],
        "accredits liaison to seat first from 2031-02-01 on",
    ),
    (
        "training",
        {"year": 2031, "by": SOUTH, "places": 2},
        [(SOUTH, "agree", {}), (NORTH, "nominate", NOMINEE)],
        "nominates n (analyst), 2031-01-10 to 2031-03-09: one",
    ),
    (
        "continuity",
        {"article": "art. 5"},
        [(NORTH, "finding", {"finding": "f1", "words": "no key", "owner": SOUTH, "until": "2031-03-01"})],
        "names finding f1, for south.example to mend by 2031-03-01: no key",
    ),
    (
        "materials",
        {"material": "textbooks", "words": "two", "giver": SOUTH},
        [],
        "proposes textbooks from south.example: two",
    ),
    (
        "meeting",
        MEET,
        [
            (
                SOUTH,
                "cost",
                {"what": "stay", "amount": "9", "currency": "EUR", "on": "2031-01-10", "words": "hotel"},
            )
        ],
        "had a cost on 2031-01-10: stay 9 EUR – hotel",
    ),
]


@pytest.mark.parametrize(("kind", "opening", "steps", "words"), CASES)
def test_a_story_tells_the_words_that_matter(
    kind: str, opening: dict[str, Any], steps: Steps, words: str
) -> None:
    desk = Desk(kind)
    desk.say(NORTH, "open", 0, **opening)
    for number, (by, word, said) in enumerate(steps):
        desk.say(by, word, 1 + number, **said)
    line = story_of(desk.held())[-1]
    assert line.told.event.word == (steps[-1][1] if steps else "open") and line.words == words


def test_what_was_added_stands_apart_from_the_sentence() -> None:
    """So a face tells the sentence in its reader's language, and the words as they were written."""
    desk = Desk("request")
    desk.say(NORTH, "open", 0, **CHECK)
    desk.say(SOUTH, "refuse", 1, ground="own-law", words="by section 4")
    line = story_of(desk.held())[-1]
    assert (line.tells, line.remark) == ("refuses: {ground}", "by section 4")
