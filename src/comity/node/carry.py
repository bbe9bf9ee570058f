"""Filling and emptying a pouch: the same envelopes, receipts and effects as over the wire."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from comity.clock import Instant, format_instant
from comity.errors import ComityError, NotFound, RefusedHere, StorageError
from comity.node.node import Node
from comity.node.receive import Taken, receive, seal_receipts
from comity.node.ways import POUCH, may_go
from comity.ports import PouchRow, Transaction

_EVERYTHING = 1_000_000

#: Bytes of envelopes gathered at once; a larger backlog is gathered in several turns.
MOST_BYTES = 256 * 1024 * 1024
#: Hands a slip has room for in its code.
_MOST_HANDS = 12


class Load(msgspec.Struct, frozen=True):
    """What goes into a pouch for a Party: envelopes still owed, receipts no carrier has taken back yet.

    `last` is the number of the last envelope; `left` tells whether more is owed behind it.
    """

    envelopes: tuple[bytes, ...]
    receipts: tuple[bytes, ...]
    last: int = 0
    left: bool = False


class Unloaded(msgspec.Struct, frozen=True):
    """What became of a pouch's contents: how many were new, known already, kept apart; why some were not taken."""

    accepted: int
    known: int
    quarantined: int
    settled: int
    refused: tuple[str, ...]


def load(
    node: Node,
    transaction: Transaction,
    peer: str,
    *,
    after: int = 0,
    most_bytes: int = MOST_BYTES,
    receipts: bool = True,
) -> Load:
    """Gather what a pouch to a Party should hold. What goes by pouch stays owed until its receipt comes back.

    Args:
        after: go on behind the envelope of this number.
        most_bytes: stop before the envelopes are larger together; one is always given.
        receipts: whether receipts go along; those of one pouch go once.

    Raises:
        RefusedHere: there is no agreement with that Party, nor was its card accepted.
        NotFound: there is nothing for it.
    """
    if peer not in node.know(transaction).correspondents():
        raise RefusedHere(
            f"there is no agreement with {peer} and its card was not accepted: nothing to carry"
        )
    envelopes: list[bytes] = []
    size, last, left = 0, after, False
    for head in transaction.owed_heads(peer, None, _EVERYTHING):
        if head.sequence <= after or not may_go(node, transaction, head, POUCH):
            continue
        size += head.size
        if envelopes and size > most_bytes:
            left = True
            break
        row = transaction.outbox(head.message)
        if row is not None:
            envelopes.append(row.envelope)
            last = head.sequence
    owed = transaction.receipts_owed(peer) if receipts else ()
    for each in owed:
        transaction.put_inbox(msgspec.structs.replace(each, receipt_owed=False))
    if not envelopes and not owed and not after:
        raise NotFound(f"nothing is owed to {peer}")
    sealed = (seal_receipts(node, transaction, peer, [each.receipt for each in owed]),) if owed else ()
    return Load(tuple(envelopes), sealed, last, left)


def note_opened(transaction: Transaction, pouch: str, number: int, volumes: int) -> tuple[bool, list[int]]:
    """Note that a volume of a pouch was opened; tell whether it was before, and which were not yet."""
    held = transaction.pouch(pouch) or PouchRow(name=pouch)
    before = str(number) in held.opened
    if not before:
        held = msgspec.structs.replace(held, opened=(*held.opened, str(number)))
        transaction.put_pouch(held)
    return before, [each for each in range(1, volumes + 1) if str(each) not in held.opened]


def hand_over(transaction: Transaction, pouch: str, by: str, to: str, at: Instant) -> list[dict[str, str]]:
    """Add a hand to the slip of a pouch, where one is named; give all hands it went through.

    Raises:
        RefusedHere: there is no room for another.
    """
    held = transaction.pouch(pouch) or PouchRow(name=pouch)
    hands = msgspec.json.decode(held.slip, type=list[dict[str, str]]) if held.slip else []
    if by:
        if len(hands) >= _MOST_HANDS:
            raise RefusedHere(f"a slip has room for {_MOST_HANDS} hands", hint="go on with pen on its page")
        hands.append({"by": by[:80], "to": to[:80], "at": format_instant(at)})
        transaction.put_pouch(msgspec.structs.replace(held, slip=msgspec.json.encode(hands)))
    return hands


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
