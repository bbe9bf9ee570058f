"""Rule 5, purpose: agreed by the article that lets the item pass, and excluded by none.

Purposes are equal strings. A purpose also travels: for every hop of the item or of what it was made from that
recorded one, the new purpose is the same, or the sender of that hop consents to the new one by name. That part is
judged once, with the custody (`r07_third_party.py`), and binds under every agreement.
"""

from comity.decisions.decision import Ground
from comity.decisions.terms import Between, Offer

__all__ = ["UNKNOWN_PURPOSE", "agreed", "purpose_objections", "travels"]

UNKNOWN_PURPOSE = Ground("rule 5 purpose", "no purpose is stated, and unknown means no", 5)
#: Cited where the purpose an item was received for is not the one it would be passed on for.
OTHER_PURPOSE = Ground(
    "rule 5 purpose", "it was received for another purpose, which its sender has not consented to change", 5
)


def agreed(offers: tuple[Offer, ...], purpose: str) -> tuple[Ground, ...]:
    """Give the articles that let it pass for this purpose."""
    found: tuple[Ground, ...] = ()
    for offer in offers:
        if offer.purposes is None or purpose in offer.purposes:
            found = found + offer.grounds if found else offer.grounds
    return found


def purpose_objections(offers: tuple[Offer, ...], purpose: str, between: Between) -> tuple[Ground, ...]:
    """Give what stands against the purpose: the article that excludes it, or all that agree on others."""
    if not purpose:
        return (UNKNOWN_PURPOSE,)
    against = [between.excluded[purpose]] if purpose in between.excluded else []
    if offers and not agreed(offers, purpose):
        against.extend(offer.other_purpose for offer in offers)
    return tuple(dict.fromkeys(against))


def travels(recorded: str | None, purpose: str) -> bool:
    """Tell whether a purpose recorded with a hop lets the item go on for `purpose`; none recorded binds nothing."""
    return recorded is None or recorded == purpose
