"""The vectors of pouches and relays: Comity does what is written there."""

import hashlib
from base64 import b64decode
from typing import Any

import pytest

from comity.carriers.pouch import unpack
from comity.carriers.relay_wire import read_collect
from comity.carriers.slip import read_slip
from comity.clock import parse_instant
from comity.errors import ComityError, ForeignInput, VerificationFailed
from comity.keys import SealingKey, VerifyKey
from comity.sealing.box import check_box, open_box
from test_vectors import vectors

_STEPS = {"look": ForeignInput, "clock": ForeignInput, "volume": ForeignInput, "unwrap": VerificationFailed,
          "decrypt": VerificationFailed, "signature": VerificationFailed, "slip": VerificationFailed}  # fmt: skip


def refuses(expect: dict[str, Any], error: ComityError) -> None:
    assert isinstance(error, _STEPS[expect["refused"]]), error
    assert expect.get("words", "") in error.message


@vectors("pouch")
def test_pouch(vector: dict[str, Any]) -> None:
    expect = vector["expect"]
    try:
        if "code" in vector:
            slip, by = read_slip(vector["code"].encode(), [VerifyKey(bytes.fromhex(vector["key"]))])
            assert expect == {"pouch": slip.pouch, "by": by, "hands": len(slip.hands)}
            return
        found = unpack(b64decode(vector["volume"]))
    except ComityError as error:
        refuses(expect, error)
        return
    assert expect == {
        "number": found.numbers[0],
        "envelopes": [hashlib.sha256(each).hexdigest() for each in found.envelopes],
        "receipts": [hashlib.sha256(each).hexdigest() for each in found.receipts],
        "missing": list(found.missing),
    }


@vectors("relay")
def test_relay(vector: dict[str, Any]) -> None:
    expect = vector["expect"]
    try:
        if "request" in vector:
            data = bytes.fromhex(vector["request"])
            asked = read_collect(data, vector["relay"], parse_instant(vector["at"]))
            taken = [each.hex() for each in asked.taken]
            assert expect == {"mailbox": asked.mailbox, "after": asked.after, "taken": taken}
            return
        box = b64decode(vector["box"])
        if expect.get("refused") in ("unwrap", "decrypt"):
            check_box(box)
        found = open_box(box, [SealingKey.from_seed(b64decode(vector["private"]))])
    except ComityError as error:
        refuses(expect, error)
        return
    assert expect == {"sha256": hashlib.sha256(found).hexdigest()}
    with pytest.raises(VerificationFailed):
        open_box(box, [])
