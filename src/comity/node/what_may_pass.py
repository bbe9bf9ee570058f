"""What may pass to a Party: the gate's answer for many items and one recipient, for lists and for the register.

Items of one's own or received by one route are decided by classes (`comity.decisions.bulk`); one that came by several
routes, or was made from others, is put to the gate as `comity share` would put it. Nothing is entered and nothing is
sent: what leaves is decided again, one by one.
"""

from collections.abc import Iterator, Sequence

from comity.clock import Instant
from comity.decisions.bulk import decide_all
from comity.decisions.decision import Decision
from comity.decisions.gate import decide
from comity.decisions.question import Question
from comity.handling.item import Item
from comity.node.large_files import PART
from comity.node.node import Node
from comity.node.questions import as_item, gather, question_of
from comity.ports import ItemRow, Transaction

#: Items looked at in one go.
_PAGE = 1000
#: Of an item that was erased nothing is left that could pass.
_STATES = ("held", "source-withdrawn", "withdrawn", "retained")


def what_may_pass(
    node: Node,
    transaction: Transaction,
    *,
    to: str,
    purpose: str,
    under: str = "",
    carrier: str = "",
    only: str = "",
    limit: int = 100,
) -> list[tuple[ItemRow, Decision]]:
    """Give the items held, newest first, each with what the gate says of passing it on.

    Args:
        only: the one outcome wanted, empty for any.
        limit: at most so many.
    """
    at = node.now(transaction)
    question = Question(
        items={},
        disclose="",
        holder=node.party,
        to=to,
        purpose=purpose,
        under=under or None,
        carrier=carrier or None,
    )
    found: list[tuple[ItemRow, Decision]] = []
    for rows in _pages(transaction):
        decided = verdicts(node, transaction, rows, question, at)
        found.extend(pair for pair in zip(rows, decided, strict=True) if only in ("", pair[1].outcome))
        if len(found) >= limit:
            break
    return found[:limit]


def verdicts(
    node: Node, transaction: Transaction, rows: Sequence[ItemRow], question: Question, at: Instant
) -> list[Decision]:
    """Give what the gate says of each item; items alike in all that it reads share one decision, about one of them.

    Args:
        question: everything but the item.
    """
    known = node.know(transaction).known_at(at)
    found: list[Decision | None] = [None] * len(rows)
    alike: list[tuple[int, Item]] = []
    for place, row in enumerate(rows):
        gathered = gather(transaction, row)
        if row.made_from or len(gathered.holdings) > 1:
            alone = question_of(
                transaction,
                gathered,
                holder=question.holder,
                to=question.to,
                purpose=question.purpose,
                under=question.under,
                carrier=question.carrier,
            )
            found[place] = decide(alone, known, at)
        else:
            alike.append((place, as_item(transaction, row, gathered.holdings[0])))
    answer = decide_all([item for _, item in alike], question, known, at)
    for number, (place, _) in enumerate(alike):
        found[place] = answer.decision(number)
    return [decision for decision in found if decision is not None]


def _pages(transaction: Transaction) -> Iterator[list[ItemRow]]:
    """Give the items held, page by page, newest first; the parts of a file go with its list."""
    before = 0
    while numbered := transaction.find_items(before=before, limit=_PAGE):
        before = numbered[-1][0]
        yield [row for _, row in numbered if row.state in _STATES and row.media_type != PART]
