"""What bears this node's clock out, before anything is destroyed because time has passed.

A clock that leaps ahead makes everything look as if it had run out. To treat it so is safe: nothing passes, and that
ends when the clock is set right. To *erase* it is not. So what destroys by the day asks here first, and waits while

    (1) the clock stands more than a week after the last instant that is borne out: by entries of the journal, each
        within a week of the one before; by what a peer has signed; or by a person (`confirm_time.py`)
    (2) or every peer that answered within the week signed its answer more than a week before it, by this clock, and no
        person has confirmed the time since

What is held back is named (`daily_duties.py`), and goes once the time is borne out. How letters that were long on their
way are told from a clock that is wrong: only an answer over the line to what was just sent counts against the clock.
"""

from datetime import timedelta

import msgspec

from comity.clock import Instant
from comity.ports import KnownTime, Transaction

__all__ = ["LEAP", "advance", "advance_to", "borne_out", "hear", "why_held"]

#: How far ahead of what bears it out a clock may stand. A node that serves enters the day's duties every day.
LEAP = timedelta(days=7)
#: What is noted is at most so old: not every entry writes it anew.
_NOTED = timedelta(hours=1)


def advance(transaction: Transaction, at: Instant) -> None:
    """Take note that something is entered at an instant: it bears the time out if it follows soon on what does."""
    known = borne_out(transaction, at)
    if at - known.until > LEAP:
        if transaction.known_time() is None:
            transaction.put_known_time(known)  # it would go by this very entry from now on
    elif transaction.known_time() is None or at - known.until >= _NOTED:
        advance_to(transaction, at)


def advance_to(transaction: Transaction, at: Instant) -> None:
    """Take note that the time is borne out up to an instant."""
    transaction.put_known_time(msgspec.structs.replace(borne_out(transaction, at), until=at))


def hear(transaction: Transaction, said: Instant, at: Instant, *, live: bool) -> None:
    """Take note of when a peer signed something, by its own clock.

    Args:
        at: by this node's clock.
        live: it was signed in answer to what was just sent over the line.
    """
    known = borne_out(transaction, at)
    heard = msgspec.structs.replace(known, until=max(known.until, min(said, at)))
    if live:
        newest = min(at, said if known.answered is None else max(said, known.answered))
        heard = msgspec.structs.replace(heard, answered=newest, answered_on=at)
    if _differ(known.until, heard.until) or (
        live and (_differ(known.answered, heard.answered) or _differ(known.answered_on, at))
    ):
        transaction.put_known_time(heard)


def why_held(transaction: Transaction, at: Instant) -> str:
    """Say why nothing may be destroyed for having run out by an instant; empty where the time is borne out."""
    known = borne_out(transaction, at)
    if at - known.until > LEAP:
        return (
            f"the clock stands at {at:%Y-%m-%d}, {(at - known.until).days} days after {known.until:%Y-%m-%d}, "
            "the last day that the journal or another Party bears out"
        )
    if known.answered is None or known.answered_on is None:
        return ""
    lately = at - known.answered_on <= LEAP
    confirmed = known.confirmed is not None and at - known.confirmed <= LEAP
    ahead = known.answered_on - known.answered
    if lately and not confirmed and ahead > LEAP:
        return f"the clock stands {ahead.days} days ahead of those of all Parties that answered of late"
    return ""


def borne_out(transaction: Transaction, at: Instant) -> KnownTime:
    """Give what bears the time out. A home that never noted any goes by its last entry, an empty one by its clock."""
    return transaction.known_time() or KnownTime(until=transaction.last_entry_at() or at)


def _differ(a: Instant | None, b: Instant | None) -> bool:
    return a is None or b is None or abs(a - b) >= _NOTED
