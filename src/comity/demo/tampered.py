"""A tampered node: it sends what its gate did not permit.

What a dishonest Party can do with its own node is exactly this: leave out the decision and seal all the same. It cannot
make up the originator's consent, and so the receiver's node finds out by itself.
"""

import msgspec

from comity.decisions.gate import decide
from comity.node.disclose import send
from comity.node.node import Node
from comity.node.questions import find_item, gather, question_of
from comity.ports import Transaction


def send_anyway(node: Node, transaction: Transaction, item: str, *, to: str, purpose: str, under: str) -> str:
    """Send an item as if the gate had permitted it; give the message's id."""
    at = node.now(transaction)
    gathered = gather(transaction, find_item(transaction, item))
    question = question_of(transaction, gathered, holder=node.party, to=to, purpose=purpose, under=under)
    honest = decide(question, node.know(transaction).known, at)
    forged = msgspec.structs.replace(honest, outcome="permitted", agreement=under, ask=())
    return send(node, transaction, gathered, forged, at=at)
