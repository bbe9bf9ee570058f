"""Continuity: readiness for crisis, shared and rehearsed through the offices the article names.

There is one matter for each continuity article. Plans are items, which pass the gate; here stands which edition is
the one agreed, when it was rehearsed, what was found and whether it was mended, and how ready each Party says it is.
A rehearsal and a finding are their author's: the other Party takes no name that is in use.
Source: the agreement of 1989, art. VI; `specs/clauses.md`, `continuity`.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, cast

import msgspec

from comity.agreements.clauses import Continuity
from comity.agreements.days import end_of, local_day, start_of, zone_of
from comity.agreements.terms import Terms
from comity.clock import Instant
from comity.cooperation.event import Event
from comity.cooperation.kind import (
    EITHER,
    OPENER,
    Case,
    Deadline,
    EventForm,
    Facts,
    Found,
    Kind,
    Span,
    against,
    step,
    stranger,
    unprovided,
)
from comity.cooperation.requests import Because
from comity.cooperation.said import Day, DayPast, ItemName, Items, PartyName, Remark, Said, Word, Words, means
from comity.decisions.decision import Ground

__all__ = ["CONTINUITY", "ContinuityFacts"]


class Arrange(Said, frozen=True, kw_only=True):
    """Opens the book of a continuity article."""

    article: Annotated[Words, means("the article, as it is cited: art. 6")]


class Edition(Said, frozen=True, kw_only=True):
    """Names a Party's plan: an item the other has been given."""

    item: Annotated[ItemName, means("the item that holds the plan")]
    edition: Annotated[Word, means("its edition")]


class Schedule(Said, frozen=True, kw_only=True):
    """Schedules a rehearsal."""

    rehearsal: Annotated[Word, means("a reference of the rehearsal")]
    on: Annotated[Day, means("on which day")]
    words: Annotated[Words, means("what is rehearsed")]


class NameRehearsal(Said, frozen=True, kw_only=True):
    """Names a rehearsal."""

    rehearsal: Annotated[Word, means("the rehearsal")]


class Rehearsed(Said, frozen=True, kw_only=True):
    """Says that a rehearsal was held."""

    rehearsal: Annotated[Word, means("the rehearsal")]
    on: Annotated[DayPast, means("on which day")]
    words: Annotated[Words, means("how it went")]
    items: Annotated[Items, means("items that hold more of it, which the other Party has been given")] = ()


class Finding(Said, frozen=True, kw_only=True):
    """Names something a rehearsal has shown."""

    finding: Annotated[Word, means("a reference of the finding")]
    words: Annotated[Words, means("what was found")]
    owner: Annotated[PartyName, means("the Party that mends it")]
    until: Annotated[Day | None, means("by when")] = None


class Mended(Said, frozen=True, kw_only=True):
    """Says that a finding was mended."""

    finding: Annotated[Word, means("the finding")]
    words: Annotated[Remark, means("how")] = ""


class Readiness(Said, frozen=True, kw_only=True):
    """Says how ready a Party is."""

    ready: Annotated[Literal["ready", "in-part", "not"], means("how ready it is")]
    words: Annotated[Remark, means("a remark")] = ""


class Rehearsal(msgspec.Struct, frozen=True):
    """A rehearsal: by whom scheduled, at which instant, for when; agreed by the other; held on."""

    by: str
    scheduled_at: Instant
    on: Day
    words: str
    agreed: bool = False
    held_on: Day | None = None


class Shown(msgspec.Struct, frozen=True):
    """A finding: by whom it was named, and whether it was mended."""

    by: str
    words: str
    owner: str
    until: Day | None
    mended: bool = False


class ContinuityFacts(Facts, frozen=True, kw_only=True):
    """What is the case: editions by Party, rehearsals, findings, readiness by Party."""

    editions: Mapping[str, Edition] = msgspec.field(default_factory=dict)
    rehearsals: Mapping[str, Rehearsal] = msgspec.field(default_factory=dict)
    findings: Mapping[str, Shown] = msgspec.field(default_factory=dict)
    ready: Mapping[str, str] = msgspec.field(default_factory=dict)


TABLE = {
    "": {"open": step(OPENER, "arranged")},
    "arranged": {
        "edition": step(EITHER, "arranged"),
        "schedule": step(EITHER, "arranged"),
        "agree": step(EITHER, "arranged", upon=("schedule",)),
        "rehearsed": step(EITHER, "arranged"),
        "finding": step(EITHER, "arranged"),
        "mended": step(EITHER, "arranged", lives_on=True),
        "readiness": step(EITHER, "arranged"),
        "close": step(EITHER, "closed", lives_on=True),
    },
    "closed": {"reopen": step(EITHER, "arranged")},
}
EVENTS = {
    "open": EventForm(Arrange, "Open the book of a continuity article.", "opens the book of {article}"),
    "edition": EventForm(
        Edition, "Name one's plan, an item the other has been given.", "gives edition {edition} of its plan"
    ),
    "schedule": EventForm(
        Schedule, "Schedule a rehearsal.", "schedules rehearsal {rehearsal} for {on}: {words}"
    ),
    "agree": EventForm(NameRehearsal, "Agree to a rehearsal.", "agrees to rehearsal {rehearsal}"),
    "rehearsed": EventForm(
        Rehearsed,
        "Say that it was held, and how it went.",
        "says rehearsal {rehearsal} was held on {on}: {words}",
    ),
    "finding": EventForm(
        Finding,
        "Name what it has shown.",
        "names finding {finding}, for {owner} to mend: {words}",
        "names finding {finding}, for {owner} to mend by {until}: {words}",
    ),
    "mended": EventForm(Mended, "Say that a finding was mended.", "has mended finding {finding}"),
    "readiness": EventForm(Readiness, "Say how ready one is.", "is {ready}"),
    "close": EventForm(Because, "Close the book.", "closes it: {because}"),
    "reopen": EventForm(Because, "Open the book again.", "opens it again: {because}"),
}


def _named(clause: Continuity) -> str:
    return str(clause.ref).partition(" ")[2]


def _find(said: Any, terms: Terms, _opener: str, _other: str) -> Found:
    asked = cast("Arrange", said)
    fitting = tuple(each for each in terms.continuity if _named(each) == asked.article)
    if fitting:
        return Found(fitting)
    return unprovided(terms, terms.continuity, asked.article)


def _through(case: Case, event: Event) -> Iterable[Ground]:
    clause = cast("Continuity", case.clauses[0])
    if clause.through and event.office not in clause.through:
        yield against(clause, f"it goes through {', '.join(clause.through)}")


def _may_schedule(case: Case, event: Event) -> Iterable[Ground]:
    name = cast("Schedule", event.said).rehearsal
    rehearsal = case.facts.rehearsals.get(name)
    if rehearsal is None:
        return
    if rehearsal.by != event.by:
        yield _taken(case, name, rehearsal.by)
    elif rehearsal.held_on is not None:
        yield against(
            case.clauses[0], f"rehearsal `{name}` was held on {rehearsal.held_on}: take another name"
        )


def _taken(case: Case, name: str, by: str) -> Ground:
    return against(case.clauses[0], f"`{name}` is one of {by} already: take another name")


def _may_agree(case: Case, event: Event) -> Iterable[Ground]:
    rehearsal = case.facts.rehearsals.get(cast("NameRehearsal", event.said).rehearsal)
    if rehearsal is None or rehearsal.by == event.by:
        yield against(case.clauses[0], "the other Party has scheduled no such rehearsal")


def _may_tell(case: Case, event: Event) -> Iterable[Ground]:
    said = cast("Rehearsed", event.said)
    rehearsal = case.facts.rehearsals.get(said.rehearsal)
    if rehearsal is None or not rehearsal.agreed:
        yield against(case.clauses[0], f"no rehearsal `{said.rehearsal}` was agreed")
        return
    scheduled = local_day(rehearsal.scheduled_at, zone_of(case.terms.zone))
    if said.on < scheduled:
        yield against(case.clauses[0], f"it was scheduled on {scheduled}, after {said.on}")


def _may_mend(case: Case, event: Event) -> Iterable[Ground]:
    name = cast("Mended", event.said).finding
    finding = case.facts.findings.get(name)
    if finding is None:
        yield against(case.clauses[0], f"there is no finding `{name}`")
    elif finding.owner != event.by:
        yield against(case.clauses[0], f"it is for {finding.owner} to mend")


def _may_find(case: Case, event: Event) -> Iterable[Ground]:
    said = cast("Finding", event.said)
    if said.owner not in (case.opener, case.other):
        yield stranger(case.clauses[0], said.owner)
    finding = case.facts.findings.get(said.finding)
    if finding is not None and finding.by != event.by:
        yield _taken(case, said.finding, finding.by)


def _in(field: str, name: str, value: Any) -> Any:
    def apply(facts: ContinuityFacts, event: Event) -> ContinuityFacts:
        key = event.by if name == "by" else getattr(event.said, name)
        held = getattr(facts, field)
        return msgspec.structs.replace(facts, **{field: {**held, key: value(held.get(key), event)}})

    return apply


def _deadlines(case: Case) -> Iterable[Deadline]:
    if case.state != "arranged":
        return
    clause = cast("Continuity", case.clauses[0])
    zone, ref = zone_of(case.terms.zone), str(clause.ref)
    rule = case.terms.term.date_rule if case.terms.term else "clamp"
    if clause.rehearse is not None:
        held = [each.held_on for each in case.facts.rehearsals.values() if each.held_on is not None]
        last = start_of(max(held), zone) if held else case.opened_at
        for party in (case.opener, case.other):
            yield Deadline(clause.rehearse.end_after(last, zone, rule), "rehearsed", party, ref)
    for name, finding in sorted(case.facts.findings.items()):
        if finding.until is not None and not finding.mended:
            yield Deadline(end_of(finding.until, zone), f"finding {name}", finding.owner, ref)


def _dates(facts: ContinuityFacts, _state: str) -> Iterable[Span]:
    for name, rehearsal in sorted(facts.rehearsals.items()):
        day = rehearsal.held_on or rehearsal.on
        yield Span(day, day, rehearsal.words, name, "confirmed" if rehearsal.agreed else "tentative")


CONTINUITY = Kind(
    name="continuity",
    noun="arrangement for continuity",
    what="Readiness for crisis: plans exchanged through the named offices, rehearsals, findings, readiness.",
    clause="continuity",
    table=TABLE,
    events=EVENTS,
    begin=lambda event: ContinuityFacts(opening=event.said),
    find=_find,
    title=lambda facts: f"continuity under {facts.opening.article}",
    apply={
        "edition": _in("editions", "by", lambda _held, event: event.said),
        "schedule": _in(
            "rehearsals",
            "rehearsal",
            lambda _held, event: Rehearsal(event.by, event.at, event.said.on, event.said.words),
        ),
        "agree": _in(
            "rehearsals", "rehearsal", lambda held, _event: msgspec.structs.replace(held, agreed=True)
        ),
        "rehearsed": _in(
            "rehearsals",
            "rehearsal",
            lambda held, event: msgspec.structs.replace(held, held_on=event.said.on),
        ),
        "finding": _in(
            "findings",
            "finding",
            lambda _held, event: Shown(event.by, event.said.words, event.said.owner, event.said.until),
        ),
        "mended": _in("findings", "finding", lambda held, _event: msgspec.structs.replace(held, mended=True)),
        "readiness": _in("ready", "by", lambda _held, event: event.said.ready),
    },
    guards={
        "edition": _through,
        "schedule": _may_schedule,
        "agree": _may_agree,
        "rehearsed": _may_tell,
        "finding": _may_find,
        "mended": _may_mend,
    },
    subject=lambda said: said.article,
    dates=_dates,
    deadlines=_deadlines,
)
