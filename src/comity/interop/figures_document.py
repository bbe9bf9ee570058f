"""The figures of the page Summary as PDF: who gave what to whom, and how soon questions were answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from comity.clock import Instant
from comity.interop.typesetting import heading, quoted, typeset
from comity.languages import _, current, said

__all__ = ["figures_pdf"]

#: The length of the longest bar, in points.
_LONGEST = 150


def figures_pdf(
    shown: Mapping[str, Any], *, party: str, begins: str, ends: str, peer: str, at: Instant
) -> bytes:
    """Set figures, as the verb `flow-figures` has them, as PDF.

    Args:
        peer: the Party looked at; empty for all.

    Raises:
        RefusedHere: a character has no font here.
    """
    title = _("What passed from {begins} to {ends}", begins=begins, ends=ends)
    flows = [row for row in shown["flows"] if peer in ("", row["giver"], row["taker"])]
    parts = [heading(1, title), f"#{quoted(_('the account of {party}; months by UTC', party=party))}"]
    parts.append(heading(2, _("By category and month")))
    parts.append(
        _table(
            [_("Month"), _("From"), _("To"), _("Category"), _("Items")],
            [[row["month"], row["giver"], row["taker"], row["category"], row["count"]] for row in flows],
        )
    )
    parts.append(heading(2, _("How soon questions were answered")))
    answers = [row for row in shown["answers"] if peer in ("", row["party"]) or row["party"] == party]
    parts.append(
        _table(
            [_("Who was asked"), _("For what"), _("Asked"), _("Answered"), _("Half within, hours")],
            [
                [row["party"], said(row["kind"]), row["asked"], row["answered"], row["half"] or 0]
                for row in answers
            ],
        )
    )
    return typeset("\n".join(parts), title=title, language=current(), at=at)


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Give a table with a bar behind its last column, which is a figure."""
    if not rows:
        return f"#{quoted('–')}\n"
    largest = max(float(row[-1]) for row in rows) or 1.0
    cells = [f"[#strong({quoted(head)})]" for head in (*heads, "")]
    for row in rows:
        cells += [f"[#{quoted(str(each))}]" for each in row]
        cells.append(
            f'[#rect(width: {float(row[-1]) / largest * _LONGEST:.1f}pt, height: 7pt, fill: rgb("#2456a6"))]'
        )
    return f"#table(columns: {len(heads) + 1}, stroke: 0.3pt, " + ", ".join(cells) + ")\n"
