"""Rule 1, safeguards: what no agreement can let pass.

Safeguards stand outside agreements: whatever the Parties have signed, no item is about opinion, belief, religion,
ethnicity, orientation, press or diplomatic function or mere association, none serves such a purpose, and none whose
free words a person has yet to read goes anywhere. Judged once, over the item and everything it was made from.
"""

from collections.abc import Iterable, Iterator

from comity.decisions.decision import Ground
from comity.handling.item import Item
from comity.handling.protected_matters import is_about, is_covert_work, needs_a_look
from comity.handling.safeguards import SAFEGUARDS

__all__ = ["safeguards", "safeguards_of_sources"]


def safeguards(item: Item, purpose: str) -> tuple[Ground, ...]:
    """Give the safeguards that refuse this item, or this purpose for it."""
    against = (*_against(item.category), *_against(purpose))
    if item.needs_reading:
        unread = Ground("safeguard 1", f"`{item.id}` needs a person's reading before it goes on", 1)
        return (*against, unread)
    return against


def safeguards_of_sources(lineage: Iterable[Item]) -> tuple[Ground, ...]:
    """Give the safeguards that refuse what an item was made from, by its category."""
    found: tuple[Ground, ...] = ()
    for name in {item.category for item in lineage}:
        if needs_a_look(name):
            found = (*found, *_against(name))
    return found


def _against(name: str) -> Iterator[Ground]:
    """Give the safeguards that refuse a typed name: a category or a purpose."""
    matter = is_about(name)
    if matter:
        yield Ground("safeguard 1", f"{SAFEGUARDS[1]}: `{name}` is about {matter}", 1)
    if is_covert_work(name):
        yield Ground("safeguard 4", f"{SAFEGUARDS[4]}: `{name}`", 1)
