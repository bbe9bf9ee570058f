"""The smaller screens: officers, what waits for a second officer, protests, oneself, every part once."""

from typing import Any, ClassVar

from babel import Locale

from comity.console.view import View
from comity.console.visit import Visit
from comity.languages.reading import TAGS, _
from comity.languages.words import N_
from comity.node.roles import Role

#: Entries a page shows.
PAGE = 50
#: An act that needs two officers -> what it is called.
_ACTS = {
    **dict.fromkeys(("agreement-sign", "agreement-sign-named", "agreement-sign-part"), N_("sign a text")),
    "agreement-closing-sign": N_("sign the account of an end"),
    "agreement-notice": N_("give a notice"),
    "card-publish": N_("publish a card with new keys"),
    "share": N_("pass an item on by necessity"),
}


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
        rows: each with what is wanted, in words and in detail, by whom, and whether the one who looks may confirm it.
        past: what became of earlier ones.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    past: list[dict[str, Any]]


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
        language, zone, theme: how pages are shown. `languages`: to choose from, each by its own name.
        ways: what the officer signs in with.
        by: how this session was begun.
        zones: zones to choose from.
        fresh_secret: a shared secret for a code, offered to be set up.
        notify, address: how often the officer is told what awaits, and where.
        provider: whether a provider of identity can be bound.
        mail_goes_to: the domains that mail may go to; empty where no mail is sent.
    """

    handle: str
    name: str
    roles: list[str]
    language: str
    languages: dict[str, str]
    zone: str
    theme: str
    ways: list[dict[str, Any]]
    by: str
    zones: list[str]
    fresh_secret: str
    notify: str
    address: str
    mail_goes_to: list[str]
    provider: bool


class Components(View, frozen=True, kw_only=True):
    """Every part that pages are made of, once, to be looked at.

    Attributes:
        rows: a table. `verdicts`: a verdict of each outcome.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    verdicts: list[dict[str, Any]]


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
                            "what": _(_ACTS[row.verb]) if row.verb in _ACTS else row.verb,
                            "words": row.words,
                            "details": row.words.removeprefix(row.verb)
                            .strip()
                            .removeprefix("(")
                            .removesuffix(")"),
                            "by": names.get(row.by, row.by),
                            "at": row.at.isoformat(),
                            "ends_at": row.ends_at.isoformat(),
                            "state": "expired" if state == "open" and visit.at >= row.ends_at else state,
                            "second": names.get(row.second, row.second),
                            "outcome": row.outcome,
                            "mine": mine,
                        }
                    )
        waiting = [each for each in found if each["state"] == "open"]
        return waiting, [each for each in found if each["state"] != "open"]

    waiting, past = visit.desk.node.store.read(read)
    return Second(rows=waiting, past=past)


def protests(visit: Visit) -> Protests:
    """List the protests."""
    rows: Any = visit.ask("protest-list")
    return Protests(rows=rows)


def me(visit: Visit) -> Me:
    """Show who looks, and how they sign in."""
    from zoneinfo import available_timezones

    from comity.console.sign_in import new_secret

    held = visit.desk.node.store.read(lambda transaction: transaction.credentials(visit.officer.id))
    settings = visit.desk.home.settings
    return Me(
        handle=visit.officer.handle,
        name=visit.officer.name,
        roles=list(visit.officer.roles),
        language=visit.officer.language,
        languages={tag: str(Locale.parse(tag).get_display_name()).capitalize() for tag in TAGS},
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
        fresh_secret=visit.brought.get("secret")
        or new_secret(),  # the one that an authenticator holds by now
        notify=visit.officer.notify,
        address=visit.officer.address,
        mail_goes_to=list(settings.mail_goes_to) if settings.mail_server else [],
        provider=bool(settings.oidc_issuer),
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
        rows=[{"name": _("a row"), "state": "held", "at": "2031-03-14T09:00:00Z"}], verdicts=verdicts
    )
