"""What must become of disclosures that were set aside: kept as they came (P4), until taken back (P6)."""

from collections.abc import Callable, Iterator

from comity.testing.ledger import Ledger, Letter
from comity.testing.naive import Passing
from comity.testing.views import View

__all__ = ["faults_set_aside"]

#: What is entered when every copy of an item's content here is destroyed.
_ERASED = ("erased", "retention-erased", "exit-erased")


def faults_set_aside(view: View, ledger: Ledger, passing_of: Callable[[Letter], Passing]) -> Iterator[str]:
    """Say which disclosure that a member set aside is gone though nobody whose it is has withdrawn it, or stays though
    its originator has.
    """
    withdrawals = {(said["item"], said["by"]) for said in view.said("withdrawal")}
    for row in view.inbox.values():
        letter = ledger.by_id(row.message)
        if row.state == "accepted" or letter is None or letter.disclosure is None:
            continue
        item, passing = view.items.get(row.about), passing_of(letter)
        # what was erased may have come again since, so the item's state does not tell
        is_erased = any(each.at >= row.at for kind in _ERASED for each in view.entries(kind, row.about))
        is_withdrawn = (passing.item, passing.manifests[passing.item]["by"]) in withdrawals
        may_stay = item is not None and (item.originator == view.party or item.state == "retained")
        if row.letter and is_withdrawn and not may_stay:
            yield f"P6: {view.party} keeps {row.about[:12]} in a letter though it was withdrawn"
        if not row.letter and not is_withdrawn and not is_erased:
            yield f"P4: {view.party} has lost the letter with {row.about[:12]} that it had set aside"
