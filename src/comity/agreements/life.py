"""The life of one agreement: its state between two Parties at any instant, and the instants at which it changes.

State is a pure function of the folder, the pair of Parties and the instant. `Life` computes once, from the folder,
every instant at which something happens; `condition` then reads the state off. Of several true states the first of
`lifecycle.STATES` counts.

The order in which a life is worked out, each step using those before it:

(1) who signed what                                     conclusion.py
(2) which notices have effect, under the base text      acts.py
(3) which protocols count, and so which clauses stand   amendments.py
(4) the notices again, under the clauses that stood     acts.py
(5) entry into force, periods, lapses, supersession     here, periods.py, lapses.py

Source: specs/agreement.md, "Life of the agreement".
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import combinations
from typing import Any

import msgspec

from comity.agreements.acts import Acts, Membership, take_acts
from comity.agreements.agreement import Agreement
from comity.agreements.amendments import Standing, beyond_powers, standing_clauses
from comity.agreements.clauses import Clause, Party, Supersedes, Term
from comity.agreements.conclusion import Conclusion
from comity.agreements.days import EARLIEST, LATEST, start_of
from comity.agreements.lapses import Lapse, lapses
from comity.agreements.lifecycle import PERMITTING, Event, State, favour
from comity.agreements.periods import Period, end_of_period, period_at
from comity.agreements.signatures import Evidence
from comity.clock import Instant
from comity.identifiers import ArticleRef

__all__ = ["Condition", "Ground", "Life"]

Ground = ArticleRef | str


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


def _copy(membership: Membership) -> Membership:
    return msgspec.structs.replace(membership)


class Life:
    """Everything that happens to one agreement.

    Args:
        agreement: the folder.
        evidence: what its signature files prove.
        unsigned, known_at, assumed: as for `Conclusion`.
        others: gives the lives of the other agreements at hand, for supersession.
    """

    def __init__(
        self,
        agreement: Agreement,
        evidence: Evidence,
        *,
        unsigned: bool = False,
        known_at: Instant | None = None,
        assumed: date | None = None,
        others: Callable[[], Iterator["Life"]] = lambda: iter(()),
    ) -> None:
        self.agreement = agreement
        self.others = others
        self.conclusion = Conclusion(
            agreement, evidence, unsigned=unsigned, known_at=known_at, assumed=assumed
        )
        self.zone = self.conclusion.zone
        self.without_effect = list(self.conclusion.without_effect)
        self.standing = standing_clauses(agreement, {}, self.zone)
        self.acts = self._take_acts(self._original())
        self.protocols_from = self._protocols()
        if agreement.protocols:
            self.standing = standing_clauses(agreement, self.protocols_from, self.zone)
            self.acts = self._take_acts([*self._original(), *self._added()])
        self.lapses: tuple[Lapse, ...] = lapses(self.standing, self.zone)
        for said in (*self.conclusion.without_effect, *self.acts.without_effect):
            if said not in self.without_effect:
                self.without_effect.append(said)

    # (1) to (4): acts and clauses

    def _original(self) -> list[Membership]:
        return [Membership(party, EARLIEST, LATEST, True, "") for party in self.agreement.parties]

    def _added(self) -> list[Membership]:
        """Give the Parties that protocols added."""
        return [
            Membership(each.clause.id, each.begins, each.ends, False, str(each.clause.ref))
            for each in self.standing
            if isinstance(each.clause, Party)
            and each.clause.ref.protocol
            and each.clause.id not in self.agreement.parties
        ]

    def _take_acts(self, memberships: list[Membership]) -> Acts:
        """Take the notices twice: first to learn the day of entry into force, then with it, to count periods."""
        self.acts = take_acts(self.conclusion, [_copy(each) for each in memberships], self.clause, None)
        self._forget_entry()
        day = self.entry_day
        self._forget_entry()
        return take_acts(self.conclusion, memberships, self.clause, day)

    def _forget_entry(self) -> None:
        for name in ("_party_entry", "entry", "entry_day"):
            self.__dict__.pop(name, None)

    def _protocols(self) -> Mapping[int, Instant]:
        found = {}
        for protocol in self.agreement.protocols:
            for clause, reason in beyond_powers(self.agreement, protocol):
                self.without_effect.append(
                    f"{clause.path}:{clause.line}: {clause.ref} has no effect: {reason}"
                )
            last = max(
                (
                    mark.at
                    for act, marks in self.conclusion.evidence.marks.items()
                    for mark in marks
                    if act.kind == "protocol" and act.number == protocol.number
                ),
                default=LATEST,
            )
            members = self.acts.members(min(last, LATEST)) or self.agreement.parties
            begins = self.conclusion.protocol_from(protocol.number, members)
            if begins is not None:
                found[protocol.number] = begins
        return found

    def clause(self, kind: type[Clause], instant: Instant) -> Any:
        """Give the clause of a kind that stands at an instant (the first, of a kind that may stand often)."""
        for each in self.standing:
            if isinstance(each.clause, kind) and each.stands(instant):
                return each.clause
        return None

    # (5) entry into force and periods

    @property
    def _term(self) -> Term:
        return self.conclusion.term

    @cached_property
    def _party_entry(self) -> Mapping[str, tuple[Instant, Ground]]:
        """Give, for each original Party, the instant from which it can be bound (with what it rests on)."""
        term, ref = self._term, self._term.ref
        signed, complete = self.conclusion.signed, self.conclusion.signed_by_all()
        instruments = {each.by: each for each in reversed(self.acts.instruments)}
        if self.conclusion.assumed is not None and complete is not None:
            return dict.fromkeys(self.agreement.parties, (complete, ref))
        if term.enters_into_force == "each-party":
            return {
                party: (max(signed[party], instruments[party].at), instruments[party].cause)
                for party in self.agreement.parties
                if party in signed and party in instruments
            }
        if complete is None:
            return {}
        if term.enters_into_force == "signature":
            return dict.fromkeys(self.agreement.parties, (complete, ref))
        if term.enters_into_force == "date":
            if term.date is None:
                return {}
            return dict.fromkeys(self.agreement.parties, (max(complete, start_of(term.date, self.zone)), ref))
        if any(party not in instruments for party in self.agreement.parties):
            return {}
        last = max((instruments[party] for party in self.agreement.parties), key=lambda each: each.at)
        return dict.fromkeys(self.agreement.parties, (max(complete, last.at), last.cause))

    @property
    def entries(self) -> frozenset[Instant]:
        """Give every instant at which a Party can come to be bound."""
        joined = {each.begins for each in self.acts.memberships}
        return frozenset({at for at, _ in self._party_entry.values()} | joined)

    @cached_property
    def entry(self) -> Instant | None:
        """Give the instant of entry into force: of the second Party, where each has its own."""
        instants = sorted(at for at, _ in self._party_entry.values())
        return instants[1] if len(instants) > 1 else None

    @cached_property
    def entry_day(self) -> date | None:
        """Give the day of entry into force, from which periods are counted."""
        return None if self.entry is None else self.entry.astimezone(self.zone).date()

    def entry_of(self, a: str, b: str) -> tuple[Instant, Ground] | None:
        """Give the instant of entry into force between two Parties, None where it is not known."""
        ends = [self._entry_of_one(a), self._entry_of_one(b)]
        found = [each for each in ends if each is not None]
        return max(found, key=lambda each: each[0]) if len(found) == 2 else None

    def _entry_of_one(self, party: str) -> tuple[Instant, Ground] | None:
        if party in self._party_entry:
            return self._party_entry[party]
        if self.entry is None or party in self.agreement.parties:
            return None
        own = next((each for each in self.acts.memberships if each.party == party), None)
        return None if own is None else (max(self.entry, own.begins), own.cause)

    @cached_property
    def _terms(self) -> tuple[Standing, ...]:
        """Give the versions of the term, in order; a protocol may have brought a new one."""
        found = [each for each in self.standing if isinstance(each.clause, Term)]
        return tuple(sorted(found, key=lambda each: each.begins))

    def term_at(self, instant: Instant) -> Term:
        """Give the term that stands at an instant."""
        found: Term | None = self.clause(Term, instant)
        return found or self._term

    @cached_property
    def expiry(self) -> tuple[Instant, Ground] | None:
        """Give the end of a term that is not extended; None where there is none."""
        if self.entry_day is None or self.entry is None:
            return None
        for each in self._terms:
            term = each.clause
            assert isinstance(term, Term)
            end = end_of_period(term, self.entry_day, 0) if term.extension is None else None
            if end is not None and start_of(end, self.zone) < each.ends:
                return max(start_of(end, self.zone), each.begins, self.entry), term.ref
        return None

    def period(self, instant: Instant) -> Period | None:
        """Give the period that runs at an instant, None before entry into force or after the last one."""
        if self.entry_day is None or self.entry is None or instant < self.entry:
            return None
        return period_at(self.term_at(instant), self.entry_day, instant.astimezone(self.zone).date())

    # ends from outside

    @cached_property
    def _superseded(self) -> tuple[tuple["Life", Supersedes], ...]:
        return tuple(
            (other, each.clause)
            for other in self.others()
            for each in other.standing
            if isinstance(each.clause, Supersedes) and each.clause.agreement == self.agreement.id
        )

    def superseded(self, a: str, b: str) -> tuple[Instant, Ground] | None:
        """Give when and by what this agreement is superseded between two Parties.

        Only an agreement in force to which every Party of this one, or its successor, is a Party does that.
        """
        found = []
        for later, clause in self._superseded:
            entry = later.entry_of(self._heir(a, later), self._heir(b, later))
            if entry is None:
                continue
            at = entry[0]
            if not isinstance(clause.at, str):
                at = max(at, start_of(clause.at, later.zone))
            members = set(later.acts.members(at))
            if all(self._heir(party, later) in members for party in self.acts.members(at)):
                found.append((at, clause.ref))
        return min(found, key=lambda each: each[0]) if found else None

    def _heir(self, party: str, later: "Life") -> str:
        """Give the Party that stands for one of ours in a later agreement."""
        if party in later.agreement.parties:
            return party
        for clause in later.agreement.party_clauses.values():
            if party in clause.succeeds:
                return clause.id
        successions = (*self.acts.successions, *later.acts.successions)
        return next((each.new for each in successions if each.old == party), party)

    def successors(self, instant: Instant) -> Mapping[str, str]:
        """Give who answers at an instant for Parties that no longer exist."""
        found = {
            old: clause.id for clause in self.agreement.party_clauses.values() for old in clause.succeeds
        }
        found.update({each.old: each.new for each in self.acts.successions if each.at <= instant})
        return found

    # the state

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
                event: Event = "succession" if succeeded else "end-by-notice"
                basis: tuple[Ground, ...] = () if succeeded else (self.term_at(instant).ref,)
                found.append((own.ends, event, (own.end_cause or own.cause, *basis, "VCLT art. 54")))
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
            return Condition("suspended", "lapse", (*grounds, "VCLT art. 57, 61"))
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

    # the instants at which something changes

    @cached_property
    def turns(self) -> tuple[Instant, ...]:
        """Give every instant at which a state can change, but for the ends of extended periods, which have no end."""
        found: set[Instant | None] = {
            self.entry,
            self.conclusion.signed_by_all(),
            *self.conclusion.signed.values(),
        }
        found |= self.entries
        found |= {instant for each in self.acts.memberships for instant in (each.begins, each.ends)}
        found |= {instant for each in self.acts.running for instant in (each.begins, each.ends, each.revoked)}
        found |= {instant for each in self.acts.suspensions for instant in (each.begins, each.ends)}
        found |= {instant for each in self.lapses for instant in (each.begins, each.ends)}
        found |= {instant for each in self._terms for instant in (each.begins, each.ends)}
        found |= {each.at for each in self.acts.successions}
        if self.expiry is not None:
            found.add(self.expiry[0])
        if self._term.provisional_from is not None:
            found.add(start_of(self._term.provisional_from, self.zone))
        # Every instant of a pair is the later of two instants of single Parties, so single Parties are enough.
        for later, clause in self._superseded:
            found |= later.entries
            if not isinstance(clause.at, str):
                found.add(start_of(clause.at, later.zone))
        return tuple(sorted(each for each in found if each is not None and EARLIEST < each < LATEST))

    @property
    def last_turn(self) -> Instant:
        """Give the last of the turns."""
        return self.turns[-1] if self.turns else EARLIEST

    def stretch(self, instant: Instant) -> tuple[Instant | None, Instant | None]:
        """Give the half-open stretch around an instant in which no state changes; None = without limit."""
        index = bisect_right(self.turns, instant)
        begins = self.turns[index - 1] if index else None
        ends = self.turns[index] if index < len(self.turns) else None
        period = self.period(instant)
        if period is not None and period.ends is not None:
            first = start_of(period.begins, self.zone)
            over = start_of(period.ends, self.zone)
            begins = first if begins is None else max(begins, first)
            ends = over if ends is None else min(ends, over)
        return begins, ends
