"""Rule 1, safeguards: what no agreement can let pass.

Safeguards stand outside agreements: whatever the Parties have signed, no item is about opinion, belief, religion,
ethnicity, orientation, press or diplomatic function or mere association, none serves such a purpose, and none whose
free words a person has yet to read goes anywhere. Judged once, over the item and everything it was made from.
"""

from comity.decisions.decision import Ground
from comity.handling.item import Item
from comity.handling.protected_matters import is_about, is_covert_work
from comity.handling.safeguards import SAFEGUARDS

__all__ = ["safeguards"]


def safeguards(item: Item, purpose: str) -> tuple[Ground, ...]:
    """Give the safeguards that refuse this item, or this purpose for it."""
    against: list[Ground] = []
    for name in (item.category, purpose):
        matter = is_about(name)
        if matter:
            against.append(Ground("safeguard 1", f"{SAFEGUARDS[1]}: `{name}` is about {matter}", 1))
        if is_covert_work(name):
            against.append(Ground("safeguard 4", f"{SAFEGUARDS[4]}: `{name}`", 1))
    if item.needs_reading:
        against.append(Ground("safeguard 1", f"`{item.id}` needs a person's reading before it goes on", 1))
    return tuple(against)
