"""Envelopes that open, and all the ways in which they must not (`specs/envelope.md`)."""

import hashlib
import json
import struct
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from comity.keys import SealingKey, SigningKey
from comity.sealing.envelope import _commit, _write, seal
from comity.sealing.inner import Head, write_message
from comity.sealing.layout import CHUNK, Header, Wrap, header_size, read_header, write_header
from comity.signing import pae
from comity.strict import write_base64

SENDER, STRANGER = SigningKey.from_seed(bytes([1]) * 32), SigningKey.from_seed(bytes([2]) * 32)
BOXES = [SealingKey.from_seed(bytes([number]) * 96) for number in (3, 4, 5)]
NAMES = [bytes([number]) * 16 for number in (3, 4, 5)]
CHANNEL, SIGNER_NAME, SECRET = b"\x0c" * 16, b"\x0d" * 16, b"\x0e" * 32

HEAD = Head(
    sender="north.example",
    recipient="south.example",
    channel=CHANNEL.hex(),
    sequence=7,
    suite="S2",
    type="disclosure",
    at=datetime(2031, 3, 14, 9, tzinfo=UTC),
    deployment="production",
    content={"item": "report-17", "articles": ["north-south-2026 art. 2(1)"]},
)
LETTER = write_message(HEAD, b"a small body")
TWO_CHUNKS = write_message(HEAD, bytes(range(256)) * 257)


def fresh() -> dict[str, bytes]:
    """Seal the envelopes from which all others are derived."""
    one = [(NAMES[0], BOXES[0].public)]
    terms = {"channel": CHANNEL, "card_version": 3, "signer": SENDER, "signer_key_name": SIGNER_NAME}
    return {
        "opens-one-recipient": seal(LETTER, sequence=7, recipients=one, **terms),
        "opens-three-keys": seal(
            LETTER, sequence=7, recipients=[(n, k.public) for n, k in zip(NAMES, BOXES, strict=True)], **terms
        ),
        "opens-two-chunks": seal(TWO_CHUNKS, sequence=7, recipients=one, **terms),
        "opens-padded-to-4096": seal(LETTER, sequence=7, recipients=one, at_least=4096, **terms),
        "refuses-next-in-channel": seal(LETTER, sequence=8, recipients=one, **terms),
        "refuses-another-recipient": seal(
            write_message(msgspec.structs.replace(HEAD, recipient="east.example")),
            sequence=7,
            recipients=one,
            **terms,
        ),
        "refuses-another-sender": seal(
            write_message(msgspec.structs.replace(HEAD, sender="east.example")),
            sequence=7,
            recipients=one,
            **terms,
        ),
        "refuses-an-exercise": seal(
            write_message(msgspec.structs.replace(HEAD, deployment="exercise")),
            sequence=7,
            recipients=one,
            **terms,
        ),
        "refuses-another-secret": _with_wrapped(b"\x0f" * 32, LETTER, b""),
        "refuses-no-padding": _with_wrapped(SECRET, LETTER, None),
    }


def vectors(folder: Path, anew: bool) -> dict[str, dict]:
    """Give every vector by its name; envelopes sealed before are taken from their files."""
    names = fresh() if anew or not folder.joinpath("opens-one-recipient.json").exists() else None
    base = names or {name: _kept(folder, name) for name in _EXPECTED}
    made = {name: _vector(data, *_EXPECTED[name]) for name, data in base.items()}
    for name, data, what, expect in _derived(base):
        made[f"refuses-{name}"] = _vector(data, what, expect)
    return made


def _kept(folder: Path, name: str) -> bytes:
    return b64decode(json.loads(folder.joinpath(f"{name}.json").read_text(encoding="utf-8"))["envelope"])


def _refused(step: str, words: str) -> dict:
    return {"refused": step, "words": words}


def _opened(inner: bytes) -> dict:
    return {"opened": hashlib.sha256(inner).hexdigest(), "inner_size": len(inner)}


_EXPECTED = {
    "opens-one-recipient": ("one key, one chunk", _opened(LETTER)),
    "opens-three-keys": ("three keys of the recipient; the last is at hand", _opened(LETTER)),
    "opens-two-chunks": ("two chunks", _opened(TWO_CHUNKS)),
    "opens-padded-to-4096": ("brought up to 4,096 bytes", _opened(LETTER)),
    "refuses-next-in-channel": (
        "the message says 7, the envelope 8",
        _refused("message", "sequence `7` inside"),
    ),
    "refuses-another-recipient": (
        "sealed for us, addressed to another",
        _refused("message", "recipient `east"),
    ),
    "refuses-another-sender": (
        "sealed by one, signed inside by another",
        _refused("message", "sender `east"),
    ),
    "refuses-an-exercise": ("a message of an exercise", _refused("message", "deployment `exercise` inside")),
    "refuses-another-secret": ("the wrap holds another secret", _refused("open", "commits to")),
    "refuses-no-padding": ("content without padding", _refused("open", "does not end in padding")),
}


def _vector(data: bytes, what: str, expect: dict) -> dict:
    key = 2 if what.startswith("three") else 0
    return {
        "name": what,
        "signer": write_base64(SENDER.public.raw),
        "key_name": NAMES[key].hex(),
        "key": write_base64(BOXES[key].raw),
        "sender": "north.example",
        "recipient": "south.example",
        "deployment": "production",
        "envelope": b64encode(data).decode(),
        "expect": expect,
    }


def _with_wrapped(wrapped: bytes, inner: bytes, padding: bytes | None) -> bytes:
    """Write an envelope as no honest sender does."""
    body = inner + bytes(512 - len(inner)) if padding is None else inner + b"\x80" + bytes(511 - len(inner))
    bare = Header(CHANNEL, 7, SIGNER_NAME, 3, 512, _commit(SECRET), ())
    wrap = Wrap(NAMES[0], BOXES[0].public.wrap(wrapped, b"comity-envelope-v1" + bare.core_digest))
    return _write(msgspec.structs.replace(bare, wraps=(wrap,)), SECRET, body, b"", SENDER)


def _signed_again(data: bytes) -> bytes:
    """Sign as a sender gone bad would, so that what lies under the signature must refuse."""
    start = header_size(len(read_header(data).wraps))
    digest = hashlib.sha256(data[start:-64]).digest()
    return data[:-64] + SENDER.sign(pae("application/vnd.comity.envelope;version=1", data[:start] + digest))


def _derived(base: dict[str, bytes]):
    letter, two = base["opens-one-recipient"], base["opens-two-chunks"]
    start = header_size(1)

    def field(place: int, form: str, value: int) -> bytes:
        data = bytearray(letter)
        struct.pack_into(form, data, place, value)
        return bytes(data)

    def flipped(place: int, data: bytes = letter) -> bytes:
        return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]

    for name, data, words in (
        ("cut-by-one", letter[:-1], "announces"),
        ("one-byte-more", letter + b"\0", "announces"),
        ("header-alone", letter[:93], "shorter than its header"),
        ("nothing", b"", "shorter than any header"),
        ("another-beginning", flipped(0), "does not begin as one"),
        ("version-2", field(6, "B", 2), "version 2"),
        ("suite-1", field(7, "B", 1), "suite 1"),
        ("suite-3", field(7, "B", 3), "suite 3"),
        ("sequence-0", field(24, ">Q", 0), "sequence"),
        ("sequence-2-53", field(24, ">Q", 2**53), "sequence"),
        ("card-version-0", field(48, ">I", 0), "card version"),
        ("size-0", field(52, ">Q", 0), "padded size"),
        ("size-2-63", field(52, ">Q", 2**63), "padded size"),
        ("size-not-padded", field(52, ">Q", 129), "not a size that padding gives"),
        ("no-wrap", field(92, "B", 0), "0 wraps"),
        ("17-wraps", field(92, "B", 17), "17 wraps"),
        (
            "one-key-twice",
            letter[:92] + b"\2" + letter[93:start] * 2 + letter[start:],
            "two wraps for one key",
        ),
    ):
        yield name, data, name.replace("-", " "), _refused("peek", words)
    three = base["opens-three-keys"]
    fewer = msgspec.structs.replace(read_header(three), wraps=read_header(three).wraps[1:])
    for name, data in (
        ("channel-flipped", flipped(8)),
        ("ciphertext-flipped", flipped(start)),
        ("signature-flipped", flipped(len(letter) - 1)),
        ("recipient-taken-away", write_header(fewer) + three[header_size(3) :]),
        ("signature-of-another", letter[:-64] + base["refuses-next-in-channel"][-64:]),
    ):
        yield name, data, name.replace("-", " "), _refused("verify", "does not hold")
    one, other = two[start : start + CHUNK + 16], two[start + CHUNK + 16 : -64]
    shorter = msgspec.structs.replace(read_header(two), padded_size=CHUNK)
    foreign = base["refuses-next-in-channel"]
    for name, data, words in (
        ("chunk-flipped", _signed_again(flipped(start)), "chunk 0"),
        ("second-chunk-flipped", _signed_again(flipped(start + CHUNK + 20, two)), "chunk 1"),
        ("cut-after-a-chunk", _signed_again(write_header(shorter) + one + bytes(64)), "does not open"),
        ("chunks-of-two-envelopes", _signed_again(letter[:start] + foreign[start:]), "chunk 0"),
        ("wrap-of-another", _signed_again(letter[:93] + foreign[93:start] + letter[start:]), "does not open"),
        ("commitment-flipped", _signed_again(flipped(60)), "does not open"),
        ("channel-flipped-and-signed", _signed_again(flipped(8)), "does not open"),
        ("key-not-at-hand", _signed_again(flipped(93)), "none of the keys"),
    ):
        yield name, data, name.replace("-", " "), _refused("open", words)
    assert len(one) + len(other) == len(two) - start - 64
