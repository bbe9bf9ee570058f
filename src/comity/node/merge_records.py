"""Merging records, and taking a merge back: judgements of a named office, with their history.

Everybody linked is handled by the strictest among them from that moment on, and no longer once the judgement is taken
back. No record is changed by either.
"""

from collections.abc import Sequence

from comity.node import record as journal
from comity.node.answer_check import tell_watches
from comity.node.contribute import find_record
from comity.node.node import Node
from comity.node.register_index import history_of
from comity.ports import JudgementRow, Transaction
from comity.register.judgements import Clusters, check_merge, check_unmerge

__all__ = ["merge", "unmerge"]


def merge(
    node: Node, transaction: Transaction, identities: Sequence[str], *, office: str, because: str
) -> JudgementRow:
    """Judge that records are about one subject.

    Raises:
        BadInput: fewer than two records, or no office or reason.
        NotFound: one of them is not in this register.
    """
    each = check_merge(identities, office=office, because=because)
    keys = check_merge(
        [find_record(transaction, identity).key for identity in each], office=office, because=because
    )
    return _enter(node, transaction, keys, 0, office, because)


def unmerge(node: Node, transaction: Transaction, number: int, *, office: str, because: str) -> JudgementRow:
    """Take a judgement back; the records are as they were, unless other judgements still join them.

    Who watches for one of them is told where it answers with silence no more.

    Raises:
        NotFound: no such judgement. RefusedHere: it is taken back already.
    """
    taken = check_unmerge(history_of(transaction), number, office=office, because=because)
    before = Clusters(history_of(transaction))
    row = _enter(node, transaction, (), taken.number, office, because)
    parted = {key for name in taken.subjects for key in before.of(name)}
    tell_watches(node, transaction, sorted(parted), node.now(transaction))
    return row


def _enter(
    node: Node,
    transaction: Transaction,
    keys: tuple[str, ...],
    undoes: int,
    office: str,
    because: str,
) -> JudgementRow:
    at = node.now(transaction)
    history = history_of(transaction)
    before = Clusters(history)
    row = JudgementRow(
        number=len(history) + 1, subjects=keys, undoes=undoes, office=office, because=because, at=at
    )
    transaction.put_judgement(row)
    after = Clusters(history_of(transaction))
    named = keys or history[undoes - 1].subjects
    touched = {key for name in named for groups in (before, after) for key in groups.of(name)}
    node.register.changing()
    transaction.touch_records(sorted(touched))
    act = journal.digest_of(node.entropy(16))
    journal.enter(
        node,
        transaction,
        "register-unmerged" if undoes else "register-merged",
        channel="",
        act=act,
        detail=str(row.number).encode(),
        at=at,
    )
    return row
