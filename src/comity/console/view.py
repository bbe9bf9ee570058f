"""What a page shows: a frozen value with documented fields, the same as HTML, JSON and CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from comity.errors import BadInput
from comity.languages import _

if TYPE_CHECKING:
    from comity.console.visit import Visit

#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

#: One line of a table.
Row = Mapping[str, Any]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what pages show. Each field is described under `Attributes`; templates know no others.

    A view with a table has it in `rows`; the columns of its CSV are the keys of the first row.
    """

    #: Name of the field that is the page's table, for CSV.
    table: ClassVar[str] = ""

    def to_json(self) -> bytes:
        """Give it as JSON."""
        return msgspec.json.encode(self, enc_hook=str)

    def to_csv(self) -> str | None:
        """Give its table as CSV (RFC 4180); None where it has none. Nothing in it runs as a formula."""
        if not self.table:
            return None
        rows: Sequence[Row] = getattr(self, self.table)
        out = io.StringIO()
        heads = list(dict.fromkeys(head for row in rows for head in row))  # not every row has every column
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(heads)
        for row in rows:
            writer.writerow([_cell(row.get(head)) for head in heads])
        return out.getvalue()


class Count(msgspec.Struct, frozen=True):
    """One thing that awaits an officer.

    Attributes:
        words: what it is, counted. `path`: where it is seen to. `urgent`: whether it has a day that is near.
    """

    words: str
    path: str
    urgent: bool = False


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        text = "; ".join(str(each) for each in value)
    elif isinstance(value, dict):
        text = msgspec.json.encode(value, enc_hook=str).decode()
    else:
        text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def day_asked(visit: "Visit", name: str, otherwise: date) -> date:
    """Read a day from the query.

    Raises:
        BadInput: it is no day.
    """
    text = visit.query.get(name, "").strip()
    return day_in(text, name) if text else otherwise


def day_in(text: str, name: str) -> date:
    """Read a day that stands in the field of this name.

    Raises:
        BadInput: it is no day.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            _("field `{name}`: `{value}` is not a day such as 2031-03-14", name=name, value=text[:40])
        ) from None
