"""Places in a number agreed for a year: training places, and stays, treatments or whatever else a quota counts.

There is one matter for each clause and year. Where the article gives no number the two agree on one for the year. The
sending Party nominates, by function and with a reference of its own; the other admits or does not; attendance and
certificates are noted. Never more are admitted than there are places; whoever was there and is withdrawn has had one.
Another number may be proposed while the year goes on: until it is agreed, and where it is declined, the one agreed
before stands. Sources: the agreements of 1989, art. VIII and X, and of 1987, art. 4(3); `specs/clauses.md`,
`training` and `quota`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal, cast

import msgspec

from comity.agreements.clauses import Clause, Quota, Training
from comity.agreements.terms import Terms
from comity.cooperation.event import Event
from comity.cooperation.expense import if_free
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
    Step,
    against,
    backwards,
    day_of,
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
    Year,
    means,
)
from comity.decisions.decision import Ground

__all__ = ["QUOTA", "TRAINING", "PlaceFacts", "places_taken"]


class OpenYear(Said, frozen=True, kw_only=True):
    """Opens a year of training."""

    year: Annotated[Year, means("the year")]
    by: Annotated[PartyName, means("the Party that trains")]
    places: Annotated[Count, means("how many places there are this year")]
    words: Annotated[Remark, means("the terms, in words")] = ""
    plan: Annotated[
        MatterName | None, means("the plan that sets the number; none where the article does")
    ] = None


class OpenQuota(Said, frozen=True, kw_only=True):
    """Opens a year of a quota."""

    year: Annotated[Year, means("the year")]
    quota: Annotated[Word, means("what is counted, as the article calls it: stays, treatments")]
    by: Annotated[PartyName, means("the Party that gives the places")]
    places: Annotated[Count, means("how many there are this year")]
    words: Annotated[Remark, means("the terms, in words")] = ""
    plan: Annotated[
        MatterName | None, means("the plan that sets the number; none where the article does")
    ] = None


class Number(Said, frozen=True, kw_only=True):
    """Proposes another number."""

    places: Annotated[Count, means("how many there are this year")]
    because: Annotated[Remark, means("the reason")] = ""


class Nominate(Said, frozen=True, kw_only=True):
    """Nominates somebody for a place, by function."""

    nominee: Annotated[Word, means("a reference of the nominee; nobody's name")]
    function: Annotated[Word, means("the function of the nominee")]
    begins: Annotated[Day, means("from which day")]
    ends: Annotated[Day, means("until which day")]
    words: Annotated[Words, means("for which course, stay or treatment")]


class NameNominee(Said, frozen=True, kw_only=True):
    """Names a nominee."""

    nominee: Annotated[Word, means("the nominee")]


class NomineeBecause(Said, frozen=True, kw_only=True):
    """Names a nominee and a reason."""

    nominee: Annotated[Word, means("the nominee")]
    because: Annotated[Words, means("the reason")]


class Attend(Said, frozen=True, kw_only=True):
    """Notes attendance."""

    nominee: Annotated[Word, means("the nominee")]
    days: Annotated[Count, means("on how many days")]
    ends: Annotated[DayPast, means("the last of them")]


class Certify(Said, frozen=True, kw_only=True):
    """Certifies how a course ended."""

    nominee: Annotated[Word, means("the nominee")]
    result: Annotated[Literal["passed", "attended", "not-passed"], means("how it ended")]
    item: Annotated[ItemName | None, means("the item that holds the certificate")] = None


class Place(msgspec.Struct, frozen=True):
    """A place: for whom by function, from when until when, and how it stands."""

    function: str
    begins: Day
    ends: Day
    state: Literal["asked", "admitted", "not-admitted", "withdrawn", "done"]
    days: int = 0
    result: str = ""
    item: str = ""


class PlaceFacts(Facts, frozen=True, kw_only=True):
    """What is the case: who gives the places, how many there are, and who has them.

    Attributes:
        places: the number agreed; before the first agreement, the one proposed.
        agreed: whether a number was ever agreed. `instead`: the number proposed in place of the one agreed.
        proposer: who proposed the number that waits for an answer.
    """

    by: str
    places: int
    proposer: str
    agreed: bool = False
    instead: int | None = None
    nominees: Mapping[str, Place] = msgspec.field(default_factory=dict)


def places_taken(facts: PlaceFacts) -> int:
    """Count the places that are taken: admitted, done, or attended before the nominee was withdrawn."""
    return sum(each.state in ("admitted", "done") or each.days > 0 for each in facts.nominees.values())


def _year(state: str, ends: str) -> Mapping[str, Step]:
    """Give what a year that goes on lets happen, which leaves it in its state."""
    return {
        "nominate": step("sending", state),
        "admit": step("giving", state),
        "not-admit": step("giving", state, lives_on=True),
        "withdraw": step("sending", state, lives_on=True),
        "attend": step("giving", state, lives_on=True),
        "close": step(EITHER, "closed", lives_on=True),
        ends: step("giving", state, lives_on=True),
        "number": step(EITHER, "changing"),
    }


def _changing(ends: str) -> Mapping[str, Step]:
    """Give what may be done while another number is proposed: to answer, and all that the year lets happen."""
    return {
        "agree": step("answerer", "open", upon=("number",)),
        "decline": step("answerer", "open", lives_on=True),
        **_year("changing", ends),
    }


_SETTING = {
    "": {"open": step(OPENER, "proposed")},
    "proposed": {
        "agree": step("answerer", "open", upon=("number",)),
        "number": step(EITHER, "proposed"),
        "decline": step("answerer", "declined", lives_on=True),
    },
    "declined": {"number": step(EITHER, "proposed")},
    "closed": {},
}
TRAINING_TABLE = {**_SETTING, "open": _year("open", "certify"), "changing": _changing("certify")}
QUOTA_TABLE = {**_SETTING, "open": _year("open", "done"), "changing": _changing("done")}
_EVENTS = {
    "agree": EventForm(Nothing, "Agree to the number.", "agrees to the number"),
    "number": EventForm(Number, "Propose another number.", "proposes {places} places"),
    "decline": EventForm(Because, "Decline it.", "declines: {because}"),
    "nominate": EventForm(
        Nominate,
        "Nominate somebody, by function.",
        "nominates {nominee} ({function}), {begins} to {ends}: {words}",
    ),
    "admit": EventForm(NameNominee, "Admit a nominee.", "admits {nominee}"),
    "not-admit": EventForm(NomineeBecause, "Not admit a nominee.", "does not admit {nominee}: {because}"),
    "withdraw": EventForm(NomineeBecause, "Withdraw a nominee.", "withdraws {nominee}: {because}"),
    "attend": EventForm(Attend, "Note attendance.", "notes {days} days of {nominee}, until {ends}"),
    "close": EventForm(Nothing, "Close the year.", "closes the year"),
}
TRAINING_EVENTS = {
    "open": EventForm(OpenYear, "Open a year of training.", "opens the training of {year}: {places} places"),
    **_EVENTS,
    "certify": EventForm(Certify, "Certify how a course ended.", "certifies {nominee}: {result}"),
}
QUOTA_EVENTS = {
    "open": EventForm(OpenQuota, "Open a year of a quota.", "opens {quota} of {year}: {places}"),
    **_EVENTS,
    "done": EventForm(NameNominee, "Say that a stay or treatment is over.", "says that of {nominee} is over"),
}


def _fitting(clauses: Iterable[Clause], said: Any, name: str, terms: Terms) -> Found:
    given = tuple(clauses)
    fitting = tuple(
        each
        for each in given
        if getattr(each, "by", None) in (None, said.by) and getattr(each, "name", None) in (None, name)
    )
    if fitting:
        return Found(fitting)
    return unprovided(terms, given, f"{name} by {said.by}")


def _number_of(clause: Clause) -> int | None:
    return (
        clause.places if isinstance(clause, Training) else clause.count if isinstance(clause, Quota) else None
    )


def _granting(clauses: tuple[Clause, ...], places: int) -> Clause:
    """Give the clause that counts: the first that grants the number, else the one that grants the most.

    Clauses that fit are permissions beside each other: one that grants it suffices, and they are not added up.
    """
    granted = [(_number_of(each), each) for each in clauses]
    for number, each in granted:
        if number is None or places <= number:
            return each
    return max(granted, key=lambda pair: pair[0] or 0)[1]


def _may_set(case: Case, event: Event) -> Iterable[Ground]:
    if case.facts.by not in (case.opener, case.other):
        yield stranger(case.clauses[0], case.facts.by)
    yield from _settable(case, event.said.places)


def _may_agree(case: Case, _event: Event) -> Iterable[Ground]:
    """A number is agreed that fits still: places may have been taken since it was proposed."""
    facts: PlaceFacts = case.facts
    yield from _settable(case, facts.places if facts.instead is None else facts.instead)


def _settable(case: Case, places: int) -> Iterable[Ground]:
    clause = _granting(case.clauses, places)
    agreed = _number_of(clause)
    if agreed is not None and places > agreed:
        yield against(clause, f"the article grants {agreed} a year, not {places}")
    if case.state and places < places_taken(case.facts):
        yield against(clause, f"{places_taken(case.facts)} places are taken already")


def _may_nominate(case: Case, event: Event) -> Iterable[Ground]:
    said = cast("Nominate", event.said)
    held = case.facts.nominees.get(said.nominee)
    if held is not None and held.state in ("asked", "admitted", "done"):
        yield against(case.clauses[0], f"`{said.nominee}` is nominated already")
    elif held is not None and held.days:
        text = f"`{said.nominee}` attended and has had a place: take another reference"
        yield against(case.clauses[0], text)
    if said.ends < said.begins:
        yield backwards(case.clauses[0], said.ends)
    if case.facts.opening.year not in (said.begins.year, said.ends.year):
        yield against(case.clauses[0], f"it does not fall in {case.facts.opening.year}")


def _is(*states: str) -> Callable[[Case, Event], Iterable[Ground]]:
    def guard(case: Case, event: Event) -> Iterable[Ground]:
        name = event.said.nominee
        place = case.facts.nominees.get(name)
        if place is None:
            yield against(case.clauses[0], f"nobody is nominated as `{name}`")
        elif place.state not in states:
            yield against(case.clauses[0], f"`{name}` is {place.state}")

    return guard


def _may_admit(case: Case, event: Event) -> Iterable[Ground]:
    yield from _is("asked")(case, event)
    if places_taken(case.facts) >= case.facts.places:
        yield against(case.clauses[0], f"all {case.facts.places} places of the year are taken")


def _may_attend(case: Case, event: Event) -> Iterable[Ground]:
    yield from _is("admitted", "done")(case, event)
    said = cast("Attend", event.said)
    name = said.nominee
    place = case.facts.nominees.get(name)
    if place is None:
        return
    if said.ends < place.begins:
        yield against(case.clauses[0], f"the place of `{name}` begins on {place.begins}")
    elif said.ends > place.ends:
        yield against(case.clauses[0], f"the place of `{name}` ends on {place.ends}")
    elif said.days > (said.ends - place.begins).days + 1:
        yield against(case.clauses[0], f"{place.begins} to {said.ends} are not {said.days} days")


def _may_end(case: Case, event: Event) -> Iterable[Ground]:
    """A course or stay ends once it has begun; passed is only what was attended."""
    yield from _is("admitted")(case, event)
    name = event.said.nominee
    place = case.facts.nominees.get(name)
    if place is None:
        return
    if day_of(case, event) < place.begins:
        yield against(case.clauses[0], f"the place of `{name}` begins on {place.begins}")
    if getattr(event.said, "result", "") in ("passed", "attended") and not place.days:
        yield against(case.clauses[0], f"no day that `{name}` attended is noted")


def _opened(event: Event) -> PlaceFacts:
    said: Any = event.said
    return PlaceFacts(opening=said, by=said.by, places=said.places, proposer=event.by)


def _nominated(facts: PlaceFacts, event: Event) -> PlaceFacts:
    said = cast("Nominate", event.said)
    place = Place(said.function, said.begins, said.ends, "asked")
    return msgspec.structs.replace(facts, nominees={**facts.nominees, said.nominee: place})


def _become(**changed: Any) -> Callable[[PlaceFacts, Event], PlaceFacts]:
    def apply(facts: PlaceFacts, event: Event) -> PlaceFacts:
        name = event.said.nominee
        now = {key: value(event) if callable(value) else value for key, value in changed.items()}
        place = msgspec.structs.replace(facts.nominees[name], **now)
        return msgspec.structs.replace(facts, nominees={**facts.nominees, name: place})

    return apply


def _roles(facts: PlaceFacts, opener: str, other: str) -> Mapping[str, str]:
    return {
        "giving": facts.by,
        "sending": other if facts.by == opener else opener,
        "answerer": other if facts.proposer == opener else opener,
    }


def _costless(case: Case, _event: Event) -> Iterable[Ground]:
    if not case.facts.agreed:
        yield from unagreed(case)
    yield from if_free(_granting(case.clauses, case.facts.places))


def _occasion(name: str) -> Callable[[Case], Occasion]:
    def occasion(case: Case) -> Occasion:
        clause, giving = _granting(case.clauses, case.facts.places), case.facts.by
        paid_by = (
            clause.paid_by or "" if isinstance(clause, Training) and clause.terms == "compensated" else ""
        )
        return Occasion(
            name,
            sending=case.counterpart(giving),
            receiving=giving,
            initiator=case.opener,
            paid_by=paid_by,
            ref=str(clause.ref),
        )

    return occasion


def _numbered(facts: PlaceFacts, event: Event) -> PlaceFacts:
    places = event.said.places
    if facts.agreed:
        return msgspec.structs.replace(facts, instead=places, proposer=event.by)
    return msgspec.structs.replace(facts, places=places, proposer=event.by)


def _agreed(facts: PlaceFacts, _event: Event) -> PlaceFacts:
    places = facts.places if facts.instead is None else facts.instead
    return msgspec.structs.replace(facts, places=places, agreed=True, instead=None)


_APPLY = {
    "number": _numbered,
    "agree": _agreed,
    "decline": lambda facts, _event: msgspec.structs.replace(facts, instead=None),
    "nominate": _nominated,
    "admit": _become(state="admitted"),
    "not-admit": _become(state="not-admitted"),
    "withdraw": _become(state="withdrawn"),
    "attend": _become(days=lambda event: event.said.days),
    "certify": _become(
        state="done", result=lambda event: event.said.result, item=lambda event: event.said.item or ""
    ),
    "done": _become(state="done"),
}
_GUARDS = {
    "open": _may_set,
    "number": _may_set,
    "agree": _may_agree,
    "nominate": _may_nominate,
    "admit": _may_admit,
    "not-admit": _is("asked"),
    "withdraw": _is("asked", "admitted"),
    "attend": _may_attend,
    "certify": _may_end,
    "done": _may_end,
}


def _dates(facts: PlaceFacts, _state: str) -> Iterable[Span]:
    for name, place in sorted(facts.nominees.items()):
        status = status_of(off=place.state in ("not-admitted", "withdrawn"), open_=place.state == "asked")
        yield Span(place.begins, place.ends, place.function, name, status)


TRAINING = Kind(
    name="training",
    noun="year of training",
    what="Training places of a year: their number, nominations, attendance, certificates.",
    clause="training",
    table=TRAINING_TABLE,
    events=TRAINING_EVENTS,
    begin=_opened,
    find=lambda said, terms, _opener, _other: _fitting(terms.training, said, "training", terms),
    title=lambda facts: f"training {facts.opening.year} by {facts.by}",
    apply={word: _APPLY[word] for word in _APPLY if word in TRAINING_EVENTS},
    guards={word: _GUARDS[word] for word in _GUARDS if word in TRAINING_EVENTS},
    roles=_roles,
    typed=lambda said: [said.function] if isinstance(said, Nominate) else [],
    subject=lambda said: f"{said.by} {said.year}",
    dates=_dates,
    occasion=_occasion("training"),
    costless=_costless,
)
QUOTA = Kind(
    name="quota",
    noun="year of a quota",
    what="A quota of a year: stays, treatments; their number, who has them, counted.",
    clause="quota",
    table=QUOTA_TABLE,
    events=QUOTA_EVENTS,
    begin=_opened,
    find=lambda said, terms, _opener, _other: _fitting(terms.quota, said, said.quota, terms),
    title=lambda facts: f"{facts.opening.quota} {facts.opening.year} by {facts.by}",
    apply={word: _APPLY[word] for word in _APPLY if word in QUOTA_EVENTS},
    guards={word: _GUARDS[word] for word in _GUARDS if word in QUOTA_EVENTS},
    roles=_roles,
    typed=lambda said: (
        [said.quota] if isinstance(said, OpenQuota) else [said.function] if isinstance(said, Nominate) else []
    ),
    subject=lambda said: f"{said.quota} {said.by} {said.year}",
    dates=_dates,
    occasion=_occasion("quota"),
)
