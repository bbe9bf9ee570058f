"""A pouch: every digest holds, or nothing of it is looked at."""

import hashlib
import json

import pytest

from comity.carriers import pouch
from comity.carriers.pouch import pack, unpack
from comity.clock import parse_instant
from comity.errors import ForeignInput

MADE = parse_instant("2026-03-01T09:00:00Z")
ENVELOPES, RECEIPTS = (b"one envelope", b"another " * 20), (b"a receipt",)
PACKED = pack("north.example", "south.example", MADE, envelopes=ENVELOPES, receipts=RECEIPTS)


def test_what_was_packed_is_unpacked() -> None:
    found = unpack(PACKED)
    assert (found.manifest.from_, found.manifest.to, found.manifest.made) == (
        "north.example",
        "south.example",
        "2026-03-01T09:00:00Z",
    )
    assert (found.envelopes, found.receipts) == (ENVELOPES, RECEIPTS)
    assert unpack(pack("a.example", "b.example", MADE, envelopes=(), receipts=())).envelopes == ()


def test_a_pouch_cut_at_any_byte_is_refused() -> None:
    for place in range(len(PACKED)):
        with pytest.raises(ForeignInput):
            unpack(PACKED[:place])


def test_a_pouch_with_any_byte_of_a_part_altered_is_refused_and_the_part_named() -> None:
    parts = len(PACKED) - sum(map(len, ENVELOPES + RECEIPTS))
    for place in range(parts, len(PACKED)):
        altered = bytearray(PACKED)
        altered[place] ^= 1
        with pytest.raises(ForeignInput, match=r"part \d was altered"):
            unpack(bytes(altered))


def test_every_altered_part_is_named_at_once() -> None:
    altered = bytearray(PACKED)
    altered[-1] ^= 1
    altered[-len(ENVELOPES[1]) - 1] ^= 1
    with pytest.raises(ForeignInput) as refused:
        unpack(bytes(altered) + b"more")
    assert refused.value.mistakes == (
        "pouch: part 2 was altered",
        "pouch: part 3 was altered",
        "pouch: 4 bytes behind the last part",
    )


def forged(**changes: object) -> bytes:
    """Write a manifest by hand."""
    part = {"kind": "envelope", "size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
    manifest = {"from": "a.example", "to": "b.example", "made": "2026-03-01T09:00:00Z", "parts": [part]}
    manifest |= {key: value for key, value in changes.items() if key != "part"}
    part |= changes.get("part", {})  # type: ignore[arg-type]
    head = json.dumps(manifest).encode()
    return b"comity-pouch-1\n" + len(head).to_bytes(4) + head + b"x"


def test_the_forged_manifest_of_these_tests_is_sound_before_it_is_changed() -> None:
    assert unpack(forged()).envelopes == (b"x",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 a zip archive", "not a pouch"),
        (b"comity-pouch-2\n", "not a pouch"),
        (b"comity-pouch-1\n\xff\xff\xff\xff{}", "cut short in its manifest"),
        (b"comity-pouch-1\n\x00\x00\x00\x02{}", "pouch manifest"),
        (forged(more=1), "pouch manifest"),
        (forged(parts="all"), "pouch manifest"),
        (forged(part={"kind": "letter"}), "part 1 is of an unknown kind or size"),
        (forged(part={"size": -1}), "part 1 is of an unknown kind or size"),
        (forged(part={"size": 1 << 40}), "part 1 is of an unknown kind or size"),
        (forged(part={"size": 2}), "part 1 is cut short"),
        (forged(part={"size": 0}), "part 1 was altered"),
    ],
)
def test_what_is_no_pouch_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ForeignInput, match=reason):
        unpack(data)


def test_a_pouch_beyond_the_cap_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pouch, "MAX_POUCH_BYTES", len(PACKED) - 1)
    with pytest.raises(ForeignInput, match="larger than"):
        unpack(PACKED)
