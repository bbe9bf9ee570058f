"""Dates of a term: when it ends, when it is extended, until when notice may be given, and what a notice brings about.

Pure calendar work on one `Term` clause and the day of entry into force. Every end is computed in one step from that
day, never from a day that was itself moved:

    end of period k = day of entry into force + (duration + k × extension)

Source: specs/agreement.md, "Term, extension, notice"; VCLT art. 54, 56.
"""

from datetime import date, timedelta
from typing import Final

import msgspec

from comity.agreements.clauses import Term
from comity.agreements.durations import Duration

__all__ = ["CUSTOMARY_NOTICE", "Period", "end_by_notice", "end_of_period", "notice_deadline", "period_at"]

#: Notice where the text says none (VCLT art. 56(2)).
CUSTOMARY_NOTICE: Final = Duration(months=12)


class Period(msgspec.Struct, frozen=True):
    """The stretch of days a term runs unextended: `number` 0 is the first, then one for each extension.

    `ends` is the day at whose 00:00 it is over, None without limit.
    """

    number: int
    begins: date
    ends: date | None


def end_of_period(term: Term, entry: date, number: int) -> date | None:
    """Give the day on which period `number` is over; None where there is none or the calendar ends first."""
    if term.duration is None or (number and term.extension is None):
        return None
    length = term.duration
    if number and term.extension is not None:
        length = length.plus(term.extension.times(number))
    try:
        return length.after(entry, term.date_rule)
    except OverflowError:
        return None


def period_at(term: Term, entry: date, day: date) -> Period | None:
    """Give the period that runs on `day`; None where the term is over by then.

    The ends grow with the number, so the period is found by halving.
    """
    first = end_of_period(term, entry, 0)
    if first is None or day < first:
        return Period(0, entry, first)
    if term.extension is None:
        return None
    low, high = 0, 1  # period `low` is over on `day`; find one that is not
    while (end := end_of_period(term, entry, high)) is not None and end <= day:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        end = end_of_period(term, entry, middle)
        low, high = (middle, high) if end is not None and end <= day else (low, middle)
    begins = end_of_period(term, entry, low)
    return Period(high, begins or entry, end_of_period(term, entry, high))


def _before(term: Term, end: date) -> date:
    try:
        return (term.notice or CUSTOMARY_NOTICE).before(end, term.date_rule)
    except OverflowError:
        return date.min


def runs_before_expiry(term: Term) -> bool:
    """Tell whether notice counts back from the end of a period.

    Without a written notice, or without any end to count from, it runs from the notice: a Party can always leave.
    """
    return term.notice_runs == "before-expiry" and term.notice is not None and term.duration is not None


def notice_deadline(term: Term, entry: date, day: date) -> date | None:
    """Give the last day on which notice stops the next extension, as seen on `day`; None where no day is the last."""
    if not runs_before_expiry(term) or term.extension is None:
        return None
    period = period_at(term, entry, day)
    return None if period is None or period.ends is None else _before(term, period.ends)


def end_by_notice(term: Term, entry: date, day: date, notice: Duration | None = None) -> date | None:
    """Give the day on which the agreement is over because of a notice that counts from `day`.

    Args:
        term: the term in force when notice is given.
        entry: day of entry into force.
        day: day of the notice, as `notice_counts_from` says.
        notice: another length, running from the notice (`withdrawal.notice`).

    Returns:
        The day, or None where it lies beyond the calendar. With `duration` and no `extension` the earlier end counts.
    """
    if notice is None and runs_before_expiry(term):
        period = period_at(term, entry, day)
        while period is not None and period.ends is not None and day > _before(term, period.ends):
            ends = end_of_period(term, entry, period.number + 1)
            period = None if ends is None else Period(period.number + 1, period.ends, ends)
        return period.ends if period else end_of_period(term, entry, 0)
    try:
        end = (notice or term.notice or CUSTOMARY_NOTICE).after(day, term.date_rule)
    except OverflowError:
        end = None
    fixed = end_of_period(term, entry, 0) if term.extension is None else None
    return end if fixed is None else min(filter(None, (end, fixed)))


def next_day(day: date) -> date:
    """Give the day after, or the last there is."""
    return day if day == date.max else day + timedelta(days=1)
