"""Today: what awaits this officer."""

from datetime import date, timedelta
from typing import Any, ClassVar

from comity.console.view import Count, View
from comity.console.views.share import titles_in
from comity.console.views.year import page_for
from comity.console.visit import Caller
from comity.languages import ngettext

#: How long before the last day of a notice it is shown.
NOTICE_WINDOW = timedelta(days=90)
#: Letters counted of one state, and letters that came last among which unread items are looked for.
_COUNTED, _RECENT = 1000, 100
#: How long before its day what is owed is shown, and so many lines of it; the year shows the rest.
DUE_AHEAD = timedelta(days=30)
_OWED = 10


class Today(View, frozen=True, kw_only=True):
    """What awaits this officer.

    Attributes:
        rows: each thing that awaits, with where it is seen to.
        due: what this Party owes within a month, soonest first, with its page; what is late comes first.
        titles: titles of the items that stand there, by the beginnings of their digests.
        notices: agreements whose notice must be given soon, with the last day.
        stopped: Parties whose channel waits for a person.
        time_waits: why nothing that has run out is erased; empty where the clock is borne out.
        may_confirm: whether this officer may say that the clock is right.
        party, deployment: whose console this is, and in which world.
        last_entry: when this node last entered anything. `entries`: how many entries there were; more of them is news.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    due: list[dict[str, Any]]
    titles: dict[str, str]
    notices: list[dict[str, Any]]
    stopped: list[dict[str, Any]]
    time_waits: str
    may_confirm: bool
    party: str
    deployment: str
    last_entry: str | None
    entries: int


def build(visit: Caller) -> Today:
    """Find out what awaits."""
    entries = visit.entries()
    status: Any = visit.ask("status")
    counts = [*_consents(visit), *_letters(visit), *_rest(visit), *_register(visit)]
    due = _due(visit)
    return Today(
        rows=[{"what": each.words, "where": each.path, "urgent": each.urgent} for each in counts],
        due=due,
        titles=titles_in(visit, [row["what"] for row in due]),
        notices=_notices(visit),
        stopped=list(status["stopped"]),
        time_waits=status["time_waits"],
        may_confirm=visit.may("time-confirm"),
        party=status["party"],
        deployment=status["deployment"],
        last_entry=status["last_entry"],
        entries=entries,
    )


def _consents(visit: Caller) -> list[Count]:
    rows: Any = visit.asked("consent-list") or []
    party = visit.desk.node.party
    to_give = [row for row in rows if row["owner"] == party and row["state"] == "asked"]
    waiting = [row for row in rows if row["ours"] and row["state"] == "asked"]
    found = []
    if to_give and visit.may("consent-grant"):
        words = ngettext(
            "{count} consent to give or refuse", "{count} consents to give or refuse", len(to_give)
        )
        found.append(Count(words, "/consents", urgent=True))
    if waiting:
        words = ngettext("{count} consent asked of others", "{count} consents asked of others", len(waiting))
        found.append(Count(words, "/consents"))
    return found


def _letters(visit: Caller) -> list[Count]:
    found = []
    apart: Any = visit.asked("inbox", limit=_COUNTED, state="quarantined") or []
    if apart:
        words = ngettext("{count} letter in quarantine", "{count} letters in quarantine", len(apart))
        found.append(Count(words, "/inbox?state=quarantined", urgent=True))
    inbox: Any = visit.asked("inbox", limit=_RECENT) or []
    came = [row["item"] for row in inbox if row.get("item")]
    unread = [item for item in came if item.get("needs_reading") or not item.get("caveats_read", True)]
    if unread:
        words = ngettext("{count} item must be read first", "{count} items must be read first", len(unread))
        found.append(Count(words, "/inbox"))
    owed: Any = visit.asked("outbox", limit=_COUNTED, state="owed") or []
    if owed:
        words = ngettext("{count} letter not receipted yet", "{count} letters not receipted yet", len(owed))
        found.append(Count(words, "/sent?state=owed"))
    return found


def _rest(visit: Caller) -> list[Count]:
    found = []
    matters: Any = visit.asked("matter-count") or {"waiting": 0, "dated": 0}
    if matters["waiting"]:
        words = ngettext("{count} matter waits for us", "{count} matters wait for us", matters["waiting"])
        found.append(Count(words, "/work", urgent=bool(matters["dated"])))
    found += _asked_by_persons(visit)
    late: Any = visit.asked("withdrawals-overdue") or []
    if late:
        words = ngettext(
            "{count} answer to a withdrawal is late", "{count} answers to withdrawals are late", len(late)
        )
        found.append(Count(words, "/items?state=withdrawn", urgent=True))
    resting: Any = visit.asked("item-find", state="source-withdrawn", limit=100)
    review = resting["items"] if resting else []
    if review:
        words = ngettext(
            "{count} item rests on something withdrawn",
            "{count} items rest on something withdrawn",
            len(review),
        )
        found.append(Count(words, "/items?state=source-withdrawn", urgent=True))
    shown: Any = visit.asked("agreement-proposals") or []
    proposals = [row for row in shown if row["state"] == "open" and row["by"] != visit.desk.node.party]
    if proposals:
        words = ngettext("{count} text proposed to sign", "{count} texts proposed to sign", len(proposals))
        found.append(Count(words, "/agreements", urgent=True))
    protests: Any = visit.asked("protest-list") or []
    if protests:
        words = ngettext("{count} protest received", "{count} protests received", len(protests))
        found.append(Count(words, "/protests"))
    begun: Any = visit.asked("draft-list") or []
    texts = [row for row in begun if row["kind"] == "text"]
    if len(begun) > len(texts):
        words = ngettext("{count} draft of yours", "{count} drafts of yours", len(begun) - len(texts))
        found.append(Count(words, "/compose"))
    if texts:
        found.append(Count(ngettext("{count} text begun", "{count} texts begun", len(texts)), "/texts"))
    second = [
        row
        for row in visit.desk.node.store.read(lambda transaction: transaction.all_pending())
        if row.by != visit.officer.id and visit.may(row.verb) and visit.at < row.ends_at
    ]
    if second:
        words = ngettext(
            "{count} act waits for a second officer", "{count} acts wait for a second officer", len(second)
        )
        found.append(Count(words, "/second", urgent=True))
    return found


def _asked_by_persons(visit: Caller) -> list[Count]:
    """Count persons' requests that wait for an answer here, and acts of necessity that wait for a review."""
    if not visit.may("redress-grant"):
        return []
    party, waits, found = visit.desk.node.party, ("waiting", "overdue"), []
    requests: Any = visit.asked("redress-list") or []
    open_ = sum(row["of"] == party and row["state"] in waits for row in requests)
    if open_:
        words = ngettext("{count} person's request to answer", "{count} persons' requests to answer", open_)
        found.append(Count(words, "/redress", urgent=True))
    notices: Any = visit.asked("necessity-list") or []
    unread = sum(row["by"] != party and row["state"] in waits for row in notices)
    if unread:
        words = ngettext("{count} act of necessity to review", "{count} acts of necessity to review", unread)
        found.append(Count(words, "/redress", urgent=True))
    return found


def _register(visit: Caller) -> list[Count]:
    due: Any = visit.asked("register-due")
    if not due:
        return []
    found = []
    if due["to_answer"]:
        words = ngettext("{count} follow-up to answer", "{count} follow-ups to answer", len(due["to_answer"]))
        found.append(Count(words, "/register/hits?told=1&state=asked", urgent=True))
    told: Any = visit.asked("register-hits", limit=_COUNTED) or []
    fresh = sum(row["state"] == "told" for row in told)
    if fresh:
        words = ngettext("{count} hit to look at", "{count} hits to look at", fresh)
        found.append(Count(words, "/register/hits?state=told"))
    if due["to_close"]:
        words = ngettext("{count} hit to close", "{count} hits to close", len(due["to_close"]))
        found.append(Count(words, "/register/hits?state=released", urgent=True))
    if due["flags"]:
        words = ngettext("{count} flag to settle", "{count} flags to settle", len(due["flags"]))
        found.append(Count(words, "/register/flags"))
    if due["reviews"]:
        words = ngettext("{count} record to review", "{count} records to review", len(due["reviews"]))
        found.append(Count(words, "/register/quotas"))
    return found


def _due(visit: Caller) -> list[dict[str, Any]]:
    until = visit.at.date() + DUE_AHEAD
    rows: Any = visit.asked("due-list", ours=True, until=until.isoformat(), limit=_OWED) or []
    return [{**row, "path": page_for(visit, row["see"])} for row in rows]


def _notices(visit: Caller) -> list[dict[str, Any]]:
    agreements: Any = visit.asked("agreement-list") or []
    today = visit.at.date()
    found = []
    for each in agreements:
        deadline = each["status"]["notice_deadline"]
        if deadline and today <= date.fromisoformat(deadline) <= today + NOTICE_WINDOW:
            found.append({"agreement": each["id"], "title": each["title"], "last_day": deadline})
    return found
