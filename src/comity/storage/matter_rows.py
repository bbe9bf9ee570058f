"""Matters as they were read last (`comity.ports.matters`)."""

from collections.abc import Sequence

from sqlalchemy import bindparam

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
