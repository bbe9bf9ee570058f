"""Drawing up the summary of a period, for the other side to countersign."""

from datetime import date

import msgspec

from comity.node.cooperate import PLAINLY, Manner, Step, open_matter
from comity.node.node import Node
from comity.node.summarise import agreement_summed, check_rows, figures_with
from comity.ports import Transaction


def draw(
    node: Node,
    transaction: Transaction,
    peer: str,
    *,
    begins: date,
    ends: date,
    under: str = "",
    words: str = "",
    manner: Manner = PLAINLY,
) -> Step:
    """Draw up the summary of a period and send it to the other side.

    Args:
        under: the agreement; by default the first, by its id, that provides for a summary.

    Raises:
        BadInput: the period comes to more rows than a summary holds.
    """
    at = node.now(transaction)
    under = agreement_summed(node.know(transaction), peer, under, at) or under
    rows = figures_with(node, transaction, peer, under, begins, ends)
    check_rows(rows)
    said = {
        "begins": begins.isoformat(),
        "ends": ends.isoformat(),
        "figures": msgspec.to_builtins(rows),
        "words": words,
    }
    return open_matter(node, transaction, "summary", peer, said, under=under, manner=manner)
