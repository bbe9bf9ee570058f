"""The days of an agreement in a calendar that any calendar program reads."""

from datetime import UTC, date, datetime
from pathlib import Path

from icalendar import Calendar

from comity.agreements.folder import read_folder
from comity.interop.agreement_calendar import agreement_calendar

EXAMPLES = Path(__file__).parents[2] / "examples"
STAMP = datetime(2026, 3, 1, tzinfo=UTC)


def events(name: str, until: date) -> list[tuple[date, str]]:
    calendar = Calendar.from_ical(agreement_calendar(read_folder(EXAMPLES / name), until, STAMP))
    assert calendar.errors == []
    return [(event.decoded("dtstart"), str(event["summary"])) for event in calendar.walk("VEVENT")]


def test_the_days_of_1989_as_a_program_reads_them_back():
    found = events("cs-su-1989", date(2010, 1, 1))
    assert (date(2004, 2, 29), "cs-su-1989: last day for notice") in found
    assert (date(2009, 2, 28), "cs-su-1989: last day for notice") in found
    assert len(found) == 6


def test_each_day_is_whole_and_keeps_its_name():
    data = agreement_calendar(read_folder(EXAMPLES / "north-south-2026"), date(2040, 1, 1), STAMP)
    found = Calendar.from_ical(data).walk("VEVENT")
    uids = [str(event["uid"]) for event in found]
    assert len(set(uids)) == len(uids) > 2
    assert all((event.decoded("dtend") - event.decoded("dtstart")).days == 1 for event in found)
    assert data == agreement_calendar(read_folder(EXAMPLES / "north-south-2026"), date(2040, 1, 1), STAMP)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
