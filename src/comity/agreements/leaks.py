"""Leak paths: where could what a Party gives end up without its word?

An obligation travels with an item: once the agreement of the first hop makes the giver's consent owed, every later
hop is bound by it, whatever agreement it is made under. Onward from there the item reaches only those to whom the
giver's own text lets it go (members it exempts, standing consents). So a leak begins exactly where a *first* hop
owes the giver nothing: the text has no third-party rule, the rule does not cover that kind of item, or (for what the
giver itself had from others) it asks the originator alone. From there the search follows every exchange article, and
stops at hops whose own text makes the first giver's consent owed.

Either paths are found, each with the articles that let it through, or the `bounds` are the proof that there is none:
for every Party, agreement and kind, the article by which the giver's word is owed.

Source: specs/agreement.md, "Leak paths"; specs/gate.md, "Custody, lineage, obligations".
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.clauses import Accession, Clause, Necessity
from comity.agreements.pacts import GIVEN, Given, Pact, Way, meet, pact_of
from comity.identifiers import ArticleRef

__all__ = ["Bound", "Leak", "Leaks", "Opening", "Step", "find_leaks"]


class Step(msgspec.Struct, frozen=True, gc=False):
    """One hop of a path and the article that permits it."""

    from_: str
    to: str
    ref: ArticleRef


class Leak(msgspec.Struct, frozen=True, gc=False):
    """A path by which what `origin` gives reaches `to` without its word.

    Attributes:
        because: why the giver's consent is not owed.
        asks: Parties on the way whose consent is owed, and who may give it without asking the origin.
    """

    origin: str
    to: str
    category: str
    kind: str
    given: Given
    path: tuple[Step, ...]
    because: str
    asks: tuple[str, ...]

    def __str__(self) -> str:
        road = " → ".join([self.path[0].from_, *(step.to for step in self.path)])
        cited = ", ".join(str(step.ref) for step in self.path)
        return f"{self.category} ({self.kind}, {self.given}): {road}; by {cited}; {self.because}"


class Bound(msgspec.Struct, frozen=True):
    """Why what a Party gives under an agreement does not leak: the article by which its word is owed."""

    origin: str
    agreement: str
    kind: str
    given: Given
    ref: ArticleRef


class Opening(msgspec.Struct, frozen=True):
    """A text that can be widened, or lifted, without one Party's word: accession, or necessity."""

    agreement: str
    ref: ArticleRef
    said: str


class Leaks(msgspec.Struct, frozen=True):
    """The answer: paths, or the proof that there are none, and what a text lets happen besides."""

    leaks: tuple[Leak, ...]
    bounds: tuple[Bound, ...]
    openings: tuple[Opening, ...]

    @property
    def proven(self) -> bool:
        """Tell whether nothing any Party gives can reach anyone without its word, as the texts stand."""
        return not self.leaks


class _Reach(msgspec.Struct, frozen=True, gc=False):
    """How far an item has come.

    Attributes:
        category: what of the category is left. `bound_by`: texts that bind it to the first giver.
        owed: senders on the way to whom consent is owed from now on, with the text that says so.
        asks: those of them who had to be asked for the path so far.
    """

    holder: str
    category: str
    bound_by: frozenset[str]
    path: tuple[Step, ...]
    owed: tuple[tuple[str, str], ...]
    asks: tuple[str, ...]


def find_leaks(agreements: Iterable[Agreement], *, keep: Callable[[Clause], bool] | None = None) -> Leaks:
    """Search all agreements at hand.

    Args:
        agreements: the texts, taken as they are written, whatever their state: drafts are searched before signing.
        keep: leaves clauses out, for instance those that do not stand at some instant.
    """
    pacts = [pact_of(agreement, keep) for agreement in agreements]
    search = _Search(pacts)
    return Leaks(tuple(search.leaks()), tuple(search.bounds()), tuple(_openings(agreements, keep)))


class _Exit(msgspec.Struct, frozen=True):
    """A way out of a holder: whether its text binds the item to the first giver, and whose consent it makes owed."""

    pact: Pact
    to: str
    category: str
    binds: bool
    step: Step
    owes: tuple[tuple[str, str], ...]


class _Search:
    """Follows items through all pacts. Reaches are kept by where they start, for many givers share them."""

    def __init__(self, pacts: Sequence[Pact]) -> None:
        self.pacts = {pact.id: pact for pact in pacts}
        self.out: dict[str, list[tuple[Pact, Way]]] = defaultdict(list)
        for pact in pacts:
            for way in pact.ways:
                self.out[way.from_].append((pact, way))
        self._exits: dict[tuple[str, str, Given], list[_Exit]] = {}
        self._kept: dict[tuple[str, str, str, Given], Mapping[str, _Reach]] = {}
        self._met: dict[tuple[str, str], str | None] = {}

    def leaks(self) -> Iterator[Leak]:
        """Give, for every first hop that binds nobody, the shortest path to everyone it can reach."""
        for pact in self.pacts.values():
            for way in pact.ways:
                for kind in way.kinds:
                    for given in GIVEN:
                        if not pact.owes_giver(kind, given) and (
                            given == "made" or pact.owes_giver(kind, "made")
                        ):
                            yield from self._from(pact, way, kind, given)

    def bounds(self) -> Iterator[Bound]:
        """Give the article by which each giver's word is owed."""
        for pact in self.pacts.values():
            kinds = {(way.from_, kind) for way in pact.ways for kind in way.kinds}
            for origin, kind in sorted(kinds):
                for given in GIVEN:
                    if pact.rule is not None and pact.owes_giver(kind, given):
                        yield Bound(origin, pact.id, kind, given, pact.rule.ref)

    def _from(self, pact: Pact, way: Way, kind: str, given: Given) -> Iterator[Leak]:
        first = Step(way.from_, way.to, way.ref)
        found = self._reached(way.to, way.category, kind, given)
        if any(step.to == way.from_ for reach in found.values() for step in reach.path):
            # A path back through the giver asks it after all: look for others.
            found = self._walk(way.to, way.category, kind, given, avoid=way.from_)
        for party, reach in sorted(found.items()):
            if party == way.from_ or party in pact.parties:
                continue
            asks = self._asks(pact, way, given, reach)
            because = _why(pact, kind, given)
            yield Leak(way.from_, party, reach.category, kind, given, (first, *reach.path), because, asks)

    def _asks(self, pact: Pact, way: Way, given: Given, reach: _Reach) -> tuple[str, ...]:
        """Give whose consent is owed on the way: never the giver's, or it would be no leak."""
        originator = ("whoever made it",) if given == "passed-on" and pact.rule is not None else ()
        return tuple(dict.fromkeys(each for each in (*originator, *reach.asks) if each != way.from_))

    def _reached(self, start: str, category: str, kind: str, given: Given) -> Mapping[str, _Reach]:
        key = (start, category, kind, given)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._walk(start, category, kind, given, avoid="")
        return found

    def _walk(self, start: str, category: str, kind: str, given: Given, avoid: str) -> Mapping[str, _Reach]:
        """Walk breadth first from a holder that owes the giver nothing; the first way to each Party is the shortest."""
        origin = _Reach(start, category, frozenset(), (), (), ())
        queue, seen = deque([origin]), {(start, category, origin.bound_by)}
        found: dict[str, _Reach] = {}
        known = {start}
        while queue:
            here = queue.popleft()
            for way in self._ways_out(here.holder, kind, given):
                if way.to in (start, avoid) or (way.binds and way.to in known and way.pact.circle <= known):
                    continue  # nobody new this way: a text that binds lets the item go no further than its circle
                left = self._meet(here.category, way.category)
                if left is None or (way.to, left, origin.bound_by) in seen:
                    continue
                bound_by = here.bound_by | {way.pact.id} if way.binds else here.bound_by
                state = (way.to, left, bound_by)
                if state in seen:
                    continue
                after = self._step(here, way, left, bound_by)
                if after is None:
                    continue
                seen.add(state)
                found.setdefault(after.holder, after)
                known.add(after.holder)
                if self._goes_on(after, known):
                    queue.append(after)
        return found

    def _ways_out(self, holder: str, kind: str, given: Given) -> Sequence[_Exit]:
        """Give the ways a kind of item may leave a holder."""
        key = (holder, kind, given)
        found = self._exits.get(key)
        if found is None:
            found = self._exits[key] = [
                _Exit(
                    pact=pact,
                    to=way.to,
                    category=way.category,
                    binds=pact.owes_first(kind, given),
                    step=Step(way.from_, way.to, way.ref),
                    owes=((way.from_, pact.id),) if _asks_sender(pact, kind) else (),
                )
                for pact, way in self.out[holder]
                if kind in way.kinds
            ]
        return found

    def _goes_on(self, here: _Reach, known: Set[str]) -> bool:
        """Tell whether a holder can reach anyone new: a bound item stays within the circle of what binds it."""
        if not here.bound_by:
            return True
        circles = iter(here.bound_by)
        circle = self.pacts[next(circles)].circle
        for name in circles:
            circle &= self.pacts[name].circle
        return not circle <= known

    def _meet(self, one: str, other: str) -> str | None:
        """Give what two categories have in common, worked out once."""
        key = (one, other)
        if key not in self._met:
            self._met[key] = meet(one, other)
        return self._met[key]

    def _step(self, here: _Reach, way: _Exit, category: str, bound_by: frozenset[str]) -> _Reach | None:
        """Go one way with what is left of the category; None where a text on the way binds the item."""
        bare = category.removesuffix(".*")
        for name in here.bound_by:
            if not self.pacts[name].lets(way.to, bare):
                return None
        asks = here.asks
        asked = [party for party, name in here.owed if not self.pacts[name].lets(way.to, bare)]
        if asked:
            asks = tuple(dict.fromkeys((*asks, *asked)))
        return _Reach(way.to, category, bound_by, (*here.path, way.step), (*here.owed, *way.owes), asks)


def _asks_sender(pact: Pact, kind: str) -> bool:
    """Tell whether whoever passes an item on under a text is asked from then on."""
    return pact.rule is not None and kind in pact.rule.covers and pact.rule.consent_of != "originator"


def _why(pact: Pact, kind: str, given: Given) -> str:
    if pact.rule is None:
        return f"{pact.id} has no third_party clause"
    if kind not in pact.rule.covers:
        return f"{pact.rule.ref} does not cover {kind}"
    assert given == "passed-on"
    return f"{pact.rule.ref} asks the originator alone"


def _openings(agreements: Iterable[Agreement], keep: Callable[[Clause], bool] | None) -> Iterator[Opening]:
    for agreement in agreements:
        for clause in agreement.written:
            if keep is not None and not keep(clause):
                continue
            if isinstance(clause, Accession) and clause.open_to and clause.approval != "unanimous":
                said = f"a newcomer may come in by {clause.approval}, without the word of every member"
                yield Opening(agreement.id, clause.ref, said)
            if isinstance(clause, Necessity) and "third_party" in clause.lifts:
                said = f"imminent danger may set the third-party rule aside, with {clause.officers} officers"
                yield Opening(agreement.id, clause.ref, said)
