"""Agreements: what is held, what is proposed; one as text and clauses side by side, with its life."""

from datetime import date, timedelta
from typing import Any, ClassVar

from comity.console import plots
from comity.console.permissions import needs_second
from comity.console.view import View
from comity.console.visit import Visit
from comity.languages import _, said
from comity.languages.words import N_

#: Kinds of notice that a form gives, with what each does. Accessions bring a text along; the command gives them.
_WHAT = {
    "denunciation": N_("ends the agreement after the time of notice"),
    "withdrawal": N_("takes this Party out of an agreement that goes on among the others"),
    "suspension": N_("stops new disclosures until it is resumed"),
    "resumption": N_("lets it go on after a suspension"),
    "instrument": N_("says that this Party's own procedures are done, where entry into force waits for that"),
    "revocation": N_("takes a notice back before it has its effect"),
}
_TEXT = {"name": "text", "label": N_("words to the other Parties"), "asked": "text", "required": False}
_OF = {"name": "of", "label": N_("the notice that is taken back"), "asked": "notice", "required": True}
_GROUND = {"name": "ground", "label": N_("the ground"), "asked": "text", "required": True}
_UNTIL = {"name": "until", "label": N_("until which day"), "asked": "date", "required": False}

#: kind -> what is asked beside it.
NOTICES: dict[str, tuple[dict[str, Any], ...]] = {
    "denunciation": (_TEXT,),
    "withdrawal": (_TEXT,),
    "suspension": (_GROUND, _UNTIL, _TEXT),
    "resumption": (_TEXT,),
    "instrument": (_TEXT,),
    "revocation": (_OF, _TEXT),
}


class Agreements(View, frozen=True, kw_only=True):
    """Agreements held and texts proposed.

    Attributes:
        rows: the agreements held, with their state now.
        proposals: texts proposed to this Party, and its own that others declined.
        may_sign: whether this officer signs.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    proposals: list[dict[str, Any]]
    may_sign: bool


class Agreement(View, frozen=True, kw_only=True):
    """One agreement.

    Attributes:
        rows: its articles: what each allowed and stopped, and whether it is enforced, evidenced or declared.
        agreement: text, clauses, life and findings.
        beside: another language's articles by number, shown beside; empty where none is chosen.
        beside_language: which; empty for none.
        life: its states, one after the other, each with its grounds.
        drawn: its life on a line of days, with notice windows and today; None where no day is known.
        forces: how many articles are enforced, evidenced, declared.
        may_notice, may_close: whether this officer gives notices, and sees what is due at the end.
        may_copy: whether it may be saved as a file.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    agreement: dict[str, Any]
    beside: dict[str, dict[str, Any]]
    beside_language: str
    life: list[dict[str, Any]]
    drawn: plots.Plot | None
    forces: dict[str, int]
    may_notice: bool
    may_close: bool
    may_copy: bool


class Versions(View, frozen=True, kw_only=True):
    """What was held of an agreement, version by version, and what each changed.

    Attributes:
        agreement: its id.
        rows: the versions, newest first, each with its changes of the one before.
        proposed: proposed texts of the same agreement, each with what it would change.
    """

    table: ClassVar[str] = "rows"

    agreement: str
    rows: list[dict[str, Any]]
    proposed: list[dict[str, Any]]


class Notice(View, frozen=True, kw_only=True):
    """A notice about to be given: one question after the other, the last of them whether it is meant.

    Attributes:
        agreement, title: under which agreement.
        step: the question asked now: `kind`, `words` or `confirm`.
        kind: what was answered so far. `said`: the fields of the notice so far.
        kinds: kinds of notice there are, with what each does.
        asks: fields this kind needs, each with how it is asked for. `notices`: those that can be taken back.
        needs_second: whether a second officer confirms it.
        deadline: the last day of notice; None where there is none.
    """

    agreement: str
    title: str
    step: str
    kind: str
    said: dict[str, str]
    kinds: list[dict[str, str]]
    asks: list[dict[str, Any]]
    notices: list[str]
    needs_second: bool
    deadline: str | None


def overview(visit: Visit) -> Agreements:
    """List agreements and proposals."""
    rows: Any = visit.ask("agreement-list")
    proposals: Any = visit.asked("agreement-proposals") or []
    kept = (
        "agreement",
        "digest",
        "by",
        "at",
        "state",
        "declined",
        "title",
        "parties",
        "signed_by",
        "findings",
    )
    return Agreements(
        rows=[
            {
                "id": row["id"],
                "title": row["title"],
                "parties": row["parties"],
                "state": row["status"]["state"],
                "since": row["status"]["since"],
                "until": row["status"]["until"],
                "notice_deadline": row["status"]["notice_deadline"],
                "digest": row["digest"],
            }
            for row in rows
        ],
        proposals=[{name: row[name] for name in kept} for row in proposals],
        may_sign=visit.may("agreement-sign-named"),
    )


def one(visit: Visit, id: str) -> Agreement:
    """Show one agreement.

    Raises:
        NotFound: it is not held here.
    """
    shown: Any = visit.ask("agreement-read", agreement=id, language=visit.query.get("language", ""))
    tags = [each["tag"] for each in shown["languages"]]
    second = visit.query.get("beside", "")
    second = second if second in tags and second != shown["language"] else ""
    beside: dict[str, dict[str, Any]] = {}
    if second:
        other: Any = visit.ask("agreement-read", agreement=id, language=second)
        beside = {each["number"]: each for each in other["articles"]}
    articles = shown["articles"]
    return Agreement(
        rows=[
            {name: each[name] for name in ("number", "heading", "force", "allowed", "stopped")}
            for each in articles
        ],
        agreement=shown,
        beside=beside,
        beside_language=second,
        life=[each for each in shown["timeline"] if each["since"] or each["until"]],
        drawn=_drawn(shown, visit.at.date()),
        forces={
            force: sum(each["force"] == force for each in articles)
            for force in ("enforced", "evidenced", "declared")
        },
        may_notice=visit.may("agreement-notice"),
        may_close=visit.may("agreement-closing"),
        may_copy=visit.may("agreement-copy"),
    )


def versions(visit: Visit, id: str) -> Versions:
    """Show what was held of an agreement, and what proposed texts would change.

    Raises:
        NotFound: it is not held here.
    """
    rows: Any = visit.ask("agreement-versions", agreement=id)
    proposals: Any = visit.asked("agreement-proposals") or []
    proposed = []
    for each in proposals:
        if each["agreement"] == id and each["digest"] != rows[0]["digest"]:
            compared: Any = visit.ask("agreement-compare", digest=each["digest"], agreement=id)
            proposed.append({"by": each["by"], "at": each["at"], **compared})
    return Versions(agreement=id, rows=rows, proposed=proposed)


def notice(visit: Visit, id: str) -> Notice:
    """Ask the next question of a notice.

    Raises:
        NotFound: the agreement is not held here.
    """
    shown: Any = visit.ask("agreement-read", agreement=id)
    kinds = notice_kinds()
    kind = visit.query.get("kind", "")
    kind = kind if kind in {each["name"] for each in kinds} else ""
    asks = NOTICES.get(kind, ())
    held: Any = visit.ask("agreement-versions", agreement=id)
    notices = [name for name in held[0]["files"] if name.startswith("notices/") and name.endswith(".toml")]
    given = {each["name"]: visit.query.get(each["name"], "").strip()[:1000] for each in asks}
    answered = visit.query.get("answered", "") == "1" and all(
        given[each["name"]] for each in asks if each["required"]
    )
    return Notice(
        agreement=shown["id"],
        title=shown["title"],
        step="kind" if not kind else "confirm" if answered else "words",
        kind=kind,
        said={name: value for name, value in given.items() if value},
        kinds=kinds,
        asks=[{**each, "label": said(each["label"])} for each in asks],
        notices=notices,
        needs_second=needs_second("agreement-notice", {"kind": kind}),
        deadline=shown["status"]["notice_deadline"],
    )


def notice_kinds() -> list[dict[str, str]]:
    """Give the kinds of notice a form can give, with what each does."""
    return [{"name": name, "what": said(what)} for name, what in _WHAT.items()]


#: How long before the last day of notice its window is drawn.
_WINDOW = timedelta(days=180)
_SERIES = {"in-force": 0, "extended": 0, "provisional": 2, "under-notice": 2, "suspended": 3, "ended": 3}


def _drawn(shown: dict[str, Any], today: date) -> plots.Plot | None:
    """Draw the life of an agreement on a line of days, from its beginning to some years from now."""
    stretches = [each for each in shown["timeline"] if each["since"] or each["until"]]
    days = [_day(each[name]) for each in stretches for name in ("since", "until") if each[name]]
    if not days:
        return None
    begins = min([*days, today]) - timedelta(days=30)
    ends = min(max([*days, today]) + timedelta(days=90), today + timedelta(days=4000))
    ends = max(ends, today + timedelta(days=365))
    life = [
        (
            _day(each["since"]) if each["since"] else begins,
            _day(each["until"]) if each["until"] else ends,
            _SERIES.get(each["state"], 1),
            said(each["state"]),
        )
        for each in stretches
    ]
    rows = [(_("state"), life)]
    deadline = shown["status"]["notice_deadline"]
    if deadline:
        last = date.fromisoformat(deadline)
        words = _("notice must be given by {day}", day=deadline)
        rows.append((_("notice window"), [(max(last - _WINDOW, begins), last + timedelta(days=1), 2, words)]))
    years = [(date(year, 1, 1), str(year)) for year in range(begins.year, ends.year + 1)]
    return plots.spans(rows, begins, ends, years, today)


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])
