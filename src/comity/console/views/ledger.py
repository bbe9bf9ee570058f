"""Ledger: costs between this Party and others, how each stands, what is owed; charges claimed, summaries drawn up."""

from typing import Any, ClassVar

from comity.console.view import View
from comity.console.visit import Visit

#: Costs of a page.
_LINES = 50


class Ledger(View, frozen=True, kw_only=True):
    """Costs and what is owed of them.

    Attributes:
        rows: the costs, by day: who spent, who bears it, by which article, how it stands. `after`: what goes on
            behind them; empty at the end.
        owed: what is owed, Party by Party and currency by currency.
        charges: charges and summaries under way, last changed first.
        peer: the Party looked at; empty for all. `parties`: those to choose from.
        currencies: currencies in which costs are open.
        period: the first and the last day that forms offer.
        may_claim: whether this officer claims charges and draws summaries up.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    after: str
    owed: list[dict[str, Any]]
    charges: list[dict[str, Any]]
    peer: str
    parties: list[str]
    currencies: list[str]
    period: list[str]
    may_claim: bool


def build(visit: Visit) -> Ledger:
    """Show the ledger."""
    peer = visit.query.get("peer", "").strip()[:253]
    found: Any = visit.ask("ledger", peer=peer, after=visit.query.get("after", "")[:400], limit=_LINES)
    peers: Any = visit.ask("peer-list")
    charges: list[dict[str, Any]] = []
    for kind in ("charge", "summary"):
        listed: Any = visit.ask("matter-find", kind=kind, peer=peer, limit=20)
        charges += listed["matters"]
    today = visit.at.date()
    return Ledger(
        rows=found["lines"],
        after=found["after"] or "",
        owed=found["owed"],
        charges=charges,
        peer=peer,
        parties=[row["party"] for row in peers],
        currencies=sorted({row["currency"] for row in found["open"]}),
        period=[today.replace(month=1, day=1).isoformat(), today.isoformat()],
        may_claim=visit.may("charge-claim"),
    )
