"""The boxes of a relay, in a database of its own: durable before anything is acknowledged, and bounded.

A mailbox has a quota of bytes and boxes, and days after which a box goes by itself; all mailboxes together have a cap.
Of a box the relay keeps the mailbox, the bytes and the hour in which it came: no sender, no minute, no address.
"""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pysqlite3.dbapi2 as sqlite

from comity.carriers.relay_wire import MAX_BOXES, MAX_RUN_BYTES, Box, box_id
from comity.clock import Instant
from comity.errors import BadInput, CannotJournal, NotFound, StorageError

_LAYOUT = """
CREATE TABLE IF NOT EXISTS mailboxes (
    id TEXT PRIMARY KEY, most_bytes INTEGER NOT NULL, most_boxes INTEGER NOT NULL, days INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS boxes (
    number INTEGER PRIMARY KEY AUTOINCREMENT, mailbox TEXT NOT NULL, id BLOB NOT NULL, hour INTEGER NOT NULL,
    size INTEGER NOT NULL, data BLOB NOT NULL, UNIQUE (mailbox, id)
);
CREATE INDEX IF NOT EXISTS boxes_by_hour ON boxes (hour);
CREATE INDEX IF NOT EXISTS boxes_sizes ON boxes (mailbox, number, size);
"""
_HOUR = 3600
#: What is said of a mailbox that nobody admitted, to whoever puts in and to whoever wants to take out.
NO_MAILBOX = "no such mailbox here: whose it is asks the relay's operator to admit it"


class Mailbox(msgspec.Struct, frozen=True):
    """A mailbox: what it may hold, for how many days, and what it holds."""

    id: str
    most_bytes: int
    most_boxes: int
    days: int
    bytes: int = 0
    boxes: int = 0


def check_name(mailbox: str) -> None:
    """Refuse what is no mailbox's name.

    Raises:
        BadInput: it is not 64 hexadecimal digits.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", mailbox):
        raise BadInput(f"`{mailbox[:80]}` is not a mailbox: 64 hexadecimal digits")


class Mailboxes:
    """The database of a relay.

    Args:
        path: its file.
        most_bytes: what all mailboxes together may hold.
    """

    def __init__(self, path: Path, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._turn = threading.Lock()
        try:
            self._connection: Any = sqlite.connect(
                str(path), timeout=30.0, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.execute("PRAGMA secure_delete=ON")
            self._connection.executescript(_LAYOUT)
        except sqlite.Error as error:
            raise StorageError(f"{path} cannot be opened: {error}") from None
        path.chmod(0o600)

    def close(self) -> None:
        """Let the database go."""
        with self._turn:
            self._connection.close()

    def admit(self, mailbox: Mailbox) -> None:
        """Open a mailbox, or change what it may hold."""
        with self._writing() as run:
            run(
                "INSERT INTO mailboxes VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                " most_bytes = excluded.most_bytes, most_boxes = excluded.most_boxes, days = excluded.days",
                (mailbox.id, mailbox.most_bytes, mailbox.most_boxes, mailbox.days),
            )

    def dismiss(self, mailbox: str) -> int:
        """Close a mailbox and destroy what is in it; give how many boxes that was.

        Raises:
            NotFound: there is no such mailbox.
        """
        with self._writing() as run:
            if run("DELETE FROM mailboxes WHERE id = ?", (mailbox,)).rowcount == 0:
                raise NotFound(f"no mailbox {mailbox[:16]}… here")
            return int(run("DELETE FROM boxes WHERE mailbox = ?", (mailbox,)).rowcount)

    def all(self) -> list[Mailbox]:
        """Give every mailbox and what it holds."""
        with self._turn:
            rows = self._connection.execute(
                "SELECT m.id, m.most_bytes, m.most_boxes, m.days, coalesce(sum(b.size), 0), count(b.number)"
                " FROM mailboxes m LEFT JOIN boxes b ON b.mailbox = m.id GROUP BY m.id ORDER BY m.id"
            ).fetchall()
        return [Mailbox(*row) for row in rows]

    def check(self, mailbox: str) -> None:
        """Refuse a mailbox that nobody has.

        Raises:
            NotFound: there is no such mailbox.
            CannotJournal: the disk refuses.
        """
        with self._turn:
            try:
                _check_admitted(self._connection.execute, mailbox)
            except sqlite.Error as error:
                raise CannotJournal(f"the relay cannot keep boxes ({error})") from None

    def deposit(self, mailbox: str, boxes: Sequence[bytes], at: Instant) -> list[bool]:
        """Keep boxes; tell of each whether it is kept. One that is here already counts as kept.

        Raises:
            NotFound: there is no such mailbox.
            CannotJournal: the disk refuses.
        """
        hour = int(at.timestamp()) // _HOUR
        with self._writing() as run:
            row = run("SELECT most_bytes, most_boxes FROM mailboxes WHERE id = ?", (mailbox,)).fetchone()
            if row is None:
                raise NotFound(NO_MAILBOX)
            held = run("SELECT coalesce(sum(size), 0), count(*) FROM boxes WHERE mailbox = ?", (mailbox,))
            size, count = held.fetchone()
            whole = run("SELECT coalesce(sum(size), 0) FROM boxes").fetchone()[0]
            kept: list[bool] = []
            for box in boxes:
                name, length = box_id(box), len(box)
                here = run("SELECT 1 FROM boxes WHERE mailbox = ? AND id = ?", (mailbox, name)).fetchone()
                room = size + length <= row[0] and count < row[1] and whole + length <= self._most_bytes
                if here is None and room:
                    run(
                        "INSERT INTO boxes (mailbox, id, hour, size, data) VALUES (?, ?, ?, ?, ?)",
                        (mailbox, name, hour, length, box),
                    )
                    size, count, whole = size + length, count + 1, whole + length
                kept.append(here is not None or room)
        return kept

    def collect(self, mailbox: str, after: int, taken: Sequence[bytes]) -> tuple[list[Box], int]:
        """Let go what was taken, give the next boxes after a number, and how many are left behind them.

        Raises:
            NotFound: there is no such mailbox.
        """
        with self._writing() as run:
            _check_admitted(run, mailbox)
            for name in taken:
                run("DELETE FROM boxes WHERE mailbox = ? AND id = ?", (mailbox, name))
            sizes = run(
                "SELECT number, size FROM boxes WHERE mailbox = ? AND number > ? ORDER BY number LIMIT ?",
                (mailbox, after, MAX_BOXES),
            ).fetchall()
            chosen, size = list[int](), 0
            for number, length in sizes:
                size += length
                if chosen and size > MAX_RUN_BYTES:
                    break
                chosen.append(number)
            found = [
                Box(*run("SELECT number, id, data FROM boxes WHERE number = ?", (number,)).fetchone())
                for number in chosen
            ]
            last = chosen[-1] if chosen else after
            left = run(
                "SELECT count(*) FROM boxes WHERE mailbox = ? AND number > ?", (mailbox, last)
            ).fetchone()[0]
        return found, int(left)

    def expire(self, at: Instant) -> int:
        """Destroy boxes whose days are over; give how many."""
        hour = int(at.timestamp()) // _HOUR
        with self._writing() as run:
            return int(
                run(
                    "DELETE FROM boxes WHERE hour + 24 *"
                    " (SELECT days FROM mailboxes WHERE mailboxes.id = boxes.mailbox) < ?",
                    (hour,),
                ).rowcount
            )

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        """Run statements as one transaction, durable at its end."""
        with self._turn:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection.execute
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite.Error as error:
                raise CannotJournal(f"the relay cannot keep boxes ({error})") from None


def _check_admitted(run: Callable[..., Any], mailbox: str) -> None:
    if run("SELECT 1 FROM mailboxes WHERE id = ?", (mailbox,)).fetchone() is None:
        raise NotFound(NO_MAILBOX)
