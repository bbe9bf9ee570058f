"""Lengths of time as agreements write them: `P6M`, `P15Y`, `PT48H` (ISO 8601), and how they fall on the calendar.

Years and months are counted on the calendar in one step, from the day given, and never from a day that was itself
moved. A day that does not exist is settled by the agreement's `date_rule`: six months before 30 August 2004 would
be 30 February, which `clamp` makes 29 February and `next-day` makes 1 March.

>>> from datetime import date
>>> Duration.parse("P6M").before(date(2004, 8, 30))
datetime.date(2004, 2, 29)

Source: specs/agreement.md, "Days and instants".
"""

import calendar
import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal

import msgspec

__all__ = ["DateRule", "Duration"]

DateRule = Literal["clamp", "next-day"]

_DURATION = re.compile(
    r"P(?=[0-9T])(?:(?P<years>[0-9]{1,4})Y)?(?:(?P<months>[0-9]{1,5})M)?(?:(?P<weeks>[0-9]{1,5})W)?"
    r"(?:(?P<days>[0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,6})H)?(?:(?P<minutes>[0-9]{1,7})M)?(?:(?P<seconds>[0-9]{1,9})S)?)?\Z",
    re.ASCII,
)


class Duration(msgspec.Struct, frozen=True, gc=False):
    """A length of time in calendar years and months, days, and seconds. Never negative."""

    years: int = 0
    months: int = 0
    days: int = 0
    seconds: int = 0

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read an ISO 8601 duration.

        Raises:
            ValueError: `text` is not one; the message says what would be.
        """
        found = _DURATION.match(text)
        if not found:
            raise ValueError(f"`{text[:40]}` is not a duration such as P6M, P15Y, P30D or PT48H")
        part = {name: int(value or 0) for name, value in found.groupdict().items()}
        return cls(
            part["years"],
            part["months"],
            part["weeks"] * 7 + part["days"],
            part["hours"] * 3600 + part["minutes"] * 60 + part["seconds"],
        )

    @property
    def is_zero(self) -> bool:
        """Tell whether this is no time at all."""
        return not (self.years or self.months or self.days or self.seconds)

    @property
    def is_calendar(self) -> bool:
        """Tell whether this counts in whole days, months and years, with no hours in it."""
        return self.seconds == 0

    def times(self, count: int) -> "Duration":
        """Give this length `count` times, to be counted in one step."""
        return Duration(self.years * count, self.months * count, self.days * count, self.seconds * count)

    def plus(self, other: "Duration") -> "Duration":
        """Give both lengths together, to be counted in one step."""
        return Duration(
            self.years + other.years,
            self.months + other.months,
            self.days + other.days,
            self.seconds + other.seconds,
        )

    def after(self, day: date, rule: DateRule = "clamp") -> date:
        """Give the day this long after `day`. Hours count as days begun.

        Raises:
            OverflowError: the day lies outside the years 1 to 9999.
        """
        return _shift(day, self.years * 12 + self.months, self.days + self._days_begun(), rule)

    def before(self, day: date, rule: DateRule = "clamp") -> date:
        """Give the day this long before `day`. Hours count as days begun.

        Raises:
            OverflowError: the day lies outside the years 1 to 9999.
        """
        return _shift(day, -(self.years * 12 + self.months), -(self.days + self._days_begun()), rule)

    def after_instant(self, instant: datetime, zone: tzinfo = UTC, rule: DateRule = "clamp") -> datetime:
        """Give the instant this long after `instant`, in UTC; years, months and days on the calendar of `zone`.

        Raises:
            OverflowError: the instant lies outside the years 1 to 9999.
        """
        if not (self.years or self.months or self.days):
            return instant.astimezone(UTC) + timedelta(seconds=self.seconds)
        local = instant.astimezone(zone)
        day = _shift(local.date(), self.years * 12 + self.months, self.days, rule)
        moved = datetime.combine(day, local.time(), local.tzinfo).replace(fold=local.fold)
        return moved.astimezone(UTC) + timedelta(seconds=self.seconds)

    def end_after(self, instant: datetime, zone: tzinfo = UTC, rule: DateRule = "clamp") -> datetime:
        """Give the instant this long after `instant`, or the last of the calendar where it would lie behind that."""
        try:
            return self.after_instant(instant, zone, rule)
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC)

    def _days_begun(self) -> int:
        return -(-self.seconds // 86400)

    def __str__(self) -> str:
        return format_duration(self)


def _shift(day: date, months: int, days: int, rule: DateRule) -> date:
    """Move by whole months, settle a day that does not exist, then move by days."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError("the day lies outside the years 1 to 9999")
    last = calendar.monthrange(year, month0 + 1)[1]
    if day.day <= last:
        moved = date(year, month0 + 1, day.day)
    else:
        moved = date(year, month0 + 1, last)
        if rule == "next-day":
            moved += timedelta(days=1)
    return moved + timedelta(days=days) if days else moved


def format_duration(duration: Duration) -> str:
    """Print a duration in ISO 8601; a length of nothing is `P0D`."""
    days = "".join(
        f"{count}{unit}"
        for count, unit in ((duration.years, "Y"), (duration.months, "M"), (duration.days, "D"))
        if count
    )
    hours, rest = divmod(duration.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    times = "".join(
        f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if count
    )
    return f"P{days}{'T' + times if times else ''}" if days or times else "P0D"
