"""Closing an agreement that has ended: what becomes of each item, what was answered, who has signed the account."""

from typing import Any, ClassVar

from comity.console.view import View
from comity.console.visit import Visit


class Closing(View, frozen=True, kw_only=True):
    """The duty tables of an agreement, one with each other Party.

    Attributes:
        agreement: its id.
        rows: every item that passed under it, with its duty and what was answered; the Party it is with.
        tables: for each other Party how it stands: state, what is open, who has signed.
        may_carry_out, may_sign: whether this officer carries duties out, and signs the account.
    """

    table: ClassVar[str] = "rows"

    agreement: str
    rows: list[dict[str, Any]]
    tables: list[dict[str, Any]]
    may_carry_out: bool
    may_sign: bool


def build(visit: Visit, id: str) -> Closing:
    """Show the duty tables.

    Raises:
        NotFound: the agreement is not held here.
    """
    tables: Any = visit.ask("agreement-closing", agreement=id)
    return Closing(
        agreement=id,
        rows=[{"with": each["peer"], **line} for each in tables for line in each["lines"]],
        tables=tables,
        may_carry_out=visit.may("agreement-closing-execute"),
        may_sign=visit.may("agreement-closing-sign"),
    )
