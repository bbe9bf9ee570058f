"""Hooks: addresses of programs that are called when something happens; an administrator names what an operator allows.

The secret calls are signed with is shown once, to who names the hook; the node keeps it, since it signs with it.
"""

import hashlib
import re

import msgspec

from comity.errors import BadInput, NotFound, RefusedHere
from comity.node import record
from comity.node.node import Node
from comity.ports import HookRow, Transaction

#: Bytes of a secret, and how many hooks there can be.
SECRET_BYTES, MOST = 32, 50
_KIND = re.compile(r"[a-z][a-z-]{0,60}")


def make_hook(
    node: Node, transaction: Transaction, url: str, *, kinds: tuple[str, ...], by: str = ""
) -> HookRow:
    """Name a hook; whoever asks has seen to it that the operator allows its address.

    Raises:
        BadInput: a kind is not of its form.
        RefusedHere: there are too many.
    """
    wrong = [kind for kind in kinds if not _KIND.fullmatch(kind)]
    if wrong:
        raise BadInput(*(f"`{each[:40]}` is no kind of entry of the journal" for each in wrong))
    if len(transaction.hooks()) >= MOST:
        raise RefusedHere(f"there are {MOST} hooks already", hint="comity hook drop ID")
    at = node.now(transaction)
    row = HookRow(
        id=node.entropy(6).hex(),
        url=url,
        secret=node.entropy(SECRET_BYTES),
        kinds=tuple(sorted(set(kinds))),
        by=by,
        made_at=at,
    )
    transaction.put_hook(row)
    _enter(node, transaction, "hook-made", row, by)
    return row


def drop_hook(node: Node, transaction: Transaction, id: str, *, by: str = "") -> HookRow:
    """Call nobody there any more; what is owed there goes nowhere.

    Raises:
        NotFound: there is no such hook.
    """
    row = _find(transaction, id)
    transaction.drop_hook(row.id)
    _enter(node, transaction, "hook-dropped", row, by)
    return row


def resume_hook(node: Node, transaction: Transaction, id: str, *, by: str = "") -> HookRow:
    """Call a hook again that was stopped.

    Raises:
        NotFound: there is no such hook.
        RefusedHere: it was not stopped.
    """
    row = _find(transaction, id)
    if row.state != "stopped":
        raise RefusedHere(f"hook {row.id} is not stopped")
    row = msgspec.structs.replace(row, state="active", reason="")
    transaction.put_hook(row)
    _enter(node, transaction, "hook-made", row, by)
    return row


def _find(transaction: Transaction, id: str) -> HookRow:
    row = transaction.hook(id)
    if row is None:
        raise NotFound(f"no hook `{id[:40]}` here", hint="comity hook list")
    return row


def _enter(node: Node, transaction: Transaction, kind: str, row: HookRow, by: str) -> None:
    detail = msgspec.json.encode({"hook": row.id, "url": row.url, "kinds": row.kinds, "by": by})
    act = hashlib.sha256(detail + node.entropy(16)).hexdigest()
    record.enter(node, transaction, kind, channel="", act=act, detail=detail, at=node.now(transaction))
