"""Days that cannot be, or that cannot be kept: terms, notices, windows of clauses, legal bases."""

from collections.abc import Iterator
from datetime import date

from comity.agreements.clauses import Exchange, LegalBasis, Term
from comity.agreements.days import beginning, ending, zone_of
from comity.agreements.durations import Duration
from comity.agreements.periods import CUSTOMARY_NOTICE, end_of_period
from comity.agreements.rules.rule import Here, View, rule

Found = Iterator[tuple[Here, str]]


@rule("no-term", "error", reason="nothing says when it begins or ends", source="VCLT art. 24, 42, 54")
def _no_term(view: View) -> Found:
    if view.first(Term) is None:
        yield None, "no term clause: it never enters into force"


@rule("no-date", "error", reason="it never enters into force", source="VCLT art. 24(1)")
def _no_date(view: View) -> Found:
    for term in view.of(Term):
        if term.enters_into_force == "date" and term.date is None:
            yield term, '`enters_into_force = "date"` without `date`'


@rule(
    "no-way-to-end",
    "error",
    reason="no Party could ever leave by the text's own rule",
    source="VCLT art. 42(2), 56",
)
def _no_way_to_end(view: View) -> Found:
    for term in view.of(Term):
        if term.notice_runs == "before-expiry" and term.duration is None and term.notice is not None:
            yield (
                term,
                "notice counts back from an expiry, but there is no duration; say `duration` or `from-notice`",
            )
        if term.extension is not None and term.duration is None:
            yield term, "an extension without a duration extends nothing"


@rule(
    "no-notice",
    "warning",
    reason="where the text is silent, twelve months from notice apply",
    source="VCLT art. 56(2)",
)
def _no_notice(view: View) -> Found:
    for term in view.of(Term):
        if term.notice is None and (term.duration is None or term.extension is not None):
            yield term, "no `notice` is written; P12M from notice applies"


def _entry(term: Term) -> date | None:
    """Give the day of entry into force as far as the text itself tells."""
    return term.date if term.enters_into_force == "date" else term.signed


@rule(
    "day-does-not-exist",
    "warning",
    reason="a date the calendar does not have is settled by `date_rule`; better to name a day that exists",
    source="specs/agreement.md, Term, extension, notice",
)
def _day_does_not_exist(view: View) -> Found:
    for term in view.of(Term):
        entry = _entry(term)
        if entry is None or term.notice is None:
            continue
        if term.notice_runs == "before-expiry":
            for number in range(3 if term.extension else 1):
                end = end_of_period(term, entry, number)
                if end is not None and _is_moved(term.notice, end):
                    deadline = term.notice.before(end, term.date_rule)
                    yield (
                        term,
                        f"{term.notice} before {end} is no day of the calendar; {deadline} is the last day in time",
                    )
                    break


def _is_moved(notice: Duration, end: date) -> bool:
    try:
        return notice.before(end, "clamp") != notice.before(end, "next-day")
    except OverflowError:
        return False


@rule(
    "notice-never-in-time",
    "error",
    reason="an extension that cannot be stopped is no choice",
    source="VCLT art. 26, 54",
)
def _notice_never_in_time(view: View) -> Found:
    for term in view.of(Term):
        if term.notice_runs != "before-expiry" or term.duration is None:
            continue
        start = _entry(term) or date(2001, 1, 1)
        notice = term.notice or CUSTOMARY_NOTICE
        for number in (0, 1) if term.extension else (0,):
            begins = start if number == 0 else end_of_period(term, start, 0)
            ends = end_of_period(term, start, number)
            try:
                late = (
                    ends is not None and begins is not None and notice.before(ends, term.date_rule) < begins
                )
            except OverflowError:
                late = True
            if late:
                what = "the term" if number == 0 else "an extension"
                yield term, f"notice of {notice} is longer than {what}"
                break


@rule("order-of-dates", "warning", reason="the days contradict each other", source="VCLT art. 24, 25")
def _order_of_dates(view: View) -> Found:
    for term in view.of(Term):
        if term.signed and term.date and term.enters_into_force == "date" and term.date < term.signed:
            yield term, f"it enters into force on {term.date}, before it is signed on {term.signed}"
        entry = _entry(term)
        if term.provisional_from and entry and term.provisional_from >= entry:
            yield (
                term,
                f"provisional application from {term.provisional_from} comes no earlier than entry into force",
            )


@rule(
    "never-stands",
    "error",
    reason="a clause whose days are over before they begin says nothing",
    source="specs/agreement.md",
)
def _never_stands(view: View) -> Found:
    term = view.first(Term)
    zone = zone_of(term.zone if term else "UTC")
    for clause in view.clauses:
        begins, ends = beginning(clause.from_, zone), ending(clause.until, zone)
        if not isinstance(clause, LegalBasis) and begins is not None and ends is not None and ends <= begins:
            yield clause, f"it begins on {clause.from_} and ends on {clause.until}"


@rule(
    "revived-too-early",
    "error",
    reason="a law cannot be revived before it lapses",
    source="specs/agreement.md, Legal bases",
)
def _revived_too_early(view: View) -> Found:
    for clause in view.of(LegalBasis):
        if clause.revived is not None and (clause.until is None or clause.revived <= clause.until):
            lapse = f"lapses after {clause.until}" if clause.until else "never lapses"
            yield clause, f"`{clause.name}` {lapse} but is revived on {clause.revived}"


@rule(
    "time-without-duty",
    "warning",
    reason="a time counts only where giving is owed",
    source="specs/agreement.md",
)
def _time_without_duty(view: View) -> Found:
    for clause in view.of(Exchange):
        if clause.within is not None and clause.duty == "may":
            yield clause, f"`within = {clause.within}` stands beside `duty = may`"
