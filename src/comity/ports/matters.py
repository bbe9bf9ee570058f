"""Matters: what lists and duties ask of them often. The matter itself is its log, which stands among the statements."""

from collections.abc import Sequence
from typing import Protocol

from comity.clock import Instant
from comity.ports.row import Row


class MatterRow(Row, frozen=True, kw_only=True):
    """A matter as it was read last.

    Attributes:
        id, kind, agreement: which one; `peer` the other Party, `opened_by` the one that opened it.
        state: of its kind's table; empty where no opening counts.
        turn: the Parties that can do something, sorted.
        due: the instant of the next deadline, `due_by` whose it is, `due_what` of what.
        void: how many of its events do not count. `early`: how many wait for one before them.
        texts: names the texts it was read by; others, and it is read anew.
    """

    id: str
    kind: str
    agreement: str
    peer: str
    opened_by: str
    opened_at: Instant
    changed_at: Instant
    state: str
    title: str
    turn: tuple[str, ...] = ()
    due: Instant | None = None
    due_by: str = ""
    due_what: str = ""
    void: int = 0
    early: int = 0
    texts: str


class MatterRows(Protocol):
    """The part of a transaction that keeps them."""

    def put_matter(self, row: MatterRow) -> None:
        """Keep a matter as it is read now."""
        ...

    def matter(self, id: str) -> MatterRow | None:
        """Give one matter."""
        ...

    def matters_named(self, name: str, limit: int = 3) -> Sequence[MatterRow]:
        """Give matters whose id begins with `name`."""
        ...

    def matters(self, kind: str = "", limit: int = 100_000) -> Sequence[MatterRow]:
        """Give matters, of one kind where said, last changed first."""
        ...
