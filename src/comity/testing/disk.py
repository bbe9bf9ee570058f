"""A disk that can lose its power, fill up or stall, under a node whose rows live in memory.

A commit touches two files: the keys of bodies first, then the rows (`storage/database.py`). Power can go at four
instants of it; what was not synced by then is dropped, and a commit cut in its middle is *torn*: one file has it, the
other has not.

| the power goes | keys | rows | who waited |
|---|---|---|---|
| `before` | dropped | dropped | was told nothing |
| `between` | kept | dropped | was told nothing |
| `within` | what was erased is still there | kept | was told nothing |
| `after` | kept | kept | was told nothing |

What is below (pages, sectors, the order in which a file system writes) is the matter of `tests/faults`, on real files.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

import msgspec
import pysqlite3.dbapi2 as fixed_sqlite

from comity.clock import Instant, SteppedClock
from comity.errors import ComityError
from comity.storage.body_keys import BodyKeys

__all__ = ["MOMENTS", "Disk", "KeysKept", "PowerCut", "PowerLost"]

Moment = Literal["before", "between", "within", "after"]

#: When power can go.
MOMENTS: tuple[Moment, ...] = ("before", "between", "within", "after")


class PowerCut(BaseException):
    """Power goes now. No part of a node may catch it: nothing runs without power."""


class PowerLost(ComityError):
    """What an act of the simulation comes to when its node lost power."""


class KeysKept(msgspec.Struct, frozen=True):
    """What a backup has of the keys of bodies."""

    rows: tuple[tuple[str, int, bytes], ...]
    epochs: dict[int, bytes]
    begun: dict[int, Instant]


class Disk(BodyKeys):
    """The keys of bodies of one simulated node, and what its disk does at a commit.

    Attributes:
        cut_at: when the power goes in the next commit; None for never.
        full: whether it takes nothing more.
        stall: how long it takes for each commit.
    """

    def __init__(self, clock: SteppedClock, entropy: Callable[[int], bytes]) -> None:
        self._clock = clock
        self._finishing = False
        self.cut_at: Moment | None = None
        self.full = False
        self.stall = timedelta(0)
        super().__init__(None, clock.now(), entropy)

    def stand_on(self, clock: SteppedClock, entropy: Callable[[int], bytes]) -> None:
        """Go on in another world, well again."""
        self._clock, self._entropy = clock, entropy
        self.cut_at, self.full, self.stall = None, False, timedelta(0)

    def commit(self) -> None:
        """Commit the keys, unless something comes in between."""
        if self._finishing:
            super().commit()
            return
        if self.stall:
            self._clock.step(self.stall)
        if self.full:
            raise fixed_sqlite.OperationalError("database or disk is full")
        self._power("before")
        super().commit()
        self._power("between")

    def finish(self) -> None:
        """Destroy the keys of what was erased, unless something comes in between."""
        self._power("within")
        self._finishing = True
        try:
            super().finish()
        finally:
            self._finishing = False
        self._power("after")

    def kept(self) -> KeysKept:
        """Give what a backup made now has."""
        rows: Any = self._db.execute("SELECT item, epoch, wrapped FROM body_keys").fetchall()
        return KeysKept(tuple(rows), dict(self._keys), dict(self._begun))

    def put_back(self, kept: KeysKept) -> None:
        """Have what a backup has, and nothing else."""
        self.give_up()
        self._db.execute("DELETE FROM body_keys")
        self._db.executemany("INSERT INTO body_keys VALUES (?, ?, ?)", kept.rows)
        self._keys, self._begun = dict(kept.epochs), dict(kept.begun)

    def _power(self, moment: Moment) -> None:
        if self.cut_at == moment:
            self.cut_at = None
            raise PowerCut(moment)
