"""A node's home: one folder with everything it is and knows.

```
node.toml          which Party, which world, where it listens            0600
keys/root.key      signs cards and nothing else; may be taken offline    0600
keys/root-1.key …  the same where several hold it                        0600
keys/tls.key       the node's end of connections, and nothing else       0600
keys/mailbox.key   opens its mailboxes at relays; stands in no card      0600
keys/*.key         everyday keys                                         0600
node.db            rows: items, mailboxes, journal; none where PostgreSQL
                   keeps them                                            0600
body-keys.db       keys of item bodies, apart (see `body_keys`)          0600
body-epoch.json    the present epoch's key                               0600
lock               held by the one process that owns the home, or by
                   every worker where PostgreSQL keeps the rows
leader             held by the worker that listens to commands           0600
control            the Unix socket of a serving node                     0600
```

The folder itself is 0700. One process owns a home at a time; a second is refused, but for further workers of a home
whose rows are in PostgreSQL.
"""

import contextlib
import errno
import fcntl
import ipaddress
import os
import re
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from comity.cards import TLS, Card, alone, issue, sealing_entry, signing_entry
from comity.cards.rotation import CARD_LIFE, EVERYDAY, with_root
from comity.clock import Instant
from comity.errors import BadInput, HomeInUse, NotFound, RefusedHere, StorageError, VerificationFailed
from comity.identifiers import PartyId, party_id
from comity.keys import SealingKey, SigningKey, lock
from comity.signing import to_bytes
from comity.storage import os_keyring
from comity.storage.body_keys import write_private
from comity.storage.key_files import destroy, is_locked, read_key, read_signing_key, write_key
from comity.strict import NotToml, read_toml

#: Where a node listens unless told otherwise.
LOOPBACK = "127.0.0.1"

#: Keys that are asked for by name and belong to no everyday ring.
_APART = ("root", "mailbox")

#: Files of root keys: `root.key`, or one for each holder of a shared root.
_ROOT_FILE = re.compile(r"root(?:-[0-9a-z]+)?\Z")

#: Seconds for which a worker that starts waits for a command that has the home.
_PATIENCE = 10.0

#: What a file system answers that knows no locks.
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)

#: The name of a world, such as `production`.
_WORLD = re.compile(r"[a-z][a-z0-9-]{0,39}")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `node.toml` says.

    Attributes:
        party: whose node this is.
        deployment: which world: `production`, `exercise`, `demo`. Messages of another world are refused.
        port: where the endpoint listens; 0 for none.
        listen: the address it listens on. On any other than loopback it speaks TLS and nothing else.
        endpoint: where others reach it, as its card says; `https://…` makes it speak TLS on loopback too, behind what
            passes connections on.
        desk_port: where programs of one's own ask the register over HTTP, on loopback; 0 for nowhere.
        console: where the console listens on loopback; 0 for none.
        console_origin: the address officers' browsers know it by, where a proxy with TLS stands before it.
        database: the address of the PostgreSQL database that keeps the rows; empty for `node.db`.
        passphrase: `keyring` where the system's keyring holds that of the keys (`os_keyring.py`); empty for anything
            else.
        webhooks: how the addresses of hooks begin; no other is ever called.
        mail_server: what sends mail: `smtps://HOST:PORT`, or `smtp://HOST:PORT` with STARTTLS; empty for no mail.
        mail_from: what mail comes from.
        mail_user, mail_password_file: how the node comes in at the mail server.
        mail_domains: the domains mail may go to; by default that of `mail_from`.
        trust_file: certificates (PEM) by which mail server, hooks and provider of identity are trusted; by default as
            the system does.
        oidc_issuer: the provider of identity by which officers may sign in; empty for none.
        oidc_client, oidc_secret_file: the node's name there, and the file with its secret; empty for none.
        oidc_also: how addresses of the provider begin that do not lie below its issuer.
    """

    party: str
    deployment: str = "production"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    listen: str = LOOPBACK
    endpoint: str = ""
    desk_port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    console: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    console_origin: Annotated[
        str,
        msgspec.Meta(pattern=r"\A(https://[a-z0-9.-]+(:[0-9]+)?|http://([a-z0-9-]+\.)?localhost:[0-9]+|)\Z"),
    ] = ""
    database: str = ""
    passphrase: Literal["", "keyring"] = ""
    webhooks: tuple[str, ...] = ()
    mail_server: str = ""
    mail_from: str = ""
    mail_user: str = ""
    mail_password_file: str = ""
    mail_domains: tuple[str, ...] = ()
    trust_file: str = ""
    oidc_issuer: str = ""
    oidc_client: str = ""
    oidc_secret_file: str = ""
    oidc_also: tuple[str, ...] = ()

    @property
    def mail_goes_to(self) -> tuple[str, ...]:
        """Give the domains that mail may go to: those named, else the one it comes from."""
        own = self.mail_from.rpartition("@")[2].lower()
        return tuple(each.lower() for each in self.mail_domains) or ((own,) if own else ())

    @property
    def origin(self) -> str:
        """The console's address; empty where there is none."""
        return self.console_origin or (f"http://localhost:{self.console}" if self.console else "")


class HomeFolder:
    """The files of a home. Opening it takes the lock; `close` lets it go."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None
        self._lead: int | None = None
        self.first = False

    @property
    def database(self) -> Path | str:
        """Where the rows are: a file, or the address of a database."""
        return self.settings().database or self.path / "node.db"

    def check_whole(self) -> None:
        """See that what keeps the rows, and the keys of bodies, is there: opening makes neither anew.

        Raises:
            StorageError: a file is missing.
        """
        files = [self.database] if isinstance(self.database, Path) else []
        for file in [*files, self.path / "body-keys.db"]:
            if not file.exists():
                raise StorageError(
                    f"{file.name} is missing in {self.path}",
                    hint="restore a backup; only comity init makes a home",
                )

    @property
    def socket(self) -> Path:
        """Where a serving node listens for commands."""
        return self.path / "control"

    def settings(self) -> Settings:
        """Read `node.toml`.

        Raises:
            NotFound: there is no home here.
            BadInput: it cannot be read.
        """
        file = self.path / "node.toml"
        if not file.exists():
            raise NotFound(f"{self.path} is not a node's home", hint=f"comity init {self.path} --party ID")
        try:
            settings = msgspec.convert(read_toml(file.read_text()), Settings)
            party_id(settings.party)
        except BadInput as error:
            raise BadInput(f"{file}: {error.message}") from None
        except (NotToml, UnicodeDecodeError, msgspec.ValidationError) as error:
            raise BadInput(f"{file}: {error}") from None
        return settings

    def secret(self, given: Callable[[], str] | None) -> Callable[[], str] | None:
        """Give how the passphrase of the keys is come by: as given, else by the keyring if the home says so."""
        settings = self.settings()
        if given is None and settings.passphrase:  # there is one other place: the keyring
            return lambda: os_keyring.fetch(settings.party)
        return given

    def lock_keys(
        self, present: Callable[[], str] | None, passphrase: str, *, in_keyring: bool = False
    ) -> list[Path]:
        """Lock every key in the home, the root's too, with a new passphrase; give the files.

        Each file is replaced whole: after a crash some are under the present passphrase and some under the new one, and
        the same command once more goes on. The keyring is told last: until then the present one may stand there alone.

        Args:
            in_keyring: the system's keyring holds the new one from now on, and `node.toml` says so.

        Raises:
            VerificationFailed: the present passphrase is wrong; nothing is changed.
            BadInput: the keyring cannot be used; nothing is changed.
        """
        if in_keyring:
            os_keyring.check(self.settings().party)
        keys = {file: _read_either(file, present, passphrase) for file in self.key_files()}
        for file, key in keys.items():
            write_private(file, lock(key, passphrase))
        if in_keyring:
            os_keyring.store(self.settings().party, passphrase)
        self._say_where(in_keyring=in_keyring)
        return list(keys)

    def _say_where(self, *, in_keyring: bool) -> None:
        file = self.path / "node.toml"
        lines = [line for line in file.read_text().splitlines() if not line.startswith("passphrase")]
        lines += ['passphrase = "keyring"'] if in_keyring else []
        write_private(file, ("\n".join(lines) + "\n").encode())

    def take(self, *, shared: bool = False) -> None:
        """Take the lock of this home.

        Args:
            shared: as a worker beside others; `first` tells afterwards whether there was none yet.

        Raises:
            HomeInUse: another process owns it.
            BadInput: the file system it is on knows no locks.
        """
        handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self.first = _flock(handle, fcntl.LOCK_EX)
            if shared:
                end = time.monotonic() + _PATIENCE  # commands are short, and workers start at the same time
                while not _flock(handle, fcntl.LOCK_SH) and time.monotonic() < end:
                    time.sleep(0.05)
            if not _flock(handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX):
                raise BlockingIOError
        except OSError as error:
            if error.errno in _NO_LOCKS:
                os.close(handle)
                raise BadInput(
                    f"{self.path} is on a file system that knows no locks: {error.strerror}",
                    hint="move the home to a disk of this machine",
                ) from None
            owner = os.pread(handle, 20, 0).decode(errors="replace").strip() or "another process"
            os.close(handle)
            raise HomeInUse(
                f"{self.path} is in use by process {owner}",
                hint="commands speak to a serving node by themselves; otherwise wait for it to end",
            ) from None
        with contextlib.suppress(
            OSError
        ):  # whose it is, is for others to read; the lock itself needs no room
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self._lock = handle

    def lead(self) -> bool:
        """Become the one worker that listens to commands and carries what is owed; tell whether this one is."""
        if self._lead is None:
            handle = os.open(self.path / "leader", os.O_RDWR | os.O_CREAT, 0o600)
            if not _flock(handle, fcntl.LOCK_EX):
                os.close(handle)
                return False
            self._lead = handle
        return True

    def close(self) -> None:
        """Let the locks go."""
        for handle in (self._lead, self._lock):
            if handle is not None:
                os.close(handle)
        self._lead = self._lock = None

    def keys(self, passphrase: Callable[[], str] | None = None) -> tuple[list[SigningKey], list[SealingKey]]:
        """Read the everyday keys; the root key is not among them.

        Raises:
            StorageError: a key file is readable by others.
            BadInput: a key file cannot be read.
        """
        signing: list[SigningKey] = []
        sealing: list[SealingKey] = []
        for file in sorted((self.path / "keys").glob("*.key")):
            if file.stem in _APART or is_root(file):
                continue
            key = read_key(file, passphrase)
            if isinstance(key, SigningKey):
                signing.append(key)
            else:
                sealing.append(key)
        return signing, sealing

    def root_keys(self, passphrase: Callable[[], str] | None = None) -> list[SigningKey]:
        """Read the root keys that lie in the home: `root.key`, `root-1.key`, …; none where all were taken offline."""
        return [read_signing_key(file, passphrase) for file in self.key_files() if is_root(file)]

    def key_files(self) -> list[Path]:
        """Give the files of all private keys in the home."""
        return sorted((self.path / "keys").glob("*.key"))

    def key_marks(self) -> frozenset[tuple[str, int]]:
        """Give by what one sees that a key was made or destroyed since, without reading any."""
        with os.scandir(self.path / "keys") as found:
            return frozenset((each.name, each.inode()) for each in found if each.name.endswith(".key"))

    def add_keys(
        self, keys: Mapping[str, SigningKey | SealingKey], passphrase: Callable[[], str] | None
    ) -> list[Path]:
        """Write new everyday keys beside the present ones, locked if those are, each under its role and name."""
        locked = any(is_locked(file) for file in self.key_files())
        written = []
        for role, key in keys.items():
            file = self.path / "keys" / f"{role}-{key.fingerprint.rpartition(':')[2][:8]}.key"
            write_key(file, key, passphrase() if passphrase and locked else None)
            written.append(file)
        return written

    def destroy_keys(self, ended: Collection[str], passphrase: Callable[[], str] | None) -> list[str]:
        """Destroy the everyday keys among those named; give the fingerprints of what was destroyed."""
        gone = []
        for file in self.key_files():
            if not is_root(file) and file.stem not in _APART:
                key = read_key(file, passphrase)
                if key.fingerprint in ended:
                    destroy(file)
                    gone.append(key.fingerprint)
        return gone

    def mailbox_key(self, passphrase: Callable[[], str] | None = None) -> SigningKey | None:
        """Read the key from which those of mailboxes at relays follow; None where there is none."""
        file = self.path / "keys" / "mailbox.key"
        return read_signing_key(file, passphrase) if file.exists() else None


def _read_either(file: Path, present: Callable[[], str] | None, new: str) -> SigningKey | SealingKey:
    """Read a key under the present passphrase, or under the new one where locking was cut short."""
    try:
        return read_key(file, present)
    except (BadInput, VerificationFailed):
        with contextlib.suppress(VerificationFailed):
            return read_key(file, lambda: new)
        raise


def _flock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_root(file: Path) -> bool:
    """Tell by its name whether a key file holds a root key, which only cards are signed with."""
    return _ROOT_FILE.match(file.stem) is not None


def endpoint_for(listen: str, port: int, endpoint: str) -> str:
    """Give where others reach a node that listens there; empty where it takes nothing in but pouches and relays.

    Raises:
        BadInput: `listen` is no address, or others cannot reach what it is.
    """
    try:
        address = ipaddress.ip_address(listen)
    except ValueError:
        raise BadInput(
            f"`{listen[:80]}` is not an address to listen on, such as 0.0.0.0 or 192.0.2.7"
        ) from None
    if not port and not address.is_loopback:
        raise BadInput(
            f"a node that listens on {address} needs a port, and the address others reach it at",
            hint="give --port PORT and --endpoint https://NAME:PORT",
        )
    if endpoint or not port:
        return endpoint
    if address.is_unspecified:
        raise BadInput(
            f"a node that listens on {address} needs the address others reach it at",
            hint=f"--endpoint https://NAME:{port}",
        )
    host = f"[{address}]" if address.version == 6 else str(address)
    return f"http://{host}:{port}" if address.is_loopback else f"https://{host}:{port}"


def create_home(
    path: Path,
    party: str,
    *,
    names: dict[str, str],
    port: int,
    deployment: str,
    functions: tuple[str, ...],
    at: Instant,
    passphrase: str | None = None,
    listen: str = LOOPBACK,
    endpoint: str = "",
    root_keys: int = 1,
    threshold: int = 1,
    console: int = 0,
    console_origin: str = "",
    database: str = "",
) -> tuple[HomeFolder, bytes]:
    """Make a new home with new keys; give it and the Party's first card.

    Args:
        functions: full powers of the officer's key, such as `director`.
        listen: the address to listen on; `endpoint` where others reach it, for the card.
        console: where the console listens on loopback; `console_origin` the address browsers know it by.
        database: the address of the PostgreSQL database that keeps the rows.
        passphrase: locks every key file; None leaves them protected by the file system alone.
        root_keys, threshold: how many keys share the root, and how many of them sign a card.

    Raises:
        BadInput: the Party id is not a DNS name.
        RefusedHere: there is something in that folder already.
    """
    checked: PartyId = party_id(party)
    if not _WORLD.fullmatch(deployment):
        raise BadInput(f"deployment `{deployment[:80]}` is not a word such as `production` or `exercise`")
    if path.exists() and any(path.iterdir()):
        raise RefusedHere(f"{path} is not empty", hint="choose a new folder; a home is never written over")
    reached = endpoint_for(listen, port, endpoint)
    roots = [SigningKey.generate() for _ in range(max(root_keys, 1))]
    everyday, officer, witness, tls, mailbox = (SigningKey.generate() for _ in range(5))
    sealing = SealingKey.generate()
    until = at + CARD_LIFE
    card = Card(
        party=checked,
        version=1,
        names=names,
        issued=at,
        expires=until,
        endpoints=(reached,) if reached else (),
        root=alone(roots[0].public),
        signing=(
            signing_entry(everyday.public, EVERYDAY, at, until),
            signing_entry(officer.public, functions, at, until),
            signing_entry(witness.public, ("witness",), at, until),  # cosigns and nothing else
            signing_entry(tls.public, (TLS,), at, until),  # answers and calls, and speaks for nobody
        ),
        sealing=(sealing_entry(sealing.public, at, until),),
    )
    card = with_root(card, [key.public for key in roots], threshold)
    signed = to_bytes(issue(card, *roots))  # what is wrong in it is found before anything stands on the disk
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    (path / "keys").mkdir(mode=0o700)
    made: dict[str, SigningKey | SealingKey] = {
        **{f"root-{number}" if root_keys > 1 else "root": key for number, key in enumerate(roots, 1)},
        "everyday": everyday,
        "officer": officer,
        "witness": witness,
        "mailbox": mailbox,
        "tls": tls,
        "sealing": sealing,
    }
    for name, key in made.items():
        write_key(path / "keys" / f"{name}.key", key, passphrase)
    settings = f'party = "{checked}"\ndeployment = "{deployment}"\nport = {port}\n'
    settings += f'listen = "{listen}"\n' if listen != LOOPBACK else ""
    settings += f'endpoint = "{endpoint}"\n' if endpoint else ""
    settings += f"console = {console}\n" if console else ""
    settings += f'database = "{database}"\n' if database else ""
    settings += f'console_origin = "{console_origin}"\n' if console_origin else ""
    write_private(path / "node.toml", settings.encode())
    return HomeFolder(path), signed
