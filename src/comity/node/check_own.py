"""Checking one's own register: every record, with its reasons, whatever its handling tells others."""

from collections.abc import Sequence
from typing import Any

from comity.node import record
from comity.node.node import Node
from comity.ports import Transaction
from comity.register.book import check_batch
from comity.register.examination import Query
from comity.register.scoring import THRESHOLD, matcher


def check_own(
    node: Node,
    transaction: Transaction,
    queries: Sequence[Query],
    *,
    limit: int = 5,
    threshold: float = THRESHOLD,
) -> list[dict[str, Any]]:
    """Answer questions in order; enter in the journal how many there were, how many hits, and by which matcher.

    Records of other Parties that this one hosts are named `OWNER/ID`.
    """
    at = node.now(transaction)
    names = node.register.names(transaction)
    answers = list(check_batch(names.shown, queries, limit=limit, threshold=threshold, beside=names.silent))
    for answer in answers:
        for hit in answer["hits"]:
            hit["id"] = hit["id"].replace("\x1f", "/")
    hits = sum(hit["hit"] for answer in answers for hit in answer["hits"])
    # whoever has the questions and this matcher's table comes to the same scores again
    detail = f"{len(queries)} questions, {hits} hits, matcher {matcher().digest}".encode()
    act = record.digest_of(detail + node.entropy(16))
    record.enter(node, transaction, "register-check", channel="", act=act, detail=detail, at=at)
    return answers
