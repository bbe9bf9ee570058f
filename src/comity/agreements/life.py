"""The state of one agreement between two Parties at any instant.

State is a pure function of the folder, the pair of Parties and the instant. What happened and when stands in
`happenings.py`; here it is read: of several true states the first of `lifecycle.STATES` counts.

Source: specs/agreement.md, "Life of the agreement".
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import combinations

import msgspec

from comity.agreements.days import LATEST, start_of
from comity.agreements.entry import Ground
from comity.agreements.happenings import Happenings
from comity.agreements.lifecycle import PERMITTING, Event, State, favour
from comity.clock import Instant

__all__ = ["Condition", "Ground", "Life"]


class Condition(msgspec.Struct, frozen=True):
    """A state, the event that brought it, and what it rests on. `period` counts extensions."""

    state: State
    event: Event
    grounds: tuple[Ground, ...]
    period: int = 0

    @property
    def permits(self) -> bool:
        """Tell whether items may pass in this state."""
        return self.state in PERMITTING


class Life(Happenings):
    """The life of one agreement: what happened to it, and so its state at any instant."""

    def condition(self, instant: Instant, a: str, b: str) -> Condition:
        """Give the state between two Parties at an instant."""
        ended = self._ended(instant, a, b)
        if ended is not None:
            return ended
        members = self.acts.members(instant)
        if a == b or a not in members or b not in members:
            return Condition("draft", "signature", (self._not_a_party(a if a not in members else b),))
        entry = self.entry_of(a, b)
        in_force = entry is not None and entry[0] <= instant
        applied = None if in_force else self._provisional(a, b)
        if not in_force and (applied is None or applied > instant):
            return self._before_entry(a, b, instant)
        stopped = self._stopped(instant, a, b)
        if stopped is not None:
            return stopped
        if entry is None or not in_force:
            return Condition("provisional", "provisional-application", (self._term.ref, "VCLT art. 25"))
        return self._in_force(instant, a, b, entry[1])

    def _not_a_party(self, party: str) -> str:
        return f"{party} is not a Party of {self.agreement.id} at that instant"

    def _ended(self, instant: Instant, a: str, b: str) -> Condition | None:
        """Give the end that came first, if one has come."""
        found: list[tuple[Instant, Event, tuple[Ground, ...]]] = []
        if self.expiry is not None:
            found.append((self.expiry[0], "expiry", (self.expiry[1], "VCLT art. 54(a)")))
        for party in (a, b):
            own = self.acts.membership(party, instant)
            if own is not None and own.ends < LATEST:
                succeeded = bool(own.successor)
                stays = len(self.acts.members(own.ends)) > 1
                event: Event = "succession" if succeeded else "withdrawal" if stays else "end-by-notice"
                basis: tuple[Ground, ...] = () if succeeded else (self.term_at(instant).ref,)
                found.append((own.ends, event, (own.end_cause or own.cause, *basis, "VCLT art. 54")))
        over = self.acts.ended
        if over is not None:
            grounds: tuple[Ground, ...] = (over.cause, self.term_at(instant).ref, "VCLT art. 54")
            found.append((over.at, "end-by-notice", grounds))
        few = self._too_few
        if few is not None and few[1] <= instant < few[2]:
            found.append((few[1], "too-few-parties", (few[0], "VCLT art. 55")))
        superseded = self.superseded(a, b)
        if superseded is not None:
            found.append((superseded[0], "supersession", (superseded[1], "VCLT art. 59")))
        past = [each for each in found if each[0] <= instant]
        if not past:
            return None
        _, first, grounds = min(past, key=lambda each: each[0])
        return Condition("ended", first, grounds)

    @cached_property
    def _too_few(self) -> tuple[Ground, Instant, Instant] | None:
        """Give the instant from which fewer than two Parties remain, with what made the last one leave."""
        turns = sorted({each.ends for each in self.acts.memberships if each.ends < LATEST})
        for turn in turns:
            if len(self.acts.members(turn)) < 2:
                cause = next(each.end_cause for each in self.acts.memberships if each.ends == turn)
                return cause, turn, LATEST
        return None

    def _provisional(self, a: str, b: str) -> Instant | None:
        signed = self.conclusion.signed
        if self._term.provisional_from is None or a not in signed or b not in signed:
            return None
        return max(start_of(self._term.provisional_from, self.zone), signed[a], signed[b])

    def _before_entry(self, a: str, b: str, instant: Instant) -> Condition:
        complete = self.conclusion.signed_by_all()
        if self._term.enters_into_force == "each-party":
            signed = self.conclusion.signed
            complete = max(signed[a], signed[b]) if a in signed and b in signed else complete
        if complete is not None and complete <= instant:
            return Condition("signed", "signature", (self._term.ref, "VCLT art. 10, 24"))
        return Condition("draft", "signature", (self._term.ref, "VCLT art. 10: not signed by every Party"))

    def _stopped(self, instant: Instant, a: str, b: str) -> Condition | None:
        """Give the suspension or lapse that stops disclosures between the two."""
        grounds: list[Ground] = []
        for lapse in self.lapses:
            if lapse.begins <= instant < lapse.ends and lapse.concerns(a, b):
                grounds.append(lapse.ref)
        if grounds:
            return Condition("suspended", "lapse", (*grounds, "VCLT art. 57"))
        causes = [
            each.cause
            for each in self.acts.suspensions
            if each.by in (a, b) and each.begins <= instant < each.ends
        ]
        if causes:
            return Condition(
                "suspended", "suspension", (*causes, self.term_at(instant).ref, "VCLT art. 57, 72")
            )
        return None

    def _in_force(self, instant: Instant, a: str, b: str, entry: Ground) -> Condition:
        period = self.period(instant)
        number = period.number if period else 0
        running = [each for each in self.acts.running if each.by in (a, b) and each.runs(instant)]
        if running:
            cited = tuple(f"{self.agreement.id} notice {each.notice.number}" for each in running)
            grounds: tuple[Ground, ...] = (*cited, self.term_at(instant).ref, "VCLT art. 54, 56")
            return Condition("under-notice", "notice", grounds, number)
        if number:
            return Condition("extended", "extension", (self.term_at(instant).ref, "VCLT art. 54(a)"), number)
        grounds = (self._term.ref,) if entry == self._term.ref else (entry, self._term.ref)
        return Condition("in-force", "entry-into-force", (*grounds, "VCLT art. 24"))

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Give every pair of Parties that ever were members."""
        return combinations(dict.fromkeys(each.party for each in self.acts.memberships), 2)

    def own_condition(self, instant: Instant) -> Condition:
        """Give the agreement's own state: that of its most favourable pair."""
        best: Condition | None = None
        for a, b in self.pairs():
            here = self.condition(instant, a, b)
            if best is None or favour(here.state) < favour(best.state):
                best = here
            if here.state in ("in-force", "extended"):
                break  # no pair is in force while another is extended: nothing is more favourable
        return best or Condition("draft", "signature", (self._term.ref, "fewer than two Parties"))
