"""Search: words over all that who looks may read: items, matters, agreements, records, the journal."""

import re
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

import msgspec

from comity.console.view import View
from comity.console.visit import Visit
from comity.errors import NotFound

#: Of each kind so many are shown; the rest by the link below them.
_SHOWN = 8
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Search(View, frozen=True, kw_only=True):
    """What was found.

    Attributes:
        rows: everything found: its kind, name, path, and what tells it from others.
        words, party, since, until: what was looked for.
        more: kinds of which there is more, with the page that shows it.
        asked: whether anything was looked for.
        kinds: what is searched for this officer.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    words: str
    party: str
    since: str
    until: str
    more: list[dict[str, str]]
    asked: bool
    kinds: list[str]


def build(visit: Visit) -> Search:
    """Look for words, a Party and days, among what this officer may read."""
    words, party, since, until = (
        visit.query.get(name, "").strip()[:200] for name in ("words", "party", "since", "until")
    )
    rows: list[dict[str, Any]] = []
    more: list[dict[str, str]] = []
    asked = bool(words or party)
    if asked:
        for find in (_items, _matters, _agreements, _records, _entries):
            found, path = find(visit, words, party, since, until)
            rows += found[:_SHOWN]
            if len(found) > _SHOWN and path:
                more.append({"kind": found[0]["kind"], "path": path})
    searched = (
        ("item", "item-find"),
        ("matter", "matter-find"),
        ("agreement", "agreement-list"),
        ("record", "register-check"),
        ("entry", "journal-find"),
    )
    return Search(
        rows=rows,
        words=words,
        party=party,
        since=since,
        until=until,
        more=more,
        asked=asked,
        kinds=[kind for kind, verb in searched if visit.may(verb)],
    )


_Found = tuple[list[dict[str, Any]], str]


def _row(
    kind: str, name: str, path: str, about: str, state: str = "", at: str | None = None
) -> dict[str, Any]:
    return {"kind": kind, "name": name, "path": path, "about": about, "state": state, "at": at}


def _items(visit: Visit, words: str, party: str, since: str, until: str) -> _Found:
    def named() -> list[Any]:
        try:
            shown: Any = visit.asked("item-show", item=words) if words and " " not in words else None
        except NotFound:
            shown = None
        return [shown] if shown else []

    sought = {"words": words, "originator": party, "since": since, "until": until}
    found: Any = visit.asked(
        "item-find", limit=_SHOWN + 1, **{name: value for name, value in sought.items() if value}
    )
    rows = found["items"] if found else []
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
    ], f"/items?{_query(sought)}"


def _matters(visit: Visit, words: str, party: str, since: str, until: str) -> _Found:
    sought = {"words": words, "peer": party, "since": since, "until": until}
    found: Any = visit.asked("matter-find", all=True, limit=_SHOWN + 1, **sought)
    return [
        _row(
            "matter",
            row["title"] or row["id"][:12],
            f"/work/{row['id']}",
            f"{row['kind']} {row['with']}",
            row["state"],
            row["changed_at"],
        )
        for row in (found["matters"] if found else ())
    ], f"/work?all=1&{_query(sought)}"


def _agreements(visit: Visit, words: str, party: str, _since: str, _until: str) -> _Found:
    found: Any = visit.asked("agreement-list") or []
    wanted = words.casefold().split()
    return [
        _row("agreement", row["title"], f"/agreements/{row['id']}", row["id"], row["status"]["state"])
        for row in found
        if all(word in f"{row['title']} {row['id']}".casefold() for word in wanted)
        and party in ("", *row["parties"])
    ], "/agreements"


def _records(visit: Visit, words: str, _party: str, _since: str, _until: str) -> _Found:
    if not words or not visit.may("register-check"):
        return [], ""
    question = {"id": "page", "schema": "LegalEntity", "properties": {"name": [words]}}
    answers: Any = visit.ask("register-check", names=[msgspec.json.encode(question)], limit=_SHOWN)
    return [
        _row("record", hit["id"], f"/register?name={quote(words, safe='')}", "; ".join(hit["why"]), "hit")
        for hit in (answers[0]["hits"] if answers else ())
        if hit["hit"]
    ], ""


def _entries(visit: Visit, words: str, _party: str, _since: str, _until: str) -> _Found:
    if not _DIGEST.fullmatch(words.lower()):
        return [], ""
    found: Any = visit.asked("journal-find", act=words.lower()) or []
    return [
        _row(
            "entry",
            f"{row['number']} {row['kind']}",
            f"/journal?before={row['number'] + 1}",
            row["channel"],
            "",
            row["at"],
        )
        for row in found
    ], ""


def _query(sought: dict[str, str]) -> str:
    return urlencode({name: value for name, value in sought.items() if value})
