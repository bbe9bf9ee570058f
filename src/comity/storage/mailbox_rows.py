"""Channels, the outbox of what is owed and the inbox of what came."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from comity.clock import Instant
from comity.ports import ChannelRow, CircuitRow, InboxRow, OutboxRow, PouchRow, UnsentRow
from comity.storage import tables
from comity.storage.prepared import Prepared, selecting, selecting_any
from comity.storage.rows import LIMIT, Rows, columns, values_of

_C, _O, _I = tables.channels.c, tables.outbox.c, tables.inbox.c
_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)

_channels = columns(tables.channels, ChannelRow)
_outbox = columns(tables.outbox, OutboxRow)
_inbox = columns(tables.inbox, InboxRow)

_CHANNEL = selecting(_channels.where(_C.peer == bindparam("peer"), _C.direction == bindparam("direction")))
_CHANNEL_NAMED = selecting(_channels.where(_C.name == bindparam("name")))
_STOPPED = selecting(_channels.where(_C.stopped != "", _C.direction == "in").order_by(_C.peer))
_SENT_ONE = selecting(_outbox.where(_O.message == bindparam("message")))
_owed = _outbox.where(_O.state == "owed", _O.next_at <= bindparam("due"))
_OWED = selecting(_owed.order_by(_O.peer, _O.sequence).limit(LIMIT))
_OWED_TO = selecting(_owed.where(_O.peer == bindparam("peer")).order_by(_O.sequence).limit(LIMIT))
_heads = columns(tables.outbox, OutboxRow, without=("envelope",))
_OWED_HEADS = selecting(
    _heads.where(_O.state == "owed", _O.next_at <= bindparam("due"), _O.peer == bindparam("peer"))
    .order_by(_O.sequence)
    .limit(LIMIT)
)
_NEXT_OWED = selecting(select(func.min(_O.next_at)).where(_O.state == "owed", _O.peer == bindparam("peer")))
_NOTE_ATTEMPT = Prepared(
    lambda _dialect: (
        update(tables.outbox)
        .where(_O.message == bindparam("which"), _O.state == "owed")
        .values(
            attempts=_O.attempts + 1,
            next_at=bindparam("next_at", type_=_O.next_at.type),
            reason=bindparam("reason", type_=_O.reason.type),
        )
    )
)
_POUCH = selecting(columns(tables.pouches, PouchRow).where(tables.pouches.c.name == bindparam("name")))
_CIRCUITS = selecting(columns(tables.circuits, CircuitRow).order_by(tables.circuits.c.peer))
_CIRCUIT = selecting(columns(tables.circuits, CircuitRow).where(tables.circuits.c.peer == bindparam("peer")))
_SENT = selecting_any(_heads.order_by(_O.number.desc()).limit(LIMIT), _O.state)
_RECEIPTED_BY = selecting(
    _heads.where(_O.state == "receipted", _O.peer == bindparam("peer"))
    .order_by(_O.sequence.desc())
    .limit(LIMIT)
)
_BACKLOG = selecting(select(_O.peer, func.count()).where(_O.state == "owed").group_by(_O.peer))
_IN_STATES = selecting_any(_inbox.order_by(_I.number.desc()).limit(LIMIT), _I.state)
_RECEIVED_ONE = selecting(_inbox.where(_I.message == bindparam("message")))
_BY_ENVELOPE = selecting(_inbox.where(_I.envelope_digest == bindparam("envelope_digest")))
_AT = selecting(_inbox.where(_I.channel == bindparam("channel"), _I.sequence == bindparam("sequence")))
_said = select(_I.said_at).where(_I.channel == bindparam("channel"), _I.kind != "envelope")
_SAID_BEFORE = selecting(
    _said.where(_I.sequence < bindparam("sequence")).order_by(_I.sequence.desc()).limit(1)
)
_SAID_AFTER = selecting(_said.where(_I.sequence > bindparam("sequence")).order_by(_I.sequence).limit(1))
_RECEIPTS_OWED = selecting(_inbox.where(_I.peer == bindparam("peer"), _I.receipt_owed).order_by(_I.number))
_U = tables.unsent.c
_UNSENT = selecting(columns(tables.unsent, UnsentRow).order_by(_U.at, _U.statement, _U.to))
_DROP_UNSENT = Prepared(
    lambda _dialect: delete(tables.unsent).where(
        _U.statement == bindparam("statement"), _U.to == bindparam("to")
    )
)
_PURGE_SENT = Prepared(
    lambda _dialect: (
        update(tables.outbox)
        .where(_O.about == bindparam("item"), _O.kind == "disclosure", _O.state != "owed", _O.envelope != b"")
        .values(envelope=b"")
    )
)
_PURGE_RECEIVED = Prepared(
    lambda _dialect: (
        update(tables.inbox)
        .where(
            _I.about == bindparam("item"),
            _I.kind == "disclosure",
            _I.originator == bindparam("by", type_=_I.originator.type),
            _I.letter != b"",
        )
        .values(letter=b"")
    )
)


def _one_by_one(column: Any, *conditions: Any) -> Prepared:
    """Prepare a query for the distinct words in an indexed column, jumping from one to the next."""
    first = select(func.min(column).label("word")).where(*conditions).cte("words", recursive=True)
    after = select(func.min(column)).where(*conditions, column > first.c.word).scalar_subquery()
    found = first.union_all(select(after).where(first.c.word.is_not(None)))
    return selecting(select(found.c.word).where(found.c.word.is_not(None)).order_by(found.c.word))


def _making_due(*conditions: Any) -> Prepared:
    return Prepared(
        lambda _dialect: (
            update(tables.outbox)
            .where(_O.state == "owed", _O.next_at > bindparam("now", type_=_O.next_at.type), *conditions)
            .values(next_at=bindparam("now", type_=_O.next_at.type))
        )
    )


_PEERS_OWED = _one_by_one(_O.peer, _O.state == "owed")
_PEERS_RECEIPTS_OWED = _one_by_one(_I.peer, _I.receipt_owed)
_MAKE_DUE = _making_due()
_MAKE_DUE_OF = _making_due(_O.peer == bindparam("to_peer", type_=_O.peer.type))


class MailboxRows(Rows):
    """The part of a transaction that keeps mailboxes."""

    def channel(self, peer: str, direction: str) -> ChannelRow | None:
        """Give the channel to (`out`) or from (`in`) a peer."""
        return self._holding(
            tables.channels,
            (peer, direction),
            lambda: self._one(ChannelRow, _CHANNEL, peer=peer, direction=direction),
        )

    def channel_named(self, name: str) -> ChannelRow | None:
        """Give the channel of this name, whoever began it."""
        found = self._one(ChannelRow, _CHANNEL_NAMED, name=name)
        return None if found is None else self.channel(found.peer, found.direction)

    def put_channel(self, row: ChannelRow) -> None:
        """Keep a channel or its last sequence.

        A new name is written at once: if another channel has it, that undoes this piece of work and not the batch.
        """
        before = self.channel(row.peer, row.direction)
        self._hold(tables.channels, (row.peer, row.direction), row)
        if before is None or before.name != row.name:
            self.finish()

    def channels_stopped(self) -> Sequence[ChannelRow]:
        """Give the incoming channels that wait for an officer, by peer."""
        self.finish()
        return self._all(ChannelRow, _STOPPED)

    def put_outbox(self, row: OutboxRow) -> None:
        """Keep what is owed, or its changed state."""
        self._put(tables.outbox, ("message",), values_of(row))

    def outbox(self, message: str) -> OutboxRow | None:
        """Give one envelope owed or delivered."""
        return self._one(OutboxRow, _SENT_ONE, message=message)

    def owed(self, peer: str | None, due: Instant | None, limit: int) -> Sequence[OutboxRow]:
        """Give envelopes not yet receipted, in sequence; of one peer, and due, where said."""
        when = due or _FOREVER
        if peer is None:
            return self._all(OutboxRow, _OWED, due=when, limit=limit)
        return self._all(OutboxRow, _OWED_TO, peer=peer, due=when, limit=limit)

    def owed_heads(self, peer: str, due: Instant | None, limit: int) -> Sequence[OutboxRow]:
        """Give the same of one peer without the envelopes' bytes: for choosing a batch, and for looking through all."""
        return self._bare(_OWED_HEADS, peer=peer, due=due or _FOREVER, limit=limit)

    def peers_owed(self) -> Sequence[str]:
        """Give every peer to whom something is owed."""
        return [peer for (peer,) in self._tuples(_PEERS_OWED)]

    def next_owed(self, peer: str) -> Instant | None:
        """Give when the next envelope owed to a peer becomes due; None where nothing is owed."""
        found: Instant | None = self._value(_NEXT_OWED, peer=peer)
        return found

    def note_attempt(self, message: str, next_at: Instant, reason: str) -> None:
        """Note that an envelope was not taken, or only handed over: when it is due again, and why."""
        self._run(_NOTE_ATTEMPT, {"which": message, "next_at": next_at, "reason": reason[:500]})

    def make_due(self, peer: str | None, now: Instant) -> int:
        """Make everything owed, or all of one peer, due now; give how much was not yet."""
        if peer is None:
            return int(self._run(_MAKE_DUE, {"now": now}).rowcount)
        return int(self._run(_MAKE_DUE_OF, {"now": now, "to_peer": peer}).rowcount)

    def circuits(self) -> Sequence[CircuitRow]:
        """Give the lines that ever failed, by peer."""
        return self._all(CircuitRow, _CIRCUITS)

    def circuit(self, peer: str) -> CircuitRow | None:
        """Give the line to a peer; None where it never failed."""
        return self._one(CircuitRow, _CIRCUIT, peer=peer)

    def put_circuit(self, row: CircuitRow) -> None:
        """Keep how a line is."""
        self._put(tables.circuits, ("peer",), values_of(row))

    def pouch(self, name: str) -> PouchRow | None:
        """Give what is known of a pouch."""
        return self._one(PouchRow, _POUCH, name=name)

    def put_pouch(self, row: PouchRow) -> None:
        """Keep what is known of a pouch."""
        self._put(tables.pouches, ("name",), values_of(row))

    def peers_receipts_owed(self) -> Sequence[str]:
        """Give every peer for whom a receipt waits that no carrier has taken back yet."""
        return [peer for (peer,) in self._tuples(_PEERS_RECEIPTS_OWED)]

    def sent(self, limit: int = 1000, *, states: Sequence[str] = ()) -> Sequence[OutboxRow]:
        """Give what was sent, in these states where said, newest first, without the envelopes' bytes."""
        return self._bare(_SENT(tuple(states)), limit=limit)

    def _bare(self, prepared: Prepared, **parameters: Any) -> list[OutboxRow]:
        names = [name for name in OutboxRow.__struct_fields__ if name != "envelope"]
        return [
            OutboxRow(**dict(zip(names, row, strict=True)), envelope=b"")
            for row in self._tuples(prepared, **parameters)
        ]

    def purge_letters(self, item: str, originator: str) -> int:
        """Destroy the sealed envelopes kept here that hold an item's content; give how many. What is owed stays.

        Of those that came, only such as say that the item is this Party's: nobody else's word destroys them.
        """
        sent = self._run(_PURGE_SENT, {"item": item}).rowcount
        return int(sent + self._run(_PURGE_RECEIVED, {"item": item, "by": originator}).rowcount)

    def receipted_by(self, peer: str, limit: int = 20) -> Sequence[OutboxRow]:
        """Give the letters last receipted by a peer, newest first, without their envelopes."""
        return self._bare(_RECEIPTED_BY, peer=peer, limit=limit)

    def backlog(self) -> Mapping[str, int]:
        """Give how many envelopes are owed to each peer."""
        return {peer: count for peer, count in self._tuples(_BACKLOG)}  # noqa: C416  pairs come as lists

    def put_unsent(self, row: UnsentRow) -> None:
        """Keep what could not be sent, or why not by now."""
        self._put(tables.unsent, ("statement", "to"), values_of(row))

    def unsent(self) -> Sequence[UnsentRow]:
        """Give what could not be sent yet, oldest first."""
        return self._all(UnsentRow, _UNSENT)

    def drop_unsent(self, statement: str, to: str) -> None:
        """Forget that an act could not be sent: it is owed now."""
        self._run(_DROP_UNSENT, {"statement": statement, "to": to})

    def put_inbox(self, row: InboxRow) -> None:
        """Keep an envelope's fate."""
        self._put(tables.inbox, ("message",), values_of(row))

    def inbox(self, message: str) -> InboxRow | None:
        """Give the fate of one message."""
        return self._one(InboxRow, _RECEIVED_ONE, message=message)

    def inbox_by_envelope(self, envelope_digest: str) -> InboxRow | None:
        """Give the fate of one envelope."""
        return self._one(InboxRow, _BY_ENVELOPE, envelope_digest=envelope_digest)

    def inbox_at(self, channel: str, sequence: int) -> InboxRow | None:
        """Give what came under a sequence number of a channel."""
        return self._one(InboxRow, _AT, channel=channel, sequence=sequence)

    def said_around(self, channel: str, sequence: int) -> tuple[Instant | None, Instant | None]:
        """Give the latest instant said under a lower number of a channel, and the earliest under a higher one."""
        return (
            self._value(_SAID_BEFORE, channel=channel, sequence=sequence),
            self._value(_SAID_AFTER, channel=channel, sequence=sequence),
        )

    def received(self, *, states: Sequence[str] = (), limit: int = 1000) -> Sequence[InboxRow]:
        """Give what came in, newest first."""
        return self._all(InboxRow, _IN_STATES(tuple(states)), limit=limit)

    def receipts_owed(self, peer: str) -> Sequence[InboxRow]:
        """Give receipts that no carrier has taken back yet."""
        return self._all(InboxRow, _RECEIPTS_OWED, peer=peer)
