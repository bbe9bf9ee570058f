"""Summary: what passed between this Party and others, how soon questions were answered, who gave how much to whom."""

from collections import Counter
from datetime import timedelta
from typing import Any, ClassVar

from comity.console import plots
from comity.console.view import View, day_asked
from comity.console.visit import Visit
from comity.languages import _, said


class Summary(View, frozen=True, kw_only=True):
    """The figures of some months.

    Attributes:
        rows: how many items passed from whom to whom, by category and month.
        begins, ends: the first and the last day counted.
        peer: the Party looked at; empty for all.
        parties: Parties to choose from.
        flows, months, answers: plots of what passed, month by month, and of how soon questions were answered.
        by_month: the figures of the second plot: given and taken.
        answered: the figures of the third: asked, answered, hours.
        balance: for each Party, what was given to it and taken from it, and the share of either.
        total: how many items passed.
        may_draw: whether this officer draws summaries up for both to sign.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    begins: str
    ends: str
    peer: str
    parties: list[str]
    flows: plots.Plot | None
    months: plots.Plot | None
    answers: plots.Plot | None
    by_month: list[dict[str, Any]]
    answered: list[dict[str, Any]]
    balance: list[dict[str, Any]]
    total: int
    may_draw: bool


def build(visit: Visit) -> Summary:
    """Count, and draw."""
    today = visit.at.date()
    begins = day_asked(visit, "begins", (today.replace(day=1) - timedelta(days=335)).replace(day=1))
    ends = day_asked(visit, "ends", today)
    peer = visit.query.get("peer", "").strip()[:253]
    found: Any = visit.ask("flow-figures", begins=begins, ends=ends)
    own = visit.desk.node.party
    flows = [row for row in found["flows"] if peer in ("", row["giver"], row["taker"])]
    between: Counter[tuple[str, str]] = Counter()
    by_month: dict[str, list[int]] = {month: [0, 0] for month in found["months"]}
    for row in flows:
        between[row["giver"], row["taker"]] += row["count"]
        by_month[row["month"]][row["giver"] != own] += row["count"]
    answered = [row for row in found["answers"] if peer in ("", row["party"], own)]
    return Summary(
        rows=flows,
        begins=begins.isoformat(),
        ends=ends.isoformat(),
        peer=peer,
        parties=sorted(
            {row["giver"] for row in found["flows"]} | {row["taker"] for row in found["flows"]} - {own}
        ),
        flows=plots.bands(between),
        months=plots.groups(
            [
                (
                    month,
                    [
                        (_("{month}: given {count}", month=month, count=given), given),
                        (_("{month}: taken {count}", month=month, count=taken), taken),
                    ],
                )
                for month, (given, taken) in by_month.items()
            ]
        ),
        answers=plots.rows_of_bars(
            [
                (
                    f"{row['party']} ({said(row['kind'])})",
                    _hours(row["half"]),
                    row["half"],
                    1 - (row["party"] == own),
                )
                for row in answered
                if row["half"] is not None
            ]
        ),
        by_month=[
            {"month": month, "given": given, "taken": taken} for month, (given, taken) in by_month.items()
        ],
        answered=answered,
        balance=_balance(between, own),
        total=sum(between.values()),
        may_draw=visit.may("summary-draw"),
    )


def _balance(between: Counter[tuple[str, str]], own: str) -> list[dict[str, Any]]:
    others = sorted({party for pair in between for party in pair} - {own})
    found = []
    for party in others:
        given, taken = between[own, party], between[party, own]
        found.append(
            {
                "party": party,
                "given": given,
                "taken": taken,
                "share_given": round(100 * given / (given + taken)),
            }
        )
    return found


def _hours(hours: float) -> str:
    return _("{hours} h", hours=f"{hours:g}")
