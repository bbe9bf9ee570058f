"""What reading a journal through takes and gives: stored lines, roots known from elsewhere, faults, a report."""

from datetime import datetime
from typing import Protocol

import msgspec

from comity.journal.merkle import Frontier

__all__ = ["Fault", "Report", "StoredLine", "Witnessed"]


class StoredLine(Protocol):
    """A line as a store gives it back (`comity.journal.entries.Line`, or a row with the same names)."""

    @property
    def number(self) -> int:
        """Place among all entries of the node, from 1."""
        ...

    @property
    def channel(self) -> str:
        """The peer, or `local`."""
        ...

    @property
    def channel_number(self) -> int:
        """Place in the channel, from 1."""
        ...

    @property
    def at(self) -> datetime:
        """When the node acted."""
        ...

    @property
    def kind(self) -> str:
        """Kind of act."""
        ...

    @property
    def act(self) -> str:
        """Digest of the act."""
        ...

    @property
    def leaf(self) -> bytes:
        """The bytes hashed."""
        ...

    @property
    def key(self) -> bytes:
        """Key of the commitment; empty once erased."""
        ...

    @property
    def detail(self) -> bytes:
        """What the commitment stands for; empty once erased."""
        ...


class Witnessed(msgspec.Struct, frozen=True):
    """A root that is known from elsewhere than the journal itself.

    Attributes:
        channel: whose tree; `NODE` for the node's.
        size, root: as in the checkpoint, whose signature the caller has checked.
        by: who kept it, for the message: a Party, or `the node's own head`.
    """

    channel: str
    size: int
    root: bytes
    by: str


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong.

    Attributes:
        kind: `altered`, `missing`, `reordered`, `back-dated` or `rewritten`.
        number: the entry of the node it is about, 0 where only the channel's number is known.
        channel, channel_number: the same within its channel; empty and 0 for the node's own tree.
        text: one sentence.
    """

    kind: str
    number: int
    channel: str
    channel_number: int
    text: str


class Report(msgspec.Struct, frozen=True):
    """What reading a journal through came to.

    Attributes:
        entries: lines read.
        faults: the first of what is wrong, in order of discovery; empty where the journal is whole.
        further: how many more there are.
        frontiers: the trees as computed, by channel, the node's under `NODE`.
    """

    entries: int
    faults: tuple[Fault, ...]
    further: int
    frontiers: dict[str, Frontier]

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults
