"""Items: what is held, what came, what was sent; one item with its custody, its sources and its fate."""

from typing import Any, ClassVar

from comity.console import plots
from comity.console.view import View
from comity.console.visit import Visit
from comity.handling.markings import TLP_LEVELS
from comity.languages import _
from comity.languages.page_words import on_a_page
from comity.ports import Transaction

#: Rows a page shows.
PAGE = 50
#: What can be looked for.
_FILTERS = ("words", "originator", "category", "marking", "state", "since", "until")
#: To whom it should pass, what for, and which answer is wanted.
_WEIGHED = ("to", "purpose", "only")


class Items(View, frozen=True, kw_only=True):
    """Items that match what was looked for.

    Attributes:
        rows: the items, newest first; with a Party and a purpose chosen, each with what the gate says of sharing it.
        sought: what was looked for, by field.
        weighed: whether the rows say what the gate says.
        before: where the next page begins; None on the last.
        markings: markings to choose from, mildest first.
        choices: Parties and purposes to choose from; None where this officer may not ask the gate.
        mistake: why the rows do not say what the gate says although that was asked for; empty where nothing is amiss.
        may_add: whether this officer may take items in. `may_share`: whether share them.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    sought: dict[str, str]
    weighed: bool
    before: int | None
    markings: list[str]
    choices: dict[str, Any] | None
    mistake: str
    may_add: bool
    may_share: bool


class Item(View, frozen=True, kw_only=True):
    """One item.

    Attributes:
        item: its facts, with custody, sources and disclosures, each with how far it has come.
        picture: custody and lineage drawn: hands it passed through, what it was made from, what was made from it.
        lineage: the same in words: generations of items, sources before, what was made from it after.
        withdrawal: what became of its withdrawal; None where nobody took it back.
        text: its content, where it is text and may be read; None otherwise.
        requests: consents asked about it.
        choices: Parties and purposes to choose from when sharing.
        may: what this officer may do with it, by verb.
    """

    item: dict[str, Any]
    picture: plots.Plot | None
    lineage: list[dict[str, Any]]
    withdrawal: dict[str, Any] | None
    text: str | None
    requests: list[dict[str, Any]]
    choices: dict[str, Any]
    may: dict[str, bool]


class Letters(View, frozen=True, kw_only=True):
    """Letters that came, or went.

    Attributes:
        rows: the letters, newest first, each with the path of its item or check where that is here.
        state: the state looked for; empty for all.
        sent: whether these are one's own letters.
        most: how many are shown at the most, where there may be more; 0 where these are all.
    """

    table: ClassVar[str] = "rows"

    rows: list[dict[str, Any]]
    state: str
    sent: bool
    most: int


#: Letters that a page shows, the newest.
_LETTERS = 100
#: The largest content shown on a page.
_SHOWN = 64 * 1024
_ACTS = (
    "share",
    "consent-ask",
    "withdraw",
    "correct",
    "item-read",
    "item-hold",
    "item-release",
    "review",
    "item-content",
    "redress-ask",
)


def find(visit: Visit) -> Items:
    """Look for items; with a Party and a purpose, ask the gate about each."""
    sought = {name: visit.query.get(name, "").strip() for name in (*_FILTERS, *_WEIGHED)}
    asks_gate = bool(sought["to"] and sought["purpose"])
    before = visit.query.get("before", "")
    found: Any = visit.ask(
        "item-may-pass" if asks_gate else "item-find",
        **{name: sought[name] for name in (*_FILTERS, *(_WEIGHED if asks_gate else ())) if sought[name]},
        before=int(before) if before.isdecimal() and len(before) < 16 else 0,
        limit=PAGE,
    )
    asked_in_part = not asks_gate and any(sought[name] for name in _WEIGHED)
    choices: Any = visit.asked("share-choices") if visit.may("item-may-pass") else None
    return Items(
        rows=found["items"],
        sought=sought,
        weighed=asks_gate,
        before=found["before"],
        markings=list(TLP_LEVELS),
        choices=choices,
        mistake=_("choose both a Party and a purpose") if asked_in_part else "",
        may_add=visit.may("item-add"),
        may_share=visit.may("share"),
    )


def one(visit: Visit, id: str) -> Item:
    """Show one item.

    Raises:
        NotFound: it is not held here.
    """
    shown: Any = visit.ask("item-show", item=id)
    shown["disclosed"] = visit.desk.read(
        lambda transaction: [_with_state(transaction, each) for each in shown["disclosed"]]
    )
    withdrawal: Any = visit.asked("withdrawal", item=id)
    requests: Any = visit.asked("consent-list") or []
    choices: Any = visit.asked("share-choices") if visit.may("share") else None
    lineage: Any = visit.ask("item-lineage", item=id)
    return Item(
        item=shown,
        picture=_picture(shown, lineage),
        lineage=[row for row in lineage["generations"] if row["depth"]],
        withdrawal=_withdrawal(withdrawal),
        text=_text(visit, shown),
        requests=[row for row in requests if row["item"] == shown["id"]],
        choices=choices or {"parties": [], "purposes": [], "categories": []},
        may={verb: visit.may(verb) for verb in _ACTS},
    )


def _with_state(transaction: Transaction, disclosed: dict[str, Any]) -> dict[str, Any]:
    """Give a disclosure with how far its letter has come; empty where no letter tells."""
    letter = transaction.outbox(disclosed["message"])
    return {**disclosed, "state": letter.state if letter is not None else ""}


def _withdrawal(found: dict[str, Any] | None) -> dict[str, Any] | None:
    """Give a withdrawal with everyone who was told of it from here in its tree, whether they have answered or not."""
    if not found or not found["withdrawn"]:
        return None
    tree = found["answers"]
    silent = [party for party in found["sent_to"] if party not in _in_tree(tree)]
    told = [{"party": party, "answers": [], "below": []} for party in silent]
    return {**found, "answers": {**tree, "below": [*tree["below"], *told]}}


def _in_tree(branch: dict[str, Any]) -> set[str]:
    return {branch["party"]}.union(*(_in_tree(each) for each in branch["below"]))


def came(visit: Visit) -> Letters:
    """List what came."""
    return _letters(visit, "inbox", sent=False)


def went(visit: Visit) -> Letters:
    """List what was sent."""
    return _letters(visit, "outbox", sent=True)


def _letters(visit: Visit, verb: str, *, sent: bool) -> Letters:
    state = visit.query.get("state", "")
    rows: Any = visit.ask(verb, limit=_LETTERS, state=state)
    pages = visit.desk.read(lambda transaction: [_page_of(visit, transaction, row) for row in rows])
    rows = [{**row, "path": path} for row, path in zip(rows, pages, strict=True)]
    return Letters(rows=rows, state=state, sent=sent, most=_LETTERS if len(rows) == _LETTERS else 0)


def _page_of(visit: Visit, transaction: Transaction, row: dict[str, Any]) -> str:
    """Give the page of what a letter is about; empty where that is not here, or not for this officer."""
    about = row["item"]["id"] if isinstance(row["item"], dict) else row["item"]
    if not about:
        return ""
    if transaction.item(about) is not None:
        return f"/items/{about}"
    asked = row["kind"].startswith("register-") and visit.may("register-asked")
    return f"/register/checks/{about}" if asked and transaction.checks(about, ours=True, limit=1) else ""


def _picture(item: dict[str, Any], lineage: dict[str, Any]) -> plots.Plot | None:
    """Draw the hands an item passed through before it, and its sources and what was made from it around it."""
    columns: list[list[tuple[str, plots.Box]]] = []
    edges = [(row["source"], row["item"]) for row in lineage["made_from"]]
    for generation in lineage["generations"]:
        columns.append(
            [(each["id"], _box(each, main=each["id"] == item["id"])) for each in generation["items"]]
        )
    hands, before = _hands(item)
    place = next(n for n, row in enumerate(lineage["generations"]) if row["depth"] == 0)
    for number, column in enumerate(reversed(hands)):  # the last hand stands beside the item itself
        at = place - 1 - number
        if at < 0:
            columns.insert(0, [])
            place += 1
            at = 0
        columns[at].extend(column)
    taken = [
        (f"to {place} {each['to']}", plots.Box(0, 0, 0, 0, (each["to"], _how_far(each))))
        for place, each in enumerate(item["disclosed"][:12])
    ]
    if taken:
        if place + 1 == len(columns):
            columns.append([])
        columns[place + 1].extend(taken)
        edges += [(item["id"], name) for name, _box_of in taken]
    return plots.layers(columns, [*edges, *before])


def _how_far(disclosed: dict[str, Any]) -> str:
    """Give under what an item was passed, or, while it is only on its way, that it is."""
    arrived = disclosed["state"] in ("", "receipted")
    return str(disclosed["agreement"]) if arrived else on_a_page(disclosed["state"])


def _hands(item: dict[str, Any]) -> tuple[list[list[tuple[str, plots.Box]]], list[tuple[str, str]]]:
    """Give the hands of every route as columns, originator first, and the arrows from hand to hand to the item."""
    columns: list[list[tuple[str, plots.Box]]] = []
    edges: list[tuple[str, str]] = []
    for number, route in enumerate(route for route in item["custody"] if route):
        for place, hop in enumerate(route):
            name = f"hand {number} {place}"
            while len(columns) <= place:
                columns.append([])
            columns[place].append((name, plots.Box(0, 0, 0, 0, (hop["from"], hop["agreement"]))))
            last = place + 1 == len(route)
            edges.append((name, item["id"] if last else f"hand {number} {place + 1}"))
    return columns, edges


def _box(item: dict[str, Any], *, main: bool) -> plots.Box:
    return plots.Box(
        0, 0, 0, 0, (item["title"] or item["id"][:12], item["originator"]), state=item["state"], main=main
    )


def _text(visit: Visit, item: dict[str, Any]) -> str | None:
    """Give an item's words where it is small text that may be read now; never anything a browser would run."""
    readable = item["media_type"].startswith("text/") or item["media_type"].endswith("json")
    held = item["state"] in ("held", "source-withdrawn")
    waits = item["needs_reading"] or not item["caveats_read"]
    if not (readable and held) or waits or item["size"] > _SHOWN or not visit.may("item-content"):
        return None
    content: Any = visit.ask("item-content", item=item["id"])
    try:
        return _decoded(content["content"]).decode()
    except UnicodeDecodeError:
        return None


def _decoded(content: str | bytes) -> bytes:
    import base64

    return base64.b64decode(content) if isinstance(content, str) else content
