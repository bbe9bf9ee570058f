"""Tokens: which programs may ask the register of this node over HTTP.

A token is 256 random bits, given out once, in a file for its holder alone. The node keeps its digest under the name of
the desk; a digest of so many bits need not be slow to make.
"""

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

import msgspec

from comity.errors import BadInput, NotFound, StorageError

__all__ = ["HEADER", "Desks"]

#: What stands before the token in its file, so that `curl --header @FILE` sends it.
HEADER = "Authorization: Bearer "
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")
_FILE = "desks.json"


class Desks:
    """The desks of one home.

    Args:
        home: the folder of the home.
    """

    def __init__(self, home: Path) -> None:
        self._file = home / _FILE

    def add(self, name: str, file: Path) -> None:
        """Let a desk in: write its token to a new file, for its owner alone.

        Raises:
            BadInput: the name is none, or taken, or the file cannot be written.
        """
        if not _NAME.match(name):
            raise BadInput(
                f"`{name[:60]}` is not the name of a desk: up to 40 small letters, digits and hyphens"
            )
        known = self._read()
        if name in known:
            raise BadInput(f"desk `{name}` has a token already", hint=f"comity desk remove {name}")
        token = secrets.token_urlsafe(32)
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise BadInput(f"{file}: cannot be written: {(error.strerror or str(error)).lower()}") from None
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(f"{HEADER}{token}\n")
        self._write({**known, name: _digest(token)})

    def remove(self, name: str) -> None:
        """Let a desk in no longer.

        Raises:
            NotFound: there is none of that name.
        """
        known = self._read()
        if known.pop(name, None) is None:
            raise NotFound(f"no desk `{name[:60]}`", hint="comity desk list")
        self._write(known)

    def names(self) -> list[str]:
        """Give the names of the desks."""
        return sorted(self._read())

    def whose(self, token: str) -> str | None:
        """Tell which desk a token is of; None where it is of none. Takes as long for a wrong one as for a right one."""
        given, found = _digest(token), None
        for name, digest in self._read().items():
            if hmac.compare_digest(digest, given):
                found = name
        return found

    def _read(self) -> dict[str, str]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.MsgspecError) as error:
            raise StorageError(f"{self._file.name}: cannot be read: {error}") from None

    def _write(self, known: dict[str, str]) -> None:
        fresh = self._file.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(msgspec.json.encode(known))
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(self._file)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
