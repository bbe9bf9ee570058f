"""Sharing: compose or choose an item, choose a Party, and read the verdict before anything goes."""

from typing import Any, ClassVar

from comity.console.view import View
from comity.console.visit import Caller, Visit
from comity.errors import ComityError
from comity.handling.markings import TLP_LEVELS
from comity.languages.page_words import DIGEST
from comity.ports import Transaction


class Compose(View, frozen=True, kw_only=True):
    """A new item, as far as it is written.

    Attributes:
        fields: what was typed so far, by field.
        markings: markings to choose from, mildest first.
        choices: Parties, purposes and categories of the agreements in force.
        verdict: what the gate would say of it for the Party and purpose chosen; None where none is chosen.
        mistake: why there is no verdict, in words; empty where there is nothing amiss.
        draft: the draft that is open; empty for a new one. `file`: the name of the file kept with it.
        rows: this officer's drafts, newest first.
    """

    table: ClassVar[str] = "rows"

    fields: dict[str, str]
    markings: list[str]
    choices: dict[str, Any]
    verdict: dict[str, Any] | None
    mistake: str
    draft: str
    file: str
    rows: list[dict[str, Any]]


class Share(View, frozen=True, kw_only=True):
    """An item that is held, about to be shared.

    Attributes:
        item: its facts.
        fields: what was chosen so far, by field.
        choices: Parties, purposes and categories of the agreements in force.
        verdict: what the gate would say; None where no Party or purpose is chosen.
        mistake: why there is no verdict, in words.
        may_ask: whether this officer may ask for consent.
        asked: what was asked of others for this item and Party so far, newest first, with what they answered.
        necessity: what the gate would say if two officers invoked necessity; None where that would change nothing.
    """

    item: dict[str, Any]
    fields: dict[str, str]
    choices: dict[str, Any]
    verdict: dict[str, Any] | None
    mistake: str
    may_ask: bool
    asked: list[dict[str, Any]]
    necessity: dict[str, Any] | None


#: What is typed of a new item.
COMPOSED = (
    "title",
    "category",
    "marking",
    "made_from",
    "caveat",
    "retention",
    "text",
    "to",
    "purpose",
)


def compose(visit: Visit) -> Compose:
    """Show the form for a new item, with the verdict on what it says so far; `draft` opens one that was kept.

    Raises:
        NotFound: there is no draft of that name.
    """
    name = visit.query.get("draft", "")
    fields, file = dict.fromkeys(COMPOSED, ""), ""
    if name:
        held: Any = visit.ask("draft-show", draft=name)
        fields |= {each: value for each, value in held["fields"].items() if each in fields}
        file = held["files"][0]["name"] if held["files"] else ""
    fields |= {each: visit.query[each] for each in COMPOSED if each in visit.query}
    verdict, mistake = None, ""
    if fields["to"] and fields["purpose"] and fields["category"]:
        verdict, mistake = weighed(
            visit,
            to=fields["to"],
            purpose=fields["purpose"],
            category=fields["category"],
            marking=fields["marking"] or "TLP:RED",
            made_from=tuple(fields["made_from"].replace(",", " ").split()),
        )
    rows: Any = visit.ask("draft-list", kind="share")
    return Compose(
        fields=fields,
        markings=list(TLP_LEVELS),
        choices=_choices(visit),
        verdict=verdict,
        mistake=mistake,
        draft=name,
        file=file,
        rows=[
            {
                "draft": row["draft"],
                "title": row["fields"].get("title", ""),
                "to": row["fields"].get("to", ""),
                "at": row["at"],
                "files": [each["name"] for each in row["files"]],
            }
            for row in rows
        ],
    )


def share(visit: Visit, id: str) -> Share:
    """Show the form for sharing an item, with the verdict on what is chosen so far.

    Raises:
        NotFound: it is not held here.
    """
    item: Any = visit.ask("item-show", item=id)
    fields = {name: visit.query.get(name, "") for name in ("to", "purpose", "under")}
    verdict, mistake = None, ""
    if fields["to"] and fields["purpose"]:
        verdict, mistake = weighed(visit, item=id, **{name: value for name, value in fields.items() if value})
    necessity = None
    if verdict is not None and verdict["decision"] != "permitted":
        lifted: Any = visit.asked(
            "necessity-verdict", item=id, **{name: value for name, value in fields.items() if value}
        )
        necessity = lifted if lifted is not None and lifted["decision"] == "permitted" else None
    requests: Any = visit.asked("consent-list") or []
    asked = [
        row for row in requests if row["ours"] and row["item"] == item["id"] and row["to"] == fields["to"]
    ]
    return Share(
        asked=asked,
        necessity=necessity,
        item=item,
        fields=fields,
        choices=_choices(visit),
        verdict=verdict,
        mistake=mistake,
        may_ask=visit.may("consent-ask"),
    )


def weighed(visit: Visit, **asked: Any) -> tuple[dict[str, Any] | None, str]:
    """Ask for a verdict; what keeps it from being given is put in words."""
    try:
        verdict: Any = visit.ask("share-verdict", **asked)
    except ComityError as error:
        return None, error.message
    sentences = [*verdict["remedies"], *(each["text"] for each in verdict["grounds"])]
    return {**verdict, "titles": titles_in(visit, sentences)}, ""


def titles_in(visit: Caller, sentences: list[str]) -> dict[str, str]:
    """Give the titles of the items that sentences name, by the beginnings of their digests."""
    named = dict.fromkeys(each for words in sentences for each in DIGEST.findall(words))
    if not named or not visit.may("item-show"):
        return {}

    def read(transaction: Transaction) -> dict[str, str]:
        found = {}
        for digest in named:
            rows = [row for row in transaction.items_named(digest) if row.digest.startswith(digest)]
            if len(rows) == 1 and rows[0].title:
                found[digest] = rows[0].title
        return found

    titles: dict[str, str] = visit.desk.read(read)
    return titles


def _choices(visit: Visit) -> dict[str, Any]:
    found: Any = visit.ask("share-choices")
    return dict(found)
