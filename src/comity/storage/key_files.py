"""Private keys as files: one key a file, mode 0600, plain or locked with a passphrase.

A plain key is one line, `comity-key-v1 KIND BASE64`; a locked one is what `comity.keys.lock` gives. A key that others
could read is refused and not used. A public half, to be handed on, is one line `comity-public-v1 KIND BASE64`.
"""

import os
from collections.abc import Callable
from pathlib import Path

from comity.errors import BadInput, RefusedHere, StorageError
from comity.keys import SealingKey, SigningKey, VerifyKey, lock, unlock
from comity.storage.body_keys import write_private
from comity.storage.failing_disk import sync
from comity.strict import read_base64, write_base64

Passphrase = Callable[[], str] | None


def write_key(file: Path, key: SigningKey | SealingKey, passphrase: str | None) -> None:
    """Write a key that only its owner may read, whole or not at all.

    Raises:
        RefusedHere: there is a file of that name already: a key is never written over.
    """
    if file.exists():
        raise RefusedHere(f"{file} exists: a key is never written over", hint="choose another name")
    plain = f"comity-key-v1 {key.kind} {write_base64(key.raw)}\n".encode()
    write_private(file, lock(key, passphrase) if passphrase else plain)


def read_key(file: Path, passphrase: Passphrase) -> SigningKey | SealingKey:
    """Read a key.

    Raises:
        StorageError: others may read the file.
        BadInput: it is no key, or locked and no passphrase is given.
        VerificationFailed: the passphrase is wrong, or the file was altered.
    """
    if file.stat().st_mode & 0o077:
        raise StorageError(f"{file} is readable by others", hint=f"chmod 600 {file}")
    data = file.read_bytes()
    words = data.split()
    if len(words) == 3 and words[0] == b"comity-key-v1":
        try:
            raw = read_base64(words[2].decode(), what="key")
            return SigningKey.from_seed(raw) if words[1] == b"ed25519" else SealingKey.from_seed(raw)
        except UnicodeDecodeError:
            raise BadInput(f"{file}: not a key file") from None
        except BadInput as error:
            raise BadInput(f"{file}: {error.message}") from None
    if passphrase is None:
        raise BadInput(f"{file}: locked with a passphrase", hint="give it with --passphrase-file")
    return unlock(data, passphrase())


def is_locked(file: Path) -> bool:
    """Tell whether a key file is locked with a passphrase."""
    return not file.read_bytes().startswith(b"comity-key-v1 ")


def read_signing_key(file: Path, passphrase: Passphrase) -> SigningKey:
    """Read a key that signs; raises as `read_key`, and `BadInput` for one that seals."""
    key = read_key(file, passphrase)
    if not isinstance(key, SigningKey):
        raise BadInput(f"{file}: not a signing key")
    return key


def public_line(key: VerifyKey) -> str:
    """Write the public half of a signing key, to be handed on."""
    return f"comity-public-v1 ed25519 {write_base64(key.raw)}"


def read_public(file: Path) -> VerifyKey:
    """Read the public half of a signing key.

    Raises:
        BadInput: it is none.
    """
    words = file.read_bytes()[:200].split()
    if len(words) != 3 or words[:2] != [b"comity-public-v1", b"ed25519"]:
        raise BadInput(
            f"{file}: not the public half of a signing key", hint="comity card root-key FILE prints it"
        )
    try:
        return VerifyKey(read_base64(words[2].decode("ascii", errors="replace"), what="key"))
    except BadInput as error:
        raise BadInput(f"{file}: {error.message}") from None


def destroy(file: Path) -> None:
    """Write over a key file and take it away, durable on return. What a disk keeps elsewhere is beyond this."""
    handle = os.open(file, os.O_WRONLY)
    try:
        os.write(handle, bytes(os.fstat(handle).st_size))
        sync(handle)
    finally:
        os.close(handle)
    file.unlink()
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        sync(folder)
    finally:
        os.close(folder)
