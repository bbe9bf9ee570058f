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

    def find_matters(
        self,
        *,
        kind: str = "",
        peer: str = "",
        words: str = "",
        live: bool = False,
        since: Instant | None = None,
        until: Instant | None = None,
        before: tuple[Instant, str] | None = None,
        limit: int = 50,
    ) -> Sequence[MatterRow]:
        """Give matters that match all of what is given, last changed first.

        Args:
            words: of the title. `live`: only those in which somebody can do something, or whose opening is not here.
            since, until: when it was opened, the end not included.
            before: go on after the one that was changed then, of that id.
        """
        ...

    def matters_due(self, until: Instant | None = None, limit: int = 1000) -> Sequence[MatterRow]:
        """Give matters with a deadline, soonest first; up to an instant where one is given."""
        ...

    def matters_read_by_others(self, texts: str, limit: int = 1000) -> Sequence[str]:
        """Give the ids of matters that were last read by other texts."""
        ...

    def count_matters_of(self, party: str) -> tuple[int, int]:
        """Count the matters in which a Party can do something, and those of them that have a deadline."""
        ...
