"""Joint measures: an aim, one Party that leads, one that supports, phases, contributions, a result.

Coordination only: the matter says who does which part by when and what came of it. What is learned on the way are
items, and they pass the gate like any other. Nothing here is for covert entry, deception or surveillance (safeguard
4). Sources: the agreement of 1989, art. I(1) and III(2); `specs/clauses.md`, `aid`.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, cast

import msgspec

from comity.agreements.clauses import Aid
from comity.agreements.days import end_of, zone_of
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
    against,
    excluded_purpose,
    step,
    stranger,
    unagreed,
    unprovided,
)
from comity.cooperation.requests import Because, Nothing
from comity.cooperation.said import Day, Items, PartyName, Remark, Said, Word, WordList, Words, means
from comity.decisions.decision import Ground

__all__ = ["MEASURE", "MeasureFacts"]


class Propose(Said, frozen=True, kw_only=True):
    """Proposes a joint measure."""

    measure: Annotated[Word, means("its name, one word")]
    aim: Annotated[Words, means("what is to be reached")]
    purpose: Annotated[Word, means("what it is to serve, one word of the agreement's purposes")]
    lead: Annotated[PartyName, means("the Party that leads")]
    phases: Annotated[WordList, means("its phases, in their order")]
    ends: Annotated[Day | None, means("by when")] = None


class Contribute(Said, frozen=True, kw_only=True):
    """Tells what a Party has contributed to a phase."""

    phase: Annotated[Word, means("the phase")]
    words: Annotated[Words, means("what was contributed, nothing confidential")]
    items: Annotated[Items, means("items that hold it, which the other Party has been given")] = ()


class EndPhase(Said, frozen=True, kw_only=True):
    """Says that a phase is over."""

    phase: Annotated[Word, means("the phase")]
    words: Annotated[Remark, means("a remark")] = ""


class Result(Said, frozen=True, kw_only=True):
    """Reports the result."""

    words: Annotated[Words, means("what was reached, nothing confidential")]
    items: Annotated[Items, means("items that hold it, which the other Party has been given")] = ()


class MeasureFacts(Facts, frozen=True, kw_only=True):
    """What is the case: the proposal as it stands, whose it is, and the one agreed to.

    Attributes:
        over: phases that are over. `contributions`: how many of each Party.
    """

    proposal: Propose
    proposer: str
    agreed: Propose | None = None
    over: tuple[str, ...] = ()
    contributions: Mapping[str, int] = msgspec.field(default_factory=dict)


TABLE = {
    "": {"open": step(OPENER, "proposed")},
    "proposed": {
        "agree": step("answerer", "agreed", upon=("amend",)),
        "amend": step(EITHER, "proposed"),
        "decline": step("answerer", "declined", lives_on=True),
        "withdraw": step(OPENER, "ended", lives_on=True),
    },
    "agreed": {"begin": step("lead", "under-way"), "end": step(EITHER, "ended", lives_on=True)},
    "under-way": {
        "contribute": step(EITHER, "under-way"),
        "end-phase": step("lead", "under-way"),
        "pause": step(EITHER, "paused", lives_on=True),
        "report": step("lead", "reported", lives_on=True),
        "end": step(EITHER, "ended", lives_on=True),
    },
    "paused": {"resume": step(EITHER, "under-way"), "end": step(EITHER, "ended", lives_on=True)},
    "reported": {
        "confirm": step("support", "done", lives_on=True),
        "contest": step("support", "under-way"),
    },
    "declined": {"amend": step(OPENER, "proposed")},
    "ended": {},
    "done": {},
}
EVENTS = {
    "open": EventForm(Propose, "Propose a joint measure.", "proposes {measure}, led by {lead}: {aim}"),
    "amend": EventForm(
        Propose,
        "Propose it otherwise.",
        "proposes it otherwise, led by {lead}, in the phases {phases}: {aim}",
        "proposes it otherwise, led by {lead}, in the phases {phases}, until {ends}: {aim}",
    ),
    "agree": EventForm(Nothing, "Agree to it.", "agrees"),
    "decline": EventForm(Because, "Decline it.", "declines: {because}"),
    "withdraw": EventForm(Because, "Take the proposal back.", "takes it back: {because}"),
    "begin": EventForm(Nothing, "Begin it.", "begins it"),
    "contribute": EventForm(Contribute, "Tell what one has contributed.", "contributes to {phase}: {words}"),
    "end-phase": EventForm(EndPhase, "Say that a phase is over.", "says {phase} is over"),
    "pause": EventForm(Because, "Pause it.", "pauses it: {because}"),
    "resume": EventForm(Nothing, "Go on with it.", "goes on with it"),
    "report": EventForm(Result, "Report the result.", "reports the result: {words}"),
    "confirm": EventForm(Nothing, "Confirm the result.", "confirms the result"),
    "contest": EventForm(Because, "Contest the result.", "contests the result: {because}"),
    "end": EventForm(Because, "End it without a result.", "ends it: {because}"),
}


def _find(said: Any, terms: Terms, _opener: str, _other: str) -> Found:  # noqa: ARG001  every measure needs the same
    fitting = tuple(each for each in terms.aid if each.kind == "joint-measure")
    if fitting:
        return Found(fitting)
    return unprovided(terms, terms.aid, "joint-measure")


def _may_propose(case: Case, event: Event) -> Iterable[Ground]:
    said = cast("Propose", event.said)
    if said.lead not in (case.opener, case.other):
        yield stranger(case.clauses[0], said.lead)
    if not said.phases:
        yield against(case.clauses[0], "it has no phase")
    allowed = [way for each in case.clauses if isinstance(each, Aid) for way in each.taken_by or ("jointly",)]
    yield from excluded_purpose(case.terms, said.purpose)
    if not {"jointly", "better-placed"} & set(allowed):
        yield against(case.clauses[0], f"it is taken {' or '.join(allowed)}, not jointly")


def _in_phase(case: Case, event: Event) -> Iterable[Ground]:
    phase = event.said.phase
    if phase not in case.facts.proposal.phases:
        yield against(case.clauses[0], f"it has no phase `{phase}`")
    elif phase in case.facts.over:
        yield against(case.clauses[0], f"phase `{phase}` is over")


def _roles(facts: MeasureFacts, opener: str, other: str) -> Mapping[str, str]:
    lead = facts.proposal.lead
    return {
        "lead": lead,
        "support": other if lead == opener else opener,
        "answerer": other if facts.proposer == opener else opener,
    }


def _opened(event: Event) -> MeasureFacts:
    said = cast("Propose", event.said)
    return MeasureFacts(opening=said, proposal=said, proposer=event.by)


def _contributed(facts: MeasureFacts, event: Event) -> MeasureFacts:
    count = facts.contributions.get(event.by, 0) + 1
    return msgspec.structs.replace(facts, contributions={**facts.contributions, event.by: count})


def _deadlines(case: Case) -> Iterable[Deadline]:
    proposal = case.facts.proposal
    if proposal.ends is not None and case.state in ("agreed", "under-way", "paused"):
        at = end_of(proposal.ends, zone_of(case.terms.zone))
        yield Deadline(at, "report", proposal.lead, str(case.clauses[0].ref) if case.clauses else "")


def _occasion(case: Case) -> Occasion:
    lead = (case.facts.agreed or case.facts.opening).lead  # what is only proposed moves nothing
    return Occasion("aid", sending=lead, receiving=case.counterpart(lead), initiator=case.opener)


MEASURE = Kind(
    name="measure",
    noun="joint measure",
    what="A joint measure, coordination only: aim, lead, support, phases, contributions, result.",
    clause="aid",
    table=TABLE,
    events=EVENTS,
    begin=_opened,
    find=_find,
    title=lambda facts: f"{facts.proposal.measure}: {facts.proposal.aim}",
    apply={
        "amend": lambda facts, event: msgspec.structs.replace(facts, proposal=event.said, proposer=event.by),
        "agree": lambda facts, _event: msgspec.structs.replace(facts, agreed=facts.proposal),
        "contribute": _contributed,
        "end-phase": lambda facts, event: msgspec.structs.replace(
            facts, over=(*facts.over, event.said.phase)
        ),
    },
    guards={
        "open": _may_propose,
        "amend": _may_propose,
        "contribute": _in_phase,
        "end-phase": _in_phase,
    },
    roles=_roles,
    typed=lambda said: [said.measure, said.purpose, *said.phases] if isinstance(said, Propose) else [],
    deadlines=_deadlines,
    occasion=_occasion,
    costless=lambda case, _event: () if case.facts.agreed is not None else unagreed(case),
)
