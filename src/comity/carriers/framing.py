"""Several envelopes, or several answers, as one run of bytes.

```
envelopes   "comity-envelopes-1\n"  then for each: 4 bytes length (big endian), that many bytes
reply       "comity-reply-1\n"      4 bytes number of letters, each with its length; 4 bytes number of reasons, the same
```

A letter holds sealed receipts; a reason, in UTF-8 and unsigned, tells why an envelope was not taken, and is empty where
a receipt speaks for it. Every length is checked against the caps before anything is cut out.
"""

import struct
from collections.abc import Sequence

from comity.errors import ForeignInput
from comity.ports import Reply

#: One envelope: a body of 100 MiB, its padding and its evidence.
MAX_ENVELOPE_BYTES = 136 * 1024 * 1024
#: All envelopes of one request.
MAX_RUN_BYTES = 144 * 1024 * 1024
MAX_ENVELOPES = 256
#: Receipts are small.
MAX_REPLY_BYTES = MAX_ENVELOPES * 64 * 1024
_MAX_LETTERS = MAX_ENVELOPES

_ENVELOPES = b"comity-envelopes-1\n"
_REPLY = b"comity-reply-1\n"
_LENGTH = struct.Struct(">I")


def join_envelopes(envelopes: Sequence[bytes]) -> bytes:
    """Put envelopes one after the other."""
    parts = [_ENVELOPES]
    for envelope in envelopes:
        parts += (_LENGTH.pack(len(envelope)), envelope)
    return b"".join(parts)


def split_envelopes(data: bytes) -> list[bytes]:
    """Cut a run of envelopes apart.

    Raises:
        ForeignInput: not such a run, cut short, or beyond a cap.
    """
    if not data.startswith(_ENVELOPES):
        raise ForeignInput("not a run of envelopes")
    found: list[bytes] = []
    at = len(_ENVELOPES)
    while at < len(data):
        if len(found) == MAX_ENVELOPES:
            raise ForeignInput(f"more than {MAX_ENVELOPES} envelopes in one run")
        if at + _LENGTH.size > len(data):
            raise ForeignInput("the run of envelopes is cut short")
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        if length > MAX_ENVELOPE_BYTES or at + length > len(data):
            raise ForeignInput("the run of envelopes is cut short, or an envelope is too large")
        found.append(data[at : at + length])
        at += length
    return found


def join_reply(reply: Reply) -> bytes:
    """Write a reply."""
    parts = [_REPLY]
    for group in (reply.letters, [reason.encode() for reason in reply.reasons]):
        parts.append(_LENGTH.pack(len(group)))
        for piece in group:
            parts += (_LENGTH.pack(len(piece)), piece)
    return b"".join(parts)


def split_reply(data: bytes) -> Reply:
    """Read a reply.

    Raises:
        ForeignInput: not one, cut short, or beyond a cap.
    """
    if not data.startswith(_REPLY) or len(data) > MAX_REPLY_BYTES:
        raise ForeignInput("not a reply")
    letters, at = _pieces(data, len(_REPLY))
    reasons, at = _pieces(data, at)
    if at != len(data):
        raise ForeignInput("bytes behind the end of the reply")
    return Reply(tuple(letters), tuple(reason.decode(errors="replace")[:500] for reason in reasons))


def _pieces(data: bytes, at: int) -> tuple[list[bytes], int]:
    """Cut counted pieces out; give them and where they end."""
    count, at = _length(data, at)
    if count > _MAX_LETTERS:
        raise ForeignInput(f"more than {_MAX_LETTERS} pieces in one reply")
    found: list[bytes] = []
    for _ in range(count):
        length, at = _length(data, at)
        if at + length > len(data):
            raise ForeignInput("the reply is cut short")
        found.append(data[at : at + length])
        at += length
    return found, at


def _length(data: bytes, at: int) -> tuple[int, int]:
    if at + _LENGTH.size > len(data):
        raise ForeignInput("the reply is cut short")
    return _LENGTH.unpack_from(data, at)[0], at + _LENGTH.size
