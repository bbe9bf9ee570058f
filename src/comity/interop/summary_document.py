"""A periodic summary as a document: Markdown, or a PDF with plots, each beside the table of its figures.

What it shows is what both Parties have signed, row by row; the plots are the same figures again (`summary_plots.py`).
Text of others goes to the typesetter as quoted strings, a plot as a picture.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from comity.clock import parse_instant
from comity.interop.charts import Chart
from comity.interop.summary_plots import Plotted, plots_of
from comity.interop.typesetting import heading, quoted, typeset
from comity.languages import _, current, said
from comity.languages.words import N_

__all__ = ["as_markdown", "as_pdf"]

#: What is counted -> its heading, in the order of the document.
_HEADINGS = {
    "disclosed": N_("What passed, by category and month"),
    "answered": N_("Hours to an answer"),
    "refused": N_("Refusals, by ground"),
    "matter": N_("Matters, by what came of them"),
    "late": N_("What was done late"),
    "cost": N_("Costs"),
}
#: Rows that stand with others: hours with the answers they were counted of.
_WITH_OTHERS = ("answered-hours",)


def as_markdown(shown: Mapping[str, Any]) -> str:
    """Give a summary, as the verb `matter-show` has it, in Markdown."""
    drawn = shown["facts"]["drawn"]
    lines = [f"# {_title(shown)}", "", *(f"{line}  " for line in _facts(shown)), ""]
    for what, heads, rows, _plots in _parts(shown):
        lines += [f"## {what}", "", f"| {' | '.join(heads)} |", "|---" * (len(heads) - 1) + "|---:|"]
        lines += [f"| {' | '.join(map(_cell, row))} |" for row in rows]
        lines.append("")
    if drawn.get("words"):
        lines += [drawn["words"], ""]
    return "\n".join(lines)


def as_pdf(shown: Mapping[str, Any]) -> bytes:
    """Set a summary as PDF.

    Raises:
        RefusedHere: a character has no font here.
    """
    drawn = shown["facts"]["drawn"]
    parts = [heading(1, _title(shown))]
    parts += [f"#{quoted(line)} #linebreak()" for line in _facts(shown)]
    for what, heads, rows, plots in _parts(shown):
        parts.append(heading(2, what))
        parts += map(_picture, plots)
        parts.append(_table(heads, rows))
    if drawn.get("words"):
        parts.append(f"#v(1em)\n#par[#{quoted(drawn['words'])}]")
    title = _title(shown)
    return typeset("\n".join(parts), title=title, language=current(), at=parse_instant(shown["since"]))


def _title(shown: Mapping[str, Any]) -> str:
    drawn = shown["facts"]["drawn"]
    return _("Summary of {begins} to {ends}", begins=drawn["begins"], ends=drawn["ends"])


def _facts(shown: Mapping[str, Any]) -> list[str]:
    return [
        _(
            "between {one} and {other}, under {agreement}",
            one=shown["opener"],
            other=shown["other"],
            agreement=", ".join(shown["articles"]),
        ),
        _(
            "{state} since {at}; months on the agreement's calendar",
            state=said(shown["state"]),
            at=shown["since"][:10],
        ),
        *(said(remark["text"]) for remark in shown["remarks"]),
        shown["id"],
    ]


def _parts(shown: Mapping[str, Any]) -> Iterator[tuple[str, list[str], list[list[str]], list[Chart]]]:
    """Give each part: its heading, the heads and rows of its table, its plots."""
    figures: Sequence[Mapping[str, Any]] = shown["facts"]["drawn"]["figures"]
    plotted: Plotted = plots_of(shown)
    counted = dict.fromkeys(row["what"] for row in figures if row["what"] not in _WITH_OTHERS)
    for kind in (
        *(each for each in _HEADINGS if each in counted),
        *(each for each in counted if each not in _HEADINGS),
    ):
        rows = [row for row in figures if row["what"] == kind]
        what = _(_HEADINGS[kind]) if kind in _HEADINGS else said(kind)
        if kind == "answered":
            heads = [_("by"), _("under"), _("month"), _("answers"), _("hours, on average")]
            yield what, heads, _answers(figures), plotted.get(kind, [])
            continue
        heads = [_("by"), _("under"), _("month"), _("figure")]
        table = [[row["by"], row["under"], row["month"], row["figure"]] for row in rows]
        yield what, heads, table, plotted.get(kind, [])


def _answers(figures: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    hours = {_key(row): Decimal(row["figure"]) for row in figures if row["what"] == "answered-hours"}
    return [
        [row["by"], row["under"], row["month"], row["figure"], f"{_mean(hours.get(_key(row)), row):.1f}"]
        for row in figures
        if row["what"] == "answered"
    ]


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["by"], row["under"], row["month"]


def _mean(hours: Decimal | None, row: Mapping[str, Any]) -> Decimal:
    count = Decimal(row["figure"])
    return (hours or Decimal(0)) / count if count else Decimal(0)


def _picture(chart: Chart) -> str:
    """Set a plot as a picture; what it is of goes along in words for those who cannot see it."""
    picture = f'#image(bytes({quoted(chart.svg)}), format: "svg", width: 100%, alt: {quoted(chart.title)})'
    return f"#block(breakable: false)[{picture}]"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = [f"[#strong({quoted(each)})]" for each in heads]
    cells += [f"[#{quoted(str(cell))}]" for row in rows for cell in row]
    wide = ", ".join(("auto", "1fr", *("auto" for _each in heads[2:])))
    aligned = ", ".join(("left", "left", *("right" for _each in heads[2:])))
    return (
        f"#table(columns: ({wide}), align: ({aligned}), stroke: 0.3pt + luma(160), "
        f"table.header({', '.join(cells[: len(heads)])}), {', '.join(cells[len(heads) :])})"
    )


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")
