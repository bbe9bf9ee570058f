"""Answers to a withdrawal: signed by each holder, brought back along the hops, a tree at the originator.

`overdue` names who has not answered in time, and who said that a person must still decide.
"""

from datetime import timedelta

import msgspec

from comity.clock import Instant, format_instant
from comity.federation import statements
from comity.federation.statements import Withdrawal, WithdrawalAnswer
from comity.node.node import Node
from comity.node.signed_statements import keep_signed, sign
from comity.node.unsent import send_or_keep
from comity.ports import ItemRow, StatementRow, Transaction
from comity.signing import from_bytes

#: Parties that one answer names as those it was passed to.
_MOST_ONWARD = 500


class Branch(msgspec.Struct, frozen=True):
    """One holder's answers in the tree, and those of the hands it passed the item to; none from whom one is owed."""

    party: str
    answers: tuple[WithdrawalAnswer, ...]
    below: tuple["Branch", ...]


class Overdue(msgspec.Struct, frozen=True):
    """An answer that has not come: whose, to which withdrawal of which item, since when.

    Attributes:
        waits_for: `answer`; or `decision`, where a person there must decide about what was made from it.
    """

    item: str
    party: str
    waits_for: str
    since: Instant


def answer(
    node: Node,
    transaction: Transaction,
    withdrawal: StatementRow,
    item: str,
    word: str,
    *,
    came_from: str,
    at: Instant,
    because: str = "",
    backups_until: str = "",
) -> None:
    """Sign one answer and send it back towards the originator.

    Args:
        item: what it speaks of: the withdrawn item, or one made from it.
        word: `done`, `retained`, `cannot` or `source-withdrawn`.
        came_from: the hand the withdrawn item came from, or else who brought the withdrawal.
    """
    said = statements.read(from_bytes(withdrawal.signed), Withdrawal)
    onward = recipients(transaction, item) if item == said.item else {}
    statement = WithdrawalAnswer(
        by=node.party,
        at=format_instant(at),
        withdrawal=withdrawal.digest,
        item=item,
        answer=word,
        received_from=came_from,
        because=because,
        backups_until=backups_until,
        passed_to=tuple(sorted(onward.keys() - {said.by, node.party}))[:_MOST_ONWARD],
    )
    signed = sign(node, transaction, statement, at)
    row = keep_signed(transaction, "withdrawal-answer", withdrawal.digest, signed, by=node.party, at=at)
    about = said.item if transaction.item(said.item) is not None else item
    send_or_keep(node, transaction, row, to=said.by, about=about, at=at, back_through=came_from)


def came_from(transaction: Transaction, row: ItemRow, otherwise: str) -> str:
    """Give the hand an item came from, or another Party where none is known."""
    hands = (holding.received_from for holding in transaction.holdings(row.digest))
    return next((hand for hand in hands if hand), otherwise)


def answers_tree(transaction: Transaction, withdrawal: str, root: str) -> Branch:
    """Give the answers to a withdrawal as a tree along the hops, the originator at its root."""
    return _branch(root, _answers(transaction, withdrawal), frozenset())


def recipients(transaction: Transaction, item: str) -> dict[str, str]:
    """Give to whom an item, or something made from it, was passed from here: Party -> what it got."""
    found: dict[str, str] = {}
    for digest in (item, *(row.digest for row in made_from(transaction, item))):
        for disclosure in transaction.disclosures(digest):
            found.setdefault(disclosure.to, digest)
    return found


def made_from(transaction: Transaction, source: str) -> list[ItemRow]:
    """Give everything made from a source, directly or not."""
    found: dict[str, ItemRow] = {}
    waiting = list(transaction.made_from(source))
    while waiting:
        digest = waiting.pop()
        row = transaction.item(digest)
        if row is not None and digest not in found:
            found[digest] = row
            waiting.extend(transaction.made_from(digest))
    return list(found.values())


def overdue(node: Node, transaction: Transaction, at: Instant, *, days: int) -> list[Overdue]:
    """Give the answers to this Party's own withdrawals that have not come within so many days.

    Whoever a holder names as those it had passed the item to owes an answer as well, over any number of hops.
    """
    latest = at - timedelta(days=days)
    found: list[Overdue] = []
    for row in transaction.statements("withdrawal"):
        if row.by != node.party:
            continue
        said = statements.read(from_bytes(row.signed), Withdrawal)
        answers = _answers(transaction, row.digest)
        heard = {each.by for each in answers} | {node.party}
        told = dict.fromkeys(recipients(transaction, said.item), said.instant)
        for each in answers:
            for party in each.passed_to:
                told.setdefault(party, each.instant)
        found += [
            Overdue(said.item, party, "answer", since)
            for party, since in told.items()
            if party not in heard and since <= latest
        ]
        newest = {(each.by, each.item): each for each in answers}
        found += [
            Overdue(each.item, each.by, "decision", each.instant)
            for each in newest.values()
            if each.answer == "source-withdrawn" and each.instant <= latest
        ]
    return found


def _answers(transaction: Transaction, withdrawal: str) -> list[WithdrawalAnswer]:
    return [
        statements.read(from_bytes(row.signed), WithdrawalAnswer)
        for row in transaction.statements("withdrawal-answer", withdrawal)
    ]


def _branch(party: str, answers: list[WithdrawalAnswer], above: frozenset[str]) -> Branch:
    latest = {answer.item: answer for answer in answers if answer.by == party}
    told = [each for answer in latest.values() for each in answer.passed_to]
    came = {answer.by: answer.received_from for answer in answers}
    hands = dict.fromkeys(
        hand
        for hand in (*(by for by, giver in came.items() if giver == party), *told)
        if hand not in above | {party} and came.get(hand, party) == party
    )
    return Branch(
        party, tuple(latest.values()), tuple(_branch(hand, answers, above | {party}) for hand in hands)
    )
