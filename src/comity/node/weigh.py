"""Putting a question to the gate for somebody who is still choosing: nothing is entered, nothing is sent.

The item may be one that is held, or one that is not made yet and exists only as its category, marking and sources.
"""

import msgspec

from comity.clock import Instant
from comity.decisions.decision import Decision
from comity.decisions.gate import decide
from comity.decisions.question import Question
from comity.errors import BadInput
from comity.handling.item import KINDS, Item
from comity.handling.markings import Marking, strictest
from comity.node.node import Node
from comity.node.questions import as_item, find_item, gather, question_of
from comity.ports import Transaction

#: The id of an item that is not made yet.
DRAFT = "draft"


class Sketch(msgspec.Struct, frozen=True, kw_only=True):
    """An item that is not made yet, as far as the gate needs it."""

    category: str
    marking: str
    kind: str = "information"
    made_from: tuple[str, ...] = ()
    judicial: str = ""


def weigh(
    node: Node,
    transaction: Transaction,
    *,
    to: str,
    purpose: str,
    item: str = "",
    sketch: Sketch | None = None,
    under: str = "",
    carrier: str = "",
    judicial: bool = False,
    approved_by: tuple[str, ...] = (),
) -> Decision:
    """Tell what the gate would say now.

    Args:
        approved_by: who would invoke necessity; empty where nobody does. Of an item that is held alone.

    Raises:
        BadInput: neither an item nor a sketch is given, or the sketch cannot be read.
        NotFound: an item is not held here.
    """
    at = node.now(transaction)
    if item:
        gathered = gather(transaction, find_item(transaction, item))
        question = question_of(
            transaction,
            gathered,
            holder=node.party,
            to=to,
            purpose=purpose,
            under=under or None,
            carrier=carrier or None,
            judicial=judicial,
            approved_by=approved_by,
        )
    elif sketch is not None:
        items, others = _sketched(node, transaction, sketch)
        question = Question(
            items=items,
            holdings=others,
            disclose=DRAFT,
            holder=node.party,
            to=to,
            purpose=purpose,
            under=under or None,
            carrier=carrier or None,
            judicial=judicial,
        )
    else:
        raise BadInput("neither an item nor the sketch of one is given")
    return decide(question, node.know(transaction).known_at(at), at)


def partners(node: Node, transaction: Transaction, at: Instant) -> tuple[str, ...]:
    """Give the Parties with whom an agreement permits disclosures at an instant."""
    knowledge = node.know(transaction)
    found = {
        party
        for timeline in knowledge.timelines.values()
        for party in timeline.agreement.named
        if party != node.party and timeline.at(at, node.party, party).permits
    }
    return tuple(sorted(found))


def _sketched(
    node: Node, transaction: Transaction, sketch: Sketch
) -> tuple[dict[str, Item], tuple[Item, ...]]:
    """Give the item as it would be, with its whole lineage, and sources that came by further routes.

    Its marking is at least that of its sources.
    """
    if sketch.kind not in KINDS:
        raise BadInput(f"kind `{sketch.kind[:40]}` is not one of {', '.join(KINDS)}")
    items: dict[str, Item] = {}
    others: list[Item] = []
    named, markings = [], []
    for name in sketch.made_from:
        gathered = gather(transaction, find_item(transaction, name))
        named.append(gathered.row.digest)
        for row, holding in ((gathered.row, gathered.holdings[0]), *gathered.sources):
            item = as_item(transaction, row, holding)
            if items.setdefault(item.id, item).hops != item.hops:
                others.append(item)
        markings.append(Marking.read(gathered.row.marking))
    own = Marking.read(sketch.marking)
    items[DRAFT] = Item(
        id=DRAFT,
        category=sketch.category,
        originator=node.party,
        kind=sketch.kind,
        marking=strictest(own, *markings),
        made_from=tuple(named),
        judicial=sketch.judicial or None,
    )
    return items, tuple(others)
