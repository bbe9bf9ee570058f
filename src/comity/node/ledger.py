"""The ledger between this Party and another: costs from all matters, how each stands, what is owed.

It is worked out from the matters, which both nodes hold, each time one is read (`matter_log.py`), so it cannot disagree
with them. A charge that a peer claims is held against it before an officer accepts.
"""

from decimal import Decimal
from typing import cast

import msgspec

from comity.cooperation.charges import ChargeFacts
from comity.cooperation.currencies import in_units
from comity.cooperation.ledger import Balance, Entry, balances, set_off
from comity.cooperation.matter import Matter
from comity.node.matter_log import find_matter, log_of, matter_from, matters_listed, read_anew
from comity.node.node import Node
from comity.ports import Transaction

_ENTRY = msgspec.json.Decoder(Entry)
_EVERYTHING = 1_000_000


class Line(msgspec.Struct, frozen=True):
    """A cost with how it stands: `open` until claimed, then as its charge does."""

    entry: Entry
    peer: str
    state: str
    charge: str = ""


class Ledger(msgspec.Struct, frozen=True):
    """Costs between this Party and others, and what is still owed of them, currency by currency.

    Attributes:
        lines: by day; as many as were asked for. `after`: what goes on behind them, empty at the end.
        owed: over all of them.
        open: Party and currency of the costs that nobody has claimed yet.
    """

    lines: tuple[Line, ...]
    owed: tuple[Balance, ...]
    open: tuple[tuple[str, str], ...] = ()
    after: str = ""


def ledger_of(
    node: Node, transaction: Transaction, peer: str = "", *, after: str = "", limit: int = _EVERYTHING
) -> Ledger:
    """Give the ledger with one Party, or all, by day; `after` is what the page before said to go on with."""
    read_anew(node, transaction)
    on, _, event = after.partition(" ")
    rows = transaction.costs(peer=peer, after=(on, event), limit=limit + 1)
    shown = rows[:limit]
    sums: dict[str, list[tuple[str, Decimal]]] = {}
    for other, currency, net in transaction.costs_owed(peer):
        sums.setdefault(other, []).append((currency, Decimal(net)))
    owed = [
        balance
        for other, owes in sorted(sums.items())
        for balance in set_off(owes, node.party, other)
        if balance.amount
    ]
    return Ledger(
        tuple(Line(_ENTRY.decode(row.entry), row.peer, row.state, row.charge) for row in shown),
        tuple(owed),
        tuple(transaction.costs_open(peer)),
        f"{shown[-1].on} {shown[-1].event}" if len(rows) > limit else "",
    )


class Check(msgspec.Struct, frozen=True):
    """What this node's ledger says of a charge.

    Attributes:
        charge: its id. `same`: it comes to the same here.
        unknown: costs it names that are not in this ledger, or stand in another charge.
        balance: what they come to here. `mistakes`: what differs, in words.
    """

    charge: str
    same: bool
    unknown: tuple[str, ...]
    balance: Balance | None
    mistakes: tuple[str, ...]


def check_charge(node: Node, transaction: Transaction, name: str) -> Check:
    """Hold a charge against the ledger here.

    Raises:
        NotFound: there is no such charge.
    """
    row = find_matter(transaction, name, "charge")
    charge = matter_from(node.know(transaction), row.id, log_of(transaction, row.id))
    facts = cast("ChargeFacts", charge.facts)
    lines = {line.entry.event: line for line in ledger_of(node, transaction, row.peer).lines}
    wanted = facts.claim.entries
    unknown = tuple(each for each in wanted if each not in lines or lines[each].charge not in ("", row.id))
    held = [lines[each].entry for each in wanted if each not in unknown]
    mistakes = [
        f"the cost {each[:12]} is not in this ledger, or stands in another charge" for each in unknown
    ]
    mistakes += [
        f"the cost {each.event[:12]} is in {each.currency}"
        for each in held
        if each.currency != facts.claim.currency
    ]
    mistakes += [
        f"the cost {each.event[:12]} of {each.on} is not of the period"
        for each in held
        if not facts.claim.begins <= each.on <= facts.claim.ends
    ]
    found = balances(held, node.party, row.peer)
    balance = found[0] if len(found) == 1 else None
    claimed = Decimal(facts.claim.balance)
    if balance is not None and (balance.amount, balance.debtor if claimed else facts.claim.debtor) != (
        claimed,
        facts.claim.debtor,
    ):
        ours = in_units(balance.amount, balance.currency)
        mistakes.append(
            f"it comes to {ours} owed by {balance.debtor} here, "
            f"not {facts.claim.balance} owed by {facts.claim.debtor}"
        )
    return Check(row.id, not mistakes, unknown, balance, tuple(mistakes))


def matters_with(node: Node, transaction: Transaction, peer: str) -> list[Matter]:
    """Give all matters with one Party."""
    knowledge = node.know(transaction)
    return [
        matter_from(knowledge, row.id, log_of(transaction, row.id))
        for row in matters_listed(node, transaction)
        if row.peer == peer
    ]
