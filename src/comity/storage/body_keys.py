"""Keys of item bodies, apart from the database, so that erasing an item is real.

Each body is sealed with AES-256-GCM under a key of its own. The keys stand in a file of their own, each wrapped under
an *epoch key* that is renewed every 30 days. A backup can hold the present epoch key at most: once the epoch has
ended, no backup made before an erasure opens the erased body. `erase` gives the day from which that holds.

They stay in the home wherever the rows are. Where several workers share a home (`postgresql.py`), whoever holds the
sequencer's lock writes here too, and each looks whether another began a new epoch before it uses a key.
"""

import json
import os
import socket
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as fixed_sqlite
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from comity.clock import Instant, format_instant, parse_instant
from comity.errors import StorageError, VerificationFailed
from comity.storage.failing_disk import WriteAheadLog, is_io_failure, stop, sync

#: How long an epoch key lives (DESIGN §6).
EPOCH = timedelta(days=30)

_NONCE = 12
#: Names a machine from one start to the next, for all its containers alike.
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class BodyKeys:
    """The keys of bodies, wrapped under the epoch's key.

    Args:
        folder: where `body-keys.db` and `body-epoch.json` stand; None keeps them in memory.
        now: the instant of opening; an epoch older than `EPOCH` is renewed.
        entropy: gives that many random bytes.
        shared: other processes use them too; then no epoch is renewed here before `renew_if_due` is called.
    """

    def __init__(
        self,
        folder: Path | None,
        now: Instant,
        entropy: Callable[[int], bytes] = os.urandom,
        *,
        shared: bool = False,
    ) -> None:
        self._entropy = entropy
        self._epoch_file = None if folder is None else folder / "body-epoch.json"
        self._file = None if folder is None else folder / "body-keys.db"
        path = ":memory:" if self._file is None else str(self._file)
        self._shared = shared
        self._read_as: tuple[int, int] | None = None
        self._db: Any = fixed_sqlite.connect(
            path, isolation_level=None, check_same_thread=False, timeout=30.0
        )
        self._db.execute("PRAGMA secure_delete=ON")
        if self._file is not None:
            self._file.chmod(0o600)
            self._db.execute("PRAGMA wal_autocheckpoint=0")
            if self._db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                self._db.execute("PRAGMA synchronous=EXTRA")
                self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS body_keys (item TEXT PRIMARY KEY, epoch INTEGER, wrapped BLOB)"
        )
        self._log = WriteAheadLog(self._db)
        self._keys: dict[int, bytes] = {}
        self._begun: dict[int, Instant] = {}
        self._open_transaction = False
        self._guard = threading.Lock()  # a reader beside the sequencer must not meet a renewal half done
        self._marks: list[tuple[bool, int]] = []
        self._fates: list[tuple[str, bool]] = []
        self._load(now)

    @property
    def home(self) -> str:
        """What tells this home from a copy of it, on this machine or another; empty in memory."""
        if self._file is None:
            return ""
        file = self._file.stat()
        machine = _BOOT.read_text().strip() if _BOOT.exists() else socket.gethostname()
        return f"{machine} {file.st_dev} {file.st_ino}"

    def seal(self, item: str, body: bytes) -> bytes:
        """Seal a body under a new key and keep the key, durable at the next `commit`."""
        key, nonce = self._entropy(32), self._entropy(_NONCE)
        self._begin()
        self._look()
        epoch = max(self._keys)
        wrapped = self._wrap(epoch, item, key)
        self._db.execute("INSERT OR REPLACE INTO body_keys VALUES (?, ?, ?)", (item, epoch, wrapped))
        self._fates.append((item, True))
        return nonce + AESGCM(key).encrypt(nonce, body, item.encode())

    def open(self, item: str, sealed: bytes) -> bytes | None:
        """Open a body, or give None where its key has been erased.

        Raises:
            VerificationFailed: the bytes were altered.
        """
        try:
            with self._guard:
                row = self._row(item)
                if row is not None and row[0] not in self._keys:  # another worker has wrapped it anew
                    self._look()
                    row = self._row(item)
                if row is None:
                    return None
                key = self._unwrap(row[0], item, row[1])
            return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], item.encode())
        except InvalidTag as error:
            raise VerificationFailed(f"the stored body of item {item[:12]} was altered") from error

    def _row(self, item: str) -> Any:
        return self._db.execute("SELECT epoch, wrapped FROM body_keys WHERE item = ?", (item,)).fetchone()

    def erase(self, item: str) -> Instant:
        """Destroy an item's key at the next `finish`; give the end of the present epoch."""
        self._look()
        self._fates.append((item, False))
        return self._begun[max(self._keys)] + EPOCH

    def commit(self) -> None:
        """Make the keys of what was sealed durable. Called before the database's own commit: a key without a body is
        harmless, a body without its key would be lost.
        """
        if self._open_transaction:
            self._db.execute("COMMIT")
            self._open_transaction = False
            self._log.fold_in_if_long()

    def finish(self) -> None:
        """Destroy the keys of what was erased. Called after the database's own commit: an erasure that was given up
        there must not happen here. Where the disk refuses, the next call, or `sweep`, does it.
        """
        doomed = [item for item, kept in dict(self._fates).items() if not kept]
        try:
            if doomed:
                self._begin()
                self._db.executemany("DELETE FROM body_keys WHERE item = ?", [(item,) for item in doomed])
                self.commit()
        except fixed_sqlite.Error as error:
            if is_io_failure(error):
                stop(error)
            self._fates = [(item, False) for item in doomed]
            self._rollback()
        else:
            self._fates.clear()

    def sweep(self, items: Callable[[], Iterable[str]], count: int) -> int:
        """Destroy keys whose bodies are gone, as a power cut between the two files leaves them; give how many.

        Args:
            items: gives the items that have a body; asked only where their `count` differs from that of the keys.
        """
        if self._db.execute("SELECT count(*) FROM body_keys").fetchone()[0] == count:
            return 0
        here = set(items())
        held = [row[0] for row in self._db.execute("SELECT item FROM body_keys")]
        self._fates = [(item, False) for item in held if item not in here]
        swept = len(self._fates)
        self.finish()
        return swept

    def savepoint(self) -> None:
        """Mark where a piece of work begins; pieces may stand within each other."""
        self._marks.append((self._open_transaction, len(self._fates)))
        if self._open_transaction:
            self._db.execute(f"SAVEPOINT piece{len(self._marks)}")

    def release(self) -> None:
        """Keep what was done since the last mark, as part of what it stands within."""
        begun, _ = self._marks.pop()
        if begun:
            self._db.execute(f"RELEASE piece{len(self._marks) + 1}")

    def undo(self) -> None:
        """Undo what was done since the last mark: a piece of work that failed must not erase anything."""
        begun, fates = self._marks.pop()
        del self._fates[fates:]
        if begun:
            self._db.execute(f"ROLLBACK TO piece{len(self._marks) + 1}")
            self._db.execute(f"RELEASE piece{len(self._marks) + 1}")
        elif self._open_transaction:
            self._db.execute("ROLLBACK")
            self._open_transaction = False

    def give_up(self) -> None:
        """Undo everything since the last `commit`, whatever state a failing disk left it in."""
        self._marks.clear()
        self._fates.clear()
        self._rollback()

    def _rollback(self) -> None:
        self._open_transaction = False
        if self._db.in_transaction:
            self._db.rollback()

    def renew(self, now: Instant) -> None:
        """Begin a new epoch: wrap every key anew, then forget the old epoch's key."""
        epoch = max(self._keys, default=0) + 1
        self._keys[epoch], self._begun[epoch] = self._entropy(32), now
        try:
            self._save()  # both epochs, until every key is wrapped anew
        except BaseException:
            del (
                self._keys[epoch],
                self._begun[epoch],
            )  # nothing may be sealed under a key that is nowhere kept
            raise
        try:
            self._wrap_anew(epoch)
        except BaseException:
            self._rollback()
            raise
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for old in [number for number in self._keys if number != epoch]:
            del self._keys[old], self._begun[old]
        self._save()

    def _wrap_anew(self, epoch: int) -> None:
        self._begin()
        rows = self._db.execute(
            "SELECT item, epoch, wrapped FROM body_keys WHERE epoch <> ?", (epoch,)
        ).fetchall()
        for item, old, wrapped in rows:
            again = self._wrap(epoch, item, self._unwrap(old, item, wrapped))
            self._db.execute(
                "UPDATE body_keys SET epoch = ?, wrapped = ? WHERE item = ?", (epoch, again, item)
            )
        self.commit()

    def renew_if_due(self, now: Instant) -> bool:
        """Begin a new epoch if the present one is over; tell whether it was. Not while a piece of work runs."""
        self._look()
        if now < self._begun[max(self._keys)] + EPOCH and len(self._keys) == 1:
            return False
        self.finish()  # what a refusing disk left to destroy must not be wrapped anew
        with self._guard:
            self.renew(now)
        return True

    def scrub(self) -> None:
        """Empty the write-ahead log: older pages in it still hold keys that were erased."""
        with self._guard:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let the file go."""
        self.commit()
        self._db.close()

    def _begin(self) -> None:
        if not self._open_transaction:
            self._db.execute("BEGIN IMMEDIATE")
            self._open_transaction = True

    def _wrap(self, epoch: int, item: str, key: bytes) -> bytes:
        nonce = self._entropy(_NONCE)
        return nonce + AESGCM(self._keys[epoch]).encrypt(nonce, key, item.encode())

    def _unwrap(self, epoch: int, item: str, wrapped: bytes) -> bytes:
        if epoch not in self._keys:
            raise StorageError(f"the key of epoch {epoch} is gone: this is an older copy of body-keys.db")
        return AESGCM(self._keys[epoch]).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], item.encode())

    def _load(self, now: Instant) -> None:
        self._read()
        half_done = len(self._keys) > 1 or (self._keys and now >= self._begun[max(self._keys)] + EPOCH)
        if not self._keys or (half_done and not self._shared):
            self.renew(now)

    def _read(self) -> None:
        if self._epoch_file is None or not self._epoch_file.exists():
            return
        self._read_as = self._stamp()
        rows = json.loads(self._epoch_file.read_text())
        self._begun = {row["epoch"]: parse_instant(row["begun"]) for row in rows}
        self._keys = {row["epoch"]: bytes.fromhex(row["key"]) for row in rows}

    def _look(self) -> None:
        """Read the epochs again if another worker began one."""
        if self._shared and self._stamp() != self._read_as:
            self._read()

    def _stamp(self) -> tuple[int, int]:
        assert self._epoch_file is not None
        found = self._epoch_file.stat()
        return found.st_ino, found.st_mtime_ns

    def _save(self) -> None:
        if self._epoch_file is None:
            return
        rows = [
            {"epoch": epoch, "begun": format_instant(self._begun[epoch]), "key": key.hex()}
            for epoch, key in sorted(self._keys.items())
        ]
        write_private(self._epoch_file, json.dumps(rows).encode())
        self._read_as = self._stamp()


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all, durable on return."""
    beside = path.with_name(path.name + ".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb", closefd=False) as file:
            file.write(data)
        sync(handle)
    finally:
        os.close(handle)
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        sync(folder)
    finally:
        os.close(folder)
