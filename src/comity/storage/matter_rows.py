"""Matters as they were read last, and what follows from them (`comity.ports.matters`)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Text, and_, bindparam, case, delete, func, or_, select, type_coerce, update

from comity.clock import Instant
from comity.ports.matters import FURTHEST, DueLine, LedgerLine, MatterParts, MatterRow
from comity.storage.matter_tables import claims, costs, deadlines, matters
from comity.storage.prepared import Prepared, selecting
from comity.storage.rows import LIMIT, Rows, columns, values_of

_M = matters.c
_matters = columns(matters, MatterRow)
_MATTER = selecting(_matters.where(_M.id == bindparam("id")))
_NAMED = selecting(
    _matters.where(_M.id >= bindparam("first"), _M.id < bindparam("last")).order_by(_M.id).limit(LIMIT)
)
_NEWEST = selecting(_matters.order_by(_M.changed_at.desc(), _M.id).limit(LIMIT))
_OF_KIND = selecting(
    _matters.where(_M.kind == bindparam("kind")).order_by(_M.changed_at.desc(), _M.id).limit(LIMIT)
)
_ANSWERED = selecting(
    select(_M.peer, _M.opened_by, _M.opened_at, _M.answered_at)
    .where(
        _M.kind == bindparam("kind"), _M.opened_at >= bindparam("since"), _M.opened_at < bindparam("until")
    )
    .order_by(_M.opened_at.desc(), _M.id)
    .limit(LIMIT)
)
_NOBODY: tuple[str, ...] = ()
_D, _C, _L = deadlines.c, costs.c, claims.c
_FORGET = (
    Prepared(lambda _dialect: delete(deadlines).where(_D.matter == bindparam("matter"))),
    Prepared(lambda _dialect: delete(costs).where(_C.matter == bindparam("matter"))),
)
_FORGET_CLAIMS = Prepared(lambda _dialect: delete(claims).where(_L.charge == bindparam("charge")))
_CLAIMED = selecting(select(_L.event).where(_L.charge == bindparam("charge")))
#: A cost stands in the charge that has come furthest, and only among those not accepted in the oldest.
_STANDING = selecting(
    select(_L.state, _L.charge)
    .where(_L.event == bindparam("event"), _L.peer == bindparam("peer"))
    .order_by(
        case({state: place for place, state in enumerate(FURTHEST)}, value=_L.state, else_=len(FURTHEST)),
        _L.opened_at,
        _L.charge,
    )
    .limit(1)
)
_STAND = Prepared(
    lambda _dialect: (
        update(costs)
        .where(_C.event == bindparam("name"), _C.peer == bindparam("party"))
        .values(state=bindparam("state"), charge=bindparam("charge"))
    )
)
_due = (
    select(_D.at, _D.what, _D.by, _D.ref, _D.matter, _M.kind, _M.agreement, _M.peer, _M.title)
    .join(matters, _M.id == _D.matter)
    .where(_D.at >= bindparam("since"), _D.at < bindparam("until"))
    .order_by(_D.at, _D.number)
    .limit(LIMIT)
)
#: Whether of all Parties or of one -> the query.
_DUE = {False: selecting(_due), True: selecting(_due.where(_D.by == bindparam("by")))}
_further = and_(
    _C.on >= bindparam("on"),
    or_(_C.on > bindparam("on"), _C.event > bindparam("event")),
)
_costs = (
    columns(costs, LedgerLine)
    .where(_further, _C.state != "taken-back")
    .order_by(_C.on, _C.event)
    .limit(LIMIT)
)
_of_peer = _C.peer == bindparam("peer")
_open = select(_C.peer, _C.currency).where(_C.state == "open").distinct().order_by(_C.peer, _C.currency)
_owed = select(_C.peer, _C.currency, _C.net).where(_C.state != "settled", _C.state != "taken-back")
#: Whether of all Parties or of one -> the query.
_COSTS = {False: selecting(_costs), True: selecting(_costs.where(_of_peer))}
_OPEN = {False: selecting(_open), True: selecting(_open.where(_of_peer))}
_OWED = {False: selecting(_owed), True: selecting(_owed.where(_of_peer))}
#: Below or above, for an index finds those two ends at once; what is merely unequal it does not find.
_OTHER_TEXTS = selecting(
    select(_M.id).where(or_(_M.texts < bindparam("texts"), _M.texts > bindparam("texts"))).limit(LIMIT)
)
#: Words of a search that are looked for.
_MOST_WORDS = 8
_EVER, _FOREVER = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
_NOTHING = MatterParts()


class MatterRows(Rows):
    """The part of a transaction that keeps matters."""

    def put_matter(self, row: MatterRow, parts: MatterParts = _NOTHING) -> None:
        """Keep a matter as it is read now, with what follows from it."""
        self._put(matters, ("id",), values_of(row))
        for forget in _FORGET:
            self._run(forget, {"matter": row.id})
        for deadline in parts.deadlines:
            self._insert(deadlines, {"matter": row.id, **values_of(deadline)})
        for cost in parts.costs:
            stand = {"matter": row.id, "peer": row.peer, **self._standing(cost.event, row.peer)}
            self._put(costs, ("event",), {**stand, **values_of(cost)})
        self._claim(row, parts.claims)

    def _claim(self, row: MatterRow, now: Sequence[tuple[str, str]]) -> None:
        """Keep what a matter says now of how costs stand, and how those stand of which it says or said it."""
        before = [event for (event,) in self._tuples(_CLAIMED, charge=row.id)]
        if not before and not now:
            return
        self._run(_FORGET_CLAIMS, {"charge": row.id})
        for event, state in now:
            self._insert(
                claims,
                {
                    "charge": row.id,
                    "event": event,
                    "peer": row.peer,
                    "opened_at": row.opened_at,
                    "state": state,
                },
            )
        for event in dict.fromkeys((*before, *(event for event, _ in now))):
            stand = self._standing(event, row.peer)
            self._run(_STAND, {"name": event, "party": row.peer, **stand})

    def _standing(self, event: str, peer: str) -> dict[str, str]:
        found = self._tuples(_STANDING, event=event, peer=peer)
        state, charge = found[0] if found else ("open", "")
        return {"state": state, "charge": charge}

    def matter(self, id: str) -> MatterRow | None:
        """Give one matter."""
        return self._one(MatterRow, _MATTER, id=id)

    def matters_named(self, name: str, limit: int = 3) -> Sequence[MatterRow]:
        """Give matters whose id begins with `name`."""
        return self._all(MatterRow, _NAMED, first=name, last=f"{name}g", limit=limit)

    def matters(self, kind: str = "", limit: int = 100_000) -> Sequence[MatterRow]:
        """Give matters, of one kind where said, last changed first."""
        if kind:
            return self._all(MatterRow, _OF_KIND, kind=kind, limit=limit)
        return self._all(MatterRow, _NEWEST, limit=limit)

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
        """Give matters that match all of what is given, last changed first."""
        query = _matters.order_by(_M.changed_at.desc(), _M.id).limit(limit)
        for column, value in ((_M.kind, kind), (_M.peer, peer)):
            query = query.where(column == value) if value else query
        for word in words.split()[:_MOST_WORDS]:
            query = query.where(self._has_word(_M.title, word))
        if live:
            query = query.where(or_(_M.turn != _NOBODY, _M.state == ""))
        query = query.where(_M.opened_at >= since) if since is not None else query
        query = query.where(_M.opened_at < until) if until is not None else query
        if before is not None:
            at, id = before
            query = query.where(or_(_M.changed_at < at, and_(_M.changed_at == at, _M.id > id)))
        return [MatterRow(**dict(row)) for row in self._connection.execute(query).mappings()]

    def answer_times(
        self, kind: str, since: Instant, until: Instant, limit: int
    ) -> Sequence[tuple[str, str, Instant, Instant | None]]:
        """Give of matters of a kind, the newest first, the other Party, who opened it, when, when it was answered."""
        rows = self._tuples(_ANSWERED, kind=kind, since=since, until=until, limit=limit)
        return [(peer, by, opened, answered) for peer, by, opened, answered in rows]

    def deadlines(
        self, *, by: str = "", since: Instant | None = None, until: Instant | None = None, limit: int = 1000
    ) -> Sequence[DueLine]:
        """Give deadlines of matters, soonest first; what they are narrowed by is said in the port."""
        span = {"since": since or _EVER, "until": until or _FOREVER}
        return self._all(DueLine, _DUE[bool(by)], by=by, **span, limit=limit)

    def costs(
        self, *, peer: str = "", after: tuple[str, str] = ("", ""), limit: int = 1000
    ) -> Sequence[LedgerLine]:
        """Give costs that were not taken back, with one Party where said, by day and event; after those."""
        on, event = after
        return self._all(LedgerLine, _COSTS[bool(peer)], peer=peer, on=on, event=event, limit=limit)

    def costs_open(self, peer: str = "") -> Sequence[tuple[str, str]]:
        """Give Party and currency of the costs that nobody has claimed yet, each pair once."""
        return [(party, currency) for party, currency in self._tuples(_OPEN[bool(peer)], peer=peer)]

    def costs_owed(self, peer: str = "") -> Sequence[tuple[str, str, str]]:
        """Give Party, currency and net sum of every cost that is not settled."""
        return [(party, currency, net) for party, currency, net in self._tuples(_OWED[bool(peer)], peer=peer)]

    def matters_read_by_others(self, texts: str, limit: int = 1000) -> Sequence[str]:
        """Give the ids of matters that were last read by other texts."""
        return [id for (id,) in self._tuples(_OTHER_TEXTS, texts=texts, limit=limit)]

    def count_matters_of(self, party: str) -> tuple[int, int]:
        """Count the matters that wait for a Party, and those of them that have a deadline."""
        whose = type_coerce(_M.turn, Text).contains(f'"{party}"', autoescape=True)
        query = select(func.count(), func.count(_M.due)).where(whose)
        waiting, dated = self._connection.execute(query).one()
        return int(waiting), int(dated)
