"""Sealed letters: seal, look at, verify, open.

The life of an envelope, each step possible only on the result of the one before:

1. `seal`: a fresh secret; body in chunks under a key derived from it; the secret wrapped for every key of the
   recipient; header and ciphertext digest signed;
2. `peek`: read what stands in clear, to find out whose it may be. Nothing is believed yet;
3. `verify_envelope`: the sender's signature, without opening, by whoever knows the sender's key;
4. `open_envelope`: unwrap, check the commitment, decrypt. Nothing is given out before every chunk has been checked.

Every wrap and every chunk is bound to the header without wraps, and the signature covers the header with them, so an
envelope cannot be re-addressed, re-ordered, shortened, lengthened or spliced. Source: `specs/envelope.md` §3–§4.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from comity.errors import BadInput, VerificationFailed
from comity.keys import SIGNATURE_BYTES, SealingKey, SealingPublic, SigningKey, VerifyKey
from comity.sealing.layout import (
    CHUNK,
    MAX_PADDED,
    MAX_WRAPS,
    NAME,
    TAG,
    Header,
    Wrap,
    ciphertext_size,
    envelope_size,
    header_size,
    read_envelope_header,
    write_header,
)
from comity.sealing.padding import padding_for, unpad
from comity.signing import pae
from comity.strict import MAX_INTEGER

__all__ = ["VerifiedEnvelope", "envelope_digest", "open_envelope", "peek", "seal", "verify_envelope"]

_SIGNED_AS: Final = "application/vnd.comity.envelope;version=1"
_INFO: Final = b"comity-envelope-v1"


class VerifiedEnvelope:
    """An envelope whose signature held. Made by `verify_envelope` only.

    Attributes:
        header: what stands in clear, now known to be the sender's word.
        data: the whole envelope.
        signer: the key that signed.
        digest: identity of these sealed bytes, hexadecimal; the same message sealed again has another.
    """

    __slots__ = ("data", "digest", "header", "signer")

    def __init__(self, header: Header, data: bytes, signer: VerifyKey, digest: str) -> None:
        self.header = header
        self.data = data
        self.signer = signer
        self.digest = digest


def seal(
    inner: bytes,
    *,
    channel: bytes,
    sequence: int,
    card_version: int,
    recipients: Sequence[tuple[bytes, SealingPublic]],
    signer: SigningKey,
    signer_key_name: bytes,
    at_least: int = 0,
) -> bytes:
    """Seal one message for one Party.

    Args:
        inner: the message (`comity.sealing.inner`), below 128 MiB.
        channel: 16 bytes that name the channel.
        sequence: its number in the channel, from 1.
        card_version: version of the sender's card in which `signer` stands.
        recipients: the Party's keys, each with the 16-byte name it is called by.
        signer: the sender's key, and `signer_key_name` what the recipient calls it.
        at_least: smaller content is padded up to this many bytes.

    Raises:
        BadInput: an argument is out of bounds. All mistakes are given.
    """
    names = [name for name, _ in recipients]
    _check(
        (len(inner) < MAX_PADDED, f"{len(inner)} bytes of content, more than an envelope takes"),
        (at_least <= MAX_PADDED, "at_least is more than an envelope takes"),
        (0 < len(names) <= MAX_WRAPS, f"{len(names)} recipient keys where 1 to {MAX_WRAPS} belong"),
        (len(set(names)) == len(names), "two recipient keys under one name"),
        (all(len(name) == NAME for name in (channel, signer_key_name, *names)), "a name is not 16 bytes"),
        (0 < sequence <= MAX_INTEGER, "sequence is 0 or beyond 53 bits"),
        (0 < card_version < 2**31, "card version is 0 or beyond 31 bits"),
    )
    padding = padding_for(len(inner), at_least)
    secret = os.urandom(32)
    bare = Header(
        channel, sequence, signer_key_name, card_version, len(inner) + len(padding), _commit(secret), ()
    )
    core_digest = bare.core_digest
    wraps = tuple(Wrap(name, key.wrap(secret, _INFO + core_digest)) for name, key in recipients)
    header = msgspec.structs.replace(bare, wraps=wraps)
    return _write(header, secret, inner, padding, signer)


def peek(data: bytes) -> Header:
    """Read what stands in clear. It may be anybody's word until `verify_envelope`.

    Raises:
        ForeignInput: it is not a whole envelope of this version and suite.
    """
    return read_envelope_header(data)


def verify_envelope(data: bytes, signer: VerifyKey) -> VerifiedEnvelope:
    """Check the sender's signature without opening.

    Args:
        data: the envelope.
        signer: the key that the receiver knows under the name `peek(data).signer`.

    Raises:
        ForeignInput: it is not a whole envelope of this version and suite.
        VerificationFailed: the signature does not hold.
    """
    header = read_envelope_header(data)
    signed, signature = _signed_part(header, data)
    signer.verify(signature, pae(_SIGNED_AS, signed))
    return VerifiedEnvelope(header, data, signer, _digest(signed, signature))


def envelope_digest(data: bytes) -> str:
    """Give the identity of sealed bytes, hexadecimal: SHA-256 over header, ciphertext digest and signature.

    Raises:
        ForeignInput: it is not a whole envelope of this version and suite.
    """
    return _digest(*_signed_part(read_envelope_header(data), data))


def open_envelope(verified: VerifiedEnvelope, keys: Mapping[bytes, SealingKey]) -> bytes:
    """Open an envelope and give the message inside, padding taken away.

    Args:
        verified: from `verify_envelope`.
        keys: the recipient's private keys by the names they are called by on envelopes.

    Raises:
        VerificationFailed: none of the wraps is for these keys, the wrap does not open, it holds another secret than
            the sender committed to, or a chunk was altered. Nothing of the content is given out.
    """
    header = verified.header
    core_digest = header.core_digest
    secret = _unwrap(header, keys, _INFO + core_digest)
    if not hmac.compare_digest(_commit(secret), header.commitment):
        raise VerificationFailed("envelope: the wrapped secret is not the one the header commits to")
    box = AESGCM(_expand(secret, b"body"))
    content = bytearray(header.padded_size)
    clear, data = memoryview(content), memoryview(verified.data)
    start = header_size(len(header.wraps))
    try:
        for index, place in enumerate(range(0, header.padded_size, CHUNK)):
            end = min(place + CHUNK, header.padded_size)
            here = start + place + index * TAG
            sealed = data[here : here + end - place + TAG]
            nonce, bound = _chunk_terms(core_digest, index, last=end == header.padded_size)
            box.decrypt_into(nonce, sealed, bound, clear[place:end])
    except InvalidTag:
        raise VerificationFailed(f"envelope: chunk {index} was altered or is not where it belongs") from None
    return bytes(unpad(content))


def _write(header: Header, secret: bytes, inner: bytes, padding: bytes, signer: SigningKey) -> bytes:
    """Encrypt chunk by chunk through one small buffer, digest each while it is warm, sign.

    The stream is brought to its final size first and given out without another copy.
    """
    box, core_digest, padded = AESGCM(_expand(secret, b"body")), header.core_digest, header.padded_size
    head = write_header(header)
    out, digest = BytesIO(), hashlib.sha256()
    out.seek(envelope_size(header) - 1)
    out.write(b"\0")
    out.seek(0)
    out.write(head)
    chunk = memoryview(bytearray(CHUNK + TAG))
    for index, place in enumerate(range(0, padded, CHUNK)):
        end = min(place + CHUNK, padded)
        sealed = chunk[: end - place + TAG]
        nonce, bound = _chunk_terms(core_digest, index, last=end == padded)
        box.encrypt_into(nonce, _slice(inner, padding, place, end), bound, sealed)
        digest.update(sealed)
        out.write(sealed)
    out.write(signer.sign(pae(_SIGNED_AS, head + digest.digest())))
    return out.getvalue()


def _slice(inner: bytes, padding: bytes, start: int, end: int) -> bytes | memoryview:
    """Give bytes `start` to `end` of content and padding without joining them."""
    if end <= len(inner):
        return memoryview(inner)[start:end]
    return inner[start:end] + padding[max(start - len(inner), 0) : end - len(inner)]


def _chunk_terms(core_digest: bytes, index: int, *, last: bool) -> tuple[bytes, bytes]:
    """Give nonce and bound data of a chunk.

    The key is used for this one envelope, so a counter is a nonce that never repeats; the last byte marks the end, so
    that a body cannot be cut at a chunk's border (STREAM, Hoang, Reyhanitabar, Rogaway and Vizár 2015).
    """
    return index.to_bytes(11) + (b"\1" if last else b"\0"), core_digest + index.to_bytes(8)


def _expand(secret: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(SHA256(), 32, _INFO + b" " + purpose).derive(secret)


def _commit(secret: bytes) -> bytes:
    """Bind to a secret without telling it; AES-GCM alone can decrypt one text to two contents under two keys."""
    return _expand(secret, b"commitment")


def _unwrap(header: Header, keys: Mapping[bytes, SealingKey], info: bytes) -> bytes:
    for wrap in header.wraps:
        key = keys.get(wrap.key_name)
        if key is not None:
            return key.unwrap(wrap.wrapped, info)
    raise VerificationFailed("envelope: sealed for none of the keys held here")


def _signed_part(header: Header, data: bytes) -> tuple[bytes, bytes]:
    start = header_size(len(header.wraps))
    end = start + ciphertext_size(header.padded_size)
    assert end == len(data) - SIGNATURE_BYTES
    return data[:start] + hashlib.sha256(memoryview(data)[start:end]).digest(), data[end:]


def _digest(signed: bytes, signature: bytes) -> str:
    return hashlib.sha256(signed + signature).hexdigest()


def _check(*conditions: tuple[bool, str]) -> None:
    mistakes = [f"envelope: {mistake}" for holds, mistake in conditions if not holds]
    if mistakes:
        raise BadInput(*mistakes)
