"""Custody: the hands an item passed through, one hop after another.

A hop says who passed the item to whom, under which agreement and when. The sender signs it (a *hop statement*), and
copies into it the onward terms that stood at that instant, so that a holder who is not a Party of that agreement can
still decide. That no hop was left out can be evidenced only, never enforced at the receiver.

Source: `specs/gate.md`, Custody, lineage, obligations; What a receiver can check.
"""

from datetime import datetime

import msgspec

from comity.agreements.durations import Duration
from comity.clock import Instant

__all__ = ["Hop", "HopTerms", "NecessityTerms", "StandingConsent", "custody_break", "parties_up_to"]


class StandingConsent(msgspec.Struct, frozen=True, gc=False):
    """A consent written into an agreement: items of these categories may go on to `to`.

    Attributes:
        to: the Party that may receive.
        categories: dotted categories as written in the clause; empty means none.
        until: first instant at which it no longer stands, None without limit.
    """

    to: str
    categories: tuple[str, ...] = ()
    until: datetime | None = None


class NecessityTerms(msgspec.Struct, frozen=True, gc=False):
    """The necessity clause of a hop's agreement, copied for those who have no copy of it.

    Attributes:
        article: where it stands, as cited. `text`: its words in the decisive language.
        lifts: what it lifts, of `purpose`, `marking` and `third_party`.
        officers: how many distinct officers must approve.
        review_within: how soon those told should say what they think of it, None where it does not say.
    """

    article: str
    text: str = ""
    lifts: tuple[str, ...] = ()
    officers: int = 2
    review_within: Duration | None = None


class HopTerms(msgspec.Struct, frozen=True, gc=False):
    """The onward terms of a hop, copied verbatim into its statement for those who have no copy of the agreement.

    Attributes:
        article: where the terms stand, as cited (`north-south-2026 art. 5`).
        text: the words of that article in the decisive language.
        covers: kinds of item it binds; empty where the agreement has no third-party clause, and nothing is owed.
        consent_of: `everyone-upstream`, `sender` or `originator`.
        members_exempt: whether Parties of that agreement are not third parties.
        members: those Parties at the instant of the hop.
        standing: consents given in the text itself.
        fresh: how recently a consent must have been confirmed, None where it need not be.
        necessity: what imminent danger lifts of it, None where nothing does.
    """

    article: str
    text: str = ""
    covers: tuple[str, ...] = ()
    consent_of: str = "everyone-upstream"
    members_exempt: bool = True
    members: tuple[str, ...] = ()
    standing: tuple[StandingConsent, ...] = ()
    fresh: Duration | None = None
    necessity: NecessityTerms | None = None


class Hop(msgspec.Struct, frozen=True, gc=False, rename={"from_": "from"}):
    """One passing of an item from one Party to another.

    Attributes:
        from_: the Party that passed it.
        to: the Party that received it.
        agreement: id of the one agreement it was made under.
        at: when.
        purpose: what it was passed for, None where a case file does not say; nodes always record it.
        terms: onward terms copied from the agreement, used where the agreement is not at hand.
        digest: SHA-256 of the signed hop statement, empty in case files.
    """

    from_: str
    to: str
    agreement: str
    at: Instant
    purpose: str | None = None
    terms: HopTerms | None = None
    digest: str = ""


def parties_up_to(hops: tuple[Hop, ...], index: int) -> tuple[str, ...]:
    """Give every Party of a custody from the first up to the sender of hop `index`, each once, in order."""
    seen: dict[str, None] = {}
    for hop in hops[: index + 1]:
        seen[hop.from_] = None
    return tuple(seen)


def custody_break(originator: str, hops: tuple[Hop, ...], end: str) -> str | None:
    """Say where a custody does not hold together, or None where it does.

    It begins at the originator, each hop begins where the last one ended, and it ends at `end`: the holder, or for a
    source the maker of what was made from it. An originator holds its own item with empty custody.
    """
    if not originator:
        return "its originator is unknown"
    place = originator
    for number, hop in enumerate(hops, 1):
        if hop.from_ != place:
            return f"hop {number} begins at {hop.from_ or 'nobody'}, not at {place}"
        place = hop.to
    if place != end:
        return f"custody ends at {place or 'nobody'}, not at {end}"
    return None
