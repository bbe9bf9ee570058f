"""Year: matters as bars from the day they were opened to the day they are due, and everything that has a day below."""

from datetime import date
from typing import Any, ClassVar
from urllib.parse import quote

from babel.dates import get_month_names

from comity.console import plots
from comity.console.view import View
from comity.console.views.share import titles_in
from comity.console.visit import Caller, Visit
from comity.control.verb import Desk
from comity.errors import BadInput
from comity.interop.due_calendar import as_calendar
from comity.languages import _, current, speaking
from comity.languages.page_words import named, on_a_page, title_on_a_page
from comity.languages.reading import TAGS
from comity.node.calendar_address import KIND, officer_at

#: Matters drawn, the newest.
_DRAWN = 200
#: Lines of what has a day on a page.
_LINES = 100
#: The first words of the command that shows a thing -> its page.
_PAGES = {
    "comity consent": "/consents",
    "comity outbox": "/sent",
    "comity necessity": "/redress",
    "comity card": "/parties",
    "comity register": "/register/flags",
    "comity summary": "/summary",
}
#: A plan that is owed begins with its form.
_PLAN = ["plan", "next"]


#: How a page's path begins -> the verb without which it is closed.
_NEEDS = {
    "/agreements/": "agreement-read",
    "/consents": "consent-list",
    "/items/": "item-show",
    "/new/": "matter-open",
    "/redress": "redress-list",
    "/register/": "register-show",
    "/sent": "outbox",
    "/work": "matter-find",
}


class Year(View, frozen=True, kw_only=True):
    """A year of Work.

    Attributes:
        year: the year.
        drawn: matters by kind as bars on a line; None where there are none.
        rows: what has a day in that year, soonest first: ours, theirs or our own, with its article and page, if open.
        titles: titles of the items that stand there, by the beginnings of their digests.
        further: from which instant the next lines are; empty at the end.
        before, after: the years beside it.
        has_address: whether this officer has one.
    """

    table: ClassVar[str] = "rows"

    year: int
    drawn: plots.Plot | None
    rows: list[dict[str, Any]]
    titles: dict[str, str]
    further: str
    before: int
    after: int
    has_address: bool


def build(visit: Visit) -> Year:
    """Draw a year.

    Raises:
        BadInput: the year is none.
    """
    text = visit.query.get("year", "") or str(visit.at.year)
    if not text.isdecimal() or not 1970 <= int(text[:5]) <= 9000:
        raise BadInput(_("field `{name}`: `{value}` is not a whole number", name="year", value=text[:40]))
    year = int(text)
    begins, ends = date(year, 1, 1), date(year + 1, 1, 1)
    found: Any = visit.asked(
        "matter-find", all=True, since=begins.isoformat(), until=ends.isoformat(), limit=_DRAWN
    )
    found = found or {"matters": []}
    lanes: dict[str, list[tuple[date, date, int, str]]] = {}
    for row in reversed(found["matters"]):
        first = date.fromisoformat(row["opened_at"][:10])
        last = date.fromisoformat((row["due"] or row["changed_at"])[:10])
        words = f"{title_on_a_page(row['title'], row['kind'])} ({on_a_page(row['state'] or 'waiting')}, {row['with']})"
        lanes.setdefault(row["kind"], []).append((first, max(last, first), 0 if row["ours"] else 1, words))
    start = visit.query.get("from", "")[:40] or begins.isoformat()
    due, further = _due(visit, start, ends)
    rows = [{**row, "path": page_for(visit, row["see"])} for row in due if row["at"][:4] == str(year)]
    titles = titles_in(visit, [row["what"] for row in rows])
    if rows:
        lanes[_("due")] = [
            (day, day, 2, named(on_a_page(row["what"]), titles))
            for row in rows
            for day in (date.fromisoformat(row["at"][:10]),)
        ]
    names = get_month_names("abbreviated", locale=current())
    months = [(date(year, month, 1), names[month]) for month in range(1, 13)]
    drawn = [(on_a_page(kind), stretches) for kind, stretches in lanes.items()]
    held = visit.desk.node.store.read(lambda transaction: transaction.credentials(visit.officer.id))
    return Year(
        year=year,
        drawn=plots.spans(drawn, begins, ends, months, visit.at.date()) if drawn else None,
        rows=rows,
        titles=titles,
        further=further,
        before=year - 1,
        after=year + 1,
        has_address=any(row.kind == KIND for row in held),
    )


def _due(visit: Visit, start: str, ends: date) -> tuple[list[dict[str, Any]], str]:
    """Give a page of what is due from an instant on, and from which instant the next one is.

    A page ends between two instants, never within one: whatever falls together stands together.
    """
    limit = _LINES
    while True:
        found: Any = visit.ask("due-list", since=start, until=ends.isoformat(), limit=limit + 1)
        if len(found) <= limit:
            return found, ""
        following = found[-1]["at"]
        shown = [row for row in found if row["at"] < following]
        if shown:
            return shown, following
        limit *= 4


def calendar(caller: Caller) -> bytes:
    """Give what is due as iCalendar, in the reader's language, with the titles of the items the reader may see."""
    rows: Any = caller.ask("due-list")
    titles = titles_in(caller, [row["what"] for row in rows])
    return as_calendar(caller.desk.node.party, rows, say=lambda what: named(on_a_page(what), titles))


def calendar_at(desk: Desk, token: str) -> bytes:
    """Give what is due as iCalendar, to a calendar program that comes with a token, as its officer reads it.

    Raises:
        NotFound: the token opens no calendar.
        RefusedHere: its officer's roles show nothing of it any more.
    """
    officer = desk.read(lambda transaction: officer_at(transaction, token))
    with speaking(officer.language if officer.language in TAGS else "en"):
        return calendar(Caller(desk=desk, officer=officer, at=desk.node.clock.now()))


def page_for(visit: Caller, command: str) -> str:
    """Give the page that shows what a command shows, for this officer; empty where it is not open to them."""
    path = page_of(command)
    if path == "/new/plan" and not visit.may("matter-open"):
        path = "/work"
    needed = next((verb for start, verb in _NEEDS.items() if path.startswith(start)), "")
    return path if not needed or visit.may(needed) else ""


def page_of(command: str) -> str:
    """Give the page that shows what a command shows."""
    words = command.split()
    if words[1:2] == ["withdraw"]:
        return f"/items/{words[2]}"
    if words[1:3] == ["agreement", "notice"]:
        return f"/agreements/{words[3]}"
    if words[1:3] == ["register", "show"]:
        return f"/register/hits/{words[3]}"
    if words[1:3] == ["register", "review"]:
        return f"/register/records/{quote(words[3], safe='')}"
    if words[1:3] == _PLAN:
        return "/new/plan"
    if words[2:3] == ["show"] and len(words) > 3:
        return f"/work/{words[3]}"
    return _PAGES.get(" ".join(words[:2]), "/work")
