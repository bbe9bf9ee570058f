"""Charges: the costs of a period claimed, accepted or contested, set off, paid, and settled.

A charge names the costs it claims by their events and what they come to once set off. Each node works the sum out for
itself before its officer accepts (`node/ledger.py`). Sources: the agreements of 1989, art. XI and XIII, and of 1987,
art. 6; `specs/clauses.md`, `expense`.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, cast

import msgspec

from comity.agreements.terms import Terms
from comity.cooperation.currencies import finer
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
    against,
    day_of,
    step,
)
from comity.cooperation.requests import Because, Nothing
from comity.cooperation.said import (
    Amount,
    Currency,
    Day,
    DayPast,
    Items,
    PartyName,
    Remark,
    Said,
    Words,
    means,
)
from comity.decisions.decision import Ground

__all__ = ["CHARGE", "ChargeFacts", "Claim"]


class Claim(Said, frozen=True, kw_only=True):
    """Claims the costs of a period."""

    begins: Annotated[Day, means("the first day of the period")]
    ends: Annotated[Day, means("the last day of the period")]
    currency: Annotated[Currency, means("the currency, ISO 4217")]
    entries: Annotated[Items, means("the costs, by the events that entered them")]
    debtor: Annotated[PartyName, means("the Party that owes the balance")]
    balance: Annotated[Amount, means("what is owed once all is set off, in decimal figures")]
    words: Annotated[Remark, means("a remark")] = ""


class Contest(Said, frozen=True, kw_only=True):
    """Contests costs."""

    entries: Annotated[Items, means("the costs contested, by the events that entered them")]
    because: Annotated[Words, means("the reason")]


class Pay(Said, frozen=True, kw_only=True):
    """Says that the balance was paid."""

    on: Annotated[DayPast, means("the day it was paid")]
    reference: Annotated[Words, means("the reference of the payment, by which the creditor finds it")]


class ChargeFacts(Facts, frozen=True, kw_only=True):
    """What is the case: what is claimed now, what of it is contested, how it was paid."""

    claim: Claim
    contested: tuple[str, ...] = ()
    because: str = ""
    paid: Pay | None = None


TABLE = {
    "": {"open": step(OPENER, "claimed")},
    "claimed": {
        "accept": step(OTHER, "accepted", lives_on=True),
        "contest": step(OTHER, "contested", lives_on=True),
        "withdraw": step(OPENER, "withdrawn", lives_on=True),
    },
    "contested": {
        "amend": step(OPENER, "claimed", lives_on=True),
        "withdraw": step(OPENER, "withdrawn", lives_on=True),
    },
    "accepted": {
        "pay": step("debtor", "paid", lives_on=True),
        "close": step(EITHER, "settled", lives_on=True),
    },
    "paid": {"receive": step("creditor", "settled", lives_on=True)},
    "settled": {},
    "withdrawn": {},
}
EVENTS = {
    "open": EventForm(
        Claim,
        "Claim the costs of a period.",
        "claims {balance} {currency} from {debtor} for {begins} to {ends}",
    ),
    "accept": EventForm(Nothing, "Accept what is claimed.", "accepts it"),
    "contest": EventForm(Contest, "Contest costs that are claimed.", "contests: {because}"),
    "amend": EventForm(
        Claim, "Claim anew, without what was contested.", "claims {balance} {currency} from {debtor} instead"
    ),
    "withdraw": EventForm(Because, "Take the charge back.", "takes it back: {because}"),
    "pay": EventForm(Pay, "Say that the balance was paid.", "has paid on {on}: {reference}"),
    "close": EventForm(Nothing, "Close a charge that comes to nothing.", "closes it"),
    "receive": EventForm(Nothing, "Say that the payment has come.", "has received it"),
}


def _find(_said: Any, terms: Terms, _opener: str, _other: str) -> Found:
    if terms.expense:
        return Found(tuple(terms.expense))
    text = f"no expense article of {terms.agreement_id} speaks of any cost"
    return Found(against=(Ground("matter rule 4 article", text, 4),))


def _may_claim(case: Case, event: Event) -> Iterable[Ground]:
    claim = cast("Claim", event.said)
    where = case.clauses[0]
    if claim.debtor not in (case.opener, case.other):
        yield against(where, f"{claim.debtor} is neither of the two Parties")
    if claim.ends < claim.begins:
        yield against(where, "the period ends before it begins")
    if claim.begins > day_of(case, event):
        yield against(where, f"the period begins on {claim.begins}, which has not come yet")
    if not claim.entries or len(set(claim.entries)) != len(claim.entries):
        yield against(where, "it names no cost, or one of them twice")
    yield from finer(str(where.ref), claim.balance, claim.currency)


def _may_contest(case: Case, event: Event) -> Iterable[Ground]:
    said = cast("Contest", event.said)
    claimed = set(case.facts.claim.entries)
    if not said.entries or not set(said.entries) <= claimed:
        yield against(case.clauses[0], "it contests no cost, or one that is not claimed")


def _may_pay(case: Case, _event: Event) -> Iterable[Ground]:
    if not Decimal(case.facts.claim.balance):
        yield against(case.clauses[0], "there is nothing to pay: it comes to nothing")


def _may_close(case: Case, _event: Event) -> Iterable[Ground]:
    if Decimal(case.facts.claim.balance):
        yield against(case.clauses[0], "there is a balance to be paid first")


def _roles(facts: ChargeFacts, opener: str, other: str) -> Mapping[str, str]:
    debtor = facts.claim.debtor
    return {"debtor": debtor, "creditor": other if debtor == opener else opener}


def _claimed(facts: ChargeFacts, event: Event) -> ChargeFacts:
    return msgspec.structs.replace(facts, claim=cast("Claim", event.said), contested=(), because="")


def _contested(facts: ChargeFacts, event: Event) -> ChargeFacts:
    said = cast("Contest", event.said)
    return msgspec.structs.replace(facts, contested=said.entries, because=said.because)


CHARGE = Kind(
    name="charge",
    noun="charge",
    what="The costs of a period: claimed, accepted or contested, set off, paid, settled.",
    clause="expense",
    table=TABLE,
    events=EVENTS,
    begin=lambda event: ChargeFacts(opening=event.said, claim=cast("Claim", event.said)),
    find=_find,
    title=lambda facts: (
        f"{facts.claim.balance} {facts.claim.currency}, {facts.claim.begins} to {facts.claim.ends}"
    ),
    apply={
        "amend": _claimed,
        "contest": _contested,
        "pay": lambda facts, event: msgspec.structs.replace(facts, paid=event.said),
    },
    guards={
        "open": _may_claim,
        "amend": _may_claim,
        "contest": _may_contest,
        "pay": _may_pay,
        "close": _may_close,
    },
    roles=_roles,
    reckoned={"amend": ("begins", "ends", "currency", "entries", "debtor", "balance")},
)
