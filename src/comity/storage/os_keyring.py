"""The passphrase of a home's keys in the keyring of the operating system (Secret Service, Keychain, Credential Locker).

An extra: `pip install 'comity[keyring]'`. The library is imported only for a home whose `node.toml` says
`passphrase = "keyring"`; nothing else needs it, and the passphrase is never written anywhere else.
"""

import contextlib
import importlib
from typing import Any

from comity.errors import BadInput, NotFound

#: Under which name entries stand in the keyring; the user name is the Party's.
SERVICE = "comity"


def fetch(party: str) -> str:
    """Fetch the passphrase of a Party's keys.

    Raises:
        BadInput: the library is not installed, or the keyring cannot be used.
        NotFound: it holds nothing for this Party.
    """
    try:
        found: str | None = _library().get_password(SERVICE, party)
    except _errors() as error:
        raise BadInput(f"the keyring of this system cannot be used: {error}") from None
    if not found:
        raise NotFound(
            f"the keyring of this system holds no passphrase of {party}",
            hint="comity card lock --keyring --home HOME, or --passphrase-file FILE",
        )
    return found


def check(party: str) -> None:
    """See that there is a keyring that can be asked, before anything is changed that it is to know of.

    Raises:
        BadInput: as for `fetch`.
    """
    with contextlib.suppress(NotFound):
        fetch(party)


def store(party: str, passphrase: str) -> None:
    """Put the passphrase of a Party's keys there.

    Raises:
        BadInput: as for `fetch`.
    """
    try:
        _library().set_password(SERVICE, party, passphrase)
    except _errors() as error:
        raise BadInput(f"the keyring of this system cannot be used: {error}") from None


def _library() -> Any:
    try:
        return importlib.import_module("keyring")
    except ImportError:
        raise BadInput(
            "the library `keyring` is not installed", hint="pip install 'comity[keyring]'"
        ) from None


def _errors() -> tuple[type[Exception], ...]:
    try:
        found: type[Exception] = importlib.import_module("keyring.errors").KeyringError
    except ImportError:
        return ()
    return (found,)
