"""Items, the routes by which they came, their sealed bodies, and to whom they were passed."""

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select

from comity.clock import Instant
from comity.ports import Disclosure, Holding, ItemRow
from comity.storage import tables
from comity.storage.body_keys import BodyKeys
from comity.storage.rows import Rows, columns, values_of


class ItemRows(Rows):
    """The part of a transaction that keeps items. Bodies are sealed under keys kept in `body_keys`."""

    def __init__(self, connection: Connection, body_keys: BodyKeys) -> None:
        super().__init__(connection)
        self._body_keys = body_keys

    def put_item(self, row: ItemRow) -> None:
        """Keep an item, or its changed state."""
        self._put(tables.items, ("digest",), values_of(row))
        for source in row.made_from:
            self._add(tables.sources, ("source", "item"), {"source": source, "item": row.digest})

    def item(self, digest: str) -> ItemRow | None:
        """Give one item by digest."""
        t = tables.items
        return self._one(ItemRow, columns(t, ItemRow).where(t.c.digest == digest))

    def items_named(self, name: str, limit: int = 3) -> Sequence[ItemRow]:
        """Give items whose digest begins with `name` or whose label equals it."""
        t = tables.items
        same = [t.c.label == name]
        if len(name) >= 6 and all(c in "0123456789abcdef" for c in name):
            same.append(t.c.digest.between(name, name + "g"))
        return self._all(
            ItemRow, columns(t, ItemRow).where(or_(*same)).order_by(t.c.number.desc()).limit(limit)
        )

    def items(self, *, states: Sequence[str] = (), limit: int = 1000) -> Sequence[ItemRow]:
        """Give items, newest first."""
        t = tables.items
        query = columns(t, ItemRow).order_by(t.c.number.desc()).limit(limit)
        return self._all(ItemRow, query.where(t.c.state.in_(states)) if states else query)

    def made_from(self, source: str) -> Sequence[str]:
        """Give the digests of items made directly from a source."""
        t = tables.sources
        return list(self._connection.execute(select(t.c.item).where(t.c.source == source)).scalars())

    def put_holding(self, row: Holding) -> None:
        """Keep one more route to an item."""
        self._add(tables.holdings, ("item", "custody"), values_of(row))

    def holdings(self, item: str) -> Sequence[Holding]:
        """Give the routes by which an item came here, oldest first."""
        t = tables.holdings
        return self._all(Holding, columns(t, Holding).where(t.c.item == item).order_by(t.c.number))

    def put_body(self, item: str, body: bytes) -> None:
        """Keep a body, sealed under a key of its own."""
        self._put(tables.bodies, ("item",), {"item": item, "sealed": self._body_keys.seal(item, body)})

    def body(self, item: str) -> bytes | None:
        """Give a body, or None where it was never here or has been erased."""
        t = tables.bodies
        sealed = self._connection.execute(select(t.c.sealed).where(t.c.item == item)).scalar()
        return None if sealed is None else self._body_keys.open(item, sealed)

    def erase_body(self, item: str) -> Instant | None:
        """Destroy a body and its key; give the instant after which no backup can open it, or None if not here."""
        t = tables.bodies
        gone = self._connection.execute(t.delete().where(t.c.item == item)).rowcount
        ends = self._body_keys.erase(item)
        return ends if gone else None

    def put_disclosure(self, row: Disclosure) -> None:
        """Note that an item was passed on."""
        self._add(tables.disclosures, ("message",), values_of(row))

    def disclosures(self, item: str) -> Sequence[Disclosure]:
        """Give to whom an item was passed."""
        t = tables.disclosures
        return self._all(Disclosure, columns(t, Disclosure).where(t.c.item == item).order_by(t.c.at))
