"""Programs that act in an officer's name: each has a token, made by an administrator, shown once, kept as a hash.

A token carries some of its officer's roles, never more, and serves for a time. An officer may be an account of a
program alone: then nobody signs in as it. Making and forgetting a token are entries of the journal; so is every act
done with it.
"""

import hashlib
from datetime import timedelta

import msgspec

from comity.clock import Instant
from comity.errors import BadInput, NotFound, RefusedHere
from comity.node import record
from comity.node.node import Node
from comity.node.officers import NOTED, find_officer, hashed
from comity.node.roles import roles_of
from comity.ports import OfficerRow, TokenRow, Transaction

#: What a token begins with, so that it is recognised where it should not be.
PREFIX = "comity-"
#: Days a token serves unless told otherwise, and at the most.
DAYS, MOST_DAYS = 365, 1096
_LONGEST_TOKEN = 200
_LONGEST_LABEL = 80


def make_token(
    node: Node,
    transaction: Transaction,
    handle: str,
    *,
    label: str,
    roles: tuple[str, ...] = (),
    days: int = DAYS,
    by: str = "",
) -> tuple[TokenRow, str]:
    """Make a token; give what is kept of it, and itself.

    Args:
        roles: the roles it carries; all of the officer's where none is named.
        days: how long it serves.
        by: the administrator who makes it; empty where the command line does.

    Raises:
        NotFound: there is no such officer.
        BadInput: a role is unknown, the label empty or long, the days too many.
        RefusedHere: the officer has not such a role, or is not at work.
    """
    officer = find_officer(transaction, handle)
    if officer.state != "active":
        raise RefusedHere(f"{officer.handle} is {officer.state}: no program acts in that name")
    checked = roles_of(roles) if roles else officer.roles
    beyond = [role for role in checked if role not in officer.roles]
    if beyond:
        raise RefusedHere(
            f"{officer.handle} is not {beyond[0]}: a token carries no role that its officer has not",
            hint=f"comity officer roles {officer.handle} --role {beyond[0]}",
        )
    if not label.strip() or len(label) > _LONGEST_LABEL or not label.isprintable():
        raise BadInput(f"a token has a label of 1 to {_LONGEST_LABEL} characters: what it is for")
    if not 1 <= days <= MOST_DAYS:
        raise BadInput(f"a token serves for 1 to {MOST_DAYS} days")
    at = node.now(transaction)
    token = f"{PREFIX}{node.entropy(24).hex()}"
    row = TokenRow(
        id=hashed(token),
        officer=officer.id,
        label=label.strip(),
        roles=tuple(checked),
        by=by,
        created_at=at,
        ends_at=at + timedelta(days=days),
    )
    transaction.put_token(row)
    _enter(node, transaction, "token-made", row, at, by)
    return row, token


def whose_token(transaction: Transaction, token: str, at: Instant) -> tuple[TokenRow, OfficerRow] | None:
    """Give a token that serves, and the officer it is of with the roles it carries; None where there is none."""
    row = transaction.token(hashed(token)) if token and len(token) < _LONGEST_TOKEN else None
    officer = transaction.officer(row.officer) if row is not None else None
    if row is None or officer is None or at >= row.ends_at or officer.state != "active":
        return None
    roles = tuple(role for role in officer.roles if role in row.roles)
    return row, msgspec.structs.replace(officer, roles=roles)


def note_token_used(transaction: Transaction, row: TokenRow, at: Instant) -> bool:
    """Note that a token is in use, no more often than every minute; tell whether anything was written."""
    held = transaction.token(row.id)  # it may have been dropped since it was looked at
    if held is None or (held.used_at is not None and at - held.used_at < NOTED):
        return False
    transaction.put_token(msgspec.structs.replace(held, used_at=at))
    return True


def find_token(transaction: Transaction, name: str) -> TokenRow:
    """Find a token by the beginning of its id.

    Raises:
        NotFound: there is none, or more than one.
    """
    found = [row for row in transaction.tokens() if len(name) >= 8 and row.id.startswith(name)]
    if len(found) != 1:
        raise NotFound(f"no token `{name[:64]}` here", hint="comity token list")
    return found[0]


def drop_token(node: Node, transaction: Transaction, name: str, *, by: str = "") -> TokenRow:
    """Let a program in no more.

    Raises:
        NotFound: there is no such token.
    """
    row = find_token(transaction, name)
    transaction.drop_token(row.id)
    _enter(node, transaction, "token-dropped", row, node.now(transaction), by)
    return row


def _enter(node: Node, transaction: Transaction, kind: str, row: TokenRow, at: Instant, by: str) -> None:
    detail = msgspec.json.encode(
        {"token": row.id, "officer": row.officer, "roles": row.roles, "ends_at": row.ends_at, "by": by}
    )
    act = hashlib.sha256(detail + node.entropy(16)).hexdigest()
    record.enter(node, transaction, kind, channel="", act=act, detail=detail, at=at)
