"""Search: words over all that who looks may read: items, matters, agreements, records, the journal."""

import re
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

import msgspec

from comity.console.view import View
from comity.console.views.journal import entries
from comity.console.views.register import name_of
from comity.console.visit import Visit
from comity.errors import NotFound
from comity.handling.markings import TLP_LEVELS
from comity.languages import said
from comity.languages.journal_words import entry_in_words
from comity.languages.page_words import on_a_page, title_on_a_page

#: Of each kind so many are shown; the rest by the link below them.
_SHOWN = 8
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Sought(msgspec.Struct, frozen=True):
    """What is looked for; of each what is empty counts for nothing.

    Attributes:
        words: of a title, a name, what an entry says, or a digest.
        party, category, marking: whose, of which kind, how marked.
        since, until: from this day, and before that one.
    """

    words: str
    party: str
    category: str
    marking: str
    since: str
    until: str

    @property
    def asked(self) -> set[str]:
        """Give the names of what is asked for."""
        return {name for name in self.__struct_fields__ if getattr(self, name)}


class Kind(msgspec.Struct, frozen=True):
    """A kind of thing that is searched.

    Attributes:
        name: what it is called.
        verb: without it nobody sees any.
        has: what it can be looked for by.
        find: gives what is found, and the page that shows all of it.
    """

    name: str
    verb: str
    has: frozenset[str]
    find: Callable[[Visit, Sought], tuple[list[dict[str, Any]], str]]


class Search(View, frozen=True, kw_only=True):
    """What was found.

    Attributes:
        rows: everything found: its kind, name, path, and what tells it from others.
        words, party, category, marking, since, until: what was looked for.
        categories, markings: what can be chosen from.
        more: kinds of which there is more, with the page that shows it.
        asked: whether anything was looked for.
        kinds: what is searched for this officer.
        left_out: kinds that were not searched, because they have nothing of what was looked for.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    words: str
    party: str
    category: str
    marking: str
    since: str
    until: str
    categories: list[str]
    markings: list[str]
    more: list[dict[str, str]]
    asked: bool
    kinds: list[str]
    left_out: list[str]


def build(visit: Visit) -> Search:
    """Look for words, a Party, a category, a marking and days, among what this officer may read."""
    sought = Sought(*(visit.query.get(name, "").strip()[:200] for name in Sought.__struct_fields__))
    rows: list[dict[str, Any]] = []
    more: list[dict[str, str]] = []
    open_to = [each for each in KINDS if visit.may(each.verb)]
    searched = [each for each in open_to if sought.asked <= each.has]
    if sought.asked:
        for kind in searched:
            found, path = kind.find(visit, sought)
            rows += found[:_SHOWN]
            if len(found) > _SHOWN and path:
                more.append({"kind": kind.name, "path": path})
    choices: Any = visit.asked("share-choices") or {}
    return Search(
        rows=rows,
        **msgspec.structs.asdict(sought),
        categories=choices.get("categories", []),
        markings=list(TLP_LEVELS) if visit.may("item-find") else [],
        more=more,
        asked=bool(sought.asked),
        kinds=[each.name for each in searched],
        left_out=[each.name for each in open_to if each not in searched],
    )


_Found = tuple[list[dict[str, Any]], str]


def _row(
    kind: str, name: str, path: str, about: str, state: str = "", at: str | None = None
) -> dict[str, Any]:
    return {"kind": kind, "name": name, "path": path, "about": about, "state": state, "at": at}


def _items(visit: Visit, sought: Sought) -> _Found:
    def named() -> list[Any]:
        if sought.asked != {"words"} or " " in sought.words:
            return []
        try:
            return [visit.ask("item-show", item=sought.words)]
        except NotFound:
            return []

    given = _given(sought, party="originator")
    found: Any = visit.ask("item-find", limit=_SHOWN + 1, **given)
    rows = found["items"]
    known = {row["id"] for row in rows}
    rows = [*(row for row in named() if row["id"] not in known), *rows]
    return [
        _row(
            "item",
            row["title"] or row["id"][:12],
            f"/items/{row['id']}",
            f"{row['category']} {row['marking']} {row['originator']}",
            row["state"],
            row["added_at"],
        )
        for row in rows
    ], f"/items?{urlencode(given)}"


def _matters(visit: Visit, sought: Sought) -> _Found:
    given = _given(sought, party="peer")
    found: Any = visit.ask("matter-find", all=True, limit=_SHOWN + 1, **given)
    return [
        _row(
            "matter",
            title_on_a_page(row["title"], row["kind"]) or row["id"][:12],
            f"/work/{row['id']}",
            f"{on_a_page(row['kind'])} {row['with']}",
            row["state"],
            row["changed_at"],
        )
        for row in found["matters"]
    ], f"/work?all=1&{urlencode(given)}"


def _agreements(visit: Visit, sought: Sought) -> _Found:
    found: Any = visit.ask("agreement-list")
    wanted = sought.words.casefold().split()
    return [
        _row("agreement", row["title"], f"/agreements/{row['id']}", row["id"], row["status"]["state"])
        for row in found
        if all(word in f"{row['title']} {row['id']}".casefold() for word in wanted)
        and sought.party in ("", *row["parties"])
    ], "/agreements"


def _records(visit: Visit, sought: Sought) -> _Found:
    question = {"id": "page", "schema": "LegalEntity", "properties": {"name": [sought.words]}}
    answers: Any = visit.ask("register-check", names=[msgspec.json.encode(question)], limit=_SHOWN)
    return [
        _row(
            "record",
            name_of(visit, hit["id"]) or hit["id"],
            f"/register/records/{quote(hit['id'], safe='')}",
            "; ".join([hit["id"], *(said(each) for each in hit["why"])]),
            "hit",
        )
        for hit in (answers[0]["hits"] if answers else ())
        if hit["hit"]
    ], ""


def _entries(visit: Visit, sought: Sought) -> _Found:
    if _DIGEST.fullmatch(sought.words.lower()):
        found: Any = visit.ask("journal-find", act=sought.words.lower())
    else:
        given = (sought.words, sought.party, sought.since, sought.until)
        found = entries(visit, *given, limit=_SHOWN + 1)["entries"]
    return [
        _row(
            "entry",
            f"{row['channel_number'] if sought.party else row['number']} {entry_in_words(row['kind'])}",
            f"/journal?{urlencode(_place(sought, row))}",
            row["channel"],
            "",
            row["at"],
        )
        for row in found
    ], f"/journal?{urlencode(_given(sought, party='channel'))}"


def _place(sought: Sought, row: dict[str, Any]) -> dict[str, Any]:
    """Give the page of the journal that begins with an entry."""
    if sought.party:
        return {"channel": sought.party, "before": row["channel_number"] + 1}
    return {"before": row["number"] + 1}


def _given(sought: Sought, *, party: str) -> dict[str, str]:
    """Give what is asked for as a verb calls it."""
    return {party if name == "party" else name: getattr(sought, name) for name in sorted(sought.asked)}


_DAYS = ("since", "until")
KINDS: tuple[Kind, ...] = (
    Kind("item", "item-find", frozenset(Sought.__struct_fields__), _items),
    Kind("matter", "matter-find", frozenset(("words", "party", *_DAYS)), _matters),
    Kind("agreement", "agreement-list", frozenset(("words", "party")), _agreements),
    Kind("record", "register-check", frozenset(("words",)), _records),
    Kind("entry", "journal-find", frozenset(("words", "party", *_DAYS)), _entries),
)
