"""The ledger and what is due as Parquet: typed columns, exact sums, the same rows as CSV."""

import builtins
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from comity.errors import RefusedHere
from comity.interop.parquet import DUE, LEDGER, as_parquet

arro3 = pytest.importorskip("arro3.io", reason="needs comity[parquet]")

COST = {
    "on": "2031-03-10",
    "with": "south.example",
    "what": "stay",
    "words": "=SUM(1)",
    "amount": "95.2500",
    "currency": "EUR",
    "spender": "south.example",
    "bearer": "receiving",
    "owes": {"north.example": "47.625"},
    "ref": "north-south-2030 art. 6",
    "kind": "meeting",
    "title": "staff: formats",
    "matter": "0" * 64,
    "state": "open",
    "charge": None,
    "event": "1" * 64,
}
DUTY = {
    "at": "2031-03-14T09:00:00Z",
    "side": "ours",
    "what": "answer",
    "party": None,
    "ref": "north-south-2030 art. 2",
    "see": "comity request show 0123",
    "late": True,
}


def read(made: bytes) -> dict[str, list[Any]]:
    table = arro3.read_parquet(io.BytesIO(made)).read_all()
    return {name: [each.as_py() for each in table.column(name)] for name in table.column_names}


def test_sums_are_decimals_days_are_days_and_nothing_is_null_that_was_said() -> None:
    columns = read(as_parquet([COST, {**COST, "on": "2031-04-01", "charge": "2" * 64}], LEDGER))
    assert columns["amount"] == [Decimal("95.25"), Decimal("95.25")]
    assert columns["on"] == [date(2031, 3, 10), date(2031, 4, 1)]
    assert columns["charge"] == [None, "2" * 64]
    assert columns["owes"] == ['{"north.example": "47.625"}'] * 2
    assert list(columns) == list(COST), "every column of the CSV, in its order"


def test_what_is_due_has_instants_and_flags() -> None:
    columns = read(as_parquet([DUTY], DUE))
    (at,) = columns["at"]
    assert at.astimezone(UTC) == datetime(2031, 3, 14, 9, tzinfo=UTC)
    assert columns["late"] == [True] and columns["party"] == [None] and list(columns) == list(DUTY)


def test_an_empty_ledger_has_its_columns() -> None:
    assert read(as_parquet([], LEDGER)) == {name: [] for name in LEDGER}


def test_where_the_library_is_missing_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("arro3"):
            raise ImportError(name)
        return imported(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(RefusedHere, match="not installed") as refused:
        as_parquet([COST], LEDGER)
    assert "comity[parquet]" in refused.value.hint
