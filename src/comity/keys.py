"""Keys: Ed25519 to sign, ML-KEM-768 with X25519 to seal.

Two pairs of types, each a thin wrap over the `cryptography` library that fixes raw forms and names:

| type | raw form | name |
|---|---|---|
| `SigningKey` | 32 bytes of seed (RFC 8032) | that of its public half |
| `VerifyKey` | 32 bytes | `ed25519:` and the SHA-256 of them |
| `SealingKey` | 64 bytes of ML-KEM-768 seed (FIPS 203: d, z), 32 of X25519 | that of its public half |
| `SealingPublic` | 1,184 bytes of ML-KEM-768, 32 of X25519 | `mlkem768x25519:` and the SHA-256 of them |

>>> key = SigningKey.from_seed(bytes(32))
>>> key.public.verify(key.sign(b"text"), b"text")
>>> key.public.fingerprint[:24]
'ed25519:139e3940e64b5491'

The hybrid of two key agreements means that what is recorded today stays closed while either of them holds. A
private key never prints itself. How it is kept in a file belongs to the node's storage; `lock` and `unlock` give
the bytes to keep when a passphrase protects it.
"""

import hashlib
import os
import unicodedata
from functools import cached_property
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from comity.errors import BadInput, VerificationFailed
from comity.strict import read_as, read_base64, write_base64, write_json

__all__ = [
    "SIGNATURE_BYTES",
    "SealingKey",
    "SealingPublic",
    "SigningKey",
    "VerifyKey",
    "is_key_name",
    "lock",
    "unlock",
]

SIGNATURE_BYTES: Final = 64
_PRIME: Final = 2**255 - 19

#: y coordinates of the eight points of small order on edwards25519; under such a key one signature fits many texts.
_EIGHTH_Y: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER_Y: Final = frozenset({0, 1, _PRIME - 1, _EIGHTH_Y, _PRIME - _EIGHTH_Y})
#: u coordinates of small order on Curve25519: with them the shared secret is zero whoever asks.
_SMALL_ORDER_U: Final = frozenset(
    {
        0,
        1,
        _PRIME - 1,
        0x00B8495F16056286FDB1329CEB8D09DA6AC49FF1FAE35616AEB8413B7C7AEBE0,
        0x57119FD0DD4E22D8868E1C58C45C44045BEF839C55B1D0B1248C50A3BC959C5F,
    }
)
_MLKEM_PUBLIC: Final = 1184
_MLKEM_SEED: Final = 64

#: The one way body keys are wrapped: RFC 9180 base mode (suite S2 of `specs/envelope.md`).
_HPKE: Final = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class VerifyKey:
    """A public Ed25519 key.

    Args:
        raw: 32 bytes as in RFC 8032.

    Raises:
        BadInput: another length, not the canonical spelling of a coordinate, or a point of small order.
    """

    __slots__ = ("_key", "fingerprint", "raw")

    def __init__(self, raw: bytes) -> None:
        _check_length("public Ed25519 key", raw, 32)
        y = int.from_bytes(raw, "little") & (2**255 - 1)
        if y >= _PRIME or y in _SMALL_ORDER_Y:
            raise BadInput("not a usable public Ed25519 key: a point of small order or a second spelling")
        self.raw = bytes(raw)
        self.fingerprint = "ed25519:" + hashlib.sha256(self.raw).hexdigest()
        self._key = Ed25519PublicKey.from_public_bytes(self.raw)

    def verify(self, signature: bytes, data: bytes) -> None:
        """Check a signature over exactly these bytes.

        Raises:
            VerificationFailed: it does not hold.
        """
        try:
            self._key.verify(signature, data)
        except InvalidSignature:
            raise VerificationFailed(f"signature under {self.fingerprint[:24]}… does not hold") from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VerifyKey) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"VerifyKey({self.fingerprint})"


class SigningKey:
    """A private Ed25519 key."""

    kind: Final = "ed25519"

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = VerifyKey(key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> "SigningKey":
        """Make a new key from the operating system's randomness."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> "SigningKey":
        """Rebuild a key from its 32 bytes (`raw`)."""
        _check_length("private Ed25519 key", seed, 32)
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def raw(self) -> bytes:
        """The 32 secret bytes."""
        return self._key.private_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """The name of the public half."""
        return self.public.fingerprint

    def sign(self, data: bytes) -> bytes:
        """Sign exactly these bytes: 64 bytes, the same every time (RFC 8032)."""
        return self._key.sign(data)

    def __repr__(self) -> str:
        return f"SigningKey({self.fingerprint})"


class SealingPublic:
    """A public key that others wrap body keys for.

    Args:
        raw: 1,184 bytes of ML-KEM-768, then 32 of X25519.

    Raises:
        BadInput: another length, an ML-KEM key out of range, or an X25519 point of small order.
    """

    def __init__(self, raw: bytes) -> None:
        _check_length("public sealing key", raw, _MLKEM_PUBLIC + 32)
        self.raw = bytes(raw)
        u = int.from_bytes(self.raw[_MLKEM_PUBLIC:], "little") & (2**255 - 1)
        if u % _PRIME in _SMALL_ORDER_U:
            raise BadInput("not a usable public sealing key: its X25519 half is a point of small order")
        try:
            self._key = hpke.MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(self.raw[:_MLKEM_PUBLIC]),
                X25519PublicKey.from_public_bytes(self.raw[_MLKEM_PUBLIC:]),
            )
        except ValueError:
            raise BadInput("not a usable public sealing key: its ML-KEM-768 half is out of range") from None

    @cached_property
    def fingerprint(self) -> str:
        """The name of the key, `mlkem768x25519:` and 64 hexadecimal digits."""
        return "mlkem768x25519:" + hashlib.sha256(self.raw).hexdigest()

    def wrap(self, secret: bytes, info: bytes) -> bytes:
        """Encrypt a short secret for the holder of the private half, bound to `info` (HPKE, RFC 9180 §6.1)."""
        return _HPKE.encrypt(secret, self._key, info)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SealingPublic) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"SealingPublic({self.fingerprint})"


class SealingKey:
    """The private half of a sealing key."""

    kind: Final = "mlkem768x25519"

    def __init__(self, lattice: MLKEM768PrivateKey, curve: X25519PrivateKey) -> None:
        self._lattice = lattice
        self._curve = curve
        self._key = hpke.MLKEM768X25519PrivateKey(lattice, curve)
        self.public = SealingPublic(
            lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
        )

    @classmethod
    def generate(cls) -> "SealingKey":
        """Make a new key from the operating system's randomness."""
        return cls(MLKEM768PrivateKey.generate(), X25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> "SealingKey":
        """Rebuild a key from its 96 bytes (`raw`): the ML-KEM seed (d and z), then the X25519 scalar."""
        _check_length("private sealing key", seed, _MLKEM_SEED + 32)
        return cls(
            MLKEM768PrivateKey.from_seed_bytes(seed[:_MLKEM_SEED]),
            X25519PrivateKey.from_private_bytes(seed[_MLKEM_SEED:]),
        )

    @property
    def raw(self) -> bytes:
        """The 96 secret bytes."""
        return self._lattice.private_bytes_raw() + self._curve.private_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """The name of the public half."""
        return self.public.fingerprint

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """Recover a secret wrapped for this key.

        Raises:
            VerificationFailed: it was wrapped for another key or another `info`, or was altered.
        """
        try:
            return _HPKE.decrypt(wrapped, self._key, info)
        except (InvalidTag, ValueError):
            raise VerificationFailed(f"wrap does not open with {self.fingerprint[:31]}…") from None

    def __repr__(self) -> str:
        return f"SealingKey({self.fingerprint})"


def is_key_name(text: str) -> bool:
    """Tell whether `text` is a fingerprint as `VerifyKey` and `SealingPublic` print them."""
    kind, _, digits = text.partition(":")
    return (
        kind in {SigningKey.kind, SealingKey.kind}
        and len(digits) == 64
        and not digits.strip("0123456789abcdef")
    )


def _check_length(what: str, raw: bytes, length: int) -> None:
    if len(raw) != length:
        raise BadInput(f"not a {what}: {len(raw)} bytes where {length} belong")


class _Locked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A private key under a passphrase, as it stands in a file."""

    format: str
    name: str
    salt: str
    nonce: str
    locked: str


#: The format names the costs, so that a file cannot ask for ruinous ones: RFC 9106 §4, second recommended option.
_FORMAT: Final = "comity-locked-key-v1"
_LANES, _PASSES, _MEMORY_KIB = 4, 3, 64 * 1024
_SEED_BYTES: Final = {SigningKey.kind: 32, SealingKey.kind: 96}


def lock(key: SigningKey | SealingKey, passphrase: str) -> bytes:
    """Encrypt a private key under a passphrase: Argon2id, then AES-256-GCM with the key's name bound in.

    Returns:
        A JSON object with the public fingerprint in clear, to write to a file.

    Raises:
        BadInput: the passphrase is empty.
    """
    salt, nonce = os.urandom(16), os.urandom(12)
    box = AESGCM(_stretch(passphrase, salt))
    locked = box.encrypt(nonce, key.raw, _bound(key.fingerprint))
    return write_json(_Locked(_FORMAT, key.fingerprint, *map(write_base64, (salt, nonce, locked)))) + b"\n"


def unlock(data: bytes, passphrase: str) -> SigningKey | SealingKey:
    """Open what `lock` gave.

    Raises:
        BadInput: the bytes are not such a file.
        VerificationFailed: the passphrase is wrong or the file was altered.
    """
    file = read_as(data, _Locked, max_bytes=4096, what="locked key")
    kind = file.name.partition(":")[0]
    if file.format != _FORMAT or not is_key_name(file.name):
        raise BadInput(f"locked key: not in the format {_FORMAT}")
    salt = read_base64(file.salt, length=16, what="locked key: salt")
    nonce = read_base64(file.nonce, length=12, what="locked key: nonce")
    locked = read_base64(file.locked, length=_SEED_BYTES[kind] + 16, what="locked key: locked")
    try:
        raw = AESGCM(_stretch(passphrase, salt)).decrypt(nonce, locked, _bound(file.name))
    except InvalidTag:
        raise VerificationFailed(
            f"key {file.name[:31]}… stays locked: wrong passphrase, or the file was altered"
        ) from None
    key = SigningKey.from_seed(raw) if kind == SigningKey.kind else SealingKey.from_seed(raw)
    if key.fingerprint != file.name:
        raise VerificationFailed(f"locked key: the file names {file.name[:31]}… but holds another key")
    return key


def _stretch(passphrase: str, salt: bytes) -> bytes:
    if not passphrase:
        raise BadInput("the passphrase is empty")
    # One text typed on two keyboards is one passphrase (RFC 8265 §4.2).
    secret = unicodedata.normalize("NFC", passphrase).encode()
    return Argon2id(salt=salt, length=32, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY_KIB).derive(
        secret
    )


def _bound(name: str) -> bytes:
    return f"{_FORMAT} {name}".encode()
