"""Routes: what is owed along the ways by which items came to one holder, before they go on to one recipient.

It is a decision table made of texts and acts. For every leg of a route, every text that binds it and every category
it lists who must consent and the consents there are; the gate then asks of each passing only what changes: the
instant, the purpose, the items named. A route is laid out when an item first comes that way. Nothing about any item or
any answer is kept, and no more than so many legs and lists: beyond, they are laid out anew each time.
"""

from collections.abc import Mapping

from comity.clock import Instant
from comity.decisions.decision import Obligation
from comity.decisions.given import Given, ToClass
from comity.decisions.sources import Source, Track
from comity.decisions.terms import Between, Onward
from comity.handling.custody import Hop

__all__ = ["Duties", "Leg", "Routes", "Waiting"]

#: Legs and lists kept for one holder and recipient.
_MOST_KEPT = 10_000


#: Parties that must consent, each with its consents to the class.
Waiting = tuple[tuple[str, ToClass], ...]


class Duties:
    """What one text makes owed on one leg for one category.

    Attributes:
        binds: Party owed and article -> what the recipient will owe it in turn.
        waiting: each Party that must consent, neither holder nor recipient, with its consents to such a class.
    """

    __slots__ = ("binds", "waiting")

    def __init__(
        self,
        binds: Mapping[tuple[str, str], Obligation],
        waiting: Waiting,
    ) -> None:
        self.binds = binds
        self.waiting = waiting


class Leg:
    """One hop of a route, after the hops before it.

    Attributes:
        source: the agreement of the hop, None where it is not at hand.
        road: it between the ends of the hop over all time, None where one of them never was a Party of it.
        agreement, sender: its id, and who passed something on here.
        senders: everyone from the first up to the sender, each once, in order.
        following: by agreement, sender and recipient, the legs that come after.
        duties: by the identity of the third-party terms and by category, what they make owed here.
    """

    __slots__ = ("agreement", "duties", "following", "road", "sender", "senders", "source")

    def __init__(
        self, source: Source | None, agreement: str, sender: str, to: str, before: tuple[str, ...]
    ) -> None:
        self.source = source
        self.road: Track | None = source.road(sender, to) if source is not None else None
        self.agreement = agreement
        self.sender = sender
        self.senders = before if sender in before else (*before, sender)
        self.following: dict[tuple[str, str, str], Leg] = {}
        self.duties: dict[tuple[int, str], Duties] = {}

    def at(self, hop_at: Instant, now: Instant) -> Between:
        """Give the terms that bind a hop made here at `hop_at`, as they stand now."""
        assert self.source is not None and self.road is not None
        if self.source.binds_held:
            return self.source.bound(hop_at, now, self.road.holder, self.road.to)
        return self.road.at(hop_at)

    def owed(self, onward: Onward) -> tuple[str, ...]:
        """Give everyone whose consent these terms want."""
        if onward.consent_of == "everyone-upstream":
            return self.senders
        return (self.sender if onward.consent_of == "sender" else self.senders[0],)


class Routes:
    """The routes of what one holder has, judged for one recipient.

    Attributes:
        first: the legs with which routes begin.
    """

    __slots__ = ("_given", "_kept", "_sources", "first", "holder", "to")

    def __init__(self, sources: Mapping[str, Source], given: Given, holder: str, to: str) -> None:
        self._sources = sources
        self._given = given
        self.holder = holder
        self.to = to
        self.first: dict[tuple[str, str, str], Leg] = {}
        self._kept = 0

    def leg(self, before: Leg | None, hop: Hop) -> Leg:
        """Give the leg a hop makes after another, or at the beginning of a route."""
        legs = self.first if before is None else before.following
        ends = (hop.agreement, hop.from_, hop.to)
        found = legs.get(ends)
        if found is None:
            senders = () if before is None else before.senders
            found = Leg(self._sources.get(hop.agreement), hop.agreement, hop.from_, hop.to, senders)
            if self._room():
                legs[ends] = found
        return found

    def duties(self, leg: Leg, onward: Onward, category: str, kept: bool = True) -> Duties:
        """Give what third-party terms make owed on a leg for a category.

        Args:
            kept: the terms stand as long as the agreement is at hand; those a hop carried with it do not.
        """
        found = leg.duties.get((id(onward), category)) if kept else None
        if found is None:
            owed, ref = leg.owed(onward), onward.ground.ref
            found = Duties(
                {
                    (party, ref): Obligation("consent-owed", onward.consent_of, party, ref)
                    for party in owed
                    if party != self.to
                },
                tuple(
                    (party, self._given.classes(party, leg.agreement, category))
                    for party in owed
                    if party not in (self.holder, self.to)
                ),
            )
            if kept and self._room():
                leg.duties[id(onward), category] = found
        return found

    def _room(self) -> bool:
        self._kept += 1
        return self._kept <= _MOST_KEPT
