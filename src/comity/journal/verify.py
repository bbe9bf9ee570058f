"""Reading a journal through and naming the entry that is wrong.

Everything is computed again from the lines, in one pass and with memory for a few hashes a channel: numbers without
gap, columns equal to the leaf, instants that never go back, each entry vouching for its channel so far, details that
fit their commitments, and roots that others have seen. What each check finds:

| done to the journal | found as |
|---|---|
| an entry altered | `altered`: its own column or detail, or the next entry of its channel no longer vouches for it |
| an entry removed, the end cut off | `missing`: the gap, or a head or checkpoint with more entries |
| entries exchanged or repeated | `reordered` |
| an entry dated before its predecessor | `back-dated` |
| all from one entry on written anew | `rewritten`: a head, or a checkpoint somebody else kept, has another root |

The first alteration of a channel is located to the entry. Entries after it rest on it, so of later ones only what their
own columns, details and numbers show is named. Source: `specs/journal.md` §5.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from comity.errors import ForeignInput, VerificationFailed
from comity.journal.append import NODE
from comity.journal.entries import Entry, Line, check_commitment, read_leaf
from comity.journal.findings import Fault, Report, StoredLine, Witnessed
from comity.journal.merkle import Frontier, leaf_hash

__all__ = ["Fault", "Report", "StoredLine", "Verifier", "Witnessed", "verify_journal"]

#: Faults kept in full; further ones are only counted.
MAX_FAULTS: Final = 100

#: What each column of a line holds. A database that types loosely gives back whatever somebody put there.
_TYPES: Final = (
    ("number", int),
    ("channel", str),
    ("channel_number", int),
    ("at", datetime),
    ("kind", str),
    ("act", str),
    ("leaf", bytes),
    ("key", bytes),
    ("detail", bytes),
)
_NO_DAY: Final = datetime(1, 1, 1, tzinfo=UTC)


def verify_journal(
    lines: Iterable[StoredLine],
    *,
    heads: Mapping[str, Frontier] | None = None,
    witnessed: Iterable[Witnessed] = (),
) -> Report:
    """Read a whole journal, in the order of its numbers.

    Args:
        lines: every line.
        heads: the frontiers the node keeps beside its lines.
        witnessed: roots that peers, overseers or the node's own checkpoints vouch for.
    """
    verifier = Verifier(witnessed=witnessed)
    verifier.feed(lines)
    return verifier.report(heads)


class Verifier:
    """Reads a journal in as many parts as the caller likes.

    Args:
        frontiers: trees of a prefix that was verified before, by channel; empty to begin at the first entry.
        last_at: instant of the last entry of that prefix.
        witnessed: roots known from elsewhere.
    """

    def __init__(
        self,
        *,
        frontiers: Mapping[str, Frontier] | None = None,
        last_at: datetime | None = None,
        witnessed: Iterable[Witnessed] = (),
    ) -> None:
        self._trees: dict[str, _Tree] = {}
        self._witnessed: dict[str, list[Witnessed]] = {}
        for head in witnessed:
            self._witnessed.setdefault(head.channel, []).append(head)
        for channel, frontier in (frontiers or {}).items():
            self._trees[channel] = self._begin(channel, frontier)
        self._last_at = last_at
        self._entries = 0
        self._faults: list[Fault] = []
        self._further = 0

    def feed(self, lines: Iterable[StoredLine]) -> None:
        """Read further lines."""
        node = self._tree(NODE)
        for stored in lines:
            self._entries += 1
            line = self._typed(stored)
            hashed = leaf_hash(line.leaf)
            self._place(node, "", line.number, line)
            entry = self._read(line)
            if entry is None:
                tree = self._tree(line.channel)
                self._place(tree, line.channel, line.channel_number, line)
                tree.lose()
                self._grow(tree, hashed, line)
            else:
                self._in_channel(line, entry, hashed)
            self._grow(node, hashed, line)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong so far."""
        return not self._faults

    @property
    def frontiers(self) -> dict[str, Frontier]:
        """The trees as far as they have been read; with `last_at` another verifier goes on from there."""
        return {channel: tree.frontier for channel, tree in self._trees.items()}

    def report(self, heads: Mapping[str, Frontier] | None = None) -> Report:
        """Give what has been found, with what shows only at the end.

        Args:
            heads: the frontiers the node keeps beside its lines.
        """
        kept = heads or {}
        for channel in sorted({*self._trees, *self._witnessed, *kept}):
            self._finish(channel, self._tree(channel), kept.get(channel))
        return Report(
            self._entries,
            tuple(self._faults),
            self._further,
            {channel: tree.frontier for channel, tree in self._trees.items()},
        )

    def _typed(self, stored: StoredLine) -> StoredLine:
        """Name the columns that hold a value of another type than was written, and read on without them."""
        wrong = [name for name, kind in _TYPES if type(getattr(stored, name)) is not kind]
        if not wrong:
            return stored
        place = stored.number if type(stored.number) is int else self._entries
        line = Line(number=place, channel="", channel_number=0, at=_NO_DAY, kind="", act="", leaf=b"")
        sound = {name: getattr(stored, name) for name, _ in _TYPES if name not in wrong}
        line = msgspec.structs.replace(line, **sound)
        for name in wrong:
            said = "leaf" if name == "leaf" else f"column `{name}`"
            self._fault("altered", line, f"entry {place}: its {said} is not of the type that was written")
        return line

    def _read(self, line: StoredLine) -> Entry | None:
        """Read the leaf and hold it against its columns."""
        try:
            entry = read_leaf(line.leaf)
        except ForeignInput as error:
            self._fault("altered", line, f"entry {line.number}: {error.message}")
            return None
        for column, stored, hashed in (
            ("channel", line.channel, entry.channel),
            ("number in its channel", line.channel_number, entry.number),
            ("instant", line.at, entry.at),
            ("kind", line.kind, entry.kind),
            ("act", line.act, entry.act),
        ):
            if stored != hashed:
                self._fault("altered", line, f"entry {line.number}: its {column} is not the one in its leaf")
        if line.key or line.detail:
            try:
                check_commitment(entry, line.key, line.detail)
            except VerificationFailed as error:
                self._fault("altered", line, f"entry {line.number}: {error.message}")
        if self._last_at is not None and entry.at < self._last_at:
            self._fault("back-dated", line, f"entry {line.number} is dated before the one it stands behind")
        else:
            self._last_at = entry.at
        return entry

    def _in_channel(self, line: StoredLine, entry: Entry, hashed: bytes) -> None:
        tree = self._tree(entry.channel)
        self._place(tree, entry.channel, entry.number, line)
        if tree.sound and entry.previous != tree.frontier.digest.hex():
            tree.lose()
            self._blame_predecessor(tree, line, entry)
        tree.last_number = line.number
        self._grow(tree, hashed, line)

    def _blame_predecessor(self, tree: "_Tree", line: StoredLine, entry: Entry) -> None:
        """Name the entry before one that does not vouch for what stands before it.

        The predecessor itself did vouch for all before *it*, or the tree would not have been sound any more.
        """
        number = entry.number - 1
        if any((fault.channel, fault.channel_number) == (entry.channel, number) for fault in self._faults):
            return
        text = (
            f"entry {number} with {entry.channel} is not the one that entry {entry.number} "
            f"(entry {line.number} of the node) was written behind"
        )
        self._faults_add(Fault("altered", tree.last_number, entry.channel, number, text))

    def _place(self, tree: "_Tree", channel: str, number: int, line: StoredLine) -> None:
        """Hold a number against the one expected."""
        where = f" with {channel}" if channel else ""
        if number < tree.expected:
            tree.found(number)
            tree.lose()
            self._fault("reordered", line, f"entry {number}{where} stands behind entry {tree.expected - 1}")
            return
        if number > tree.expected:
            tree.gap(tree.expected, number)
            tree.lose()
        tree.expected = number + 1

    def _grow(self, tree: "_Tree", hashed: bytes, line: StoredLine) -> None:
        """Add a leaf, and hold the root against those known from elsewhere."""
        tree.frontier = tree.frontier.append(hashed)
        if not tree.sound or tree.frontier.size not in tree.sizes:
            return
        for head in self._witnessed[tree.channel]:
            if head.size == tree.frontier.size:
                self._compare_root(tree, head, line.number)

    def _compare_root(self, tree: "_Tree", head: Witnessed, number: int) -> None:
        if head.root == tree.frontier.root:
            tree.agreed = max(tree.agreed, head.size)
            return
        where = f" with {tree.channel}" if tree.channel else ""
        first = tree.agreed + 1
        which = f"entry {first}" if first == head.size else f"one of the entries {first} to {head.size}"
        tree.lose()
        self._faults_add(
            Fault(
                "rewritten",
                number if first == head.size else 0,
                tree.channel,
                head.size if tree.channel else 0,
                f"{which}{where} is not what {head.by} holds a root of",
            )
        )

    def _finish(self, channel: str, tree: "_Tree", head: Frontier | None) -> None:
        where = f" with {channel}" if channel else ""
        for first, last in tree.gaps:
            which = f"entry {first}{where} is" if first == last else f"entries {first} to {last}{where} are"
            number, in_channel = (0, first) if channel else (first, 0)
            self._faults_add(Fault("missing", number, channel, in_channel, f"{which} missing"))
        claims = list(self._witnessed.get(channel, ()))
        if head is not None:
            claims.append(Witnessed(channel, head.size, head.root, "the node's own head"))
        read = tree.expected - 1
        for claim in claims:
            if claim.size > read:
                first = read + 1
                number, in_channel = (0, first) if channel else (first, 0)
                text = f"{claim.by} knows {claim.size} entries{where}, only {read} are here"
                self._faults_add(Fault("missing", number, channel, in_channel, text))
        if head is not None and head.size < read:
            self._faults_add(
                Fault(
                    "rewritten",
                    0,
                    channel,
                    0,
                    f"{read} entries{where} are here, the node's own head has {head.size}",
                )
            )
        elif head is not None and tree.sound and head.size == read and head != tree.frontier:
            self._compare_root(tree, Witnessed(channel, head.size, head.root, "the node's own head"), 0)

    def _tree(self, channel: str) -> "_Tree":
        tree = self._trees.get(channel)
        if tree is None:
            tree = self._trees[channel] = self._begin(channel, Frontier())
        return tree

    def _begin(self, channel: str, frontier: Frontier) -> "_Tree":
        sizes = frozenset(head.size for head in self._witnessed.get(channel, ()))
        return _Tree(channel, frontier, sizes)

    def _fault(self, kind: str, line: StoredLine, text: str) -> None:
        self._faults_add(Fault(kind, line.number, line.channel, line.channel_number, text))

    def _faults_add(self, fault: Fault) -> None:
        if len(self._faults) < MAX_FAULTS:
            self._faults.append(fault)
        else:
            self._further += 1


class _Tree:
    """One tree as far as it has been read.

    `sound` ends with the first fault that leaves the leaves before it unknown; from then on roots say nothing.
    """

    __slots__ = ("agreed", "channel", "expected", "frontier", "gaps", "last_number", "sizes", "sound")

    def __init__(self, channel: str, frontier: Frontier, sizes: frozenset[int]) -> None:
        self.channel = channel
        self.frontier = frontier
        self.sizes = sizes
        self.expected = frontier.size + 1
        self.agreed = frontier.size
        self.sound = True
        self.last_number = 0
        self.gaps: list[tuple[int, int]] = []

    def lose(self) -> None:
        self.sound = False

    def gap(self, first: int, until: int) -> None:
        self.gaps.append((first, until - 1))

    def found(self, number: int) -> None:
        """Take a number that turned up late out of the gaps."""
        for place, (first, last) in enumerate(self.gaps):
            if first <= number <= last:
                rest = [(first, number - 1), (number + 1, last)]
                self.gaps[place : place + 1] = [(a, b) for a, b in rest if a <= b]
                return
