"""Closing an agreement that has ended: what becomes of each item, what was answered, who has signed the account."""

from typing import Any, ClassVar

from comity.console.view import View
from comity.console.visit import Visit

#: Lines of a page, for each Party.
_LINES = 50


class Closing(View, frozen=True, kw_only=True):
    """The duty tables of an agreement, one with each other Party.

    Attributes:
        agreement: its id.
        rows: items that passed under it, with their duty and what was answered; the Party each is with.
        tables: for each other Party how it stands: state, how many passed, how many are open, who has signed, what
            goes on behind the lines shown.
        peer: the Party looked at; empty for all.
        first: whether these are the first lines.
        may_carry_out, may_sign: whether this officer carries duties out, and signs the account.
    """

    table: ClassVar[str] = "rows"

    agreement: str
    rows: list[dict[str, Any]]
    tables: list[dict[str, Any]]
    peer: str
    first: bool
    may_carry_out: bool
    may_sign: bool


def build(visit: Visit, id: str) -> Closing:
    """Show the duty tables.

    Raises:
        NotFound: the agreement is not held here.
    """
    peer, after = visit.query.get("peer", "").strip()[:253], visit.query.get("after", "")[:400]
    tables: Any = visit.ask(
        "agreement-closing", agreement=id, peer=peer, after=after if peer else "", limit=_LINES
    )
    return Closing(
        agreement=id,
        rows=[{"with": each["peer"], **line} for each in tables for line in each["lines"]],
        tables=tables,
        peer=peer,
        first=not (peer and after),
        may_carry_out=visit.may("agreement-closing-execute"),
        may_sign=visit.may("agreement-closing-sign"),
    )
