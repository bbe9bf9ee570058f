"""Erasing an item so that it is gone, and holding one that the law wants kept.

Erasing destroys the body and its key, what people called it, and the sealed envelopes kept here that hold it; the
entry in the journal lists each copy and says until when a backup might still open one. What was made from it, and what
others hold, is not touched here. A legal hold wins over every erasure: the item stays, and `withdraw.py` answers
`retained` with the reason. The journal's leaves hold commitments and stay whole.
"""

import json
from datetime import timedelta

import msgspec

from comity.clock import Instant, format_instant
from comity.errors import BadInput, RefusedHere
from comity.node import record
from comity.node.forget_record import forget_record
from comity.node.node import Node
from comity.node.questions import find_item
from comity.node.register_index import history_of
from comity.ports import ItemRow, Transaction
from comity.register.judgements import Clusters

#: States in which there is something to erase or to hold.
HERE = ("held", "source-withdrawn", "withdrawn", "retained")
_A_DAY = timedelta(days=1)


class Erased(msgspec.Struct, frozen=True):
    """What an erasure destroyed.

    Attributes:
        body: whether there was a body. `letters`: sealed envelopes that held it.
        backups_until: after this instant no backup of this home opens the body; empty where there was none.
    """

    item: str
    body: bool
    letters: int
    backups_until: str
    because: str


def erase(
    node: Node,
    transaction: Transaction,
    row: ItemRow,
    kind: str,
    *,
    because: str,
    channel: str,
    at: Instant,
    label: str = "",
    forgotten: bool = False,
) -> Erased:
    """Destroy every copy of an item's content in this home and enter the proof.

    Args:
        kind: what the journal calls it. `channel`: the peer it concerns, if any.
        label: by what it may still be called; the beginning of its digest where not even that may stay.
        forgotten: on behalf of a person: of a record that it brought here nothing else that names it stays either.

    Raises:
        RefusedHere: it is on legal hold.
    """
    if row.on_hold:
        raise RefusedHere(f"item {row.digest[:12]} is on legal hold: {row.on_hold}")
    gone = transaction.erase_body(row.digest)
    if gone is not None:
        # an epoch that is over by now, on a node that was off, ends with the next day's duties
        gone = max(gone, at + _A_DAY)
    for contributed in transaction.records_by_item(row.digest):
        if contributed.agreement:  # a record of another Party's, held here for all: its content goes as well
            node.register.changing()
            transaction.remove_record(contributed.key)
            linked = Clusters(history_of(transaction)).of(contributed.key) - {contributed.key}
            transaction.touch_records(sorted(linked))
            if forgotten:
                forget_record(transaction, contributed.key)
    done = Erased(
        item=row.digest,
        body=gone is not None,
        letters=transaction.purge_letters(row.digest, row.originator),
        backups_until=format_instant(gone) if gone is not None else "",
        because=because,
    )
    transaction.put_item(
        msgspec.structs.replace(row, state="erased", title="", label=label or row.digest[:12], caveats=())
    )
    detail = json.dumps(msgspec.to_builtins(done), sort_keys=True).encode()
    record.enter(node, transaction, kind, channel=channel, act=row.digest, detail=detail, at=at)
    return done


def hold(node: Node, transaction: Transaction, item: str, *, because: str) -> ItemRow:
    """Put an item on legal hold: it is not erased by any withdrawal, review or term until it is released.

    Raises:
        BadInput: no reason is given.
        RefusedHere: its content is not here, or it is on hold already.
    """
    at = node.now(transaction)
    row = find_item(transaction, item)
    if not because.strip():
        raise BadInput("a legal hold needs its reason: --because TEXT")
    if row.state not in HERE:
        raise RefusedHere(f"item {row.digest[:12]} is {row.state}: there is nothing to hold")
    if row.on_hold:
        raise RefusedHere(f"item {row.digest[:12]} is on hold already: {row.on_hold}")
    held = msgspec.structs.replace(row, on_hold=because.strip())
    transaction.put_item(held)
    record.enter(node, transaction, "legal-hold", channel="", act=row.digest, detail=because.encode(), at=at)
    return held
