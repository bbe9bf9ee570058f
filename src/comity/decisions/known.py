"""What a decision is judged by: the signed texts and acts known, laid out once for any number of questions.

`Known` remembers texts, never answers: it lays out what an agreement says of a pair of Parties when it is first asked
for, and nothing about any question. Its digest names everything in it; a decision records that digest and is replayed
with it to the same bytes (`specs/gate.md`, State and knowledge).
"""

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.days import tzdata_version
from comity.agreements.governing import Timeline
from comity.clock import Instant, format_instant
from comity.decisions.given import NOTHING_GIVEN, Given, by_holder
from comity.decisions.routes import Routes
from comity.decisions.sources import Source, Track
from comity.handling.consent import Consent

__all__ = ["Known", "Source", "Track"]


#: Pairs of holder and recipient whose routes are kept.
_MOST_PAIRS = 1000


class Known:
    """The signed texts and acts known.

    Args:
        agreements: agreements at hand, or their timelines, or sources laid out already for another set.
        consents: consents known, each already checked to be validly signed by its giver.
        withdrawn: ids of items withdrawn by their originator, with the instant the withdrawal was received.
        reviewed: ids of items made from withdrawn ones which a person has decided may still be used.
        unsigned: accept texts that nobody has signed yet (case files, drafts).
        zones: version of the zone rules that decisions are to name, the one in use unless said: a decision of long ago
            that is made again names the one of its day.
    """

    def __init__(
        self,
        agreements: Iterable[Agreement | Timeline | Source] = (),
        consents: Iterable[Consent] = (),
        *,
        withdrawn: Mapping[str, Instant] | None = None,
        reviewed: Iterable[str] = (),
        unsigned: bool = False,
        zones: str = "",
    ) -> None:
        given = list(agreements)
        texts = [each if isinstance(each, Agreement) else each.agreement for each in given]
        self.sources: dict[str, Source] = {
            source.agreement.id: source
            for source in sorted(
                (_source(each, texts, unsigned) for each in given),
                key=lambda source: source.agreement.id,
            )
        }
        self.unsigned = unsigned
        self.zones = zones or tzdata_version()
        self._between: dict[tuple[str, str], tuple[Track, ...]] = {}
        self._take_acts(consents, withdrawn, reviewed)

    def between(self, holder: str, to: str) -> tuple[Track, ...]:
        """Give every agreement to which both are or were Parties, in the order of their ids."""
        found = self._between.get((holder, to))
        if found is None:
            found = tuple(
                source.track(holder, to)
                for source in self.sources.values()
                if holder in source.ever_parties and to in source.ever_parties and holder != to
            )
            self._between[holder, to] = found
        return found

    def carrying(self, giver: str) -> tuple[Consent, ...]:
        """Give a Party's consents that carry over more hops than the first."""
        return self._carrying.get(giver, ())

    @property
    def carries(self) -> bool:
        """Whether any consent carries over more hops than the first."""
        return bool(self._carrying)

    def given(self, holder: str, to: str) -> Given:
        """Give the consents that let `holder` pass something to `to`."""
        return self._given.get((holder, to), NOTHING_GIVEN)

    def routes(self, holder: str, to: str) -> Routes:
        """Give the ways by which what `holder` has came to it, as far as they were asked about, judged for `to`."""
        found = self._routes.get((holder, to))
        if found is None:
            found = Routes(self.sources, self.given(holder, to), holder, to)
            if len(self._routes) < _MOST_PAIRS:
                self._routes[holder, to] = found
        return found

    def with_acts(
        self,
        consents: Iterable[Consent],
        *,
        withdrawn: Mapping[str, Instant] | None = None,
        reviewed: Iterable[str] = (),
    ) -> "Known":
        """Give the same texts with other acts, sharing what is laid out already."""
        other = object.__new__(Known)
        other.__dict__.update(self.__dict__)
        other._take_acts(consents, withdrawn, reviewed)
        return other

    def _take_acts(
        self,
        consents: Iterable[Consent],
        withdrawn: Mapping[str, Instant] | None,
        reviewed: Iterable[str],
    ) -> None:
        self.consents = tuple(sorted(consents, key=msgspec.json.encode))
        self.withdrawn: Mapping[str, Instant] = dict(withdrawn or {})
        self.reviewed = frozenset(reviewed)
        self._given = by_holder(self.consents)
        self._carrying = _over_hops(self.consents)
        self._routes: dict[tuple[str, str], Routes] = {}
        self.digest = self._digest()

    def _digest(self) -> str:
        named = {
            "agreements": [(name, source.agreement.acts_digest) for name, source in self.sources.items()],
            "consents": self.consents,
            "reviewed": sorted(self.reviewed),
            "unsigned": self.unsigned,
            "withdrawn": {item: format_instant(at) for item, at in self.withdrawn.items()},
        }
        return hashlib.sha256(msgspec.json.encode(named, order="deterministic")).hexdigest()


def _source(given: Agreement | Timeline | Source, texts: list[Agreement], unsigned: bool) -> Source:
    if isinstance(given, Source):
        return given
    return Source(given if isinstance(given, Timeline) else Timeline(given, texts, unsigned=unsigned))


def _over_hops(consents: Iterable[Consent]) -> dict[str, tuple[Consent, ...]]:
    """Sort the consents that carry over several hops by their giver."""
    found: dict[str, list[Consent]] = {}
    for consent in consents:
        if consent.hops > 1 and (consent.is_item or consent.is_class):
            found.setdefault(consent.by, []).append(consent)
    return {giver: tuple(given) for giver, given in found.items()}
