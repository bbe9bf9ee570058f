"""Rule 6, marking: the item's own marking against the agreement's limit, and use before a court.

Unmarked passes (nodes refuse to hold an unmarked item); a label nobody knows passes nowhere. A caveat never changes
the outcome: it goes along as an obligation. Use before a court that an article forbids is refused; use that needs the
sender's consent is the holder's own word under this agreement, and is asked for upstream under the earlier ones.
"""

from comity.decisions.decision import Ground
from comity.decisions.terms import CategoryTerms
from comity.handling.markings import UNKNOWN_LEVEL, Marking

__all__ = ["JUDICIAL_TERM", "judicial_objections", "marking_objections"]

#: Cited where the originator itself, and no article, limits use before a court.
JUDICIAL_TERM = Ground("rule 6 marking", "its originator limits its use before a court", 6)


def marking_objections(marking: Marking, terms: CategoryTerms) -> tuple[Ground, ...]:
    """Give every article whose limit the marking exceeds."""
    if marking.level == UNKNOWN_LEVEL:
        return (Ground("rule 6 marking", f"marking `{marking.label[:60]}` is not known", 6),)
    return tuple(
        limit.ground for limit in terms.limits if limit.level is not None and marking.level > limit.level
    )


def judicial_objections(terms: CategoryTerms) -> tuple[Ground, ...]:
    """Give every article that forbids use before a court."""
    return tuple(limit.ground for limit in terms.limits if limit.judicial == "never")
