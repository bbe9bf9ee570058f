"""An authenticator made of software: one key, a counter, no attestation (W3C Web Authentication, Level 3)."""

import base64
import hashlib
import json
import os
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

#: The user was there and was verified; a key is attached.
_SEEN, _WITH_KEY = 0x05, 0x45


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Authenticator:
    """Makes one passkey for an origin and signs in with it."""

    def __init__(self, origin: str, host: str, *, counting: bool = True) -> None:
        self.origin, self.host, self.counting = origin, host, counting
        self.counter = 0
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._id = os.urandom(32)

    def copy(self) -> "Authenticator":
        """Give another with the same key and the same counter."""
        made = Authenticator(self.origin, self.host)
        made.counter, made._key, made._id = self.counter, self._key, self._id
        return made

    def make(self, options: dict[str, Any]) -> str:
        """Answer `navigator.credentials.create`."""
        numbers = self._key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        kept = bytes(16) + len(self._id).to_bytes(2) + self._id + cbor2.dumps(public)
        data = {"fmt": "none", "attStmt": {}, "authData": self._data(_WITH_KEY) + kept}
        said = self._said("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": _text(said), "attestationObject": _text(cbor2.dumps(data))})

    def sign(self, options: dict[str, Any]) -> str:
        """Answer `navigator.credentials.get`."""
        self.counter += self.counting  # one that is kept in several places at once counts nothing
        data, said = self._data(_SEEN), self._said("webauthn.get", options["challenge"])
        signature = self._key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": _text(said),
                "authenticatorData": _text(data),
                "signature": _text(signature),
                "userHandle": None,
            }
        )

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4)

    def _said(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        name = _text(self._id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
