"""What nodes and relays say to each other: where a mailbox is, and three messages as bytes.

```
address    relay+https://HOST:PORT/NAME/KEY/MAILBOX      as an endpoint in a card; without MAILBOX as the relay gives it
deposit    "comity-deposit-1\\n"  mailbox (32)  then boxes, each with its length (4)
answer     "comity-deposited-1\\n"  one byte a box: 1 kept (or was here already), 0 not, because the mailbox is full
collect    "comity-collect-1\\n"  public key (32)  seconds since 1970 (8)  after (8)  number of ids (2)  ids (16 each)
           signature (64) by that key over the DSSE encoding of the relay's key and all bytes before it
boxes      "comity-boxes-1\\n"  how many are left behind these (4)  then boxes, each with number (8), id (16), size (4)
```

A mailbox is named by the SHA-256 of its public key: who knows the name may put boxes in, only who holds the key takes
them out. The key follows from a secret of the node and the relay's key, so that two relays cannot tell that two
mailboxes are one Party's. KEY is the relay's public key of connections, in hexadecimal. Source: `specs/relay.md`.
"""

import hashlib
import hmac
import re
import struct
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec

from comity.clock import Instant
from comity.errors import BadInput, ForeignInput
from comity.keys import SigningKey, VerifyKey
from comity.sealing.box import MAX_BOX
from comity.signing import pae

DEPOSIT_PATH = "/comity/relay/v1/deposit"
COLLECT_PATH = "/comity/relay/v1/collect"
MEDIA_TYPE = "application/vnd.comity.boxes"

#: Boxes of one request or answer, and their bytes unless a single one is larger.
MAX_BOXES = 128
MAX_RUN_BYTES = 16 * 1024 * 1024
MAX_REQUEST_BYTES = MAX_BOX + 1024
#: Seconds by which the clocks of a node and a relay may differ.
SKEW = 600

_DEPOSIT, _DEPOSITED = b"comity-deposit-1\n", b"comity-deposited-1\n"
_COLLECT, _BOXES = b"comity-collect-1\n", b"comity-boxes-1\n"
_SIGNED_AS = "application/vnd.comity.relay-collect;version=1"
_HEX = re.compile(r"[0-9a-f]{64}\Z")
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\Z")
_LENGTH, _LEFT = struct.Struct(">I"), struct.Struct(">I")
_ASKED, _HEAD = struct.Struct(">32sQQH"), struct.Struct(">Q16sI")
_ID = 16
#: Bytes with which a deposit begins: what it is, and the mailbox.
DEPOSIT_HEAD = len(_DEPOSIT) + 32


class RelayAddress(msgspec.Struct, frozen=True):
    """Where a relay is, or a mailbox at one.

    Attributes:
        endpoint: `https://HOST:PORT`.
        name: what agreements call the relay.
        key: its public key of connections, hexadecimal.
        mailbox: SHA-256 of the mailbox's public key, hexadecimal; empty in what a relay gives out.
    """

    endpoint: str
    name: str
    key: str
    mailbox: str = ""

    @property
    def public(self) -> VerifyKey:
        """The key the relay answers with."""
        return VerifyKey(bytes.fromhex(self.key))

    @property
    def carrier(self) -> str:
        """What the gate calls this carrier."""
        return f"relay:{self.name}"

    def __str__(self) -> str:
        whole = f"relay+{self.endpoint}/{self.name}/{self.key}"
        return f"{whole}/{self.mailbox}" if self.mailbox else whole


def read_address(text: str) -> RelayAddress:
    """Take an address apart.

    Raises:
        BadInput: it is not of the form.
    """
    try:
        parts = urlsplit(text.removeprefix("relay+"))
        plain = parts.port != 0 and parts.username is None
    except ValueError as error:
        raise BadInput(f"`{text[:120]}`: {error}") from None
    pieces = parts.path.strip("/").split("/")
    good = (
        text.startswith("relay+https://") and parts.hostname and plain and not parts.query and not parts.fragment
        and len(pieces) in (2, 3) and _NAME.match(pieces[0]) and all(_HEX.match(each) for each in pieces[1:])
    )  # fmt: skip
    if not good:
        raise BadInput(
            f"`{text[:120]}` is not of the form relay+https://HOST:PORT/NAME/KEY (in a card /MAILBOX stands behind it)"
        )
    found = RelayAddress(f"https://{parts.netloc}", *pieces)
    _ = found.public  # raises BadInput where it is no key
    return found


def check_relay_name(name: str) -> None:
    """Refuse what agreements cannot call a relay.

    Raises:
        BadInput: it is not a DNS name in small letters.
    """
    if not _NAME.match(name):
        raise BadInput(
            f"`{name[:80]}` is not a relay's name: a DNS name in small letters, as relay.third.example"
        )


def mailbox_of(public: bytes) -> str:
    """Name a mailbox after its public key."""
    return hashlib.sha256(b"comity-mailbox-v1 " + public).hexdigest()


def mailbox_key(secret: SigningKey, relay_key: str) -> SigningKey:
    """Give the key of a node's mailbox at a relay."""
    return SigningKey.from_seed(hmac.digest(secret.raw, b"comity-mailbox-v1 " + relay_key.encode(), "sha256"))


# -- putting in --------------------------------------------------------------------------------------------------------


def write_deposit(mailbox: str, boxes: Sequence[bytes]) -> bytes:
    """Put boxes for one mailbox together."""
    parts = [_DEPOSIT, bytes.fromhex(mailbox)]
    for box in boxes:
        parts += (_LENGTH.pack(len(box)), box)
    return b"".join(parts)


def read_deposit(data: bytes) -> tuple[str, list[bytes]]:
    """Give the mailbox and the boxes.

    Raises:
        ForeignInput: not a deposit, cut short, or beyond a cap.
    """
    at = DEPOSIT_HEAD
    if not data.startswith(_DEPOSIT) or len(data) < at:
        raise ForeignInput("not a deposit")
    boxes: list[bytes] = []
    while at < len(data):
        if len(boxes) == MAX_BOXES or at + _LENGTH.size > len(data):
            raise ForeignInput(f"deposit: cut short, or more than {MAX_BOXES} boxes")
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        if length > MAX_BOX or at + length > len(data):
            raise ForeignInput("deposit: a box is cut short or too large")
        boxes.append(data[at : at + length])
        at += length
    return data[len(_DEPOSIT) : len(_DEPOSIT) + 32].hex(), boxes


def write_deposited(kept: Sequence[bool]) -> bytes:
    """Say which boxes of a deposit are kept."""
    return _DEPOSITED + bytes(kept)


def read_deposited(data: bytes, count: int) -> list[bool]:
    """Read the answer to a deposit of so many boxes.

    Raises:
        ForeignInput: it is not one.
    """
    said = data[len(_DEPOSITED) :]
    if not data.startswith(_DEPOSITED) or len(said) != count or set(said) - {0, 1}:
        raise ForeignInput("not the answer to a deposit")
    return [bool(each) for each in said]


# -- taking out --------------------------------------------------------------------------------------------------------


class Collect(msgspec.Struct, frozen=True):
    """A request for the boxes of a mailbox after a number; those with these ids are taken in and may go."""

    mailbox: str
    after: int
    taken: tuple[bytes, ...]


def write_collect(key: SigningKey, relay_key: str, at: Instant, after: int, taken: Sequence[bytes]) -> bytes:
    """Sign a request for boxes."""
    asked = _ASKED.pack(key.public.raw, int(at.timestamp()), after, len(taken)) + b"".join(taken)
    body = _COLLECT + asked
    return body + key.sign(pae(_SIGNED_AS, bytes.fromhex(relay_key) + body))


def read_collect(data: bytes, relay_key: str, now: Instant) -> Collect:
    """Read a request and check that the mailbox's key signed it, for this relay, just now.

    Raises:
        ForeignInput: it is not one, or the clocks differ too much.
        VerificationFailed: the signature does not hold.
    """
    start = len(_COLLECT) + _ASKED.size
    if not data.startswith(_COLLECT) or len(data) < start + 64:
        raise ForeignInput("not a request for boxes")
    public, seconds, after, count = _ASKED.unpack_from(data, len(_COLLECT))
    if len(data) != start + count * _ID + 64 or after >= 2**63:
        raise ForeignInput("request for boxes: cut short, or bytes behind its end")
    try:
        key = VerifyKey(public)
    except BadInput as error:
        raise ForeignInput(f"request for boxes: {error.message}") from None
    key.verify(data[-64:], pae(_SIGNED_AS, bytes.fromhex(relay_key) + data[:-64]))
    if abs(seconds - now.timestamp()) > SKEW:
        raise ForeignInput("request for boxes: the clocks of node and relay differ by more than ten minutes")
    ids = tuple(data[start + at * _ID : start + (at + 1) * _ID] for at in range(count))
    return Collect(mailbox_of(public), after, ids)


class Box(msgspec.Struct, frozen=True):
    """A box as a relay keeps it: its number in the order they came, its id, its bytes."""

    number: int
    id: bytes
    data: bytes


def box_id(data: bytes) -> bytes:
    """Name a box."""
    return hashlib.sha256(data).digest()[:_ID]


def write_boxes(boxes: Sequence[Box], left: int) -> bytes:
    """Put boxes together for their recipient."""
    parts = [_BOXES, _LEFT.pack(min(left, 2**32 - 1))]
    for box in boxes:
        parts += (_HEAD.pack(box.number, box.id, len(box.data)), box.data)
    return b"".join(parts)


def read_boxes(data: bytes) -> tuple[list[Box], int]:
    """Give the boxes, and how many are left behind them.

    Raises:
        ForeignInput: not such an answer, cut short, or an id that is not the box's.
    """
    at = len(_BOXES) + _LEFT.size
    if not data.startswith(_BOXES) or len(data) < at:
        raise ForeignInput("not boxes of a relay")
    (left,) = _LEFT.unpack_from(data, len(_BOXES))
    boxes: list[Box] = []
    while at < len(data):
        if len(boxes) == MAX_BOXES or at + _HEAD.size > len(data):
            raise ForeignInput("boxes of a relay: cut short, or too many")
        number, name, length = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        box = data[at : at + length]
        at += length
        if len(box) != length or box_id(box) != name:
            raise ForeignInput("boxes of a relay: one is cut short, or not the one its id names")
        boxes.append(Box(number, name, box))
    return boxes, left
