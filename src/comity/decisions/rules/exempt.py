"""Exemptions: when the recipient is no third party for what a hop binds (rule 7, part 3).

The clause itself binds as it stood when the hop was made; who is a member, which standing consents stand and who
oversees are read at the instant of the decision. The exemption of members outlives the agreement, as what is owed
does; standing consents and oversight do not: they need it in force.
"""

from comity.clock import Instant
from comity.decisions.terms import Between, Onward
from comity.handling.custody import Hop, HopTerms, StandingConsent
from comity.handling.item import Item
from comity.identifiers import category_covers

__all__ = ["exempt", "exempt_by_copy", "is_member", "successor"]


def exempt(to: str, hop: Hop, carrier: Item, onward: Onward, today: Between, at: Instant) -> bool:
    """Tell whether `to` is no third party for what this hop binds."""
    if onward.members_exempt and to in today.members and is_member(to, hop.at, today):
        return True
    if not today.permits:
        return False
    overseers = today.terms.oversight
    for standing in today.standing:
        if standing.to == to and _names(standing, carrier, at):
            return True
    return bool(overseers) and any(
        clause.body == to and _sees(clause.sees, carrier.category) for clause in overseers
    )


def exempt_by_copy(to: str, carrier: Item, terms: HopTerms, at: Instant) -> bool:
    """Tell the same from the terms a hop statement carried: members as they were, standing consents as written."""
    if terms.members_exempt and to in terms.members:
        return True
    return any(standing.to == to and _names(standing, carrier, at) for standing in terms.standing)


def is_member(to: str, hop_at: Instant, today: Between) -> bool:
    """Tell whether a member counts as one for items passed at `hop_at`.

    One that acceded after the hop is a third party for that item unless `accession` says `sees_earlier`; original
    signatories count from the start. `member_since` says from when each counts.
    """
    since = today.terms.member_since.get(to)
    return since is None or since <= hop_at


def successor(party: str, today: Between | None) -> str:
    """Give who answers for a Party that no longer exists: whoever a succession notice names, else itself."""
    successors = today.successors if today is not None else {}
    for _ in range(len(successors)):
        following = successors.get(party)
        if following is None:
            break
        party = following
    return party


def _names(standing: StandingConsent, carrier: Item, at: Instant) -> bool:
    return (standing.until is None or at < standing.until) and any(
        category_covers(pattern, carrier.category) for pattern in standing.categories
    )


def _sees(sees: tuple[str, ...], category: str) -> bool:
    """An overseer sees content only where that is written; else only the journal, decisions, counts and samples."""
    return "content" in sees or any(category_covers(each, category) for each in sees)
