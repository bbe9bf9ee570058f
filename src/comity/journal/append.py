"""Entering an act: frontiers in, entry and frontiers out.

Each entry goes into two trees as one leaf: that of its channel, whose checkpoints the peer gets, and that of the
node, whose checkpoints the overseer gets. Because an entry holds the digest of its channel's frontier, the node's tree
commits to every channel's head at every step, while a channel's tree says nothing of the others.

An `Appender` lives for one batch: take the frontiers from the store, enter, store lines and frontiers in one
transaction.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from comity.errors import RefusedHere
from comity.journal.entries import Entry, Line, commit
from comity.journal.merkle import Frontier, leaf_hash

__all__ = ["NODE", "Appender"]

#: Key of the node's own tree among the frontiers; no channel has an empty name.
NODE: Final = ""


class Appender:
    """Enters acts, one after another.

    Args:
        frontiers: the trees as they stand, by channel, the node's under `NODE`; those not named are empty.
        last_at: instant of the last entry, where there is one: nothing is entered before it.
    """

    def __init__(self, frontiers: Mapping[str, Frontier], last_at: datetime | None = None) -> None:
        self._frontiers = dict(frontiers)
        self._touched: set[str] = set()
        self._last_at = last_at

    def enter(self, *, channel: str, kind: str, act: str, at: datetime, key: bytes, detail: bytes) -> Line:
        """Enter one act.

        Args:
            channel: the peer it concerns, or `LOCAL`.
            kind: kind of act.
            act: its digest, hexadecimal.
            at: when; not before the entry before.
            key: 32 random bytes for this entry alone.
            detail: what the entry commits to.

        Returns:
            The line to store.

        Raises:
            RefusedHere: `at` lies before the last entry.
            ValueError: `channel` is empty, or the key has another length.
        """
        if not channel:
            raise ValueError("an entry belongs to a channel")
        if self._last_at is not None and at < self._last_at:
            raise RefusedHere(
                f"an entry of {at:%Y-%m-%d %H:%M:%SZ} would stand behind one of {self._last_at:%Y-%m-%d %H:%M:%SZ}"
            )
        tree = self.frontier(channel)
        entry = Entry(
            entry=1,
            channel=channel,
            number=tree.size + 1,
            at=at.astimezone(UTC),
            kind=kind,
            act=act,
            commitment=commit(key, detail),
            previous=tree.digest.hex(),
        )
        leaf = entry.leaf()
        hashed = leaf_hash(leaf)
        self._put(channel, tree.append(hashed))
        self._put(NODE, self.frontier(NODE).append(hashed))
        self._last_at = entry.at
        number = self.frontier(NODE).size
        return Line(number, channel, entry.number, entry.at, kind, act, leaf, key, detail)

    def frontier(self, channel: str = NODE) -> Frontier:
        """Give a tree as it stands now."""
        return self._frontiers.get(channel, Frontier())

    def changed(self) -> dict[str, Frontier]:
        """Give the frontiers that differ from those it began with, by channel."""
        return {channel: self._frontiers[channel] for channel in sorted(self._touched)}

    def _put(self, channel: str, frontier: Frontier) -> None:
        self._frontiers[channel] = frontier
        self._touched.add(channel)
