"""Claiming the costs of a period: a charge drawn up from what is open in the ledger."""

from datetime import date

from comity.cooperation.currencies import in_units
from comity.cooperation.ledger import balances
from comity.errors import RefusedHere
from comity.node.cooperate import PLAINLY, Manner, Step, open_matter
from comity.node.ledger import ledger_of
from comity.node.node import Node
from comity.ports import Transaction

#: Most costs one charge claims.
_MOST = 500


def claim(
    node: Node,
    transaction: Transaction,
    peer: str,
    *,
    begins: date | None = None,
    ends: date | None = None,
    currency: str = "",
    under: str = "",
    manner: Manner = PLAINLY,
) -> Step:
    """Claim the costs of a period that nobody has claimed yet, set off into one balance.

    What is not said follows from the costs: the period from the first open one to the last, and their one currency.

    Raises:
        RefusedHere: there are none, or more than one charge holds.
    """
    lines = [
        line
        for line in ledger_of(node, transaction, peer).lines
        if line.state == "open"
        and currency in ("", line.entry.currency)
        and (begins or line.entry.on) <= line.entry.on <= (ends or line.entry.on)
        and under in ("", line.entry.agreement)
    ]
    agreements = {line.entry.agreement for line in lines}
    if not lines:
        raise RefusedHere(
            f"no cost of that period and currency is open with {peer}", hint=f"comity charge ledger {peer}"
        )
    currencies = {line.entry.currency for line in lines}
    if len(currencies) > 1:
        raise RefusedHere(
            f"these costs are in {', '.join(sorted(currencies))}: each is settled by itself",
            hint="name one with --currency",
        )
    if len(agreements) > 1:
        raise RefusedHere(
            f"these costs arose under {', '.join(sorted(agreements))}", hint="name one with --under"
        )
    if len(lines) > _MOST:
        raise RefusedHere(
            f"{len(lines)} costs are more than one charge holds ({_MOST})", hint="claim a shorter period"
        )
    (balance,) = balances((line.entry for line in lines), node.party, peer)
    said = {
        "begins": (begins or min(line.entry.on for line in lines)).isoformat(),
        "ends": (ends or max(line.entry.on for line in lines)).isoformat(),
        "currency": next(iter(currencies)),
        "entries": [line.entry.event for line in lines],
        "debtor": balance.debtor,
        "balance": in_units(balance.amount, balance.currency),
    }
    return open_matter(node, transaction, "charge", peer, said, under=next(iter(agreements)), manner=manner)
