"""Verbs about programs: their tokens, and what has happened since they looked last."""

from typing import Any

from comity.clock import format_instant
from comity.control.verb import Desk, verb
from comity.errors import BadInput
from comity.node import programs
from comity.node.happenings import happenings
from comity.ports import TokenRow, Transaction


@verb("token-add")
def token_add(
    desk: Desk, handle: str, label: str, roles: tuple[str, ...] = (), days: int = programs.DAYS
) -> dict[str, Any]:
    """Make a token by which a program acts in an officer's name; it is shown this once."""

    def work(node: Any, transaction: Transaction) -> dict[str, Any]:
        row, token = programs.make_token(
            node, transaction, handle, label=label, roles=roles, days=days, by=desk.officer
        )
        return {**token_fields(transaction, row), "token": token}

    made: dict[str, Any] = desk.act(work)
    return made


@verb("token-list")
def token_list(desk: Desk) -> list[dict[str, Any]]:
    """List the tokens of programs; what they are is known nowhere."""
    return desk.read(lambda transaction: [token_fields(transaction, row) for row in transaction.tokens()])


@verb("token-drop")
def token_drop(desk: Desk, token: str) -> dict[str, Any]:
    """Let a program in no more."""

    def work(node: Any, transaction: Transaction) -> dict[str, Any]:
        return token_fields(transaction, programs.drop_token(node, transaction, token, by=desk.officer))

    dropped: dict[str, Any] = desk.act(work)
    return dropped


def token_fields(transaction: Transaction, row: TokenRow) -> dict[str, Any]:
    """Put what is kept of a token as plain values."""
    officer = transaction.officer(row.officer)
    return {
        "id": row.id[:16],
        "handle": officer.handle if officer is not None else row.officer,
        "label": row.label,
        "roles": list(row.roles),
        "since": format_instant(row.created_at),
        "until": format_instant(row.ends_at),
        "used": format_instant(row.used_at) if row.used_at else None,
    }


@verb("event-list")
def event_list(desk: Desk, after: int = 0, limit: int = 50) -> dict[str, Any]:
    """List what has happened between this Party and others since an entry, oldest first, as CloudEvents."""
    if not 0 < limit <= 500:
        raise BadInput("`limit` is a number from 1 to 500")
    events, last = desk.read(lambda transaction: happenings(desk.node, transaction, after, limit))
    return {"events": events, "after": last}
