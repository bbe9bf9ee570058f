"""What may pass to a Party: the gate's answer for many items and one recipient, for lists and for the register.

Items of one's own or received by one route are decided by classes (`comity.decisions.bulk`); one that came by several
routes, or was made from others, is put to the gate as `comity share` would put it. Nothing is entered and nothing is
sent: what leaves is decided again, one by one.
"""

from collections.abc import Sequence

import msgspec

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

#: Items that are decided together.
_PAGE = 1000
#: Items looked at in one go: whoever looks for what is rare is told where to go on, and nobody waits for all of it.
MOST = 20_000
#: Of an item that was erased nothing is left that could pass.
_STATES = ("held", "source-withdrawn", "withdrawn", "retained")


class Sought(msgspec.Struct, frozen=True):
    """Which items: those that match all of what is given.

    Attributes:
        words: stand in the title or label. `originator`, `marking`, `state`: as they are.
        category: the category itself or one below it.
        since, until: when it came here; the end is not included.
    """

    words: str = ""
    originator: str = ""
    category: str = ""
    marking: str = ""
    state: str = ""
    since: Instant | None = None
    until: Instant | None = None


class Weighed(msgspec.Struct, frozen=True):
    """Items, newest first, each with what the gate says of passing it on.

    Attributes:
        pairs: the items and the decisions.
        before: the number to go on before; None where everything was looked at.
    """

    pairs: list[tuple[ItemRow, Decision]]
    before: int | None


def what_may_pass(
    node: Node,
    transaction: Transaction,
    *,
    to: str,
    purpose: str,
    under: str = "",
    carrier: str = "",
    only: str = "",
    sought: Sought | None = None,
    before: int = 0,
    limit: int = 100,
) -> Weighed:
    """Give items held, newest first, each with what the gate says of passing it on.

    Args:
        only: the one outcome wanted, empty for any.
        sought: which items; None for all.
        before: the number that the page before said to go on before; 0 for the newest.
        limit: at most so many. Fewer come where `MOST` were looked at.
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
    found: list[tuple[int, ItemRow, Decision]] = []
    wanted = msgspec.structs.asdict(sought or Sought())
    size = _PAGE if only else min(_PAGE, limit + 1)
    looked_at = 0
    while numbered := transaction.find_items(**wanted, before=before, limit=size):
        # The parts of a file go with its list.
        held = [(number, row) for number, row in numbered if row.state in _STATES and row.media_type != PART]
        decided = verdicts(node, transaction, [row for _, row in held], question, at)
        found.extend(
            (number, row, decision)
            for (number, row), decision in zip(held, decided, strict=True)
            if only in ("", decision.outcome)
        )
        before = numbered[-1][0]
        looked_at += len(numbered)
        if len(found) > limit:
            found, before = found[:limit], found[limit - 1][0]
            break
        if looked_at >= MOST:
            break
    else:
        before = 0
    return Weighed([(row, decision) for _, row, decision in found], before or None)


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
