"""What governs between two Parties at an instant: the state, and the clauses in force.

`Timeline` answers for one agreement with everything known of it; `Terms` is the answer, made to be asked quickly.

Source: specs/agreement.md, "Life of the agreement"; specs/gate.md, "State and knowledge".
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.amendments import Standing, is_named
from comity.agreements.clauses import Accession, Clause, Supersedes
from comity.agreements.days import EARLIEST, LATEST
from comity.agreements.happenings import Happenings
from comity.agreements.life import Life
from comity.agreements.signatures import check_signatures
from comity.agreements.stretches import state_stretch
from comity.agreements.terms import NOTHING, Terms, by_field
from comity.cards import SignedCard
from comity.clock import Instant
from comity.identifiers import ArticleRef

__all__ = ["Terms", "Timeline", "standing_at"]


def standing_at(
    agreement: Agreement, others: Iterable[Agreement], at: Instant, *, unsigned: bool = False
) -> frozenset[int] | None:
    """Give which clauses of an agreement stand at an instant, by identity; None where it is in force for nobody then.

    For those who look at texts rather than at a pair of Parties: lint, comparison, leak paths.
    """
    life = Timeline(agreement, others, unsigned=unsigned).life
    if not life.own_condition(at).permits:
        return None
    return frozenset(id(each.clause) for each in life.standing if each.stands(at))


class _Segment(msgspec.Struct, frozen=True):
    """Terms and the stretch they hold for, with stand-ins for "without limit" so that instants compare."""

    begins: Instant
    ends: Instant
    terms: Terms


class Timeline:
    """What governs under one agreement, for any pair of Parties, at any instant.

    Segments are worked out when first asked for and kept. A timeline never changes: new acts make a new one.

    Args:
        agreement: the agreement with everything known of it.
        others: the other agreements at hand, for supersession and for texts named in `under`.
        unsigned: treat texts without signature files as signed on the day they name, and notices as signed.
        known_at: leave out acts received or signed after this instant.
        cards: cards beside those in the folder, for checking signatures.
        assumed: with `unsigned`, try this draft as if it had entered into force on this day; other texts are taken as
            they are.
    """

    def __init__(
        self,
        agreement: Agreement,
        others: Iterable[Agreement] = (),
        *,
        unsigned: bool = False,
        known_at: Instant | None = None,
        cards: Iterable[SignedCard] = (),
        assumed: date | None = None,
    ) -> None:
        self.agreement = agreement
        self.unsigned, self.known_at = unsigned, known_at
        self._cards, self._assumed = tuple(cards), assumed
        self._at_hand = {each.id: each for each in (*others, agreement)}
        self._lives: dict[str, Life] = {}
        self._beginnings: dict[str, Happenings] = {}
        self._segments: dict[tuple[str, str], tuple[list[Instant], list[_Segment]]] = {}
        self._last: dict[tuple[str, str], _Segment] = {}
        self._held: dict[tuple[int, int], Terms] = {}

    @cached_property
    def life(self) -> Life:
        """Give everything that happens to the agreement."""
        return self._life(self.agreement.id)

    def _life(self, name: str) -> Life:
        found = self._lives.get(name)
        if found is None:
            agreement = self._at_hand[name]
            found = self._lives[name] = Life(
                agreement,
                check_signatures(agreement, self._cards),
                unsigned=self.unsigned,
                known_at=self.known_at,
                assumed=self._assumed if name == self.agreement.id else None,
                later=tuple(self._opened(each) for each in self._later.get(name, ())),
            )
        return found

    @cached_property
    def _later(self) -> Mapping[str, tuple[str, ...]]:
        """Give, for each agreement, those at hand with an article that supersedes it."""
        found: dict[str, dict[str, None]] = {}
        for agreement in self._at_hand.values():
            for clause in agreement.written:
                if isinstance(clause, Supersedes) and clause.agreement != agreement.id:
                    found.setdefault(clause.agreement, {})[agreement.id] = None
        return {name: tuple(later) for name, later in found.items()}

    def _opened(self, name: str) -> Happenings:
        """Give what happens to a later agreement by its own texts; whether yet another supersedes it does not count
        here, so that texts which name one another in a circle have an answer too."""
        found = self._beginnings.get(name)
        if found is None:
            agreement = self._at_hand[name]
            found = self._beginnings[name] = Happenings(
                agreement,
                check_signatures(agreement, self._cards),
                unsigned=self.unsigned,
                known_at=self.known_at,
                assumed=self._assumed if name == self.agreement.id else None,
            )
        return found

    def at(self, instant: Instant, a: str, b: str) -> Terms:
        """Give what governs between `a` and `b`; the same object for every instant of one segment."""
        pair = (a, b)
        last = self._last.get(pair)
        if last is not None and last.begins <= instant < last.ends:
            return last.terms
        segment = self._find(instant, pair)
        self._last[pair] = segment
        return segment.terms

    def _find(self, instant: Instant, pair: tuple[str, str]) -> _Segment:
        starts, segments = self._segments.setdefault(pair, ([], []))
        index = bisect_right(starts, instant)
        if index and instant < segments[index - 1].ends:
            return segments[index - 1]
        a, b = pair
        mirrored = self._segments.get((b, a))
        segment = None
        if mirrored is not None:
            other = bisect_right(mirrored[0], instant)
            if other and instant < mirrored[1][other - 1].ends:
                segment = mirrored[1][other - 1]
        if segment is None:
            segment = self._work_out(instant, a, b)
        starts.insert(index, segment.begins)
        segments.insert(index, segment)
        return segment

    @cached_property
    def _turns(self) -> tuple[Instant, ...]:
        """Give every instant at which a clause, or a text one depends on, begins or ends to count."""
        found = {instant for each in self.life.standing for instant in (each.begins, each.ends)}
        for each in self.life.standing:
            for ref in each.clause.under:
                if ref.agreement in self._at_hand:
                    found |= set(self._life(ref.agreement).turns)
        return tuple(sorted(instant for instant in found if EARLIEST < instant < LATEST))

    def _work_out(self, instant: Instant, a: str, b: str) -> _Segment:
        index = bisect_right(self._turns, instant)
        begins, ends = self.life.stretch(instant)
        if index:
            begins = self._turns[index - 1] if begins is None else max(begins, self._turns[index - 1])
        if index < len(self._turns):
            ends = self._turns[index] if ends is None else min(ends, self._turns[index])
        terms = self._terms(instant, a, b, begins, ends)
        return _Segment(begins or EARLIEST, ends or LATEST, terms)

    def _terms(self, instant: Instant, a: str, b: str, begins: Instant | None, ends: Instant | None) -> Terms:
        life = self.life
        condition = life.condition(instant, a, b)
        since, until = state_stretch(life, instant, lambda at: life.condition(at, a, b))
        entry = life.entry_of(a, b)
        members = life.acts.members(instant)
        sound, broken = self._split(instant)
        term = life.term_at(instant)
        return Terms(
            agreement_id=self.agreement.id,
            agreement_digest=self.agreement.digest,
            state=condition.state,
            permits=condition.permits,
            begins=begins,
            ends=ends,
            since=since,
            until=until,
            grounds=condition.grounds,
            in_force_from=entry[0] if entry else None,
            parties=frozenset(members),
            member_since=_member_since(life, instant),
            successors=life.successors(instant),
            zone=term.zone,
            date_rule=term.date_rule,
            broken=broken,
            **by_field(sound),
        )

    def _split(self, instant: Instant) -> tuple[list[Clause], tuple[Clause, ...]]:
        """Part the clauses in force into those that can be evaluated and those that cannot."""
        standing = [each.clause for each in self.life.standing if each.stands(instant)]
        broken = tuple(
            clause for clause in standing if not all(self._is_at_hand(ref, instant) for ref in clause.under)
        )
        return [clause for clause in standing if clause not in broken], broken

    def _is_at_hand(self, ref: ArticleRef, instant: Instant) -> bool:
        """Tell whether a text named in `under` is here, has that article, and is in force."""
        other = self._at_hand.get(ref.agreement)
        if other is None or other.article(ref) is None:
            return False
        return self._life(ref.agreement).own_condition(instant).permits

    def held(self, hop: Instant, instant: Instant, a: str, b: str) -> Terms:
        """Give the terms that bind a hop made at `hop`, as they stand at `instant`.

        They are those of the hop's own instant, changed by the clauses of protocols that came later and say
        `applies_to = "held"` (specs/gate.md, "Custody, lineage, obligations").
        """
        then = self.at(hop, a, b)
        if instant <= hop or not self._reaching_back:
            return then
        now = self.at(instant, a, b)
        key = (id(then), id(now))
        found = self._held.get(key)
        if found is None:
            found = self._held[key] = self._reach_back(then, hop, instant)
        return found

    @cached_property
    def _reaching_back(self) -> tuple[Standing, ...]:
        return tuple(each for each in self.life.standing if each.clause.applies_to == "held")

    def _reach_back(self, then: Terms, hop: Instant, instant: Instant) -> Terms:
        clauses = [each for each in self.life.standing if each.stands(hop)]
        for later in self._reaching_back:
            if later.begins <= hop or not later.stands(instant):
                continue
            gone = {later.clause.replaces, *later.clause.repeals} - {""}
            clauses = [each for each in clauses if not is_named(each.clause, gone)]
            clauses.append(later)
        sound = [
            each.clause
            for each in clauses
            if all(self._is_at_hand(ref, instant) for ref in each.clause.under)
        ]
        broken = tuple(each.clause for each in clauses if each.clause not in sound)
        return msgspec.structs.replace(then, **{**NOTHING, **by_field(sound)}, broken=broken)


def _member_since(life: Life, instant: Instant) -> Mapping[str, Instant]:
    """Give from when each member counts as one for items passed earlier."""
    found = {}
    for each in life.acts.memberships:
        if each.begins <= instant < each.ends:
            accession = life.clause(Accession, instant)
            earlier = each.original or (accession is not None and accession.sees_earlier)
            found[each.party] = EARLIEST if earlier else each.begins
    return found
