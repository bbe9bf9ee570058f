"""Verbs that look over everything: what passed between Parties, searching, where an item comes from, how lines are."""

from datetime import date
from functools import lru_cache
from typing import Any

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.comparison import Change, compare
from comity.agreements.folder import parse_agreement
from comity.cards import read_card
from comity.clock import Instant, format_instant, parse_instant
from comity.control.days import day_or_instant
from comity.control.paging import check_limit
from comity.control.verb import Desk, verb
from comity.control.verbs_items import item_fields
from comity.control.verbs_matters import row_fields
from comity.errors import BadInput, NotFound
from comity.node.figures import LAST_DAY, MOST_MONTHS, figures, months_from
from comity.node.matter_log import read_anew
from comity.node.node import Node
from comity.node.peers import line_to
from comity.node.questions import find_item
from comity.ports import ItemRow, MatterRow, Transaction

#: Generations of sources and of what was made from an item, and items of one, that a picture shows.
_DEEP, _WIDE = 4, 24


@verb("flow-figures")
def flow_figures(desk: Desk, begins: date, ends: date) -> dict[str, Any]:
    """Count what passed between this Party and others, by category and month, and how soon questions were answered."""
    if ends < begins:
        raise BadInput("the last day comes before the first")
    if ends > LAST_DAY:
        raise BadInput(f"the last day is {LAST_DAY} at the latest")
    months = months_from(begins, ends)
    found = desk.act(lambda node, transaction: figures(node, transaction, months))
    return {
        "months": [f"{month:%Y-%m}" for month in months],
        "most_months": MOST_MONTHS,
        **msgspec.to_builtins(found),
    }


@verb("matter-find")
def matter_find(
    desk: Desk,
    kind: str = "",
    peer: str = "",
    words: str = "",
    all: bool = False,
    since: str = "",
    until: str = "",
    after: str = "",
    limit: int = 50,
) -> dict[str, Any]:
    """Find matters by kind, Party, words of their title and the day they were opened; last changed first.

    Those that have come to their end only with `all`. `after` is what the page before said to go on with.
    """
    check_limit(limit)
    before = _place(after) if after else None

    def work(node: Node, transaction: Transaction) -> list[MatterRow]:
        read_anew(node, transaction)
        rows = transaction.find_matters(
            kind=kind,
            peer=peer,
            words=words,
            live=not all,
            since=day_or_instant("since", since),
            until=day_or_instant("until", until),
            before=before,
            limit=limit + 1,
        )
        return list(rows)

    rows: list[MatterRow] = desk.act(work)
    shown = rows[:limit]
    last = shown[-1] if len(rows) > limit else None
    return {
        "matters": [row_fields(desk, row) for row in shown],
        "after": f"{format_instant(last.changed_at)} {last.id}" if last else None,
    }


@verb("matter-count")
def matter_count(desk: Desk) -> dict[str, int]:
    """Count the matters that wait for this Party, and those of them with a deadline."""
    waiting, dated = desk.read(lambda transaction: transaction.count_matters_of(desk.node.party))
    return {"waiting": waiting, "dated": dated}


@verb("item-lineage")
def item_lineage(desk: Desk, item: str) -> dict[str, Any]:
    """Give what an item was made from and what was made from it, generation by generation, as far as known here."""

    def read(transaction: Transaction) -> dict[str, Any]:
        row = find_item(transaction, item)
        generations: dict[int, list[ItemRow]] = {0: [row]}
        edges: set[tuple[str, str]] = set()
        seen = {row.digest}
        more = False
        for step in (-1, 1):
            for depth in range(1, _DEEP + 1):
                found: list[ItemRow] = []
                for near in generations.get(step * (depth - 1), ()):
                    names = near.made_from if step < 0 else transaction.made_from(near.digest)
                    for name in names:
                        other = transaction.item(name)
                        if other is None:
                            continue
                        if name not in seen and len(found) >= _WIDE:
                            more = True
                            continue
                        edges.add((name, near.digest) if step < 0 else (near.digest, name))
                        if name not in seen:
                            seen.add(name)
                            found.append(other)
                if not found:
                    break
                generations[step * depth] = found
            else:
                more = True
        return {
            "item": row.digest,
            "generations": [
                {"depth": depth, "items": [item_fields(each) for each in generations[depth]]}
                for depth in sorted(generations)
            ],
            "made_from": [{"source": source, "item": made} for source, made in sorted(edges)],
            "more": more,
        }

    return desk.read(read)


@verb("peer-line")
def peer_line(desk: Desk, party: str) -> dict[str, Any]:
    """Tell how the line to a Party is: what is owed, how soon receipts come, how far journals are cosigned."""
    found = desk.act(lambda node, transaction: line_to(node, transaction, party))
    shown: dict[str, Any] = msgspec.to_builtins(found)
    return shown


@verb("peer-card")
def peer_card(desk: Desk, party: str) -> dict[str, Any]:
    """Give what a Party's newest card says: names, ways to reach it, keys with what each may sign."""
    row = desk.read(lambda transaction: transaction.card(party))
    if row is None:
        raise NotFound(f"no card of {party[:80]} is known here", hint="comity card accept FILE")
    signed = read_card(row.signed, root_fingerprint=None)
    card = signed.card
    revoked = {each.keyid for each in card.revoked}
    return {
        "party": party,
        "version": card.version,
        "root": signed.root_fingerprint,
        "names": dict(card.names),
        "endpoints": list(card.endpoints),
        "issued": format_instant(card.issued),
        "expires": format_instant(card.expires),
        "keys": [
            {
                "key": entry.keyid,
                "use": use,
                "functions": list(functions),
                "from": entry.from_,
                "until": format_instant(entry.until),
                "revoked": entry.keyid in revoked,
            }
            for use, entries in (("signing", card.signing), ("sealing", card.sealing))
            for entry in entries
            for functions in (getattr(entry, "functions", ()),)
        ],
    }


@lru_cache(maxsize=16)
def _parsed(files: tuple[tuple[str, bytes], ...]) -> Agreement:
    """Read a version that was held; the pages of an agreement ask for the same ones again and again."""
    return parse_agreement(dict(files))


@verb("agreement-versions")
def agreement_versions(desk: Desk, agreement: str) -> list[dict[str, Any]]:
    """List what was held of an agreement, newest first: each version with what it changed of the one before."""

    def read(transaction: Transaction) -> list[dict[str, Any]]:
        rows = [row for row in transaction.agreement_versions() if row.id == agreement]
        if not rows:
            raise NotFound(f"no agreement `{agreement[:80]}` is held here", hint="comity agreement list")
        found: list[dict[str, Any]] = []
        before = None
        for row in rows:
            now = _parsed(tuple(sorted(row.files.items())))
            changes: tuple[Change, ...] = ()
            if before is not None and row.digest != before.digest:
                changes = compare(before, now)
            names = set(row.files) - (set(found[-1]["files"]) if found else set())
            found.append(
                {
                    "held_at": format_instant(row.held_at),
                    "digest": row.digest,
                    "files": sorted(row.files),
                    "new_files": sorted(names) if before is not None else [],
                    "changes": [_change(each) for each in changes],
                }
            )
            before = now
        return found[::-1]

    return desk.read(read)


@verb("agreement-compare")
def agreement_compare(desk: Desk, digest: str, agreement: str) -> dict[str, Any]:
    """Compare a text that was proposed, by its digest, with an agreement that is held: what it would change."""

    def work(node: Node, transaction: Transaction) -> dict[str, Any]:
        held = node.know(transaction).agreements.get(agreement)
        proposed = next((row for row in transaction.proposals() if row.digest == digest), None)
        if held is None or proposed is None:
            raise NotFound("there is no such text to compare", hint="comity agreement list")
        changes = compare(held, parse_agreement(proposed.files))
        return {
            "agreement": agreement,
            "digest": digest,
            "changes": [_change(each) for each in changes],
        }

    found: dict[str, Any] = desk.act(work)
    return found


@verb("journal-find")
def journal_find(desk: Desk, act: str) -> list[dict[str, Any]]:
    """Find the entries of an act, by its whole digest."""
    rows = desk.read(lambda transaction: transaction.entries_of(act))
    return [
        {
            "number": row.number,
            "channel": row.channel,
            "channel_number": row.channel_number,
            "at": format_instant(row.at),
            "kind": row.kind,
            "act": row.act,
        }
        for row in rows
    ]


def _change(change: Change) -> dict[str, str | None]:
    return {
        "kind": change.kind,
        "said": change.said,
        "before": str(change.before) if change.before else None,
        "after": str(change.after) if change.after else None,
    }


def _place(after: str) -> tuple[Instant, str]:
    at, _, id = after.partition(" ")
    try:
        return parse_instant(at), id[:64]
    except BadInput:
        raise BadInput(f"`after` is what the page before said, not `{after[:40]}`") from None
