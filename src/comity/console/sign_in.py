"""How officers come in: a passkey, or a password with a code; and a link that works once.

Whether a handle exists is not said, in words or by time: where there is none, a password is hashed all the same.
Failed attempts count for the handle as rows have it and for the network they come from; both wait longer with each.
"""

import base64
import hmac
import re
import secrets
import threading
from collections import OrderedDict
from datetime import timedelta
from ipaddress import ip_address, ip_network

import msgspec
import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from comity.clock import Instant
from comity.errors import BadInput, RefusedHere
from comity.languages import _
from comity.node import officers
from comity.node.node import Node
from comity.ports import CredentialRow, OfficerRow, Transaction

#: NIST SP 800-63B: length counts; composition rules do not.
SHORTEST, LONGEST = 12, 256
#: Seconds a code serves, and steps of difference that are borne with.
_STEP, _DRIFT = 30, 1
#: How long a challenge may be answered, and how many are kept at the most.
_ANSWER_WITHIN = timedelta(minutes=5)
_MOST_CHALLENGES = 4096

#: A shared secret of 160 bits in base 32 (RFC 4226, section 4).
_SECRET = re.compile(r"[A-Z2-7]{32}")

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's lower bound
_NOBODY = _HASHER.hash(secrets.token_hex(16))


def set_password(node: Node, transaction: Transaction, officer: OfficerRow, password: str) -> None:
    """Keep a new password.

    Raises:
        BadInput: it is too short or too long, or it is the handle.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(_("a password has {least} to {most} characters", least=SHORTEST, most=LONGEST))
    if password.lower() in (officer.handle, officer.name.lower()):
        raise BadInput(_("a password is not the name of its officer"))
    officers.keep_credential(
        node,
        transaction,
        officer,
        CredentialRow(
            id=node.entropy(12).hex(),
            officer=officer.id,
            kind="password",
            secret=_HASHER.hash(password).encode(),
            created_at=node.clock.now(),
        ),
    )


def new_secret() -> str:
    """Give a new shared secret for codes (RFC 6238), in base 32."""
    return pyotp.random_base32()


def set_code(node: Node, transaction: Transaction, officer: OfficerRow, secret: str, code: str) -> None:
    """Keep a shared secret for codes, once the officer's device has shown that it knows it.

    Raises:
        BadInput: the code is not the one of this moment.
    """
    step = _step_of(secret, code, node.clock.now(), after=0) if _SECRET.fullmatch(secret) else None
    if step is None:
        raise BadInput(_("this code is not the one of this moment: look at the device's clock"))
    officers.keep_credential(
        node,
        transaction,
        officer,
        CredentialRow(
            id=node.entropy(12).hex(),
            officer=officer.id,
            kind="totp",
            secret=secret.encode(),
            counter=step,
            created_at=node.clock.now(),
        ),
    )


def by_password(
    node: Node, transaction: Transaction, handle: str, password: str, code: str, network: str
) -> OfficerRow:
    """Find who signs in with a password and a code.

    Raises:
        RefusedHere: it does not hold, whatever is wrong with it; or too many attempts failed before.
    """
    at = node.now(transaction)
    canonical = handle.strip().lower()[:64]
    names = (f"handle {canonical}", f"network {network}")
    _check_wait(transaction, names, at)
    officer = transaction.officer_by_handle(canonical)
    held = {each.kind: each for each in transaction.credentials(officer.id)} if officer else {}
    hashed = held["password"].secret.decode() if "password" in held else _NOBODY
    fits = _fits(hashed, password[: LONGEST + 1]) and "password" in held
    step = None
    if "totp" in held:
        step = _step_of(held["totp"].secret.decode(), code, at, after=held["totp"].counter)
    if officer is None or not fits or step is None or officer.state == "suspended":
        raise Failed(names)
    transaction.put_credential(msgspec.structs.replace(held["totp"], counter=step, used_at=at))
    transaction.put_credential(msgspec.structs.replace(held["password"], used_at=at))
    officers.note_success(transaction, names[0], at)
    return officer


class Failed(RefusedHere):
    """An attempt that did not hold; it has still to be counted, under `names`."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(_("handle, password and code do not go together"))
        self.names = names


def network_of(address: str) -> str:
    """Give the network an attempt counts for: a /24 of IPv4, a /64 of IPv6."""
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip_network(f"{known}/{24 if known.version == 4 else 64}", strict=False))


class Challenges:
    """Challenges given to browsers and not answered yet: each serves once, and not for long."""

    def __init__(self) -> None:
        self._given: OrderedDict[str, tuple[bytes, Instant]] = OrderedDict()
        self._guard = threading.Lock()

    def give(self, at: Instant) -> tuple[str, bytes]:
        """Make a challenge; give its name and itself."""
        name, challenge = secrets.token_hex(16), secrets.token_bytes(32)
        with self._guard:
            self._given[name] = (challenge, at)
            while len(self._given) > _MOST_CHALLENGES:
                self._given.popitem(last=False)
        return name, challenge

    def take(self, name: str, at: Instant) -> bytes:
        """Use a challenge up.

        Raises:
            RefusedHere: it was not given here, was answered before, or too long ago.
        """
        with self._guard:
            challenge, given = self._given.pop(name, (b"", at))
        if not challenge or at - given > _ANSWER_WITHIN:
            raise RefusedHere(_("this took too long: try again"))
        return challenge


def _check_wait(transaction: Transaction, names: tuple[str, ...], at: Instant) -> None:
    wait = officers.must_wait(transaction, names, at)
    if wait > timedelta(0):
        seconds = int(wait.total_seconds()) + 1
        raise RefusedHere(_("too many attempts: the next is looked at in {seconds} seconds", seconds=seconds))


def _fits(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False


def _step_of(secret: str, code: str, at: Instant, *, after: int) -> int | None:
    """Give the time step whose code this is, if it is later than the last one used; None otherwise."""
    digits = "".join(code.split())
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    now = int(at.timestamp()) // _STEP
    codes = pyotp.TOTP(secret)
    found = None
    for step in range(now - _DRIFT, now + _DRIFT + 1):
        if hmac.compare_digest(codes.at(step * _STEP), digits) and step > after:
            found = step
    return found


def base64url(data: bytes) -> str:
    """Print bytes as browsers name credentials."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
