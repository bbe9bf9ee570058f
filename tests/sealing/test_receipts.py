"""Receipts: what a receiver's answer must say, and who may give it."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from comity import signing
from comity.errors import BadInput, ForeignInput, VerificationFailed
from comity.keys import SigningKey
from comity.sealing.receipts import PAYLOAD_TYPE, Ground, Receipt, read_receipt, sign_receipt
from comity.strict import write_json

KEY, STRANGER = SigningKey.from_seed(b"\1" * 32), SigningKey.from_seed(b"\2" * 32)
KEYS = {KEY.fingerprint: KEY.public}
GROUND = Ground("north-south-2026 art. 5(2)", "onward passing needs the originator's consent")

RECEIPT = Receipt(
    by="south.example",
    to="north.example",
    envelope="ab" * 32,
    message="cd" * 32,
    channel="0f" * 16,
    sequence=7,
    status="accepted",
    grounds=(),
    contiguous=7,
    checkpoint="south.example/channel/…\n",
    at=datetime(2031, 3, 14, 9, tzinfo=UTC),
)


def changed(**fields: Any) -> Receipt:
    return msgspec.structs.replace(RECEIPT, **fields)


@pytest.mark.parametrize(
    "receipt",
    [
        RECEIPT,
        changed(status="duplicate"),
        changed(status="quarantined", grounds=(GROUND,)),
        changed(status="quarantined", grounds=(GROUND,), message=None, checkpoint=""),
        changed(status="waiting", message=None, contiguous=0),
    ],
)
def test_receipts_come_back_as_they_were_signed(receipt: Receipt) -> None:
    assert read_receipt(sign_receipt(receipt, KEY), KEYS) == receipt


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"message": None}, "`accepted` without the id of a message"),
        ({"status": "duplicate", "message": None}, "`duplicate` without the id of a message"),
        ({"grounds": (GROUND,)}, "`accepted` with grounds"),
        ({"status": "quarantined"}, "`quarantined` without a ground"),
        ({"status": "quarantined", "grounds": (GROUND,) * 65}, "more than 64 grounds"),
        ({"sequence": 0}, "sequence is less than 1"),
        ({"by": "South"}, "not both DNS names"),
        ({"by": "north.example"}, "the same Party"),
    ],
)
def test_a_receipt_that_contradicts_itself_is_neither_signed_nor_read(
    fields: dict[str, Any], reason: str
) -> None:
    receipt = changed(**fields)
    with pytest.raises(BadInput, match=reason):
        sign_receipt(receipt, KEY)
    forged = signing.to_bytes(signing.sign(PAYLOAD_TYPE, write_json(receipt), KEY))
    with pytest.raises(ForeignInput, match=reason):
        read_receipt(forged, KEYS)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"status": "lost"}, "$.status"),
        ({"envelope": "AB" * 32}, "$.envelope"),
        ({"envelope": "ab" * 32 + "\n"}, "$.envelope"),
        ({"message": "ab"}, "$.message"),
        ({"channel": "0f" * 15}, "$.channel"),
        ({"contiguous": -1}, "$.contiguous"),
        ({"checkpoint": "x" * 8193}, "$.checkpoint"),
        ({"grounds": ({"ref": "x" * 1001, "text": ""},)}, "$.grounds"),
    ],
)
def test_fields_out_of_bounds_are_named(fields: dict[str, Any], place: str) -> None:
    payload = write_json(msgspec.to_builtins(RECEIPT) | fields)
    with pytest.raises(ForeignInput) as refusal:
        read_receipt(signing.to_bytes(signing.sign(PAYLOAD_TYPE, payload, KEY)), KEYS)
    assert place in str(refusal.value)


def test_only_the_receiver_receipts() -> None:
    with pytest.raises(VerificationFailed, match="no signature under a key known for this"):
        read_receipt(sign_receipt(RECEIPT, STRANGER), KEYS)
