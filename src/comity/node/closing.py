"""Closing an agreement that has ended: duties shown, carried out, answered, and accounted for alike on both sides.

    (1) the table: every item that passed under it, in both directions, its duty and what was answered
        (`closing_table.py`)
    (2) carrying out: erased or kept, with the ground; whoever had it from here is told                  `carry_out`
    (3) signed answers travel to the giver, item by item; they are all that the account is made from
        (`closing_acts.py`, `take_closing.py`)
    (4) the closing statement: either Party signs it once nothing is open, the other countersigns        `sign_closing`

The channel stays open for this, for withdrawals and for reconciling; rule 2 of the gate refuses everything new.
"""

from collections.abc import Collection

import msgspec

from comity.clock import Instant, format_instant
from comity.errors import BadInput, RefusedHere
from comity.federation import statements
from comity.federation.closing_file import Closed
from comity.federation.statements import ClosedItem, ClosingStatement, Statement
from comity.node.closing_acts import (
    account_between,
    answer,
    countersign,
    keep_account,
    keep_and_send,
    proposed_by,
    tell_onward,
)
from comity.node.closing_table import HANDED_OVER, Table, table
from comity.node.erase import HERE, erase
from comity.node.exit_duties import ANSWERS, Due, open_due
from comity.node.node import Node
from comity.ports import Transaction
from comity.signing import from_bytes

__all__ = ["carry_out", "sign_closing"]

#: Items in one answer: a statement stays small.
_ANSWERED_AT_ONCE = 400
#: Retained items named in a closing statement; all are covered by its digest.
_NAMED = 200
_EVERYTHING = 1_000_000


def carry_out(
    node: Node,
    transaction: Transaction,
    agreement: str,
    peer: str,
    *,
    handed_over: Collection[str] = (),
    because: str = "",
    limit: int = _EVERYTHING,
) -> Table:
    """Carry out what is open here and answer for it; give the table after it.

    Args:
        handed_over: items of material or equipment that a person has handed back; `because` how.
        limit: lines at the most of the table after it.

    Raises:
        RefusedHere: the agreement has not ended; a suspended one may be resumed, and nothing of it is destroyed.
        BadInput: something is said to be handed over without saying how.
    """
    at = node.now(transaction)
    found = table(node, transaction, agreement, peer, limit=0)
    if found.state != "ended":
        state = found.state.replace("-", " ")
        raise RefusedHere(
            f"{agreement} is {state} between {node.party} and {peer}: its duties at the end are not due yet",
            hint="comity agreement list",
        )
    if handed_over and not because.strip():
        raise BadInput("what was handed over needs its record: --because TEXT")
    done: list[ClosedItem] = []
    for due in open_due(node, transaction, agreement, peer, at):
        if transaction.answer(found.digest, peer, node.party, due.row.digest) is not None:
            continue  # what is open of it is open further on
        by_hand = due.row.kind in HANDED_OVER and due.duty.duty != "retain" and due.row.state in HERE
        if not by_hand or due.row.digest in handed_over:
            done.append(_close(node, transaction, found, due, because if by_hand else "", at))
    for start in range(0, len(done), _ANSWERED_AT_ONCE):
        some = done[start : start + _ANSWERED_AT_ONCE]
        answer(node, transaction, agreement, found.digest, peer, some, at)
    return table(node, transaction, agreement, peer, limit=limit)


def sign_closing(
    node: Node, transaction: Transaction, agreement: str, peer: str, *, limit: int = _EVERYTHING
) -> Table:
    """Sign the account of an ended agreement: countersign the other Party's, or put one forward.

    Raises:
        RefusedHere: it has not ended, something is open or under way, it is signed by both already, or the account
            the other Party signed differs from the one here.
    """
    at = node.now(transaction)
    found = table(node, transaction, agreement, peer, limit=0)
    _check_ready(node, transaction, found)
    closed = account_between(node, transaction, found.digest, peer)
    theirs = proposed_by(transaction, found.digest, peer)
    if theirs is None:
        parties = sorted((node.party, peer))
        said: Statement = ClosingStatement(
            by=node.party,
            at=format_instant(at),
            agreement=agreement,
            digest=found.digest,
            parties=(parties[0], parties[1]),
            event=found.event,
            tallies=closed.tallies,
            lines=closed.lines,
            retained=closed.retained[:_NAMED],
        )
        keep_and_send(node, transaction, "closing", found.digest, said, peer, at)
        keep_account(node, transaction, found.digest, peer)
        return table(node, transaction, agreement, peer, limit=limit)
    signed = statements.read(from_bytes(theirs.signed), ClosingStatement)
    if signed.lines != closed.lines:
        raise RefusedHere(
            f"the account {peer} signed differs from the one here: {_difference(signed, closed)}",
            hint=f"comity journal reconcile {peer}",
        )
    countersign(node, transaction, theirs.digest, signed, peer, at)
    keep_account(node, transaction, found.digest, peer)
    return table(node, transaction, agreement, peer, limit=limit)


def _close(node: Node, transaction: Transaction, found: Table, due: Due, how: str, at: Instant) -> ClosedItem:
    """Carry out one duty."""
    row, duty = due.row, due.duty
    line = ClosedItem(
        item=row.digest,
        duty=duty.duty,
        ground=duty.ground,
        answer=ANSWERS[duty.duty],
        because=how or duty.because,
    )
    if row.state not in HERE:
        return msgspec.structs.replace(line, answer="destroyed", because="it had been erased before")
    if duty.duty == "retain":
        return line
    gone = erase(node, transaction, row, "exit-erased", because=found.agreement, channel=due.giver, at=at)
    grounds = (duty.ground,)
    tell_onward(
        node, transaction, row.digest, found.agreement, found.digest, duty.duty, grounds, (due.giver,), at
    )
    return msgspec.structs.replace(line, backups_until=gone.backups_until)


def _check_ready(node: Node, transaction: Transaction, found: Table) -> None:
    who = f"{node.party} and {found.peer}"
    if found.state != "ended":
        state = found.state.replace("-", " ")
        raise RefusedHere(f"{found.agreement} is {state} between {who}: there is nothing to close yet")
    if len(found.signed_by) == 2:
        raise RefusedHere(f"the closing of {found.agreement} between {who} is signed by both already")
    if node.party in found.signed_by:
        raise RefusedHere(
            f"{node.party} has signed the closing of {found.agreement}; {found.peer} has not yet"
        )
    if found.under_way:
        raise RefusedHere(
            f"{found.under_way} letters to {found.peer} are still under way", hint="comity deliver"
        )
    if found.open and not transaction.passed_lines(
        found.agreement, found.peer, giver=found.peer, open=True, limit=1
    ):
        raise RefusedHere(
            f"{found.open} items of {found.agreement} are still open between {who}: "
            f"{found.peer} has yet to answer for them",
            hint=f"comity agreement closing {found.agreement} --with {found.peer}",
        )
    if found.open:
        raise RefusedHere(
            f"{found.open} items of {found.agreement} are still open between {who}",
            hint=f"comity agreement closing {found.agreement} --with {found.peer} --execute",
        )


def _difference(signed: ClosingStatement, closed: Closed) -> str:
    """Say in which direction two accounts differ."""
    for theirs, ours in zip(signed.tallies, closed.tallies, strict=False):
        if theirs != ours:
            return (
                f"from {ours.giver} to {ours.holder} it says {theirs.returned} returned, {theirs.destroyed} destroyed, "
                f"{theirs.retained} retained; here it is {ours.returned}, {ours.destroyed}, {ours.retained}"
            )
    return "the same counts of other items"
