"""What is due in the register: reviews, answers to follow-ups, outcomes, disputes; and what runs out by itself."""

from datetime import timedelta

import msgspec

from comity.clock import Instant
from comity.federation.conversations import WATCH, after
from comity.node.contribute import due_for_review, erase_record
from comity.node.follow_up import is_overdue
from comity.node.node import Node
from comity.ports import FlagRow, HitRow, RecordRow, Transaction
from comity.register.record import Record

__all__ = ["GRACE", "Due", "due", "run_out"]

#: A record that nobody looked at again answers nobody from its day on, and is erased so many days later.
GRACE = 30
_SOON = timedelta(days=30)
_MOST = 100_000


class Due(msgspec.Struct, frozen=True):
    """What is due.

    Attributes:
        reviews: records whose time runs out within thirty days, or has.
        to_answer: follow-ups that wait for a person here. `late`: those others owe us past their time.
        to_close: hits released to us that have no outcome yet.
        flags: flags raised on records here that are not settled.
    """

    reviews: tuple[Record, ...]
    to_answer: tuple[HitRow, ...]
    late: tuple[HitRow, ...]
    to_close: tuple[HitRow, ...]
    flags: tuple[FlagRow, ...]


def due(node: Node, transaction: Transaction, at: Instant) -> Due:
    """Give what is due, or overdue, at an instant."""
    told = transaction.hits(ours=False, limit=_MOST)
    got = transaction.hits(ours=True, limit=_MOST)
    return Due(
        reviews=tuple(due_for_review(transaction, (at + _SOON).date())),
        to_answer=tuple(hit for hit in told if hit.state == "asked" and hit.owner == node.party),
        late=tuple(hit for hit in got if hit.state == "asked" and is_overdue(hit, at)),
        to_close=tuple(hit for hit in got if hit.state == "released"),
        flags=tuple(
            flag
            for flag in transaction.flags()
            if not flag.ours and flag.resolve_by is not None and flag.state in ("raised", "acknowledged")
        ),
    )


def run_out(node: Node, transaction: Transaction, at: Instant) -> int:
    """Let go what has run out: records a while after their day, and watches. Give how many records were erased.

    A legal hold wins: a record whose item is on hold stays until it is released.
    """
    over = transaction.records_running_out((at - timedelta(days=GRACE)).date())
    gone = [row for row in over if not _is_on_hold(transaction, row)]
    for row in gone:
        erase_record(node, transaction, row.id, because="its time ran out and nobody reviewed it")
    for ours in (True, False):
        for watch in transaction.checks(ours=ours, limit=_MOST):
            ended = (
                watch.watch and watch.state == "standing" and watch.until is not None and watch.until <= at
            )
            if ended:
                state = after(WATCH, watch.state, "time is up")
                transaction.put_check(msgspec.structs.replace(watch, state=state))
    return len(gone)


def _is_on_hold(transaction: Transaction, row: RecordRow) -> bool:
    item = transaction.item(row.item) if row.item else None
    return item is not None and bool(item.on_hold)
