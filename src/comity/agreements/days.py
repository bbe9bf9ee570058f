"""Days of an agreement as instants: they begin at 00:00 in its zone, and stretches of time are half open.

A field named `until` that holds a date includes that day; one that holds an instant excludes it. Rules of zones come
from the pinned `tzdata`.

Source: specs/agreement.md, "Days and instants".
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from importlib.metadata import version
from zoneinfo import ZoneInfo

from comity.clock import Instant

__all__ = [
    "EARLIEST",
    "LATEST",
    "beginning",
    "earlier",
    "end_of",
    "local_day",
    "start_of",
    "tzdata_version",
    "zone_of",
]

#: Stand-ins for "without beginning" and "without limit" where instants are compared.
EARLIEST: Instant = datetime(1, 1, 1, tzinfo=UTC)
LATEST: Instant = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


@cache
def tzdata_version() -> str:
    """Give the version of the zone rules days are counted by, read once: it stands in everything that is known."""
    return version("tzdata")


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """Give the zone of that name, from the pinned `tzdata` rather than from the machine.

    Raises:
        ValueError: there is none.
    """
    return _pinned(name)


def _pinned(name: str) -> ZoneInfo:
    from importlib.resources import files

    try:
        parts = name.split("/")
        if any(not part or part.startswith(".") for part in parts):
            raise ValueError(name)
        with files("tzdata").joinpath("zoneinfo", *parts).open("rb") as data:
            return ZoneInfo.from_file(data, key=name)
    except (OSError, ValueError, LookupError):
        raise ValueError(f"`{name[:60]}` is not a time zone such as `Europe/Oslo` or `UTC`") from None


def start_of(day: date, zone: ZoneInfo) -> Instant:
    """Give the instant at which a day begins."""
    try:
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return EARLIEST if day.year == 1 else LATEST


def local_day(instant: Instant, zone: ZoneInfo) -> date:
    """Give the day an instant falls on in a zone; at the ends of the calendar, in UTC."""
    try:
        return instant.astimezone(zone).date()
    except OverflowError:
        return instant.astimezone(UTC).date()


def end_of(day: date, zone: ZoneInfo) -> Instant:
    """Give the instant at which a day is over."""
    if day == date.max:
        return LATEST
    return start_of(day + timedelta(days=1), zone)


def beginning(value: date | datetime | None, zone: ZoneInfo) -> Instant | None:
    """Give the instant from which a `from` counts; None where it is absent."""
    if value is None:
        return None
    return value.astimezone(UTC) if isinstance(value, datetime) else start_of(value, zone)


def ending(value: date | datetime | None, zone: ZoneInfo) -> Instant | None:
    """Give the instant at which an `until` is over; None where it is absent."""
    if value is None:
        return None
    return value.astimezone(UTC) if isinstance(value, datetime) else end_of(value, zone)


def earlier(a: Instant | None, b: Instant | None) -> Instant | None:
    """Give the earlier of two ends, where None is without limit."""
    if a is None or b is None:
        return b if a is None else a
    return min(a, b)
