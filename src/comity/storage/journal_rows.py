"""The journal: leaves as hashed, what their commitments stand for, and the frontiers of the trees.

Frontiers, of entries and of what a witness has kept, are held while a batch runs: every entry changes two of them.
"""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, case, delete, func, select, union_all

from comity.clock import Instant
from comity.ports import Head, JournalRow, KeptHead, KnownTime, ReconciliationRow
from comity.storage import tables
from comity.storage.count_tables import article_counts
from comity.storage.prepared import counting, selecting
from comity.storage.rows import LIMIT, Rows, columns, values_of

_J, _D, _H, _K = tables.journal.c, tables.journal_details.c, tables.heads.c, tables.checkpoints.c
_LEAF = ("number", "channel", "channel_number", "at", "kind", "act", "leaf")

_HEAD = selecting(columns(tables.heads, Head).where(_H.channel == bindparam("channel")))
_HEADS = selecting(columns(tables.heads, Head).order_by(_H.channel))
_LAST_AT = selecting(select(_J.at).order_by(_J.number.desc()).limit(1))
_lines_of = (
    select(*(_J[name] for name in _LEAF))
    .add_columns(func.coalesce(_D.key, b"").label("key"), func.coalesce(_D.detail, b"").label("detail"))
    .select_from(tables.journal.outerjoin(tables.journal_details, _D.number == _J.number))
)
_lines = _lines_of.limit(LIMIT)
_WHOLE = selecting(_lines.where(_J.number > bindparam("after")).order_by(_J.number))
_OF_CHANNEL = selecting(
    _lines.where(_J.channel == bindparam("channel"), _J.channel_number > bindparam("after")).order_by(
        _J.channel_number
    )
)
_LEAVES = selecting(select(_J.leaf).where(_J.number > bindparam("after")).order_by(_J.number).limit(LIMIT))
_LEAVES_OF = selecting(
    select(_J.leaf)
    .where(_J.channel == bindparam("channel"), _J.channel_number > bindparam("after"))
    .order_by(_J.channel_number)
    .limit(LIMIT)
)
_CHECKPOINTS = selecting(select(_K.size, _K.text).where(_K.peer == bindparam("peer")).order_by(_K.size))
_CHECKPOINTS_OF_SIZE = selecting(
    select(_K.text).where(_K.peer == bindparam("peer"), _K.size == bindparam("size"))
)
_COUNT_CHECKPOINTS = selecting(
    select(func.count())
    .select_from(tables.checkpoints)
    .where(_K.peer == bindparam("peer"), _K.size > bindparam("above"))
)
#: `g` stands behind every hexadecimal digit: a whole digest finds itself, the beginning of one all it may be.
_OF_ACT = selecting(_lines.where(_J.act >= bindparam("act"), _J.act < bindparam("end")).order_by(_J.number))

_ENTERED = selecting(
    select(_J.kind, _J.act).where(_J.channel == bindparam("channel")).order_by(_J.channel_number)
)

_P, _W, _R = tables.proven.c, tables.kept_heads.c, tables.reconciliations.c
_PROVEN = selecting(columns(tables.proven, Head).where(_P.purpose == bindparam("purpose")))
_PROVEN_OF = selecting(
    columns(tables.proven, Head).where(_P.purpose == bindparam("purpose"), _P.channel == bindparam("channel"))
)
_kept = columns(tables.kept_heads, KeptHead)
_KEPT = selecting(_kept.where(_W.peer == bindparam("peer"), _W.ours == bindparam("ours")))
_BEHIND = selecting(_kept.where(_W.behind).order_by(_W.peer))
_RECONCILIATION = selecting(
    columns(tables.reconciliations, ReconciliationRow).where(
        _R.peer == bindparam("peer"), _R.ours == bindparam("ours")
    )
)
_N = article_counts.c
_COUNT_ARTICLE = counting(article_counts, ("agreement", "ref", "outcome"))
_ARTICLE_COUNTS = selecting(
    select(_N.ref, _N.outcome, _N.count).where(_N.agreement == bindparam("agreement")).order_by(_N.ref)
)
_S = tables.house.c
#: The name in `house` of what bears the clock out.
_TIME = "time"
_KNOWN_TIME = selecting(select(_S.value).where(_S.name == _TIME))
_TIME_OF = msgspec.json.Decoder(KnownTime)
#: Beyond every number of an entry.
_END = 2**62
#: Entries whose acts the database puts together in one string: 16 MB.
_AT_ONCE = 250_000


class JournalRows(Rows):
    """The part of a transaction that keeps the journal. Rows are added, never changed."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._behind: tuple[KeptHead, ...] | None = None
        self._last_at: Instant | None = None
        self._known_time: KnownTime | None = None
        self._read_bit_by_bit = 0

    def head(self, channel: str) -> Head:
        """Give the frontier of a tree; an empty one where nothing was entered."""
        found = self._holding(tables.heads, (channel,), lambda: self._one(Head, _HEAD, channel=channel))
        return found or Head(channel=channel, size=0, frontier=())

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
            self._hold(tables.heads, (head.channel,), head)

    def journal(
        self, *, channel: str | None = None, after: int = 0, limit: int = 1000
    ) -> Sequence[JournalRow]:
        """Give entries in order; of the whole node by `number`, of a channel by `channel_number`."""
        if channel is None:
            return self._all_as_stored(JournalRow, _WHOLE, after=after, limit=limit)
        return self._all_as_stored(JournalRow, _OF_CHANNEL, channel=channel, after=after, limit=limit)

    def journal_of_kinds(
        self, kinds: Collection[str], *, channel: str | None = None, first: int, before: int, limit: int
    ) -> Sequence[JournalRow]:
        """Give entries of some kinds, newest first, from a number of the node's and before another.

        Each kind is read from the end of its index, so many rows at the most; the newest of all are given.
        """
        of_kinds = [
            select(_J.number)
            .where(_J.kind == kind, _J.number >= first, _J.number < before)
            .where(*(() if channel is None else (_J.channel == channel,)))
            .order_by(_J.number.desc())
            .limit(limit)
            .subquery()
            for kind in sorted(kinds)
        ]
        numbers = union_all(*(select(each.c.number) for each in of_kinds))
        query = _lines_of.where(_J.number.in_(numbers)).order_by(_J.number.desc()).limit(limit)
        return [JournalRow(**row) for row in self._connection.execute(query).mappings()]

    def leaves(self, channel: str | None, *, after: int, limit: int) -> Sequence[bytes]:
        """Give the leaves alone of entries in order, as they are stored; numbered as in `journal`."""
        asked = {"after": after, "limit": limit}
        rows = (
            self._run(_LEAVES, asked)
            if channel is None
            else self._run(_LEAVES_OF, {**asked, "channel": channel})
        )
        return [leaf if isinstance(leaf, bytes) else str(leaf).encode() for (leaf,) in rows.fetchall()]

    def erase_details(self, numbers: Sequence[int]) -> None:
        """Destroy what commitments stand for; the leaves, and so the trees, stay."""
        self._connection.execute(delete(tables.journal_details).where(_D.number.in_(list(numbers))))

    def last_entry_at(self) -> Instant | None:
        """Give the instant of the last entry."""
        if self._last_at is None:
            self._last_at = self._value(_LAST_AT)
        return self._last_at

    def known_time(self) -> KnownTime | None:
        """Give what bears the clock out; None where it was never noted."""
        if self._known_time is None:
            said = self._value(_KNOWN_TIME)
            self._known_time = _TIME_OF.decode(said) if said is not None else None
        return self._known_time

    def put_known_time(self, known: KnownTime) -> None:
        """Note what bears the clock out."""
        self._put(tables.house, ("name",), {"name": _TIME, "value": msgspec.json.encode(known).decode()})
        self._known_time = known

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

    def count_checkpoints(self, peer: str, *, above: int) -> int:
        """Count the checkpoints a peer has shown of trees larger than a size."""
        return int(self._value(_COUNT_CHECKPOINTS, peer=peer, above=above))

    def count_article(self, agreement: str, ref: str, outcome: str) -> None:
        """Count a decision that rests on an article; `outcome` is `allowed` or `stopped`."""
        self._run(_COUNT_ARTICLE, {"agreement": agreement, "ref": ref, "outcome": outcome})

    def article_counts(self, agreement: str) -> Sequence[tuple[str, str, int]]:
        """Give what each article of an agreement has allowed and stopped: its reference, the outcome, how often."""
        rows = self._tuples(_ARTICLE_COUNTS, agreement=agreement)
        return [(ref, outcome, count) for ref, outcome, count in rows]

    def entries_of(self, act: str) -> Sequence[JournalRow]:
        """Give the entries of one act, by its digest or the beginning of it, in order."""
        return self._all(JournalRow, _OF_ACT, act=act, end=f"{act}g", limit=_END)

    def acts_entered(self, channel: str) -> Iterator[tuple[str, str]]:
        """Give kind and act of a channel's entries, in order."""
        compiled = _ENTERED.compiled(self._connection)
        with contextlib.closing(self._reader()) as cursor:
            cursor.execute(compiled.sql, compiled.parameters({"channel": channel}))
            while rows := cursor.fetchmany(10_000):
                yield from rows

    def acts_joined(self, channel: str, until: int, kinds: Sequence[Collection[str]]) -> list[bytes]:
        """Give, for each group of kinds, the acts of a channel's entries up to one of its numbers, one after another.

        The database puts them together, from its index: no entry comes up here by itself.
        """
        joined = [bytearray() for _ in kinds]
        wanted = [func.aggregate_strings(case((_J.kind.in_(sorted(group)), _J.act)), "") for group in kinds]
        for first in range(0, until, _AT_ONCE):
            last = min(first + _AT_ONCE, until)
            part = select(*wanted).where(
                _J.channel == channel, _J.channel_number > first, _J.channel_number <= last
            )
            for found, acts in zip(joined, self._connection.execute(part).one(), strict=True):
                found += bytes.fromhex(acts or "")
        return [bytes(found) for found in joined]

    def _reader(self) -> Any:
        """Give a cursor of its own that is read bit by bit; PostgreSQL would send everything at once to a plain one."""
        connection: Any = self._connection.connection
        if self._connection.dialect.name == "postgresql":
            self._read_bit_by_bit += 1
            return connection.driver_connection.cursor(name=f"entered_{self._read_bit_by_bit}")
        return connection.cursor()

    def put_kept_head(self, row: KeptHead) -> None:
        """Keep the largest head witnessed, in place of the one before."""
        self._hold(tables.kept_heads, (row.peer, row.ours), row)
        if row.behind or any(each.peer == row.peer for each in self._behind or ()):
            self._behind = None

    def kept_head(self, peer: str, *, ours: bool) -> KeptHead | None:
        """Give the largest head of a tree that its witness has kept."""
        return self._holding(
            tables.kept_heads, (peer, ours), lambda: self._one(KeptHead, _KEPT, peer=peer, ours=ours)
        )

    def behind(self) -> Sequence[KeptHead]:
        """Give the heads that peers have kept of this Party and that are not here."""
        if self._behind is None:
            self.finish()
            self._behind = tuple(self._all(KeptHead, _BEHIND))
        return list(self._behind)

    def put_proven(self, purpose: str, head: Head) -> None:
        """Note up to where stored leaves were read again."""
        self._hold(tables.proven, (purpose, head.channel), head)

    def proven(self, purpose: str) -> Mapping[str, Head]:
        """Give up to where stored leaves were read again, by channel."""
        self.finish()
        return {head.channel: head for head in self._all(Head, _PROVEN, purpose=purpose)}

    def proven_of(self, purpose: str, channel: str) -> Head | None:
        """Give the same for one channel."""
        return self._holding(
            tables.proven,
            (purpose, channel),
            lambda: self._one(Head, _PROVEN_OF, purpose=purpose, channel=channel),
        )

    def put_reconciliation(self, row: ReconciliationRow) -> None:
        """Keep a reconciliation in place of the one that the same side asked for before."""
        self._put(tables.reconciliations, ("peer", "ours"), values_of(row))

    def reconciliation(self, peer: str, *, ours: bool) -> ReconciliationRow | None:
        """Give the reconciliation that this Party, or the peer, asked for last."""
        return self._one(ReconciliationRow, _RECONCILIATION, peer=peer, ours=ours)
