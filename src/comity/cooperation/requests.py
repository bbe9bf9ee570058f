"""Requests for aid: one Party asks, the other answers or says on which agreed ground it will not.

A request is refused on a ground the article names and on no other. Who takes it may be the one asked, the better
placed of the two (each states its means; the choice and its reason are recorded) or both together. An answer is
followed by what came of it. Sources: the agreements of 1989, art. III, and of 1987, art. 2; `specs/clauses.md`,
`aid`.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal, cast

import msgspec

from comity.agreements.clauses import Aid
from comity.agreements.days import zone_of
from comity.agreements.terms import Terms
from comity.clock import Instant
from comity.cooperation.event import Event
from comity.cooperation.kind import (
    EITHER,
    OPENER,
    OTHER,
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
    unagreed,
    unprovided,
)
from comity.cooperation.said import Items, PartyName, Remark, Said, Word, Words, means
from comity.decisions.decision import Ground

__all__ = ["REQUEST", "better_placed"]

AidKind = Literal["check", "search", "information", "protection", "joint-measure", "advice", "other"]
About = Literal["own-nationals", "requesters-nationals-here", "officials", "any"]
TakenBy = Literal["requested", "better-placed", "jointly"]


class Ask(Said, frozen=True, kw_only=True):
    """Asks for aid."""

    aid: Annotated[AidKind, means("what is asked for")]
    purpose: Annotated[Word, means("what it is to serve, one word of the agreement's purposes")]
    words: Annotated[Words, means("what is asked, in words")]
    about: Annotated[About, means("whom it concerns")] = "any"
    urgency: Annotated[Literal["normal", "urgent"], means("how soon it is needed")] = "normal"
    items: Annotated[Items, means("items that belong to it, which the other Party has been given")] = ()


class Acknowledge(Said, frozen=True, kw_only=True):
    """Says that it has arrived and is looked at."""

    words: Annotated[Remark, means("a remark")] = ""


class Means(Said, frozen=True, kw_only=True):
    """States what means a Party has for it."""

    words: Annotated[Words, means("what means there are here")]
    able: Annotated[Literal["well", "in-part", "no"], means("how far they go")]


class Propose(Said, frozen=True, kw_only=True):
    """Proposes who takes it."""

    taken_by: Annotated[Literal["better-placed", "jointly"], means("how it is taken")]
    because: Annotated[Words, means("the reason for the choice")]
    taker: Annotated[PartyName | None, means("the better placed Party; none where jointly")] = None


class Because(Said, frozen=True, kw_only=True):
    """Gives a reason."""

    because: Annotated[Words, means("the reason")]


class Nothing(Said, frozen=True, kw_only=True):
    """Says nothing more than itself."""

    words: Annotated[Remark, means("a remark")] = ""


class Refuse(Said, frozen=True, kw_only=True):
    """Refuses on a ground that the article names."""

    ground: Annotated[Word, means("the ground, one of those the article names")]
    words: Annotated[Remark, means("a remark")] = ""


class Answer(Said, frozen=True, kw_only=True):
    """Answers, in part or in whole; what is confidential goes as items."""

    words: Annotated[Words, means("the answer in words, nothing confidential")]
    items: Annotated[Items, means("items that hold it, which the other Party has been given")] = ()


class Outcome(Said, frozen=True, kw_only=True):
    """Tells what came of the answer."""

    outcome: Annotated[Literal["useful", "in-part", "not-useful", "undetermined"], means("what came of it")]
    words: Annotated[Remark, means("a remark")] = ""


class RequestFacts(Facts, frozen=True, kw_only=True):
    """What is the case: who takes it, what is proposed, who has which means, how often it was answered, and since when
    it is open again.
    """

    taken_by: str = ""
    takers: tuple[str, ...] = ()
    because: str = ""
    proposed: Propose | None = None
    means: Mapping[str, str] = msgspec.field(default_factory=dict)
    answers: int = 0
    items: tuple[str, ...] = ()
    ground: str = ""
    outcome: str = ""
    reopened_at: Instant | None = None


_ASKED = {
    "state-means": step(EITHER, "asked"),
    "propose": step(OTHER, "proposed"),
    "accept": step(OTHER, "accepted"),
    "refuse": step(OTHER, "refused", lives_on=True),
    "withdraw": step(OPENER, "withdrawn", lives_on=True),
}
TABLE = {
    "": {"open": step(OPENER, "asked")},
    "asked": {"acknowledge": step(OTHER, "acknowledged"), **_ASKED},
    "acknowledged": {**_ASKED, "state-means": step(EITHER, "acknowledged")},
    "proposed": {
        "agree": step(OPENER, "accepted"),
        "disagree": step(OPENER, "acknowledged"),
        "state-means": step(EITHER, "proposed"),
        "withdraw": step(OPENER, "withdrawn", lives_on=True),
    },
    "accepted": {
        "partial": step("taker", "accepted", lives_on=True),
        "answer": step("taker", "answered", lives_on=True),
        "refuse": step(OTHER, "refused", lives_on=True),
        "withdraw": step(OPENER, "withdrawn", lives_on=True),
    },
    "answered": {"outcome": step(OPENER, "closed", lives_on=True), "reopen": step(OPENER, "accepted")},
    "closed": {"reopen": step(OPENER, "accepted")},
    "refused": {"reopen": step(OPENER, "asked")},
    "withdrawn": {},
}

EVENTS = {
    "open": EventForm(Ask, "Ask for aid.", "asks ({aid}, {urgency}): {words}"),
    "acknowledge": EventForm(
        Acknowledge, "Say that it has arrived and is looked at.", "has it and looks at it"
    ),
    "state-means": EventForm(
        Means, "State what means there are here for it.", "states its means ({able}): {words}"
    ),
    "propose": EventForm(
        Propose,
        "Propose who takes it, and why.",
        "proposes who takes it ({taken_by}): {because}",
        "proposes that {taker} takes it ({taken_by}): {because}",
    ),
    "agree": EventForm(Nothing, "Agree to who takes it.", "agrees"),
    "disagree": EventForm(Because, "Disagree with who takes it.", "disagrees: {because}"),
    "accept": EventForm(Nothing, "Take it as the one asked.", "accepts"),
    "refuse": EventForm(Refuse, "Refuse it on a ground the article names.", "refuses: {ground}"),
    "partial": EventForm(Answer, "Answer in part.", "answers in part: {words}"),
    "answer": EventForm(Answer, "Answer.", "answers: {words}"),
    "outcome": EventForm(
        Outcome, "Tell what came of the answer, and close it.", "tells what came of it: {outcome}"
    ),
    "reopen": EventForm(Because, "Open it again.", "opens it again: {because}"),
    "withdraw": EventForm(Because, "Ask no longer.", "asks no longer: {because}"),
}


def _find(said: Any, terms: Terms, _opener: str, _other: str) -> Found:
    asked = cast("Ask", said)
    of_kind = [each for each in terms.aid if each.kind == asked.aid]
    fitting = tuple(each for each in of_kind if each.about in ("any", asked.about))
    if fitting:
        return Found(fitting)
    if of_kind:
        near = of_kind[0]
        text = f"`{asked.aid}` may be asked about {near.about}, not about {asked.about}"
        return Found(against=(Ground(str(near.ref), text, 4),))
    return unprovided(terms, terms.aid, asked.aid)


def _may_ask(case: Case, event: Event) -> Iterable[Ground]:
    yield from excluded_purpose(case.terms, cast("Ask", event.said).purpose)


def _aids(case: Case) -> tuple[Aid, ...]:
    return tuple(each for each in case.clauses if isinstance(each, Aid))


def _may_accept(case: Case, _event: Event) -> Iterable[Ground]:
    allowed = [way for each in _aids(case) for way in each.taken_by or ("requested",)]
    if "requested" not in allowed:
        yield against(
            case.clauses[0], f"it is taken {' or '.join(dict.fromkeys(allowed))}: propose who takes it"
        )


def _may_propose(case: Case, event: Event) -> Iterable[Ground]:
    said = cast("Propose", event.said)
    allowed = [way for each in _aids(case) for way in each.taken_by or ("requested",)]
    if said.taken_by not in allowed:
        yield against(
            case.clauses[0], f"it is taken {' or '.join(dict.fromkeys(allowed))}, not {said.taken_by}"
        )
    if said.taken_by == "better-placed":
        if said.taker not in (case.opener, case.other):
            yield against(case.clauses[0], "the better placed of the two is to be named")
        silent = [party for party in (case.opener, case.other) if party not in case.facts.means]
        if silent:
            yield against(case.clauses[0], f"{' and '.join(silent)} has not stated its means yet")


def _may_refuse(case: Case, event: Event) -> Iterable[Ground]:
    ground = cast("Refuse", event.said).ground
    named = [each for clause in _aids(case) for each in clause.refusal_grounds]
    if ground not in named:
        listed = ", ".join(dict.fromkeys(named))
        if listed:
            yield against(case.clauses[0], f"`{ground}` is not a ground on which it may be refused: {listed}")
        else:
            yield against(case.clauses[0], "the article names no ground on which it may be refused")


def _taken(facts: RequestFacts, taken_by: str, takers: tuple[str, ...], because: str = "") -> RequestFacts:
    return msgspec.structs.replace(facts, taken_by=taken_by, takers=takers, because=because, proposed=None)


def better_placed(means: Mapping[str, str]) -> tuple[str, str]:
    """Choose who takes it by the means that both have stated: the Party whose go further, and why.

    No Party where they go equally far: then both take it together, unless neither has any.
    """
    ranked = sorted(means.items(), key=lambda each: (_ABLE.index(each[1]), each[0]))
    (first, able), (second, less) = ranked
    if able != less:
        return first, f"the means of {first} go further: {able}, those of {second}: {less}"
    return "", f"the means of both go equally far: {able}"


def _fills(_word: str, facts: RequestFacts, said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Propose who takes it as the means say, as far as the officer has not."""
    if len(facts.means) < _BOTH or all(able == "no" for able in facts.means.values()):
        return {}
    taker, because = better_placed(facts.means)
    way = said.get("taken_by") or ("better-placed" if said.get("taker") or taker else "jointly")
    chosen = said.get("taker") or (taker if way == "better-placed" else None)
    follows = (way, chosen or "") == (("better-placed", taker) if taker else ("jointly", ""))
    return {
        "taken_by": way,
        **({"taker": chosen} if chosen else {}),
        **({"because": because} if follows else {}),
    }


def _agreed(facts: RequestFacts, event: Event) -> RequestFacts:
    said = facts.proposed
    assert said is not None
    if said.taken_by == "jointly":
        return _taken(facts, "jointly", (event.by, event.to), said.because)
    return _taken(facts, "better-placed", (said.taker or event.to,), said.because)


def _answered(facts: RequestFacts, event: Event) -> RequestFacts:
    said = cast("Answer", event.said)
    return msgspec.structs.replace(facts, answers=facts.answers + 1, items=(*facts.items, *said.items))


#: Means from the best; how many Parties state them.
_ABLE: Final = ("well", "in-part", "no")
_BOTH: Final = 2

APPLY = {
    "state-means": lambda facts, event: msgspec.structs.replace(
        facts, means={**facts.means, event.by: cast("Means", event.said).able}
    ),
    "propose": lambda facts, event: msgspec.structs.replace(facts, proposed=event.said),
    "agree": _agreed,
    "disagree": lambda facts, _event: msgspec.structs.replace(facts, proposed=None),
    "accept": lambda facts, event: _taken(facts, "requested", (event.by,)),
    "refuse": lambda facts, event: msgspec.structs.replace(facts, ground=event.said.ground),
    "partial": _answered,
    "answer": _answered,
    "outcome": lambda facts, event: msgspec.structs.replace(facts, outcome=event.said.outcome),
    "reopen": lambda facts, event: msgspec.structs.replace(
        facts, ground="", outcome="", reopened_at=event.at
    ),
}


def _roles(facts: RequestFacts, _opener: str, other: str) -> Mapping[str, str]:
    if len(facts.takers) == 1:
        return {"taker": facts.takers[0]}
    return {"taker": EITHER} if facts.takers else {"taker": other}


def _deadlines(case: Case) -> Iterable[Deadline]:
    if case.state not in ("asked", "acknowledged", "proposed", "accepted"):
        return
    zone, rule = zone_of(case.terms.zone), case.terms.term.date_rule if case.terms.term else "clamp"
    begun = case.facts.reopened_at or case.opened_at
    for clause in _aids(case):
        if case.state == "asked" and clause.acknowledge_within is not None:
            at = clause.acknowledge_within.after_instant(begun, zone, rule)
            yield Deadline(at, "acknowledge", case.other, str(clause.ref))
        within = clause.answer_within.get(case.facts.opening.urgency) or clause.answer_within.get("normal")
        if within is not None:
            at = within.after_instant(begun, zone, rule)
            for party in case.facts.takers or (case.other,):
                yield Deadline(at, "answer", party, str(clause.ref))


def _occasion(case: Case) -> Occasion:
    takers = case.facts.takers or (case.other,)
    sending = takers[0]
    return Occasion("aid", sending=sending, receiving=case.counterpart(sending), initiator=case.opener)


REQUEST = Kind(
    name="request",
    noun="request",
    what="A request for aid: asked, taken by the one asked, the better placed or both, answered or refused.",
    clause="aid",
    table=TABLE,
    events=EVENTS,
    begin=lambda event: RequestFacts(opening=event.said),
    find=_find,
    title=lambda facts: f"{facts.opening.aid}: {facts.opening.words}",
    apply=APPLY,
    guards={"open": _may_ask, "accept": _may_accept, "propose": _may_propose, "refuse": _may_refuse},
    roles=_roles,
    typed=lambda said: [value for name in ("purpose", "ground") if (value := getattr(said, name, ""))],
    deadlines=_deadlines,
    filled={"propose": ("taken_by", "taker", "because")},
    fills=_fills,
    occasion=_occasion,
    costless=lambda case, _event: () if case.facts.takers else unagreed(case),
)
