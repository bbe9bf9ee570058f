"""DSSE: known bytes, several signatures, and tables of what is refused."""

import json
from typing import Any

import pytest

from comity.errors import ForeignInput, VerificationFailed
from comity.keys import SigningKey
from comity.signing import (
    Signature,
    Signed,
    add_signature,
    from_bytes,
    pae,
    sign,
    signers,
    to_bytes,
    verify,
    verify_all,
)

TYPE = "application/vnd.comity.consent+json"
A, B, C = (SigningKey.from_seed(bytes([number]) * 32) for number in (1, 2, 3))
KNOWN = {key.fingerprint: key.public for key in (A, B)}
SIGNED = sign(TYPE, b'{"by":"north.example"}', A)


def test_pae_is_that_of_the_specification() -> None:
    """The worked example of DSSE protocol.md."""
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert pae("", b"") == b"DSSEv1 0  0 "
    assert pae("ż", b"\x00 ") == b"DSSEv1 2 \xc5\xbc 2 \x00 "


def test_no_two_pairs_of_type_and_payload_share_their_encoding() -> None:
    assert pae("a", b"1 b") != pae("a 1", b"b")
    assert pae("a 3 1", b"b") != pae("a", b"1 1 b")


def test_verifying_gives_back_the_exact_bytes() -> None:
    assert verify(from_bytes(to_bytes(SIGNED)), TYPE, KNOWN) == b'{"by":"north.example"}'


def test_the_reader_takes_any_json_spelling_of_the_envelope() -> None:
    """The signature is over the payload, so white space and field order of the envelope around it are free."""
    file = json.loads(to_bytes(SIGNED))
    reordered = json.dumps(dict(reversed(file.items())), indent=2).encode()
    assert from_bytes(reordered) == SIGNED


def test_signatures_under_unknown_keys_are_passed_over() -> None:
    both = sign(TYPE, b"x", C, A)
    assert verify(both, TYPE, KNOWN) == b"x"
    assert signers(both, TYPE, KNOWN) == {A.fingerprint}


def test_nothing_is_verified_when_only_unknown_keys_signed() -> None:
    with pytest.raises(VerificationFailed, match="no signature under a key known for this"):
        verify(sign(TYPE, b"x", C), TYPE, KNOWN)
    with pytest.raises(VerificationFailed, match="no signature under a key known for this"):
        verify(SIGNED, TYPE, {})


def test_all_means_every_key_that_was_asked_for() -> None:
    assert verify_all(sign(TYPE, b"x", A, B, C), TYPE, KNOWN) == b"x"
    with pytest.raises(VerificationFailed, match=f"not signed by {B.fingerprint[:24]}"):
        verify_all(sign(TYPE, b"x", A), TYPE, KNOWN)
    with pytest.raises(ValueError, match="at least one key"):
        verify_all(SIGNED, TYPE, {})


def test_a_forged_signature_beside_a_good_one_condemns_both() -> None:
    good = sign(TYPE, b"x", A)
    mixed = Signed(TYPE, b"x", (*good.signatures, Signature(B.fingerprint, bytes(64))))
    with pytest.raises(VerificationFailed, match="does not hold"):
        verify(mixed, TYPE, KNOWN)


def test_a_signature_is_not_taken_for_another_type_payload_or_key() -> None:
    mark = SIGNED.signatures[0]
    for forged in (
        Signed(TYPE, SIGNED.payload + b" ", (mark,)),
        Signed(TYPE, SIGNED.payload, (Signature(B.fingerprint, mark.sig),)),
    ):
        with pytest.raises(VerificationFailed, match="does not hold"):
            verify(forged, TYPE, KNOWN)
    with pytest.raises(VerificationFailed, match="is expected"):
        verify(SIGNED, "application/vnd.comity.card+json", KNOWN)
    relabelled = Signed("application/vnd.comity.card+json", SIGNED.payload, (mark,))
    with pytest.raises(VerificationFailed, match="does not hold"):
        verify(relabelled, "application/vnd.comity.card+json", KNOWN)


def test_a_key_filed_under_the_name_of_another_does_not_count() -> None:
    with pytest.raises(VerificationFailed, match="no signature"):
        verify(SIGNED, TYPE, {A.fingerprint: B.public})


def test_signing_again_replaces_and_others_add() -> None:
    more = add_signature(add_signature(SIGNED, A), B)
    assert [mark.keyid for mark in more.signatures] == [A.fingerprint, B.fingerprint]
    assert verify_all(more, TYPE, KNOWN)


@pytest.mark.parametrize("keys", [(), (A, A)])
def test_signing_needs_distinct_keys(keys: tuple[SigningKey, ...]) -> None:
    with pytest.raises(ValueError, match="at least one key"):
        sign(TYPE, b"x", *keys)


def changed(**fields: Any) -> bytes:
    return json.dumps(json.loads(to_bytes(SIGNED)) | fields).encode()


MARK = json.loads(to_bytes(SIGNED))["signatures"][0]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (changed(signatures=[]), "0 signatures where 1 to 256 belong"),
        (changed(signatures=[MARK] * 257), "257 signatures where 1 to 256 belong"),
        (changed(signatures=[MARK, MARK]), "signature 2: a second one under the same key"),
        (
            changed(signatures=[MARK | {"keyid": "root"}]),
            "signature 1: the key id is not the fingerprint of a key",
        ),
        (changed(signatures=[MARK | {"sig": "AAAA"}]), "signature 1: 3 bytes where 64 belong"),
        (changed(signatures=[MARK | {"sig": MARK["sig"].rstrip("=")}]), "signature 1: not base64"),
        (changed(signatures=[MARK | {"sig": MARK["sig"] + "\n"}]), "signature 1: not base64"),
        (changed(signatures=[MARK | {"public": "AAAA"}]), "unknown field `public`"),
        (changed(signatures=[{"sig": MARK["sig"]}]), "missing required field `keyid`"),
        (changed(payload="_-8="), "payload: not base64"),
        (changed(payload="QR=="), "payload: not"),
        (changed(payload=None), "expected `str`, got `null`"),
        (changed(payloadType=""), "the payload type is not a media type"),
        (changed(payloadType="text /plain"), "the payload type is not a media type"),
        (changed(payloadType="text/płain"), "the payload type is not a media type"),
        (changed(payloadType="x" * 201), "the payload type is not a media type"),
        (changed(alg="none"), "unknown field `alg`"),
        (to_bytes(SIGNED)[:-1], "not JSON"),
        (to_bytes(SIGNED) + b"{}", "data after the end"),
        (to_bytes(SIGNED)[:-1] + b',"payload":"QUI="}', "key 'payload' stands twice"),
        (b"[]", "expected `object`, got `array`"),
        (b"", "empty"),
    ],
)
def test_foreign_envelopes_are_refused_with_their_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ForeignInput) as refusal:
        from_bytes(data, what="consent")
    assert str(refusal.value).startswith("consent: ")
    assert reason in str(refusal.value)


def test_the_size_is_bounded_before_reading() -> None:
    with pytest.raises(ForeignInput, match="more than the 100 allowed"):
        from_bytes(to_bytes(SIGNED), max_bytes=100)


@pytest.mark.parametrize("bit", range(0, 8 * len(to_bytes(SIGNED)), 11))
def test_no_flipped_bit_yields_another_payload(bit: int) -> None:
    data = bytearray(to_bytes(SIGNED))
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises((ForeignInput, VerificationFailed)):
        verify(from_bytes(bytes(data)), TYPE, KNOWN)
