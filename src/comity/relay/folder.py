"""A relay's folder: what it is, its key of connections, its database, its lock."""

import fcntl
import os
from pathlib import Path
from typing import Annotated

import msgspec

from comity.carriers.http_sender import check_endpoint
from comity.carriers.relay_wire import RelayAddress, check_relay_name, read_address
from comity.errors import BadInput, HomeInUse, NotFound, RefusedHere, StorageError
from comity.keys import SigningKey
from comity.storage.body_keys import write_private
from comity.storage.home import LOOPBACK, endpoint_for
from comity.strict import NotToml, read_base64, read_toml, write_base64

_FILE = "relay.toml"


class RelaySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `relay.toml` says.

    Attributes:
        name: what agreements call it: a DNS name.
        listen, port: where it listens.
        endpoint: where nodes reach it: `https://HOST:PORT`.
        most_mib: MiB of all mailboxes together.
    """

    name: str
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    endpoint: str
    listen: str = LOOPBACK
    most_mib: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 10_240


class RelayFolder:
    """The folder of a relay."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    @classmethod
    def create(cls, path: Path, name: str, *, listen: str, port: int, endpoint: str) -> "RelayFolder":
        """Make a new relay.

        Raises:
            BadInput: name or endpoint are not what they must be.
            RefusedHere: there is something in that folder already.
        """
        if path.exists() and any(path.iterdir()):
            raise RefusedHere(f"{path} is not empty", hint="choose a new folder")
        check_relay_name(name)
        reached = endpoint_for(listen, port, endpoint).replace("http://", "https://").removesuffix("/")
        check_endpoint(reached)
        key = SigningKey.generate()
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        write_private(path / "tls.key", f"comity-key-v1 ed25519 {write_base64(key.raw)}\n".encode())
        settings = f'name = "{name}"\nlisten = "{listen}"\nport = {port}\nendpoint = "{reached}"\n'
        write_private(path / _FILE, settings.encode())
        return cls(path)

    @property
    def database(self) -> Path:
        """Where the boxes are."""
        return self.path / "relay.db"

    def settings(self) -> RelaySettings:
        """Read `relay.toml`.

        Raises:
            NotFound: there is no relay here.
            BadInput: it cannot be read.
        """
        file = self.path / _FILE
        if not file.exists():
            raise NotFound(
                f"{self.path} is not a relay's folder",
                hint=f"comity relay init {self.path} --name NAME --port PORT",
            )
        try:
            return msgspec.convert(read_toml(file.read_text()), RelaySettings)
        except (NotToml, UnicodeDecodeError, msgspec.ValidationError) as error:
            raise BadInput(f"{file}: {error}") from None

    def key(self) -> SigningKey:
        """Read its key of connections.

        Raises:
            StorageError: it is missing, or readable by others.
            BadInput: it is not a key.
        """
        file = self.path / "tls.key"
        try:
            if file.stat().st_mode & 0o077:
                raise StorageError(f"{file} is readable by others", hint=f"chmod 600 {file}")
            words = file.read_text().split()
        except (OSError, UnicodeDecodeError) as error:
            raise StorageError(f"{file} cannot be read: {error}") from None
        if len(words) != 3 or words[:2] != ["comity-key-v1", "ed25519"]:
            raise BadInput(f"{file}: not a key of connections")
        return SigningKey.from_seed(read_base64(words[2], length=32, what=str(file)))

    def address(self) -> RelayAddress:
        """Give the address that nodes make their mailboxes' from."""
        settings = self.settings()
        return read_address(f"relay+{settings.endpoint}/{settings.name}/{_key_name(self.key())}")

    def take(self) -> None:
        """Take the lock: one process serves a relay.

        Raises:
            HomeInUse: another does.
        """
        handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise HomeInUse(f"{self.path} is served by another process") from None
        self._lock = handle

    def close(self) -> None:
        """Let the lock go."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _key_name(key: SigningKey) -> str:
    return key.public.raw.hex()
