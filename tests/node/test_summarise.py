"""The figures of a period: of one agreement, on its calendar, and never more than a summary holds."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from comity.errors import BadInput
from comity.node import summarise
from comity.node.cooperate import act_on
from comity.node.draw_summary import draw
from comity.node.summarise import figures_with
from comity.testing.texts import Article, Text
from comity.testing.working_text import NORTH, SOUTH, WORKING
from comity.testing.world import World
from node.test_consequences import begin, do

ASK = {"aid": "check", "purpose": "incident-response", "words": "is this vessel known to you"}
BESIDE = Text("other-2026", (NORTH, SOUTH), exchange=(Article("bulletins"),))


def figures(
    made: World, party: str, begins: date, ends: date, under: str = WORKING.id
) -> list[tuple[Any, ...]]:
    other = SOUTH if party == NORTH else NORTH
    rows = made.members[party].act(figures_with, other, under, begins, ends)
    return [(row.what, row.by, row.under, row.month, row.figure) for row in rows]


@pytest.mark.parametrize(
    ("at", "month"),
    [
        (datetime(2026, 12, 31, 22, 30, tzinfo=UTC), "2026-12"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "2027-01"),  # half past midnight in Oslo
    ],
)
def test_days_and_months_are_those_of_the_agreements_calendar(at: datetime, month: str) -> None:
    made = World.of((WORKING,), seed="year", start=at)
    begin(made, "request", **ASK)
    item = made.add(NORTH, b"a report", "incident.reports")
    assert made.share(NORTH, item, SOUTH, "incident-response").decision.permitted
    made.settle()
    for party in (NORTH, SOUTH):
        by_year = {year: figures(made, party, date(year, 1, 1), date(year, 12, 31)) for year in (2026, 2027)}
        there = by_year.pop(int(month[:4]))
        assert there == [
            ("disclosed", NORTH, "incident.reports", month, "1"),
            ("matter", NORTH, "request asked", month, "1"),
        ]
        assert list(by_year.values()) == [[]]


def test_what_passed_under_another_agreement_is_not_in_it() -> None:
    made = World.of((WORKING, BESIDE), seed="two")
    for category in ("incident.reports", "bulletins"):
        item = made.add(NORTH, category.encode(), category)
        assert made.share(NORTH, item, SOUTH, "incident-response").decision.permitted
    made.settle()
    today = made.clock.now().date()
    month = f"{today:%Y-%m}"
    for party in (NORTH, SOUTH):
        for under, category in ((WORKING.id, "incident.reports"), (BESIDE.id, "bulletins")):
            rows = figures(made, party, today, today, under)
            assert rows == [("disclosed", NORTH, category, month, "1")]
    drawn = made.members[NORTH].act(draw, SOUTH, begins=today, ends=today)  # it is WORKING that wants one
    assert drawn.matter is not None and drawn.matter.agreement == WORKING.id
    assert [row.under for row in drawn.matter.facts.drawn.figures] == ["incident.reports"]


def test_a_period_of_more_rows_than_a_summary_holds_is_drawn_in_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = World.of((WORKING,), seed="rows")
    today = made.clock.now().date()
    said = {"meeting": "delegation", "words": "a visit", "host": SOUTH}
    meeting = begin(made, "meeting", **said, begins=f"{today}", ends=f"{today}")
    do(made, SOUTH, meeting, "agree")
    for number in range(4):
        cost = {"what": f"room-{number}", "amount": "1.00", "currency": "EUR", "on": f"{today}"}
        assert meeting.matter is not None
        assert made.members[SOUTH].act(act_on, meeting.matter.id, "cost", cost).grounds == ()
    made.settle()
    monkeypatch.setattr(summarise, "MOST_ROWS", 4)
    with pytest.raises(BadInput, match="the period comes to 5 rows, more than a summary holds") as refused:
        made.members[NORTH].act(draw, SOUTH, begins=today, ends=today)
    assert "draw up several" in refused.value.hint
    monkeypatch.setattr(summarise, "MOST_ROWS", 5)
    assert made.members[NORTH].act(draw, SOUTH, begins=today, ends=today).grounds == ()


@pytest.mark.parametrize(
    ("begins", "ends", "months"),
    [
        (date(2026, 1, 15), date(2026, 1, 20), 1),
        (date(2026, 1, 31), date(2026, 3, 1), 3),
        (date(2024, 2, 1), date(2024, 2, 29), 1),
        (date(9999, 12, 1), date.max, 1),
        (date(2026, 2, 1), date(2026, 1, 1), 0),
    ],
)
def test_the_months_of_a_period_join_on_without_a_gap(begins: date, ends: date, months: int) -> None:
    found = list(summarise._months(begins, ends))
    assert len(found) == months
    if found:
        assert (found[0][0], found[-1][1]) == (begins, ends)
    assert all(last + timedelta(days=1) == first for (_, last), (first, _) in pairwise(found))
