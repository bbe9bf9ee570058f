"""Keys: known vectors, hostile keys and signatures, and private keys under a passphrase."""

import hashlib
import json

import pytest

from comity.errors import BadInput, ForeignInput, VerificationFailed
from comity.keys import (
    _SMALL_ORDER_U,
    _SMALL_ORDER_Y,
    SealingKey,
    SealingPublic,
    SigningKey,
    VerifyKey,
    is_key_name,
    lock,
    unlock,
)

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493

SIGNING = SigningKey.from_seed(bytes(range(32)))
SEALING = SealingKey.from_seed(bytes(range(96)))
LOCKED = lock(SIGNING, "correct horse")


def test_signs_as_rfc_8032_says() -> None:
    """RFC 8032 §7.1, test 2."""
    key = SigningKey.from_seed(
        bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    )
    assert key.public.raw.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert key.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    key.public.verify(key.sign(b"\x72"), b"\x72")


def test_a_key_is_named_by_the_digest_of_its_public_bytes() -> None:
    assert SIGNING.fingerprint == "ed25519:" + hashlib.sha256(SIGNING.public.raw).hexdigest()
    assert SEALING.fingerprint == "mlkem768x25519:" + hashlib.sha256(SEALING.public.raw).hexdigest()
    assert is_key_name(SIGNING.fingerprint)
    assert is_key_name(SEALING.fingerprint)
    assert not is_key_name("ed25519:" + "A" * 64)
    assert not is_key_name("rsa:" + "a" * 64)
    assert not is_key_name("ed25519:" + "a" * 63)


@pytest.mark.parametrize("bit", range(0, 512, 7))
def test_no_signature_survives_a_flipped_bit(bit: int) -> None:
    signature = bytearray(SIGNING.sign(b"text"))
    signature[bit // 8] ^= 1 << bit % 8
    with pytest.raises(VerificationFailed):
        SIGNING.public.verify(bytes(signature), b"text")


def test_a_signature_is_not_stretched_by_the_group_order() -> None:
    """S + L signs the same under lax readers (RFC 8032 §5.1.7 forbids it)."""
    signature = SIGNING.sign(b"text")
    stretched = int.from_bytes(signature[32:], "little") + ORDER
    with pytest.raises(VerificationFailed):
        SIGNING.public.verify(signature[:32] + stretched.to_bytes(32, "little"), b"text")


@pytest.mark.parametrize("signature", [b"", b"x", bytes(63), bytes(65), bytes(64)])
def test_a_signature_of_the_wrong_shape_fails_and_does_not_crash(signature: bytes) -> None:
    with pytest.raises(VerificationFailed, match="does not hold"):
        SIGNING.public.verify(signature, b"text")


def eight_times(y: int) -> tuple[int, int, int] | None:
    """Give eight times the point of edwards25519 with this y (projective), or None where there is none."""
    d = -121665 * pow(121666, -1, P) % P
    square = (y * y - 1) * pow(d * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square:
        return None
    point = (x, y, 1)
    for _ in range(3):  # RFC 8032 §5.1.4, doubling in plain affine terms
        a, b, z = point
        a, b = a * pow(z, -1, P) % P, b * pow(z, -1, P) % P
        k = d * a * a * b * b % P
        point = (2 * a * b * pow(1 + k, -1, P) % P, (b * b + a * a) * pow(1 - k, -1, P) % P, 1)
    return point


def test_the_table_of_small_points_holds_points_of_small_order() -> None:
    for y in _SMALL_ORDER_Y:
        assert eight_times(y) == (0, 1, 1)
    # The map from Edwards to Montgomery form, u = (1+y)/(1-y), gives the table of the other curve (RFC 7748 §4.1).
    mapped = {(1 + y) * pow(1 - y, -1, P) % P for y in _SMALL_ORDER_Y - {1}}
    assert mapped <= _SMALL_ORDER_U
    assert mapped | {P - 1} == _SMALL_ORDER_U  # P - 1 lies on the twist


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("y", [*sorted(_SMALL_ORDER_Y), P, P + 1])
def test_refuses_verify_keys_under_which_one_signature_fits_many_texts(y: int, sign: int) -> None:
    with pytest.raises(BadInput, match="small order or a second spelling"):
        VerifyKey((y | sign << 255).to_bytes(32, "little"))


@pytest.mark.parametrize("u", [*sorted(_SMALL_ORDER_U), P, P + 1])
def test_refuses_sealing_keys_whose_curve_half_is_small(u: int) -> None:
    raw = SEALING.public.raw[:1184]
    for top in (0, 1 << 255):
        with pytest.raises(BadInput, match="X25519 half"):
            SealingPublic(raw + (u | top).to_bytes(32, "little"))


def test_refuses_a_lattice_key_out_of_range() -> None:
    """FIPS 203 §7.2: the encapsulation key must re-encode to itself."""
    with pytest.raises(BadInput, match="ML-KEM-768 half"):
        SealingPublic(b"\xff" * 1184 + SEALING.public.raw[1184:])


@pytest.mark.parametrize("length", [0, 31, 33, 1215, 1217])
def test_keys_of_another_length_are_refused(length: int) -> None:
    raw = b"\x09" * length
    for make in (VerifyKey, SealingPublic, SigningKey.from_seed, SealingKey.from_seed):
        with pytest.raises(BadInput, match=f"{length} bytes where"):
            make(raw)


def test_raw_forms_rebuild_the_same_keys() -> None:
    assert SigningKey.from_seed(SIGNING.raw).public == SIGNING.public
    assert SealingKey.from_seed(SEALING.raw).public == SEALING.public
    assert len(SEALING.public.raw) == 1216
    assert SealingPublic(SEALING.public.raw) == SEALING.public


def test_a_wrap_opens_only_with_its_key_and_its_binding() -> None:
    wrapped = SEALING.public.wrap(b"k" * 32, b"here")
    assert len(wrapped) == 1120 + 32 + 16
    assert SEALING.unwrap(wrapped, b"here") == b"k" * 32
    for key, data, info in [
        (SEALING, wrapped, b"elsewhere"),
        (SealingKey.generate(), wrapped, b"here"),
        (SEALING, wrapped[:-1], b"here"),
        (SEALING, wrapped + b"\0", b"here"),
        (SEALING, b"", b"here"),
        (SEALING, bytes([wrapped[0] ^ 1]) + wrapped[1:], b"here"),
        (SEALING, wrapped[:1130] + bytes([wrapped[1130] ^ 1]) + wrapped[1131:], b"here"),
    ]:
        with pytest.raises(VerificationFailed, match="does not open"):
            key.unwrap(data, info)


def test_private_keys_do_not_print_themselves() -> None:
    for key in (SIGNING, SEALING):
        assert key.fingerprint in repr(key)
        assert key.raw.hex()[:16] not in repr(key)


@pytest.mark.parametrize("key", [SIGNING, SEALING])
def test_a_locked_key_opens_with_its_passphrase(key: SigningKey | SealingKey) -> None:
    data = lock(key, "zażółć gęślą")
    assert key.raw not in data
    opened = unlock(
        data, "zaz\u0307o\u0301łc\u0301 ge\u0328s\u0301la\u0328"
    )  # the same text from another keyboard
    assert opened.raw == key.raw
    assert type(opened) is type(key)


def test_a_wrong_passphrase_says_so() -> None:
    with pytest.raises(VerificationFailed, match="wrong passphrase"):
        unlock(LOCKED, "correct house")


def test_an_empty_passphrase_locks_nothing() -> None:
    with pytest.raises(BadInput, match="empty"):
        lock(SIGNING, "")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": "comity-locked-key-v0"}, "not in the format"),
        ({"name": "ed448:" + "0" * 64}, "not in the format"),
        ({"salt": "AAAA"}, "salt: 3 bytes where 16 belong"),
        ({"nonce": "*"}, "nonce: not base64"),
        ({"locked": ""}, "locked: 0 bytes where 48 belong"),
        ({"memory": 2**40}, "unknown field `memory`"),
    ],
)
def test_a_damaged_key_file_is_named_before_any_work_is_done(change: dict[str, object], reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        unlock(json.dumps(json.loads(LOCKED) | change).encode(), "correct horse")


def test_a_key_file_cannot_be_relabelled() -> None:
    other = json.loads(LOCKED) | {"name": "ed25519:" + "0" * 64}
    with pytest.raises(VerificationFailed, match="altered"):
        unlock(json.dumps(other).encode(), "correct horse")


@pytest.mark.parametrize("cut", [0, 1, 100, len(LOCKED) - 2])
def test_a_truncated_key_file_is_refused(cut: int) -> None:
    with pytest.raises(ForeignInput):
        unlock(LOCKED[:cut], "correct horse")
