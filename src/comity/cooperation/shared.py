"""Events that every kind of matter has: a note, a cost, and "this needs a protocol".

They change no state and may be said by either Party while the matter lasts and after. A cost names who had it and for
what; who bears it follows from the expense article (`expense.py`), and without one it is refused.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, cast

from comity.cooperation.currencies import amiss
from comity.cooperation.event import Event
from comity.cooperation.expense import borne_by
from comity.cooperation.kind import Case, EventForm, Kind, Occasion, against
from comity.cooperation.said import Amount, Currency, DayPast, Items, Remark, Said, Word, Words, means
from comity.decisions.decision import Ground

__all__ = ["SHARED", "Cost", "NeedsProtocol", "Note", "guard_of", "shared_by"]


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


class NeedsProtocol(Said, frozen=True, kw_only=True):
    """Says that the matter cannot be settled under the text as it is."""

    because: Annotated[Words, means("what the text does not settle")]
    changes: Annotated[Word, means("the kind of clause the protocol would add or change")]


SHARED: Mapping[str, EventForm] = {
    "note": EventForm(Note, "Add a remark.", "remarks: {words}"),
    "cost": EventForm(
        Cost,
        "Enter a cost; who bears it follows from the expense article.",
        "had a cost: {what} {amount} {currency}",
    ),
    "needs-protocol": EventForm(
        NeedsProtocol,
        "Say that the matter needs a protocol, and draft one.",
        "says it needs a protocol: {because}",
    ),
}


def shared_by(kind: Kind) -> tuple[str, ...]:
    """Give the events of every kind that a kind can have: only what may cost something has costs."""
    return tuple(word for word in SHARED if word != "cost" or kind.occasion is not None)


def guard_of(kind: Kind, word: str, case: Case, event: Event) -> Iterable[Ground]:
    """Give what stands against an event that every kind has."""
    if word == "cost":
        if kind.occasion is None:
            yield Ground("matter rule 4 article", f"`{kind.name}` has no costs to share", 4)
            return
        yield from _against_cost(case, kind.occasion(case), cast("Cost", event.said), event.by)
    if word == "needs-protocol":
        yield from _protocol_grounds(cast("NeedsProtocol", event.said).changes)


def _against_cost(case: Case, occasion: Occasion, said: Cost, spender: str) -> Iterable[Ground]:
    found = borne_by(case.terms, occasion, said.what, spender)
    if isinstance(found, Ground):
        yield found
        return
    yield from amiss(found.ref, said.amount, said.currency)
    if found.currency and said.currency != found.currency:
        yield against(found.ref, f"it is settled in {found.currency}, not in {said.currency}")


def _protocol_grounds(changes: str) -> Iterable[Ground]:
    from comity.agreements.clauses import KINDS

    if changes not in KINDS:
        yield Ground("matter rule 7 terms", f"`{changes}` is not a kind of clause", 7)
