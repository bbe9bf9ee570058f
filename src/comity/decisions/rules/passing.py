"""One passing under judgement: what was asked, what stands upstream of it, and what has been found so far.

The rules that look upstream (5, 6 and 7) share this while one decision is made; nothing of it outlives the decision.
"""

from collections.abc import Mapping

import msgspec

from comity.clock import Instant
from comity.decisions.decision import Ground
from comity.decisions.known import Known, Source, Track
from comity.decisions.question import Question
from comity.decisions.rules.lineage import Holdings, lineage
from comity.decisions.terms import Between, Onward
from comity.handling.consent import Consent
from comity.handling.custody import Hop
from comity.handling.item import Item

__all__ = ["Owed", "Passing", "Way"]


class Owed(msgspec.Struct, frozen=True, gc=False):
    """A consent that is owed and not given: whose, for which item, by which article, for which new purpose."""

    party: str
    item: str
    ground: Ground
    purpose: str | None = None


class Way(msgspec.Struct, frozen=True, gc=False):
    """The agreement of a hop, between the two ends of that hop.

    Attributes:
        source: the agreement, None where it is not at hand.
        road: it between these two over all time, None where one of them never was a Party of it.
        today: it between these two at the instant of the decision.
        may_exempt: the recipient stands somewhere in it, so that it may be no third party for some of its hops.
    """

    source: Source | None
    road: Track | None
    today: Between | None
    may_exempt: bool

    def at(self, hop_at: Instant, now: Instant) -> Between:
        """Give the terms that bind a hop made at `hop_at`, as they stand now."""
        assert self.source is not None and self.road is not None
        if self.source.binds_held:
            return self.source.bound(hop_at, now, self.road.holder, self.road.to)
        return self.road.at(hop_at)


class Passing:
    """The passing, and what was found upstream of it.

    Attributes:
        given: consents that let the holder pass something to the recipient, by giver and agreement.
        settled: Party, agreement and category for which a consent was found that does not name a source.
        alike: hops by terms, category and hands above, for which nothing is missing whatever item carries them.
        ways: agreement, sender and recipient of a hop, and what governs there. These are filled as they are asked for.
        against: grounds that refuse. `owed`: consents that are missing.
        blocked: items of the lineage that carry either.
        bound: what binds whoever receives the item: Party owed and article, and the terms that say so.
        parties: everyone upstream, where necessity is invoked. `used`: necessity articles that lifted something.
        conditions: words that go along, and whose consent they are of.
        short: necessity articles for which too few officers approved.
    """

    __slots__ = (
        "against",
        "alike",
        "at",
        "blocked",
        "bound",
        "conditions",
        "given",
        "holder",
        "holdings",
        "known",
        "owed",
        "parties",
        "question",
        "settled",
        "short",
        "to",
        "used",
        "ways",
    )

    def __init__(self, question: Question, item: Item, known: Known, at: Instant) -> None:
        self.question = question
        self.holder = question.holder
        self.to = question.to
        self.known = known
        self.at = at
        self.holdings: Holdings = lineage(question, item)
        self.given: Mapping[tuple[str, str], tuple[Consent, ...]] = known.given(question.holder, question.to)
        self.settled: set[tuple[str, str, str]] = set()
        self.alike: set[tuple[object, ...]] = set()
        self.ways: dict[tuple[str, str, str], Way] = {}
        self.against: list[Ground] = []
        self.owed: list[Owed] = []
        self.blocked: dict[str, None] = {}
        self.bound: dict[tuple[str, str], Onward] = {}
        self.parties: dict[str, None] = {}
        self.conditions: dict[tuple[str, str], None] = {}
        self.used: dict[Ground, None] = {}
        self.short: dict[Ground, None] = {}

    def way(self, hop: Hop) -> Way:
        """Give what governs between the ends of a hop, under the agreement it names."""
        ends = (hop.agreement, hop.from_, hop.to)
        found = self.ways.get(ends)
        if found is None:
            source = self.known.sources.get(hop.agreement)
            road = source.road(hop.from_, hop.to) if source is not None else None
            today = road.at(self.at) if road is not None else None
            may_exempt = today is not None and self.to in today.may_exempt
            found = self.ways[ends] = Way(source, road, today, may_exempt)
        return found

    def refuse(self, item: str, ground: Ground) -> None:
        """Note a ground against, and the item that carries it."""
        self.against.append(ground)
        self.blocked[item] = None

    def ask(self, party: str, item: str, ground: Ground, purpose: str | None = None) -> None:
        """Note a consent that is missing, and the item that carries what is owed."""
        self.owed.append(Owed(party, item, ground, purpose))
        self.blocked[item] = None
