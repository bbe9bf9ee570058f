"""Verbs about the house: pouches, what is under way."""

from typing import Any

import msgspec

from comity.carriers import pouch
from comity.clock import format_instant
from comity.control.verb import Desk, verb
from comity.errors import NotFound
from comity.node import carry, deliver, stopped_channels


@verb("pouch-pack")
def pouch_pack(desk: Desk, peer: str) -> dict[str, Any]:
    """Gather what is owed to a Party into a pouch."""
    load = desk.act(lambda node, transaction: carry.load(node, transaction, peer))
    data = pouch.pack(
        desk.node.party, peer, desk.node.clock.now(), envelopes=load.envelopes, receipts=load.receipts
    )
    return {"pouch": data, "envelopes": len(load.envelopes), "receipts": len(load.receipts)}


@verb("pouch-open")
def pouch_open(desk: Desk, data: bytes) -> dict[str, Any]:
    """Take in what a pouch holds."""
    found = pouch.unpack(data)
    unloaded = desk.act(
        lambda node, transaction: carry.unload(
            node, transaction, found.manifest.to, found.envelopes, found.receipts
        )
    )
    return {"from": found.manifest.from_, "made": found.manifest.made, **msgspec.to_builtins(unloaded)}


@verb("deliver")
def deliver_now(desk: Desk, peer: str = "") -> dict[str, Any]:
    """Try at once what is owed, whatever its next turn."""
    if peer and desk.node.store.read(lambda transaction: transaction.card(peer)) is None:
        raise NotFound(f"no card of {peer} is known here", hint="comity card accept FILE")
    desk.act(lambda node, transaction: deliver.try_now(transaction, node.clock.now(), peer or None))
    unreachable = desk.send(peer or None)
    owed = desk.node.store.read(lambda transaction: transaction.backlog())
    backlog = {name: count for name, count in owed.items() if peer in ("", name)}
    return {"unreachable": unreachable, "backlog": backlog}


@verb("peer-stopped")
def peer_stopped(desk: Desk) -> list[dict[str, Any]]:
    """List the Parties whose channel waits for an officer, and why."""
    rows = desk.node.store.read(lambda transaction: transaction.channels_stopped())
    return [{"party": row.peer, "reason": row.stopped} for row in rows]


@verb("peer-resume")
def peer_resume(desk: Desk, party: str, because: str) -> dict[str, Any]:
    """Let a Party's channel flow again."""
    row = desk.act(
        lambda node, transaction: stopped_channels.resume(node, transaction, party, because=because)
    )
    return {"party": row.peer, "because": because}


@verb("status")
def node_status(desk: Desk) -> dict[str, Any]:
    """Tell whose node this is, and what is under way."""
    backlog, last, behind = desk.node.store.read(
        lambda transaction: (transaction.backlog(), transaction.last_entry_at(), transaction.behind())
    )
    return {
        "party": desk.node.party,
        "deployment": desk.node.deployment,
        "serving": desk.serving,
        "now": format_instant(desk.node.clock.now()),
        "last_entry": format_instant(last) if last else None,
        "backlog": backlog,
        "behind": [row.peer for row in behind],
        "stopped": peer_stopped(desk),
    }
