"""Keys: those of this Party's card, where each stands, and the next card in the making."""

from typing import Any, ClassVar

from comity.console.view import View
from comity.console.visit import Visit


class Keys(View, frozen=True, kw_only=True):
    """The keys of this Party.

    Attributes:
        rows: each with its role, functions, days and state, and whether its private half is in this home.
        roles: roles that a new key can be made for.
        version: the number of the card that is published.
        may_draft, may_publish: whether this officer drafts the next card, and publishes one.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    roles: list[str]
    version: int
    may_draft: bool
    may_publish: bool


def build(visit: Visit) -> Keys:
    """List the keys."""
    rows: Any = visit.ask("card-keys")
    line: Any = visit.ask("peer-card", party=visit.desk.node.party)
    return Keys(
        rows=rows,
        roles=sorted({row["role"] for row in rows if row["role"] != "root"}),
        version=line["version"],
        may_draft=visit.may("card-draft"),
        may_publish=visit.may("card-publish"),
    )
