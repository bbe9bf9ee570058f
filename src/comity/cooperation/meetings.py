"""Meetings, delegations, discussions, exchanges of experience.

One Party proposes, the other agrees; where the article asks for it the receiving Party consents to the visit. People
are named by function and number. Minutes are an item, which passes the gate like any other. Who pays follows from
whether the meeting stands in an adopted plan, is held on invitation, or is neither. Sources: the agreements of 1989,
art. IX and XI(2)–(3), and of 1987, art. 6; `specs/clauses.md`, `meeting`.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Annotated, Any, cast

import msgspec

from comity.agreements.clauses import Meeting
from comity.agreements.days import end_of, local_day, zone_of
from comity.agreements.terms import Terms
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
    Occasion,
    Span,
    against,
    backwards,
    status_of,
    step,
    stranger,
    unagreed,
    unprovided,
)
from comity.cooperation.requests import Because, Nothing
from comity.cooperation.said import (
    Count,
    Day,
    DayPast,
    ItemName,
    MatterName,
    PartyName,
    Remark,
    Said,
    Word,
    Words,
    means,
)
from comity.decisions.decision import Ground

__all__ = ["MEETING", "Convene"]


class Convene(Said, frozen=True, kw_only=True):
    """Proposes a meeting."""

    meeting: Annotated[Word, means("the kind of meeting, as the article calls it")]
    words: Annotated[Words, means("what it is about")]
    host: Annotated[PartyName, means("the Party that receives")]
    begins: Annotated[Day, means("its first day")]
    ends: Annotated[Day, means("its last day")]
    level: Annotated[Word, means("who meets: head, expert")] = "expert"
    place: Annotated[Remark, means("where")] = ""
    plan: Annotated[MatterName | None, means("the plan it stands in; none where it is not planned")] = None
    line: Annotated[Word | None, means("the line of that plan")] = None
    invited: Annotated[bool, means("the receiving Party has invited")] = False


class Move(Said, frozen=True, kw_only=True):
    """Proposes other days or another place."""

    begins: Annotated[Day, means("its first day")]
    ends: Annotated[Day, means("its last day")]
    place: Annotated[Remark, means("where")] = ""
    because: Annotated[Remark, means("the reason")] = ""


class Delegation(Said, frozen=True, kw_only=True):
    """Names who comes, by function and number."""

    functions: Annotated[
        tuple[Word, ...],
        means("their functions: head, analyst, interpreter; nobody's name"),
        msgspec.Meta(max_length=50),
    ]
    count: Annotated[Count, means("how many they are")]
    arrives: Annotated[Day, means("the day they arrive")]
    departs: Annotated[Day, means("the day they depart")]


class Held(Said, frozen=True, kw_only=True):
    """Says that it was held."""

    on: Annotated[DayPast, means("its last day")]
    words: Annotated[Remark, means("a remark")] = ""


class Minutes(Said, frozen=True, kw_only=True):
    """Names the minutes: an item the other Party has been given."""

    item: Annotated[ItemName, means("the item that holds the minutes")]


class Approve(Said, frozen=True, kw_only=True):
    """Approves the minutes that the other Party drew up."""

    item: Annotated[ItemName, means("the item that holds the minutes")]


class MeetingFacts(Facts, frozen=True, kw_only=True):
    """What is the case: where and when, whether both have agreed to it once, who comes, which minutes."""

    begins: Day
    ends: Day
    place: str
    proposer: str
    agreed: bool = False
    delegation: Delegation | None = None
    minutes: tuple[tuple[str, str], ...] = ()
    approved: tuple[str, ...] = ()
    held_on: Day | None = None


#: A delegation that arrives earlier than this before a meeting comes for something else as well.
_LONGEST_JOURNEY = timedelta(days=7)
_OPEN = {
    "move": step(EITHER, "proposed"),
    "cancel": step(EITHER, "cancelled", lives_on=True),
}
TABLE = {
    "": {"open": step(OPENER, "proposed")},
    "proposed": {
        "agree": step("answerer", "agreed", upon=("move",)),
        "decline": step("answerer", "declined", lives_on=True),
        **_OPEN,
    },
    "agreed": {
        "delegation": step("visitor", "agreed"),
        "consent": step(EITHER, "arranged", upon=("delegation",)),
        "held": step(EITHER, "held", lives_on=True),
        **_OPEN,
    },
    "arranged": {
        "delegation": step("visitor", "agreed"),
        "held": step(EITHER, "held", lives_on=True),
        **_OPEN,
    },
    "held": {
        "minutes": step(EITHER, "held", lives_on=True),
        "approve": step(EITHER, "closed", lives_on=True),
        "close": step(EITHER, "closed", lives_on=True),
    },
    "closed": {},
    "declined": {"move": step(OPENER, "proposed")},
    "cancelled": {},
}
EVENTS = {
    "open": EventForm(
        Convene,
        "Propose a meeting.",
        "proposes a meeting ({meeting}) received by {host}, {begins} to {ends}: {words}",
    ),
    "move": EventForm(
        Move,
        "Propose other days or another place.",
        "proposes {begins} to {ends}",
        "proposes {begins} to {ends}, at {place}",
    ),
    "agree": EventForm(Nothing, "Agree to it.", "agrees"),
    "decline": EventForm(Because, "Decline it.", "declines: {because}"),
    "delegation": EventForm(
        Delegation,
        "Name the delegation, by function and number.",
        "sends {count}, from {arrives} to {departs}",
        "sends {count} ({functions}), from {arrives} to {departs}",
    ),
    "consent": EventForm(Nothing, "Consent to the visit.", "consents to the visit"),
    "cancel": EventForm(Because, "Call it off.", "calls it off: {because}"),
    "held": EventForm(Held, "Say that it was held.", "says it was held, until {on}"),
    "minutes": EventForm(Minutes, "Name the item that holds the minutes.", "has drawn up the minutes"),
    "approve": EventForm(Approve, "Approve the minutes, and close it.", "approves the minutes"),
    "close": EventForm(Nothing, "Close it without minutes.", "closes it"),
}


def _find(said: Any, terms: Terms, _opener: str, _other: str) -> Found:
    asked = cast("Convene", said)
    fitting = tuple(each for each in terms.meeting if each.kind == asked.meeting)
    if fitting:
        return Found(fitting)
    return unprovided(terms, terms.meeting, asked.meeting)


def _clauses(case: Case) -> tuple[Meeting, ...]:
    return tuple(each for each in case.clauses if isinstance(each, Meeting))


def _may_open(case: Case, event: Event) -> Iterable[Ground]:
    said = cast("Convene", event.said)
    levels = {level for each in _clauses(case) for level in each.levels}
    if levels and said.level not in levels:
        yield against(
            case.clauses[0], f"it is for {', '.join(sorted(levels))} to meet, not for `{said.level}`"
        )
    if said.host not in (case.opener, case.other):
        yield stranger(case.clauses[0], said.host)
    if (said.plan is None) != (said.line is None):
        yield against(case.clauses[0], "a planned meeting names its plan and the line of it")
    yield from _days(case, said.begins, said.ends)


def _days(case: Case, begins: Day, ends: Day) -> Iterable[Ground]:
    if ends < begins:
        yield backwards(case.clauses[0], ends)


def _may_move(case: Case, event: Event) -> Iterable[Ground]:
    said = cast("Move", event.said)
    yield from _days(case, said.begins, said.ends)


def _may_name(case: Case, event: Event) -> Iterable[Ground]:
    said = cast("Delegation", event.said)
    yield from _days(case, said.arrives, said.departs)


def _may_be_held(case: Case, event: Event) -> Iterable[Ground]:
    on = cast("Held", event.said).on
    if on < case.facts.begins:
        yield against(case.clauses[0], f"it begins on {case.facts.begins}, after {on}: move it first")
    if case.state == "agreed":
        clause = next((each for each in _clauses(case) if each.needs_consent_of), None)
        if clause is not None:
            yield against(clause, f"the visit needs the consent of {_consenter(case, clause)} first")


def _consenter(case: Case, clause: Meeting) -> str:
    host: str = case.facts.opening.host
    return {"receiving": host, "sending": case.counterpart(host)}.get(clause.needs_consent_of or "", host)


def _may_consent(case: Case, event: Event) -> Iterable[Ground]:
    clause = next((each for each in _clauses(case) if each.needs_consent_of), None)
    whose = case.facts.opening.host if clause is None else _consenter(case, clause)
    if event.by != whose:
        yield against(clause or case.clauses[0], f"the consent is for {whose} to give")
    if case.facts.delegation is None:
        yield against(case.clauses[0], "the delegation is not named yet")


def _may_approve(case: Case, event: Event) -> Iterable[Ground]:
    item = cast("Approve", event.said).item
    drawn_up = dict(case.facts.minutes)
    if drawn_up.get(item) in (None, event.by):
        yield against(case.clauses[0], "the other Party has drawn up no such minutes")


def _roles(facts: MeetingFacts, opener: str, other: str) -> Mapping[str, str]:
    host = facts.opening.host
    visitor = other if host == opener else opener
    answerer = other if facts.proposer == opener else opener
    return {"host": host, "visitor": visitor, "answerer": answerer}


def _opened(event: Event) -> MeetingFacts:
    said = cast("Convene", event.said)
    return MeetingFacts(opening=said, begins=said.begins, ends=said.ends, place=said.place, proposer=event.by)


def _moved(facts: MeetingFacts, event: Event) -> MeetingFacts:
    said = cast("Move", event.said)
    return msgspec.structs.replace(
        facts,
        begins=said.begins,
        ends=said.ends,
        place=said.place or facts.place,
        proposer=event.by,
        delegation=None,
    )


def _deadlines(case: Case) -> Iterable[Deadline]:
    zone = zone_of(case.terms.zone)
    ref = str(case.clauses[0].ref) if case.clauses else ""
    if case.state in ("agreed", "arranged"):
        for party in (case.opener, case.other):
            yield Deadline(end_of(case.facts.ends, zone), "held", party, ref)


def _occasion(case: Case) -> Occasion:
    said = case.facts.opening
    invited = said.invited and (case.facts.agreed or said.host == case.opener)
    manner = "planned" if said.plan else "invited" if invited else "unplanned"
    clause = next((each for each in _clauses(case) if each.expense), None)
    return Occasion(
        "meeting",
        expense=clause.expense or "" if clause is not None else "",
        manner=manner,
        sending=case.counterpart(said.host),
        receiving=said.host,
        initiator=case.opener,
    )


def _beginnings(facts: MeetingFacts) -> Iterable[Day]:
    if facts.delegation is not None and facts.begins - facts.delegation.arrives <= _LONGEST_JOURNEY:
        yield facts.delegation.arrives


def _costless(case: Case, event: Event) -> Iterable[Ground]:
    """Nobody pays for a meeting on the other's word alone, nor for what came after it was off."""
    if not case.facts.agreed:
        yield from unagreed(case)
    elif case.state in ("cancelled", "declined"):
        off, on = local_day(case.since, zone_of(case.terms.zone)), event.said.on
        if on > off:
            yield against(case.clauses[0], f"it was off on {off}, before {on}")


def _dates(facts: MeetingFacts, state: str) -> Iterable[Span]:
    status = status_of(off=state in ("cancelled", "declined"), open_=state == "proposed")
    yield Span(facts.begins, facts.ends, facts.place, "", status)


MEETING = Kind(
    name="meeting",
    noun="meeting",
    what="A meeting, delegation or discussion: proposed, agreed, consented to, held, minuted.",
    clause="meeting",
    table=TABLE,
    events=EVENTS,
    begin=_opened,
    find=_find,
    title=lambda facts: f"{facts.opening.meeting}: {facts.opening.words}",
    apply={
        "agree": lambda facts, _event: msgspec.structs.replace(facts, agreed=True),
        "move": _moved,
        "delegation": lambda facts, event: msgspec.structs.replace(facts, delegation=event.said),
        "minutes": lambda facts, event: msgspec.structs.replace(
            facts, minutes=(*facts.minutes, (event.said.item, event.by))
        ),
        "approve": lambda facts, event: msgspec.structs.replace(
            facts, approved=(*facts.approved, event.said.item)
        ),
        "held": lambda facts, event: msgspec.structs.replace(facts, held_on=event.said.on),
    },
    guards={
        "open": _may_open,
        "move": _may_move,
        "delegation": _may_name,
        "consent": _may_consent,
        "held": _may_be_held,
        "approve": _may_approve,
    },
    roles=_roles,
    typed=lambda said: [
        *([said.meeting, said.level] if isinstance(said, Convene) else ()),
        *(said.functions if isinstance(said, Delegation) else ()),
    ],
    deadlines=_deadlines,
    dates=_dates,
    occasion=_occasion,
    beginnings=_beginnings,
    costless=_costless,
)
