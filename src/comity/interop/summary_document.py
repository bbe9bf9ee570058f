"""A periodic summary as a document: Markdown, or a PDF with bars beside the figures.

What it shows is what both Parties have signed, row by row; the bars are the same figures again. Text of others goes to
the typesetter as quoted strings.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from comity.clock import parse_instant
from comity.interop.typesetting import heading, quoted, typeset
from comity.languages import _, current, said

__all__ = ["as_markdown", "as_pdf"]

#: The length of the longest bar, in points.
_LONGEST = 160


def as_markdown(shown: Mapping[str, Any]) -> str:
    """Give a summary, as the verb `matter-show` has it, in Markdown."""
    drawn = shown["facts"]["drawn"]
    lines = [f"# {_title(shown)}", "", *(f"{line}  " for line in _facts(shown)), ""]
    for what, rows in _parts(drawn["figures"]):
        lines += [
            f"## {what}",
            "",
            f"| {_('by')} | {_('under')} | {_('month')} | {_('figure')} |",
            "|---|---|---|---:|",
        ]
        lines += [
            f"| {_cell(row['by'])} | {_cell(row['under'])} | {row['month']} | {row['figure']} |"
            for row in rows
        ]
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
    for what, rows in _parts(drawn["figures"]):
        parts.append(heading(2, what))
        parts.append(_table(rows))
    if drawn.get("words"):
        parts.append(f"#par[#{quoted(drawn['words'])}]")
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
        _("{state} since {at}; months by UTC", state=said(shown["state"]), at=shown["since"][:10]),
        shown["id"],
    ]


def _parts(figures: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    kinds = dict.fromkeys(row["what"] for row in figures)
    return [(said(kind), [row for row in figures if row["what"] == kind]) for kind in kinds]


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    largest = max((Decimal(row["figure"]) for row in rows), default=Decimal(0)) or Decimal(1)
    cells = [f"[#strong({quoted(each)})]" for each in (_("by"), _("under"), _("month"), _("figure"), "")]
    for row in rows:
        length = float(Decimal(row["figure"]) / largest * _LONGEST)
        cells += [f"[#{quoted(str(row[name]))}]" for name in ("by", "under", "month", "figure")]
        cells.append(f'[#rect(width: {length:.1f}pt, height: 7pt, fill: rgb("#2456a6"))]')
    return "#table(columns: (auto, 1fr, auto, auto, auto), stroke: 0.3pt, " + ", ".join(cells) + ")"


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")
