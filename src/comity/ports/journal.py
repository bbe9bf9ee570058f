"""What was done: entries, frontiers, checkpoints, witnessed heads, reconciliations."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from comity.clock import Instant
from comity.ports.row import Row


class JournalRow(Row, frozen=True, kw_only=True):
    """One entry of the node's journal: the leaf as hashed, and where it stands in its channel's tree."""

    number: int
    channel: str
    channel_number: int
    at: Instant
    kind: str
    act: str
    leaf: bytes
    key: bytes = b""
    detail: bytes = b""


class Head(Row, frozen=True, kw_only=True):
    """The frontier of one Merkle tree: of a channel (the peer's id) or of the whole node (empty name)."""

    channel: str
    size: int
    frontier: tuple[bytes, ...]


class KeptHead(Row, frozen=True, kw_only=True):
    """The largest head of a tree that its witness has kept.

    Attributes:
        peer: with whom the channel is.
        ours: the tree is this Party's and the peer its witness; otherwise the other way about.
        size, frontier: how far the tree was proven to be one history. The frontier is empty where this Party's own
            tree is another, or was: it was restored.
        note: the checkpoint of that size, cosigned where the witness has a key for that.
        asked: the size a proof was asked for and has not come yet; 0 for none.
        behind: the peer has kept more of this Party's tree than is here: it was restored from an old backup.
    """

    peer: str
    ours: bool
    size: int
    frontier: tuple[bytes, ...] = ()
    note: str = ""
    asked: int = 0
    behind: bool = False
    at: Instant


class ReconciliationRow(Row, frozen=True, kw_only=True):
    """A reconciliation with a peer, as far as it has come. `state`: asking, answering, done.

    Attributes:
        ours: this Party asks; otherwise the peer does.
        id: random, the same on both sides. `begun`: when it was asked for, by the asker's clock.
        horizon: entry of the channel up to which this side's account goes.
        round: number of the question that is open.
        progress: what is open and what was found so far. `outcome`: what it came to, once done.
    """

    peer: str
    ours: bool
    id: str
    begun: Instant
    horizon: int
    round: int
    state: str
    progress: bytes = b""
    outcome: bytes = b""
    at: Instant


class KnownTime(Row, frozen=True, kw_only=True):
    """What bears the node's clock out (`comity.node.known_time`).

    Attributes:
        until: the last instant that is borne out.
        answered: the newest instant that a peer signed in answer to what was just sent to it, and `answered_on`: where
            this node's clock stood when the last such answer came.
        confirmed: when a person last confirmed the time.
    """

    until: Instant
    answered: Instant | None = None
    answered_on: Instant | None = None
    confirmed: Instant | None = None


class JournalRows(Protocol):
    """The journal and what peers have kept of it."""

    def head(self, channel: str) -> Head:
        """Give the frontier of a tree; an empty one where nothing was entered."""
        ...

    def heads(self) -> Sequence[Head]:
        """Give all frontiers, the node's first."""
        ...

    def append(self, rows: Iterable[JournalRow], heads: Iterable[Head]) -> None:
        """Enter rows and the frontiers after them."""
        ...

    def journal(
        self, *, channel: str | None = None, after: int = 0, limit: int = 1000
    ) -> Sequence[JournalRow]:
        """Give entries in order; of the whole node by `number`, of a channel by `channel_number`."""
        ...

    def journal_of_kinds(
        self, kinds: Collection[str], *, channel: str | None = None, first: int, before: int, limit: int
    ) -> Sequence[JournalRow]:
        """Give entries of some kinds, newest first, from a number of the node's and before another."""
        ...

    def leaves(self, channel: str | None, *, after: int, limit: int) -> Sequence[bytes]:
        """Give the leaves alone of entries in order, as they are stored; numbered as in `journal`."""
        ...

    def last_entry_at(self) -> Instant | None:
        """Give the instant of the last entry."""
        ...

    def known_time(self) -> KnownTime | None:
        """Give what bears the clock out; None where it was never noted."""
        ...

    def put_known_time(self, known: KnownTime) -> None:
        """Note what bears the clock out."""
        ...

    def put_checkpoint(self, peer: str, size: int, text: str, at: Instant) -> None:
        """Keep a checkpoint a peer showed of its side of the channel."""
        ...

    def checkpoints(self, peer: str, size: int | None = None) -> Sequence[tuple[int, str]]:
        """Give the checkpoints a peer has shown, by size, or those of one size."""
        ...

    def count_checkpoints(self, peer: str, *, above: int) -> int:
        """Count the checkpoints a peer has shown of trees larger than a size."""
        ...

    def count_article(self, agreement: str, ref: str, outcome: str) -> None:
        """Count a decision that rests on an article; `outcome` is `allowed` or `stopped`."""
        ...

    def article_counts(self, agreement: str) -> Sequence[tuple[str, str, int]]:
        """Give what each article of an agreement has allowed and stopped: its reference, the outcome, how often."""
        ...

    def entries_of(self, act: str) -> Sequence[JournalRow]:
        """Give the entries of one act, by its digest or the beginning of it, in order."""
        ...

    def acts_entered(self, channel: str) -> Iterator[tuple[str, str]]:
        """Give kind and act of a channel's entries, in order."""
        ...

    def acts_joined(self, channel: str, until: int, kinds: Sequence[Collection[str]]) -> list[bytes]:
        """Give, for each group of kinds, the acts of a channel's entries up to one of its numbers, one after another.

        An act is a digest: 32 bytes. In which order they stand is not said.
        """
        ...

    def put_kept_head(self, row: KeptHead) -> None:
        """Keep the largest head witnessed, in place of the one before."""
        ...

    def kept_head(self, peer: str, *, ours: bool) -> KeptHead | None:
        """Give the largest head of a tree that its witness has kept."""
        ...

    def behind(self) -> Sequence[KeptHead]:
        """Give the heads that peers have kept of this Party and that are not here."""
        ...

    def put_proven(self, purpose: str, head: Head) -> None:
        """Note up to where stored leaves were read again."""
        ...

    def proven(self, purpose: str) -> Mapping[str, Head]:
        """Give up to where stored leaves were read again, by channel."""
        ...

    def proven_of(self, purpose: str, channel: str) -> Head | None:
        """Give the same for one channel."""
        ...

    def put_reconciliation(self, row: ReconciliationRow) -> None:
        """Keep a reconciliation in place of the one that the same side asked for before."""
        ...

    def reconciliation(self, peer: str, *, ours: bool) -> ReconciliationRow | None:
        """Give the reconciliation that this Party, or the peer, asked for last."""
        ...
