"""Sealed letters: round trip, and everything that can be done to them on the way."""

import hashlib
import os
import struct
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import BadInput, ForeignInput, VerificationFailed
from comity.keys import SealingKey, SigningKey
from comity.sealing.envelope import envelope_digest, open_envelope, peek, seal, verify_envelope
from comity.sealing.layout import (
    CHUNK,
    MAX_ENVELOPE,
    MAX_PADDED,
    envelope_size,
    header_size,
    read_header,
    write_header,
)
from comity.signing import pae

SENDER, STRANGER = SigningKey.from_seed(b"\1" * 32), SigningKey.from_seed(b"\2" * 32)
BOX, DESK, OTHER = (SealingKey.from_seed(bytes([number]) * 96) for number in (3, 4, 5))
BOX_NAME, DESK_NAME, OTHER_NAME = (bytes([number]) * 16 for number in (3, 4, 5))
CHANNEL, SIGNER_NAME = b"c" * 16, b"s" * 16
KEYS = {BOX_NAME: BOX}


def sealed(inner: bytes, **terms: Any) -> bytes:
    defaults: dict[str, Any] = {
        "channel": CHANNEL,
        "sequence": 7,
        "card_version": 3,
        "recipients": [(BOX_NAME, BOX.public)],
        "signer": SENDER,
        "signer_key_name": SIGNER_NAME,
    }
    return seal(inner, **(defaults | terms))


def opened(data: bytes, keys: dict[bytes, SealingKey] = KEYS) -> bytes:
    return open_envelope(verify_envelope(data, SENDER.public), keys)


LETTER = sealed(b"a small letter")


def signed_again(data: bytes) -> bytes:
    """Sign altered bytes as a sender gone bad would, so that only what lies under the signature can refuse them."""
    header = read_header(data)
    start = header_size(len(header.wraps))
    digest = hashlib.sha256(data[start:-64]).digest()
    return data[:-64] + SENDER.sign(pae("application/vnd.comity.envelope;version=1", data[:start] + digest))


@pytest.mark.parametrize(
    "size", [0, 1, 14, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 300_000]
)
def test_what_was_sealed_is_opened(size: int) -> None:
    inner = os.urandom(size)
    assert opened(sealed(inner)) == inner


@given(st.binary(max_size=200), st.integers(0, 3000))
@settings(max_examples=40, derandomize=True, deadline=None)
def test_any_content_at_any_least_size_comes_back(inner: bytes, at_least: int) -> None:
    data = sealed(inner, at_least=at_least)
    assert opened(data) == inner
    assert peek(data).padded_size >= at_least


def test_the_header_in_clear_says_what_it_should_and_no_more() -> None:
    header = peek(LETTER)
    assert (header.channel, header.sequence, header.signer) == (CHANNEL, 7, SIGNER_NAME)
    assert (header.card_version, header.padded_size) == (3, 16)
    assert [wrap.key_name for wrap in header.wraps] == [BOX_NAME]
    assert len(LETTER) == envelope_size(header) == 93 + 1184 + 16 + 16 + 64


def test_each_key_of_the_recipient_opens_it() -> None:
    data = sealed(
        b"x", recipients=[(BOX_NAME, BOX.public), (DESK_NAME, DESK.public), (OTHER_NAME, OTHER.public)]
    )
    for name, key in ((BOX_NAME, BOX), (DESK_NAME, DESK), (OTHER_NAME, OTHER)):
        assert opened(data, {name: key}) == b"x"


def test_two_envelopes_of_one_message_share_nothing_but_the_header() -> None:
    again = sealed(b"a small letter")
    assert again != LETTER
    assert envelope_digest(again) != envelope_digest(LETTER)


def test_the_digest_is_the_same_before_and_after_verifying() -> None:
    assert verify_envelope(LETTER, SENDER.public).digest == envelope_digest(LETTER)


def test_others_cannot_open_it() -> None:
    for keys in ({}, {OTHER_NAME: OTHER}):
        with pytest.raises(VerificationFailed, match="for none of the keys held here"):
            opened(LETTER, keys)
    with pytest.raises(VerificationFailed, match="does not open"):
        opened(LETTER, {BOX_NAME: OTHER})


def test_only_the_senders_key_verifies_it() -> None:
    with pytest.raises(VerificationFailed, match="does not hold"):
        verify_envelope(LETTER, STRANGER.public)


def refused(data: bytes) -> None:
    with pytest.raises((ForeignInput, VerificationFailed)):
        opened(data)


def test_no_length_but_its_own() -> None:
    for length in range(len(LETTER)):
        refused(LETTER[:length])
    for more in (b"\0", LETTER, bytes(64)):
        refused(LETTER + more)
        refused(more + LETTER)


@pytest.mark.parametrize("start", range(8))
def test_no_bit_can_be_flipped(start: int) -> None:
    for place in range(start, len(LETTER), 8):
        data = bytearray(LETTER)
        data[place] ^= 1 << (place + start) % 8
        refused(bytes(data))


@pytest.mark.parametrize("place", [*range(93), 93, 108, 109, 500, 1229, 1276, 1277, 1290, 1292, 1307])
def test_no_bit_can_be_flipped_even_by_the_sender_after_sealing(place: int) -> None:
    """Under a fresh signature: the core is bound to wraps and chunks, wraps and chunks to themselves."""
    data = bytearray(LETTER)
    data[place] ^= 1
    try:
        again = signed_again(bytes(data))
    except ForeignInput:
        return
    refused(again)


BIG = sealed(os.urandom(3 * CHUNK - 1))
BIG_START = header_size(1)


def chunk(data: bytes, number: int) -> bytes:
    return data[BIG_START + number * (CHUNK + 16) :][: CHUNK + 16]


def test_chunks_cannot_be_reordered_repeated_or_left_out() -> None:
    head, tail = BIG[:BIG_START], BIG[-64:]
    one, two, three = (chunk(BIG, number) for number in range(3))
    assert head + one + two + three + tail == BIG
    for body in (two + one + three, one + one + three, one + three + two):
        with pytest.raises(VerificationFailed, match="was altered or is not where it belongs"):
            opened(signed_again(head + body + tail))


def test_a_body_cannot_be_cut_at_the_border_of_a_chunk() -> None:
    """The header is rewritten to match, and signed: the binding of chunks and the last-chunk mark still refuse it."""
    header = msgspec.structs.replace(peek(BIG), padded_size=2 * CHUNK)
    cut = write_header(header) + chunk(BIG, 0) + chunk(BIG, 1) + bytes(64)
    refused(signed_again(cut))


def test_chunks_of_two_envelopes_do_not_mix() -> None:
    other = sealed(os.urandom(3 * CHUNK - 1))
    mixed = BIG[:BIG_START] + chunk(BIG, 0) + chunk(other, 1) + chunk(BIG, 2) + BIG[-64:]
    with pytest.raises(VerificationFailed, match="chunk 1 was altered"):
        opened(signed_again(mixed))


def test_a_wrap_does_not_open_in_another_envelope() -> None:
    other = sealed(b"a small letter", sequence=8)
    moved = LETTER[:93] + other[93 : header_size(1)] + LETTER[header_size(1) :]
    with pytest.raises(VerificationFailed, match="does not open"):
        opened(signed_again(moved))


def test_a_recipient_cannot_be_added_or_taken_away_unseen() -> None:
    """The signature covers the wraps: the list of recipients is the sender's word."""
    both = sealed(b"x", recipients=[(BOX_NAME, BOX.public), (DESK_NAME, DESK.public)])
    header = peek(both)
    for wraps in (header.wraps[:1], header.wraps[::-1]):
        data = write_header(msgspec.structs.replace(header, wraps=wraps)) + both[header_size(2) :]
        with pytest.raises(VerificationFailed, match="does not hold"):
            opened(data)


def test_two_recipients_cannot_be_shown_two_contents() -> None:
    """A wrap with another secret than the one committed to is found before anything is decrypted."""
    header = peek(LETTER)
    info = b"comity-envelope-v1" + header.core_digest
    wrap = msgspec.structs.replace(header.wraps[0], wrapped=BOX.public.wrap(b"z" * 32, info))
    data = write_header(msgspec.structs.replace(header, wraps=(wrap,))) + LETTER[header_size(1) :]
    with pytest.raises(VerificationFailed, match="not the one the header commits to"):
        opened(signed_again(data))


def field(offset: int, form: str, value: int | bytes) -> bytes:
    data = bytearray(LETTER)
    struct.pack_into(form, data, offset, value)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "0 bytes, shorter than any header"),
        (LETTER[:92], "92 bytes, shorter than any header"),
        (LETTER[:93], "93 bytes, shorter than its header of 1277"),
        (LETTER[:1300], "1300 bytes where its header announces 1373"),
        (field(0, "6s", b"comity"), "does not begin as one"),
        (field(6, "B", 0), "version 0, only 1 is known here"),
        (field(6, "B", 2), "version 2, only 1 is known here"),
        (field(7, "B", 1), "suite 1, only 2 is opened here"),
        (field(7, "B", 3), "suite 3, only 2 is opened here"),
        (field(24, ">Q", 0), "sequence is 0 or beyond 53 bits"),
        (field(24, ">Q", 2**53), "sequence is 0 or beyond 53 bits"),
        (field(48, ">I", 0), "card version is 0 or beyond 31 bits"),
        (field(48, ">I", 2**31), "card version is 0 or beyond 31 bits"),
        (field(52, ">Q", 0), "padded size 0 where"),
        (field(52, ">Q", MAX_PADDED + 1), "padded size 134217729 where"),
        (field(52, ">Q", 2**63), "padded size 9223372036854775808 where"),
        (field(52, ">Q", 129), "129 is not a size that padding gives"),
        (field(52, ">Q", MAX_PADDED), "1373 bytes where its header announces"),
        (field(92, "B", 0), "0 wraps where 1 to 16 belong"),
        (field(92, "B", 17), "17 wraps where 1 to 16 belong"),
        (field(92, "B", 255), "255 wraps where 1 to 16 belong"),
        (field(92, "B", 2), "1373 bytes, shorter than its header of 2461"),
        (LETTER[:92] + b"\2" + LETTER[93:1277] * 2 + LETTER[1277:], "two wraps for one key"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_headers_out_of_bounds_are_refused_unopened(data: bytes, reason: str) -> None:
    with pytest.raises(ForeignInput) as refusal:
        peek(data)
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"recipients": []}, "0 recipient keys"),
        ({"recipients": [(bytes([n]) * 16, BOX.public) for n in range(17)]}, "17 recipient keys"),
        (
            {"recipients": [(BOX_NAME, BOX.public), (BOX_NAME, DESK.public)]},
            "two recipient keys under one name",
        ),
        ({"recipients": [(b"short", BOX.public)]}, "a name is not 16 bytes"),
        ({"channel": b"short"}, "a name is not 16 bytes"),
        ({"signer_key_name": bytes(17)}, "a name is not 16 bytes"),
        ({"sequence": 0}, "sequence is 0"),
        ({"sequence": 2**53}, "beyond 53 bits"),
        ({"card_version": 0}, "card version is 0"),
        ({"at_least": MAX_PADDED + 1}, "at_least"),
    ],
)
def test_sealing_refuses_what_could_not_be_read(terms: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        sealed(b"x", **terms)


def test_every_mistake_of_a_caller_is_told() -> None:
    with pytest.raises(BadInput) as refusal:
        sealed(b"x", channel=b"", sequence=0, card_version=0)
    assert len(refusal.value.mistakes) == 3


def test_content_at_the_limit_and_one_over() -> None:
    """The largest envelope is exactly as large as carriers are told."""
    wraps = [(bytes([n]) * 16, BOX.public) for n in range(16)]
    inner = bytes(MAX_PADDED - 1)
    data = sealed(inner, recipients=wraps)
    assert len(data) == MAX_ENVELOPE
    assert opened(data, {bytes(16): BOX}) == inner
    with pytest.raises(BadInput, match="more than an envelope takes"):
        sealed(inner + b"\0")


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda end: LETTER[:90] + end + LETTER[150:]))
@settings(max_examples=150, derandomize=True, deadline=None)
def test_any_bytes_are_refused_in_words(data: bytes) -> None:
    refused(data)
