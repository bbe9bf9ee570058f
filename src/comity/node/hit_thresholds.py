"""From which score a match counts as a hit under an agreement: as the article says, or stricter, once outcomes show it.

    (1) the register article says from which score on (`threshold`, 0.70 where it says nothing)
    (2) whoever asked closes each hit: confirmed, false, undetermined
    (3) from enough of these follows a proposal: the lowest score from which on half of the hits were right
    (4) a person here adopts it, or another one, with a reason; never below what the article says

Below the threshold, down to 0.5, a match is told as `possible`, so a stricter one hides nothing; it tells who asks what
to look at first.
"""

from typing import NamedTuple

from comity.errors import BadInput, NotFound, RefusedHere
from comity.node import record as journal
from comity.node.node import Node
from comity.node.register_terms import members_with
from comity.ports import HitRow, ThresholdRow, Transaction
from comity.register.scope import Scope
from comity.register.upkeep import Closed, Precision, precision_by, threshold_from

__all__ = ["Threshold", "adopt_threshold", "closed_hits", "threshold_in_force", "thresholds_here"]

_MOST = 100_000
_HIGHEST = 990
_LONGEST = 1000


class Threshold(NamedTuple):
    """What counts under one agreement, in thousandths.

    Attributes:
        agreed: by the article. `in_force`: here. `proposed`: what outcomes speak for; None where too few are known.
        at_present: what the closed hits from the one in force on came to.
    """

    agreement: str
    agreed: int
    in_force: int
    proposed: int | None
    at_present: Precision | None


def threshold_in_force(transaction: Transaction, scope: Scope) -> float:
    """Give the score from which a match is a hit under an agreement today."""
    adopted = transaction.thresholds(scope.agreement)
    return max(scope.register.threshold * 10, adopted[-1].score if adopted else 0) / 1000


def closed_hits(transaction: Transaction) -> list[tuple[str, Closed]]:
    """Give the closed hits on records here, each with its agreement."""
    rows: list[HitRow] = [hit for hit in transaction.hits(ours=False, limit=_MOST) if hit.outcome]
    return [(hit.agreement, Closed(hit.owner, hit.sources, hit.score / 1000, hit.outcome)) for hit in rows]


def thresholds_here(node: Node, transaction: Transaction) -> list[Threshold]:
    """Give for each agreement with a register in force what counts as a hit, and what outcomes propose."""
    knowledge, at = node.know(transaction), node.now(transaction)
    closed = closed_hits(transaction)
    found = []
    for name in sorted(knowledge.agreements):
        scope = next((member.scope for member in members_with(node, knowledge, name, at)), None)
        if scope is None:
            continue
        ours = [each for agreement, each in closed if agreement == name]
        proposed = threshold_from(ours)
        present = threshold_in_force(transaction, scope)
        counted = precision_by(
            Closed(name, (), each.score, each.outcome) for each in ours if each.score >= present
        )
        found.append(
            Threshold(
                name,
                scope.register.threshold * 10,
                round(present * 1000),
                None if proposed is None else round(proposed * 1000),
                counted[0] if counted else None,
            )
        )
    return found


def adopt_threshold(
    node: Node, transaction: Transaction, agreement: str, score: int | None, *, because: str
) -> ThresholdRow:
    """Count matches as hits from another score on, under one agreement.

    Args:
        score: in thousandths; None for the one that outcomes propose.

    Raises:
        BadInput: no reason, or a score that is none.
        NotFound: no register is in force under that agreement.
        RefusedHere: below what the article says; or nothing is proposed yet.
    """
    at = node.now(transaction)
    if not because.strip() or len(because) > _LONGEST or not because.isprintable():
        raise BadInput(f"a threshold says why, in one line of at most {_LONGEST} characters")
    known = {each.agreement: each for each in thresholds_here(node, transaction)}
    if agreement not in known:
        raise NotFound(f"no register is in force under `{agreement[:80]}`", hint="comity register thresholds")
    agreed, proposed = known[agreement].agreed, known[agreement].proposed
    if score is None:
        if proposed is None:
            raise RefusedHere(f"too few hits under {agreement} are closed to propose a threshold")
        score = max(proposed, agreed)
    if score > _HIGHEST:
        raise BadInput(f"a threshold is at most {_HIGHEST / 1000:.2f}, so that a hit stays possible")
    if score < agreed:
        raise RefusedHere(f"{agreement} counts hits from {agreed / 1000:.2f} on: here it may only be more")
    row = ThresholdRow(agreement=agreement, score=score, because=because, at=at)
    transaction.put_threshold(row)
    detail = f"{agreement} {score}".encode()
    act = journal.digest_of(node.entropy(16) + detail)
    journal.enter(node, transaction, "register-threshold", channel="", act=act, detail=detail, at=at)
    return row
