"""Officers of this Party: invited by a link that works once, signed in by sessions, given roles by somebody else.

Tokens (of links, sessions and programs) leave this module once, in the answer to who made them; what is kept is their
SHA-256. Every coming and going is an entry of the journal. No officer changes their own roles.
"""

import hashlib
import re
from datetime import timedelta
from typing import Any

import msgspec

from comity.clock import Instant
from comity.errors import BadInput, NotFound, RefusedHere
from comity.node import record
from comity.node.node import Node
from comity.node.roles import Role, roles_of
from comity.ports import AttemptRow, CredentialRow, LinkRow, OfficerRow, SessionRow, Transaction

#: How long a one-time link serves.
LINK_LIFE = timedelta(hours=24)
#: How long a session lasts at the most, and without anything being done.
SESSION_LIFE = timedelta(hours=12)
IDLE = timedelta(minutes=45)
#: What is seen is noted no more often than this.
NOTED = timedelta(minutes=1)
#: After so many failed attempts in a row, how long the next is not looked at: doubled with each, up to a day.
FREE_ATTEMPTS = 5
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(days=1)

_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def hashed(token: str) -> str:
    """Give the hash under which a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_officer(transaction: Transaction, name: str) -> OfficerRow:
    """Find an officer by handle or id.

    Raises:
        NotFound: there is none.
    """
    found = transaction.officer_by_handle(name.lower()) or transaction.officer(name)
    if found is None:
        raise NotFound(f"no officer `{name[:64]}` here", hint="comity officer list")
    return found


def invite(
    node: Node, transaction: Transaction, handle: str, *, name: str, roles: tuple[str, ...], by: str = ""
) -> tuple[OfficerRow, str]:
    """Make an officer, and a link that lets them in once; give both.

    Args:
        by: the officer who invites; empty where the command line does.

    Raises:
        BadInput: the handle or a role is not of its form.
        RefusedHere: the handle is taken.
    """
    row = _make(node, transaction, handle, name=name, roles=roles, by=by)
    return row, link_for(node, transaction, row, by=by)


def make_program(
    node: Node, transaction: Transaction, handle: str, *, name: str, roles: tuple[str, ...], by: str = ""
) -> OfficerRow:
    """Make the account of a program: it acts by tokens, and nobody signs in as it.

    Raises:
        BadInput: the handle or a role is not of its form.
        RefusedHere: the handle is taken.
    """
    return _make(node, transaction, handle, name=name, roles=roles, by=by, program=True)


def _make(
    node: Node,
    transaction: Transaction,
    handle: str,
    *,
    name: str,
    roles: tuple[str, ...],
    by: str,
    program: bool = False,
) -> OfficerRow:
    canonical = handle.lower()
    if not _HANDLE.fullmatch(canonical):
        raise BadInput(
            f"`{handle[:64]}` is no handle: letters a to z, digits, dot, hyphen and underscore, 64 at the most"
        )
    checked = roles_of(roles)
    if transaction.officer_by_handle(canonical) is not None:
        raise RefusedHere(f"there is an officer `{canonical}` already", hint="comity officer list")
    at = node.now(transaction)
    row = OfficerRow(
        id=node.entropy(8).hex(),
        handle=canonical,
        name=name or canonical,
        roles=checked,
        state="active" if program else "invited",
        created_at=at,
        program=program,
    )
    transaction.put_officer(row)
    _enter(node, transaction, "officer-invited", row, at, by=by, roles=list(checked), program=program)
    return row


def link_for(node: Node, transaction: Transaction, officer: OfficerRow, *, by: str = "") -> str:
    """Make a one-time link for an officer; give its token.

    Raises:
        RefusedHere: the officer is suspended, or a program.
    """
    if officer.state == "suspended":
        raise RefusedHere(f"{officer.handle} is suspended", hint=f"comity officer resume {officer.handle}")
    if officer.program:
        raise RefusedHere(
            f"{officer.handle} is a program: nobody signs in as it", hint=f"comity token add {officer.handle}"
        )
    at = node.now(transaction)
    token = node.entropy(24).hex()
    transaction.put_link(LinkRow(token=hashed(token), officer=officer.id, made_at=at, ends_at=at + LINK_LIFE))
    _enter(node, transaction, "officer-link", officer, at, by=by)
    return token


def redeem(node: Node, transaction: Transaction, token: str) -> OfficerRow:
    """Use a one-time link up; give whose it is.

    Raises:
        RefusedHere: it is unknown, used, too old, or its officer is suspended; which of these is not said.
    """
    at = node.now(transaction)
    link = transaction.link(hashed(token))
    officer = transaction.officer(link.officer) if link is not None else None
    if link is None or officer is None or link.used_at or at >= link.ends_at or officer.state == "suspended":
        raise RefusedHere(
            "this link does not serve any more: it works once, for a day", hint="ask for a new one"
        )
    transaction.put_link(msgspec.structs.replace(link, used_at=at))
    return officer


def begin_session(node: Node, transaction: Transaction, officer: OfficerRow, *, by: str) -> str:
    """Sign an officer in; give the session's token.

    Raises:
        RefusedHere: the officer is suspended.
    """
    if officer.state == "suspended":
        raise RefusedHere("this officer is suspended")
    at = node.now(transaction)
    if officer.state == "invited":
        transaction.put_officer(msgspec.structs.replace(officer, state="active"))
    transaction.drop_sessions(ended=at)
    token = node.entropy(32).hex()
    transaction.put_session(
        SessionRow(
            token=hashed(token),
            officer=officer.id,
            begun_at=at,
            seen_at=at,
            ends_at=at + SESSION_LIFE,
            by=by,
        )
    )
    _enter(node, transaction, "signed-in", officer, at, how=by)
    return token


def whose(transaction: Transaction, token: str, at: Instant) -> tuple[SessionRow, OfficerRow] | None:
    """Give a running session and its officer; None where there is none, it has ended, or was idle too long."""
    session = transaction.session(hashed(token)) if token else None
    if session is None or at >= session.ends_at or at - session.seen_at > IDLE:
        return None
    officer = transaction.officer(session.officer)
    if officer is None or officer.state != "active":
        return None
    return session, officer


def note_seen(transaction: Transaction, session: SessionRow, at: Instant) -> bool:
    """Note that a session is in use; tell whether anything had to be written."""
    held = transaction.session(session.token)  # it may have ended since it was looked at
    if held is None or at - held.seen_at < NOTED:
        return False
    transaction.put_session(msgspec.structs.replace(held, seen_at=at))
    return True


def end_session(node: Node, transaction: Transaction, session: SessionRow) -> None:
    """Sign out."""
    transaction.drop_sessions(token=session.token)
    officer = transaction.officer(session.officer)
    if officer is not None:
        _enter(node, transaction, "signed-out", officer, node.now(transaction))


def give_roles(
    node: Node, transaction: Transaction, officer: OfficerRow, roles: tuple[str, ...], *, by: str = ""
) -> OfficerRow:
    """Give an officer other roles; sessions under the old ones end.

    Raises:
        BadInput: a role is unknown, or they cannot be joined.
        RefusedHere: it would be one's own roles, or nobody would be administrator any more.
    """
    if by == officer.id:
        raise RefusedHere("nobody changes their own roles: ask another administrator")
    checked = roles_of(roles)
    _keep_an_administrator(transaction, officer, checked)
    at = node.now(transaction)
    row = msgspec.structs.replace(officer, roles=checked)
    transaction.put_officer(row)
    transaction.drop_sessions(officer=officer.id)
    _enter(node, transaction, "officer-roles", row, at, by=by, roles=list(checked))
    return row


def suspend(node: Node, transaction: Transaction, officer: OfficerRow, *, by: str = "") -> OfficerRow:
    """Let an officer in no more; their sessions and programs end at once.

    Raises:
        RefusedHere: it would be oneself, or the last administrator.
    """
    if by == officer.id:
        raise RefusedHere("nobody suspends their own account: ask another administrator")
    _keep_an_administrator(transaction, officer, ())
    at = node.now(transaction)
    row = msgspec.structs.replace(officer, state="suspended")
    transaction.put_officer(row)
    transaction.drop_sessions(officer=officer.id)
    _enter(node, transaction, "officer-suspended", row, at, by=by)
    return row


def resume(node: Node, transaction: Transaction, officer: OfficerRow, *, by: str = "") -> OfficerRow:
    """Let a suspended officer in again.

    Raises:
        RefusedHere: the officer is not suspended, or it would be oneself.
    """
    if officer.state != "suspended" or by == officer.id:
        raise RefusedHere(f"{officer.handle} is not suspended")
    at = node.now(transaction)
    row = msgspec.structs.replace(officer, state="active")
    transaction.put_officer(row)
    _enter(node, transaction, "officer-resumed", row, at, by=by)
    return row


def keep_credential(
    node: Node, transaction: Transaction, officer: OfficerRow, credential: CredentialRow
) -> None:
    """Keep something an officer signs in with; a password or code takes the place of the one before."""
    at = node.now(transaction)
    if credential.kind in ("password", "totp"):
        for held in transaction.credentials(officer.id):
            if held.kind == credential.kind and held.id != credential.id:
                transaction.drop_credential(held.id)
    transaction.put_credential(credential)
    _enter(node, transaction, "credential-added", officer, at, what=credential.kind)


def drop_credential(node: Node, transaction: Transaction, officer: OfficerRow, id: str) -> None:
    """Forget something an officer signs in with.

    Raises:
        NotFound: it is not theirs.
    """
    held = transaction.credential(id)
    if held is None or held.officer != officer.id:
        raise NotFound("there is no such way to sign in")
    transaction.drop_credential(id)
    _enter(node, transaction, "credential-dropped", officer, node.now(transaction), what=held.kind)


def drop_copied(node: Node, transaction: Transaction, id: str) -> None:
    """Forget a passkey of which there are two, and end all sessions of its officer: one may be the copy's."""
    held = transaction.credential(id)
    officer = transaction.officer(held.officer) if held is not None else None
    if held is None or officer is None:
        return
    transaction.drop_credential(id)
    transaction.drop_sessions(officer=officer.id)
    _enter(node, transaction, "credential-copied", officer, node.now(transaction), what=held.kind)


def must_wait(transaction: Transaction, names: tuple[str, ...], at: Instant) -> timedelta:
    """Tell how long no further attempt is looked at, for a handle or the network it comes from."""
    waits = [timedelta(0)]
    for name in names:
        tried = transaction.attempt(name)
        if tried is not None and tried.count >= FREE_ATTEMPTS:
            wait = min(_FIRST_WAIT * 2 ** min(tried.count - FREE_ATTEMPTS, 20), _LONGEST_WAIT)
            waits.append(tried.last_at + wait - at)
    return max(waits)


def note_failure(node: Node, transaction: Transaction, names: tuple[str, ...]) -> None:
    """Count an attempt that failed, and enter it."""
    at = node.now(transaction)
    for name in names:
        tried = transaction.attempt(name)
        stale = tried is None or at - tried.last_at > _LONGEST_WAIT
        count = 1 if tried is None or stale else tried.count + 1
        transaction.put_attempt(AttemptRow(name=name, count=count, last_at=at))
    act = hashlib.sha256(node.entropy(16)).hexdigest()
    detail = msgspec.json.encode({"tried": [hashed(name) for name in names]})
    record.enter(node, transaction, "sign-in-failed", channel="", act=act, detail=detail, at=at)


def note_success(transaction: Transaction, name: str, at: Instant) -> None:
    """Forget the failed attempts under a handle: who it belongs to has come in."""
    if transaction.attempt(name) is not None:
        transaction.put_attempt(AttemptRow(name=name, count=0, last_at=at))


def enter_act(node: Node, transaction: Transaction, officer: OfficerRow, verb: str, detail: bytes) -> None:
    """Enter that an officer gave a command; what it was stands in the commitment."""
    at = node.now(transaction)
    act = hashlib.sha256(officer.id.encode() + detail + node.entropy(16)).hexdigest()
    said = msgspec.json.encode({"officer": officer.id, "verb": verb, "parameters": hashed(detail.hex())})
    record.enter(node, transaction, "officer-acted", channel="", act=act, detail=said, at=at)


def _keep_an_administrator(transaction: Transaction, officer: OfficerRow, roles: tuple[str, ...]) -> None:
    if Role.ADMINISTRATOR not in officer.roles or Role.ADMINISTRATOR in roles:
        return
    others = [each for each in transaction.officers() if each.id != officer.id and each.state == "active"]
    if not any(Role.ADMINISTRATOR in each.roles and not each.program for each in others):
        raise RefusedHere(f"{officer.handle} is the last administrator", hint="make another first")


def _enter(
    node: Node, transaction: Transaction, kind: str, officer: OfficerRow, at: Instant, **said: Any
) -> None:
    detail = msgspec.json.encode({"officer": officer.id, **said})
    act = hashlib.sha256(detail + node.entropy(16)).hexdigest()
    record.enter(node, transaction, kind, channel="", act=act, detail=detail, at=at)
