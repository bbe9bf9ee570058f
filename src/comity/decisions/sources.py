"""Agreements at hand, laid out once: what each says of two Parties, stretch of time by stretch of time."""

from bisect import bisect_right

from comity.agreements.agreement import Agreement
from comity.agreements.days import EARLIEST
from comity.agreements.governing import Timeline
from comity.clock import Instant
from comity.decisions.layout import Layout
from comity.decisions.terms import Between

__all__ = ["Source", "Track"]


class Track:
    """One agreement between one holder and one recipient, over all time."""

    __slots__ = ("_begins", "_found", "_last", "_layout", "_timeline", "holder", "to")

    def __init__(self, timeline: Timeline, layout: Layout, holder: str, to: str) -> None:
        self._timeline = timeline
        self._layout = layout
        self.holder = holder
        self.to = to
        self._begins: list[Instant] = []
        self._found: list[Between] = []
        self._last: Between | None = None

    def at(self, instant: Instant) -> Between:
        """Give what governs at an instant; asked for the same stretch of time again and again, it looks there first."""
        last = self._last
        if last is not None and last.begins <= instant < last.ends:
            return last
        place = bisect_right(self._begins, instant) - 1
        found = self._found[place] if place >= 0 else None
        if found is None or instant >= found.ends:
            found = self._lay_out(instant)
        self._last = found
        return found

    def _lay_out(self, instant: Instant) -> Between:
        terms = self._timeline.at(instant, self.holder, self.to)
        begins = terms.begins or EARLIEST
        place = bisect_right(self._begins, begins)
        between = self._layout.between(terms, self.holder, self.to)
        self._begins.insert(place, begins)
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
