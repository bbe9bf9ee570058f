"""The only place where real parts are plugged into a node.

`open_home` gives a node over its folder, with the sequencer that commits in groups; `in_memory` gives one that keeps
nothing, for simulations. Everything else receives what it needs.
"""

import contextlib
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pysqlite3.dbapi2 as fixed_sqlite
from sqlalchemy import Connection

from comity.cards import read_card
from comity.clock import Clock, Instant, SystemClock
from comity.errors import BadInput, CannotJournal, ComityError, RefusedHere, StorageError
from comity.identifiers import PartyId, party_id
from comity.keys import SealingKey, SigningKey
from comity.node.introduce import accept_card
from comity.node.keyring import Keyring
from comity.node.node import Node, Reader
from comity.node.register_index import RegisterIndex
from comity.ports import Transaction
from comity.storage.body_keys import BodyKeys
from comity.storage.database import SqlStore, open_engine
from comity.storage.home import LOOPBACK, HomeFolder, Settings, create_home
from comity.storage.transaction import SqlTransaction


class Home:
    """An open home: the node, its settings, and what must be closed.

    Attributes:
        node: the node to act with.
        folder: its files.
        settings: what `node.toml` says.
        mailbox_key: the key from which those of its mailboxes at relays follow; None where it has none.
    """

    def __init__(
        self,
        folder: HomeFolder,
        node: Node,
        settings: Settings,
        close: Callable[[], None],
        passphrase: Callable[[], str] | None = None,
        mailbox_key: SigningKey | None = None,
        marks: frozenset[tuple[str, int]] = frozenset(),
    ) -> None:
        self.folder = folder
        self.node = node
        self.settings = settings
        self.mailbox_key = mailbox_key
        self._close = close
        self._passphrase = passphrase
        self._marks = marks

    @property
    def first(self) -> bool:
        """Whether no other process had the home when this one took it."""
        return self.folder.first

    @property
    def several(self) -> bool:
        """Whether other workers may serve this home beside this one."""
        return bool(self.settings.database)

    def lead(self) -> bool:
        """Become the one worker that listens to commands and carries what is owed; tell whether this one is."""
        return self.folder.lead()

    def add_keys(self, keys: Mapping[str, SigningKey | SealingKey]) -> list[Path]:
        """Write new everyday keys into the home, locked as the others are."""
        return self.folder.add_keys(keys, self._passphrase)

    def reload_keys(self) -> None:
        """Read the everyday keys again: some are new, some were destroyed."""
        marks = self.folder.key_marks()
        self.node.keyring.replace(*self.folder.keys(self._passphrase))
        self._marks = marks

    def follow_keys(self) -> None:
        """Read the everyday keys again if another worker of this home has made or destroyed some.

        Where one cannot be read, because it is being destroyed at this moment, all stays as it is until the next look.
        """
        with contextlib.suppress(ComityError, OSError):
            if self.folder.key_marks() != self._marks:
                self.reload_keys()

    def destroy_keys(self, ended: Collection[str]) -> list[str]:
        """Destroy everyday keys that sign and open nothing any more; give which were."""
        gone = self.folder.destroy_keys(ended, self._passphrase)
        if gone:
            self.reload_keys()
        return gone

    def close(self) -> None:
        """Finish what is under way and let the home go."""
        self._close()

    def __enter__(self) -> "Home":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_home(
    path: Path,
    *,
    clock: Clock | None = None,
    threaded: bool = True,
    passphrase: Callable[[], str] | None = None,
    worker: bool = False,
    new: bool = False,
) -> Home:
    """Open a home and take its lock.

    Args:
        new: it is being made: what keeps its rows may still be missing or empty.
        worker: let others open it beside this one, if its rows are in PostgreSQL.
        threaded: run the sequencer in its own thread and commit in groups (a serving node); a short command needs none.

    Raises:
        NotFound: there is no home there.
        HomeInUse: another process owns it.
        HomeTooNew: a newer Comity wrote it.
        StorageError: what keeps its rows, or the keys of its bodies, is missing, empty or damaged.
    """
    folder = HomeFolder(path)
    settings = folder.settings()
    party = party_id(settings.party)
    beside_others = worker and bool(settings.database)
    folder.take(shared=beside_others)
    try:
        if not new:
            folder.check_whole()
        chosen = clock or SystemClock()
        given = folder.secret(passphrase)
        secret = lru_cache(maxsize=1)(given) if given is not None else None  # asked for once
        marks = folder.key_marks()
        signing, sealing = folder.keys(secret)
        mailbox = folder.mailbox_key(secret)
        body_keys = _body_keys(path, chosen.now(), shared=beside_others)
        store = _store(folder.database, body_keys, threaded=threaded)
    except BaseException:
        folder.close()
        raise
    keyring = Keyring(signing, sealing)
    node = Node(party, store, chosen, keyring, deployment=settings.deployment, register=RegisterIndex(path))

    def close() -> None:
        store.close()
        body_keys.close()
        folder.close()

    try:
        store.read(lambda transaction: _check_owner(folder, party, keyring, transaction, new=new))
    except BaseException:
        close()
        raise
    home = Home(folder, node, settings, close, secret, mailbox, marks)
    if beside_others:
        store.watch(home.follow_keys)  # another worker's new card lists keys that this one must hold
    return home


def _body_keys(path: Path, now: Instant, *, shared: bool) -> BodyKeys:
    """Open the keys of bodies, and say in one line what is damaged."""
    try:
        return BodyKeys(path, now, shared=shared)
    except fixed_sqlite.DatabaseError as error:
        raise StorageError(
            f"{path}/body-keys.db cannot be opened: {error}", hint="restore it from a backup"
        ) from None
    except (ValueError, KeyError, TypeError):
        raise StorageError(
            f"{path}/body-epoch.json cannot be read", hint="restore it from a backup of this month"
        ) from None
    except OSError as error:
        raise CannotJournal(
            f"{path}/body-epoch.json cannot be written: {error.strerror or error}",
            hint="make room on the disk or mend it; nothing was half done",
        ) from None


def _check_owner(
    folder: HomeFolder, party: PartyId, keyring: Keyring, transaction: Transaction, *, new: bool
) -> None:
    """Refuse a home whose `node.toml` names another Party than the one whose keys are here, or whose rows are gone."""
    row = transaction.card(party)
    if row is None and not transaction.cards():
        if new:
            return
        place = folder.database if isinstance(folder.database, Path) else "the database"
        raise StorageError(
            f"{place} is empty: nothing of this home is in it",
            hint="restore a backup; only comity init makes a home",
        )
    listed = read_card(row.signed, root_fingerprint=None).card.signing if row is not None else ()
    if not any(keyring.signing_key(entry.keyid) for entry in listed):
        raise BadInput(f"{folder.path}/node.toml: `{party}` is not the Party whose keys are here")


def new_home(
    path: Path,
    party: str,
    *,
    names: dict[str, str],
    port: int = 0,
    deployment: str = "production",
    functions: tuple[str, ...] = ("director",),
    clock: Clock | None = None,
    passphrase: str | None = None,
    listen: str = LOOPBACK,
    endpoint: str = "",
    root_keys: int = 1,
    threshold: int = 1,
    console: int = 0,
    console_origin: str = "",
    database: str = "",
) -> bytes:
    """Make a new home with new keys, its database and its first card; give the card.

    Args:
        database: the address of an empty PostgreSQL database that is to keep the rows; by default a file does.

    Raises:
        BadInput: the Party id is not a DNS name, or others cannot reach the node where it would listen.
        RefusedHere: the folder is not empty, or the database is not.
    """
    chosen = clock or SystemClock()
    if database:
        _check_empty(database)
    folder, card = create_home(
        path,
        party,
        names=names,
        port=port,
        deployment=deployment,
        functions=functions,
        at=_whole_second(chosen.now()),
        passphrase=passphrase,
        listen=listen,
        endpoint=endpoint,
        root_keys=root_keys,
        threshold=threshold,
        console=console,
        console_origin=console_origin,
        database=database,
    )
    with open_home(
        folder.path,
        clock=chosen,
        threaded=False,
        passphrase=(lambda: passphrase) if passphrase else None,
        new=True,
    ) as home:
        home.node.act(lambda transaction: accept_card(home.node, transaction, card))
        if isinstance(folder.database, Path):
            folder.database.chmod(0o600)
    return card


def _check_empty(database: str) -> None:
    """Refuse a database that keeps the rows of another home: its keys are not here."""
    engine = open_engine(database)
    try:
        with engine.connect() as connection:
            if SqlTransaction(connection, BodyKeys(None, SystemClock().now())).cards():
                raise RefusedHere(
                    "the database keeps the rows of a node already", hint="createdb makes an empty one"
                )
    finally:
        engine.dispose()


def in_memory(
    party: str,
    keyring: Keyring,
    clock: Clock,
    entropy: Callable[[int], bytes],
    *,
    deployment: str = "simulation",
    reader: Reader | None = None,
    body_keys: BodyKeys | None = None,
) -> Node:
    """Make a node that keeps its rows in memory; its work runs at once in the caller's thread."""
    keys = body_keys or BodyKeys(None, clock.now(), entropy)
    return Node(
        PartyId(party), _store(None, keys, threaded=False), clock, keyring, entropy, deployment, reader
    )


def _store(place: Path | str | None, body_keys: BodyKeys, *, threaded: bool) -> SqlStore[SqlTransaction]:
    def transaction(connection: Connection) -> SqlTransaction:
        return SqlTransaction(connection, body_keys)

    return SqlStore(open_engine(place), transaction, threaded=threaded, beside=body_keys)


def _whole_second(instant: Instant) -> Instant:
    return datetime.fromtimestamp(int(instant.timestamp()), UTC)
