"""A box: one envelope in one more sealing, for a relay that must not see even what stands on an envelope.

An envelope shows its channel and key names: who has a Party's card could tell whose it is. A box shows nothing but its
size, and that only roughly (Padmé). It bears no name of any key, so the recipient tries each of its own on each wrap;
it bears no signature, because whoever hands it in is nobody's business; what is inside has one.

```
offset  size  field
     0     8  "COMITYB1"
     8    16  fresh random bytes
    24     8  padded size of the content, 1 to 144 MiB
    32     1  number of wraps, 1 to 16
    33  1168  each wrap: HPKE encapsulation and sealed secret
     …     …  ciphertext: chunks of 65,536 + 16, the last one shorter or as long
```

Source: `specs/relay.md` §2. Compare the outer layer of sealed sender (Signal) and of onion packets.
"""

import hashlib
import os
import struct
from collections.abc import Iterable, Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from comity.errors import BadInput, ForeignInput, VerificationFailed
from comity.keys import SealingKey, SealingPublic
from comity.sealing.layout import CHUNK, MAX_WRAPS, TAG, WRAPPED
from comity.sealing.padding import is_padded_size, padding_for, unpad

__all__ = ["MAX_BOX", "check_box", "open_box", "seal_box"]

_MAGIC: Final = b"COMITYB1"
_INFO: Final = b"comity-box-v1"
_CORE: Final = struct.Struct(">8s16sQ")
#: The padded size of the largest envelope fits in it.
_MAX_PADDED: Final = 144 * 1024 * 1024
#: The largest whole box.
MAX_BOX: Final = _CORE.size + 1 + MAX_WRAPS * WRAPPED + _MAX_PADDED + _MAX_PADDED // CHUNK * TAG
#: The smallest content: receipts and short acts then look alike.
_LEAST: Final = 8192


def seal_box(envelope: bytes, recipients: Sequence[SealingPublic]) -> bytes:
    """Seal an envelope for a Party's keys.

    Raises:
        BadInput: there is no key, there are too many, or the envelope is too large.
    """
    if not 0 < len(recipients) <= MAX_WRAPS:
        raise BadInput(f"box: {len(recipients)} recipient keys where 1 to {MAX_WRAPS} belong")
    padding = padding_for(len(envelope), _LEAST)
    size = len(envelope) + len(padding)
    if size > _MAX_PADDED:
        raise BadInput(f"box: {len(envelope)} bytes, more than a box takes")
    core = _CORE.pack(_MAGIC, os.urandom(16), size)
    bound = hashlib.sha256(core).digest()
    secret = os.urandom(32)
    wraps = [key.wrap(secret, _INFO + bound) for key in recipients]
    cipher, content = AESGCM(_body_key(secret)), memoryview(envelope + padding)
    chunks = [
        cipher.encrypt(_nonce(index, last=end >= size), bytes(content[index * CHUNK : end]), bound)
        for index, end in enumerate(range(CHUNK, size + CHUNK, CHUNK))
    ]
    return b"".join([core, bytes([len(wraps)]), *wraps, *chunks])


def check_box(data: bytes) -> None:
    """Check that these are the bytes of a box; a relay can tell no more.

    Raises:
        ForeignInput: they are not.
    """
    _read(data)


def open_box(data: bytes, keys: Iterable[SealingKey]) -> bytes:
    """Open a box and give the envelope in it.

    Raises:
        ForeignInput: it is not a box.
        VerificationFailed: it is for none of these keys, or was altered.
    """
    core, wraps, start, size = _read(data)
    bound = hashlib.sha256(core).digest()
    cipher = AESGCM(_body_key(_unwrap(wraps, keys, _INFO + bound)))
    content = bytearray()
    try:
        for index, place in enumerate(range(0, size, CHUNK)):
            end = min(place + CHUNK, size)
            here = start + place + index * TAG
            content += cipher.decrypt(
                _nonce(index, last=end == size), data[here : here + end - place + TAG], bound
            )
    except InvalidTag:
        raise VerificationFailed(f"box: chunk {index} was altered or is not where it belongs") from None
    return bytes(unpad(content))


def _read(data: bytes) -> tuple[bytes, list[bytes], int, int]:
    """Give core, wraps, where the ciphertext begins and the padded size; every bound is checked first."""
    if len(data) <= _CORE.size or not data.startswith(_MAGIC):
        raise ForeignInput("not a box")
    core, count = data[: _CORE.size], data[_CORE.size]
    size = _CORE.unpack(core)[2]
    if not 0 < count <= MAX_WRAPS or not 0 < size <= _MAX_PADDED or not is_padded_size(size):
        raise ForeignInput("box: wraps or size are out of bounds")
    start = _CORE.size + 1 + count * WRAPPED
    if len(data) != start + size + -(-size // CHUNK) * TAG:
        raise ForeignInput("box: cut short, or bytes behind its end")
    first = _CORE.size + 1
    return core, [data[first + at * WRAPPED :][:WRAPPED] for at in range(count)], start, size


def _unwrap(wraps: Sequence[bytes], keys: Iterable[SealingKey], info: bytes) -> bytes:
    held = list(keys)
    for wrap in wraps:
        for key in held:
            try:
                return key.unwrap(wrap, info)
            except VerificationFailed:
                continue
    raise VerificationFailed("box: sealed for none of the keys held here")


def _body_key(secret: bytes) -> bytes:
    return HKDFExpand(SHA256(), 32, _INFO + b" body").derive(secret)


def _nonce(index: int, *, last: bool) -> bytes:
    """One key serves one box, so a counter never repeats; the last byte marks the end (as in `envelope`)."""
    return index.to_bytes(11) + (b"\1" if last else b"\0")
