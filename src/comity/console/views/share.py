"""Sharing: compose or choose an item, choose a Party, and read the verdict before anything goes."""

from typing import Any

from comity.console.view import View
from comity.console.visit import Visit
from comity.errors import ComityError
from comity.handling.markings import TLP_LEVELS


class Compose(View, frozen=True, kw_only=True):
    """A new item, as far as it is written.

    Attributes:
        fields: what was typed so far, by field.
        markings: markings to choose from, mildest first.
        choices: Parties, purposes and categories of the agreements in force.
        verdict: what the gate would say of it for the Party and purpose chosen; None where none is chosen.
        mistake: why there is no verdict, in words; empty where there is nothing amiss.
        drafts: drafts of this officer.
    """

    fields: dict[str, str]
    markings: list[str]
    choices: dict[str, Any]
    verdict: dict[str, Any] | None
    mistake: str
    drafts: list[dict[str, str]]


class Share(View, frozen=True, kw_only=True):
    """An item that is held, about to be shared.

    Attributes:
        item: its facts.
        fields: what was chosen so far, by field.
        choices: Parties, purposes and categories of the agreements in force.
        verdict: what the gate would say; None where no Party or purpose is chosen.
        mistake: why there is no verdict, in words.
        may_ask: whether this officer may ask for consent.
    """

    item: dict[str, Any]
    fields: dict[str, str]
    choices: dict[str, Any]
    verdict: dict[str, Any] | None
    mistake: str
    may_ask: bool


_COMPOSED = (
    "title",
    "category",
    "marking",
    "kind",
    "made_from",
    "caveat",
    "retention",
    "text",
    "to",
    "purpose",
)


def compose(visit: Visit) -> Compose:
    """Show the form for a new item, with the verdict on what it says so far."""
    fields = {name: visit.query.get(name, "") for name in _COMPOSED}
    verdict, mistake = None, ""
    if fields["to"] and fields["purpose"] and fields["category"]:
        verdict, mistake = weighed(
            visit,
            to=fields["to"],
            purpose=fields["purpose"],
            category=fields["category"],
            marking=fields["marking"] or "TLP:RED",
            made_from=tuple(fields["made_from"].replace(",", " ").split()),
        )
    rows = visit.desk.node.store.read(lambda transaction: transaction.drafts(visit.officer.id))
    return Compose(
        fields=fields,
        markings=list(TLP_LEVELS),
        choices=_choices(visit),
        verdict=verdict,
        mistake=mistake,
        drafts=[{"id": row.id, "kind": row.kind, "at": row.at.isoformat()} for row in rows],
    )


def share(visit: Visit, id: str) -> Share:
    """Show the form for sharing an item, with the verdict on what is chosen so far.

    Raises:
        NotFound: it is not held here.
    """
    item: Any = visit.ask("item-show", item=id)
    fields = {name: visit.query.get(name, "") for name in ("to", "purpose", "under")}
    verdict, mistake = None, ""
    if fields["to"] and fields["purpose"]:
        verdict, mistake = weighed(visit, item=id, **{name: value for name, value in fields.items() if value})
    return Share(
        item=item,
        fields=fields,
        choices=_choices(visit),
        verdict=verdict,
        mistake=mistake,
        may_ask=visit.may("consent-ask"),
    )


def weighed(visit: Visit, **asked: Any) -> tuple[dict[str, Any] | None, str]:
    """Ask for a verdict; what keeps it from being given is put in words."""
    try:
        verdict: Any = visit.ask("share-verdict", **asked)
    except ComityError as error:
        return None, error.message
    return verdict, ""


def _choices(visit: Visit) -> dict[str, Any]:
    found: Any = visit.ask("share-choices")
    return dict(found)
