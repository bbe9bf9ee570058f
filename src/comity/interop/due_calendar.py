"""What is due and when joint work takes place, as iCalendar (RFC 5545).

A line that is due is a to-do, days of joint work are an event; each has a UID that stays the same, so that a calendar
which reads the file again changes what it has. What was called off stays in it as cancelled: left out, it would stay in
every calendar that has it.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from icalendar import Calendar, Event, Todo

from comity.clock import parse_instant

__all__ = ["as_calendar"]

_Rows = Sequence[Mapping[str, Any]]


def as_calendar(
    party: str, rows: _Rows, dates: _Rows = (), say: Callable[[str], str] = lambda what: what
) -> bytes:
    """Give the lines of the verbs `due-list` and `due-dates` as one calendar.

    Args:
        say: puts a line that is due into its reader's words. The name of an entry does not depend on it.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Comity//duties//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for row in rows:
        calendar.add_component(_todo(party, row, say))
    for row in dates:
        calendar.add_component(_event(party, row))
    written: bytes = calendar.to_ical()
    return written


def _todo(party: str, row: Mapping[str, Any], say: Callable[[str], str]) -> Todo:
    at = parse_instant(row["at"])
    todo = Todo()
    todo.add("uid", _uid(party, row["see"], row["what"], row["side"]))
    todo.add("dtstamp", at)
    todo.add("due", at)
    whom = f" ({row['party']})" if row["party"] else ""
    todo.add("summary", f"{say(row['what'])}{whom}")
    todo.add("description", f"{row['ref']}; {row['see']}")
    todo.add("categories", [row["side"]])
    return todo


def _event(party: str, row: Mapping[str, Any]) -> Event:
    event = Event()
    event.add("uid", _uid(party, row["matter"], row["name"], "dates"))
    changed = parse_instant(row["changed_at"])
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("dtstart", date.fromisoformat(row["begins"]))
    event.add("dtend", date.fromisoformat(row["ends"]) + timedelta(days=1))  # the first day no longer of it
    event.add("summary", f"{row['what']} ({row['with']})")
    event.add("description", f"comity {row['kind']} show {row['matter'][:12]}")
    event.add("status", row["status"].upper())
    event.add("categories", [row["kind"]])
    return event


def _uid(party: str, *names: str) -> str:
    return f"{hashlib.sha256(' '.join(names).encode()).hexdigest()[:32]}@{party}.comity"
