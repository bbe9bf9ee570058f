"""Redress: what persons asked of this Party or through it, each with its answer and the day it is due."""

from typing import Any, ClassVar

from comity.console.view import View
from comity.console.visit import Visit


class Redress(View, frozen=True, kw_only=True):
    """Persons' requests.

    Attributes:
        rows: the requests, sent on by this Party and put to it.
        necessities: acts of necessity this Party was told of or did, with their reviews.
        item: an item about which a request is to be written; empty where none is chosen.
        may_ask, may_answer: whether this officer sends requests on, and answers them.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    necessities: list[dict[str, Any]]
    item: str
    may_ask: bool
    may_answer: bool


def build(visit: Visit) -> Redress:
    """List persons' requests and acts of necessity."""
    rows: Any = visit.ask("redress-list")
    necessities: Any = visit.asked("necessity-list") or []
    return Redress(
        rows=rows,
        necessities=necessities,
        item=visit.query.get("item", "")[:64],
        may_ask=visit.may("redress-ask"),
        may_answer=visit.may("redress-grant"),
    )
