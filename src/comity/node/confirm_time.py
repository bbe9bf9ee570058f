"""A person says that this node's clock is right, where nothing else bears it out (`known_time.py`)."""

import msgspec

from comity.clock import Instant
from comity.errors import RefusedHere
from comity.node import known_time, record
from comity.node.node import Node
from comity.ports import Transaction


def confirm_time(node: Node, transaction: Transaction) -> Instant:
    """Confirm the time; give it. What has run out by it goes with the next duties.

    Raises:
        RefusedHere: the time is borne out already.
    """
    at = node.now(transaction)
    why = known_time.why_held(transaction, at)
    if not why:
        raise RefusedHere("the time is borne out: there is nothing to confirm")
    known = known_time.borne_out(transaction, at)
    transaction.put_known_time(msgspec.structs.replace(known, until=at, confirmed=at))
    detail = f"{at.isoformat()}: {why}".encode()
    act = record.digest_of(detail)
    record.enter(node, transaction, "time-confirmed", channel="", act=act, detail=detail, at=at)
    return at
