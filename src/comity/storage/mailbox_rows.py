"""Channels, the outbox of what is owed and the inbox of what came."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from comity.clock import Instant
from comity.ports import ChannelRow, InboxRow, OutboxRow
from comity.storage import tables
from comity.storage.rows import Rows, columns, value_of, values_of


class MailboxRows(Rows):
    """The part of a transaction that keeps mailboxes."""

    def channel(self, peer: str, direction: str) -> ChannelRow | None:
        """Give the channel to (`out`) or from (`in`) a peer."""
        t = tables.channels
        return self._one(
            ChannelRow, columns(t, ChannelRow).where(t.c.peer == peer, t.c.direction == direction)
        )

    def channel_named(self, name: str) -> ChannelRow | None:
        """Give the incoming channel of this name."""
        t = tables.channels
        return self._one(ChannelRow, columns(t, ChannelRow).where(t.c.name == name, t.c.direction == "in"))

    def put_channel(self, row: ChannelRow) -> None:
        """Keep a channel or its last sequence."""
        self._put(tables.channels, ("peer", "direction"), values_of(row))

    def put_outbox(self, row: OutboxRow) -> None:
        """Keep what is owed, or its changed state."""
        self._put(tables.outbox, ("message",), values_of(row))

    def outbox(self, message: str) -> OutboxRow | None:
        """Give one envelope owed or delivered."""
        t = tables.outbox
        return self._one(OutboxRow, columns(t, OutboxRow).where(t.c.message == message))

    def owed(self, peer: str | None, due: Instant | None, limit: int) -> Sequence[OutboxRow]:
        """Give envelopes not yet receipted, in sequence; of one peer, and due, where said."""
        t = tables.outbox
        query = columns(t, OutboxRow).where(t.c.state == "owed").order_by(t.c.peer, t.c.sequence).limit(limit)
        if peer is not None:
            query = query.where(t.c.peer == peer)
        if due is not None:
            query = query.where(t.c.next_at <= due)
        return self._all(OutboxRow, query)

    def sent(self, limit: int = 1000) -> Sequence[OutboxRow]:
        """Give what was sent, newest first, without the envelopes' bytes."""
        t = tables.outbox
        query = columns(t, OutboxRow, without=("envelope",)).order_by(t.c.number.desc()).limit(limit)
        rows = self._connection.execute(query).mappings()
        return [value_of(OutboxRow, {**row, "envelope": b""}) for row in rows]

    def backlog(self) -> Mapping[str, int]:
        """Give how many envelopes are owed to each peer."""
        t = tables.outbox
        query = select(t.c.peer, func.count()).where(t.c.state == "owed").group_by(t.c.peer)
        return dict(self._connection.execute(query).all())

    def put_inbox(self, row: InboxRow) -> None:
        """Keep an envelope's fate."""
        self._put(tables.inbox, ("message",), values_of(row))

    def inbox(self, message: str) -> InboxRow | None:
        """Give the fate of one message."""
        t = tables.inbox
        return self._one(InboxRow, columns(t, InboxRow).where(t.c.message == message))

    def inbox_by_envelope(self, envelope_digest: str) -> InboxRow | None:
        """Give the fate of one envelope."""
        t = tables.inbox
        return self._one(InboxRow, columns(t, InboxRow).where(t.c.envelope_digest == envelope_digest))

    def inbox_at(self, channel: str, sequence: int) -> InboxRow | None:
        """Give what came under a sequence number of a channel."""
        t = tables.inbox
        return self._one(
            InboxRow, columns(t, InboxRow).where(t.c.channel == channel, t.c.sequence == sequence)
        )

    def said_around(self, channel: str, sequence: int) -> tuple[Instant | None, Instant | None]:
        """Give the latest instant said under a lower number of a channel, and the earliest under a higher one."""
        t = tables.inbox
        before = select(t.c.said_at).where(
            t.c.channel == channel, t.c.sequence < sequence, t.c.kind != "envelope"
        )
        after = select(t.c.said_at).where(
            t.c.channel == channel, t.c.sequence > sequence, t.c.kind != "envelope"
        )
        return (
            self._connection.execute(before.order_by(t.c.sequence.desc()).limit(1)).scalar(),
            self._connection.execute(after.order_by(t.c.sequence).limit(1)).scalar(),
        )

    def received(self, *, states: Sequence[str] = (), limit: int = 1000) -> Sequence[InboxRow]:
        """Give what came in, newest first."""
        t = tables.inbox
        query = columns(t, InboxRow).order_by(t.c.number.desc()).limit(limit)
        return self._all(InboxRow, query.where(t.c.state.in_(states)) if states else query)

    def receipts_owed(self, peer: str) -> Sequence[InboxRow]:
        """Give receipts that no carrier has taken back yet."""
        t = tables.inbox
        return self._all(
            InboxRow, columns(t, InboxRow).where(t.c.peer == peer, t.c.receipt_owed).order_by(t.c.number)
        )

    def contiguous(self, channel: str) -> int:
        """Give the highest sequence up to which nothing of a channel is missing.

        Starts from the channel's last seen: without gaps as many rows as the last sequence stand in the inbox.
        """
        t = tables.inbox
        here = t.alias()
        following = t.alias()
        total, last = self._connection.execute(
            select(func.count(), func.coalesce(func.max(t.c.sequence), 0)).where(
                t.c.channel == channel, t.c.sequence > 0
            )
        ).one()
        if total == last:
            return int(last)
        first = self._connection.execute(
            select(t.c.number).where(t.c.channel == channel, t.c.sequence == 1)
        ).first()
        if first is None:
            return 0
        gap = (
            select(func.min(here.c.sequence))
            .select_from(
                here.outerjoin(
                    following,
                    (following.c.channel == here.c.channel) & (following.c.sequence == here.c.sequence + 1),
                )
            )
            .where(here.c.channel == channel, here.c.sequence > 0, following.c.number.is_(None))
        )
        return int(self._connection.execute(gap).scalar() or 0)
