"""Matters as they were read last (`comity.ports.matters`)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Text, and_, bindparam, func, or_, select, type_coerce

from comity.clock import Instant
from comity.ports.matters import MatterRow
from comity.storage.matter_tables import matters
from comity.storage.prepared import selecting
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
_NOBODY: tuple[str, ...] = ()
_DUE = selecting(
    _matters.where(_M.due.is_not(None), _M.due < bindparam("until")).order_by(_M.due).limit(LIMIT)
)
_OTHER_TEXTS = selecting(select(_M.id).where(_M.texts != bindparam("texts")).limit(LIMIT))
#: Words of a search that are looked for.
_MOST_WORDS = 8
_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


class MatterRows(Rows):
    """The part of a transaction that keeps matters."""

    def put_matter(self, row: MatterRow) -> None:
        """Keep a matter as it is read now."""
        self._put(matters, ("id",), values_of(row))

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
            query = query.where(_M.title.icontains(word, autoescape=True))
        if live:
            query = query.where(or_(_M.turn != _NOBODY, _M.state == ""))
        query = query.where(_M.opened_at >= since) if since is not None else query
        query = query.where(_M.opened_at < until) if until is not None else query
        if before is not None:
            at, id = before
            query = query.where(or_(_M.changed_at < at, and_(_M.changed_at == at, _M.id > id)))
        return [MatterRow(**dict(row)) for row in self._connection.execute(query).mappings()]

    def matters_due(self, until: Instant | None = None, limit: int = 1000) -> Sequence[MatterRow]:
        """Give matters with a deadline, soonest first; up to an instant where one is given."""
        return self._all(MatterRow, _DUE, until=until or _FOREVER, limit=limit)

    def matters_read_by_others(self, texts: str, limit: int = 1000) -> Sequence[str]:
        """Give the ids of matters that were last read by other texts."""
        return [id for (id,) in self._tuples(_OTHER_TEXTS, texts=texts, limit=limit)]

    def count_matters_of(self, party: str) -> tuple[int, int]:
        """Count the matters in which a Party can do something, and those of them that have a deadline."""
        whose = type_coerce(_M.turn, Text).contains(f'"{party}"', autoescape=True)
        query = select(func.count(), func.count(_M.due)).where(whose)
        waiting, dated = self._connection.execute(query).one()
        return int(waiting), int(dated)
