"""Everything that happens to one agreement, and when: computed once from its folder, without judging any instant.

The order in which it is worked out, each step using those before it:

(1) who signed what                                     conclusion.py
(2) which notices have effect, under the base text      acts.py
(3) which protocols count, and so which clauses stand   amendments.py
(4) the notices again, under the clauses that stood     acts.py
(5) entry into force, periods, lapses, supersession     entry.py, periods.py, lapses.py, here

`life.py` reads the state of an instant off these facts.

Source: specs/agreement.md, "Life of the agreement".
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
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
from comity.agreements.days import EARLIEST, LATEST, local_day, start_of
from comity.agreements.entry import Ground, party_entries
from comity.agreements.lapses import Lapse, lapses
from comity.agreements.periods import Period, end_of_period, period_at
from comity.agreements.signatures import Evidence
from comity.clock import Instant

__all__ = ["Happenings"]


def _copy(membership: Membership) -> Membership:
    return msgspec.structs.replace(membership)


class Happenings:
    """Everything that happens to one agreement.

    Args:
        agreement: the folder.
        evidence: what its signature files prove.
        unsigned, known_at, assumed: as for `Conclusion`.
        later: what happens to the agreements at hand that have an article superseding this one.
    """

    def __init__(
        self,
        agreement: Agreement,
        evidence: Evidence,
        *,
        unsigned: bool = False,
        known_at: Instant | None = None,
        assumed: date | None = None,
        later: Sequence["Happenings"] = (),
    ) -> None:
        self.agreement = agreement
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
        self._superseded = tuple(
            (other, each.clause)
            for other in later
            for each in other.standing
            if isinstance(each.clause, Supersedes) and each.clause.agreement == agreement.id
        )
        over = self._superseded_between_all()
        if over is not None:  # what was said after it says nothing any more
            self.acts = self._take_acts([*self._original(), *self._added()], over)
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

    def _take_acts(self, memberships: list[Membership], over: Instant = LATEST) -> Acts:
        """Take the notices twice: first to learn the day of entry into force, then with it, to count periods.

        `over` is the instant from which a later agreement stands in this one's place between all its Parties.
        """
        self.acts = take_acts(self.conclusion, [_copy(each) for each in memberships], self.clause, None)
        self._forget_entry()
        day, expiry = self.entry_day, self.expiry
        self._forget_entry()
        return take_acts(
            self.conclusion, memberships, self.clause, day, min(over, expiry[0]) if expiry else over
        )

    def _forget_entry(self) -> None:
        for name in ("_party_entry", "entry", "entry_day", "_terms", "expiry"):
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
        return party_entries(self.conclusion, self.acts.instruments)

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
        return None if self.entry is None else local_day(self.entry, self.zone)

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
        return period_at(self.term_at(instant), self.entry_day, local_day(instant, self.zone))

    # ends from outside

    def _superseded_between_all(self) -> Instant | None:
        """Give the first instant at which every pair of those who are Parties then is under the later agreement."""
        if not self._superseded:
            return None
        pairs = combinations(dict.fromkeys(each.party for each in self.acts.memberships), 2)
        found = {pair: ends[0] for pair in pairs if (ends := self.superseded(*pair)) is not None}
        for at in sorted(set(found.values())):
            members = list(dict.fromkeys(self.acts.members(at)))
            if len(members) > 1 and all(
                found.get((a, b), found.get((b, a), LATEST)) <= at for a, b in combinations(members, 2)
            ):
                return at
        return None

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

    def _heir(self, party: str, later: "Happenings") -> str:
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
        if self.acts.ended is not None:
            found.add(self.acts.ended.at)
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
