"""Events that every kind of matter has: a note, a cost, a cost taken back, and "this needs a protocol".

They change no state and may be said by either Party while the matter lasts and after. A cost names who had it and for
what; who bears it follows from the facts and the expense article (`expense.py`) as they stand when it counts, and stays
so whatever comes later; without an article it is refused. Whoever has had it may take it back.
"""

import datetime
from collections.abc import Iterable, Mapping
from typing import Annotated, cast

import msgspec

from comity.agreements.days import local_day, zone_of
from comity.cooperation.currencies import amiss
from comity.cooperation.event import Event
from comity.cooperation.expense import Borne, borne_by
from comity.cooperation.kind import Case, EventForm, Kind, against
from comity.cooperation.said import (
    Amount,
    Currency,
    DayPast,
    ItemName,
    Items,
    Remark,
    Said,
    Word,
    Words,
    means,
)
from comity.decisions.decision import Ground

__all__ = ["SHARED", "Cost", "Incurred", "NeedsProtocol", "Note", "costs_after", "guard_of", "shared_by"]


class Note(Said, frozen=True, kw_only=True):
    """A remark."""

    words: Annotated[Words, means("the remark")]
    items: Annotated[Items, means("items it refers to, which the other Party has been given")] = ()


class Cost(Said, frozen=True, kw_only=True):
    """A cost one Party has had."""

    what: Annotated[
        Word, means("what it was for, as the expense article calls it: stay, transport, salaries")
    ]
    amount: Annotated[Amount, means("the sum, in decimal figures")]
    currency: Annotated[Currency, means("its currency, ISO 4217")]
    on: Annotated[DayPast, means("the day it was had")]
    words: Annotated[Remark, means("what exactly")] = ""
    items: Annotated[Items, means("receipts, as items the other Party has been given")] = ()


class StrikeCost(Said, frozen=True, kw_only=True):
    """Takes back a cost of one's own."""

    entry: Annotated[ItemName, means("the cost, by the event that entered it")]
    because: Annotated[Words, means("the reason")]


class NeedsProtocol(Said, frozen=True, kw_only=True):
    """Says that the matter cannot be settled under the text as it is."""

    because: Annotated[Words, means("what the text does not settle")]
    changes: Annotated[Word, means("the kind of clause the protocol would add or change")]


class Incurred(msgspec.Struct, frozen=True):
    """A cost that counts.

    Attributes:
        event: what entered it.
        borne: who bears it, by the facts and the articles as they stood when it counted.
        taken_back: whoever has had it has taken it back.
    """

    event: Event
    borne: Borne
    taken_back: bool = False


SHARED: Mapping[str, EventForm] = {
    "note": EventForm(Note, "Add a remark.", "remarks: {words}"),
    "cost": EventForm(
        Cost,
        "Enter a cost; who bears it follows from the expense article.",
        "had a cost on {on}: {what} {amount} {currency}",
    ),
    "strike-cost": EventForm(
        StrikeCost,
        "Take back a cost of one's own that no accepted charge claims.",
        "takes back the cost {entry}: {because}",
    ),
    "needs-protocol": EventForm(
        NeedsProtocol,
        "Say that the matter needs a protocol, and draft one.",
        "says it needs a protocol: {because}",
    ),
}


#: Events of what may cost something.
_OF_COSTS = ("cost", "strike-cost")


def shared_by(kind: Kind) -> tuple[str, ...]:
    """Give the events of every kind that a kind can have: only what may cost something has costs."""
    return tuple(word for word in SHARED if word not in _OF_COSTS or kind.occasion is not None)


def guard_of(
    kind: Kind, word: str, case: Case, event: Event, costs: Mapping[str, Incurred]
) -> Iterable[Ground]:
    """Give what stands against an event that every kind has; `costs`: those that count so far, by their events."""
    if word in _OF_COSTS and kind.occasion is None:
        yield Ground("matter rule 4 article", f"`{kind.name}` has no costs to share", 4)
    elif word == "cost":
        yield from _against_cost(kind, case, event)
    elif word == "strike-cost":
        yield from _against_strike(case, event, costs.get(cast("StrikeCost", event.said).entry))
    elif word == "needs-protocol":
        yield from _protocol_grounds(cast("NeedsProtocol", event.said).changes)


def costs_after(
    kind: Kind, case: Case, event: Event, costs: Mapping[str, Incurred]
) -> Mapping[str, Incurred]:
    """Give the costs that count, by their events, after an event that counts."""
    if event.word == "cost":
        borne = _borne(kind, case, event)
        return {**costs, event.digest: Incurred(event, borne)} if isinstance(borne, Borne) else costs
    if event.word == "strike-cost":
        entry = cast("StrikeCost", event.said).entry
        return {**costs, entry: msgspec.structs.replace(costs[entry], taken_back=True)}
    return costs


def _borne(kind: Kind, case: Case, event: Event) -> Borne | Ground:
    assert kind.occasion is not None
    return borne_by(case.terms, kind.occasion(case), cast("Cost", event.said).what, event.by)


def _against_cost(kind: Kind, case: Case, event: Event) -> Iterable[Ground]:
    said = cast("Cost", event.said)
    yield from kind.costless(case, event)
    found = _borne(kind, case, event)
    if isinstance(found, Ground):
        yield found
        return
    yield from amiss(found.ref, said.amount, said.currency)
    if found.currency and said.currency != found.currency:
        yield against(found.ref, f"it is settled in {found.currency}, not in {said.currency}")
    first = _first_day(kind, case)
    if said.on < first:
        yield against(found.ref, f"{said.on} is before the first day of what it is a cost of, {first}")


def _first_day(kind: Kind, case: Case) -> datetime.date:
    """Give the first day on which a matter can have cost something: it was opened then, or names it as a beginning."""
    opened = local_day(case.opened_at, zone_of(case.terms.zone))
    spans = kind.dates(case.facts, case.state) if kind.dates is not None else ()
    return min(
        opened,
        getattr(case.facts.opening, "begins", opened),
        *(span.begins for span in spans if span.status == "confirmed"),
        *kind.beginnings(case.facts),
    )


def _against_strike(case: Case, event: Event, cost: Incurred | None) -> Iterable[Ground]:
    if cost is None:
        yield against(case.clauses[0], "it names no cost of this matter")
    elif cost.event.by != event.by:
        yield against(
            cost.borne.ref, f"the cost is {cost.event.by}'s own: contest it in the charge that claims it"
        )
    elif cost.taken_back:
        yield against(cost.borne.ref, "the cost was taken back already")


def _protocol_grounds(changes: str) -> Iterable[Ground]:
    from comity.agreements.clauses import KINDS

    if changes not in KINDS:
        yield Ground("matter rule 7 terms", f"`{changes}` is not a kind of clause", 7)
