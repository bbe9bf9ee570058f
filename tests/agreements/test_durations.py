from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.agreements.durations import Duration

D = date


@pytest.mark.parametrize(
    ("day", "length", "rule", "expected"),
    [
        (D(2004, 8, 30), "P6M", "clamp", D(2004, 2, 29)),  # 30 February in a leap year
        (D(2009, 8, 30), "P6M", "clamp", D(2009, 2, 28)),
        (D(2014, 8, 30), "P6M", "clamp", D(2014, 2, 28)),
        (D(2004, 8, 30), "P6M", "next-day", D(2004, 3, 1)),
        (D(2009, 8, 30), "P6M", "next-day", D(2009, 3, 1)),
        (D(2004, 8, 29), "P6M", "next-day", D(2004, 2, 29)),  # exists: no rule is needed
        (D(2030, 3, 31), "P1M", "clamp", D(2030, 2, 28)),
        (D(2030, 3, 31), "P1M1D", "clamp", D(2030, 2, 27)),  # months first, then days
    ],
)
def test_counting_back_settles_days_that_do_not_exist(day, length, rule, expected):
    assert Duration.parse(length).before(day, rule) == expected


@pytest.mark.parametrize(
    ("day", "length", "rule", "expected"),
    [
        (D(1989, 8, 31), "P6M", "clamp", D(1990, 2, 28)),
        (D(1989, 8, 31), "P6M", "next-day", D(1990, 3, 1)),
        (D(1989, 8, 30), "P15Y", "clamp", D(2004, 8, 30)),
        (D(2024, 2, 29), "P1Y", "clamp", D(2025, 2, 28)),
        (D(2024, 2, 29), "P4Y", "clamp", D(2028, 2, 29)),
        (D(2030, 1, 1), "P2W", "clamp", D(2030, 1, 15)),
        (D(2030, 1, 1), "PT36H", "clamp", D(2030, 1, 3)),  # hours count as days begun
    ],
)
def test_counting_forward(day, length, rule, expected):
    assert Duration.parse(length).after(day, rule) == expected


def test_periods_are_counted_in_one_step_and_never_from_a_moved_day():
    month = Duration.parse("P1M")
    assert month.times(2).after(D(2030, 1, 31)) == D(2030, 3, 31)
    assert month.after(month.after(D(2030, 1, 31))) == D(2030, 3, 28)


@pytest.mark.parametrize(
    "wrong", ["", "P", "PT", "6M", "P6", "P-6M", "P6M ", "p6m", "P1.5Y", "P6M3Y", "P1Y\n", "P1H"]
)
def test_what_is_not_a_duration_is_refused(wrong):
    with pytest.raises(ValueError, match="is not a duration"):
        Duration.parse(wrong)


def test_a_day_across_the_change_of_clocks_is_a_calendar_day():
    oslo = ZoneInfo("Europe/Oslo")
    noon = datetime(2030, 3, 30, 12, tzinfo=oslo)
    assert Duration.parse("P1D").after_instant(noon, oslo) == datetime(2030, 3, 31, 12, tzinfo=oslo)
    assert (Duration.parse("PT24H").after_instant(noon, oslo) - noon.astimezone(UTC)).total_seconds() == 86400


@given(
    st.builds(
        Duration,
        years=st.integers(0, 900),
        months=st.integers(0, 99),
        days=st.integers(0, 9999),
        seconds=st.integers(0, 10**6),
    )
)
@settings(max_examples=100, derandomize=True)
def test_what_is_printed_reads_back(duration):
    assert Duration.parse(str(duration)) == duration


@given(st.dates(D(1900, 1, 1), D(2100, 1, 1)), st.integers(0, 600))
@settings(max_examples=100, derandomize=True)
def test_next_day_is_never_before_clamp(day, months):
    length = Duration(months=months)
    assert 0 <= (length.after(day, "next-day") - length.after(day, "clamp")).days <= 1
