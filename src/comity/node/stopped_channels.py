"""A peer that said two things under one number: its channel stops until an officer has looked.

Both messages are kept as evidence; what comes later under other numbers is quarantined. Receipts, one's own sending
and messages about the journals go on: they are how the two find out what happened. An officer who knows (an old backup
restored, a key in strange hands) lets the channel flow again, with a reason that the journal keeps. What was
quarantined meanwhile stays so; its sender was told by receipt and sends it anew.

Source: DESIGN §5, Inside; `specs/federation.md` §3.
"""

import msgspec

from comity.clock import Instant
from comity.errors import BadInput, RefusedHere
from comity.node import record
from comity.node.node import Node
from comity.ports import ChannelRow, Transaction
from comity.sealing.receipts import Ground


def stop(
    node: Node, transaction: Transaction, peer: str, message: str, grounds: tuple[Ground, ...], at: Instant
) -> None:
    """Stop a peer's channel for a person, and enter it; one that is stopped stays so for its first reason."""
    held = transaction.channel(peer, "in")
    if held is None or held.stopped:
        return
    why = "; ".join(ground.text for ground in grounds)
    transaction.put_channel(msgspec.structs.replace(held, stopped=why))
    record.enter(node, transaction, "channel-stopped", channel=peer, act=message, detail=why.encode(), at=at)


def ground_of(held: ChannelRow | None) -> tuple[Ground, ...]:
    """Say why nothing is taken on a channel now; nothing where it flows."""
    if held is None or not held.stopped:
        return ()
    return (Ground("channel", f"stopped: {held.stopped}"[:1000]),)


def resume(node: Node, transaction: Transaction, peer: str, *, because: str) -> ChannelRow:
    """Let a peer's channel flow again.

    Raises:
        BadInput: no reason is given.
        RefusedHere: it is not stopped.
    """
    at = node.now(transaction)
    held = transaction.channel(peer, "in")
    if not because.strip():
        raise BadInput("to let a channel flow again needs its reason: --because TEXT")
    if held is None or not held.stopped:
        raise RefusedHere(f"the channel of {peer[:80]} is not stopped")
    flowing = msgspec.structs.replace(held, stopped="")
    transaction.put_channel(flowing)
    detail = because.encode()
    act = record.digest_of(f"{held.name} {held.stopped} {because}".encode())
    record.enter(node, transaction, "channel-resumed", channel=peer, act=act, detail=detail, at=at)
    return flowing
