"""Agreements: what is held, what is proposed; one as text and clauses side by side, with its life."""

from typing import Any, ClassVar

from comity.console.view import View
from comity.console.visit import Visit


class Agreements(View, frozen=True, kw_only=True):
    """Agreements held and texts proposed.

    Attributes:
        rows: the agreements held, with their state now.
        proposals: texts proposed to this Party, and its own that others declined.
        may_sign: whether this officer signs.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    proposals: list[dict[str, Any]]
    may_sign: bool


class Agreement(View, frozen=True, kw_only=True):
    """One agreement.

    Attributes:
        agreement: text, clauses, counts, life and findings.
        life: its timeline as places on a line: start and width in percent, with words.
        may_notice: whether this officer gives notices.
    """

    agreement: dict[str, Any]
    life: list[dict[str, Any]]
    may_notice: bool


def overview(visit: Visit) -> Agreements:
    """List agreements and proposals."""
    rows: Any = visit.ask("agreement-list")
    proposals: Any = visit.asked("agreement-proposals") or []
    kept = (
        "agreement",
        "digest",
        "by",
        "at",
        "state",
        "declined",
        "title",
        "parties",
        "signed_by",
        "findings",
    )
    return Agreements(
        rows=[
            {
                "id": row["id"],
                "title": row["title"],
                "parties": row["parties"],
                "state": row["status"]["state"],
                "since": row["status"]["since"],
                "until": row["status"]["until"],
                "notice_deadline": row["status"]["notice_deadline"],
                "digest": row["digest"],
            }
            for row in rows
        ],
        proposals=[{name: row[name] for name in kept} for row in proposals],
        may_sign=visit.may("agreement-sign-named"),
    )


def one(visit: Visit, id: str) -> Agreement:
    """Show one agreement.

    Raises:
        NotFound: it is not held here.
    """
    shown: Any = visit.ask("agreement-read", agreement=id, language=visit.query.get("language", ""))
    return Agreement(agreement=shown, life=_life(shown["timeline"]), may_notice=visit.may("agreement-notice"))


def _life(stretches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the stretches that begin and end as equal places on a line: order and states matter, not scale."""
    shown = [each for each in stretches if each["since"] or each["until"]]
    width = 100 / len(shown) if shown else 100
    return [
        {**each, "start": round(place * width, 2), "width": round(width, 2)}
        for place, each in enumerate(shown)
    ]
