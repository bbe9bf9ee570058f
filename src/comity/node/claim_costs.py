"""Claiming the costs of a period: a charge drawn up from what is open in the ledger."""

from datetime import date

from comity.cooperation.ledger import balances
from comity.errors import RefusedHere
from comity.node.cooperate import PLAINLY, Manner, Step, open_matter
from comity.node.ledger import figures_of, ledger_of
from comity.node.node import Node
from comity.ports import Transaction

#: Most costs one charge claims.
_MOST = 500


def claim(
    node: Node,
    transaction: Transaction,
    peer: str,
    *,
    begins: date,
    ends: date,
    currency: str,
    under: str = "",
    manner: Manner = PLAINLY,
) -> Step:
    """Claim the costs of a period that nobody has claimed yet, set off into one balance.

    Raises:
        RefusedHere: there are none, or more than one charge holds.
    """
    lines = [
        line
        for line in ledger_of(node, transaction, peer).lines
        if line.state == "open"
        and line.entry.currency == currency
        and begins <= line.entry.on <= ends
        and under in ("", line.entry.agreement)
    ]
    agreements = {line.entry.agreement for line in lines}
    if not lines:
        raise RefusedHere(
            f"no cost of {begins} to {ends} in {currency} is open with {peer}",
            hint=f"comity charge ledger {peer}",
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
        "begins": begins.isoformat(),
        "ends": ends.isoformat(),
        "currency": currency,
        "entries": [line.entry.event for line in lines],
        "debtor": balance.debtor,
        "balance": figures_of(balance.amount),
    }
    return open_matter(node, transaction, "charge", peer, said, under=next(iter(agreements)), manner=manner)
