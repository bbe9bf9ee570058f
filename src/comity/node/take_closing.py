"""What comes in at an agreement's end: answers, closing statements, and duties that follow an item down its custody."""

import msgspec

from comity.clock import Instant
from comity.errors import VerificationFailed
from comity.federation import statements
from comity.federation.statements import (
    ClosedItem,
    ClosingAgreed,
    ClosingAnswer,
    ClosingStatement,
    ExitDuty,
    Statement,
)
from comity.node import record
from comity.node.arrival import Arrival
from comity.node.closing_acts import answer, keep_account, keep_answers, tell_onward
from comity.node.erase import HERE, erase
from comity.node.exit_duties import last_hops
from comity.node.node import Node
from comity.ports import ItemRow, Transaction


def take_closing(arrival: Arrival, statement: Statement) -> None:
    """Enter an answer, a closing statement or its countersignature that came in; it has been kept.

    Raises:
        VerificationFailed: it speaks of an agreement with somebody else, or was sent on by another.
    """
    assert isinstance(statement, ClosingAnswer | ClosingStatement | ClosingAgreed)
    if statement.by != arrival.sender:
        raise VerificationFailed(f"{arrival.sender} brings what {statement.by} says about an ending")
    if isinstance(statement, ClosingAnswer) and statement.to != arrival.node.party:
        raise VerificationFailed(f"an answer for {statement.to}")
    if isinstance(statement, ClosingStatement) and set(statement.parties) != {
        arrival.node.party,
        arrival.sender,
    }:
        raise VerificationFailed("a closing statement between others")
    word = statements.word_of(type(statement))
    record.enter(
        arrival.node,
        arrival.transaction,
        word,
        channel=arrival.sender,
        act=arrival.digest,
        detail=arrival.digest.encode(),
        at=arrival.at,
    )
    if isinstance(statement, ClosingAnswer):
        keep_answers(arrival.node, arrival.transaction, statement)
    else:
        keep_account(arrival.node, arrival.transaction, statement.digest, arrival.sender)


def take_exit_duty(arrival: Arrival, statement: Statement) -> None:
    """Carry out what follows from the end of an agreement further up, answer, and tell whom it was passed on to.

    Raises:
        VerificationFailed: it does not come from the hand that gave the item.
    """
    assert isinstance(statement, ExitDuty)
    node, transaction, at = arrival.node, arrival.transaction, arrival.at
    if statement.by != arrival.sender:
        raise VerificationFailed(f"{arrival.sender} brings a duty of {statement.by}")
    row = transaction.item(statement.item)
    routes = transaction.holdings(statement.item)
    if row is not None and routes and all(each.received_from != arrival.sender for each in routes):
        raise VerificationFailed(f"item {statement.item[:12]} did not come from {arrival.sender}")
    record.enter(
        node,
        transaction,
        "exit-duty",
        channel=arrival.sender,
        act=arrival.digest,
        detail=arrival.digest.encode(),
        at=at,
    )
    line = ClosedItem(
        item=statement.item,
        duty=statement.duty,
        ground=", ".join(statement.grounds),
        answer="destroyed",
        because="not held here",
    )
    if row is not None and row.state in HERE:
        line = _close_onward(node, transaction, row, statement, arrival.sender, line, at)
    elif row is not None and row.state == "erased":
        line = msgspec.structs.replace(line, because="it had been erased before")
    answer(node, transaction, statement.agreement, statement.digest, arrival.sender, (line,), at)


def _close_onward(
    node: Node,
    transaction: Transaction,
    row: ItemRow,
    duty: ExitDuty,
    sender: str,
    line: ClosedItem,
    at: Instant,
) -> ClosedItem:
    others = sorted({hop.by for hop in last_hops(transaction, row)} - {sender})
    if row.on_hold:
        return msgspec.structs.replace(line, answer="retained", because=f"legal hold: {row.on_hold}")
    if others:
        return msgspec.structs.replace(
            line, answer="retained", because=f"also received from {', '.join(others)}"
        )
    gone = erase(node, transaction, row, "exit-erased", because=duty.agreement, channel=sender, at=at)
    tell_onward(
        node, transaction, row.digest, duty.agreement, duty.digest, duty.duty, duty.grounds, (sender,), at
    )
    return msgspec.structs.replace(line, because="", backups_until=gone.backups_until)
