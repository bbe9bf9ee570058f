"""Disputes: a Party's visible dissent on another's record, and the clock that runs on it.

Only the owner changes a record. Whoever has evidence that it is wrong says so; the owner acknowledges within two
working days and settles it within two months, by correcting the record or upholding it with reasons (Regulation (EU)
2018/1862, art. 59). A Party that will not act on a record in its territory says that too (art. 24); there is nothing to
settle then, and it stands beside the record until it is taken back.

Days are those of the agreement's time zone; Saturdays and Sundays are no working days. The clauses know no other
holidays, so none is assumed.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from comity.agreements.durations import Duration
from comity.clock import Instant

__all__ = ["KINDS", "acknowledge_by", "is_dispute", "resolve_by"]

#: What a Party may say of another's record.
KINDS = ("error", "will-not-act", "look-alike", "misused-identity")
_WORKING_DAYS = 2
_TWO_MONTHS = Duration(months=2)
_SATURDAY = 5


def is_dispute(kind: str) -> bool:
    """Tell whether a flag asks the owner for an answer."""
    return kind != "will-not-act"


def acknowledge_by(raised: Instant, zone: ZoneInfo) -> Instant:
    """Give the end of the second working day after the day a flag was raised."""
    day = raised.astimezone(zone).date()
    left = _WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(raised.tzinfo)


def resolve_by(raised: Instant, zone: ZoneInfo) -> Instant:
    """Give the end of the day two months after the day a flag was raised."""
    day = _TWO_MONTHS.after(raised.astimezone(zone).date())
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(raised.tzinfo)
