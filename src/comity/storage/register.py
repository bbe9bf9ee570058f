"""The register in a node's home: `register.db` with the records, `register-index/` with what finds them.

The records are the truth: SQLite, WAL, `synchronous=FULL`, durable when a change is left. The index is made from them
and carries the number of the change it was made at; where that number is not the present one (a crash between the two,
a restored backup), it is made again from the records. Nothing in it is ever needed to answer for a record.

```
with RegisterFolder(home) as register:
    import_entities(register, read_lines(path), terms, at=clock.now())
    for answer in check_batch(register.index(), queries): ...
```
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import msgspec
import pysqlite3.dbapi2 as fixed_sqlite

from comity.errors import CannotJournal, HomeTooNew, StorageError
from comity.register.index import NameIndex
from comity.register.index_files import open_index, save_index
from comity.register.record import Record

__all__ = ["RegisterFolder"]

#: Layout of `register.db`; a higher number was written by a newer Comity.
LAYOUT = 1
_CREATE = """
CREATE TABLE record (id TEXT PRIMARY KEY, owner TEXT NOT NULL, review TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX record_review ON record (review);
CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), change INTEGER NOT NULL);
INSERT INTO state VALUES (1, 0);
"""
#: Of the entities in the index this share may be withdrawn ones before it is made again.
_STALE = 0.3


class _Change:
    """One change under way; see `comity.register.book.Writing`."""

    def __init__(self, db: Any) -> None:
        self._db = db
        self.put_in: dict[str, None] = {}
        self.taken_out: dict[str, None] = {}

    def owner_of(self, identity: str) -> str | None:
        """Give the owner of a record, or None."""
        row = self._db.execute("SELECT owner FROM record WHERE id = ?", (identity,)).fetchone()
        return None if row is None else str(row[0])

    def put(self, record: Record) -> None:
        """Enter or replace a record; the instant of first entry stays."""
        before = self._db.execute("SELECT body FROM record WHERE id = ?", (record.id,)).fetchone()
        if before is not None:
            record = msgspec.structs.replace(record, entered=_decoder.decode(before[0]).entered)
        self._db.execute(
            "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)",
            (record.id, record.terms.owner, record.terms.review.isoformat(), msgspec.json.encode(record)),
        )
        self.put_in[record.id] = None
        self.taken_out.pop(record.id, None)

    def remove(self, identity: str) -> None:
        """Take a record out."""
        self._db.execute("DELETE FROM record WHERE id = ?", (identity,))
        self.put_in.pop(identity, None)
        self.taken_out[identity] = None


_decoder = msgspec.json.Decoder(Record)


class RegisterFolder:
    """The register of one home; implements `comity.register.book.Records`.

    Args:
        home: the node's home; created if missing, readable by its owner alone.

    Raises:
        HomeTooNew: a newer Comity wrote the records.
        StorageError: the file is not a register.
    """

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = home / "register-index"
        path = home / "register.db"
        fresh = not path.exists()
        if fresh:
            path.touch(mode=0o600)
        self._db: Any = fixed_sqlite.connect(str(path), isolation_level=None, timeout=30.0)
        self._index: NameIndex | None = None
        self._indexed_at = -1
        try:
            self._prepare()
        except fixed_sqlite.DatabaseError as error:
            self._db.close()
            raise StorageError(f"{path.name}: not a usable register: {error}") from None
        except HomeTooNew:
            self._db.close()
            raise

    def _prepare(self) -> None:
        run = self._db.execute
        run("PRAGMA secure_delete=ON")  # erased means erased
        if run("PRAGMA journal_mode").fetchone()[0] != "wal":
            run("PRAGMA synchronous=EXTRA")  # the switch itself must survive a power cut
            run("PRAGMA journal_mode=WAL")
        run("PRAGMA synchronous=FULL")
        layout = run("PRAGMA user_version").fetchone()[0]
        if layout > LAYOUT:
            raise HomeTooNew(f"register.db has layout {layout}; this Comity reads up to {LAYOUT}")
        if layout == 0:
            self._db.executescript(f"BEGIN IMMEDIATE;{_CREATE}PRAGMA user_version={LAYOUT};COMMIT;")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the records; the index is left as it is."""
        self._db.close()

    def get(self, identity: str) -> Record | None:
        """Give a record, or None."""
        row = self._db.execute("SELECT body FROM record WHERE id = ?", (identity,)).fetchone()
        return None if row is None else _decoder.decode(row[0])

    def all(self) -> Iterator[Record]:
        """Give all records in the order of their ids."""
        for row in self._db.execute("SELECT body FROM record ORDER BY id"):
            yield _decoder.decode(row[0])

    def due(self, day: str) -> Iterator[Record]:
        """Give the records whose review date is `day` (ISO 8601) or before."""
        for row in self._db.execute("SELECT body FROM record WHERE review <= ? ORDER BY review, id", (day,)):
            yield _decoder.decode(row[0])

    def count(self) -> int:
        """Give the number of records."""
        return int(self._db.execute("SELECT count(*) FROM record").fetchone()[0])

    @contextmanager
    def writing(self) -> Iterator[_Change]:
        """Begin a change: durable whole when the context is left, undone by an error."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            before = self._change()
            change = _Change(self._db)
            try:
                yield change
                self._db.execute("UPDATE state SET change = change + 1")
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
        except fixed_sqlite.OperationalError as error:
            raise CannotJournal(f"register.db: {error}") from None
        if change.taken_out:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the log still holds what was just erased
        self._follow(change, before)

    def index(self) -> NameIndex:
        """Give the index of the present records: kept, opened, or made again."""
        present = self._change()
        if self._index is None or self._indexed_at != present:
            index = open_index(self._folder, str(present))
            if index is None:
                index = NameIndex()
                for record in self.all():
                    index.add(record.subject.entry())
                self._save(index, present)
            self._index, self._indexed_at = index, present
        return self._index

    def _change(self) -> int:
        return int(self._db.execute("SELECT change FROM state").fetchone()[0])

    def _follow(self, change: _Change, before: int) -> None:
        """Bring the index up to date with a change just made durable."""
        index = self._index if self._indexed_at == before else open_index(self._folder, str(before))
        gone = len(change.taken_out) + len(change.put_in)
        if (
            index is None
            or len(index.ids) + gone > (index.live_entities + len(change.put_in)) * (1 + _STALE) + 100
        ):
            self._index = None  # made again when it is asked for
            return
        for identity in change.taken_out:
            index.withdraw(identity)
        for identity in change.put_in:
            index.withdraw(identity)
            record = self.get(identity)
            if record is not None:
                index.add(record.subject.entry())
        self._index, self._indexed_at = index, before + 1
        self._save(index, before + 1)

    def _save(self, index: NameIndex, change: int) -> None:
        """Write the index beside the old one, then put it in its place."""
        fresh, old = (
            self._folder.with_name("register-index.new"),
            self._folder.with_name("register-index.old"),
        )
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
        save_index(index, fresh, str(change))
        if self._folder.exists():
            self._folder.rename(old)
        fresh.rename(self._folder)
        shutil.rmtree(old, ignore_errors=True)
