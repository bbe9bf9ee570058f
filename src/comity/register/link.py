"""Link: two registers against each other, or one with itself, in bulk.

Three stages, each a plain function over arrays, so that another engine can take one over unchanged:

1. *pairs* (`compare_by_name`, `shared_pairs`): who is worth comparing: by names, as in a check, and by two properties
   shared word for word. Subjects of the very same names (`namesakes`) are compared once, together. By name, each share
   of them is compared with the whole index and with nothing else, so shares may run anywhere and in any order; what is
   shared word for word is a join on two columns;
2. *weights* (`levels_of`, `weigh`): how much each degree of agreement speaks for one subject. Nobody labels anything:
   agreement and chance are told apart by expectation-maximisation over all pairs (Fellegi & Sunter, JASA 64, 1969);
3. *clusters* (`cluster`): subjects joined while what is known between two groups speaks, on the whole, for joining.

Linking proposes; a merge in the register is a judgement that a named office makes and can undo.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA

from comity.register.examination import Query, examine
from comity.register.features import NAMES
from comity.register.index import NameIndex
from comity.register.scoring import Matcher, matcher
from comity.register.subjects import Subject

__all__ = [
    "Cluster",
    "Linked",
    "Namesakes",
    "Pairs",
    "Weights",
    "across",
    "best_of",
    "by_name",
    "cluster",
    "compare_by_name",
    "conclude",
    "levels_of",
    "link",
    "name_pairs",
    "namesakes",
    "shared_pairs",
    "spread",
    "weigh",
    "within",
]

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_TOGETHER = 32
_NAME_STEPS = (-6000, -5000, -4000, -3000, -2000, -1000, 0, 1000, 2000, 3000)
_ABSENT = {"date": 2, "country": 1, "sex": 1}  # these speak for themselves below, not through the name
_NO_NAME = -1_000_000  # found by what they share, names not compared
_NO_NAME_CHANCE = 0.1
_NAME_PROPERTIES = frozenset("name alias previousName abbreviation firstName lastName".split())  # noqa: SIM905
_MOST_PROPERTIES = 12
_BLOCK = 20
_ROUNDS = 25
#: Subjects that one is paired with by name, those most alike first.
_COMPANY = 40
#: What a pair that was never compared speaks against joining, in log-odds.
_UNCOMPARED = -2.0


class Pairs(msgspec.Struct, frozen=True):
    """Pairs of subjects by their places, the smaller first, and the matcher's verdict on their names."""

    left: Numbers
    right: Numbers
    verdict: Numbers


class Namesakes(msgspec.Struct, frozen=True):
    """Subjects by their names: those of the very same schema and names bear them together.

    Attributes:
        bearers: places of all subjects, namesakes next to each other.
        starts: where those of each set of names begin, and where the last ends.
    """

    bearers: Numbers
    starts: Numbers

    @property
    def first(self) -> list[int]:
        """Give the place of one bearer of each set of names."""
        found: list[int] = self.bearers[self.starts[:-1]].tolist()
        return found


class Weights(msgspec.Struct, frozen=True):
    """What the data taught: for each property the log-odds that each degree of agreement adds."""

    properties: tuple[str, ...]
    tables: tuple[Floats, ...]
    log_odds: Floats  # of each pair


class Linked(msgspec.Struct, frozen=True):
    """One pair that probably is one subject, and what speaks for and against, the weightiest first.

    `places` are those of both among all subjects, so that two registers may use the same ids.
    """

    left: str
    right: str
    probability: float
    why: tuple[str, ...]
    places: tuple[int, int] = (-1, -1)


class Cluster(msgspec.Struct, frozen=True):
    """Subjects that belong together on the whole: their places, and the links between them, the surest first."""

    places: tuple[int, ...]
    links: tuple[Linked, ...]

    @property
    def weakest(self) -> float:
        """Probability of the least sure link that holds it together: of the surest that reach every member."""
        reached: dict[int, int] = {place: place for place in self.places}

        def root(place: int) -> int:
            while reached[place] != place:
                place = reached[place]
            return place

        weakest = 1.0
        for each in self.links:
            a, b = map(root, each.places)
            if a != b:
                reached[a], weakest = b, each.probability
        return weakest


def namesakes(subjects: Sequence[Subject]) -> Namesakes:
    """Put subjects of the same names together: what is found by name for one is found for all of them."""
    known: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for place, subject in enumerate(subjects):
        known.setdefault((subject.schema, subject.names), []).append(place)
    bearers = np.fromiter((place for each in known.values() for place in each), np.int64, len(subjects))
    return Namesakes(
        bearers, np.append(0, np.cumsum([len(each) for each in known.values()])).astype(np.int64)
    )


def spread(pairs: Pairs, left: Namesakes, right: Namesakes) -> Pairs:
    """Give pairs of subjects for pairs of their names: each subject on the right with those most alike, forty at most.

    Where more bear one name than that, their bearers are paired in turn with those that follow: a name that common says
    little, and what two of them share besides is found by `shared_pairs`.
    """
    order = np.lexsort((pairs.left, -pairs.verdict, pairs.right))
    a, b, verdict = pairs.left[order], pairs.right[order], pairs.verdict[order]
    size, others = np.diff(left.starts)[a], np.diff(right.starts)[b]
    before = np.cumsum(size) - size
    room = _COMPANY - (before - before[np.searchsorted(b, b)])
    taken = np.clip(size, 0, np.maximum(room, 0))
    count = taken * others
    row = np.repeat(np.arange(len(a)), count)
    at = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    turn, step = at // taken[row], at % taken[row]
    return Pairs(
        left.bearers[left.starts[a[row]] + (turn + step) % size[row]],
        right.bearers[right.starts[b[row]] + turn],
        verdict[row],
    )


def by_name(subject: Subject) -> Query:
    """Ask for a subject by its names alone."""
    return Query(subject.id, subject.schema, subject.names)


def compare_by_name(
    index: NameIndex, asked: Sequence[Query], *, top: int = 0, model: Matcher | None = None
) -> Pairs:
    """Compare some subjects with all those of an index by name: the first stage, for one share of the register.

    Args:
        index: of the subjects on the left, in their order (the same ones, to link a register with itself).
        asked: some of those on the right, as `by_name` gives them.
        top: place of the first of them.
        model: the matcher.

    Returns:
        pairs (place in the index, place on the right), each once.
    """
    model = model or matcher()
    examined = examine(index, asked)
    by_feature = examined.features.T.copy()
    for name, value in _ABSENT.items():
        by_feature[NAMES.index(name)] = value
    verdict = model.names.judge(by_feature.T).astype(np.int64)
    return best_of(Pairs(examined.entity, examined.query + top, verdict))


def name_pairs(
    index: NameIndex, subjects: Sequence[Subject], *, start: int = 0, model: Matcher | None = None
) -> Iterator[tuple[int, Pairs]]:
    """Compare subjects with those of an index by name, some dozens at a time: the place to go on from, and pairs."""
    for top in range(start, len(subjects), _TOGETHER):
        some = [by_name(subject) for subject in subjects[top : top + _TOGETHER]]
        yield top + len(some), compare_by_name(index, some, top=top, model=model)


def best_of(*parts: Pairs) -> Pairs:
    """Put pairs together, each once, with its best verdict."""
    left = np.concatenate([part.left for part in parts])
    right = np.concatenate([part.right for part in parts])
    verdict = np.concatenate([part.verdict for part in parts])
    key = left << 32 | right
    order = np.lexsort((-verdict, key))
    first = np.ones(len(order), bool)
    first[1:] = key[order][1:] != key[order][:-1]
    kept = order[first]
    return Pairs(left[kept], right[kept], verdict[kept])


def within(pairs: Pairs) -> Pairs:
    """Of one register with itself: drop each subject beside itself, and put the smaller place first."""
    apart = pairs.left != pairs.right
    left, right = pairs.left[apart], pairs.right[apart]
    return best_of(Pairs(np.minimum(left, right), np.maximum(left, right), pairs.verdict[apart]))


def across(pairs: Pairs, first: int) -> Pairs:
    """Of two registers: keep the pairs with one subject of each; those of the second begin at the place `first`."""
    kept = (pairs.left < first) != (pairs.right < first)
    return Pairs(pairs.left[kept], pairs.right[kept], pairs.verdict[kept])


def shared_pairs(subjects: Sequence[Subject], properties: Sequence[str]) -> Pairs:
    """Pair subjects of one register that share two telling properties word for word, where few do."""
    telling = _telling(subjects, properties)
    blocks: dict[tuple[int, str, int, str], list[int]] = defaultdict(list)
    for place, subject in enumerate(subjects):
        stated = [(n, value) for n, prop in enumerate(telling) if (value := subject.first(prop)) is not None]
        for at, (a, first) in enumerate(stated):
            for b, second in stated[at + 1 :]:
                blocks[a, first, b, second].append(place)
    found = {
        block[i] << 32 | block[j]
        for block in blocks.values()
        if 2 <= len(block) <= _BLOCK
        for j in range(len(block))
        for i in range(j)
    }
    keys = np.fromiter(sorted(found), np.int64, len(found))
    return Pairs(keys >> 32, keys & 0xFFFFFFFF, np.full(len(keys), _NO_NAME, np.int64))


def _telling(subjects: Sequence[Subject], properties: Sequence[str]) -> list[str]:
    """Give the properties with so many different values that sharing one says something: one in fifty at least."""
    return [
        prop
        for prop in properties
        if len({subject.first(prop) for subject in subjects} - {None}) * 50 >= len(subjects)
    ]


def properties_of(subjects: Sequence[Subject]) -> tuple[str, ...]:
    """Choose the properties to weigh besides names: those that most subjects state, at most twelve."""
    count: dict[str, int] = defaultdict(int)
    for subject in subjects:
        for prop in {statement.prop for statement in subject.statements} - _NAME_PROPERTIES:
            count[prop] += 1
    often = [prop for prop, n in count.items() if n * 20 >= len(subjects)]
    return tuple(sorted(often, key=lambda prop: (-count[prop], prop))[:_MOST_PROPERTIES])


def levels_of(prop: str, left: Sequence[Subject], right: Sequence[Subject], pairs: Pairs) -> Numbers:
    """Grade the agreement of one property for every pair: -1 unsaid, 0 differs, 1 alike, 2 equal (3: an equal date).

    Every pair of values is compared once, however many pairs of subjects state it.
    """
    codes: dict[str, int] = {}
    sides = []
    for subjects in (left,) if left is right else (left, right):
        first = [subject.first(prop) for subject in subjects]
        sides.append(
            np.array([-1 if v is None else codes.setdefault(v.casefold(), len(codes)) for v in first])
        )
    a, b = sides[0][pairs.left], sides[-1][pairs.right]
    said = (a >= 0) & (b >= 0)
    distinct, place = np.unique(np.minimum(a, b)[said] << 32 | np.maximum(a, b)[said], return_inverse=True)
    texts = list(codes)
    grade = _grade_date if prop.endswith("Date") else _grade
    graded = [grade(texts[key >> 32], texts[key & 0xFFFFFFFF]) for key in distinct.tolist()]
    levels = np.full(len(a), -1, np.int64)
    levels[said] = np.array(graded, np.int64)[place] if graded else 0
    return levels


def _grade(a: str, b: str) -> int:
    if a == b:
        return 2
    return int(OSA.normalized_similarity(a, b) >= 0.7)


def _grade_date(a: str, b: str) -> int:
    if a == b:
        return 3
    if a[:4] == b[:4]:
        return 2
    return int(len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) <= 1)


def weigh(pairs: Pairs, properties: Sequence[str], levels: Sequence[Numbers]) -> Weights:
    """Learn from the pairs themselves what agreement is worth; starts from the matcher's verdict on names.

    Pairs that agree alike in everything are one case that counts as often as there are such pairs.
    """
    columns = [_name_levels(pairs), *levels]
    sizes = [len(_NAME_STEPS) + 1, *(int(level.max(initial=0)) + 1 for level in levels)]
    code = np.zeros(len(pairs.left), np.int64)
    for column, size in zip(columns, sizes, strict=True):
        code = code * (size + 1) + column + 1
    _, first, case, times = np.unique(code, return_index=True, return_inverse=True, return_counts=True)
    columns = [column[first] for column in columns]
    likely = 1 / (1 + np.exp(-np.maximum(pairs.verdict, -30_000) / 1000))
    likely[pairs.verdict <= _NO_NAME] = _NO_NAME_CHANCE
    chance = np.bincount(case, likely, len(times)) / times
    odds = np.zeros(len(times))
    tables: list[Floats] = []
    for _ in range(_ROUNDS):
        mean = float(np.clip((chance * times).sum() / len(case), 1e-6, 1 - 1e-6))
        odds, tables = np.full(len(times), np.log(mean / (1 - mean))), []
        for column, size in zip(columns, sizes, strict=True):
            said = column >= 0
            same = np.bincount(column[said], (chance * times)[said], size) + 1
            other = np.bincount(column[said], ((1 - chance) * times)[said], size) + 1
            tables.append(np.log(same / same.sum()) - np.log(other / other.sum()))
            odds += np.where(said, tables[-1][np.maximum(column, 0)], 0.0)
        chance = 1 / (1 + np.exp(-odds))
    return Weights(("name", *properties), tuple(tables), odds[case])


def _name_levels(pairs: Pairs) -> Numbers:
    """Grade the likeness of names for every pair; -1 where they were not compared."""
    graded: Numbers = np.where(pairs.verdict > _NO_NAME, np.digitize(pairs.verdict, _NAME_STEPS), -1)
    return graded


def cluster(count: int, pairs: Pairs, log_odds: Floats) -> list[list[int]]:
    """Join the subjects of one register, the surest pairs first, while two groups on the whole belong together."""
    odds = log_odds.tolist()
    known = dict(zip((pairs.left << 32 | pairs.right).tolist(), odds, strict=True))
    known |= zip(
        (pairs.right << 32 | pairs.left).tolist(), odds, strict=True
    )  # either way round, to ask without sorting
    group_of = list(range(count))
    groups = {place: [place] for place in range(count)}
    likely = np.flatnonzero(log_odds > 0)
    for at in likely[np.argsort(-log_odds[likely], kind="stable")].tolist():
        a, b = group_of[int(pairs.left[at])], group_of[int(pairs.right[at])]
        if a == b:
            continue
        total = sum(known.get(i << 32 | j, _UNCOMPARED) for i in groups[a] for j in groups[b])
        if total > 0:
            small, large = sorted((a, b), key=lambda group: (len(groups[group]), group))
            for place in groups[small]:
                group_of[place] = large
            groups[large] += groups.pop(small)
    return sorted(sorted(group) for group in groups.values() if len(group) > 1)


def conclude(
    subjects: Sequence[Subject], named: Pairs, *, second: int | None = None, at_least: float = 0.5
) -> tuple[list[Linked], list[Cluster]]:
    """Weigh pairs found by name together with those found by what they share, and cluster: the second and third stage.

    Args:
        subjects: of one register, or of two one after the other.
        named: pairs by name, the smaller place first, each once.
        second: the place where the second register begins; only pairs across are wanted then.
        at_least: probability from which a pair is given out.
    """
    properties = properties_of(subjects)
    shared = shared_pairs(subjects, properties)
    pairs = best_of(named, shared if second is None else across(shared, second))
    levels = [levels_of(prop, subjects, subjects, pairs) for prop in properties]
    weights = weigh(pairs, properties, levels)
    chance = 1 / (1 + np.exp(-weights.log_odds))
    found = np.flatnonzero(chance >= at_least)
    found = found[np.argsort(-chance[found], kind="stable")]
    graded = np.stack([_name_levels(pairs), *levels])[:, found].T.tolist()
    why = {each: _why(weights, each) for each in set(map(tuple, graded))}
    linked = [
        Linked(subjects[a].id, subjects[b].id, round(probability, 4), why[tuple(each)], (a, b))
        for a, b, probability, each in zip(
            pairs.left[found].tolist(),
            pairs.right[found].tolist(),
            chance[found].tolist(),
            graded,
            strict=True,
        )
    ]
    groups = cluster(len(subjects), pairs, weights.log_odds)
    return linked, _explained(groups, linked)


def _explained(groups: list[list[int]], linked: list[Linked]) -> list[Cluster]:
    group_of = {place: number for number, group in enumerate(groups) for place in group}
    links: dict[int, list[Linked]] = defaultdict(list)
    for each in linked:
        number = group_of.get(each.places[0], -1)
        if number >= 0 and number == group_of.get(each.places[1]):
            links[number].append(each)
    return [Cluster(tuple(group), tuple(links[number])) for number, group in enumerate(groups)]


def link(subjects: Sequence[Subject], *, at_least: float = 0.5) -> tuple[list[Linked], list[list[str]]]:
    """Link a register with itself, in this process: pairs, the likeliest first, and the clusters as ids."""
    index, alike = NameIndex(), namesakes(subjects)
    named = [subjects[place] for place in alike.first]
    for subject in named:
        index.add(subject.entry())
    found = best_of(*(part for _, part in name_pairs(index, named)))
    pairs = within(spread(found, alike, alike))
    linked, clusters = conclude(subjects, pairs, at_least=at_least)
    return linked, [[subjects[place].id for place in each.places] for each in clusters]


def _why(weights: Weights, levels: tuple[int, ...]) -> tuple[str, ...]:
    said = [
        (float(table[level]), prop)
        for prop, table, level in zip(weights.properties, weights.tables, levels, strict=True)
        if level >= 0
    ]
    return tuple(f"{prop} {value:+.1f}" for value, prop in sorted(said, key=lambda entry: -abs(entry[0])))
