"""Passages: notice of delegations, citizens or freight that cross, acknowledged, changed, done.

A notice that comes later than the article wants is taken all the same, and shown as late. Who crosses is told by
number and occasion; a list of people is an item and passes the gate. Source: the agreement of 1989, art. V(1);
`specs/clauses.md`, `passage`.
"""

from collections.abc import Iterable
from typing import Annotated, Any, cast

import msgspec

from comity.agreements.clauses import Passage
from comity.agreements.days import end_of, start_of, zone_of
from comity.agreements.terms import Terms
from comity.clock import Instant
from comity.cooperation.event import Event
from comity.cooperation.kind import (
    OPENER,
    OTHER,
    Case,
    Deadline,
    EventForm,
    Facts,
    Found,
    Kind,
    Span,
    against,
    backwards,
    status_of,
    step,
    unprovided,
)
from comity.cooperation.requests import Because, Nothing
from comity.cooperation.said import Count, Day, DayPast, Items, Remark, Said, Word, Words, means
from comity.decisions.decision import Ground

__all__ = ["PASSAGE"]


class Notify(Said, frozen=True, kw_only=True):
    """Gives notice of a passage."""

    passage: Annotated[
        Word, means("who or what crosses, as the article calls it: delegation, citizen, freight")
    ]
    words: Annotated[Words, means("the occasion, or the goods")]
    crossing: Annotated[Words, means("where it crosses")]
    begins: Annotated[Day, means("its first day")]
    ends: Annotated[Day, means("its last day")]
    count: Annotated[Count, means("how many people, vehicles or consignments")] = 1
    items: Annotated[Items, means("items that belong to it, which the other Party has been given")] = ()


class Change(Said, frozen=True, kw_only=True):
    """Changes what was notified."""

    crossing: Annotated[Words, means("where it crosses")]
    begins: Annotated[Day, means("its first day")]
    ends: Annotated[Day, means("its last day")]
    count: Annotated[Count, means("how many people, vehicles or consignments")]


class Done(Said, frozen=True, kw_only=True):
    """Says that it has crossed."""

    on: Annotated[DayPast, means("on which day")]
    words: Annotated[Remark, means("a remark")] = ""


class PassageFacts(Facts, frozen=True, kw_only=True):
    """What is the case: where, when and how many, as last changed, and since when that was known."""

    crossing: str
    begins: Day
    ends: Day
    count: int
    known_at: Instant
    done_on: Day | None = None


TABLE = {
    "": {"open": step(OPENER, "notified")},
    "notified": {
        "acknowledge": step(OTHER, "acknowledged", upon=("change",)),
        "object": step(OTHER, "objected", lives_on=True),
        "change": step(OPENER, "notified"),
        "cancel": step(OPENER, "cancelled", lives_on=True),
        "done": step(OPENER, "done", lives_on=True),
    },
    "acknowledged": {
        "done": step(OPENER, "done", lives_on=True),
        "change": step(OPENER, "notified"),
        "object": step(OTHER, "objected", lives_on=True),
        "cancel": step(OPENER, "cancelled", lives_on=True),
    },
    "objected": {"change": step(OPENER, "notified"), "cancel": step(OPENER, "cancelled", lives_on=True)},
    "done": {},
    "cancelled": {},
}
EVENTS = {
    "open": EventForm(
        Notify,
        "Give notice of a passage.",
        "gives notice of {passage} ({count}) at {crossing}, {begins} to {ends}: {words}",
    ),
    "acknowledge": EventForm(Nothing, "Say that it is expected.", "expects it"),
    "object": EventForm(Because, "Object to it.", "objects: {because}"),
    "change": EventForm(
        Change,
        "Change what was notified.",
        "changes what was notified: {count} at {crossing}, {begins} to {ends}",
    ),
    "cancel": EventForm(Because, "Cancel it.", "cancels it: {because}"),
    "done": EventForm(Done, "Say that it has crossed.", "says it crossed on {on}"),
}


def _find(said: Any, terms: Terms, _opener: str, _other: str) -> Found:
    asked = cast("Notify", said)
    fitting = tuple(each for each in terms.passage if asked.passage in each.kinds)
    if fitting:
        return Found(fitting)
    return unprovided(terms, terms.passage, asked.passage)


def _may_last(case: Case, event: Event) -> Iterable[Ground]:
    said: Any = event.said
    if said.ends < said.begins:
        yield backwards(case.clauses[0], said.ends)


def _may_be_done(case: Case, event: Event) -> Iterable[Ground]:
    on = cast("Done", event.said).on
    if on < case.facts.begins:
        yield against(
            case.clauses[0], f"notice was given of {case.facts.begins}, not of {on}: change it first"
        )


def _remarks(case: Case) -> Iterable[Ground]:
    """Say by which articles the notice, as it stands, came too late."""
    zone = zone_of(case.terms.zone)
    rule = case.terms.term.date_rule if case.terms.term else "clamp"
    for clause in case.clauses:
        notice = clause.notice if isinstance(clause, Passage) else None
        if notice and notice.after_instant(case.facts.known_at, zone, rule) > start_of(
            case.facts.begins, zone
        ):
            yield against(clause, f"the notice came later than {notice} before")


def _deadlines(case: Case) -> Iterable[Deadline]:
    zone, ref = zone_of(case.terms.zone), str(case.clauses[0].ref) if case.clauses else ""
    if case.state == "notified":
        yield Deadline(start_of(case.facts.begins, zone), "acknowledge", case.other, ref)
    if case.state in ("notified", "acknowledged"):
        yield Deadline(end_of(case.facts.ends, zone), "done", case.opener, ref)


def _opened(event: Event) -> PassageFacts:
    said = cast("Notify", event.said)
    return PassageFacts(
        opening=said,
        crossing=said.crossing,
        begins=said.begins,
        ends=said.ends,
        count=said.count,
        known_at=event.at,
    )


def _changed(facts: PassageFacts, event: Event) -> PassageFacts:
    said = cast("Change", event.said)
    return msgspec.structs.replace(
        facts,
        crossing=said.crossing,
        begins=said.begins,
        ends=said.ends,
        count=said.count,
        known_at=event.at,
    )


def _dates(facts: PassageFacts, state: str) -> Iterable[Span]:
    status = status_of(off=state == "cancelled", open_=state == "objected")
    yield Span(facts.begins, facts.ends, facts.crossing, "", status)


PASSAGE = Kind(
    name="passage",
    noun="passage",
    what="Notice of a passage: delegations, citizens, freight; acknowledged, changed, done.",
    clause="passage",
    table=TABLE,
    events=EVENTS,
    begin=_opened,
    find=_find,
    title=lambda facts: f"{facts.opening.passage}: {facts.opening.words}",
    apply={
        "change": _changed,
        "done": lambda facts, event: msgspec.structs.replace(facts, done_on=event.said.on),
    },
    guards={"open": _may_last, "change": _may_last, "done": _may_be_done},
    typed=lambda said: [said.passage] if isinstance(said, Notify) else [],
    deadlines=_deadlines,
    dates=_dates,
    remarks=_remarks,
)
