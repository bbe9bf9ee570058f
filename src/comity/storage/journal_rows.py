"""The journal: leaves as hashed, what their commitments stand for, and the frontiers of the trees.

Frontiers are kept in memory while a batch runs and written once at its end: every entry changes two of them.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, func, select

from comity.clock import Instant
from comity.ports import Head, JournalRow
from comity.storage import tables
from comity.storage.prepared import selecting
from comity.storage.rows import LIMIT, Rows, columns, values_of

_J, _D, _H, _K = tables.journal.c, tables.journal_details.c, tables.heads.c, tables.checkpoints.c
_LEAF = ("number", "channel", "channel_number", "at", "kind", "act", "leaf")

_HEAD = selecting(columns(tables.heads, Head).where(_H.channel == bindparam("channel")))
_HEADS = selecting(columns(tables.heads, Head).order_by(_H.channel))
_LAST_AT = selecting(select(_J.at).order_by(_J.number.desc()).limit(1))
_lines = (
    select(*(_J[name] for name in _LEAF))
    .add_columns(func.coalesce(_D.key, b"").label("key"), func.coalesce(_D.detail, b"").label("detail"))
    .select_from(tables.journal.outerjoin(tables.journal_details, _D.number == _J.number))
    .limit(LIMIT)
)
_WHOLE = selecting(_lines.where(_J.number > bindparam("after")).order_by(_J.number))
_OF_CHANNEL = selecting(
    _lines.where(_J.channel == bindparam("channel"), _J.channel_number > bindparam("after")).order_by(
        _J.channel_number
    )
)
_CHECKPOINTS = selecting(select(_K.size, _K.text).where(_K.peer == bindparam("peer")).order_by(_K.size))
_CHECKPOINTS_OF_SIZE = selecting(
    select(_K.text).where(_K.peer == bindparam("peer"), _K.size == bindparam("size"))
)


class JournalRows(Rows):
    """The part of a transaction that keeps the journal. Rows are added, never changed."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._heads: dict[str, Head] = {}
        self._changed: frozenset[str] = frozenset()
        self._last_at: Instant | None = None

    def head(self, channel: str) -> Head:
        """Give the frontier of a tree; an empty one where nothing was entered."""
        found = self._heads.get(channel)
        if found is None:
            found = self._one(Head, _HEAD, channel=channel) or Head(channel=channel, size=0, frontier=())
            self._heads[channel] = found
        return found

    def heads(self) -> Sequence[Head]:
        """Give all frontiers, the node's first."""
        self.finish()
        return self._all(Head, _HEADS)

    def append(self, rows: Iterable[JournalRow], heads: Iterable[Head]) -> None:
        """Enter rows and the frontiers after them."""
        for row in rows:
            self._insert(tables.journal, {name: getattr(row, name) for name in _LEAF})
            self._insert(tables.journal_details, {"number": row.number, "key": row.key, "detail": row.detail})
            self._last_at = row.at
        for head in heads:
            self._heads[head.channel] = head
            self._changed |= {head.channel}

    def finish(self) -> None:
        """Write the frontiers that changed."""
        for channel in sorted(self._changed):
            self._put(tables.heads, ("channel",), values_of(self._heads[channel]))
        self._changed = frozenset()

    def journal(
        self, *, channel: str | None = None, after: int = 0, limit: int = 1000
    ) -> Sequence[JournalRow]:
        """Give entries in order; of the whole node by `number`, of a channel by `channel_number`."""
        if channel is None:
            return self._all(JournalRow, _WHOLE, after=after, limit=limit)
        return self._all(JournalRow, _OF_CHANNEL, channel=channel, after=after, limit=limit)

    def erase_details(self, numbers: Sequence[int]) -> None:
        """Destroy what commitments stand for; the leaves, and so the trees, stay."""
        self._connection.execute(delete(tables.journal_details).where(_D.number.in_(list(numbers))))

    def last_entry_at(self) -> Instant | None:
        """Give the instant of the last entry."""
        if self._last_at is None:
            self._last_at = self._value(_LAST_AT)
        return self._last_at

    def put_checkpoint(self, peer: str, size: int, text: str, at: Instant) -> None:
        """Keep a checkpoint a peer showed of its side of the channel."""
        self._add(
            tables.checkpoints,
            ("peer", "size", "text"),
            {"peer": peer, "size": size, "text": text, "at": at},
        )

    def checkpoints(self, peer: str, size: int | None = None) -> Sequence[tuple[int, str]]:
        """Give the checkpoints a peer has shown, by size, or those of one size."""
        if size is not None:
            return [(size, text) for (text,) in self._tuples(_CHECKPOINTS_OF_SIZE, peer=peer, size=size)]
        return [(held, text) for held, text in self._tuples(_CHECKPOINTS, peer=peer)]
