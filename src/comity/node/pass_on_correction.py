"""A correction goes where the item it replaces had gone, hand by hand, as the gate permits.

Whoever had passed the old item on passes the new one to the same Parties for the same purpose, as soon as both the
originator's word and the new item are here: at once where the gate permits it, else after the consents it names, for
which it asks once. What it cannot pass on now, the day's duties try again (`daily_duties.py`). The originator itself
does the same in `correct.py`, where it takes the old item back.
"""

from comity.errors import ComityError
from comity.node.disclose import disclose
from comity.node.node import Node
from comity.node.obtain_consent import ask_consent
from comity.node.questions import purpose_of
from comity.node.record_kept_back import is_kept_back
from comity.ports import Transaction

__all__ = ["owed_corrections", "pass_on_correction"]


def owed_corrections(
    node: Node, transaction: Transaction, new: str, replaced: tuple[str, ...]
) -> dict[str, str]:
    """Give to whom an item is still to go in the place of others that were passed from here: Party -> purpose.

    A record goes to nobody whom its register does not tell of it any more.
    """
    row = transaction.item(new)
    if row is None or row.state != "held":
        return {}
    has_it = {row.originator, *(each.to for each in transaction.disclosures(new))}
    found: dict[str, str] = {}
    for old in replaced:
        for passed in transaction.disclosures(old):
            if passed.to in has_it or is_kept_back(node, transaction, row, passed.to, passed.agreement):
                continue
            found[passed.to] = purpose_of(transaction, passed)
    return found


def pass_on_correction(node: Node, transaction: Transaction, new: str) -> None:
    """Pass an item on to whoever got from here what it replaces, as far as the gate permits now."""
    replaced = node.know(transaction).acts.corrected.get(new, ())
    for to, purpose in owed_corrections(node, transaction, new, replaced).items():
        try:
            with transaction.piece():
                _pass_on(node, transaction, new, to, purpose)
        except ComityError:  # nobody may hear less, or later, because one cannot be reached now
            node.forget()


def _pass_on(node: Node, transaction: Transaction, new: str, to: str, purpose: str) -> None:
    outcome = disclose(node, transaction, new, to=to, purpose=purpose, dry_run=True).decision.outcome
    if outcome == "permitted":
        disclose(node, transaction, new, to=to, purpose=purpose)
    elif outcome == "needs-consent" and not any(
        each.ours and (each.item, each.to, each.purpose) == (new, to, purpose)
        for each in transaction.requests()
    ):
        ask_consent(node, transaction, new, to=to, purpose=purpose, why="it corrects an item that they have")
