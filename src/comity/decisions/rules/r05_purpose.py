"""Rule 5, purpose: agreed by the article that lets the item pass, and excluded by none.

Purposes are equal strings. A purpose also travels: for every hop of the item or of what it was made from that
recorded one, the new purpose is the same, or the sender of that hop consents to the new one by name. That part is
judged once, hop by hop with the custody (`r07_third_party.py`), and binds under every agreement.
"""

from comity.decisions.decision import Ground
from comity.decisions.rules.consented import consented
from comity.decisions.rules.exempt import successor
from comity.decisions.rules.passing import Passing
from comity.decisions.rules.r10_necessity import lifts, lifts_by_copy
from comity.decisions.terms import Between, Offer
from comity.handling.custody import Hop, HopTerms
from comity.handling.item import Item

__all__ = ["agreed", "purpose_objections", "purpose_that_travels"]

_UNKNOWN = Ground("rule 5 purpose", "no purpose is stated, and unknown means no", 5)
_OTHER = Ground(
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
        return (_UNKNOWN,)
    against = [between.excluded[purpose]] if purpose in between.excluded else []
    if offers and not agreed(offers, purpose):
        against.extend(offer.other_purpose for offer in offers)
    return tuple(dict.fromkeys(against))


def purpose_that_travels(
    hop: Hop, holding: Item, today: Between | None, passing: Passing, copied: HopTerms | None = None
) -> None:
    """Ask the sender of a hop that recorded another purpose to consent to the new one, unless it has.

    Args:
        today: the hop's agreement as it stands now, None where it is not at hand.
        copied: the terms its statement carried, where it is not at hand.
    """
    question = passing.question
    sender = successor(hop.from_, today)
    if sender == passing.holder:
        return  # its own word: who passed it on may itself pass it for something else
    if consented(sender, hop, holding, None, passing, named_purpose=True):
        return
    lifted = lifts("purpose", today, passing) if copied is None else lifts_by_copy("purpose", copied, passing)
    if not lifted:
        passing.ask(sender, holding.id, _OTHER, question.purpose)
