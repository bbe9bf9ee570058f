"""Which purposes could let an item pass, where its purpose is what stands against it.

The ground of such a refusal is the article that agrees on other purposes, and its words alone read like a permission.
"""

from comity.decisions.decision import Decision
from comity.node.node import Node
from comity.ports import Transaction


def purposes_instead(node: Node, transaction: Transaction, decision: Decision) -> list[str] | None:
    """Give the purposes that articles in force name for the item's category and Party; None where another rule says no.

    The list is empty where any purpose would do that no article excludes.
    """
    if decision.permitted or not any(ground.rule == 5 for ground in decision.grounds):
        return None
    question, found = decision.question, set[str]()
    item = question.items[question.disclose]
    for name, source in node.know(transaction).known.sources.items():
        road = source.road(question.holder, question.to) if question.under in (None, name) else None
        between = road.at(decision.at) if road is not None else None
        if between is None or not between.permits:
            continue
        for offer in between.of(item.category).offers.get(item.kind, ()):
            found |= (offer.purposes or frozenset()) - set(between.excluded)
    return sorted(found)
