"""Verbs about acts: consents, withdrawals, protests."""

from typing import Any

from comity.clock import format_instant, parse_instant
from comity.control.verb import Desk, verb
from comity.control.verbs_items import decision_fields, item_fields
from comity.federation import statements
from comity.federation.statements import Protest, Withdrawal
from comity.node import obtain_consent as consent_use
from comity.node import withdraw as withdraw_use
from comity.node.obtain_consent import state_at
from comity.node.questions import find_item
from comity.node.withdraw import Branch
from comity.ports import RequestRow, Transaction
from comity.signing import from_bytes


@verb("consent-ask")
def consent_ask(desk: Desk, item: str, to: str, purpose: str, why: str = "") -> dict[str, Any]:
    """Ask every Party whose consent is owed before an item may pass."""
    decision, rows = desk.act(
        lambda node, transaction: consent_use.ask_consent(
            node, transaction, item, to=to, purpose=purpose, why=why
        )
    )
    desk.send()
    return {**decision_fields(decision), "requests": [request_fields(desk, row) for row in rows]}


@verb("consent-list")
def consent_list(desk: Desk) -> list[dict[str, Any]]:
    """List requests for consent: asked by us, and asked of us."""
    rows = desk.node.store.read(lambda transaction: transaction.requests())
    return [request_fields(desk, row) for row in rows]


@verb("consent-grant")
def consent_grant(desk: Desk, request: str, until: str, any_purpose: bool = False) -> dict[str, Any]:
    """Grant a request until an end."""
    end = parse_instant(until)
    purpose = "" if any_purpose else None
    row = desk.act(
        lambda node, transaction: consent_use.grant(node, transaction, request, until=end, purpose=purpose)
    )
    desk.send()
    return request_fields(desk, row)


@verb("consent-refuse")
def consent_refuse(desk: Desk, request: str, reason: str = "") -> dict[str, Any]:
    """Refuse a request."""
    row = desk.act(lambda node, transaction: consent_use.refuse(node, transaction, request, reason=reason))
    desk.send()
    return request_fields(desk, row)


@verb("consent-revoke")
def consent_revoke(desk: Desk, request: str) -> dict[str, Any]:
    """Take a consent back from now on."""
    row = desk.act(lambda node, transaction: consent_use.revoke(node, transaction, request))
    desk.send()
    return request_fields(desk, row)


@verb("withdraw")
def withdraw(desk: Desk, item: str, reason: str = "") -> dict[str, Any]:
    """Take an item of one's own back from everyone who holds it."""
    desk.act(lambda node, transaction: withdraw_use.withdraw(node, transaction, item, reason=reason))
    desk.send()
    shown: dict[str, Any] = withdrawal(desk, item)
    return shown


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
            "withdrawn": {"by": statement.by, "at": statement.at, "reason": statement.reason},
            "sent_to": reached,
            "answers": _branch_fields(tree),
        }

    return desk.node.store.read(read)


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

    return desk.node.store.read(read)


def request_fields(desk: Desk, row: RequestRow) -> dict[str, Any]:
    """Put a request as plain values."""
    return {
        "id": row.id,
        "ours": row.ours,
        "asker": row.asker,
        "owner": row.owner,
        "item": row.item,
        "to": row.to,
        "purpose": row.purpose,
        "why": row.why,
        "at": format_instant(row.at),
        "answer_by": format_instant(row.answer_by) if row.answer_by else None,
        "state": state_at(row, desk.node.clock.now()),
    }


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
