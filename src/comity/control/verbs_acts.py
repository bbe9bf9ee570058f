"""Verbs about taking back: withdrawals, corrections, erasures, legal hold; and protests."""

from typing import Any

from comity.clock import format_instant
from comity.control.verb import Desk, verb
from comity.control.verbs_items import decision_fields, item_fields
from comity.errors import BadInput
from comity.federation import statements
from comity.federation.statements import Protest, Withdrawal
from comity.node import correct as correct_use
from comity.node import erase as erase_use
from comity.node import withdraw as withdraw_use
from comity.node.large_files import LIST, PART
from comity.node.questions import find_item
from comity.node.withdrawal_answers import Branch, overdue
from comity.ports import Transaction
from comity.signing import from_bytes

#: Days that are waited for an answer, at the most: a hundred years.
_DAYS = 36_500


@verb("withdraw")
def withdraw(desk: Desk, item: str, reason: str = "", erase: bool = False) -> dict[str, Any]:
    """Take an item of one's own back from everyone who holds it; or have it erased for a person whose data it holds."""
    mode = "erase" if erase else ""
    digest = desk.act(
        lambda node, transaction: withdraw_use.withdraw(node, transaction, item, reason=reason, mode=mode)
    ).about
    desk.send()
    _withdraw_parts(desk, digest, reason, erase)
    shown: dict[str, Any] = withdrawal(desk, digest)
    return shown


def _withdraw_parts(desk: Desk, digest: str, reason: str, erase: bool) -> None:
    """Take the parts of a file back with their list."""

    def parts(transaction: Transaction) -> list[str]:
        row = find_item(transaction, digest)
        if row.media_type != LIST:
            return []
        rows = [transaction.item(source) for source in row.made_from]
        return [
            part.digest
            for part in rows
            if part is not None and part.media_type == PART and part.originator == row.originator
        ]

    def take_back(part: str) -> None:
        desk.act(
            lambda node, transaction: withdraw_use.withdraw(
                node, transaction, part, reason=reason, mode="erase" if erase else ""
            )
        )

    for part in desk.read(parts):
        take_back(part)
    desk.send()


@verb("correct")
def correct(desk: Desk, item: str, by: str, reason: str = "") -> dict[str, Any]:
    """Put another item of one's own in the place of one, at everyone who got it, as the gate permits."""
    row, outcomes = desk.act(
        lambda node, transaction: correct_use.correct(node, transaction, item, by=by, reason=reason)
    )
    desk.send()
    return {
        **withdrawal(desk, row.about),
        "sent": [
            {
                "to": each.decision.question.to,
                "message": each.message,
                **decision_fields(each.decision),
            }
            for each in outcomes
        ],
    }


@verb("withdrawals-overdue")
def withdrawals_overdue(desk: Desk, days: int = 7) -> list[dict[str, Any]]:
    """List the answers to one's own withdrawals that have not come within so many days."""
    if not 0 <= days <= _DAYS:
        raise BadInput(f"`days` is a number from 0 to {_DAYS}")
    node = desk.node
    found = desk.read(lambda transaction: overdue(node, transaction, node.clock.now(), days=days))
    return [
        {
            "item": each.item,
            "party": each.party,
            "waits_for": each.waits_for,
            "since": format_instant(each.since),
        }
        for each in found
    ]


@verb("item-hold")
def item_hold(desk: Desk, item: str, because: str) -> dict[str, Any]:
    """Put an item on legal hold."""
    row = desk.act(lambda node, transaction: erase_use.hold(node, transaction, item, because=because))
    return item_fields(row)


@verb("item-release")
def item_release(desk: Desk, item: str, because: str) -> dict[str, Any]:
    """Release an item from legal hold; what was withdrawn meanwhile is erased."""
    row = desk.act(lambda node, transaction: withdraw_use.release(node, transaction, item, because=because))
    desk.send()
    return item_fields(row)


@verb("withdrawal")
def withdrawal(desk: Desk, item: str) -> dict[str, Any]:
    """Show the withdrawal of an item and the tree of answers so far."""

    def read(transaction: Transaction) -> dict[str, Any]:
        row = find_item(transaction, item)
        kept = transaction.statements("withdrawal", row.digest)
        if not kept:
            return {"item": item_fields(row), "withdrawn": None}
        statement = statements.read(from_bytes(kept[0].signed), Withdrawal)
        tree = withdraw_use.answers_tree(transaction, kept[0].digest, statement.by)
        reached = sorted(withdraw_use.recipients(transaction, row.digest))
        return {
            "item": item_fields(row),
            "withdrawn": {
                "by": statement.by,
                "at": statement.at,
                "reason": statement.reason,
                "mode": statement.mode or "withdraw",
                "replaced_by": statement.replaced_by or None,
            },
            "sent_to": reached,
            "unreached": [
                {"party": each.to, "reason": each.reason}
                for each in transaction.unsent()
                if each.statement == kept[0].digest
            ],
            "answers": _branch_fields(tree),
        }

    return desk.read(read)


@verb("review")
def review(desk: Desk, item: str, keep: bool, because: str) -> dict[str, Any]:
    """Decide what becomes of an item whose source was withdrawn."""
    row = desk.act(
        lambda node, transaction: withdraw_use.review(node, transaction, item, keep=keep, because=because)
    )
    desk.send()
    return item_fields(row)


@verb("protest-list")
def protest_list(desk: Desk) -> list[dict[str, Any]]:
    """List protests received: what came to somebody that should not have."""

    def read(transaction: Transaction) -> list[dict[str, Any]]:
        found = []
        for row in transaction.statements("protest"):
            said = statements.read(from_bytes(row.signed), Protest)
            found.append(
                {
                    "by": said.by,
                    "at": said.at,
                    "item": said.item,
                    "message": said.message,
                    "sender": said.sender,
                    "grounds": list(said.grounds),
                }
            )
        return found

    return desk.read(read)


def _branch_fields(branch: Branch) -> dict[str, Any]:
    return {
        "party": branch.party,
        "answers": [
            {
                "item": each.item,
                "answer": each.answer,
                "because": each.because or None,
                "backups_until": each.backups_until or None,
                "at": each.at,
            }
            for each in branch.answers
        ],
        "below": [_branch_fields(each) for each in branch.below],
    }
