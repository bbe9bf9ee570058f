"""A second reader of envelopes, written from `specs/envelope.md` alone.

It shares no code with Comity but the library of primitives, so that what the specification says and what Comity does
cannot drift apart together.
"""

import hashlib
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

FOLDER = Path(__file__).parents[2] / "specs" / "vectors" / "envelope"
FILES = sorted(FOLDER.glob("*.json"))
LABEL = b"comity-envelope-v1"


class Refused(Exception):
    """Refused at the step it names."""


def number(data: bytes, start: int, size: int) -> int:
    return int.from_bytes(data[start : start + size], "big")


def padme(size: int) -> int:
    exponent = size.bit_length() - 1
    unit = 2 ** max(exponent - exponent.bit_length(), 0)
    return -(-size // unit) * unit


def look(data: bytes) -> tuple[int, int]:
    """Section 2: give the sizes of header and padded content."""
    padded, wraps = number(data, 52, 8), number(data, 92, 1)
    header = 93 + 1184 * wraps
    names = [data[place : place + 16] for place in range(93, header, 1184)]
    fit = (
        len(data) > 93
        and data[:8] == b"COMITY\x01\x02"
        and 0 < number(data, 24, 8) < 2**53
        and 0 < number(data, 48, 4) < 2**31
        and 0 < padded <= 2**27
        and padme(padded) == padded
        and 0 < wraps <= 16
        and len(set(names)) == wraps
        and len(data) == header + padded + 16 * -(-padded // 65536) + 64
    )
    if not fit:
        raise Refused("peek")
    return header, padded


def verify(data: bytes, header: int, signer: bytes) -> None:
    """Section 3, step 5."""
    body = data[:header] + hashlib.sha256(data[header:-64]).digest()
    kind = b"application/vnd.comity.envelope;version=1"
    signed = b" ".join([b"DSSEv1", str(len(kind)).encode(), kind, str(len(body)).encode(), body])
    try:
        Ed25519PublicKey.from_public_bytes(signer).verify(data[-64:], signed)
    except InvalidSignature:
        raise Refused("verify") from None


def expand(secret: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(hashes.SHA256(), 32, LABEL + b" " + purpose).derive(secret)


def open_it(data: bytes, header: int, padded: int, name: bytes, seed: bytes) -> bytes:
    """Sections 3 and 4: unwrap, compare the commitment, decrypt, take the padding away."""
    core = hashlib.sha256(data[:92]).digest()
    key = hpke.MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(seed[:64]), X25519PrivateKey.from_private_bytes(seed[64:])
    )
    suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    wraps = {data[p : p + 16]: data[p + 16 : p + 1184] for p in range(93, header, 1184)}
    try:
        secret = suite.decrypt(wraps[name], key, LABEL + core)
        if expand(secret, b"commitment") != data[60:92]:
            raise Refused("open")
        box, content, chunks = AESGCM(expand(secret, b"body")), b"", -(-padded // 65536)
        for index in range(chunks):
            start = header + index * 65552
            sealed = data[start : min(start + 65552, len(data) - 64)]
            nonce = index.to_bytes(11, "big") + bytes([index == chunks - 1])
            content += box.decrypt(nonce, sealed, core + index.to_bytes(8, "big"))
    except (KeyError, InvalidTag):
        raise Refused("open") from None
    content = content.rstrip(b"\0")
    if not content.endswith(b"\x80"):
        raise Refused("open")
    return content[:-1]


def hold_against(inner: bytes, data: bytes, vector: dict[str, Any]) -> None:
    """Section 6."""
    head = json.loads(inner[4 : 4 + number(inner, 0, 4)])
    outside = {
        "sender": vector["sender"],
        "recipient": vector["recipient"],
        "channel": data[8:24].hex(),
        "sequence": number(data, 24, 8),
        "suite": "S2",
        "deployment": vector["deployment"],
    }
    if any(head[field] != value for field, value in outside.items()):
        raise Refused("message")


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_reader_of_the_specification_comes_to_the_same(file: Path) -> None:
    vector = json.loads(file.read_text(encoding="utf-8"))
    data = b64decode(vector["envelope"])
    try:
        header, padded = look(data)
        verify(data, header, b64decode(vector["signer"]))
        inner = open_it(data, header, padded, bytes.fromhex(vector["key_name"]), b64decode(vector["key"]))
        hold_against(inner, data, vector)
    except Refused as refusal:
        assert vector["expect"]["refused"] == str(refusal)
        return
    assert vector["expect"]["opened"] == hashlib.sha256(inner).hexdigest()


def test_there_are_vectors() -> None:
    assert len(FILES) > 30
