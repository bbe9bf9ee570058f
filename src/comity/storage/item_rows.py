"""Items, the routes by which they came, their sealed bodies, and to whom they were passed."""

from collections.abc import Sequence
from datetime import UTC

from sqlalchemy import Connection, bindparam, delete, func, select

from comity.clock import Instant
from comity.ports import Disclosure, FlowRow, Holding, ItemRow, Passed
from comity.storage import tables
from comity.storage.body_keys import BodyKeys
from comity.storage.count_tables import flows
from comity.storage.prepared import Prepared, counting, selecting, selecting_any
from comity.storage.rows import LIMIT, Rows, columns, values_of

_I, _S, _H, _B, _D = (
    tables.items.c,
    tables.sources.c,
    tables.holdings.c,
    tables.bodies.c,
    tables.disclosures.c,
)

_items = columns(tables.items, ItemRow)

_ITEM = selecting(_items.where(_I.digest == bindparam("digest")))
_IN_STATES = selecting_any(_items.order_by(_I.number.desc()).limit(LIMIT), _I.state)
_AFTER = selecting_any(
    _items.add_columns(_I.number).where(_I.number > bindparam("after")).order_by(_I.number).limit(LIMIT),
    _I.state,
)
_LABELLED = selecting(_items.where(_I.label == bindparam("label")).order_by(_I.number.desc()).limit(LIMIT))
_BEGINNING = selecting(
    _items.where(_I.digest >= bindparam("least"), _I.digest < bindparam("most"))
    .order_by(_I.digest)
    .limit(LIMIT)
)
_OF_TYPE = selecting(_items.where(_I.media_type == bindparam("media_type")).order_by(_I.number))
_MADE_FROM = selecting(select(_S.item).where(_S.source == bindparam("source")))
_HOLDINGS = selecting(
    columns(tables.holdings, Holding).where(_H.item == bindparam("item")).order_by(_H.number)
)
_BODY = selecting(select(_B.sealed).where(_B.item == bindparam("item")))
_ERASE = Prepared(lambda _dialect: delete(tables.bodies).where(_B.item == bindparam("item")))
_DISCLOSURES = selecting(
    columns(tables.disclosures, Disclosure).where(_D.item == bindparam("item")).order_by(_D.at)
)

_DISCLOSED_TO = selecting(
    columns(tables.disclosures, Disclosure).where(_D.to == bindparam("party")).order_by(_D.at)
)

_IN = tables.inbox.c
_OUT = tables.outbox.c
_GIVEN = (
    select(_D.to, _I.category, func.count())
    .join(tables.items, _I.digest == _D.item)
    .join(tables.outbox, _OUT.message == _D.message)
    .where(_D.at >= bindparam("since"), _D.at < bindparam("until"), _OUT.state == "receipted")
    .group_by(_D.to, _I.category)
    .order_by(_D.to, _I.category)
)
_TAKEN = (
    select(_IN.peer, _I.category, func.count())
    .join(tables.items, _I.digest == _IN.about)
    .where(
        _IN.said_at >= bindparam("since"),
        _IN.said_at < bindparam("until"),
        _IN.kind == "disclosure",
        _IN.state == "accepted",
    )
    .group_by(_IN.peer, _I.category)
    .order_by(_IN.peer, _I.category)
)
_GIVEN_TO, _TAKEN_FROM = (
    _GIVEN.where(_D.to == bindparam("party")),
    _TAKEN.where(_IN.peer == bindparam("party")),
)
#: Whether of one Party, and under one agreement -> given, taken.
_ARRIVED = {
    (False, False): (selecting(_GIVEN), selecting(_TAKEN)),
    (True, False): (selecting(_GIVEN_TO), selecting(_TAKEN_FROM)),
    (True, True): (
        selecting(_GIVEN_TO.where(_D.agreement == bindparam("agreement"))),
        selecting(_TAKEN_FROM.where(_IN.agreement == bindparam("agreement"))),
    ),
}
_F = flows.c
_COUNT_FLOW = counting(flows, ("month", "party", "ours", "category"))
_FLOWS = selecting(
    columns(flows, FlowRow)
    .where(_F.month >= bindparam("first"), _F.month <= bindparam("last"))
    .order_by(_F.month, _F.ours.desc(), _F.party, _F.category)
)

#: A part of a file (`comity.node.large_files`): seen in its list, and in no other.
PART = "application/vnd.comity.part"
#: Words of a search that are looked for.
_MOST_WORDS = 8
#: Characters of a digest that suffice to call an item by.
_ENOUGH = 6


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
        return self._one(ItemRow, _ITEM, digest=digest)

    def items_named(self, name: str, limit: int = 3) -> Sequence[ItemRow]:
        """Give items whose digest begins with `name` or whose label equals it."""
        found: dict[str, ItemRow] = {}
        if len(name) >= _ENOUGH and all(c in "0123456789abcdef" for c in name):
            for row in self._all(ItemRow, _BEGINNING, least=name, most=name + "g", limit=limit):
                found[row.digest] = row
        if len(name) != 64 or not found:
            for row in self._all(ItemRow, _LABELLED, label=name, limit=limit):
                found[row.digest] = row
        return list(found.values())[:limit]

    def items(self, *, states: Sequence[str] = (), limit: int = 1000) -> Sequence[ItemRow]:
        """Give items, newest first."""
        return self._all(ItemRow, _IN_STATES(tuple(states)), limit=limit)

    def items_after(
        self, number: int, *, states: Sequence[str] = (), limit: int = 100
    ) -> Sequence[tuple[int, ItemRow]]:
        """Give items in the order they came, parts of files too, each with its number, after one."""
        rows = self._tuples(_AFTER(tuple(states)), after=number, limit=limit)
        names = ItemRow.__struct_fields__
        return [(row[-1], ItemRow(**dict(zip(names, row[:-1], strict=True)))) for row in rows]

    def items_of_type(self, media_type: str) -> Sequence[ItemRow]:
        """Give the items said to be of a media type, oldest first."""
        return self._all(ItemRow, _OF_TYPE, media_type=media_type)

    def find_items(
        self,
        *,
        words: str = "",
        originator: str = "",
        category: str = "",
        marking: str = "",
        state: str = "",
        since: Instant | None = None,
        until: Instant | None = None,
        before: int = 0,
        limit: int = 50,
    ) -> Sequence[tuple[int, ItemRow]]:
        """Give items that match all of what is given, newest first, each with its number, to go on `before` it."""
        query = select(_I.number).where(_I.media_type != PART).order_by(_I.number.desc()).limit(limit)
        for word in words.split()[:_MOST_WORDS]:
            query = query.where(self._has_word(_I.title, word) | self._has_word(_I.label, word))
        for column, value in ((_I.originator, originator), (_I.marking, marking), (_I.state, state)):
            query = query.where(column == value) if value else query
        if category:
            below = _I.category.startswith(f"{category}.", autoescape=True)
            query = query.where((_I.category == category) | below)
        query = query.where(_I.added_at >= since) if since is not None else query
        query = query.where(_I.added_at < until) if until is not None else query
        query = query.where(_I.number < before) if before else query
        found = []
        whole = _items.add_columns(_I.number).where(_I.number.in_(query)).order_by(_I.number.desc())
        for row in self._connection.execute(whole).mappings():
            values = dict(row)
            found.append((int(values.pop("number")), ItemRow(**values)))
        return found

    def made_from(self, source: str) -> Sequence[str]:
        """Give the digests of items made directly from a source."""
        return [item for (item,) in self._tuples(_MADE_FROM, source=source)]

    def put_holding(self, row: Holding) -> None:
        """Keep one more route to an item."""
        self._add(tables.holdings, ("item", "custody"), values_of(row))

    def holdings(self, item: str) -> Sequence[Holding]:
        """Give the routes by which an item came here, oldest first."""
        return self._all(Holding, _HOLDINGS, item=item)

    def put_body(self, item: str, body: bytes) -> None:
        """Keep a body, sealed under a key of its own."""
        self._put(tables.bodies, ("item",), {"item": item, "sealed": self._body_keys.seal(item, body)})

    def body(self, item: str) -> bytes | None:
        """Give a body, or None where it was never here or has been erased."""
        sealed = self._value(_BODY, item=item)
        return None if sealed is None else self._body_keys.open(item, sealed)

    def erase_body(self, item: str) -> Instant | None:
        """Destroy a body and its key; give the instant after which no backup can open it, or None if not here."""
        gone = self._run(_ERASE, {"item": item}).rowcount
        ends = self._body_keys.erase(item)
        return ends if gone else None

    def put_disclosure(self, row: Disclosure) -> None:
        """Note that an item was passed on."""
        self._add(tables.disclosures, ("message",), values_of(row))

    def disclosures(self, item: str) -> Sequence[Disclosure]:
        """Give to whom an item was passed."""
        return self._all(Disclosure, _DISCLOSURES, item=item)

    def disclosed_to(self, party: str) -> Sequence[Disclosure]:
        """Give what was passed to a Party."""
        return self._all(Disclosure, _DISCLOSED_TO, party=party)

    def arrived(
        self, since: Instant, until: Instant, party: str = "", agreement: str = ""
    ) -> Sequence[Passed]:
        """Count what arrived: of all, of one Party, or of one Party under one agreement."""
        span = {"since": since, "until": until, "party": party, "agreement": agreement}
        return [
            Passed(party=each, ours=ours, category=category, count=count)
            for ours, query in zip((True, False), _ARRIVED[bool(party), bool(agreement)], strict=True)
            for each, category, count in self._tuples(query, **span)
        ]

    def count_flow(self, at: Instant, party: str, *, ours: bool, category: str) -> None:
        """Count an item that has passed."""
        month = at.astimezone(UTC).strftime("%Y-%m")
        self._run(_COUNT_FLOW, {"month": month, "party": party, "ours": ours, "category": category})

    def flows(self, first: str, last: str) -> Sequence[FlowRow]:
        """Give how much has passed, from one month to another."""
        return self._all(FlowRow, _FLOWS, first=first, last=last)
