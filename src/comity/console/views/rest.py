"""The smaller screens: Parties, journal, officers, what waits for a second officer, register, protests, oneself."""

from typing import Any, ClassVar

from comity.console.view import View
from comity.console.visit import Visit
from comity.node.roles import Role

#: Entries a page shows.
PAGE = 50


class Parties(View, frozen=True, kw_only=True):
    """The Parties known here.

    Attributes:
        rows: each with its card, what is owed to it and how far both journals are witnessed.
        may_accept: whether this officer accepts cards.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    may_accept: bool


class Journal(View, frozen=True, kw_only=True):
    """Entries of the journal.

    Attributes:
        rows: the entries, newest first.
        channel: the peer whose channel is shown; empty for the whole node.
        size: how many entries there are. `witnessed`: up to which the peer has cosigned.
        before: where the next page begins; None on the last.
        comparison: the newest comparison with that peer; None where there was none.
        channels: peers whose channel can be chosen.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    channel: str
    size: int
    witnessed: int
    before: int | None
    comparison: dict[str, Any] | None
    channels: list[str]


class Officers(View, frozen=True, kw_only=True):
    """The officers of this Party.

    Attributes:
        rows: each with roles and state.
        roles: roles to choose from.
        own: the handle of who looks.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    roles: list[str]
    own: str


class Second(View, frozen=True, kw_only=True):
    """Acts that wait for a second officer.

    Attributes:
        rows: each with who wants it, and whether the one who looks may confirm it.
        past: what became of earlier ones.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    past: list[dict[str, Any]]


class Register(View, frozen=True, kw_only=True):
    """A check of one's own register.

    Attributes:
        rows: records found, best first, each with its score and why.
        name, born, country: what was asked for.
        asked: whether anything was.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    name: str
    born: str
    country: str
    asked: bool


class Protests(View, frozen=True, kw_only=True):
    """Protests received.

    Attributes:
        rows: what came to somebody that should not have, and on which grounds.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]


class Me(View, frozen=True, kw_only=True):
    """The officer who looks.

    Attributes:
        handle, name, roles: who, and as what.
        language, zone, theme: how pages are shown.
        ways: what the officer signs in with.
        by: how this session was begun.
        zones: zones to choose from.
        fresh_secret: a shared secret for a code, offered to be set up.
    """

    handle: str
    name: str
    roles: list[str]
    language: str
    zone: str
    theme: str
    ways: list[dict[str, Any]]
    by: str
    zones: list[str]
    fresh_secret: str


class Components(View, frozen=True, kw_only=True):
    """Every part that pages are made of, once, to be looked at.

    Attributes:
        rows: a table. `verdicts`: a verdict of each outcome.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    verdicts: list[dict[str, Any]]


def parties(visit: Visit) -> Parties:
    """List the Parties."""
    rows: Any = visit.ask("peer-list")
    return Parties(rows=rows, may_accept=visit.may("card-accept"))


def journal(visit: Visit) -> Journal:
    """Show a page of the journal."""
    channel, before = visit.query.get("channel", ""), visit.query.get("before", "")
    start = int(before) if before.isdecimal() and len(before) < 16 else 0
    shown: Any = visit.ask("journal-page", channel=channel, before=start, limit=PAGE)
    comparison: Any = visit.asked("journal-comparison", peer=channel) if channel else None
    peers: Any = visit.ask("peer-list")
    return Journal(
        rows=shown["entries"],
        channel=channel,
        size=shown["size"],
        witnessed=shown["witnessed"],
        before=shown["before"],
        comparison=comparison,
        channels=[each["party"] for each in peers],
    )


def officers(visit: Visit) -> Officers:
    """List the officers."""
    rows: Any = visit.ask("officer-list")
    return Officers(rows=rows, roles=[str(each) for each in Role], own=visit.officer.handle)


def second(visit: Visit) -> Second:
    """List what waits for a second officer, as far as the one who looks has to do with it."""

    def read(transaction: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        names = {row.id: row.name for row in transaction.officers()}
        found = []
        for state in ("open", "done", "declined", "failed", "expired"):
            for row in transaction.all_pending(state=state, limit=PAGE):
                mine = row.by == visit.officer.id
                if mine or visit.may(row.verb):
                    found.append(
                        {
                            "id": row.id,
                            "verb": row.verb,
                            "words": row.words,
                            "by": names.get(row.by, row.by),
                            "at": row.at.isoformat(),
                            "ends_at": row.ends_at.isoformat(),
                            "state": row.state,
                            "second": names.get(row.second, row.second),
                            "outcome": row.outcome,
                            "mine": mine,
                        }
                    )
        waiting = [each for each in found if each["state"] == "open"]
        return waiting, [each for each in found if each["state"] != "open"]

    waiting, past = visit.desk.node.store.read(read)
    return Second(rows=waiting, past=past)


def register(visit: Visit) -> Register:
    """Check a name against one's own register."""
    import msgspec

    name, born, country = (visit.query.get(each, "").strip() for each in ("name", "born", "country"))
    rows: list[dict[str, Any]] = []
    if name:
        properties = {
            "name": [name],
            "birthDate": [born] if born else [],
            "country": [country] if country else [],
        }
        question = {
            "id": "page",
            "schema": "Person",
            "properties": {k: v for k, v in properties.items() if v},
        }
        answers: Any = visit.ask("register-check", names=[msgspec.json.encode(question)], limit=10)
        rows = list(answers[0]["hits"]) if answers else []
    return Register(rows=rows, name=name, born=born, country=country, asked=bool(name))


def protests(visit: Visit) -> Protests:
    """List the protests."""
    rows: Any = visit.ask("protest-list")
    return Protests(rows=rows)


def me(visit: Visit) -> Me:
    """Show who looks, and how they sign in."""
    from zoneinfo import available_timezones

    from comity.console.sign_in import new_secret

    held = visit.desk.node.store.read(lambda transaction: transaction.credentials(visit.officer.id))
    return Me(
        handle=visit.officer.handle,
        name=visit.officer.name,
        roles=list(visit.officer.roles),
        language=visit.officer.language,
        zone=visit.officer.zone,
        theme=visit.officer.theme,
        ways=[
            {
                "id": each.id,
                "kind": each.kind,
                "label": each.label,
                "since": each.created_at.isoformat(),
                "used": each.used_at.isoformat() if each.used_at else None,
            }
            for each in held
        ],
        by=visit.session.by,
        zones=sorted(available_timezones()),
        fresh_secret=new_secret(),
    )


def components(_visit: Visit) -> Components:
    """Show every part once."""
    grounds = [
        {"ref": "north-south-2026 art. 5", "text": "What one Party provides is passed on with its word."}
    ]
    verdicts = [
        {
            "decision": outcome,
            "grounds": grounds,
            "ask": ["north.example"] if outcome == "needs-consent" else [],
            "asked_for": [],
            "obligations": [
                {"kind": "retention", "value": "P3Y", "to": "", "ref": "north-south-2026 art. 7"}
            ],
            "remedies": ["releasable to east.example without report-3 (source: north.example)"],
            "agreement": "north-south-2026",
            "digest": "0" * 64,
        }
        for outcome in ("permitted", "needs-consent", "refused")
    ]
    return Components(
        rows=[{"name": "a row", "state": "held", "at": "2031-03-14T09:00:00Z"}], verdicts=verdicts
    )
