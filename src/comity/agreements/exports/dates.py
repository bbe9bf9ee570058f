"""The days of an agreement as iCalendar (RFC 5545): beginnings, ends, extensions, last days for notice.

Days are whole days in the agreement's zone. Written by hand, for it is a dozen lines; `DTSTAMP` is an argument.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.clauses import LegalBasis, Term
from comity.agreements.periods import end_of_period, notice_deadline
from comity.clock import Instant

__all__ = ["Day", "days", "icalendar"]


class Day(msgspec.Struct, frozen=True, order=True):
    """A day worth knowing: which, what happens, and the article."""

    day: date
    said: str
    ref: str


def days(agreement: Agreement, until: date) -> tuple[Day, ...]:
    """Give the days the text itself sets, up to `until`, in order. Notices are no part of them: ask `status`."""
    found = [each for each in _days(agreement, until) if each.day <= until]
    return tuple(sorted(found))


def _days(agreement: Agreement, until: date) -> Iterator[Day]:
    for clause in agreement.clauses:
        if isinstance(clause, Term):
            yield from _term(clause, until)
        elif isinstance(clause, LegalBasis):
            if clause.until:
                yield Day(clause.until, f"last day of {clause.name}", str(clause.ref))
            if clause.revived:
                yield Day(clause.revived, f"{clause.name} counts again", str(clause.ref))
        elif isinstance(clause.until, date):
            yield Day(clause.until, f"last day of {clause.clause_kind}", str(clause.ref))


def _term(term: Term, until: date) -> Iterator[Day]:
    ref = str(term.ref)
    entry = term.date if term.enters_into_force == "date" else term.signed
    if term.signed:
        yield Day(term.signed, "signed", ref)
    if term.provisional_from:
        yield Day(term.provisional_from, "provisional application begins", ref)
    if entry is None:
        return
    yield Day(entry, "entry into force", ref)
    begins, number = entry, 0
    while (ends := end_of_period(term, entry, number)) is not None and begins <= until:
        deadline = notice_deadline(term, entry, begins)
        if deadline is not None:
            yield Day(deadline, "last day for notice", ref)
        yield Day(ends, "extended unless notice was given" if term.extension else "over", ref)
        begins, number = ends, number + 1


def icalendar(agreement: Agreement, until: date, stamp: Instant) -> bytes:
    """Give these days as one calendar."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Comity//agreement//EN"]
    for index, each in enumerate(days(agreement, until)):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{agreement.digest[:16]}-{each.day:%Y%m%d}-{index}@{agreement.id}.comity",
            f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{each.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{each.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(f'{agreement.id}: {each.said}')}",
            f"DESCRIPTION:{_escaped(f'{each.ref}, {agreement.title}')}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _escaped(text: str) -> str:
    for char in ("\\", ";", ","):
        text = text.replace(char, "\\" + char)
    return text.replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """Fold at 75 octets without cutting a character (RFC 5545 §3.1)."""
    folded, part = b"", b""
    for char in line:
        octets = char.encode()
        if len(part) + len(octets) > 75:
            folded, part = folded + part + b"\r\n", b" "
        part += octets
    return folded + part + b"\r\n"
