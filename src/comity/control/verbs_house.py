"""Verbs about the house: cards, agreements, journal, pouches, what is under way."""

from typing import Any

import msgspec

from comity.carriers import pouch
from comity.clock import format_instant
from comity.control.verb import Desk, verb
from comity.errors import NotFound
from comity.journal.verify import Report
from comity.node import carry, check_journal, deliver, introduce, reconcile, stopped_channels


@verb("card-show")
def card_show(desk: Desk, party: str = "") -> dict[str, Any]:
    """Give a Party's card, one's own by default."""
    wanted = party or desk.node.party
    row = desk.node.store.read(lambda transaction: transaction.card(wanted))
    if row is None:
        raise NotFound(f"no card of {wanted} is known here", hint="comity card accept FILE")
    return {"party": row.party, "version": row.version, "digest": row.digest, "signed": row.signed}


@verb("card-accept")
def card_accept(desk: Desk, signed: bytes) -> dict[str, Any]:
    """Accept a Party's card."""
    card = desk.act(lambda node, transaction: introduce.accept_card(node, transaction, signed))
    return {"party": card.party, "version": card.card.version, "root": card.root_fingerprint}


@verb("journal-show")
def journal_show(desk: Desk, channel: str = "", after: int = 0, limit: int = 200) -> list[dict[str, Any]]:
    """List entries of the journal, oldest first."""
    rows = desk.node.store.read(
        lambda transaction: transaction.journal(channel=channel or None, after=after, limit=limit)
    )
    return [
        {
            "number": row.number,
            "channel": row.channel,
            "channel_number": row.channel_number,
            "at": format_instant(row.at),
            "kind": row.kind,
            "act": row.act,
            "leaf": row.leaf.decode(),
        }
        for row in rows
    ]


@verb("journal-verify")
def journal_verify(desk: Desk, witnessed: tuple[str, ...] = ()) -> dict[str, Any]:
    """Read the journal through; name what is wrong in it."""
    report: Report = desk.act(
        lambda node, transaction: check_journal.check_journal(node, transaction, witnessed)
    )
    return {
        "ok": not report.faults,
        "entries": report.entries,
        "faults": [msgspec.to_builtins(fault, enc_hook=str) for fault in report.faults],
        "further": report.further,
    }


@verb("journal-witnessed")
def journal_witnessed(desk: Desk, peer: str) -> list[str]:
    """Give the checkpoints kept of a peer's side of the channel."""
    notes = desk.node.store.read(lambda transaction: check_journal.witnessed(transaction, peer))
    if not notes:
        raise NotFound(f"no checkpoint of {peer} is kept here", hint=f"one comes with every letter of {peer}")
    return notes


@verb("journal-reconcile")
def journal_reconcile(desk: Desk, peer: str) -> dict[str, Any]:
    """Show a peer one's account of the channel and ask for its own."""
    message = desk.act(lambda node, transaction: reconcile.ask_account(node, transaction, peer))
    unreachable = desk.send()
    return {"message": message, "unreachable": unreachable.get(peer, "")}


@verb("journal-comparison")
def journal_comparison(desk: Desk, peer: str) -> dict[str, Any] | None:
    """Give the newest comparison with a peer."""
    found = desk.node.store.read(lambda transaction: reconcile.last_comparison(transaction, peer))
    if found is None:
        return None
    at, comparison = found
    return {"at": format_instant(at), "clean": comparison.clean, **msgspec.to_builtins(comparison)}


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
    backlog, last = desk.node.store.read(
        lambda transaction: (transaction.backlog(), transaction.last_entry_at())
    )
    return {
        "party": desk.node.party,
        "deployment": desk.node.deployment,
        "serving": desk.serving,
        "now": format_instant(desk.node.clock.now()),
        "last_entry": format_instant(last) if last else None,
        "backlog": backlog,
        "stopped": peer_stopped(desk),
    }
