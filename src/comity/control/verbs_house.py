"""Verbs about the house: pouches, what is under way."""

from typing import Any

import msgspec

from comity.carriers import pouch
from comity.carriers.relay_wire import mailbox_key, mailbox_of, read_address
from comity.clock import format_instant
from comity.control.verb import Desk, verb
from comity.errors import NotFound
from comity.node import carry, deliver, stopped_channels
from comity.ports import CircuitRow


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
def deliver_now(desk: Desk, peer: str = "", first: bool = True, batches: int = 0) -> dict[str, Any]:
    """Try at once what is owed, whatever its next turn, and empty the mailboxes at relays.

    Args:
        first: whether this begins it; a later call only goes on.
        batches: where no node serves, at most so many in this call; 0 for all.
    """
    if peer and desk.node.store.read(lambda transaction: transaction.card(peer)) is None:
        raise NotFound(f"no card of {peer} is known here", hint="comity card accept FILE")
    relays: dict[str, str] = {}
    if first:
        desk.act(lambda node, transaction: deliver.try_now(transaction, node.clock.now(), peer or None))
        relays = {} if desk.serving else desk.postman.visit()
    unreachable = {**desk.send(peer or None, batches=batches or None), **relays}
    owed, circuits = desk.node.store.read(lambda transaction: (transaction.backlog(), transaction.circuits()))
    backlog = {name: count for name, count in owed.items() if peer in ("", name)}
    if desk.serving:
        unreachable = {
            row.peer: row.reason for row in circuits if row.failures and row.peer in backlog and not first
        }
    return {"unreachable": unreachable, "backlog": backlog}


@verb("relay-mailbox")
def relay_mailbox(desk: Desk, address: str) -> dict[str, str]:
    """Name this node's mailbox at a relay, and the endpoint that stands for it in a card."""
    relay = read_address(address)
    if desk.home.mailbox_key is None:
        raise NotFound("this home has no key for mailboxes", hint="keys/mailbox.key is made by comity init")
    mailbox = mailbox_of(mailbox_key(desk.home.mailbox_key, relay.key).public.raw)
    return {"mailbox": mailbox, "endpoint": str(msgspec.structs.replace(relay, mailbox=mailbox))}


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
    backlog, last, behind, circuits = desk.node.store.read(
        lambda transaction: (
            transaction.backlog(),
            transaction.last_entry_at(),
            transaction.behind(),
            transaction.circuits(),
        )
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
        "lines": [_line(row, backlog.get(row.peer, 0)) for row in circuits],
    }


def _line(row: CircuitRow, owed: int) -> dict[str, Any]:
    """Tell how the line to a peer is: down and why, catching up and how far, or up."""
    state = "down" if row.failures else ("catching-up" if owed and row.carried < row.backlog else "up")
    return {
        "party": row.peer,
        "state": state,
        "since": format_instant(row.since),
        "reason": row.reason,
        "failures": row.failures,
        "next_try": format_instant(row.next_at) if row.failures else None,
        "owed": owed,
        "backlog": row.backlog,
        "carried": row.carried,
    }
