"""What is due, as iCalendar (RFC 5545): one to-do for each line, under a UID that stays the same."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from icalendar import Calendar, Todo

from comity.clock import parse_instant

__all__ = ["as_calendar"]


def as_calendar(party: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Give the lines of the verb `due-list` as one calendar."""
    calendar = Calendar()
    calendar.add("prodid", "-//Comity//duties//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for row in rows:
        at = parse_instant(row["at"])
        name = hashlib.sha256(f"{row['see']} {row['what']} {row['side']}".encode()).hexdigest()[:32]
        todo = Todo()
        todo.add("uid", f"{name}@{party}.comity")
        todo.add("dtstamp", at)
        todo.add("due", at)
        whom = f" ({row['party']})" if row["party"] else ""
        todo.add("summary", f"{row['what']}{whom}")
        todo.add("description", f"{row['ref']}; {row['see']}")
        todo.add("categories", [row["side"]])
        calendar.add_component(todo)
    written: bytes = calendar.to_ical()
    return written
