"""The journal: leaves as hashed, what their commitments stand for, and the frontiers of the trees."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, func, select

from comity.clock import Instant
from comity.ports import Head, JournalRow
from comity.storage import tables
from comity.storage.rows import Rows, columns, values_of

_LEAF = ("number", "channel", "channel_number", "at", "kind", "act", "leaf")


class JournalRows(Rows):
    """The part of a transaction that keeps the journal. Rows are added, never changed."""

    def head(self, channel: str) -> Head:
        """Give the frontier of a tree; an empty one where nothing was entered."""
        t = tables.heads
        found = self._one(Head, columns(t, Head).where(t.c.channel == channel))
        return found or Head(channel=channel, size=0, frontier=())

    def heads(self) -> Sequence[Head]:
        """Give all frontiers, the node's first."""
        return self._all(Head, columns(tables.heads, Head).order_by(tables.heads.c.channel))

    def append(self, rows: Iterable[JournalRow], heads: Iterable[Head]) -> None:
        """Enter rows and the frontiers after them."""
        kept = list(rows)
        self._connection.execute(
            tables.journal.insert(), [{name: getattr(row, name) for name in _LEAF} for row in kept]
        )
        self._connection.execute(
            tables.journal_details.insert(),
            [{"number": row.number, "key": row.key, "detail": row.detail} for row in kept],
        )
        for head in heads:
            self._put(tables.heads, ("channel",), values_of(head))

    def journal(
        self, *, channel: str | None = None, after: int = 0, limit: int = 1000
    ) -> Sequence[JournalRow]:
        """Give entries in order; of the whole node by `number`, of a channel by `channel_number`."""
        j, d = tables.journal, tables.journal_details
        query = (
            select(*(j.c[name] for name in _LEAF), func.coalesce(d.c.key, b"").label("key"))
            .add_columns(func.coalesce(d.c.detail, b"").label("detail"))
            .select_from(j.outerjoin(d, d.c.number == j.c.number))
            .limit(limit)
        )
        if channel is None:
            query = query.where(j.c.number > after).order_by(j.c.number)
        else:
            query = query.where(j.c.channel == channel, j.c.channel_number > after).order_by(
                j.c.channel_number
            )
        return self._all(JournalRow, query)

    def erase_details(self, numbers: Sequence[int]) -> None:
        """Destroy what commitments stand for; the leaves, and so the trees, stay."""
        self._connection.execute(
            delete(tables.journal_details).where(tables.journal_details.c.number.in_(list(numbers)))
        )

    def last_entry_at(self) -> Instant | None:
        """Give the instant of the last entry."""
        t = tables.journal
        found: Instant | None = self._connection.execute(
            select(t.c.at).order_by(t.c.number.desc()).limit(1)
        ).scalar()
        return found

    def put_checkpoint(self, peer: str, size: int, text: str, at: Instant) -> None:
        """Keep a checkpoint a peer showed of its side of the channel."""
        self._add(
            tables.checkpoints,
            ("peer", "size", "text"),
            {"peer": peer, "size": size, "text": text, "at": at},
        )

    def checkpoints(self, peer: str) -> Sequence[tuple[int, str]]:
        """Give the checkpoints a peer has shown, by size."""
        t = tables.checkpoints
        query = select(t.c.size, t.c.text).where(t.c.peer == peer).order_by(t.c.size)
        return [(size, text) for size, text in self._connection.execute(query)]
