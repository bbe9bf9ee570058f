"""Materials: textbooks, research, documentation, regulations, software, experience; asked for or offered, sent,
received.

The things themselves are items of category `materials.<kind>` and pass the gate; here stands who asked for what, and
whether it came. Sources: the agreements of 1989, art. II(1) indents 4–6 and VIII(2), and of 1987, art. 3;
`specs/clauses.md`, `materials`.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, cast

import msgspec

from comity.agreements.days import end_of, zone_of
from comity.agreements.terms import Terms
from comity.cooperation.event import Event
from comity.cooperation.expense import if_free
from comity.cooperation.kind import (
    OPENER,
    Case,
    Deadline,
    EventForm,
    Facts,
    Found,
    Kind,
    Occasion,
    against,
    step,
    stranger,
    unagreed,
    unprovided,
)
from comity.cooperation.requests import Because, Nothing
from comity.cooperation.said import Day, Items, PartyName, Remark, Said, Word, Words, means
from comity.decisions.decision import Ground

__all__ = ["MATERIALS"]


class Seek(Said, frozen=True, kw_only=True):
    """Asks for materials, or offers them."""

    material: Annotated[
        Word, means("what kind, as the article calls it: textbooks, research, regulations, experience")
    ]
    words: Annotated[Words, means("which ones")]
    giver: Annotated[PartyName, means("the Party that gives them")]
    until: Annotated[Day | None, means("by when they are wanted")] = None


class Send(Said, frozen=True, kw_only=True):
    """Says what was sent: items the other Party has been given."""

    items: Annotated[Items, means("the items that hold them, which the other Party has been given")]
    words: Annotated[Remark, means("a remark")] = ""


class MaterialsFacts(Facts, frozen=True, kw_only=True):
    """What is the case: whether the two have agreed, and which items were sent."""

    agreed: bool = False
    items: tuple[str, ...] = ()


TABLE = {
    "": {"open": step(OPENER, "proposed")},
    "proposed": {
        "agree": step("answerer", "agreed"),
        "decline": step("answerer", "declined", lives_on=True),
        "withdraw": step(OPENER, "withdrawn", lives_on=True),
    },
    "agreed": {
        "send": step("giver", "sent"),
        "withdraw": step(OPENER, "withdrawn", lives_on=True),
    },
    "sent": {"send": step("giver", "sent"), "receive": step("receiver", "received", lives_on=True)},
    "received": {},
    "declined": {},
    "withdrawn": {},
}
EVENTS = {
    "open": EventForm(
        Seek,
        "Ask for materials, or offer them.",
        "proposes {material} from {giver}: {words}",
        "proposes {material} from {giver} by {until}: {words}",
    ),
    "agree": EventForm(Nothing, "Agree to it.", "agrees"),
    "decline": EventForm(Because, "Decline it.", "declines: {because}"),
    "withdraw": EventForm(Because, "Take it back.", "takes it back: {because}"),
    "send": EventForm(Send, "Say what was sent.", "has sent them"),
    "receive": EventForm(Nothing, "Say that they have come.", "has them"),
}


def _find(said: Any, terms: Terms, _opener: str, _other: str) -> Found:
    asked = cast("Seek", said)
    fitting: tuple[Any, ...] = tuple(each for each in terms.materials if asked.material in each.kinds)
    if asked.material == "experience":  # experience is information: an exchange article may provide for it
        fitting += tuple(each for each in terms.exchange if each.category.split(".")[0] == "experience")
    if fitting:
        return Found(fitting)
    return unprovided(terms, terms.materials, asked.material)


def _may_open(case: Case, event: Event) -> Iterable[Ground]:
    giver = cast("Seek", event.said).giver
    if giver not in (case.opener, case.other):
        yield stranger(case.clauses[0], giver)


def _may_send(case: Case, event: Event) -> Iterable[Ground]:
    if not cast("Send", event.said).items:
        yield against(case.clauses[0], "it names no item")


def _roles(facts: MaterialsFacts, opener: str, other: str) -> Mapping[str, str]:
    giver = cast("Seek", facts.opening).giver
    return {"giver": giver, "receiver": other if giver == opener else opener, "answerer": other}


def _deadlines(case: Case) -> Iterable[Deadline]:
    said = cast("Seek", case.facts.opening)
    if said.until is not None and case.state in ("proposed", "agreed"):
        at = end_of(said.until, zone_of(case.terms.zone))
        yield Deadline(at, "send", said.giver, str(case.clauses[0].ref) if case.clauses else "")


def _occasion(case: Case) -> Occasion:
    giver = cast("Seek", case.facts.opening).giver
    return Occasion("materials", sending=giver, receiving=case.counterpart(giver), initiator=case.opener)


def _costless(case: Case, _event: Event) -> Iterable[Ground]:
    """What every article that provides for it calls free costs nothing, nor what the two never agreed to."""
    if not case.facts.agreed:
        yield from unagreed(case)
    free = [ground for each in case.clauses for ground in if_free(each)]
    if len(free) == len(case.clauses):
        yield free[0]


MATERIALS = Kind(
    name="materials",
    noun="exchange of materials",
    what="Textbooks, research, regulations, software, experience: asked for or offered, sent as items, received.",
    clause="materials",
    table=TABLE,
    events=EVENTS,
    begin=lambda event: MaterialsFacts(opening=event.said),
    find=_find,
    title=lambda facts: f"{facts.opening.material}: {facts.opening.words}",
    apply={
        "agree": lambda facts, _event: msgspec.structs.replace(facts, agreed=True),
        "send": lambda facts, event: msgspec.structs.replace(facts, items=(*facts.items, *event.said.items)),
    },
    guards={"open": _may_open, "send": _may_send},
    roles=_roles,
    typed=lambda said: [said.material] if isinstance(said, Seek) else [],
    deadlines=_deadlines,
    occasion=_occasion,
    costless=_costless,
)
