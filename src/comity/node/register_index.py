"""The names in the register, arranged for finding, and kept level with the records.

The records are the truth. What finds them follows by the number of their last change: it takes in what changed since
its own, begins anew where that is not known any more, and is written beside the database so that a node need not make
it at every start. What an act took in and then undid is looked at again.

One's own checks are answered from all of it. Another Party's is answered from a part: what the agreement takes and
what does not answer with silence (`told`). What is left out is not counted either: it makes no name commoner, takes no
place in a list and lowers no score, so that the answer is the one of a register without it (promise P8). A silent
record is looked for in a second part, every time, of which its owner alone hears (`with_silent_of`); there it stands
among the others as if it were told of, so that its score does not depend on its handling.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from comity.ports import RecordRow, Transaction
from comity.register.judgements import Clusters, Judgement

if TYPE_CHECKING:  # NumPy is loaded when the register is first used, not with every command
    from comity.register.index import Entry, NameIndex
    from comity.register.scope import Filed

__all__ = ["Names", "RegisterIndex", "history_of"]

#: Of the entities in an index this share, and so many more, may be withdrawn ones before it is made again.
_STALE, _MORE = 0.3, 100
#: Changes after which the index is written again.
_WRITE_AFTER = 2_000
_INDEX = "register-index"
#: Where earlier versions kept the silent ones apart; wiped with the index.
_FORMER = "register-index-silent"
#: Parts kept at a time: of the agreements checks come in under.
_PARTS = 16
_ANY = "*"
_AT_ONCE = 5_000


class Names:
    """The index at one moment, and which of its records answer with silence.

    Attributes:
        every: all records.
        silent: the keys of those that answer with silence.
    """

    def __init__(self, every: NameIndex, silent: set[str]) -> None:
        self.every = every
        self.silent = silent
        self._owners: dict[str, str] | None = None
        self._parts: dict[tuple[str, str], NameIndex] = {}

    def told(self, by: str, takes: Callable[[Filed], bool]) -> NameIndex:
        """Give the part that may be told of: what `takes` takes and does not answer with silence.

        Args:
            by: what `takes` goes by, in words; the same words say that it takes the same.
        """
        return self._part(by, takes, "")

    def with_silent_of(self, owner: str, by: str, takes: Callable[[Filed], bool]) -> NameIndex:
        """Give that part and with it what of one Party answers with silence."""
        return self._part(by, takes, owner)

    def of_any_handling(self, by: str, takes: Callable[[Filed], bool]) -> NameIndex:
        """Give a part whatever its handling tells others: for checks of one's own."""
        return self._part(by, takes, _ANY)

    def _part(self, by: str, takes: Callable[[Filed], bool], owner: str) -> NameIndex:
        found = self._parts.pop((by, owner), None)
        if found is None:
            without = [key for key, whose in self._silent_of().items() if owner not in (_ANY, whose)]
            found = self.every.only(lambda group: takes(_read_group(group)), without=without)
            while len(self._parts) >= _PARTS:
                self._parts.pop(next(iter(self._parts)))
        self._parts[by, owner] = found
        return found

    def silent_owners(self) -> set[str]:
        """Give the Parties of which something answers with silence."""
        return set(self._silent_of().values())

    def _silent_of(self) -> dict[str, str]:
        if self._owners is None:
            groups = ((key, self.every.group_of(key)) for key in self.silent)
            self._owners = {key: _read_group(group).owner for key, group in groups if group}
        return self._owners

    def changed(self, silent: set[str]) -> None:
        """Say that records came or went, and which are silent now."""
        self.silent, self._owners = silent, None
        self._parts.clear()

    @property
    def stale(self) -> bool:
        """Whether too much in it is there no more."""
        return len(self.every.ids) > self.every.live_entities * (1 + _STALE) + _MORE


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

        names = Names(NameIndex(), silent_keys(transaction))
        after = ""
        while rows := transaction.records(after, _AT_ONCE):
            for row in rows:
                names.every.add(entry_of(row))
            after = rows[-1].key
        self._again, self._written = set(), -1
        return names

    def _follow(self, transaction: Transaction, names: Names) -> None:
        """Take in what has changed."""
        changed = {*self._again, *transaction.records_changed(self._at)}
        if "" in changed:
            made = self._made(transaction)
            names.every = made.every
            names.changed(made.silent)
            return
        names.changed(silent_keys(transaction))
        for key in sorted(changed):
            names.every.withdraw(key)
            row = transaction.record(key)
            if row is not None:
                names.every.add(entry_of(row))
        self._taken |= changed
        self._again = set()

    def _opened(self, transaction: Transaction) -> Names | None:
        """Open what was written, if it is of these records and its number is one they have had."""
        from comity.register.index_files import open_index

        if self._folder is None or not transaction.record_change():
            return None
        stamp = _stamp(self._folder / _INDEX)
        every = open_index(self._folder / _INDEX, stamp)
        number = int(stamp) if stamp.isdecimal() else -1
        if every is None or not 0 <= number <= transaction.record_change():
            return None
        self._at = self._base = self._written = number
        return Names(every, silent_keys(transaction))

    def _save(self, names: Names) -> None:
        """Write the index beside the old one, then put it in its place."""
        from comity.register.index_files import save_index

        folder, former = self._folders()
        fresh, old = folder.with_name(folder.name + ".new"), folder.with_name(folder.name + ".old")
        for gone in (fresh, old, former):
            shutil.rmtree(gone, ignore_errors=True)
        save_index(names.every, fresh, str(self._at))
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
        self._written = self._at

    def _folders(self) -> tuple[Path, ...]:
        return () if self._folder is None else (self._folder / _INDEX, self._folder / _FORMER)


class _Kept(msgspec.Struct):
    stamp: str


def _stamp(folder: Path) -> str:
    """Read of which number of changes a written index is; empty where it cannot be told."""
    try:
        return msgspec.json.decode((folder / "index.json").read_bytes(), type=_Kept).stamp
    except (OSError, msgspec.MsgspecError):
        return ""


def entry_of(row: RecordRow) -> Entry:
    """Give what the index files of a record, under its key."""
    from comity.register.record import Record
    from comity.register.scope import Filed

    record = msgspec.json.decode(row.body, type=Record)
    group = msgspec.json.encode(Filed.of(record, row.agreement)).decode()
    return msgspec.structs.replace(record.subject.entry(), id=row.key, group=group)


@lru_cache(maxsize=65536)
def _read_group(group: str) -> Filed:
    from comity.register.scope import Filed

    return msgspec.json.decode(group, type=Filed)


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
