"""A pouch: every digest holds, or nothing of it is looked at."""

import hashlib
import json

import pytest

from comity.carriers import pouch
from comity.carriers.pouch import pack, unpack
from comity.clock import parse_instant
from comity.errors import BadInput, ForeignInput

MADE = parse_instant("2026-03-01T09:00:00Z")
ENVELOPES, RECEIPTS = (b"one envelope", b"another " * 20), (b"a receipt",)
(PACKED,) = pack("north.example", "south.example", MADE, envelopes=ENVELOPES, receipts=RECEIPTS)


def test_what_was_packed_is_unpacked() -> None:
    found = unpack(PACKED)
    assert (found.manifest.from_, found.manifest.to, found.manifest.made) == (
        "north.example",
        "south.example",
        "2026-03-01T09:00:00Z",
    )
    assert (found.envelopes, found.receipts) == (ENVELOPES, RECEIPTS)
    (empty,) = pack("a.example", "b.example", MADE, envelopes=(), receipts=())
    assert unpack(empty).envelopes == ()


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
        "pouch: volume 1 of 1: part 2 was altered",
        "pouch: volume 1 of 1: part 3 was altered",
        "pouch: volume 1 of 1: 4 bytes behind the last part",
    )


def forged(number: int = 1, **changes: object) -> bytes:
    """Write a manifest by hand."""
    digest = hashlib.sha256(b"x").hexdigest()
    part = {"kind": "envelope", "size": 1, "sha256": digest}
    volume = {"sha256": digest, "parts": [part]}
    manifest: dict[str, object] = {
        "from": "a.example",
        "to": "b.example",
        "made": "2026-03-01T09:00:00Z",
        "volumes": [volume],
    }
    manifest |= {key: value for key, value in changes.items() if key not in ("part", "volume")}
    part |= changes.get("part", {})  # type: ignore[arg-type]
    volume |= changes.get("volume", {})  # type: ignore[arg-type]
    head = json.dumps(manifest).encode()
    return b"comity-pouch-2\n" + number.to_bytes(2) + len(head).to_bytes(4) + head + b"x"


def test_the_forged_manifest_of_these_tests_is_sound_before_it_is_changed() -> None:
    assert unpack(forged()).envelopes == (b"x",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 a zip archive", "not a pouch"),
        (b"comity-pouch-1\n", "not a pouch"),
        (forged(0), "volume 0 of 1"),
        (forged(2), "volume 2 of 1"),
        (forged(volumes=[]), "volume 1 of 0"),
        (forged(to="B example"), "not a Party's name"),
        (forged(made="x" * 99), "made is not an instant"),
        (forged(volume={"sha256": "0" * 64}), "its contents are not those"),
        (b"comity-pouch-2\n\x00\x01\xff\xff\xff\xff{}", "cut short in its manifest"),
        (b"comity-pouch-2\n\x00\x01\x00\x00\x00\x02{}", "pouch manifest"),
        (forged(more=1), "pouch manifest"),
        (forged(volumes="all"), "pouch manifest"),
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
    monkeypatch.setattr(pouch, "MAX_POUCH_BYTES", len(PACKED) - 1 - pouch._MAX_MANIFEST)
    with pytest.raises(ForeignInput, match="larger than"):
        unpack(PACKED)


# -- several volumes --

MANY = [bytes([number]) * 100 for number in range(10)]


def test_a_pouch_in_volumes_holds_the_same_whatever_the_order() -> None:
    volumes = pack("a.example", "b.example", MADE, envelopes=MANY, receipts=RECEIPTS, volume_size=250)
    found = [unpack(volume) for volume in reversed(volumes)]
    assert len(volumes) == 5 and {each.name for each in found} == {found[0].name}
    assert [each.numbers for each in found] == [(5,), (4,), (3,), (2,), (1,)]
    assert found[0].missing == (1, 2, 3, 4)
    assert sorted(data for each in found for data in each.envelopes) == MANY
    assert [data for each in found for data in each.receipts] == [*RECEIPTS]


def test_a_volume_under_another_number_is_not_taken_for_it() -> None:
    first, second, *_ = pack("a.example", "b.example", MADE, envelopes=MANY, receipts=(), volume_size=250)
    swapped = first[:15] + second[15:17] + first[17:]
    with pytest.raises(ForeignInput, match="volume 2 of 5"):
        unpack(swapped)


@pytest.mark.parametrize(
    ("size", "said"),
    [(99, "a part of 100 bytes \\(envelope\\) does not fit"), (0, "1 to"), (1 << 40, "1 to")],
)
def test_a_volume_that_cannot_hold_a_part_or_is_too_large_is_refused(size: int, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        pack("a.example", "b.example", MADE, envelopes=MANY, receipts=(), volume_size=size)
    with pytest.raises(BadInput, match="more than 1000"):
        pack("a.example", "b.example", MADE, envelopes=[b"x"] * 1001, receipts=(), volume_size=1)


def test_a_list_that_no_reader_would_take_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pouch, "_MAX_MANIFEST", 4000)
    with pytest.raises(BadInput, match="50 envelopes are more than one pouch can list"):
        pack("a.example", "b.example", MADE, envelopes=[b"x"] * 50, receipts=())
