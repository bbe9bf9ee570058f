"""Missions: one Party's representation at the other, its seats, and what the host provides.

There is one matter for each mission of the agreement. The sending Party accredits people to seats, by function and
with a reference of its own; the receiving Party admits them or not, and may ask for a recall. There are never more
seats taken than the agreement grants when one is asked for or admitted; a seat is free again from the day after its
last. Where the text leaves the strength to a protocol, nobody is accredited before there is one. Sources: the
agreements of 1989, art. IV, XII and XIII, and of 1987, art. 7; `specs/clauses.md`, `mission`.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, cast

import msgspec

from comity.agreements.clauses import Mission
from comity.agreements.terms import Terms
from comity.cooperation.event import Event
from comity.cooperation.kind import (
    EITHER,
    OPENER,
    Case,
    EventForm,
    Facts,
    Found,
    Kind,
    Occasion,
    Span,
    against,
    backwards,
    day_of,
    status_of,
    step,
)
from comity.cooperation.requests import Because
from comity.cooperation.said import Day, PartyName, Said, Word, Words, means
from comity.decisions.decision import Ground

__all__ = ["MISSION", "MissionFacts", "Seat", "seats_taken"]


class Establish(Said, frozen=True, kw_only=True):
    """Opens the mission's book."""

    mission: Annotated[Word, means("the mission, as the agreement calls it")]
    of: Annotated[PartyName, means("the Party whose mission it is")]


class Accredit(Said, frozen=True, kw_only=True):
    """Accredits somebody to a seat, by function."""

    seat: Annotated[Word, means("a reference of the seat; nobody's name")]
    function: Annotated[Word, means("the function of who takes it")]
    begins: Annotated[Day, means("from which day")]
    ends: Annotated[Day | None, means("its last day; none where it is open")] = None


class NameSeat(Said, frozen=True, kw_only=True):
    """Names a seat."""

    seat: Annotated[Word, means("the seat")]


class SeatBecause(Said, frozen=True, kw_only=True):
    """Names a seat and a reason."""

    seat: Annotated[Word, means("the seat")]
    because: Annotated[Words, means("the reason")]


class Provide(Said, frozen=True, kw_only=True):
    """Provides what the host owes the mission."""

    what: Annotated[Word, means("premises, transport, housing, medical, as the article calls it")]
    words: Annotated[Words, means("what exactly")]
    begins: Annotated[Day, means("from which day")]


class Want(Said, frozen=True, kw_only=True):
    """Asks the host for what it owes the mission."""

    what: Annotated[Word, means("premises, transport, housing, medical, as the article calls it")]
    words: Annotated[Words, means("what exactly")]


class Seat(msgspec.Struct, frozen=True):
    """A seat: who takes it by function, from when, and how it stands: asked, admitted, objected, recalled."""

    function: str
    begins: Day
    ends: Day | None
    state: Literal["asked", "admitted", "objected", "recalled"]
    recall_asked: str = ""


class MissionFacts(Facts, frozen=True, kw_only=True):
    """What is the case: whose mission it is, its seats, what the host provides and what it was asked for."""

    of: str
    at: str
    seats: Mapping[str, Seat] = msgspec.field(default_factory=dict)
    provided: Mapping[str, str] = msgspec.field(default_factory=dict)
    wanted: Mapping[str, str] = msgspec.field(default_factory=dict)


TABLE = {
    "": {"open": step(OPENER, "established")},
    "established": {
        "accredit": step("sending", "established"),
        "admit": step("receiving", "established"),
        "object": step("receiving", "established", lives_on=True),
        "recall": step("sending", "established", lives_on=True),
        "ask-recall": step("receiving", "established", lives_on=True),
        "provide": step("receiving", "established"),
        "want": step("sending", "established"),
        "close": step(EITHER, "closed", lives_on=True),
    },
    "closed": {"reopen": step(EITHER, "established")},
}
EVENTS = {
    "open": EventForm(Establish, "Open the book of a mission.", "opens the book of {mission}"),
    "accredit": EventForm(
        Accredit,
        "Accredit somebody to a seat, by function.",
        "accredits {function} to seat {seat} from {begins} on",
        "accredits {function} to seat {seat}, {begins} to {ends}",
    ),
    "admit": EventForm(NameSeat, "Admit who was accredited.", "admits seat {seat}"),
    "object": EventForm(SeatBecause, "Object to who was accredited.", "objects to seat {seat}: {because}"),
    "recall": EventForm(SeatBecause, "Recall who sits there.", "recalls seat {seat}: {because}"),
    "ask-recall": EventForm(SeatBecause, "Ask for a recall.", "asks that seat {seat} be recalled: {because}"),
    "provide": EventForm(Provide, "Provide what the host owes.", "provides {what} from {begins} on: {words}"),
    "want": EventForm(Want, "Ask the host for what it owes.", "asks for {what}: {words}"),
    "reopen": EventForm(Because, "Open the book again.", "opens it again: {because}"),
    "close": EventForm(Because, "Close the book, when every seat is empty.", "closes it: {because}"),
}


def seats_taken(facts: MissionFacts, on: Day) -> int:
    """Count the seats that are taken on a day: asked for and not answered, or admitted and not recalled."""
    return sum(_is_taken(seat, on, "asked", "admitted") for seat in facts.seats.values())


def _is_taken(seat: Seat, on: Day, *states: str) -> bool:
    return seat.state in states and (seat.ends is None or on <= seat.ends)


def _find(said: Any, terms: Terms, opener: str, other: str) -> Found:
    asked = cast("Establish", said)
    mission = terms.missions.get(asked.mission)
    if mission is not None and {mission.of, mission.at} == {opener, other} and mission.of == asked.of:
        return Found((mission,))
    near = next(iter(terms.missions.values()), None)
    ref = str(near.ref) if near is not None else "matter rule 4 article"
    text = f"no article of {terms.agreement_id} knows a mission `{asked.mission}` of {asked.of} at the other"
    return Found(against=(Ground(ref, text, 4),))


def _mission(case: Case) -> Mission:
    return cast("Mission", case.clauses[0])


def _may_accredit(case: Case, event: Event) -> Iterable[Ground]:
    said, facts, mission, today = (
        cast("Accredit", event.said),
        case.facts,
        _mission(case),
        day_of(case, event),
    )
    yield from _within_strength(mission, seats_taken(facts, today))
    held = facts.seats.get(said.seat)
    if held is not None and _is_taken(held, today, "asked", "admitted"):
        yield against(mission, f"seat `{said.seat}` is taken")
    if said.ends is not None and said.ends < said.begins:
        yield backwards(mission, said.ends)
    else:
        yield from _not_over(mission, said.ends, today)


def _may_admit(case: Case, event: Event) -> Iterable[Ground]:
    """The strength may have been lowered since the seat was asked for: the one in force counts."""
    yield from _seat_is("asked")(case, event)
    facts, today = case.facts, day_of(case, event)
    admitted = sum(_is_taken(seat, today, "admitted") for seat in facts.seats.values())
    yield from _within_strength(_mission(case), admitted)
    seat = facts.seats.get(event.said.seat)
    if seat is not None:
        yield from _not_over(_mission(case), seat.ends, today)


def _not_over(mission: Mission, ends: Day | None, today: Day) -> Iterable[Ground]:
    if ends is not None and ends < today:
        yield against(mission, f"its last day, {ends}, is over already")


def _within_strength(mission: Mission, taken: int) -> Iterable[Ground]:
    if mission.seats is None:
        yield against(mission, "its strength is not agreed yet: a protocol sets it")
    elif taken >= mission.seats:
        yield against(mission, f"all its {mission.seats} seats are taken")


def _seat_is(*states: str) -> Any:
    def guard(case: Case, event: Event) -> Iterable[Ground]:
        name = event.said.seat
        seat = case.facts.seats.get(name)
        if seat is None:
            yield against(_mission(case), f"there is no seat `{name}`")
        elif seat.state not in states:
            yield against(_mission(case), f"seat `{name}` is {seat.state}")

    return guard


def _may_provide(case: Case, event: Event) -> Iterable[Ground]:
    what, mission = event.said.what, _mission(case)
    if what not in mission.host_provides:
        listed = ", ".join(mission.host_provides) or "nothing"
        yield against(mission, f"`{what}` is not what the receiving Party provides: {listed}")


def _may_close(case: Case, event: Event) -> Iterable[Ground]:
    if seats_taken(case.facts, day_of(case, event)):
        yield against(_mission(case), "seats are still taken")


def _opened(event: Event) -> MissionFacts:
    of = cast("Establish", event.said).of
    return MissionFacts(opening=event.said, of=of, at=event.to if of == event.by else event.by)


def _seat(facts: MissionFacts, name: str, **changed: Any) -> MissionFacts:
    seat = msgspec.structs.replace(facts.seats[name], **changed)
    return msgspec.structs.replace(facts, seats={**facts.seats, name: seat})


def _accredited(facts: MissionFacts, event: Event) -> MissionFacts:
    said = cast("Accredit", event.said)
    seat = Seat(said.function, said.begins, said.ends, "asked")
    return msgspec.structs.replace(facts, seats={**facts.seats, said.seat: seat})


def _noted(field: str) -> Any:
    def apply(facts: MissionFacts, event: Event) -> MissionFacts:
        said = cast("Want", event.said)
        changed = msgspec.structs.replace(facts, **{field: {**getattr(facts, field), said.what: said.words}})
        if field == "provided":
            wanted = {name: words for name, words in facts.wanted.items() if name != said.what}
            return msgspec.structs.replace(changed, wanted=wanted)
        return changed

    return apply


def _occasion(case: Case) -> Occasion:
    mission = _mission(case)
    return Occasion(
        "mission",
        expense=mission.expense or "",
        sending=mission.of,
        receiving=mission.at,
        initiator=mission.of,
    )


def _beginnings(facts: MissionFacts) -> Iterable[Day]:
    return (seat.begins for seat in facts.seats.values() if seat.state == "admitted")


def _dates(facts: MissionFacts, _state: str) -> Iterable[Span]:
    for name, seat in sorted(facts.seats.items()):
        if seat.ends is not None:
            status = status_of(off=seat.state in ("objected", "recalled"), open_=seat.state == "asked")
            yield Span(seat.begins, seat.ends, seat.function, name, status)


MISSION = Kind(
    name="mission",
    noun="mission",
    what="A mission: its seats against the strength agreed, accreditation and recall, and what the host provides.",
    clause="mission",
    table=TABLE,
    events=EVENTS,
    begin=_opened,
    find=_find,
    title=lambda facts: facts.opening.mission,
    apply={
        "accredit": _accredited,
        "admit": lambda facts, event: _seat(facts, event.said.seat, state="admitted"),
        "object": lambda facts, event: _seat(facts, event.said.seat, state="objected"),
        "recall": lambda facts, event: _seat(facts, event.said.seat, state="recalled"),
        "ask-recall": lambda facts, event: _seat(facts, event.said.seat, recall_asked=event.said.because),
        "provide": _noted("provided"),
        "want": _noted("wanted"),
    },
    guards={
        "accredit": _may_accredit,
        "admit": _may_admit,
        "object": _seat_is("asked"),
        "recall": _seat_is("asked", "admitted"),
        "ask-recall": _seat_is("admitted"),
        "provide": _may_provide,
        "want": _may_provide,
        "close": _may_close,
    },
    roles=lambda facts, _opener, _other: {"sending": facts.of, "receiving": facts.at},
    typed=lambda said: [getattr(said, name) for name in ("function", "what") if hasattr(said, name)],
    subject=lambda said: said.mission,
    dates=_dates,
    occasion=_occasion,
    beginnings=_beginnings,
)
