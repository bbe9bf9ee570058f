"""Verbs about the house: pouches, what is under way."""

from typing import Any

import msgspec

from comity.carriers import pouch
from comity.carriers.relay_wire import mailbox_key, mailbox_of, read_address
from comity.carriers.slip import Handover, Slip, write_slip
from comity.clock import format_instant
from comity.control.verb import Desk, verb
from comity.errors import NotFound
from comity.node import carry, deliver, known_time, stopped_channels
from comity.node.node import Node
from comity.ports import CircuitRow, Transaction


@verb("pouch-load")
def pouch_load(
    desk: Desk, peer: str, after: int = 0, most_bytes: int = carry.MOST_BYTES, receipts: bool = True
) -> dict[str, Any]:
    """Gather what is owed to a Party for a pouch, from behind an envelope's number on, and receipts for it.

    The receipts stay owed until `pouch-packed` says that the pouch is written.
    """
    load = desk.act(
        lambda node, transaction: carry.load(
            node,
            transaction,
            peer,
            after=after,
            most_bytes=min(most_bytes, carry.MOST_BYTES),
            receipts=receipts,
        )
    )
    now = format_instant(desk.node.clock.now())
    return {"party": desk.node.party, "now": now, **msgspec.structs.asdict(load)}


@verb("pouch-packed")
def pouch_packed(desk: Desk, answered: list[str]) -> None:
    """Note that a pouch which carries the receipts of these messages is written."""
    desk.act(lambda _node, transaction: deliver.receipts_handed_over(transaction, answered))


@verb("pouch-pack")
def pouch_pack(desk: Desk, peer: str) -> dict[str, Any]:
    """Gather what is owed to a Party into a pouch of one volume."""
    load = desk.act(lambda node, transaction: carry.load_once(node, transaction, peer))
    now = desk.node.clock.now()
    (data,) = pouch.pack(desk.node.party, peer, now, envelopes=load.envelopes, receipts=load.receipts)
    return {"pouch": data, "envelopes": len(load.envelopes), "receipts": len(load.receipts)}


@verb("pouch-open")
def pouch_open(desk: Desk, data: bytes) -> dict[str, Any]:
    """Take in what a volume of a pouch holds, and tell which volumes are still to come."""
    found = pouch.unpack(data)
    manifest = found.manifest
    shown = pouch_take(
        desk, pouch=found.name, to=manifest.to, number=found.numbers[0], volumes=len(manifest.volumes),
        envelopes=list(found.envelopes), receipts=list(found.receipts),
    )  # fmt: skip
    return {"from": manifest.from_, "made": manifest.made, **shown}


@verb("pouch-take")
def pouch_take(
    desk: Desk,
    pouch: str,
    to: str,
    number: int,
    volumes: int,
    envelopes: list[bytes],
    receipts: list[bytes],
    last: bool = True,
) -> dict[str, Any]:
    """Take in a part of a volume whose digests have been checked, and tell which volumes are still to come.

    Args:
        last: whether this is all that is left of the volume.
    """

    def work(node: Node, transaction: Transaction) -> tuple[carry.Unloaded, bool, list[int]]:
        unloaded = carry.unload(node, transaction, to, envelopes, receipts)
        return unloaded, *carry.note_opened(transaction, pouch, number if last else 0, volumes)

    unloaded, before, missing = desk.act(work)
    return {
        "pouch": pouch,
        "volumes": volumes,
        "missing": missing,
        "again": [number] if before else [],
        **msgspec.to_builtins(unloaded),
    }


@verb("pouch-slip")
def pouch_slip(
    desk: Desk,
    pouch: str,
    sender: str,
    to: str,
    made: str,
    volumes: int,
    by: str = "",
    taken_by: str = "",
) -> dict[str, Any]:
    """Add a hand to the slip of a pouch, where one is named, and give the slip's code, signed."""
    at = desk.node.clock.now()

    def work(node: Node, transaction: Transaction) -> tuple[list[dict[str, str]], bytes]:
        hands = carry.hand_over(transaction, pouch, by, taken_by, at)
        key = node.keyring.signer(node.know(transaction).own.card, "control", at)
        written = Slip(pouch, sender, to, made, volumes, tuple(Handover(**hand) for hand in hands))
        return hands, write_slip(written, node.party, key)

    hands, code = desk.act(work)
    return {"pouch": pouch, "hands": hands, "code": code}


@verb("deliver", alone=True)
def deliver_now(desk: Desk, peer: str = "", first: bool = True, batches: int = 0) -> dict[str, Any]:
    """Try at once what is owed, whatever its next turn, and empty the mailboxes at relays.

    Args:
        first: whether this begins it; a later call only goes on.
        batches: where no node serves, at most so many in this call; 0 for all.
    """
    if peer and desk.read(lambda transaction: transaction.card(peer)) is None:
        raise NotFound(f"no card of {peer} is known here", hint="comity card accept FILE")
    relays: dict[str, str] = {}
    if first:
        desk.act(lambda node, transaction: deliver.try_now(transaction, node.clock.now(), peer or None))
        relays = desk.postman.visit()
    unreachable = {**desk.send(peer or None, batches=batches or None), **relays}
    owed, circuits = desk.read(lambda transaction: (transaction.backlog(), transaction.circuits()))
    backlog = {name: count for name, count in owed.items() if peer in ("", name)}
    if desk.serving:
        down = {row.peer: row.reason for row in circuits if row.failures and row.peer in backlog}
        unreachable = {**({} if first else down), **relays}
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
    rows = desk.read(lambda transaction: transaction.channels_stopped())
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
    at = desk.node.clock.now()
    backlog, last, behind, circuits, waits = desk.read(
        lambda transaction: (
            transaction.backlog(),
            transaction.last_entry_at(),
            transaction.behind(),
            transaction.circuits(),
            known_time.why_held(transaction, at),
        )
    )
    return {
        "party": desk.node.party,
        "deployment": desk.node.deployment,
        "serving": desk.serving,
        "now": format_instant(at),
        "last_entry": format_instant(last) if last else None,
        "backlog": backlog,
        "behind": [row.peer for row in behind],
        "stopped": peer_stopped(desk),
        "trouble": desk.node.store.trouble,
        "time_waits": waits,
        "database": desk.home.settings.database,
        "lines": [_line(row, backlog.get(row.peer, 0)) for row in circuits],
        "mailboxes": [
            {"relay": each.relay, "since": format_instant(each.since), "reason": each.reason}
            for each in desk.postman.missed
        ],
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
