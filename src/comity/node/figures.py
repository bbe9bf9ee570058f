"""What passed between this Party and others, month by month, and how soon questions were answered.

Counted by this node as it happened: what it disclosed, by the instant of the decision, and what it took in, by the
instant it came. It is this side's account; what both sides sign is drawn up by `node/summarise.py`.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import msgspec

from comity.clock import Instant
from comity.node.matter_log import read_anew
from comity.node.node import Node
from comity.ports import Transaction

#: Months at the most in one account.
MOST_MONTHS = 36
#: The last day that can be asked for: a month is counted up to the next, and the calendar ends with the one after.
LAST_DAY = date(9999, 11, 30)
#: Requests of each kind that answer times are taken from, the newest.
_TIMED = 300


class Flow(msgspec.Struct, frozen=True):
    """How many items of a category passed from one Party to another in a month, such as `2031-03`."""

    giver: str
    taker: str
    category: str
    month: str
    count: int


class Answered(msgspec.Struct, frozen=True):
    """How soon a Party answered questions of a kind (`consent` or `request`).

    Attributes:
        asked, answered: how many questions it was asked, and how many it has answered.
        half, most: hours within which half of the answers came, and the slowest; None where none has.
    """

    party: str
    kind: str
    asked: int
    answered: int
    half: float | None
    most: float | None


class Figures(msgspec.Struct, frozen=True):
    """The account of some months: what passed, and how soon questions were answered."""

    flows: tuple[Flow, ...]
    answers: tuple[Answered, ...]


def months_from(begins: date, ends: date) -> list[date]:
    """Give the first days of the months from one day's to another's, the newest at the most."""
    found = []
    at = begins.replace(day=1)
    while at <= ends:
        found.append(at)
        at = next_month(at)
    return found[-MOST_MONTHS:]


def next_month(first: date) -> date:
    """Give the first day of the month after."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def figures(node: Node, transaction: Transaction, months: Sequence[date]) -> Figures:
    """Count some months that follow one another, by UTC."""
    flows = [
        Flow(
            node.party if row.ours else row.party,
            row.party if row.ours else node.party,
            row.category,
            row.month,
            row.count,
        )
        for row in transaction.flows(f"{months[0]:%Y-%m}", f"{months[-1]:%Y-%m}")
    ]
    since, until = _begin(months[0]), _begin(next_month(months[-1]))
    waits = [
        *_consents(node, transaction, since, until),
        *_requests(node, transaction, since, until),
    ]
    return Figures(tuple(flows), tuple(_summed(waits)))


def _consents(
    node: Node, transaction: Transaction, since: Instant, until: Instant
) -> list[tuple[str, str, float | None]]:
    """Give who was asked for consent, and after how many hours the answer was known here."""
    asked = [
        row
        for row in transaction.requests()
        if since <= row.at < until and node.party in (row.owner, row.asker)
    ]
    found = []
    for row in asked[:_TIMED]:
        answer = transaction.statement(row.answer) if row.answer else None
        found.append(("consent", row.owner, _hours(row.at, answer.known_at) if answer else None))
    return found


def _requests(
    node: Node, transaction: Transaction, since: Instant, until: Instant
) -> list[tuple[str, str, float | None]]:
    """Give who was asked for aid, and after how many hours the answer or refusal was said."""
    read_anew(node, transaction)
    return [
        (
            "request",
            peer if opened_by == node.party else node.party,
            _hours(opened_at, answered_at) if answered_at else None,
        )
        for peer, opened_by, opened_at, answered_at in transaction.answer_times(
            "request", since, until, _TIMED
        )
    ]


def _summed(waits: Sequence[tuple[str, str, float | None]]) -> list[Answered]:
    found = []
    for kind, party in sorted({(kind, party) for kind, party, _ in waits}):
        mine = [hours for a, b, hours in waits if (a, b) == (kind, party)]
        hours = sorted(each for each in mine if each is not None)
        half = hours[(len(hours) - 1) // 2] if hours else None
        found.append(Answered(party, kind, len(mine), len(hours), half, hours[-1] if hours else None))
    return found


def _hours(begin: Instant, end: Instant) -> float:
    return round(max((end - begin).total_seconds(), 0.0) / 3600, 1)


def _begin(day: date) -> Instant:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
