"""Pouches and slips (`specs/pouch.md`)."""

import hashlib
from base64 import b64encode

from comity.carriers.pouch import pack
from comity.carriers.slip import Handover, Slip, write_slip
from comity.clock import parse_instant
from comity.keys import SigningKey

MADE = parse_instant("2031-03-14T09:00:00Z")
DESK, STRANGER = (SigningKey.from_seed(bytes([number]) * 32) for number in (4, 3))
ENVELOPES, RECEIPTS = [b"one envelope", b"another envelope", b"a third"], [b"a receipt"]


def volumes(size: int) -> list[bytes]:
    """Pack the same things in volumes of a size."""
    return pack(
        "north.example", "south.example", MADE, envelopes=ENVELOPES, receipts=RECEIPTS, volume_size=size
    )


def given(name: str, data: bytes, expect: object) -> dict:
    """Give one vector."""
    return {"name": name, "volume": b64encode(data).decode(), "expect": expect}


def opened(number: int, envelopes: list[bytes], receipts: list[bytes], missing: list[int]) -> dict:
    """Expect what comes out."""
    return {
        "number": number,
        "envelopes": [hashlib.sha256(each).hexdigest() for each in envelopes],
        "receipts": [hashlib.sha256(each).hexdigest() for each in receipts],
        "missing": missing,
    }


def refused(words: str) -> dict:
    """Expect that nothing is opened."""
    return {"refused": "volume", "words": words}


def vectors() -> dict[str, dict]:
    """Give every vector by its name."""
    (whole,) = volumes(1000)
    first, second = volumes(30)
    altered = whole[:-1] + bytes([whole[-1] ^ 1])
    return {
        "opens-whole": given("one volume", whole, opened(1, ENVELOPES, RECEIPTS, [])),
        "opens-first": given("the first of two", first, opened(1, ENVELOPES[:1], RECEIPTS, [2])),
        "opens-second": given("the second of two", second, opened(2, ENVELOPES[1:], [], [1])),
        "refuses-altered": given("a byte of the last part", altered, refused("part 4 was altered")),
        "refuses-cut": given("without its last byte", whole[:-1], refused("part 4 is cut short")),
        "refuses-longer": given("a byte behind the last part", whole + b"x", refused("1 bytes behind the last part")),
        "refuses-number": given(
            "the first under the number of the second", first[:15] + second[15:17] + first[17:],
            refused("volume 2 of 2"),
        ),
        "refuses-older": given("the form before", b"comity-pouch-1\n" + whole[15:], refused("not a pouch")),
        **_slips(),
    }  # fmt: skip


def _slips() -> dict[str, dict]:
    slip = Slip(
        "ab" * 32, "north.example", "south.example", "2031-03-14T09:00:00Z", 2,
        (Handover("duty officer", "courier", "2031-03-14T09:30:00Z"),),
    )  # fmt: skip
    code = write_slip(slip, "north.example", DESK).decode()

    def shown(name: str, text: str, key: SigningKey, expect: object) -> dict:
        return {"name": name, "code": text, "key": key.public.raw.hex(), "expect": expect}

    no_key = {"refused": "slip", "words": "no key of north.example"}
    return {
        "slip-holds": shown("a slip", code, DESK, {"pouch": "ab" * 32, "by": "north.example", "hands": 1}),
        "slip-refuses-stranger": shown("under another key", code, STRANGER, no_key),
        "slip-refuses-altered": shown("with another hand", code.replace("courier", "cousins"), DESK, no_key),
    }
