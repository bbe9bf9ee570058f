"""Direct contacts: two offices of the two Parties in touch with each other.

An office acts only under its mandate: the kinds of work the agreement lets it do, with whom, and through whom.
Whoever the article wants told of every contact is named in it. Sources: the agreements of 1989, art. IV and V(2), and
of 1987, art. 7; `specs/clauses.md`, `office`.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, cast

import msgspec

from comity.agreements.clauses import Office
from comity.agreements.terms import Terms
from comity.cooperation.event import Event
from comity.cooperation.kind import (
    EITHER,
    OPENER,
    OTHER,
    Case,
    EventForm,
    Facts,
    Found,
    Kind,
    Span,
    against,
    status_of,
    step,
)
from comity.cooperation.requests import Because, Nothing
from comity.cooperation.said import Day, Items, Said, Word, Words, means
from comity.decisions.decision import Ground

__all__ = ["CONTACT"]


class Reach(Said, frozen=True, kw_only=True):
    """Begins a contact between two offices."""

    office: Annotated[Word, means("the office that begins it")]
    with_: Annotated[Word, means("the office on the other side")] = msgspec.field(name="with")
    words: Annotated[Words, means("what it is about, nothing confidential")]
    way: Annotated[Literal["meeting", "call", "letter"], means("how they are in touch")] = "letter"
    on: Annotated[Day | None, means("on which day")] = None


class Account(Said, frozen=True, kw_only=True):
    """Tells what came of a contact."""

    words: Annotated[Words, means("what came of it, nothing confidential")]
    items: Annotated[Items, means("items that hold it, which the other Party has been given")] = ()


class ContactFacts(Facts, frozen=True, kw_only=True):
    """What is the case: how often they accounted for it."""

    accounts: int = 0


TABLE = {
    "": {"open": step(OPENER, "begun")},
    "begun": {
        "acknowledge": step(OTHER, "established"),
        "decline": step(OTHER, "declined", lives_on=True),
        "withdraw": step(OPENER, "withdrawn", lives_on=True),
    },
    "established": {
        "account": step(EITHER, "established"),
        "close": step(EITHER, "closed", lives_on=True),
    },
    "declined": {},
    "withdrawn": {},
    "closed": {},
}
EVENTS = {
    "open": EventForm(Reach, "Begin a contact between two offices.", "lets {office} reach {with}: {words}"),
    "acknowledge": EventForm(Nothing, "Say that the office is in touch.", "is in touch"),
    "decline": EventForm(Because, "Decline it.", "declines: {because}"),
    "account": EventForm(Account, "Tell what came of it.", "tells what came of it: {words}"),
    "withdraw": EventForm(Because, "Take it back.", "takes it back: {because}"),
    "close": EventForm(Because, "Close it.", "closes it: {because}"),
}


def _find(said: Any, terms: Terms, opener: str, other: str) -> Found:
    asked = cast("Reach", said)
    ends = ((asked.office, opener), (asked.with_, other))
    offices: list[Office] = []
    for name, party in ends:
        office = terms.offices.get(name)
        if office is None or office.party != party:
            near = next(iter(terms.offices.values()), None)
            ref = str(near.ref) if near is not None else "matter rule 4 article"
            return Found(against=(Ground(ref, f"`{name}` is not an office of {party} by any article", 4),))
        offices.append(office)
    for office, counterpart in zip(offices, reversed(offices), strict=True):
        contacts = office.with_
        if contacts is not None and not {counterpart.id, counterpart.party, f"kind:{counterpart.kind}"} & set(
            contacts
        ):
            text = f"office `{office.id}` has no contact with `{counterpart.id}`"
            return Found(against=(Ground(str(office.ref), text, 4),))
    return Found(tuple(offices))


def _remarks(case: Case) -> Iterable[Ground]:
    """Say whom the articles want told of every contact."""
    for clause in case.clauses:
        if isinstance(clause, Office) and clause.coordinated_with:
            yield against(clause, f"to be told of every contact: {', '.join(clause.coordinated_with)}")


def _may_open(case: Case, event: Event) -> Iterable[Ground]:
    said = cast("Reach", event.said)
    if event.office and event.office != said.office:
        yield against(case.clauses[0], f"`{event.office}` begins no contact for `{said.office}`")


def _dates(facts: ContactFacts, state: str) -> Iterable[Span]:
    day = facts.opening.on
    if day is not None:
        status = status_of(off=state in ("declined", "withdrawn"), open_=state == "begun")
        yield Span(day, day, facts.opening.way, "", status)


CONTACT = Kind(
    name="contact",
    noun="contact",
    what="A direct contact between two offices, under their mandates.",
    clause="office",
    table=TABLE,
    events=EVENTS,
    begin=lambda event: ContactFacts(opening=event.said),
    find=_find,
    title=lambda facts: f"{facts.opening.office} and {facts.opening.with_}: {facts.opening.words}",
    apply={
        "account": lambda facts, _event: msgspec.structs.replace(facts, accounts=facts.accounts + 1),
    },
    guards={"open": _may_open},
    remarks=_remarks,
    dates=_dates,
)
