"""The names in the register, arranged for finding, and kept level with the records.

The records are the truth. What finds them follows by the number of their last change: it takes in what changed since
its own, begins anew where that is not known any more, and is written beside the database so that a node need not make
it at every start. What an act took in and then undid is looked at again.

Records that answer with silence stand apart, in an index of their own. A check by another Party is answered from
`shown` alone; `silent` is asked as well, every time, and only the owner hears of it. So a silent record moves no score,
takes no place in a list, and costs no time by which it could be told from none (promise P8).
"""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from comity.ports import RecordRow, Transaction
from comity.register.judgements import Clusters, Judgement

if TYPE_CHECKING:  # NumPy is loaded when the register is first used, not with every command
    from comity.register.index import Entry, NameIndex

__all__ = ["Names", "RegisterIndex", "history_of"]

#: Of the entities in an index this share, and so many more, may be withdrawn ones before it is made again.
_STALE, _MORE = 0.3, 100
#: Changes after which the index is written again.
_WRITE_AFTER = 2_000
_SHOWN, _SILENT = "register-index", "register-index-silent"
_AT_ONCE = 5_000


class Names:
    """The indexes at one moment: of the records that may be told of, and of those that answer with silence."""

    def __init__(self, shown: NameIndex, silent: NameIndex) -> None:
        self.shown = shown
        self.silent = silent

    def take_out(self, key: str) -> None:
        """Take a record out, wherever it is."""
        self.shown.withdraw(key)
        self.silent.withdraw(key)

    @property
    def stale(self) -> bool:
        """Whether too much in them is there no more."""
        return any(
            len(index.ids) > index.live_entities * (1 + _STALE) + _MORE for index in (self.shown, self.silent)
        )


class RegisterIndex:
    """Keeps the indexes of one node level with its records. Asked within an act only: acts never run together.

    Args:
        folder: the home, where they are written; None keeps them in memory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._names: Names | None = None
        self._at = self._base = self._written = -1
        self._taken: set[str] = set()
        self._again: set[str] = set()
        self._changing = False
        self._turn = threading.RLock()

    def names(self, transaction: Transaction) -> Names:
        """Give the indexes of the records as this act sees them."""
        with self._turn:
            names = self._names or self._opened(transaction)
            present = transaction.record_change()
            if names is None or present < self._at or names.stale:
                names = self._made(transaction)
            elif present > self._at or self._again:
                self._follow(transaction, names)
            self._names, self._at = names, present
            if not self._changing:  # all of it is of acts before this one
                self._base, self._taken = present, set()
            return names

    def write(self, transaction: Transaction) -> None:
        """Bring the indexes level and write them, where much has changed; in an act that changes no record."""
        with self._turn:
            names = self.names(transaction)
            if self._folder is not None and (self._written < 0 or self._at - self._written > _WRITE_AFTER):
                self._save(names)

    def begin(self) -> None:
        """Begin an act: what the last one took in stays."""
        self._base, self._taken, self._changing = self._at, set(), False

    def changing(self) -> None:
        """Say that this act changes records."""
        self._changing = True

    def undone(self) -> None:
        """Look again at what this act has taken in: some of it may have been undone."""
        with self._turn:
            self._again |= self._taken
            self._at = min(self._at, self._base)

    def lost(self) -> None:
        """Begin anew: acts before this one may have been undone as well."""
        with self._turn:
            self._names, self._at, self._base = None, -1, -1

    def wipe(self) -> None:
        """Destroy what is written and begin anew: after an erasure no name of it is left here."""
        with self._turn:
            self.lost()
            self._written = -1
            for folder in self._folders():
                shutil.rmtree(folder, ignore_errors=True)

    # -- how ----------------------------------------------------------------------------------------------------

    def _made(self, transaction: Transaction) -> Names:
        """Make the indexes from the records."""
        from comity.register.index import NameIndex

        names, hidden = Names(NameIndex(), NameIndex()), silent_keys(transaction)
        after = ""
        while rows := transaction.records(after, _AT_ONCE):
            for row in rows:
                (names.silent if row.key in hidden else names.shown).add(entry_of(row))
            after = rows[-1].key
        self._again, self._written = set(), -1
        return names

    def _follow(self, transaction: Transaction, names: Names) -> None:
        """Take in what has changed."""
        changed = {*self._again, *transaction.records_changed(self._at)}
        if "" in changed:
            made = self._made(transaction)
            names.shown, names.silent = made.shown, made.silent
            return
        hidden = silent_keys(transaction)
        for key in sorted(changed):
            names.take_out(key)
            row = transaction.record(key)
            if row is not None:
                (names.silent if key in hidden else names.shown).add(entry_of(row))
        self._taken |= changed
        self._again = set()

    def _opened(self, transaction: Transaction) -> Names | None:
        """Open what was written, if it is of these records and its number is one they have had."""
        from comity.register.index_files import open_index

        if self._folder is None or not transaction.record_change():
            return None
        stamp = _stamp(self._folder / _SHOWN)
        shown, silent = (open_index(folder, stamp) for folder in self._folders())
        number = int(stamp) if stamp.isdecimal() else -1
        if shown is None or silent is None or not 0 <= number <= transaction.record_change():
            return None
        self._at = self._base = self._written = number
        return Names(shown, silent)

    def _save(self, names: Names) -> None:
        """Write each index beside the old one, then put it in its place."""
        from comity.register.index_files import save_index

        for index, folder in zip((names.silent, names.shown), reversed(self._folders()), strict=True):
            fresh, old = folder.with_name(folder.name + ".new"), folder.with_name(folder.name + ".old")
            shutil.rmtree(fresh, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)
            save_index(index, fresh, str(self._at))
            if folder.exists():
                folder.rename(old)
            fresh.rename(folder)
            shutil.rmtree(old, ignore_errors=True)
        self._written = self._at

    def _folders(self) -> tuple[Path, ...]:
        return () if self._folder is None else (self._folder / _SHOWN, self._folder / _SILENT)


class _Kept(msgspec.Struct):
    stamp: str


def _stamp(folder: Path) -> str:
    """Read of which number of changes a written index is; empty where it cannot be told."""
    try:
        return msgspec.json.decode((folder / "index.json").read_bytes(), type=_Kept).stamp
    except (OSError, msgspec.MsgspecError):
        return ""


class _OfRecord(msgspec.Struct):
    """What the index needs of a stored record."""

    subject: msgspec.Raw


def entry_of(row: RecordRow) -> Entry:
    """Give what the index files of a record, under its key."""
    from comity.register.subjects import Subject

    subject = msgspec.json.decode(msgspec.json.decode(row.body, type=_OfRecord).subject, type=Subject)
    return msgspec.structs.replace(subject.entry(), id=row.key)


def history_of(transaction: Transaction) -> list[Judgement]:
    """Give the judgements by which records belong together, oldest first."""
    return [
        Judgement(row.number, row.subjects, row.undoes, row.office, row.because, row.at)
        for row in transaction.judgements()
    ]


def silent_keys(transaction: Transaction) -> set[str]:
    """Give the records that answer with silence: by their own handling, or because one linked with them does."""
    silent = set(transaction.silent_keys())
    if silent and (history := history_of(transaction)):
        for group in Clusters(history).all():
            if group & silent:
                silent |= group
    return silent
