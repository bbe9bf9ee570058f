"""Messages inside envelopes: framing, address, id."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from comity.errors import BadInput, ForeignInput, VerificationFailed
from comity.keys import SealingKey, SigningKey
from comity.sealing.envelope import seal, verify_envelope
from comity.sealing.inner import MAX_HEAD, Head, Message, open_message, read_message, write_message

SENDER = SigningKey.from_seed(b"\1" * 32)
BOX = SealingKey.from_seed(b"\3" * 96)
NAME, CHANNEL = b"n" * 16, b"c" * 16

HEAD = Head(
    sender="north.example",
    recipient="south.example",
    channel=CHANNEL.hex(),
    sequence=7,
    suite="S2",
    type="disclosure",
    at=datetime(2031, 3, 14, 9, tzinfo=UTC),
    deployment="exercise",
    content={"item": "report-17", "articles": ["north-south-2026 art. 2(1)"]},
)


def changed(**fields: Any) -> Head:
    return msgspec.structs.replace(HEAD, **fields)


def deliver(head: Head, body: bytes = b"") -> Message:
    data = seal(
        write_message(head, body),
        channel=CHANNEL,
        sequence=7,
        card_version=1,
        recipients=[(NAME, BOX.public)],
        signer=SENDER,
        signer_key_name=b"s" * 16,
    )
    return open_message(
        verify_envelope(data, SENDER.public),
        {NAME: BOX},
        sender="north.example",
        recipient="south.example",
        deployment="exercise",
    )


def test_head_and_body_arrive() -> None:
    message = deliver(HEAD, b"\x00body\x80\x00")
    assert message.head == HEAD
    assert bytes(message.body) == b"\x00body\x80\x00"


def test_the_id_is_of_the_message_and_survives_sealing_again() -> None:
    written = write_message(HEAD, b"body")
    assert deliver(HEAD, b"body").id == deliver(HEAD, b"body").id == sha256(written).hexdigest()
    assert deliver(HEAD, b"bode").id != sha256(written).hexdigest()
    assert read_message(written).id == sha256(written).hexdigest()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"sender": "east.example"}, "sender `east.example` inside, `north.example` outside"),
        ({"recipient": "east.example"}, "recipient `east.example` inside, `south.example` outside"),
        ({"channel": "00" * 16}, "channel `00000000000000000000000000000000` inside"),
        ({"sequence": 8}, "sequence `8` inside, `7` outside"),
        ({"suite": "S1"}, "suite `S1` inside, `S2` outside"),
        ({"deployment": "production"}, "deployment `production` inside, `exercise` outside"),
    ],
)
def test_a_message_in_an_envelope_that_is_not_its_own_is_refused(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(VerificationFailed) as refusal:
        deliver(changed(**fields))
    assert reason in str(refusal.value)


def test_every_difference_is_named() -> None:
    with pytest.raises(VerificationFailed) as refusal:
        deliver(changed(sender="east.example", sequence=8))
    assert "sender" in str(refusal.value)
    assert "sequence" in str(refusal.value)


def framed(head: bytes, length: int | None = None) -> bytes:
    return (len(head) if length is None else length).to_bytes(4) + head


WRITTEN = write_message(HEAD)[4:]


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        (b"", "0 bytes, shorter than the head it announces"),
        (b"\0\0\0", "3 bytes, shorter"),
        (framed(b"{}", 3), "6 bytes, shorter"),
        (framed(b"", 0), "empty"),
        (framed(WRITTEN, 2**32 - 1), "shorter than the head it announces"),
        (framed(b" " * (MAX_HEAD + 1)), "more than the 4194304 allowed"),
        (framed(b"[]"), "expected `object`, got `array`"),
        (framed(WRITTEN[:-1] + b',"urgent":true}'), "unknown field `urgent`"),
        (framed(WRITTEN[:-1] + b',"sender":"north.example"}'), "key 'sender' stands twice"),
        (framed(WRITTEN.replace(b'"content":{', b'"content":{"n":1.5,')), "a number with a fraction"),
        (framed(WRITTEN.replace(b"north.example", b"North")), "sender `North` is not a DNS name"),
        (framed(WRITTEN.replace(CHANNEL.hex().encode(), b"zz")), "at `$.channel`"),
        (framed(WRITTEN.replace(b'"sequence":7', b'"sequence":0')), "sequence is less than 1"),
        (framed(WRITTEN.replace(b"disclosure", b"")), "type is empty"),
        (framed(WRITTEN.replace(b"09:00:00Z", b"09:00:00")), "at `$.at`"),
    ],
)
def test_broken_messages_are_refused_with_their_reason(inner: bytes, reason: str) -> None:
    with pytest.raises(ForeignInput) as refusal:
        read_message(inner)
    assert reason in str(refusal.value)


def test_every_cut_of_a_message_without_body_is_refused() -> None:
    written = write_message(HEAD)
    for length in range(len(written)):
        with pytest.raises(ForeignInput):
            read_message(written[:length])


def test_what_could_not_be_read_is_not_written() -> None:
    with pytest.raises(BadInput, match="more than the 4194304 allowed"):
        write_message(changed(content={"much": "x" * MAX_HEAD}))
    with pytest.raises(BadInput, match="recipient `South`"):
        write_message(changed(recipient="South"))
