"""The plots of a periodic summary: flows by category and month, answer times, refusals by ground.

Every plot is drawn from the rows that both have signed, and from nothing else; so both sides draw the same.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from comity.interop.charts import Chart, bars, columns
from comity.languages import _

__all__ = ["Plotted", "plots_of"]

#: What is counted -> the plots of it.
Plotted = dict[str, list[Chart]]
_Rows = Sequence[Mapping[str, Any]]


def plots_of(shown: Mapping[str, Any]) -> Plotted:
    """Draw a summary, as the verb `matter-show` has it; nothing is drawn of what has no row."""
    drawn = shown["facts"]["drawn"]
    months = _months(drawn["begins"], drawn["ends"])
    figures: _Rows = drawn["figures"]
    made: Plotted = {}
    parties = sorted((shown["opener"], shown["other"]))
    order = _by_size(_of(figures, "disclosed"))
    flows = [_flow(party, months, figures, order) for party in parties if _of(figures, "disclosed", party)]
    if flows:
        made["disclosed"] = flows
    if _of(figures, "answered"):
        made["answered"] = [_answer_times(parties, months, figures)]
    refused = _of(figures, "refused")
    if refused:
        made["refused"] = [_refusals(refused)]
    return made


def _of(figures: _Rows, what: str, by: str = "") -> list[Mapping[str, Any]]:
    return [row for row in figures if row["what"] == what and by in ("", row["by"])]


def _by_size(rows: _Rows) -> list[str]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row["under"]] = sums.get(row["under"], Decimal(0)) + Decimal(row["figure"])
    return sorted(sums, key=lambda label: (-sums[label], label))


def _flow(party: str, months: Sequence[str], figures: _Rows, order: Sequence[str]) -> Chart:
    series: dict[str, dict[str, Decimal]] = {}
    for row in _of(figures, "disclosed", party):
        series.setdefault(row["under"], {})[row["month"]] = Decimal(row["figure"])
    title = _("What {party} gave, by category and month", party=party)
    return columns(f"given-by-{party}", title, months, series, others=_("other categories"), order=order)


def _answer_times(parties: Sequence[str], months: Sequence[str], figures: _Rows) -> Chart:
    series: dict[str, dict[str, Decimal]] = {}
    for party in parties:
        counts, hours = _by_month(figures, "answered", party), _by_month(figures, "answered-hours", party)
        means = {
            month: (hours.get(month, Decimal(0)) / count).quantize(Decimal("0.1"))
            for month, count in counts.items()
            if count
        }
        if means:
            series[party] = means
    title = _("Hours to an answer, on average, by the month in which it was asked")
    return columns("answer-times", title, months, series, others=_("others"), order=parties, stacked=False)


def _by_month(figures: _Rows, what: str, party: str) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for row in _of(figures, what, party):
        found[row["month"]] = found.get(row["month"], Decimal(0)) + Decimal(row["figure"])
    return found


def _refusals(rows: _Rows) -> Chart:
    found: dict[str, Decimal] = {}
    for row in rows:
        label = f"{row['by']}, {row['under']}"
        found[label] = found.get(label, Decimal(0)) + Decimal(row["figure"])
    ranked = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return bars("refusals-by-ground", _("Refusals, by Party and ground"), ranked)


def _months(begins: str, ends: str) -> list[str]:
    year, month = int(begins[:4]), int(begins[5:7])
    found = []
    while (text := f"{year:04}-{month:02}") <= ends[:7]:
        found.append(text)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found
