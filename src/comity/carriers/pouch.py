"""A pouch: envelopes and receipts as files, carried by hand, in one volume or several.

```
"comity-pouch-2\\n"
2 bytes    number of this volume (big endian), from 1
4 bytes    length of the manifest
manifest   JSON, the same in every volume: from, to, made, and for each volume the SHA-256 of its contents and, for each
           part in it, kind, size and SHA-256
contents   the envelopes and receipts of this volume, one after the other
```

The manifest is read, and every digest checked, before any part is looked at. A volume holds whole parts, so each can be
opened when it comes, in any order; the manifest says which are still to come. The name of a pouch is the SHA-256 of its
manifest: a volume of another pouch has another. A pouch needs no signature of its own: each envelope in it is signed
and sealed. Opening it twice, late, or beside the same envelopes over HTTP changes nothing.
"""

import hashlib
from collections.abc import Iterator, Sequence

import msgspec

from comity.carriers.framing import MAX_ENVELOPE_BYTES
from comity.clock import Instant, format_instant
from comity.errors import BadInput, ForeignInput
from comity.identifiers import is_party_id
from comity.strict import read_as, write_json

#: One volume, and how many a pouch may have.
MAX_POUCH_BYTES = 1024 * 1024 * 1024
MAX_VOLUMES = 1000
_MAX_MANIFEST = 16 * 1024 * 1024
_MAGIC = b"comity-pouch-2\n"
_START = len(_MAGIC) + 6


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing in a pouch: an `envelope` or a `receipt` (which is an envelope too)."""

    kind: str
    size: int
    sha256: str


class Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one volume holds."""

    sha256: str
    parts: tuple[Part, ...]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """What a pouch says it holds, volume by volume."""

    from_: str
    to: str
    made: str
    volumes: tuple[Contents, ...]


class Volume(msgspec.Struct, frozen=True):
    """A volume whose digests all hold.

    Attributes:
        pouch: the pouch's name: SHA-256 of the manifest.
        number: which volume, from 1.
    """

    pouch: str
    number: int
    manifest: Manifest
    envelopes: tuple[bytes, ...]
    receipts: tuple[bytes, ...]


class Pouch(msgspec.Struct, frozen=True):
    """What the volumes given hold together, and which are missing."""

    name: str
    manifest: Manifest
    numbers: tuple[int, ...]
    missing: tuple[int, ...]
    envelopes: tuple[bytes, ...]
    receipts: tuple[bytes, ...]


Piece = tuple[str, bytes]


def pack(
    sender: str,
    to: str,
    made: Instant,
    *,
    envelopes: Sequence[bytes],
    receipts: Sequence[bytes],
    volume_size: int = MAX_POUCH_BYTES,
) -> list[bytes]:
    """Put envelopes and receipts into a pouch; give its volumes.

    Raises:
        BadInput: something is larger than a volume may be.
    """
    pieces = [*(("receipt", data) for data in receipts), *(("envelope", data) for data in envelopes)]
    volumes = list(divide(pieces, volume_size))
    contents = [contents_of(volume) for volume in volumes]
    head = manifest_of(sender, to, made, contents)
    return [
        b"".join([volume_head(head, number), *(data for _, data in volume)])
        for number, volume in enumerate(volumes, 1)
    ]


def divide(pieces: Sequence[Piece], volume_size: int) -> Iterator[list[Piece]]:
    """Divide what is to be carried into volumes of whole parts; an empty pouch has one.

    Raises:
        BadInput: a part is larger than a volume, or a volume larger than may be.
    """
    if not 0 < volume_size <= MAX_POUCH_BYTES:
        raise BadInput(f"a volume of {volume_size} bytes: 1 to {MAX_POUCH_BYTES} belong")
    volume: list[Piece] = []
    size = 0
    for kind, data in pieces:
        if len(data) > volume_size:
            raise BadInput(
                f"a part of {len(data)} bytes ({kind}) does not fit into a volume of {volume_size}",
                hint="choose a larger --volume-size",
            )
        if size + len(data) > volume_size:
            yield volume
            volume, size = [], 0
        volume.append((kind, data))
        size += len(data)
    yield volume


def contents_of(volume: Sequence[Piece]) -> Contents:
    """Describe what a volume holds."""
    whole = hashlib.sha256()
    for _, data in volume:
        whole.update(data)
    return Contents(
        whole.hexdigest(),
        tuple(Part(kind, len(data), hashlib.sha256(data).hexdigest()) for kind, data in volume),
    )


def manifest_of(sender: str, to: str, made: Instant, volumes: Sequence[Contents]) -> bytes:
    """Write the manifest that stands in every volume.

    Raises:
        BadInput: there are too many volumes, or too many parts for a list that a reader takes.
    """
    if len(volumes) > MAX_VOLUMES:
        raise BadInput(
            f"{len(volumes)} volumes, more than {MAX_VOLUMES}", hint="choose a larger --volume-size"
        )
    written = write_json(Manifest(from_=sender, to=to, made=format_instant(made), volumes=tuple(volumes)))
    if len(written) > _MAX_MANIFEST:
        count = sum(len(volume.parts) for volume in volumes)
        raise BadInput(f"{count} envelopes are more than one pouch can list")
    return written


def volume_head(manifest: bytes, number: int) -> bytes:
    """Write what stands before the contents of a volume."""
    return b"".join([_MAGIC, number.to_bytes(2), len(manifest).to_bytes(4), manifest])


def name_of(manifest: bytes) -> str:
    """Name a pouch."""
    return hashlib.sha256(manifest).hexdigest()


def read_volume(data: bytes) -> Volume:
    """Read one volume and check every digest in it.

    Raises:
        ForeignInput: not a volume, cut short, or a part differs from what the manifest says; all are named.
    """
    manifest, number, head, start = _read_head(data)
    contents = manifest.volumes[number - 1]
    place = f"volume {number} of {len(manifest.volumes)}"
    found: dict[str, list[bytes]] = {"envelope": [], "receipt": []}
    mistakes: list[str] = []
    at = start
    for count, part in enumerate(contents.parts, 1):
        piece = data[at : at + part.size]
        at += part.size
        if len(piece) != part.size:
            mistakes.append(f"pouch: {place}: part {count} is cut short")
        elif hashlib.sha256(piece).hexdigest() != part.sha256:
            mistakes.append(f"pouch: {place}: part {count} was altered")
        found[part.kind].append(piece)
    if at < len(data):
        mistakes.append(f"pouch: {place}: {len(data) - at} bytes behind the last part")
    if not mistakes and hashlib.sha256(data[start:]).hexdigest() != contents.sha256:
        mistakes.append(f"pouch: {place}: its contents are not those the manifest names")
    if mistakes:
        raise ForeignInput(*mistakes)
    return Volume(name_of(head), number, manifest, tuple(found["envelope"]), tuple(found["receipt"]))


def unpack(data: bytes) -> Pouch:
    """Read a pouch of which one volume is at hand, and check every digest in it.

    Raises:
        ForeignInput: not a pouch, cut short, or a part differs from what the manifest says; all are named.
    """
    volume = read_volume(data)
    count = len(volume.manifest.volumes)
    return Pouch(
        name=volume.pouch,
        manifest=volume.manifest,
        numbers=(volume.number,),
        missing=tuple(each for each in range(1, count + 1) if each != volume.number),
        envelopes=volume.envelopes,
        receipts=volume.receipts,
    )


def _read_head(data: bytes) -> tuple[Manifest, int, bytes, int]:
    """Give the manifest, which volume this is, the manifest's bytes and where the contents begin."""
    if len(data) > MAX_POUCH_BYTES + _MAX_MANIFEST:
        raise ForeignInput(f"pouch: {len(data)} bytes, larger than the {MAX_POUCH_BYTES} of one volume")
    if not data.startswith(_MAGIC):
        raise ForeignInput("not a pouch: it does not begin as one")
    number = int.from_bytes(data[len(_MAGIC) : len(_MAGIC) + 2])
    length = int.from_bytes(data[len(_MAGIC) + 2 : _START])
    if length > _MAX_MANIFEST or _START + length > len(data):
        raise ForeignInput("pouch: cut short in its manifest")
    head = data[_START : _START + length]
    manifest = read_as(head, Manifest, max_bytes=_MAX_MANIFEST, what="pouch manifest")
    if not is_party_id(manifest.from_) or not is_party_id(manifest.to):
        raise ForeignInput("pouch: from or to is not a Party's name")
    if len(manifest.made) > 40 or not manifest.made.isprintable():
        raise ForeignInput("pouch: made is not an instant")
    if not 0 < number <= len(manifest.volumes) <= MAX_VOLUMES:
        raise ForeignInput(f"pouch: volume {number} of {len(manifest.volumes)}")
    for count, volume in enumerate(manifest.volumes, 1):
        for place, part in enumerate(volume.parts, 1):
            if part.kind not in ("envelope", "receipt") or not 0 <= part.size <= MAX_ENVELOPE_BYTES:
                raise ForeignInput(f"pouch: volume {count}: part {place} is of an unknown kind or size")
    return manifest, number, head, _START + length
