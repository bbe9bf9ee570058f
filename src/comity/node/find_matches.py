"""Looking for what a check asks about, and what of it may be told: the second and third part of `answer_check.py`.

It is looked for among the records that may be told of and, always as well, among the silent ones; by each record's
handling, the strictest of those linked with it. What the agreement does not take today is not looked at and not
counted: the answer is the one of a register without it.
"""

from collections.abc import Sequence, Set
from typing import NamedTuple

from comity.clock import Instant
from comity.decisions.question import Question
from comity.node.contribute import read_record
from comity.node.hit_thresholds import threshold_in_force
from comity.node.node import Node
from comity.node.pass_record import linked_with
from comity.node.questions import statements_of
from comity.node.what_may_pass import verdicts
from comity.ports import ItemRow, RecordRow, Transaction
from comity.register.answers import POSSIBLE, Answer, answer_for
from comity.register.checking import Hit, check
from comity.register.examination import Query
from comity.register.index import NameIndex
from comity.register.record import Handling, Record, strictest
from comity.register.scope import Filed, Scope

__all__ = ["LOOKED_AT", "MANY", "Findings", "Match", "News", "find"]

#: Lines told at the most, and candidates looked at.
MOST_LINES, LOOKED_AT = 10, 40
#: How often is looked again.
_LOOKS = 10
#: So many known ones leave room for others among the candidates.
MANY = 20


class Match(NamedTuple):
    """A record found, and what of it may be told; None for nothing."""

    hit: Hit
    row: RecordRow
    record: Record
    answer: Answer | None


class Findings(NamedTuple):
    """What was found: matches that may be told, and those of which only owners hear."""

    told: Sequence[Match]
    unseen: Sequence[Match]
    more: bool


class News(NamedTuple):
    """What a watch is answered with after its first day: records that changed, without what is known already.

    Attributes:
        told: records that its Party was told of. `met`: silent ones of which the owner has heard.
    """

    changed: Set[str]
    told: Set[str]
    met: Set[str]


def find(
    node: Node,
    transaction: Transaction,
    scope: Scope,
    query: Query,
    *,
    asker: str,
    purpose: str,
    at: Instant,
    news: News | None = None,
) -> Findings:
    """Look among the records that may be told of, and among the silent ones, whatever the first look found.

    Args:
        news: for a watch: which of them count; those known already take no place among the lines.
    """
    known = news.told | news.met if news is not None else set()
    names = node.register.names(transaction)
    threshold = threshold_in_force(transaction, scope)
    today = at.date()
    by = repr((scope, today))

    def takes(filed: Filed) -> bool:
        ours = filed.owner == node.party
        contributed = filed.agreement == scope.agreement and scope.register.host == node.party
        return scope.takes(filed, today) and (ours or contributed)

    def look(index: NameIndex) -> list[Match]:
        """Look again without what its custody keeps from this asker, until there is none among the best."""
        if len(known) > MANY:  # they would take the places of those to be found
            index = index.only(lambda _group: True, without=known)
        for _ in range(_LOOKS):
            hits = check(
                index, query, limit=LOOKED_AT + len(known), threshold=threshold, explain_from=POSSIBLE
            )
            matches = _matches(node, transaction, scope, hits, asker, purpose, at, threshold)
            if len(matches) == len(hits):
                break
            met = {match.row.key for match in matches}
            index = index.only(lambda _group: True, without=[hit.id for hit in hits if hit.id not in met])
        return matches

    shown = look(names.told(by, takes))
    silent = [
        match
        for owner in sorted({node.party, *names.silent_owners()})
        for match in look(names.with_silent_of(owner, by, takes))
        if match.row.key in names.silent
    ]
    told = [match for match in shown if match.answer is not None]
    unseen = [match for match in silent if match.hit.hit and match.row.owner != asker]
    if news is not None:
        told = [match for match in told if match.row.key in news.changed - news.told]
        unseen = [match for match in unseen if match.row.key in news.changed - news.told - news.met]
    unseen.sort(key=lambda match: (-match.hit.score, match.row.key))
    return Findings(told[:MOST_LINES], unseen[:MOST_LINES], len(told) > MOST_LINES)


def _matches(
    node: Node,
    transaction: Transaction,
    scope: Scope,
    hits: Sequence[Hit],
    asker: str,
    purpose: str,
    at: Instant,
    threshold: float,
) -> list[Match]:
    """Give the candidates that answer under the agreement today, each with what may be told of it."""
    met: list[tuple[Hit, RecordRow, Record]] = []
    for hit in hits:
        row = transaction.record(hit.id)
        if row is not None:
            record = read_record(row)
            if scope.takes(record, at.date()):
                met.append((hit, row, record))
    answering = _answering(node, transaction, [row for _, row, _ in met], scope, asker, purpose, at)
    found = []
    for hit, row, record in met:
        if row.key not in answering:
            continue
        linked = transaction.records_of(linked_with(transaction, row.key)).values()
        strict = strictest(*(Handling(each.handling) for each in linked))
        answer = answer_for(hit, record, asker=asker, threshold=threshold, handling=strict)
        found.append(Match(hit, row, record, answer))
    return found


def _answering(
    node: Node,
    transaction: Transaction,
    rows: Sequence[RecordRow],
    scope: Scope,
    asker: str,
    purpose: str,
    at: Instant,
) -> set[str]:
    """Give the records that answer this asker here: one's own; or contributed ones, if their custody lets them pass on.

    A contribution was made for a purpose, and that binds: for another one it answers only with its owner's consent, and
    the host itself not at all.
    """
    found: set[str] = set()
    contributed: list[tuple[str, ItemRow]] = []
    for row in rows:
        if row.owner == node.party:
            found.add(row.key)
            continue
        if row.agreement != scope.agreement or scope.register.host != node.party:
            continue
        item = transaction.item(row.item)
        if item is None or item.state != "held":
            continue
        if asker == row.owner or (asker == node.party and purpose in _purposes(transaction, item)):
            found.add(row.key)
        elif asker != node.party:
            contributed.append((row.key, item))
    if contributed:
        question = Question(
            items={}, disclose="", holder=node.party, to=asker, purpose=purpose, under=scope.agreement
        )
        decided = verdicts(node, transaction, [item for _, item in contributed], question, at)
        found.update(key for (key, _), each in zip(contributed, decided, strict=True) if each.permitted)
    return found


def _purposes(transaction: Transaction, item: ItemRow) -> set[str]:
    """Give for what an item came here."""
    return {
        hop.purpose
        for holding in transaction.holdings(item.digest)
        for hop in statements_of(transaction, holding)[-1:]
    }
