"""Filling and emptying a pouch: the same envelopes, receipts and effects as over the wire."""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec
import structlog

from comity.clock import Instant, format_instant
from comity.errors import BadInput, ComityError, NotFound, RefusedHere, StorageError
from comity.node.deliver import receipts_handed_over
from comity.node.node import Node
from comity.node.receive import Taken, receive, seal_receipts
from comity.node.ways import POUCH, may_go
from comity.ports import InboxRow, PouchRow, Transaction

log = structlog.get_logger("comity.pouch")

_EVERYTHING = 1_000_000

#: Bytes of envelopes gathered at once; a larger backlog is gathered in several turns.
MOST_BYTES = 256 * 1024 * 1024
#: Bytes of receipts in one letter of a pouch: what a message's head takes, with room for what is said beside them.
_LETTER_BYTES = 2 * 1024 * 1024
#: What a fault of Comity's own raises; never what a database or a disk does.
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
#: Hands a slip has room for in its code, and characters of each.
_MOST_HANDS, _MOST_NAME = 12, 80


class Load(msgspec.Struct, frozen=True):
    """What goes into a pouch for a Party: envelopes still owed, receipts no carrier has taken back yet.

    Attributes:
        last: the number of the last envelope.
        left: whether more is owed behind it.
        answered: the messages whose receipts these are.
    """

    envelopes: tuple[bytes, ...]
    receipts: tuple[bytes, ...]
    last: int = 0
    left: bool = False
    answered: tuple[str, ...] = ()


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

    Receipts stay owed, too, until `deliver.receipts_handed_over` is told that the pouch is written.

    Args:
        after: go on behind the envelope of this number.
        most_bytes: stop before the envelopes are larger together; one is always given.
        receipts: whether receipts go along.

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
    if not envelopes and not owed and not after:
        raise NotFound(f"nothing is owed to {peer}")
    try:
        sealed = tuple(seal_receipts(node, transaction, peer, letter) for letter in _letters(owed))
    except RefusedHere:  # its card seals nothing new: receipts wait for the next, what was sealed before goes
        if not envelopes:
            raise
        owed, sealed = (), ()
    return Load(tuple(envelopes), sealed, last, left, tuple(each.message for each in owed))


def load_once(node: Node, transaction: Transaction, peer: str) -> Load:
    """Gather a pouch that is written in the same piece of work: its receipts are owed no longer.

    Raises:
        RefusedHere, NotFound: as `load`.
    """
    found = load(node, transaction, peer)
    receipts_handed_over(transaction, found.answered)
    return found


def _letters(owed: Sequence[InboxRow]) -> Iterator[list[bytes]]:
    """Divide receipts into letters, as many as one has room for."""
    letter: list[bytes] = []
    size = 0
    for each in owed:
        if letter and size + len(each.receipt) > _LETTER_BYTES:
            yield letter
            letter, size = [], 0
        letter.append(each.receipt)
        size += len(each.receipt)
    if letter:
        yield letter


def note_opened(transaction: Transaction, pouch: str, number: int, volumes: int) -> tuple[bool, list[int]]:
    """Note that a volume of a pouch was opened, 0 for none; tell whether it was before, and which were not yet."""
    held = transaction.pouch(pouch) or PouchRow(name=pouch)
    before = str(number) in held.opened
    if number and not before:
        held = msgspec.structs.replace(held, opened=(*held.opened, str(number)))
        transaction.put_pouch(held)
    return before, [each for each in range(1, volumes + 1) if str(each) not in held.opened]


def hand_over(transaction: Transaction, pouch: str, by: str, to: str, at: Instant) -> list[dict[str, str]]:
    """Add a hand to the slip of a pouch, where one is named; give all hands it went through.

    Raises:
        BadInput: a hand has no name, or too long a one.
        RefusedHere: there is no room for another.
    """
    held = transaction.pouch(pouch) or PouchRow(name=pouch)
    hands = msgspec.json.decode(held.slip, type=list[dict[str, str]]) if held.slip else []
    if by:
        for each in (by, to):
            if not each.strip() or len(each) > _MOST_NAME:
                raise BadInput(f"`{each[:20]}` names no hand: 1 to {_MOST_NAME} characters")
        if len(hands) >= _MOST_HANDS:
            raise RefusedHere(f"a slip has room for {_MOST_HANDS} hands", hint="go on with pen on its page")
        hands.append({"by": by, "to": to, "at": format_instant(at)})
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
        except _FAULTS:  # a fault of ours: it must not keep what else the pouch holds from coming in
            log.exception("envelope not taken")
            node.forget()
            taken = Taken("refused", reason="a fault of this node's own; its log says more")
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
