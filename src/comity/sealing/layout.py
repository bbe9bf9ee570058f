"""The bytes of an envelope, and every bound on them.

```
offset  size  field
     0     6  "COMITY"
     6     1  version, 1
     7     1  suite, 2
     8    16  channel
    24     8  sequence
    32    16  name of the sender's key
    48     4  version of the sender's card
    52     8  padded size of the content
    60    32  key commitment
    92     1  number of wraps, 1 to 16           ← the header without wraps, its "core", ends before this byte
    93  1184  each wrap: name of the recipient's key (16), HPKE encapsulation and sealed secret (1,168)
     …     …  ciphertext: chunks of 65,536 + 16, the last one shorter or as long
   end    64  the sender's signature
```

Integers are unsigned, big-endian. Every field has a fixed place, so an envelope has exactly one reading, and its total
size follows from its first 93 bytes: anything shorter or longer is refused before a byte is allocated for it.
Source: `specs/envelope.md` §2.
"""

import hashlib
import struct
from typing import Final

import msgspec

from comity.errors import ForeignInput
from comity.keys import SIGNATURE_BYTES
from comity.sealing.padding import is_padded_size
from comity.strict import MAX_INTEGER

__all__ = [
    "CHUNK",
    "MAX_ENVELOPE",
    "MAX_PADDED",
    "MAX_WRAPS",
    "NAME",
    "SUITE",
    "SUITE_NAME",
    "TAG",
    "Header",
    "Wrap",
    "ciphertext_size",
    "envelope_size",
    "header_size",
    "read_envelope_header",
    "read_header",
    "write_core",
    "write_header",
]

MAGIC: Final = b"COMITY"
VERSION: Final = 1
#: ML-KEM-768 with X25519, HKDF-SHA256, AES-256-GCM, Ed25519.
SUITE: Final = 2
SUITE_NAME: Final = "S2"

CHUNK: Final = 64 * 1024
TAG: Final = 16
NAME: Final = 16
WRAPPED: Final = 1168
MAX_WRAPS: Final = 16
#: 128 MiB, itself a size that padding gives; content must be at least a byte smaller.
MAX_PADDED: Final = 2**27

_CORE: Final = struct.Struct(">6sBB16sQ16sIQ32s")
_FIXED: Final = _CORE.size + 1
_WRAP: Final = NAME + WRAPPED


class Wrap(msgspec.Struct, frozen=True):
    """The body's secret, wrapped for one key of the recipient."""

    key_name: bytes
    wrapped: bytes


class Header(msgspec.Struct, frozen=True):
    """What stands in clear on an envelope. Until the signature is checked it is only what somebody wrote.

    Attributes:
        channel: 16 random bytes that name one direction between two Parties.
        sequence: number in the channel, from 1.
        signer: 16 bytes that name the sender's signing key.
        card_version: version of the sender's card whose keys were used.
        padded_size: bytes of content with its padding.
        commitment: binds the envelope to one secret, so that two recipients cannot be shown two contents.
        wraps: one for each key of the recipient Party.
    """

    channel: bytes
    sequence: int
    signer: bytes
    card_version: int
    padded_size: int
    commitment: bytes
    wraps: tuple[Wrap, ...]

    @property
    def core_digest(self) -> bytes:
        """SHA-256 of the header without wraps: what every chunk and every wrap is bound to."""
        return hashlib.sha256(write_core(self)).digest()


def ciphertext_size(padded_size: int) -> int:
    """Give the bytes that `padded_size` bytes of content take once sealed in chunks."""
    chunks = -(-padded_size // CHUNK)
    return padded_size + chunks * TAG


def header_size(wraps: int) -> int:
    """Give the bytes of a header with so many wraps."""
    return _FIXED + wraps * _WRAP


def envelope_size(header: Header) -> int:
    """Give the bytes of the whole envelope."""
    return header_size(len(header.wraps)) + ciphertext_size(header.padded_size) + SIGNATURE_BYTES


#: The largest envelope there can be, for carriers that must bound a body before reading it.
MAX_ENVELOPE: Final = header_size(MAX_WRAPS) + ciphertext_size(MAX_PADDED) + SIGNATURE_BYTES


def write_core(header: Header) -> bytes:
    """Write the header without its wraps."""
    return _CORE.pack(
        MAGIC,
        VERSION,
        SUITE,
        header.channel,
        header.sequence,
        header.signer,
        header.card_version,
        header.padded_size,
        header.commitment,
    )


def write_header(header: Header) -> bytes:
    """Write the whole header."""
    wraps = (part for wrap in header.wraps for part in (wrap.key_name, wrap.wrapped))
    return b"".join([write_core(header), bytes([len(header.wraps)]), *wraps])


def read_header(data: bytes | memoryview) -> Header:
    """Read a header from the beginning of an envelope, of which no more need be there.

    Raises:
        ForeignInput: it is not an envelope, is of another version or suite, or a field is out of bounds.
    """
    if len(data) < _FIXED:
        raise ForeignInput(f"envelope: {len(data)} bytes, shorter than any header")
    magic, version, suite, channel, sequence, signer, card_version, padded, commitment = _CORE.unpack_from(
        data
    )
    if magic != MAGIC:
        raise ForeignInput("envelope: does not begin as one")
    if version != VERSION:
        raise ForeignInput(f"envelope: version {version}, only {VERSION} is known here")
    if suite != SUITE:
        raise ForeignInput(f"envelope: suite {suite}, only {SUITE} is opened here")
    if not 0 < sequence <= MAX_INTEGER:
        raise ForeignInput("envelope: sequence is 0 or beyond 53 bits")
    if not 0 < card_version < 2**31:
        raise ForeignInput("envelope: card version is 0 or beyond 31 bits")
    if not 0 < padded <= MAX_PADDED:
        raise ForeignInput(f"envelope: padded size {padded} where 1 to {MAX_PADDED} belong")
    if not is_padded_size(padded):
        raise ForeignInput(f"envelope: {padded} is not a size that padding gives")
    return Header(channel, sequence, signer, card_version, padded, commitment, _read_wraps(data))


def read_envelope_header(data: bytes | memoryview) -> Header:
    """Read the header of an envelope that is all there.

    Raises:
        ForeignInput: as for `read_header`, or bytes are missing or too many.
    """
    header = read_header(data)
    if len(data) != envelope_size(header):
        raise ForeignInput(f"envelope: {len(data)} bytes where its header announces {envelope_size(header)}")
    return header


def _read_wraps(data: bytes | memoryview) -> tuple[Wrap, ...]:
    count = data[_FIXED - 1]
    if not 0 < count <= MAX_WRAPS:
        raise ForeignInput(f"envelope: {count} wraps where 1 to {MAX_WRAPS} belong")
    if len(data) < header_size(count):
        raise ForeignInput(f"envelope: {len(data)} bytes, shorter than its header of {header_size(count)}")
    places = range(_FIXED, header_size(count), _WRAP)
    wraps = tuple(
        Wrap(bytes(data[place : place + NAME]), bytes(data[place + NAME : place + _WRAP])) for place in places
    )
    if len({wrap.key_name for wrap in wraps}) != count:
        raise ForeignInput("envelope: two wraps for one key")
    return wraps
