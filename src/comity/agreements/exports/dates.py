"""The days an agreement sets: beginnings, ends, extensions, last days for notice. Whole days in the agreement's zone.

`comity.interop.agreement_calendar` writes them as iCalendar.
"""

from collections.abc import Iterator
from datetime import date

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.clauses import LegalBasis, Term
from comity.agreements.periods import end_of_period, notice_deadline

__all__ = ["Day", "days"]


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
