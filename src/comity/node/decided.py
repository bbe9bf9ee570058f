"""Entering decisions of the gate: each is an entry of the journal, and counted by the articles it rests on."""

from comity.clock import Instant
from comity.decisions.decision import Decision
from comity.node import record
from comity.node.node import Node
from comity.ports import Transaction

#: What stands between an agreement's id and an article in a reference.
_ARTICLE = " art. "


def enter_decision(
    node: Node, transaction: Transaction, decision: Decision, *, channel: str, at: Instant
) -> None:
    """Enter a decision, whatever it is, and count what each of its articles has allowed or stopped."""
    record.enter(
        node, transaction, "decided", channel=channel, act=decision.digest, detail=decision.to_bytes(), at=at
    )
    outcome = "allowed" if decision.permitted else "stopped"
    for ref in dict.fromkeys(ground.ref for ground in decision.grounds):
        if _ARTICLE in ref:
            transaction.count_article(ref.partition(" ")[0], ref, outcome)
