"""What is inside an envelope: one message, its address repeated, its id.

```
4 bytes   length of the head, big-endian
head      strict JSON: address, kind, instant, content (the message itself with its evidence)
body      the rest: the bytes of an item, or nothing
```

The head repeats what the envelope said outside (channel, sequence, suite) and adds what must not be seen there: sender
and recipient. All of it must be equal, or a letter could be taken out of one envelope and put into another. The id of a
message is the SHA-256 of these bytes; packed or sealed again it keeps its id, and *once* is counted by it.

What `content` means for each kind of message belongs to `comity.federation`. Source: `specs/envelope.md` §6.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import msgspec

from comity.errors import BadInput, ForeignInput, VerificationFailed
from comity.identifiers import Digest, is_party_id
from comity.keys import SealingKey
from comity.sealing.envelope import VerifiedEnvelope, open_envelope
from comity.sealing.layout import SUITE_NAME
from comity.strict import read_as, write_json

__all__ = ["Head", "Message", "open_message", "read_message", "write_message"]

#: Caps: evidence of long custody is counted in tens of kilobytes.
MAX_HEAD: Final = 4 * 1024 * 1024
_MAX_KIND: Final = 100

Name = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who says what to whom, beside the body.

    Attributes:
        sender, recipient: Party ids.
        channel: the envelope's channel, hexadecimal.
        sequence: the envelope's number in it.
        suite: the envelope's suite, `S2`.
        type: kind of message, such as `disclosure` or `receipt`.
        at: when the sender wrote it.
        deployment: the world it belongs to (`production`, `exercise`, …), so that a test never counts as real.
        content: the message itself and its evidence.
    """

    sender: str
    recipient: str
    channel: Name
    sequence: int
    suite: str
    type: str
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    deployment: str
    content: dict[str, Any]


class Message(msgspec.Struct, frozen=True):
    """A message as it stood in an envelope.

    Attributes:
        head: address, kind and content.
        body: the bytes that came with it; a view, so that large ones are not copied.
        id: SHA-256 of the whole message, hexadecimal.
    """

    head: Head
    body: memoryview
    id: Digest


def write_message(head: Head, body: bytes = b"") -> bytes:
    """Write a message, ready to be sealed.

    Raises:
        BadInput: the head is larger than a reader takes, or breaks a rule.
    """
    written = write_json(head)
    mistakes = _mistakes(head)
    if len(written) > MAX_HEAD:
        mistakes.append(f"head of {len(written)} bytes, more than the {MAX_HEAD} allowed")
    if mistakes:
        raise BadInput(*(f"message: {mistake}" for mistake in mistakes))
    return b"".join([len(written).to_bytes(4), written, body])


def read_message(inner: bytes) -> Message:
    """Read what an envelope held.

    Raises:
        ForeignInput: the framing or the head is broken, or a field is not what it should be.
    """
    length = int.from_bytes(inner[:4])
    if len(inner) < 4 or len(inner) < 4 + length:
        raise ForeignInput(f"message: {len(inner)} bytes, shorter than the head it announces")
    if length > MAX_HEAD:
        raise ForeignInput(f"message: head of {length} bytes, more than the {MAX_HEAD} allowed")
    head = read_as(inner[4 : 4 + length], Head, max_bytes=MAX_HEAD, what="message")
    mistakes = _mistakes(head)
    if mistakes:
        raise ForeignInput(*(f"message: {mistake}" for mistake in mistakes))
    return Message(head, memoryview(inner)[4 + length :], Digest(hashlib.sha256(inner).hexdigest()))


def open_message(
    verified: VerifiedEnvelope,
    keys: Mapping[bytes, SealingKey],
    *,
    sender: str,
    recipient: str,
    deployment: str,
) -> Message:
    """Open an envelope and check that the message inside belongs to it.

    Args:
        verified: from `verify_envelope`.
        keys: the recipient's private keys by the names they are called by.
        sender: the Party whose key verified the envelope.
        recipient: the Party that opens it.
        deployment: the world this node lives in.

    Raises:
        ForeignInput: the message cannot be read.
        VerificationFailed: the envelope does not open, or the message names another sender, recipient, channel,
            sequence, suite or deployment than the envelope it lay in; all differences are named.
    """
    message = read_message(open_envelope(verified, keys))
    head, header = message.head, verified.header
    differences = [
        f"{field} `{inside}` inside, `{outside}` outside"
        for field, inside, outside in (
            ("sender", head.sender, sender),
            ("recipient", head.recipient, recipient),
            ("channel", head.channel, header.channel.hex()),
            ("sequence", head.sequence, header.sequence),
            ("suite", head.suite, SUITE_NAME),
            ("deployment", head.deployment, deployment),
        )
        if inside != outside
    ]
    if differences:
        raise VerificationFailed(f"message lies in an envelope that is not its own: {'; '.join(differences)}")
    return message


def _mistakes(head: Head) -> list[str]:
    found = [
        f"{field} `{value[:80]}` is not a DNS name in lower case"
        for field, value in (("sender", head.sender), ("recipient", head.recipient))
        if not is_party_id(value)
    ]
    if head.sequence < 1:
        found.append("sequence is less than 1")
    found += [
        f"{field} is empty or longer than {_MAX_KIND} characters"
        for field, value in (("suite", head.suite), ("type", head.type), ("deployment", head.deployment))
        if not 0 < len(value) <= _MAX_KIND
    ]
    try:
        head.at.astimezone(UTC)
    except OverflowError:  # an offset at the calendar's first or last day leads out of it
        found.append("at lies outside the years 1 to 9999 in UTC")
    return found
