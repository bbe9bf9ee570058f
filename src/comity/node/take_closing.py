"""What comes in at an agreement's end: answers, closing statements, and duties that follow an item down its custody."""

import msgspec

from comity.clock import Instant
from comity.errors import VerificationFailed
from comity.federation import statements
from comity.federation.evidence import SKEW
from comity.federation.statements import (
    ClosedItem,
    ClosingAgreed,
    ClosingAnswer,
    ClosingStatement,
    ExitDuty,
    HopStatement,
    Statement,
)
from comity.node import record
from comity.node.arrival import Arrival
from comity.node.closing_acts import (
    answer,
    countersign,
    keep_account,
    keep_answers,
    proposed_by,
    tell_onward,
)
from comity.node.erase import HERE, erase
from comity.node.exit_duties import ANSWERS, OTHER_HANDS, ending, last_hops
from comity.node.node import Node
from comity.node.questions import statements_of
from comity.ports import ItemRow, Transaction
from comity.signing import from_bytes


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
        _check_answers(arrival, statement)
        keep_answers(arrival.node, arrival.transaction, statement)
    else:
        keep_account(arrival.node, arrival.transaction, statement.digest, arrival.sender)
    if isinstance(statement, ClosingStatement):
        _countersign_crossed(arrival, statement)


def _countersign_crossed(arrival: Arrival, theirs: ClosingStatement) -> None:
    """Countersign where both put the same account forward at once: one of the two statements then bears both words.

    It is that of the Party whose name comes first, whichever came earlier where.
    """
    node, transaction = arrival.node, arrival.transaction
    ours = proposed_by(transaction, theirs.digest, node.party)
    if ours is None or node.party < arrival.sender:
        return
    if statements.read(from_bytes(ours.signed), ClosingStatement).lines == theirs.lines:
        countersign(node, transaction, arrival.digest, theirs, arrival.sender, arrival.at)


def _check_answers(arrival: Arrival, said: ClosingAnswer) -> None:
    """Take an answer about what was passed to its author, and about nothing else: all are read for the account.

    Raises:
        VerificationFailed: it is about another item, or is none of the answers there are.
    """
    for each in said.items:
        if each.answer not in ANSWERS.values():
            raise VerificationFailed(f"`{each.answer[:40]}` is no answer at an agreement's end")
        if all(passed.to != said.by for passed in arrival.transaction.disclosures(each.item)):
            raise VerificationFailed(f"item {each.item[:12]} was not passed to {said.by} from here")


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
    if row is not None:
        _check_owed_upstream(arrival, statement)
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


def _check_owed_upstream(arrival: Arrival, duty: ExitDuty) -> None:
    """Take a duty only that can be: whoever hands an item on does not thereby decide whether others keep it.

    Raises:
        VerificationFailed: the item did not pass under that agreement before it came to whoever sent the duty, or there
            is no such duty.
    """
    if duty.duty not in OTHER_HANDS:
        raise VerificationFailed(f"`{duty.duty[:40]}` is no duty that goes on to others")
    if not _hops_under(arrival.transaction, duty, arrival.sender):
        raise VerificationFailed(
            f"item {duty.item[:12]} did not come to {arrival.sender} under {duty.agreement[:80]}"
        )


def _hops_under(transaction: Transaction, duty: ExitDuty, sender: str) -> list[HopStatement]:
    """Give the hops under the agreement of a duty by which its item came to whoever sent it."""
    return [
        hop
        for holding in transaction.holdings(duty.item)
        if holding.received_from == sender
        for hop in statements_of(transaction, holding)[:-1]
        if hop.agreement == duty.agreement
    ]


def _goes_on(node: Node, transaction: Transaction, duty: ExitDuty, sender: str, at: Instant) -> str:
    """Say how the agreement of a duty stands, where it is held here and its end has not been heard of."""
    timeline = node.know(transaction).timelines.get(duty.agreement)
    if timeline is None:
        return ""
    hops = _hops_under(transaction, duty, sender)
    states = {ending(timeline, at + SKEW, hop.by, hop.to)[0] for hop in hops}
    return "" if "ended" in states else ", ".join(sorted(states))


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
    if states := _goes_on(node, transaction, duty, sender, at):
        said = f"{duty.agreement} is {states} as far as is known here"
        return msgspec.structs.replace(line, answer="retained", because=said)
    gone = erase(node, transaction, row, "exit-erased", because=duty.agreement, channel=sender, at=at)
    tell_onward(
        node, transaction, row.digest, duty.agreement, duty.digest, duty.duty, duty.grounds, (sender,), at
    )
    return msgspec.structs.replace(line, because="", backups_until=gone.backups_until)
