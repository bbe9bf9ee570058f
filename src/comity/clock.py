"""Instants, and the only places where "now" comes from.

An instant is an aware `datetime` in UTC. The pure stages never ask for the time: they receive it. A node asks its
clock once for each act; tests, replays and the demo give it a clock that only moves when told.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Protocol

from comity.errors import BadInput

#: An aware moment in UTC, to the microsecond.
Instant = datetime

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)\Z")


class Clock(Protocol):
    """Where a node reads the time."""

    def now(self) -> Instant:
        """Give the present instant in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> Instant:
        """Give the present instant in UTC."""
        return datetime.now(UTC)


class SteppedClock:
    """A clock that stands still until it is moved; for tests, replays and the demo.

    Reading it does not move it. It never goes back.
    """

    def __init__(self, start: Instant) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> Instant:
        """Give the instant it stands at."""
        return self._now

    def step(self, by: timedelta) -> Instant:
        """Move forward by `by` and give the new instant."""
        return self.move_to(self._now + by)

    def move_to(self, instant: Instant) -> Instant:
        """Move forward to `instant`.

        Raises:
            ValueError: `instant` is earlier than where the clock stands.
        """
        if instant < self._now:
            raise ValueError("a stepped clock does not go back")
        self._now = instant.astimezone(UTC)
        return self._now


def parse_instant(text: str) -> Instant:
    """Read an RFC 3339 time with its offset, to the microsecond, as an instant in UTC.

    Raises:
        BadInput: it is not such a time, has no offset, or names a leap second.
    """
    if _RFC3339.match(text):
        try:
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise BadInput(f"`{text[:60]}` is not a time such as 2031-03-14T09:00:00Z (RFC 3339, with its offset)")


def format_instant(instant: Instant) -> str:
    """Print an instant in RFC 3339 with `Z`, without a fraction where it has none."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
