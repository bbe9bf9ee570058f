"""Matters: what lists and duties ask of them often. The matter itself is its log, which stands among the statements."""

from collections.abc import Sequence
from typing import Final, Protocol

from comity.clock import Instant
from comity.ports.row import Row

#: How a cost stands that the other Party has accepted, from the one that has come furthest.
ACCEPTED: Final = ("settled", "paid", "accepted")
#: How a cost stands by what was said last and not by what was said first: these before all others, in this order.
FURTHEST: Final = (*ACCEPTED, "taken-back")


class MatterRow(Row, frozen=True, kw_only=True):
    """A matter as it was read last.

    Attributes:
        id, kind, agreement: which one; `peer` the other Party, `opened_by` the one that opened it.
        state: of its kind's table; empty where no opening counts.
        turn: the Parties it waits for, sorted; empty once it has come to its end.
        due: the instant of the next deadline, `due_by` whose it is, `due_what` of what.
        void: how many of its events do not count. `early`: how many wait for one before them.
        answered_at: when the other Party answered or refused what it was asked; None where it has not.
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
    answered_at: Instant | None = None
    texts: str


class DeadlineRow(Row, frozen=True, kw_only=True):
    """A deadline of a matter as it stands: until when, what, whose it is, by which article."""

    at: Instant
    what: str
    by: str
    ref: str


class CostRow(Row, frozen=True, kw_only=True):
    """A cost of a matter.

    Attributes:
        event: digest of the event that entered it. `on`: the day, as `2031-03-14`.
        currency: ISO 4217. `net`: what the other Party owes this one for it, below zero the other way, in figures.
        entry: all of it, as the ledger knows it, in JSON.
    """

    event: str
    on: str
    currency: str
    net: str
    entry: bytes


class LedgerLine(Row, frozen=True, kw_only=True):
    """A cost with the Party it is with, how it stands, and the charge it stands in; `state` is `open` until claimed.

    It stands in the charge that has come furthest (`FURTHEST`), and only among those not accepted in the oldest.
    """

    peer: str
    on: str
    event: str
    state: str
    charge: str
    entry: bytes


class MatterParts(Row, frozen=True, kw_only=True):
    """What follows from a matter for lists over all of them.

    Attributes:
        deadlines: what is due. `costs`: what it has cost.
        claims: costs of which it says how they stand, by event, and how: of a charge what it claims, of other
            matters what was taken back in them.
    """

    deadlines: tuple[DeadlineRow, ...] = ()
    costs: tuple[CostRow, ...] = ()
    claims: tuple[tuple[str, str], ...] = ()


class DueLine(Row, frozen=True, kw_only=True):
    """A deadline with what a list shows of its matter."""

    at: Instant
    what: str
    by: str
    ref: str
    matter: str
    kind: str
    agreement: str
    peer: str
    title: str


_NOTHING = MatterParts()


class MatterRows(Protocol):
    """The part of a transaction that keeps them."""

    def put_matter(self, row: MatterRow, parts: MatterParts = _NOTHING) -> None:
        """Keep a matter as it is read now, with what follows from it."""
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

    def answer_times(
        self, kind: str, since: Instant, until: Instant, limit: int
    ) -> Sequence[tuple[str, str, Instant, Instant | None]]:
        """Give of matters of a kind, the newest first, the other Party, who opened it, when, and when it was answered.

        Those that were opened from an instant and before another.
        """
        ...

    def deadlines(
        self, *, by: str = "", since: Instant | None = None, until: Instant | None = None, limit: int = 1000
    ) -> Sequence[DueLine]:
        """Give deadlines of matters, soonest first.

        Args:
            by: only those that one Party owes. `since`, `until`: only from an instant, before another.
        """
        ...

    def costs(
        self, *, peer: str = "", after: tuple[str, str] = ("", ""), limit: int = 1000
    ) -> Sequence[LedgerLine]:
        """Give costs that were not taken back, with one Party where said, by day and event; after those."""
        ...

    def costs_open(self, peer: str = "") -> Sequence[tuple[str, str]]:
        """Give Party and currency of the costs that nobody has claimed yet, each pair once."""
        ...

    def costs_owed(self, peer: str = "") -> Sequence[tuple[str, str, str]]:
        """Give Party, currency and net sum of every cost that is not settled."""
        ...

    def matters_read_by_others(self, texts: str, limit: int = 1000) -> Sequence[str]:
        """Give the ids of matters that were last read by other texts."""
        ...

    def count_matters_of(self, party: str) -> tuple[int, int]:
        """Count the matters in which a Party can do something, and those of them that have a deadline."""
        ...
