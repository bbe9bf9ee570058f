"""Checking one's own register: every record of one's own, with its reasons, whatever its handling tells others.

What has run out answers nobody, its owner neither. Of records that others contributed to the register hosted here,
those answer that were told to this Party in full; the others are met by a check under their agreement.
"""

from collections.abc import Collection, Sequence
from typing import Any

from comity.node import record
from comity.node.contribute import may_see
from comity.node.node import Node
from comity.node.register_index import entry_of
from comity.ports import Transaction
from comity.register.book import check_batch
from comity.register.examination import Query
from comity.register.index import NameIndex
from comity.register.scoring import THRESHOLD, matcher

#: How often is looked again where some of the best do not answer here, each time without those.
_LOOKS = 20


def check_own(
    node: Node,
    transaction: Transaction,
    queries: Sequence[Query],
    *,
    limit: int = 5,
    threshold: float = THRESHOLD,
    only: str = "",
    countries: Collection[str] = (),
) -> list[dict[str, Any]]:
    """Answer questions in order; enter in the journal how many there were, how many hits, and by which matcher.

    Records of other Parties are named `OWNER/ID`.

    Args:
        only: look among the records of this schema alone.
        countries: look among the records that name one of these countries alone, by lower-case codes.
    """
    at = node.now(transaction)
    names = node.register.names(transaction)
    today = at.date()
    alive = names.of_any_handling(
        f"on {today} {only}", lambda filed: today < filed.runs_out and (not only or filed.schema == only)
    )
    known: dict[str, bool] = {}

    def answers_here(key: str) -> bool:
        if key not in known:
            row = transaction.record(key)
            meant = row is not None and not (countries and set(countries).isdisjoint(entry_of(row).countries))
            known[key] = row is not None and meant and may_see(node, transaction, row)
        return known[key]

    def look(asked: Sequence[Query], index: NameIndex) -> list[dict[str, Any]]:
        return list(check_batch(index, asked, limit=limit, threshold=threshold))

    answers = look(queries, alive)
    for number, query in enumerate(queries):
        index = alive
        for _ in range(_LOOKS):
            hits = [hit["id"] for hit in answers[number]["hits"]]
            gone = [key for key in hits if not answers_here(key)]
            if not gone:
                break
            index = index.only(lambda _group: True, without=gone)
            (answers[number],) = look([query], index)
    for answer in answers:
        answer["hits"] = [hit for hit in answer["hits"] if answers_here(hit["id"])]
        for hit in answer["hits"]:
            hit["id"] = hit["id"].replace("\x1f", "/")
    count = sum(hit["hit"] for answer in answers for hit in answer["hits"])
    # whoever has the questions and this matcher's table comes to the same scores again
    detail = f"{len(queries)} questions, {count} hits, matcher {matcher().digest}".encode()
    act = record.digest_of(detail + node.entropy(16))
    record.enter(node, transaction, "register-check", channel="", act=act, detail=detail, at=at)
    return answers
