"""The figures of a period between this Party and another, the same on both sides.

They are counted from what both nodes have: disclosures that arrived (here: those receipted, there: those accepted, by
the instant the sender signed), matters and what came of them, costs. A refusal of the gate is not among them: the
other side never learns of it. What is still under way when a summary is drawn shows as a difference, by name.
"""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import cast

import msgspec

from comity.clock import Instant
from comity.cooperation.currencies import in_units
from comity.cooperation.matter import Matter
from comity.cooperation.summaries import Figure, SummaryFacts, differences
from comity.node.figures import next_month
from comity.node.ledger import ledger_of, matters_with
from comity.node.matter_log import find_matter, log_of, matter_from
from comity.node.node import Node
from comity.ports import Transaction

#: Kinds that are about the other kinds: they are not summed up in a summary.
_ABOUT_OTHERS = ("summary",)
_Key = tuple[str, str, str, str]


def figures_with(
    node: Node, transaction: Transaction, peer: str, begins: date, ends: date
) -> tuple[Figure, ...]:
    """Count what there was between this Party and another, from the first day to the last, by UTC."""
    since = datetime(begins.year, begins.month, begins.day, tzinfo=UTC)
    until = datetime(ends.year, ends.month, ends.day, tzinfo=UTC) + timedelta(days=1)

    def within(at: Instant) -> bool:
        return since <= at < until

    counted: Counter[_Key] = Counter()
    _disclosures(node, transaction, peer, since, until, counted)
    sums: dict[_Key, Decimal] = {key: Decimal(count) for key, count in counted.items()}
    for matter in matters_with(node, transaction, peer):
        if matter.kind.name not in _ABOUT_OTHERS and within(matter.opened_at):
            _matter(matter, until, sums)
    for line in ledger_of(node, transaction, peer).lines:
        if begins <= line.entry.on <= ends:
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
    ours = figures_with(node, transaction, row.peer, drawn.begins, drawn.ends)
    rows = differences(ours, drawn.figures)
    return Comparison(row.id, not rows, rows)


def _disclosures(
    node: Node, transaction: Transaction, peer: str, since: Instant, until: Instant, counted: Counter[_Key]
) -> None:
    """Count what passed each way and arrived, by category and month."""
    begins = since
    while begins < until:
        ends = min(datetime.combine(next_month(begins.date().replace(day=1)), time(), UTC), until)
        for row in transaction.arrived(begins, ends, peer):
            by = node.party if row.ours else peer
            counted["disclosed", by, row.category, f"{begins:%Y-%m}"] += row.count
        begins = ends


def _matter(matter: Matter, until: Instant, sums: dict[_Key, Decimal]) -> None:
    """Count a matter by what had come of it when the period ended: state, ground of refusal, hours to the answer."""
    counts = [told for told in matter.story if told.counts and told.at < until]
    if not counts:
        return
    month = f"{matter.opened_at:%Y-%m}"
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
