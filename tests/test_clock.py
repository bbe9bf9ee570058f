"""Instants are read in one way, or refused by name; nothing waits by a clock that can be set (C4, C8)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from comity.clock import SteppedClock, format_instant, parse_instant
from comity.errors import BadInput

SOURCES = Path(__file__).parents[1] / "src" / "comity"


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2031-03-14T09:00:00Z", datetime(2031, 3, 14, 9, tzinfo=UTC)),
        ("2031-03-14T09:00:00+00:00", datetime(2031, 3, 14, 9, tzinfo=UTC)),
        ("2031-03-14t09:00:00z", datetime(2031, 3, 14, 9, tzinfo=UTC)),
        ("2031-03-14T10:30:00.250001+01:30", datetime(2031, 3, 14, 9, 0, 0, 250001, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999999Z", datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
    ],
)
def test_one_instant_has_one_form_however_it_was_written(text: str, instant: datetime) -> None:
    read = parse_instant(text)
    assert read == instant and read.tzinfo is UTC
    assert parse_instant(format_instant(read)) == instant and format_instant(read).endswith("Z")


@pytest.mark.parametrize(
    "text",
    [
        "2016-12-31T23:59:60Z",  # a leap second
        "2031-03-14T24:00:00Z",
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",  # before the first instant there is
        "9999-12-31T23:59:59-01:00",
        "2031-03-14T09:00:00",  # whose?
        "2031-03-14",
        "2031-03-14T09:00:00.1234567Z",  # finer than is kept
        "2031-03-14T09:00:00.123456789Z",
        "2031-02-29T09:00:00Z",
        "2031-03-14T09:00:00+24:00",
        "2031-03-14T09:00:00Z\n",
        "٢٠٣١-03-14T09:00:00Z",
        "",
    ],
)
def test_what_is_no_instant_or_has_no_offset_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadInput, match="is not a time such as 2031-03-14T09:00:00Z"):
        parse_instant(text)


def test_a_stepped_clock_never_goes_back() -> None:
    clock = SteppedClock(datetime(2031, 3, 14, 10, tzinfo=timezone(timedelta(hours=1))))
    assert clock.now() == datetime(2031, 3, 14, 9, tzinfo=UTC)
    with pytest.raises(ValueError, match="does not go back"):
        clock.move_to(clock.now() - timedelta(microseconds=1))


def test_nothing_waits_or_measures_by_a_clock_that_can_be_set() -> None:
    """Patience is counted by monotonic clocks: a machine that slept, or whose clock was set, gives up nobody for it."""
    for file in SOURCES.rglob("*.py"):
        assert not re.search(r"\btime\.time\(|\butcnow\(|\btime\.time_ns\(", file.read_text()), file
