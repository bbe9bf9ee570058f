"""Signatures over exact bytes: the DSSE envelope.

What is signed is the payload as it stands together with its type, joined by DSSE's pre-authentication encoding
(PAE), so that a signature over a card can never be shown as one over a consent. Nothing is parsed before it is
verified and nothing is serialised again afterwards: `verify` gives back the bytes that were signed.

>>> from comity.keys import SigningKey
>>> key = SigningKey.from_seed(bytes(32))
>>> signed = sign("text/plain", b"agreed", key)
>>> verify(from_bytes(to_bytes(signed)), "text/plain", {key.fingerprint: key.public})
b'agreed'

Keys always come from the reader's own knowledge (a card under a pinned root), never from the message. Source: DSSE
v1.0.2 (secure-systems-lab/dsse, protocol.md and envelope.md).
"""

from collections.abc import Mapping

import msgspec

from comity.errors import ForeignInput, VerificationFailed
from comity.keys import SIGNATURE_BYTES, SigningKey, VerifyKey, is_key_name
from comity.strict import read_as, read_base64, write_base64, write_json

__all__ = [
    "Signature",
    "Signed",
    "add_signature",
    "from_bytes",
    "pae",
    "sign",
    "signers",
    "to_bytes",
    "verify",
    "verify_all",
]

#: Caps on foreign envelopes. An agreement of many Parties gathers one signature for each function of each Party.
MAX_SIGNED_BYTES = 4 * 1024 * 1024
MAX_SIGNATURES = 256
MAX_PAYLOAD_TYPE = 200


class Signature(msgspec.Struct, frozen=True):
    """One signature: the fingerprint of the key it is under, and its 64 bytes."""

    keyid: str
    sig: bytes


class Signed(msgspec.Struct, frozen=True):
    """A payload with the signatures over it. That it exists says nothing about whether they hold.

    Attributes:
        payload_type: media type that says how the payload is to be read; part of what is signed.
        payload: the exact bytes.
        signatures: at least one, each under another key.
    """

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    payloadType: str  # noqa: N815  DSSE's own spelling
    payload: str
    signatures: list["_FileSignature"]


class _FileSignature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: str
    sig: str


def pae(payload_type: str, payload: bytes) -> bytes:
    """Join type and payload so that no two pairs give the same bytes (DSSE protocol.md, PAE)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload_type: str, payload: bytes, *keys: SigningKey) -> Signed:
    """Sign a payload with one key or several.

    Raises:
        ValueError: no key, or one key twice.
    """
    if not keys or len({key.fingerprint for key in keys}) != len(keys):
        raise ValueError("sign needs at least one key, and each only once")
    data = pae(payload_type, payload)
    return Signed(payload_type, payload, tuple(Signature(key.fingerprint, key.sign(data)) for key in keys))


def add_signature(signed: Signed, key: SigningKey) -> Signed:
    """Add a signature under another key; an earlier one under the same key is replaced.

    The caller has read the payload and means it: whoever signs answers for the bytes.
    """
    others = tuple(mark for mark in signed.signatures if mark.keyid != key.fingerprint)
    mine = Signature(key.fingerprint, key.sign(pae(signed.payload_type, signed.payload)))
    return msgspec.structs.replace(signed, signatures=(*others, mine))


def signers(signed: Signed, payload_type: str, keys: Mapping[str, VerifyKey]) -> frozenset[str]:
    """Give the names of the known keys that signed.

    Args:
        signed: what came.
        payload_type: the type the caller is about to read it as.
        keys: the keys the caller trusts for this, by fingerprint. Signatures under other names are passed over.

    Raises:
        VerificationFailed: it is of another type, or a signature under a *known* key does not hold: such an envelope
            was damaged or forged, and its other signatures are no reason to go on.
    """
    if signed.payload_type != payload_type:
        raise VerificationFailed(f"signed as `{signed.payload_type[:80]}` where `{payload_type}` is expected")
    data = pae(payload_type, signed.payload)
    held = set()
    for mark in signed.signatures:
        key = keys.get(mark.keyid)
        if key is not None and key.fingerprint == mark.keyid:
            key.verify(mark.sig, data)
            held.add(mark.keyid)
    return frozenset(held)


def verify(signed: Signed, payload_type: str, keys: Mapping[str, VerifyKey]) -> bytes:
    """Check that at least one of these keys signed, and give the payload.

    Raises:
        VerificationFailed: as for `signers`, or none of the keys signed.
    """
    if not signers(signed, payload_type, keys):
        names = ", ".join(mark.keyid[:24] + "…" for mark in signed.signatures[:3]) or "nobody"
        raise VerificationFailed(f"no signature under a key known for this (signed by {names})")
    return signed.payload


def verify_all(signed: Signed, payload_type: str, keys: Mapping[str, VerifyKey]) -> bytes:
    """Check that every one of these keys signed, and give the payload.

    Raises:
        VerificationFailed: as for `signers`, or one of the keys did not sign; it is named.
        ValueError: `keys` is empty, which would accept anything.
    """
    if not keys:
        raise ValueError("verify_all needs at least one key")
    missing = sorted(keys.keys() - signers(signed, payload_type, keys))
    if missing:
        raise VerificationFailed(f"not signed by {', '.join(name[:24] + '…' for name in missing)}")
    return signed.payload


def to_bytes(signed: Signed) -> bytes:
    """Write the DSSE JSON envelope."""
    return write_json(
        _File(
            signed.payload_type,
            write_base64(signed.payload),
            [_FileSignature(mark.keyid, write_base64(mark.sig)) for mark in signed.signatures],
        )
    )


def from_bytes(data: bytes, *, max_bytes: int = MAX_SIGNED_BYTES, what: str = "signed statement") -> Signed:
    """Read a DSSE JSON envelope that somebody else wrote. No signature has been checked yet.

    Raises:
        ForeignInput: it is not one, or breaks a rule of ours: standard base64 with one spelling, 64-byte signatures,
            key names as fingerprints, no key twice, between 1 and 256 signatures.
    """
    file = read_as(data, _File, max_bytes=max_bytes, what=what)
    return Signed(
        _check_type(file.payloadType, what),
        read_base64(file.payload, what=f"{what}: payload"),
        _read_signatures(file.signatures, what),
    )


def _check_type(payload_type: str, what: str) -> str:
    if not 0 < len(payload_type) <= MAX_PAYLOAD_TYPE or not payload_type.isascii() or " " in payload_type:
        raise ForeignInput(f"{what}: the payload type is not a media type")
    return payload_type


def _read_signatures(found: list[_FileSignature], what: str) -> tuple[Signature, ...]:
    if not 0 < len(found) <= MAX_SIGNATURES:
        raise ForeignInput(f"{what}: {len(found)} signatures where 1 to {MAX_SIGNATURES} belong")
    marks: dict[str, Signature] = {}
    for number, mark in enumerate(found, 1):
        place = f"{what}: signature {number}"
        if not is_key_name(mark.keyid):
            raise ForeignInput(f"{place}: the key id is not the fingerprint of a key")
        if mark.keyid in marks:
            raise ForeignInput(f"{place}: a second one under the same key")
        marks[mark.keyid] = Signature(mark.keyid, read_base64(mark.sig, length=SIGNATURE_BYTES, what=place))
    return tuple(marks.values())
