"""Requests for aid: from when the answer is counted, and what may not be asked for."""

from datetime import timedelta

import msgspec
import pytest

from comity.agreements.clauses import Protection
from comity.clock import Instant
from comity.cooperation.kind import excluded_purpose
from comity.cooperation.kinds import KINDS
from comity.cooperation.matter import judge
from comity.identifiers import ArticleRef
from cooperation import working
from cooperation.working import BEGIN, NORTH, SOUTH, Desk, hours

CHECK = {"aid": "check", "purpose": "incident-response", "words": "is this vessel known to you"}
DAY = 24


def due(desk: Desk) -> dict[str, Instant]:
    return {each.what: each.at for each in desk.held().due}


@pytest.mark.parametrize("parts", [0, 1, 3])
def test_an_answer_in_part_leaves_the_day_of_the_answer_where_it_was(parts: int) -> None:
    desk = Desk("request")
    desk.say(NORTH, "open", 0, **CHECK)
    desk.say(SOUTH, "accept", 5 * DAY)
    for part in range(parts):
        assert desk.say(SOUTH, "partial", 5 * DAY + part, words="the first pages") == ()
        assert due(desk) == {"answer": BEGIN + timedelta(days=7)}
    desk.say(SOUTH, "answer", 11 * DAY, words="all of it")
    assert [each.what for each in desk.held().story[-1].late] == ["answer"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((("refuse", {"ground": "own-law"}),), {"acknowledge": 1, "answer": 7}),
        ((("accept", {}), ("answer", {"words": "no"})), {"answer": 7}),
    ],
    ids=["refused", "answered"],
)
def test_what_is_opened_again_is_due_from_then_on(
    before: tuple[tuple[str, dict[str, str]], ...], after: dict[str, int]
) -> None:
    desk = Desk("request")
    desk.say(NORTH, "open", 0, **CHECK)
    for place, (word, said) in enumerate(before):
        desk.say(SOUTH, word, DAY + place, **said)
    assert desk.say(NORTH, "reopen", 60 * DAY, because="the law has changed") == ()
    assert due(desk) == {what: hours(60 * DAY) + timedelta(days=days) for what, days in after.items()}
    if "acknowledge" in after:
        desk.say(SOUTH, "acknowledge", 60 * DAY + 1)
        assert desk.held().story[-1].late == ()
        assert due(desk) == {"answer": hours(67 * DAY)}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("request", CHECK),
        (
            "measure",
            {"measure": "drill", "aim": "fewer gaps", "purpose": "", "lead": NORTH, "phases": ["first"]},
        ),
    ],
)
def test_nothing_is_begun_for_a_purpose_that_an_article_excludes(kind: str, said: dict[str, object]) -> None:
    protection = Protection(ref=ArticleRef("north-south-2030", "8"), purposes_excluded=("commercial",))

    def protected(at: Instant):
        terms = working.terms_at(at)
        return msgspec.structs.replace(terms, protection=(protection,)) if terms is not None else None

    desk = Desk(kind)
    for purpose, texts in (
        ("commercial", ["nothing under north-south-2030 serves the purpose `commercial`"]),
        ("incident-response", []),
    ):
        event = desk.event(NORTH, "open", BEGIN, "", "", {**said, "purpose": purpose})
        grounds = [each for each in judge(None, KINDS[kind], event, protected) if "purpose" in each.text]
        assert [(each.ref, each.text) for each in grounds] == [
            ("north-south-2030 art. 8", text) for text in texts
        ]
    terms = protected(BEGIN)
    assert terms is not None and excluded_purpose(terms, "incident-response") == ()


def test_a_step_is_judged_by_the_texts_of_the_instant_it_would_count_at() -> None:
    """The other side's clock runs ahead of one's own: what is signed on its word counts when its word does."""
    desk = Desk("request")
    desk.say(NORTH, "open", 0, **CHECK)
    late = 24 * 365 * 6  # after the end of the agreement
    desk.say(NORTH, "note", late, words="far ahead")
    assert desk.say(SOUTH, "accept", 2) != ()
    assert not desk.held().story[-1].counts
