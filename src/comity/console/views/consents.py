"""Consents: asked of this Party and by it, given and received; what one would open, before it is given."""

from typing import Any, ClassVar

from comity.console.view import View
from comity.console.visit import Visit
from comity.errors import NotFound
from comity.languages import _


class Consents(View, frozen=True, kw_only=True):
    """Requests and consents.

    Attributes:
        rows: requests, newest first.
        given: consents known here: by this Party, and for it.
        may_give: whether this officer gives consents.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    given: list[dict[str, Any]]
    may_give: bool


class Request(View, frozen=True, kw_only=True):
    """One request for consent.

    Attributes:
        request: its facts.
        item: the item it is about, as far as it is known here; None where it is not.
        preview: what granting it would open; None where this officer does not give consents.
        may_give: whether this officer gives consents.
    """

    request: dict[str, Any]
    item: dict[str, Any] | None
    preview: dict[str, Any] | None
    may_give: bool


def overview(visit: Visit) -> Consents:
    """List requests and consents."""
    rows: Any = visit.ask("consent-list")
    given: Any = visit.ask("consent-given")
    return Consents(rows=rows, given=given, may_give=visit.may("consent-grant"))


def one(visit: Visit, id: str) -> Request:
    """Show one request.

    Raises:
        NotFound: there is none of that name.
    """
    rows: Any = visit.ask("consent-list")
    found = next((row for row in rows if row["id"] == id), None)
    if found is None:
        raise NotFound(_("there is no such request"))
    try:
        item: Any = visit.asked("item-show", item=found["item"])
    except NotFound:
        item = None
    # a refusal may still become a grant; what only goes through here is another's to answer
    mine = found["owner"] == visit.desk.node.party and found["state"] in ("asked", "refused")
    preview: Any = visit.asked("consent-preview", request=id) if mine and visit.may("consent-grant") else None
    return Request(request=found, item=item, preview=preview, may_give=mine and visit.may("consent-grant"))
