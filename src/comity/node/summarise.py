"""The figures of a period between this Party and another, the same on both sides.

They are counted from what both nodes have: disclosures that arrived (here: those receipted, there: those accepted, by
the instant the sender signed), matters and what came of them, costs. A refusal of the gate is not among them: the
other side never learns of it. What is still under way when a summary is drawn shows as a difference, by name.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import cast

import msgspec

from comity.agreements.days import end_of, local_day, start_of
from comity.clock import Instant
from comity.cooperation.currencies import in_units
from comity.cooperation.matter import Matter
from comity.cooperation.summaries import MOST_ROWS, Figure, SummaryFacts, differences
from comity.errors import BadInput
from comity.federation.statements import MAX_STATEMENT_BYTES
from comity.node.ledger import ledger_of, matters_with
from comity.node.matter_log import find_matter, governing, log_of, matter_from
from comity.node.node import Knowledge, Node
from comity.ports import Transaction

#: Kinds that are about the other kinds: they are not summed up in a summary.
_ABOUT_OTHERS = ("summary",)
_Key = tuple[str, str, str, str]
#: Of the rows; what else an event says takes little beside them.
_MOST_BYTES = MAX_STATEMENT_BYTES - 32 * 1024


def figures_with(
    node: Node, transaction: Transaction, peer: str, under: str, begins: date, ends: date
) -> tuple[Figure, ...]:
    """Count what there was between this Party and another under an agreement, from the first day to the last.

    Days and months are those of the agreement's calendar.
    """
    timeline = node.know(transaction).timelines.get(under)
    if timeline is None:
        return ()
    zone = timeline.life.zone
    since, until = start_of(begins, zone), end_of(ends, zone)
    counted: Counter[_Key] = Counter()
    for first, last in _months(begins, ends):
        for row in transaction.arrived(start_of(first, zone), end_of(last, zone), peer, under):
            by = node.party if row.ours else peer
            counted["disclosed", by, row.category, f"{first:%Y-%m}"] += row.count
    sums: dict[_Key, Decimal] = {key: Decimal(count) for key, count in counted.items()}
    for matter in matters_with(node, transaction, peer):
        of_these = matter.agreement == under and matter.kind.name not in _ABOUT_OTHERS
        if of_these and since <= matter.opened_at < until:
            _matter(matter, f"{local_day(matter.opened_at, zone):%Y-%m}", until, sums)
    for line in ledger_of(node, transaction, peer).lines:
        if line.entry.agreement == under and begins <= line.entry.on <= ends:
            heading = f"{line.entry.currency} {line.entry.what}"
            _add(sums, ("cost", line.entry.spender, heading, f"{line.entry.on:%Y-%m}"), line.entry.amount)
    return tuple(
        Figure(what=what, by=by, under=under, month=month, figure=_printed(what, under, amount))
        for (what, by, under, month), amount in sorted(sums.items())
        if amount
    )


class Comparison(msgspec.Struct, frozen=True):
    """What this node's own figures say of a summary: the rows that differ, none where they are the same."""

    summary: str
    same: bool
    rows: tuple[str, ...]


def compare(node: Node, transaction: Transaction, name: str) -> Comparison:
    """Hold a summary against one's own figures.

    Raises:
        NotFound: there is no such summary.
    """
    row = find_matter(transaction, name, "summary")
    summary = matter_from(node.know(transaction), row.id, log_of(transaction, row.id))
    drawn = cast("SummaryFacts", summary.facts).drawn
    ours = figures_with(node, transaction, row.peer, row.agreement, drawn.begins, drawn.ends)
    rows = differences(ours, drawn.figures)
    return Comparison(row.id, not rows, rows)


def check_rows(rows: Sequence[Figure]) -> None:
    """Check that a summary can hold these rows.

    Raises:
        BadInput: there are too many.
    """
    if len(rows) > MOST_ROWS or len(msgspec.json.encode(rows)) > _MOST_BYTES:
        raise BadInput(
            f"the period comes to {len(rows)} rows, more than a summary holds",
            hint="draw up several, each of a part of it: --begins, --ends",
        )


def agreement_summed(knowledge: Knowledge, peer: str, under: str, at: Instant) -> str:
    """Give the agreement whose summary is meant: the one said, else the first that provides for one; empty for none."""
    for name in [under] if under else sorted(knowledge.agreements):
        terms = governing(knowledge, name, knowledge.own.card.party, peer)(at)
        if terms is not None and (under or terms.summary):
            return name
    return ""


def _months(begins: date, ends: date) -> Iterator[tuple[date, date]]:
    """Give the first and last day of each month of a period, as far as they belong to it."""
    first = begins
    while first <= ends:
        last = min(first.replace(day=monthrange(first.year, first.month)[1]), ends)
        yield first, last
        if last == date.max:
            return
        first = last + timedelta(days=1)


def _matter(matter: Matter, month: str, until: Instant, sums: dict[_Key, Decimal]) -> None:
    """Count a matter by what had come of it when the period ended: state, ground of refusal, hours to the answer."""
    counts = [told for told in matter.story if told.counts and told.at < until]
    if not counts:
        return
    _add(sums, ("matter", matter.opener, f"{matter.kind.name} {counts[-1].after}", month), Decimal(1))
    for told in counts:
        ground = getattr(told.event.said, "ground", "")
        if told.event.word == "refuse" and ground:
            _add(sums, ("refused", told.event.by, f"{matter.kind.name} {ground}", month), Decimal(1))
        if told.event.word == "answer":
            hours = Decimal(int((told.at - matter.opened_at).total_seconds() // 3600))
            _add(sums, ("answered", told.event.by, matter.kind.name, month), Decimal(1))
            _add(sums, ("answered-hours", told.event.by, matter.kind.name, month), hours)
        if told.late:
            _add(sums, ("late", told.event.by, f"{matter.kind.name} {told.event.word}", month), Decimal(1))


def _add(sums: dict[_Key, Decimal], key: _Key, amount: Decimal) -> None:
    sums[key] = sums.get(key, Decimal(0)) + amount


def _printed(what: str, under: str, amount: Decimal) -> str:
    """Print a figure: a count in plain figures, a cost in units of the currency that its heading begins with."""
    return in_units(amount, under.split()[0]) if what == "cost" else format(amount.normalize(), "f")
