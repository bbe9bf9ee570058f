"""A pouch: envelopes and receipts as one file, carried by hand.

```
"comity-pouch-1\n"
4 bytes    length of the manifest (big endian)
manifest   JSON: from, to, made, and for each part its kind, size and SHA-256
parts      the envelopes and receipts, one after the other
```

The manifest is read, and every digest checked, before any part is looked at. A pouch needs no signature of its own:
each envelope in it is signed and sealed. Opening it twice, late, or beside the same envelopes over HTTP changes
nothing.
"""

import hashlib
from collections.abc import Sequence

import msgspec

from comity.carriers.framing import MAX_ENVELOPE_BYTES
from comity.clock import Instant, format_instant
from comity.errors import ForeignInput
from comity.strict import read_as, write_json

#: A pouch in one file; larger backlogs travel in several.
MAX_POUCH_BYTES = 1024 * 1024 * 1024
_MAX_MANIFEST = 16 * 1024 * 1024
_MAGIC = b"comity-pouch-1\n"


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing in a pouch: an `envelope` or a `receipt` (which is an envelope too)."""

    kind: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """What a pouch says it holds."""

    from_: str
    to: str
    made: str
    parts: tuple[Part, ...]


class Pouch(msgspec.Struct, frozen=True):
    """A pouch whose digests all hold."""

    manifest: Manifest
    envelopes: tuple[bytes, ...]
    receipts: tuple[bytes, ...]


def pack(
    sender: str, to: str, made: Instant, *, envelopes: Sequence[bytes], receipts: Sequence[bytes]
) -> bytes:
    """Put envelopes and receipts into a pouch."""
    contents = [*(("receipt", data) for data in receipts), *(("envelope", data) for data in envelopes)]
    manifest = Manifest(
        from_=sender,
        to=to,
        made=format_instant(made),
        parts=tuple(Part(kind, len(data), hashlib.sha256(data).hexdigest()) for kind, data in contents),
    )
    head = write_json(manifest)
    return b"".join([_MAGIC, len(head).to_bytes(4), head, *(data for _, data in contents)])


def unpack(data: bytes) -> Pouch:
    """Read a pouch and check every digest in it.

    Raises:
        ForeignInput: not a pouch, cut short, or a part differs from what the manifest says; all are named.
    """
    if len(data) > MAX_POUCH_BYTES:
        raise ForeignInput(f"pouch: {len(data)} bytes, larger than the {MAX_POUCH_BYTES} of one file")
    if not data.startswith(_MAGIC):
        raise ForeignInput("not a pouch: it does not begin as one")
    start = len(_MAGIC) + 4
    length = int.from_bytes(data[len(_MAGIC) : start])
    if length > _MAX_MANIFEST or start + length > len(data):
        raise ForeignInput("pouch: cut short in its manifest")
    manifest = read_as(data[start : start + length], Manifest, max_bytes=_MAX_MANIFEST, what="pouch manifest")
    found: dict[str, list[bytes]] = {"envelope": [], "receipt": []}
    mistakes: list[str] = []
    at = start + length
    for number, part in enumerate(manifest.parts, 1):
        if part.kind not in found or not 0 <= part.size <= MAX_ENVELOPE_BYTES:
            raise ForeignInput(f"pouch: part {number} is of an unknown kind or size")
        piece = data[at : at + part.size]
        at += part.size
        if len(piece) != part.size:
            mistakes.append(f"pouch: part {number} is cut short")
        elif hashlib.sha256(piece).hexdigest() != part.sha256:
            mistakes.append(f"pouch: part {number} was altered")
        found[part.kind].append(piece)
    if at < len(data):
        mistakes.append(f"pouch: {len(data) - at} bytes behind the last part")
    if mistakes:
        raise ForeignInput(*mistakes)
    return Pouch(manifest, tuple(found["envelope"]), tuple(found["receipt"]))
