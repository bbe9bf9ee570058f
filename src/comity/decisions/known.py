"""What a decision is judged by: the signed texts and acts known, laid out once for any number of questions.

`Known` remembers texts, never answers: it lays out what an agreement says of a pair of Parties when it is first asked
for, and nothing about any question. Its digest names everything in it; a decision records that digest and is replayed
with it to the same bytes (`specs/gate.md`, State and knowledge).
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.clauses import Exchange
from comity.agreements.days import EARLIEST, LATEST, tzdata_version
from comity.agreements.governing import Timeline
from comity.clock import Instant, format_instant
from comity.decisions.layout import Layout
from comity.decisions.terms import Between
from comity.handling.consent import Consent
from comity.handling.protected_matters import is_about, is_covert_work

__all__ = ["Known", "Source", "Track"]


class Track:
    """One agreement between one holder and one recipient, over all time."""

    __slots__ = ("_begins", "_ends", "_found", "_layout", "_timeline", "holder", "to")

    def __init__(self, timeline: Timeline, layout: Layout, holder: str, to: str) -> None:
        self._timeline = timeline
        self._layout = layout
        self.holder = holder
        self.to = to
        self._begins: list[Instant] = []
        self._ends: list[Instant] = []
        self._found: list[Between] = []

    def at(self, instant: Instant) -> Between:
        """Give what governs at an instant."""
        place = bisect_right(self._begins, instant) - 1
        if place >= 0 and instant < self._ends[place]:
            return self._found[place]
        return self._lay_out(instant)

    def _lay_out(self, instant: Instant) -> Between:
        terms = self._timeline.at(instant, self.holder, self.to)
        begins = terms.begins or EARLIEST
        place = bisect_right(self._begins, begins)
        between = self._layout.between(terms, self.holder, self.to)
        self._begins.insert(place, begins)
        self._ends.insert(place, terms.ends or LATEST)
        self._found.insert(place, between)
        return between


class Source:
    """One agreement at hand."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.agreement: Agreement = timeline.agreement
        self._layout = Layout(self.agreement)
        self._tracks: dict[tuple[str, str], Track] = {}
        self._held: dict[tuple[int, int], tuple[Between, Between, Between]] = {}
        #: Everyone who is or ever was a Party, for "an agreement between these two".
        self.ever_parties = frozenset(
            (
                *self.agreement.parties,
                *(each.by for each in self.agreement.notices if each.kind in ("accession", "succession")),
            )
        )
        #: Whether a protocol binds also what is held already.
        self.binds_held = any(
            clause.applies_to == "held"
            for protocol in self.agreement.protocols
            for clause in protocol.clauses
        )

    def track(self, holder: str, to: str) -> Track:
        """Give the agreement between two Parties over all time; both are or were Parties of it."""
        found = self._tracks.get((holder, to))
        if found is None:
            found = self._tracks[holder, to] = Track(self.timeline, self._layout, holder, to)
        return found

    def road(self, sender: str, to: str) -> Track | None:
        """Give the agreement between the two ends of a hop; None where one of them never was a Party of it."""
        found = self._tracks.get((sender, to))
        if found is None and sender in self.ever_parties and to in self.ever_parties:
            return self.track(sender, to)
        return found

    def bound(self, hop_at: Instant, now: Instant, holder: str, to: str) -> Between:
        """Give the terms that bind a hop made at `hop_at`, as they stand at `now`.

        They are those of the hop's own instant; only a protocol that says `applies_to = "held"` changes them later.
        """
        track = self.track(holder, to)
        then = track.at(hop_at)
        if not self.binds_held:
            return then
        today = track.at(now)
        kept = self._held.get((id(then), id(today)))
        if kept is None:
            terms = self.timeline.held(hop_at, now, holder, to)
            kept = (then, today, self._layout.between(terms, holder, to))
            self._held[id(then), id(today)] = kept
        return kept[2]


class Known:
    """The signed texts and acts known.

    Args:
        agreements: agreements at hand, or their timelines, or sources laid out already for another set.
        consents: consents known, each already checked to be validly signed by its giver.
        withdrawn: ids of items withdrawn by their originator, with the instant the withdrawal was received.
        reviewed: ids of items made from withdrawn ones which a person has decided may still be used.
        unsigned: accept texts that nobody has signed yet (case files, drafts).
    """

    def __init__(
        self,
        agreements: Iterable[Agreement | Timeline | Source] = (),
        consents: Iterable[Consent] = (),
        *,
        withdrawn: Mapping[str, Instant] | None = None,
        reviewed: Iterable[str] = (),
        unsigned: bool = False,
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
        self.screened = _screened(texts)
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

    def given(self, holder: str, to: str) -> Mapping[tuple[str, str], tuple[Consent, ...]]:
        """Give the consents that let `holder` pass something to `to`, by giver and agreement.

        Those to items stand under every agreement of which their giver gave a class, and under the empty name.
        """
        return self._given.get((holder, to), _NONE)

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
        self._given = _by_holder(self.consents)
        self._carrying = _over_hops(self.consents)
        self.digest = self._digest()

    def _digest(self) -> str:
        named = {
            "agreements": [(name, source.agreement.acts_digest) for name, source in self.sources.items()],
            "consents": self.consents,
            "reviewed": sorted(self.reviewed),
            "tzdata": tzdata_version(),
            "unsigned": self.unsigned,
            "withdrawn": {item: format_instant(at) for item, at in self.withdrawn.items()},
        }
        return hashlib.sha256(msgspec.json.encode(named, order="deterministic")).hexdigest()


def _source(given: Agreement | Timeline | Source, texts: list[Agreement], unsigned: bool) -> Source:
    if isinstance(given, Source):
        return given
    return Source(given if isinstance(given, Timeline) else Timeline(given, texts, unsigned=unsigned))


_NONE: Mapping[tuple[str, str], tuple[Consent, ...]] = {}


def _by_holder(
    consents: Iterable[Consent],
) -> dict[tuple[str, str], dict[tuple[str, str], tuple[Consent, ...]]]:
    """Sort consents by who may use them, for whom, from whom and under what; one that names both or neither is none."""
    found: dict[tuple[str, str], dict[tuple[str, str], list[Consent]]] = {}
    for consent in consents:
        if consent.is_item or consent.is_class:
            given = found.setdefault((consent.holder, consent.to), {})
            given.setdefault((consent.by, consent.agreement or ""), []).append(consent)
    return {
        pair: {
            (giver, agreement): (*some, *(given.get((giver, ""), ()) if agreement else ()))
            for (giver, agreement), some in given.items()
        }
        for pair, given in found.items()
    }


def _over_hops(consents: Iterable[Consent]) -> dict[str, tuple[Consent, ...]]:
    """Sort the consents that carry over several hops by their giver."""
    found: dict[str, list[Consent]] = {}
    for consent in consents:
        if consent.hops > 1 and (consent.is_item or consent.is_class):
            found.setdefault(consent.by, []).append(consent)
    return {giver: tuple(given) for giver, given in found.items()}


def _screened(texts: Iterable[Agreement]) -> frozenset[str]:
    """Give the categories and purposes written in the texts that no safeguard refuses, so that each is read once."""
    written: set[str] = set()
    for text in texts:
        for clause in (*text.clauses, *(each for protocol in text.protocols for each in protocol.clauses)):
            if isinstance(clause, Exchange):
                written.add(clause.category.removesuffix(".*"))
                written.update(clause.purposes or ())
    return frozenset(name for name in written if not is_about(name) and not is_covert_work(name))
