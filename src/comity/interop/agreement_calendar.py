"""The days an agreement sets, as iCalendar (RFC 5545): beginnings, ends, extensions, last days for notice.

Each is a whole day in the agreement's zone, with a UID that stays the same, so that a calendar that reads the file
twice has each day once.
"""

from datetime import date, timedelta

from icalendar import Calendar, Event

from comity.agreements.agreement import Agreement
from comity.agreements.exports.dates import days
from comity.clock import Instant

__all__ = ["agreement_calendar"]


def agreement_calendar(agreement: Agreement, until: date, stamp: Instant) -> bytes:
    """Give the days up to `until` as one calendar; `stamp` is when it was made."""
    calendar = Calendar()
    calendar.add("prodid", "-//Comity//agreement//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for each in days(agreement, until):
        event = Event()
        event.add("uid", f"{each.day:%Y%m%d}-{'-'.join(each.said.split())[:60]}@{agreement.id}.comity")
        event.add("dtstamp", stamp)
        event.add("dtstart", each.day)
        event.add("dtend", each.day + timedelta(days=1))
        event.add("summary", f"{agreement.id}: {each.said}")
        event.add("description", f"{each.ref}, {agreement.title}")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
