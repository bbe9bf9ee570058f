"""Periodic summaries: the figures of a period, drawn up by one Party, countersigned by the other or differed from.

A figure is one row: what was counted, of which Party, under which heading, in which month. Both nodes draw the rows
from what both have (disclosures that arrived, matters, costs), so they come to the same; where they do not, the rows
that differ are named. Drawn up before its last day is over a summary is provisional, and nobody countersigns it until
then: the figures of a period are signed once nothing can be added to it. Nothing in a row is content, and nothing is
there that only one of the two may know.
Sources: the agreement of 1989, art. XI(1); `specs/clauses.md`, `summary`.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any, Final, cast

import msgspec

from comity.agreements.days import local_day, zone_of
from comity.agreements.terms import Terms
from comity.clock import Instant
from comity.cooperation.event import Event
from comity.cooperation.kind import OPENER, OTHER, Case, EventForm, Facts, Found, Kind, against, day_of, step
from comity.cooperation.requests import Because, Nothing
from comity.cooperation.said import Day, PartyName, Remark, Said, Word, Words, WordsList, means
from comity.decisions.decision import Ground

__all__ = ["MOST_ROWS", "SUMMARY", "Draw", "Figure", "SummaryFacts", "differences"]


class Figure(msgspec.Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """One row of a summary.

    Attributes:
        what: what is counted: `disclosed`, `matter`, `refused`, `answered`, `answered-hours`, `late`, `cost`.
        by: the Party whose it is. `under`: the heading, a category, a kind with its state, a currency.
        month: `2031-03`, on the agreement's calendar.
        figure: how many, or how much, in decimal figures.
    """

    what: Word
    by: PartyName
    under: Words
    month: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{4}-(0[1-9]|1[0-2])\Z")]
    figure: Annotated[str, msgspec.Meta(pattern=r"\A(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,6})?\Z")]


#: Rows one summary holds at the most.
MOST_ROWS: Final = 2_000
Figures = Annotated[tuple[Figure, ...], msgspec.Meta(max_length=MOST_ROWS)]


class Draw(Said, frozen=True, kw_only=True):
    """Draws a summary up."""

    begins: Annotated[Day, means("the first day of the period")]
    ends: Annotated[Day, means("the last day of the period")]
    figures: Annotated[Figures, means("the rows")]
    words: Annotated[Remark, means("what the two say of the period")] = ""


class Differ(Said, frozen=True, kw_only=True):
    """Says in which rows one's own figures differ."""

    rows: Annotated[WordsList, means("the rows that differ, in words")]
    because: Annotated[Remark, means("a remark")] = ""


class SummaryFacts(Facts, frozen=True, kw_only=True):
    """What is the case: what is drawn up now, when it was, and how the other side differs."""

    drawn: Draw
    drawn_at: Instant
    differs: tuple[str, ...] = ()


TABLE = {
    "": {"open": step(OPENER, "drawn")},
    "drawn": {
        "countersign": step(OTHER, "countersigned", lives_on=True),
        "differ": step(OTHER, "differing", lives_on=True),
        "withdraw": step(OPENER, "withdrawn", lives_on=True),
    },
    "differing": {
        "redraw": step(OPENER, "drawn", lives_on=True),
        "withdraw": step(OPENER, "withdrawn", lives_on=True),
    },
    "countersigned": {},
    "withdrawn": {},
}
EVENTS = {
    "open": EventForm(Draw, "Draw up the summary of a period.", "draws up the summary of {begins} to {ends}"),
    "countersign": EventForm(Nothing, "Countersign it: one's own figures are the same.", "countersigns it"),
    "differ": EventForm(
        Differ,
        "Say in which rows one's own figures differ.",
        "has other figures",
        "has other figures: {rows}",
    ),
    "redraw": EventForm(Draw, "Draw it up anew.", "draws it up anew"),
    "withdraw": EventForm(Because, "Take it back.", "takes it back: {because}"),
}


def differences(ours: Iterable[Figure], theirs: Iterable[Figure]) -> tuple[str, ...]:
    """Name the rows in which two summaries of one period differ, in words."""
    mine = {(row.what, row.by, row.under, row.month): row.figure for row in ours}
    yours = {(row.what, row.by, row.under, row.month): row.figure for row in theirs}
    return tuple(
        f"{what} by {by}, {under}, {month}: {mine.get(key, '0')} here, {yours.get(key, '0')} there"
        for key in sorted(mine.keys() | yours.keys())
        if mine.get(key) != yours.get(key)
        for what, by, under, month in (key,)
    )


def _find(_said: Any, terms: Terms, _opener: str, _other: str) -> Found:
    if terms.summary:
        return Found(tuple(terms.summary))
    text = f"no article of {terms.agreement_id} provides for a summary"
    return Found(against=(Ground("matter rule 4 article", text, 4),))


def _may_draw(case: Case, event: Event) -> Iterable[Ground]:
    drawn = cast("Draw", event.said)
    where = case.clauses[0]
    if drawn.ends < drawn.begins:
        yield against(where, "the period ends before it begins")
    first, last = f"{drawn.begins:%Y-%m}", f"{drawn.ends:%Y-%m}"
    for row in drawn.figures:
        if not first <= row.month <= last:
            yield against(where, f"a row of {row.month} is not of the period")
        if row.by not in (case.opener, case.other):
            yield against(where, f"{row.by} is neither of the two Parties")
    if len({(row.what, row.by, row.under, row.month) for row in drawn.figures}) != len(drawn.figures):
        yield against(where, "a row stands twice")


def _may_differ(case: Case, event: Event) -> Iterable[Ground]:
    if not cast("Differ", event.said).rows:
        yield against(case.clauses[0], "no row differs: it is the same on both sides")


def _may_countersign(case: Case, event: Event) -> Iterable[Ground]:
    ends = case.facts.drawn.ends
    if day_of(case, event) <= ends:
        yield against(
            case.clauses[0], f"the period ends on {ends}: it is countersigned from {_day_after(ends)} on"
        )


def _day_after(day: Day) -> Day:
    """Give the day after; the calendar's last has none, and a Party may name that day too."""
    return day if day == Day.max else day + timedelta(days=1)


def _remarks(case: Case) -> Iterable[Ground]:
    ends = case.facts.drawn.ends
    drawn_on = local_day(case.facts.drawn_at, zone_of(case.terms.zone))
    if case.state in ("drawn", "differing") and drawn_on <= ends and case.clauses:
        yield against(
            case.clauses[0],
            f"provisional: the period ends on {ends}, it is countersigned from {_day_after(ends)} on",
        )


def _drawn(event: Event) -> SummaryFacts:
    said = cast("Draw", event.said)
    return SummaryFacts(opening=said, drawn=said, drawn_at=event.at)


SUMMARY = Kind(
    name="summary",
    noun="summary",
    what="The figures of a period: drawn up by one Party, countersigned by the other.",
    clause="summary",
    table=TABLE,
    events=EVENTS,
    begin=_drawn,
    find=_find,
    title=lambda facts: f"{facts.drawn.begins} to {facts.drawn.ends}",
    apply={
        "redraw": lambda facts, event: msgspec.structs.replace(_drawn(event), opening=facts.opening),
        "differ": lambda facts, event: msgspec.structs.replace(facts, differs=event.said.rows),
    },
    guards={"open": _may_draw, "redraw": _may_draw, "countersign": _may_countersign, "differ": _may_differ},
    remarks=_remarks,
    reckoned={"redraw": ("begins", "ends", "figures"), "differ": ("rows",)},
)
