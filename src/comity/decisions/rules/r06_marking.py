"""Rule 6, marking: the item's own marking against the agreement's limit, and use before a court.

Unmarked passes (nodes refuse to hold an unmarked item); a label nobody knows passes nowhere. A caveat never changes
the outcome: it goes along as an obligation. Use before a court that an article forbids is refused; where it needs
consent, the holder's own word is enough under the agreement used, and the senders upstream are asked hop by hop, under
the articles by which they passed it on.
"""

from comity.decisions.decision import Ground
from comity.decisions.rules.consented import consented
from comity.decisions.rules.exempt import successor
from comity.decisions.rules.passing import Passing
from comity.decisions.rules.r10_necessity import lifts
from comity.decisions.terms import Between, CategoryTerms
from comity.handling.custody import Hop
from comity.handling.item import Item
from comity.handling.markings import Marking, Pap

__all__ = ["judicial_objections", "judicial_upstream", "judicial_word", "marking_objections", "unknown_label"]

_ORIGINATORS_TERM = Ground("rule 6 marking", "its originator limits its use before a court", 6)


def marking_objections(marking: Marking, terms: CategoryTerms) -> tuple[Ground, ...]:
    """Give every article whose limit the marking exceeds."""
    if not marking.known:
        return unknown_label(marking)
    return tuple(
        limit.ground for limit in terms.limits if limit.level is not None and marking.level > limit.level
    )


def unknown_label(marking: Marking | Pap) -> tuple[Ground, ...]:
    """Refuse a label that nobody knows: unknown means no."""
    return (Ground("rule 6 marking", f"marking `{marking.label[:60]}` is not known", 6),)


def judicial_objections(terms: CategoryTerms) -> tuple[Ground, ...]:
    """Give every article of the agreement used that forbids use before a court."""
    return tuple(limit.ground for limit in terms.limits if limit.judicial == "never")


def judicial_upstream(hop: Hop, holding: Item, bound: Between, today: Between, passing: Passing) -> None:
    """Judge use before a court by the handling articles under which a hop was made."""
    terms = bound.of(holding.category)
    if not terms.judicial or lifts("marking", today, passing):
        return
    sender = successor(hop.from_, today)
    for limit in terms.limits:
        if limit.judicial == "never":
            passing.refuse(holding.id, limit.ground)
        elif (
            limit.judicial == "consent"
            and sender not in (passing.holder, passing.to)
            and not consented(sender, hop, holding, None, passing)
        ):
            passing.ask(sender, holding.id, limit.ground)


def judicial_word(holding: Item, passing: Passing) -> None:
    """Judge use before a court by the term the originator itself gave the item."""
    giver = holding.originator
    if holding.judicial not in ("never", "consent") or giver == passing.holder:
        return
    if holding.judicial == "never":
        passing.refuse(holding.id, _ORIGINATORS_TERM)
    elif giver != passing.to and not consented(giver, None, holding, None, passing):
        passing.ask(giver, holding.id, _ORIGINATORS_TERM)
