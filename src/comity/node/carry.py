"""Filling and emptying a pouch: the same envelopes, receipts and effects as over the wire."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from comity.errors import ComityError, NotFound, RefusedHere, StorageError
from comity.node.node import Node
from comity.node.receive import Taken, receive, seal_receipts
from comity.ports import Transaction


class Load(msgspec.Struct, frozen=True):
    """What goes into a pouch for a Party: envelopes still owed, receipts no carrier has taken back yet."""

    envelopes: tuple[bytes, ...]
    receipts: tuple[bytes, ...]


class Unloaded(msgspec.Struct, frozen=True):
    """What became of a pouch's contents: how many were new, known already, kept apart; why some were not taken."""

    accepted: int
    known: int
    quarantined: int
    settled: int
    refused: tuple[str, ...]


def load(node: Node, transaction: Transaction, peer: str, *, most: int = 10_000) -> Load:
    """Gather what a pouch to a Party should hold. What goes by pouch stays owed until its receipt comes back.

    Raises:
        RefusedHere: there is no agreement with that Party, nor was its card accepted.
        NotFound: there is nothing for it.
    """
    if peer not in node.know(transaction).correspondents():
        raise RefusedHere(
            f"there is no agreement with {peer} and its card was not accepted: nothing to carry"
        )
    envelopes = tuple(row.envelope for row in transaction.owed(peer, None, most))
    owed = transaction.receipts_owed(peer)
    for row in owed:
        transaction.put_inbox(msgspec.structs.replace(row, receipt_owed=False))
    if not envelopes and not owed:
        raise NotFound(f"nothing is owed to {peer}")
    return Load(
        envelopes, (seal_receipts(node, transaction, peer, [row.receipt for row in owed]),) if owed else ()
    )


def unload(
    node: Node,
    transaction: Transaction,
    addressed_to: str,
    envelopes: Sequence[bytes],
    receipts: Sequence[bytes],
) -> Unloaded:
    """Take in what a pouch holds, each envelope as a piece of work of its own.

    Raises:
        RefusedHere: it is not for this node, or the clock stands before the journal's last entry.
    """
    if addressed_to != node.party:
        raise RefusedHere(
            f"this pouch is for {addressed_to}, not for {node.party}", hint="nothing was opened"
        )
    node.now(transaction)  # where the clock stands behind, nothing is taken at all
    states: Counter[str] = Counter()
    refused: list[str] = []
    for part in (*receipts, *envelopes):
        try:
            with transaction.piece():
                taken = receive(node, transaction, part, "pouch")
        except StorageError:
            raise  # the disk, not the envelope
        except ComityError as error:  # its own piece is undone; what else the pouch holds is taken
            node.forget()
            taken = Taken("refused", reason=error.message)
        states[taken.state] += 1
        if taken.state == "refused":
            refused.append(taken.reason)
    return Unloaded(
        accepted=states["accepted"],
        known=states["known"],
        quarantined=states["quarantined"] + states["waiting"],
        settled=states["settled"],
        refused=tuple(refused),
    )
