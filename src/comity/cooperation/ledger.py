"""What a matter has cost, who bears it, and what is owed: worked out from the matters themselves.

A cost is an event of a matter (`shared.py`). Who bears it follows from the facts and the expense article as they stood
when the cost was entered; so both nodes, which hold the same events and the same texts, hold the same ledger. Sums are
decimal, and a share is of whole units of its currency: what another Party owes is rounded down, and the unit that
cannot be halved stays with whoever has had the cost. So all shares of a cost come to the cost, and nobody is asked for
more than half.
"""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import cast

import msgspec

from comity.cooperation.charges import ChargeFacts
from comity.cooperation.currencies import share_of
from comity.cooperation.matter import Matter
from comity.cooperation.shared import Cost, Incurred

__all__ = [
    "TAKEN_BACK",
    "Balance",
    "Entry",
    "balances",
    "claims_of",
    "entries_of",
    "every_entry",
    "net_of",
    "owed_to",
    "set_off",
]

#: How a cost stands that was taken back.
TAKEN_BACK = "taken-back"


class Entry(msgspec.Struct, frozen=True):
    """One cost, with who bears it.

    Attributes:
        event: digest of the event that entered it; `matter`, `kind`, `agreement`, `title`: where it arose.
        what, on, words: for what, on which day.
        amount, currency: the sum (ISO 4217). `spender`: the Party that has had it.
        bearer: the article's word, or a Party. `owes`: what each other Party owes the spender for it.
        ref: the article. `unless_agreed`: the two may settle otherwise.
    """

    event: str
    matter: str
    kind: str
    agreement: str
    title: str
    what: str
    on: datetime.date
    words: str
    amount: Decimal
    currency: str
    spender: str
    bearer: str
    owes: Mapping[str, Decimal]
    ref: str
    unless_agreed: bool = False


class Balance(msgspec.Struct, frozen=True):
    """What one Party owes another in a currency once all is set off; nobody owes where `amount` is zero."""

    debtor: str
    creditor: str
    amount: Decimal
    currency: str


def entries_of(matter: Matter) -> tuple[Entry, ...]:
    """Give the costs that count in a matter and were not taken back, in its order."""
    return tuple(_entry(matter, cost) for cost in matter.costs.values() if not cost.taken_back)


def every_entry(matter: Matter) -> tuple[Entry, ...]:
    """Give the costs that count in a matter, in its order, with those taken back."""
    return tuple(_entry(matter, cost) for cost in matter.costs.values())


def _entry(matter: Matter, cost: Incurred) -> Entry:
    said, spender, borne = cast("Cost", cost.event.said), cost.event.by, cost.borne
    amount = Decimal(said.amount)
    return Entry(
        event=cost.event.digest,
        matter=matter.id,
        kind=matter.kind.name,
        agreement=matter.agreement,
        title=matter.title,
        what=said.what,
        on=said.on,
        words=said.words,
        amount=amount,
        currency=said.currency,
        spender=spender,
        bearer=borne.bearer,
        owes=owed_to(spender, amount, said.currency, borne.shares),
        ref=borne.ref,
        unless_agreed=borne.unless_agreed,
    )


def owed_to(spender: str, amount: Decimal, currency: str, shares: Mapping[str, int]) -> dict[str, Decimal]:
    """Give what each other Party owes whoever has had a cost; what is left of the sum is the spender's own to bear."""
    owes = {
        party: share_of(amount, currency, share)
        for party, share in sorted(shares.items())
        if party != spender
    }
    return {party: owed for party, owed in owes.items() if owed}


def net_of(entry: Entry, one: str, other: str) -> Decimal:
    """Give what another Party owes one for a cost; below zero, what it is owed."""
    if entry.spender == one:
        return entry.owes.get(other, Decimal(0))
    return -entry.owes.get(one, Decimal(0)) if entry.spender == other else Decimal(0)


def balances(entries: Iterable[Entry], one: str, other: str) -> tuple[Balance, ...]:
    """Set off what two Parties owe each other, currency by currency."""
    return set_off(((entry.currency, net_of(entry, one, other)) for entry in entries), one, other)


def set_off(sums: Iterable[tuple[str, Decimal]], one: str, other: str) -> tuple[Balance, ...]:
    """Set off sums that another Party owes one, each in its currency."""
    net: dict[str, Decimal] = {}
    for currency, amount in sums:
        net[currency] = net.get(currency, Decimal(0)) + amount
    return tuple(
        Balance(other, one, amount, currency) if amount >= 0 else Balance(one, other, -amount, currency)
        for currency, amount in sorted(net.items())
    )


def claims_of(matter: Matter) -> tuple[tuple[str, str], ...]:
    """Give for each cost of which a matter says how it stands, how: a charge of what it claims, others of what was
    taken back in them.

    A cost that stands in a charge that was taken back is free to be claimed again.
    """
    if matter.kind.name != "charge":
        return tuple((name, TAKEN_BACK) for name, cost in matter.costs.items() if cost.taken_back)
    if matter.facts is None or matter.state == "withdrawn":
        return ()
    facts = cast("ChargeFacts", matter.facts)
    free = matter.state == "contested"
    return tuple(
        (event, "claimed" if free and event not in facts.contested else matter.state)
        for event in dict.fromkeys(facts.claim.entries)
    )
