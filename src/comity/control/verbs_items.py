"""Verbs about items: take in, list, show, what may pass to whom, share, the inbox."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from comity.clock import format_instant
from comity.control.days import day_or_instant
from comity.control.paging import check_limit
from comity.control.verb import Desk, verb
from comity.decisions.decision import Decision
from comity.decisions.explain import explain, remedy_in_words
from comity.errors import BadInput, NotFound, RefusedHere
from comity.node import flagged
from comity.node import items as item_use
from comity.node.disclose import Outcome, disclose
from comity.node.items import NewItem
from comity.node.kept_until import kept_until
from comity.node.large_files import LIST, PART
from comity.node.necessity import emergency
from comity.node.node import Node
from comity.node.purposes import purposes_instead
from comity.node.questions import find_item, statements_of
from comity.node.what_may_pass import Sought, what_may_pass
from comity.ports import InboxRow, ItemRow, OutboxRow, Transaction

_OUTCOMES = ("permitted", "needs-consent", "refused")
#: A digest in words for people: its beginning suffices to find the item again.
_DIGEST = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")


def new_item(parameters: Mapping[str, Any]) -> NewItem:
    """Put a new item together from the parameters of a verb, which are called as its fields are."""
    said = {name: parameters[name] for name in NewItem.__struct_fields__ if name in parameters}
    return NewItem(**{"content": b"", **said})


@verb("item-add")
def item_add(
    desk: Desk,
    content: bytes,
    category: str,
    marking: str,
    title: str,
    label: str = "",
    media_type: str = "application/octet-stream",
    kind: str = "information",
    pap: str = "",
    retention: str = "",
    caveat: str = "",
    judicial: str = "",
    made_from: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Take an item of one's own in."""
    new = new_item(locals())
    row, to_read = desk.act(lambda node, transaction: item_use.add_item(node, transaction, new))
    return {**item_fields(row), "because": list(to_read)}


@verb("item-list")
def item_list(desk: Desk, limit: int = 100) -> list[dict[str, Any]]:
    """List the items held, newest first."""
    rows = desk.read(
        lambda transaction: transaction.items(
            states=("held", "source-withdrawn", "withdrawn", "retained", "erased"), limit=limit
        )
    )
    return [item_fields(row) for row in rows if row.media_type != PART]


@verb("item-may-pass")
def item_may_pass(
    desk: Desk,
    to: str,
    purpose: str,
    under: str = "",
    carrier: str = "",
    only: str = "",
    words: str = "",
    originator: str = "",
    category: str = "",
    marking: str = "",
    state: str = "",
    since: str = "",
    until: str = "",
    before: int = 0,
    limit: int = 50,
) -> dict[str, Any]:
    """Find items as `item-find` does, each with what the gate says of sharing it; `only` names one outcome.

    So many items are looked at in one go. `before` says where to go on; None where everything was looked at.
    """
    if only not in ("", *_OUTCOMES):
        raise BadInput(f"outcome `{only[:40]}` is not one of {', '.join(_OUTCOMES)}")
    check_limit(limit)
    sought = Sought(
        words=words,
        originator=originator,
        category=category,
        marking=marking,
        state=state,
        since=day_or_instant("since", since),
        until=day_or_instant("until", until),
    )
    found = desk.act(
        lambda node, transaction: what_may_pass(
            node,
            transaction,
            to=to,
            purpose=purpose,
            under=under,
            carrier=carrier,
            only=only,
            sought=sought,
            before=before,
            limit=limit,
        )
    )
    return {
        "items": [
            {
                **item_fields(row),
                "decision": decision.outcome,
                "grounds": list(dict.fromkeys(ground.ref for ground in decision.grounds)),
                "ask": [ask.party for ask in decision.ask],
            }
            for row, decision in found.pairs
        ],
        "before": found.before,
    }


@verb("item-show")
def item_show(desk: Desk, item: str) -> dict[str, Any]:
    """Show an item with its custody, its sources and to whom it went."""
    return desk.read(lambda transaction: _shown(desk.node, transaction, find_item(transaction, item)))


@verb("item-content")
def item_content(desk: Desk, item: str) -> dict[str, Any]:
    """Give an item's content."""

    def read(transaction: Transaction) -> tuple[ItemRow, bytes]:
        row = find_item(transaction, item)
        item_use.check_read(row)
        return row, item_use.read_content(transaction, row)[1]

    row, content = desk.read(read)
    return {**item_fields(row), "content": content}


@verb("item-read")
def item_read(desk: Desk, item: str) -> dict[str, Any]:
    """Note that a person has read what must be read of an item: words the door found in it, or its caveats."""
    return item_fields(desk.act(lambda node, transaction: item_use.confirm_read(node, transaction, item)))


@verb("share")
def share(
    desk: Desk,
    item: str,
    to: str,
    purpose: str,
    under: str = "",
    carrier: str = "",
    dry_run: bool = False,
    explained: bool = False,
    judicial: bool = False,
    route: int = 0,
    approved_by: tuple[str, ...] = (),
    because: str = "",
) -> dict[str, Any]:
    """Share an item with another Party, or say why not; `approved_by` names the officers who invoke necessity."""
    if desk.read(lambda transaction: find_item(transaction, item)).media_type == LIST:
        raise RefusedHere(
            f"item {item[:12]} is a file in parts: they pass one by one, and the list last",
            hint=f"comity file share {item[:12]} --to {to} --purpose {purpose}",
        )
    danger = emergency(approved_by, because) if approved_by or because else None

    def work(node: Any, transaction: Transaction) -> tuple[Outcome, list[str], list[str] | None]:
        outcome = disclose(
            node,
            transaction,
            item,
            to=to,
            purpose=purpose,
            under=under or None,
            carrier=carrier or None,
            judicial=judicial,
            route=route,
            emergency=danger,
            dry_run=dry_run,
        )
        words = explain(outcome.decision, node.know(transaction).known) if explained else []
        return outcome, words, purposes_instead(node, transaction, outcome.decision)

    outcome, words, purposes = desk.act(work)
    unreachable = desk.send() if outcome.message else {}
    return {
        "item": item_fields(outcome.item),
        **decision_fields(outcome.decision),
        "explanation": words,
        "lacking": list(outcome.lacking),
        "purposes_instead": purposes,
        "message": outcome.message,
        "delivery": delivery(desk, outcome.message, unreachable.get(to, "")) if outcome.message else None,
    }


@verb("delivery")
def delivery(desk: Desk, message: str, reason: str = "") -> dict[str, str]:
    """Tell how far a message has come: owed, receipted, quarantined or waiting there."""
    row = desk.read(lambda transaction: transaction.outbox(message))
    if row is None:
        raise NotFound(f"no message {message[:12]} was sent from here")
    return {"state": row.state, "peer": row.peer, "reason": reason or row.reason}


@verb("inbox")
def inbox(desk: Desk, limit: int = 100, state: str = "") -> list[dict[str, Any]]:
    """List what came in, of one state where said, newest first: items with their fate, and acts."""

    def read(transaction: Transaction) -> list[dict[str, Any]]:
        found, doubts = [], flagged.doubts(desk.node, transaction)
        for row in transaction.received(states=(state,) if state else (), limit=limit):
            held = transaction.item(row.about) if row.about else None
            matter = _matter_of(transaction, row)
            found.append(
                {
                    "at": format_instant(row.at),
                    "from": row.peer,
                    "kind": row.kind,
                    "state": row.state,
                    "reason": row.reason,
                    "carrier": row.carrier,
                    "message": row.message,
                    "flag": flagged.of_letter(row, doubts.get(row.peer, ())),
                    "item": item_fields(held)
                    if held is not None
                    else ({"id": row.about} if row.about and matter is None else None),
                    "matter": matter,
                }
            )
        return found

    return desk.read(read)


@verb("outbox")
def outbox(desk: Desk, limit: int = 100, state: str = "") -> list[dict[str, Any]]:
    """List what was sent, of one state where said, newest first, and how far each has come."""

    def read(transaction: Transaction) -> list[tuple[OutboxRow, str, dict[str, str] | None]]:
        rows = transaction.sent(limit, states=(state,) if state else ())
        items = {name: transaction.item(name) for name in {row.about for row in rows if row.about}}
        titles = {name: item.title for name, item in items.items() if item is not None}
        return [(row, titles.get(row.about, ""), _matter_of(transaction, row)) for row in rows]

    return [
        {
            "at": format_instant(row.owed_at),
            "to": row.peer,
            "kind": row.kind,
            "state": row.state,
            "reason": row.reason,
            "attempts": row.attempts,
            "message": row.message,
            "item": "" if matter else row.about,
            "title": title,
            "matter": matter,
        }
        for row, title, matter in desk.read(read)
    ]


def _matter_of(transaction: Transaction, row: InboxRow | OutboxRow) -> dict[str, str] | None:
    """Give the matter that a letter carries a step of; None where it carries something else."""
    matter = transaction.matter(row.about) if row.kind == "act" and row.about else None
    return None if matter is None else {"id": matter.id, "kind": matter.kind, "title": matter.title}


def item_fields(row: ItemRow) -> dict[str, Any]:
    """Put an item's facts as plain values."""
    return {
        "id": row.digest,
        "label": row.label,
        "title": row.title,
        "originator": row.originator,
        "category": row.category,
        "kind": row.kind,
        "marking": row.marking,
        "made_from": list(row.made_from),
        "retention": row.retention or None,
        "media_type": row.media_type,
        "size": row.size,
        "state": row.state,
        "needs_reading": row.needs_reading,
        "caveats": list(row.caveats),
        "caveats_read": row.caveats_read or not row.caveats,
        "echo_of": list(row.echo_of),
        "on_hold": row.on_hold or None,
        "added_at": format_instant(row.added_at),
    }


def decision_fields(decision: Decision) -> dict[str, Any]:
    """Put a decision as plain values, in the form of `comity decide --json`."""
    return {
        "decision": decision.outcome,
        "grounds": [{"ref": ground.ref, "text": ground.text} for ground in decision.grounds],
        "ask": [ask.party for ask in decision.ask],
        "asked_for": [
            {
                "party": ask.party,
                "items": list(ask.items),
                "grounds": [ground.ref for ground in ask.grounds],
            }
            for ask in decision.ask
        ],
        "obligations": [msgspec.to_builtins(each) for each in decision.obligations],
        "remedies": [_DIGEST.sub(r"\1", remedy_in_words(decision, each)) for each in decision.remedies],
        "agreement": decision.agreement,
        "digest": decision.digest,
    }


def _shown(node: Node, transaction: Transaction, row: ItemRow) -> dict[str, Any]:
    routes = [
        [
            {"from": hop.by, "to": hop.to, "agreement": hop.agreement, "purpose": hop.purpose, "at": hop.at}
            for hop in statements_of(transaction, holding)
        ]
        for holding in transaction.holdings(row.digest)
    ]
    sources = [transaction.item(source) for source in row.made_from]
    return {
        **item_fields(row),
        "kept_until": [msgspec.to_builtins(each) for each in kept_until(node, transaction, row)],
        "custody": routes,
        "sources": [item_fields(source) for source in sources if source is not None],
        "disclosed": [
            {
                "to": each.to,
                "agreement": each.agreement,
                "at": format_instant(each.at),
                "message": each.message,
            }
            for each in transaction.disclosures(row.digest)
        ],
    }
