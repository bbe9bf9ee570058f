"""The ledger and what is due as Apache Parquet: columns with types, for those who reckon with them.

Every value goes over as text and is cast to its column's type by the library: sums to decimals (never binary
fractions), days to dates, instants to UTC. A mapping such as who owes what is JSON text. The library (`arro3`, the
extra `comity[parquet]`) is loaded only here.
"""

import io
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from comity.errors import RefusedHere

__all__ = ["DUE", "LEDGER", "as_parquet"]

#: Column -> its type: `text`, `date`, `instant`, `decimal`, `flag`, `json`.
Columns = Mapping[str, str]
#: Of the lines of the verb `ledger`.
LEDGER: Final[Columns] = MappingProxyType(
    {
        "on": "date",
        "with": "text",
        "what": "text",
        "words": "text",
        "amount": "decimal",
        "currency": "text",
        "spender": "text",
        "bearer": "text",
        "owes": "json",
        "ref": "text",
        "kind": "text",
        "title": "text",
        "matter": "text",
        "state": "text",
        "charge": "text",
        "event": "text",
    }
)
#: Of the lines of the verb `due-list`.
DUE: Final[Columns] = MappingProxyType(
    {
        "at": "instant",
        "side": "text",
        "what": "text",
        "party": "text",
        "ref": "text",
        "see": "text",
        "late": "flag",
    }
)


def as_parquet(rows: Sequence[Mapping[str, Any]], columns: Columns) -> bytes:
    """Give rows as a Parquet file; a column that a row has not is null there.

    Raises:
        RefusedHere: the library is not installed.
    """
    try:
        from arro3.core import Array, DataType, Table
        from arro3.io import write_parquet
    except ImportError:
        raise RefusedHere(
            "Parquet needs a library that is not installed",
            hint="install it with pip install 'comity[parquet]'",
        ) from None
    types = {
        "text": DataType.string(),
        "json": DataType.string(),
        "date": DataType.date32(),
        "instant": DataType.timestamp("us", tz="UTC"),
        "decimal": DataType.decimal128(38, 6),
        "flag": DataType.bool(),
    }
    made: dict[str, Any] = {
        name: Array([_text(row.get(name), kind) for row in rows], DataType.string()).cast(types[kind])
        for name, kind in columns.items()
    }
    out = io.BytesIO()
    write_parquet(Table.from_pydict(made), out)
    return out.getvalue()


def _text(value: Any, kind: str) -> str | None:
    if value is None:
        return None
    if kind == "json":
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value).lower() if kind == "flag" else str(value)
