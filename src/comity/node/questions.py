"""Putting a question to the gate from what this node holds: the item, its custody, its whole lineage."""

import msgspec

from comity.decisions.question import Question
from comity.errors import BadInput, NotFound
from comity.federation import statements
from comity.federation.evidence import hops_of, item_of
from comity.federation.statements import HopStatement, Manifest
from comity.handling.item import Item
from comity.ports import Disclosure, Holding, ItemRow, Transaction
from comity.signing import from_bytes


class Gathered(msgspec.Struct, frozen=True):
    """An item with its custodies and its lineage, each source with the custody that ends at the maker.

    Attributes:
        row: the item; `holdings`: the routes by which it is held.
        sources: every item of the lineage with the route it came by, nearest first; one that several Parties have made
            something from stands there with each route that ends at one of them.
    """

    row: ItemRow
    holdings: tuple[Holding, ...]
    sources: tuple[tuple[ItemRow, Holding], ...]

    @property
    def rows(self) -> tuple[ItemRow, ...]:
        """The item and its lineage."""
        return (self.row, *(source for source, _ in self.sources))


#: States of an item that nothing is done with any more.
GONE = ("withdrawn", "erased")
#: Items of one name that are looked at, and those that are named.
_NAMED, _SOME = 100, 3


def check_not_blank(reason: str) -> None:
    """Let nobody give a reason of blanks: none at all is one that others need not read.

    Raises:
        BadInput: it is blank and not empty.
    """
    if reason and not reason.strip():
        raise BadInput("a reason of blanks is none: say it in words, or leave it out")


def find_item(transaction: Transaction, name: str) -> ItemRow:
    """Find one item by its digest, the beginning of it (six characters or more), or its label.

    Of several with that label those count that are neither withdrawn nor erased.

    Raises:
        NotFound: there is none, or more than one.
    """
    found = transaction.items_named(name, limit=_NAMED)
    exact = [row for row in found if row.digest == name]
    if len(exact) == 1:
        return exact[0]
    if not found:
        raise NotFound(f"no item `{name[:80]}` is held here", hint="comity item list shows what is held")
    if len(found) > 1 and all(row.label == name for row in found):
        found = [
            row for row in found if row.state not in GONE
        ] or found  # what is gone keeps its label to itself
    if len(found) > 1:
        found = found[:_SOME]
        some = ", ".join(row.digest[:12] for row in found)
        raise NotFound(
            f"`{name[:80]}` names more than one item: {some}", hint="name it by its id, or by more of it"
        )
    return found[0]


def gather(transaction: Transaction, row: ItemRow) -> Gathered:
    """Gather an item's routes and its lineage from the store."""
    sources: dict[tuple[str, tuple[str, ...]], tuple[ItemRow, Holding]] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(source, row.originator) for source in row.made_from]
    while waiting:
        digest, maker = waiting.pop(0)
        if digest == row.digest or (digest, maker) in seen:
            continue
        seen.add((digest, maker))
        source = transaction.item(digest)
        if source is None:
            continue  # the gate refuses a lineage with a source missing (rule 7 custody)
        route = _route_to(transaction, source, maker)
        sources.setdefault((digest, route.custody), (source, route))
        waiting.extend((further, source.originator) for further in source.made_from)
    return Gathered(row, tuple(transaction.holdings(row.digest)), tuple(sources.values()))


def by_route(gathered: Gathered, route: int) -> Gathered:
    """Keep one of the routes by which an item came: two routes are two holdings (`specs/gate.md`, Custody).

    Args:
        route: its number as `comity item show` prints it, from 1; 0 leaves all, for the gate to take the first that
            permits.

    Raises:
        NotFound: there is no such route.
    """
    if route == 0:
        return gathered
    if not 0 < route <= len(gathered.holdings):
        count = len(gathered.holdings)
        raise NotFound(f"item {gathered.row.digest[:12]} has {count} routes, none of number {route}")
    return msgspec.structs.replace(gathered, holdings=(gathered.holdings[route - 1],))


def _route_to(transaction: Transaction, source: ItemRow, maker: str) -> Holding:
    """Choose the route by which a source came to whoever made something from it."""
    routes = transaction.holdings(source.digest)
    for route in routes:
        last = statements_of(transaction, route)[-1:] if route.custody else ()
        if (last[0].to if last else source.originator) == maker:
            return route
    return (
        routes[0]
        if routes
        else Holding(item=source.digest, custody=(), received_from="", message="", at=source.added_at)
    )


def statements_of(transaction: Transaction, holding: Holding) -> tuple[HopStatement, ...]:
    """Read the hop statements of a route, oldest first. They were checked before they were kept.

    Raises:
        NotFound: one is missing from the store.
    """
    found: list[HopStatement] = []
    for digest in holding.custody:
        row = transaction.statement(digest)
        if row is None:
            raise NotFound(f"hop statement {digest[:12]} is missing from this home", hint="comity doctor")
        found.append(statements.read(from_bytes(row.signed), HopStatement))
    return tuple(found)


def purpose_of(transaction: Transaction, passed: Disclosure) -> str:
    """Give the purpose for which an item was passed from here; empty where its hop is missing."""
    row = transaction.statement(passed.hop)
    return statements.read(from_bytes(row.signed), HopStatement).purpose if row is not None else ""


def as_item(transaction: Transaction, row: ItemRow, holding: Holding) -> Item:
    """Give an item with one of its routes, as the gate knows it."""
    manifest = statements.read(from_bytes(row.manifest), Manifest)
    hops = hops_of(statements_of(transaction, holding), holding.custody)
    return item_of(row.digest, manifest, hops, needs_reading=row.needs_reading)


def question_of(
    transaction: Transaction,
    gathered: Gathered,
    *,
    holder: str,
    to: str,
    purpose: str,
    under: str | None = None,
    carrier: str | None = None,
    confirmed: bool = False,
    judicial: bool = False,
    approved_by: tuple[str, ...] = (),
) -> Question:
    """Put together the question: may this holder pass this item to that Party for this purpose?

    Args:
        approved_by: the officers who approved an act of necessity; empty where none is invoked.
    """
    routes = tuple(as_item(transaction, gathered.row, holding) for holding in gathered.holdings)
    items = {gathered.row.digest: routes[0]}
    others = [
        each
        for each in (as_item(transaction, source, holding) for source, holding in gathered.sources)
        if items.setdefault(each.id, each) is not each
    ]
    return Question(
        items=items,
        disclose=gathered.row.digest,
        holder=holder,
        to=to,
        purpose=purpose,
        under=under,
        carrier=carrier,
        confirmed=confirmed,
        judicial=judicial,
        necessity=bool(approved_by),
        approved_by=approved_by,
        holdings=(*routes[1:], *others),  # besides those in `items`
    )
