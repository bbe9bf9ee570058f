"""Correcting an item: a withdrawal that names another in its place, which goes where the gate lets it go."""

from comity.errors import RefusedHere
from comity.node.acts_known import sources_of
from comity.node.disclose import Outcome, disclose
from comity.node.node import Node
from comity.node.questions import find_item, purpose_of
from comity.node.withdraw import withdraw
from comity.ports import StatementRow, Transaction


def correct(
    node: Node, transaction: Transaction, item: str, *, by: str, reason: str = ""
) -> tuple[StatementRow, list[Outcome]]:
    """Put another item of one's own in the place of one, at everyone who got it from here, as the gate permits.

    Args:
        by: the corrected item, taken in before.

    Returns:
        The withdrawal, and for each recipient of the old item what became of sending it the new one.

    Raises:
        RefusedHere: the new item is another Party's, withdrawn, or made from the old one.
    """
    old, new = find_item(transaction, item), find_item(transaction, by)
    if new.originator != node.party or new.state != "held" or new.digest == old.digest:
        raise RefusedHere(
            f"item {new.digest[:12]} cannot stand in its place: {new.state}, of {new.originator}"
        )
    if old.digest in sources_of(transaction, new.digest):
        raise RefusedHere(
            f"item {new.digest[:12]} is made from the one it should replace, and would fall with it",
            hint="take the corrected item in without --made-from the old one",
        )
    passed = transaction.disclosures(old.digest)
    kept = withdraw(node, transaction, old.digest, reason=reason, mode="correct", replaced_by=new.digest)
    outcomes: list[Outcome] = []
    for to, last in {each.to: each for each in passed}.items():
        purpose = purpose_of(transaction, last)
        outcomes.append(disclose(node, transaction, new.digest, to=to, purpose=purpose))
    return kept, outcomes
