"""Verbs about programs: their tokens, the hooks they are called by, what has happened since they looked last."""

import base64
from typing import Any

from comity.carriers.egress import is_named, place_of
from comity.clock import format_instant
from comity.control.paging import check_limit
from comity.control.verb import Desk, verb
from comity.errors import BadInput, RefusedHere
from comity.node import hooks, programs
from comity.node.happenings import happenings
from comity.ports import HookRow, TokenRow, Transaction


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
    check_limit(limit)
    events, last = desk.read(lambda transaction: happenings(desk.node, transaction, after, limit))
    return {"events": events, "after": last}


@verb("hook-add")
def hook_add(desk: Desk, url: str, kinds: tuple[str, ...] = ()) -> dict[str, Any]:
    """Name an address that is called when something happens; the secret calls are signed with is shown this once."""
    place_of(url)
    if not is_named(url, desk.home.settings.webhooks):
        raise RefusedHere(
            f"`{url[:120]}` is not among the addresses that the operator allows",
            hint='webhooks = ["https://HOST/"] in node.toml',
        )
    row = desk.act(
        lambda node, transaction: hooks.make_hook(node, transaction, url, kinds=kinds, by=desk.officer)
    )
    return {**hook_fields(row), "secret": "whsec_" + base64.b64encode(row.secret).decode()}


@verb("hook-list")
def hook_list(desk: Desk) -> list[dict[str, Any]]:
    """List the addresses that are called, and why the last call did not come through."""
    return desk.read(lambda transaction: [hook_fields(row) for row in transaction.hooks()])


@verb("hook-drop")
def hook_drop(desk: Desk, hook: str) -> dict[str, Any]:
    """Call nobody there any more."""
    return hook_fields(
        desk.act(lambda node, transaction: hooks.drop_hook(node, transaction, hook, by=desk.officer))
    )


@verb("hook-resume")
def hook_resume(desk: Desk, hook: str) -> dict[str, Any]:
    """Call a hook again that was stopped because nothing came through for days."""
    return hook_fields(
        desk.act(lambda node, transaction: hooks.resume_hook(node, transaction, hook, by=desk.officer))
    )


@verb("outgoing-list")
def outgoing_list(desk: Desk, state: str = "owed", limit: int = 100) -> list[dict[str, Any]]:
    """List mails and calls that are owed, done or failed, newest first: when, to whom, why not; never what."""
    if state not in ("owed", "done", "failed"):
        raise BadInput("`state` is one of owed, done, failed")
    rows = desk.read(lambda transaction: transaction.outgoing_in(state, limit))
    return [
        {
            "id": row.id,
            "way": row.way,
            "to": row.to,
            "kind": row.subject if row.way == "hook" else "note",
            "made_at": format_instant(row.made_at),
            "attempts": row.attempts,
            "next_at": format_instant(row.next_at) if state == "owed" else None,
            "state": row.state,
            "reason": row.reason,
        }
        for row in rows
    ]


def hook_fields(row: HookRow) -> dict[str, Any]:
    """Put what is known of a hook as plain values, without its secret."""
    return {
        "id": row.id,
        "url": row.url,
        "kinds": list(row.kinds),
        "since": format_instant(row.made_at),
        "state": row.state,
        "reason": row.reason,
    }
