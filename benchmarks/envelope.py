"""Sealing and opening beside other formats, one after another in one process.

    python benchmarks/envelope.py

Every row signs and encrypts one message for three recipients, then decrypts it as one of them and verifies it; the
median of several runs in milliseconds, and the bytes added. Peers stand in the list when they are importable: joserfc
(a JWS inside a JWE for three, X25519 + A256GCM) and pyrage (age for three X25519 recipients, signed with Ed25519 from
`cryptography`). They protect against less: their key agreement is classical, ours a hybrid with ML-KEM-768.
"""

import importlib
import json
import os
import statistics
import time
from collections.abc import Callable

from comity.keys import SealingKey, SigningKey
from comity.sealing.envelope import open_envelope, seal, verify_envelope

SIZES = {"1 KB": 1024, "100 KB": 100 * 1024, "10 MB": 10 * 1024 * 1024}
RUNS = {"1 KB": 101, "100 KB": 51, "10 MB": 9}

Row = tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]


def comity_row() -> Row:
    signer, keys = SigningKey.generate(), [(os.urandom(16), SealingKey.generate()) for _ in range(3)]
    recipients = [(name, key.public) for name, key in keys]
    mine = dict(keys[2:])

    def seal_it(data: bytes) -> bytes:
        return seal(
            data,
            channel=b"c" * 16,
            sequence=1,
            card_version=1,
            recipients=recipients,
            signer=signer,
            signer_key_name=b"s" * 16,
        )

    return seal_it, lambda sealed: open_envelope(verify_envelope(sealed, signer.public), mine)


def age_row() -> Row:
    pyrage = importlib.import_module("pyrage")
    signer, identities = SigningKey.generate(), [pyrage.x25519.Identity.generate() for _ in range(3)]
    recipients = [identity.to_public() for identity in identities]

    def seal_it(data: bytes) -> bytes:
        return bytes(pyrage.encrypt(signer.sign(data) + data, recipients))

    def open_it(sealed: bytes) -> bytes:
        signed = bytes(pyrage.decrypt(sealed, [identities[2]]))
        signer.public.verify(signed[:64], signed[64:])
        return signed[64:]

    return seal_it, open_it


def jose_row() -> Row:
    jwe, jws, jwk = (importlib.import_module(f"joserfc.{name}") for name in ("jwe", "jws", "jwk"))
    signer = jwk.OKPKey.generate_key("Ed25519")
    keys = [jwk.OKPKey.generate_key("X25519") for _ in range(3)]
    jws_registry = jws.JWSRegistry(algorithms=["Ed25519"])
    jws_registry.max_payload_length = 2**28
    jwe_registry = jwe.JWERegistry(algorithms=["ECDH-ES+A256KW", "A256GCM"])
    for name in ("max_ciphertext_length", "max_protected_header_length"):
        setattr(jwe_registry, name, 2**28)

    def seal_it(data: bytes) -> bytes:
        token = jws.serialize_compact({"alg": "Ed25519"}, data, signer, registry=jws_registry)
        message = jwe.GeneralJSONEncryption({"enc": "A256GCM"}, token.encode())
        for key in keys:
            message.add_recipient({"alg": "ECDH-ES+A256KW"}, key)
        return json.dumps(jwe.encrypt_json(message, None, registry=jwe_registry)).encode()

    def open_it(sealed: bytes) -> bytes:
        # One of the three recipients looks at its own entry only, as a node would.
        held = json.loads(sealed)
        held["recipients"] = held["recipients"][2:]
        inner = jwe.decrypt_json(held, keys[2], registry=jwe_registry).plaintext
        return bytes(jws.deserialize_compact(inner, signer, registry=jws_registry).payload)

    return seal_it, open_it


def milliseconds(work: Callable[[], object], runs: int) -> float:
    spent = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent) * 1000


def measure(name: str, row: Row) -> dict[str, tuple[float, float]]:
    seal_it, open_it = row
    took = {}
    for label, size in SIZES.items():
        data = os.urandom(size)
        sealed = seal_it(data)
        assert open_it(sealed) == data
        took[label] = (
            milliseconds(lambda data=data: seal_it(data), RUNS[label]),
            milliseconds(lambda sealed=sealed: open_it(sealed), RUNS[label]),
        )
        print(
            f"{name:28} {label:>7}  seal {took[label][0]:8.2f} ms  open {took[label][1]:8.2f} ms"
            f"  {len(sealed) - size:>10,} bytes added"
        )
    return took


def main() -> None:
    ours = measure("comity (ML-KEM-768+X25519)", comity_row())
    for name, module, make in (
        ("age (pyrage) + Ed25519", "pyrage", age_row),
        ("JOSE (joserfc)", "joserfc", jose_row),
    ):
        try:
            importlib.import_module(module)
        except ImportError:
            print(f"{name:28} not installed: pip install {module}")
            continue
        theirs = measure(name, make())
        ratios = (
            f"{label} {theirs[label][0] / ours[label][0]:.1f}/{theirs[label][1] / ours[label][1]:.1f}"
            for label in SIZES
        )
        print(f"{'':28} times ours, seal/open: {', '.join(ratios)}")


if __name__ == "__main__":
    main()
