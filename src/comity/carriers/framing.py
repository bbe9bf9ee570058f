"""Several envelopes, or several answers, as one run of bytes.

```
envelopes   "comity-envelopes-1\n"  then for each: 4 bytes length (big endian), that many bytes
answers     "comity-answers-1\n"    then for each: 1 byte kind, 4 bytes length, that many bytes
```

An answer is a sealed receipt (kind 0) or, for an envelope whose sender could not be established, an unsigned reason in
UTF-8 (kind 1). Every length is checked against the caps before anything is cut out.
"""

import struct
from collections.abc import Sequence

from comity.errors import ForeignInput
from comity.ports import Answer

#: One envelope: a body of 100 MiB, its padding and its evidence.
MAX_ENVELOPE_BYTES = 136 * 1024 * 1024
#: All envelopes of one request.
MAX_RUN_BYTES = 144 * 1024 * 1024
MAX_ENVELOPES = 256
#: Receipts are small.
MAX_ANSWERS_BYTES = MAX_ENVELOPES * 64 * 1024

_ENVELOPES = b"comity-envelopes-1\n"
_ANSWERS = b"comity-answers-1\n"
_LENGTH = struct.Struct(">I")
_KIND_AND_LENGTH = struct.Struct(">BI")


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


def join_answers(answers: Sequence[Answer]) -> bytes:
    """Put answers one after the other."""
    parts = [_ANSWERS]
    for answer in answers:
        payload = answer.receipt or answer.reason.encode()
        parts += (_KIND_AND_LENGTH.pack(0 if answer.receipt else 1, len(payload)), payload)
    return b"".join(parts)


def split_answers(data: bytes) -> list[Answer]:
    """Cut answers apart.

    Raises:
        ForeignInput: not such a run, cut short, or beyond a cap.
    """
    if not data.startswith(_ANSWERS) or len(data) > MAX_ANSWERS_BYTES:
        raise ForeignInput("not a run of answers")
    found: list[Answer] = []
    at = len(_ANSWERS)
    while at < len(data):
        if at + _KIND_AND_LENGTH.size > len(data):
            raise ForeignInput("the run of answers is cut short")
        kind, length = _KIND_AND_LENGTH.unpack_from(data, at)
        at += _KIND_AND_LENGTH.size
        if kind not in (0, 1) or at + length > len(data):
            raise ForeignInput("the run of answers is cut short, or an answer is of an unknown kind")
        payload = data[at : at + length]
        at += length
        found.append(
            Answer(receipt=payload) if kind == 0 else Answer(reason=payload.decode(errors="replace")[:500])
        )
    return found
