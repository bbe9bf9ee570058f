"""What a receiver signs about an envelope.

A receipt says what became of sealed bytes: that they count, counted already, were set aside and on which grounds, or
wait for a person or an earlier number. It also carries how far the receiver's record is without a gap, and the
checkpoint of the receiver's channel journal in which the receipt of this envelope is entered. The sender keeps both:
a later journal that no longer contains the entry is then shown to have been rewritten. A refusal is a receipt too.

Source: `specs/envelope.md` §7.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec

from comity import signing
from comity.errors import BadInput, ForeignInput
from comity.identifiers import is_party_id
from comity.keys import SigningKey, VerifyKey
from comity.strict import MAX_INTEGER, read_as, write_json

__all__ = [
    "MAX_GROUNDS",
    "MAX_RECEIPT_BYTES",
    "MAX_TEXT",
    "PAYLOAD_TYPE",
    "Ground",
    "Receipt",
    "read_receipt",
    "sign_receipt",
]

PAYLOAD_TYPE: Final = "application/vnd.comity.receipt+json;version=1"
MAX_RECEIPT_BYTES: Final = 64 * 1024
MAX_GROUNDS: Final = 64

HexDigest = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
HexName = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_INTEGER)]
#: Longest ref or text of a ground.
MAX_TEXT: Final = 1000
Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]

Status = Literal["accepted", "duplicate", "quarantined", "waiting"]


class Ground(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why an envelope was set aside: an article or rule, and one sentence without any content."""

    ref: Text
    text: Text


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One signed answer to one envelope.

    Attributes:
        by, to: receiver and sender of the envelope, Party ids.
        envelope: digest of the sealed bytes (`envelope_digest`).
        message: id of the message inside, or None where it could not be opened.
        channel: the envelope's channel, hexadecimal.
        sequence: the envelope's number in it.
        status: `accepted` it counts; `duplicate` it counted already; `quarantined` it was set aside; `waiting` it is
            kept and not yet decided.
        grounds: why it was set aside or waits; empty otherwise.
        contiguous: the highest number up to which the receiver has every envelope of this channel.
        checkpoint: signed note of the receiver's journal of this channel (`comity.journal.checkpoint`); empty where the
            receiver has none for it, as with a channel it does not know.
        at: when the receiver decided so.
    """

    by: str
    to: str
    envelope: HexDigest
    message: HexDigest | None
    channel: HexName
    sequence: Count
    status: Status
    grounds: tuple[Ground, ...]
    contiguous: Count
    checkpoint: Annotated[str, msgspec.Meta(max_length=8192)]
    at: Annotated[datetime, msgspec.Meta(tz=True)]


def sign_receipt(receipt: Receipt, key: SigningKey) -> bytes:
    """Sign a receipt and give the DSSE envelope to send.

    Raises:
        BadInput: the receipt contradicts itself. All mistakes are given.
    """
    mistakes = _mistakes(receipt)
    if mistakes:
        raise BadInput(*mistakes)
    return signing.to_bytes(signing.sign(PAYLOAD_TYPE, write_json(receipt), key))


def read_receipt(data: bytes, keys: Mapping[str, VerifyKey]) -> Receipt:
    """Check and read a receipt.

    Args:
        data: the DSSE envelope as it came.
        keys: the receiver's keys that may sign receipts (card function `control`), by fingerprint.

    Raises:
        ForeignInput: it is not a receipt, or contradicts itself.
        VerificationFailed: none of the keys signed it.
    """
    signed = signing.from_bytes(data, max_bytes=MAX_RECEIPT_BYTES, what="receipt")
    payload = signing.verify(signed, PAYLOAD_TYPE, keys)
    receipt = read_as(payload, Receipt, max_bytes=MAX_RECEIPT_BYTES, what="receipt")
    mistakes = _mistakes(receipt)
    if mistakes:
        raise ForeignInput(*mistakes)
    return receipt


def _mistakes(receipt: Receipt) -> list[str]:
    counts = receipt.status in {"accepted", "duplicate"}
    rules = (
        (
            is_party_id(receipt.by) and is_party_id(receipt.to),
            "by and to are not both DNS names in lower case",
        ),
        (receipt.by != receipt.to, "by and to are the same Party"),
        (receipt.sequence > 0, "sequence is less than 1"),
        (not counts or receipt.message is not None, f"`{receipt.status}` without the id of a message"),
        (not counts or not receipt.grounds, f"`{receipt.status}` with grounds"),
        (receipt.status != "quarantined" or bool(receipt.grounds), "`quarantined` without a ground"),
        (len(receipt.grounds) <= MAX_GROUNDS, f"more than {MAX_GROUNDS} grounds"),
    )
    return [f"receipt: {mistake}" for holds, mistake in rules if not holds]
