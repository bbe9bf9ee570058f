"""Checking: questions in, hits out, each with its score and why.

>>> hits = check(index, Query("q1", "Person", ("Anna Example",)))      # doctest: +SKIP
>>> hits[0].score, hits[0].why                                         # doctest: +SKIP

A question is answered the same alone or among thousands, and the same again from the same register: sums are whole
numbers and ties fall to the smaller id.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import msgspec
import numpy as np
import numpy.typing as npt

from comity.register.examination import Examined, Query, contradictions, examine
from comity.register.explaining import reasons
from comity.register.index import NameIndex, with_kinds
from comity.register.scoring import THRESHOLD, Matcher, matcher, standing_of

__all__ = ["Hit", "check", "check_many"]

#: Questions examined together.
TOGETHER = 32
#: Score of a subject that bears an identifier asked for, where nothing contradicts it; and one of another kind.
_SAME_IDENTIFIER, _OTHER_KIND = 0.99, 0.6
#: What a contradiction of kind of subject, birth date or sex takes from that: a date may be wrong, a person is no ship.
_LESS = np.array([0.6, 0.3, 0.2])
_CONTRADICTS = ("another kind of subject", "birth dates conflict", "sex differs")
_BORNE = "an identifier asked for is registered for this subject"
_BORNE_OTHERWISE = "an identifier asked for is registered for this subject, as one of another kind"
#: Candidates kept where an identifier is asked for.
_KEPT = 500


class Hit(msgspec.Struct, frozen=True, gc=False):
    """One subject found.

    Attributes:
        id: the subject.
        score: 0 to 1.
        hit: the score reaches the threshold.
        why: what speaks for and against it, a sentence each.
    """

    id: str
    score: float
    hit: bool
    why: tuple[str, ...]


def check(
    index: NameIndex,
    query: Query,
    *,
    limit: int = 5,
    threshold: float = THRESHOLD,
    explain_from: float = 0.0,
    model: Matcher | None = None,
) -> list[Hit]:
    """Answer one question: the best `limit` candidates, best first, whatever their score.

    Args:
        explain_from: below this score a candidate comes without reasons: nobody will read them.
    """
    return _answer(index, [query], limit, threshold, model or matcher(), explain_from)[0]


def check_many(
    index: NameIndex,
    queries: Iterable[Query],
    *,
    limit: int = 5,
    threshold: float = THRESHOLD,
    model: Matcher | None = None,
) -> Iterator[tuple[Query, list[Hit]]]:
    """Answer many questions in order, a few at a time."""
    model = model or matcher()
    waiting = iter(queries)
    while batch := list(islice(waiting, TOGETHER)):
        yield from zip(batch, _answer(index, batch, limit, threshold, model), strict=True)


def _answer(
    index: NameIndex,
    queries: Sequence[Query],
    limit: int,
    threshold: float,
    model: Matcher,
    explain_from: float = 0.0,
) -> list[list[Hit]]:
    examined = examine(index, queries)
    found: list[list[tuple[float, str, int]]] = [[] for _ in queries]
    if len(examined.query):
        verdict = model.names.judge(examined.features)
        best = _best_name(examined, verdict)
        query = examined.query[best]
        order, standing = standing_of(query, verdict[best], examined.features.T.take(best, axis=1).T)
        score = model.score(model.subjects.judge(standing))
        rows = best[order]
        most = max(limit + 3, _KEPT if any(each.identifiers for each in queries) else 0)
        for number, row, value in _leading(query[order], rows, score, most):
            found[number].append((value, index.ids[int(examined.entity[row])], row))
    answers = []
    for number, query_ in enumerate(queries):
        ranked = sorted(found[number], key=lambda entry: (-entry[0], entry[1]))
        borne = _bearers(index, query_)
        ranked[limit:] = [one for one in ranked[limit:] if borne and int(examined.entity[one[2]]) in borne]
        hits = [
            Hit(
                identity,
                value,
                value >= threshold,
                reasons(index, int(examined.name[row]), examined.features[row])
                if value >= explain_from
                else (),
            )
            for value, identity, row in ranked
        ]
        answers.append(_with_bearers(index, query_, hits, borne, threshold)[:limit] if borne else hits)
    return answers


def _best_name(examined: Examined, verdict: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Give for each question and subject the row of the subject's best name."""
    order = np.lexsort((-verdict, examined.entity, examined.query))
    query, entity = examined.query[order], examined.entity[order]
    first = np.ones(len(order), bool)
    first[1:] = (query[1:] != query[:-1]) | (entity[1:] != entity[:-1])
    return order[first]


def _leading(
    query: npt.NDArray[np.int64], rows: npt.NDArray[np.int64], score: npt.NDArray[np.float64], most: int
) -> Iterator[tuple[int, int, float]]:
    """Give the rows that can be among the best `most` of their question, those level with the last included."""
    order = np.lexsort((-score, query))
    query, rows, score = query[order], rows[order], score[order]
    starts = np.ones(len(query), bool)
    starts[1:] = query[1:] != query[:-1]
    first = starts.nonzero()[0][starts.cumsum() - 1]
    last = np.minimum(first + most - 1, len(score) - 1)
    last = np.where(query[last] == query, last, len(score) - 1)
    kept = (np.arange(len(query)) - first < most) | ((score == score[last]) & (query == query[last]))
    yield from zip(query[kept].tolist(), rows[kept].tolist(), score[kept].tolist(), strict=True)


def _bearers(index: NameIndex, query: Query) -> dict[int, bool]:
    """Give the entities that bear an identifier asked for, and whether as one of its kind (or one that is unknown)."""
    borne: dict[int, bool] = {}
    for identifier, kind in with_kinds(query.identifiers, query.kinds):
        every, otherwise = index.bearers(identifier, kind)
        borne |= {entity: borne.get(entity, False) or entity not in otherwise for entity in every}
    return borne


def _with_bearers(
    index: NameIndex, query: Query, hits: list[Hit], borne: dict[int, bool], threshold: float
) -> list[Hit]:
    """Put those who bear an identifier asked for first; an identifier is said of few and rarely by chance.

    One of another kind (a passport's number for a ship's) may well be by chance, and what else is known may contradict.
    """
    known = {hit.id: hit for hit in hits}
    entities = sorted(borne)
    first: list[tuple[Hit, float]] = []
    for entity, against in zip(entities, contradictions(index, query, entities), strict=True):
        by_name = known.pop(index.ids[entity], Hit(index.ids[entity], 0.0, False, ()))
        whole = _SAME_IDENTIFIER if borne[entity] else _OTHER_KIND
        score = max(round(whole - float(_LESS[against].sum()), 4), by_name.score, 0.0)
        why = [_BORNE if borne[entity] else _BORNE_OTHERWISE, *by_name.why]
        why += [said for said, is_so in zip(_CONTRADICTS, against, strict=True) if is_so and said not in why]
        first.append((Hit(by_name.id, score, score >= threshold, tuple(why)), by_name.score))
    first.sort(key=lambda pair: (-pair[0].score, -pair[1], pair[0].id))
    sure = [hit for hit, _ in first if hit.score >= _SAME_IDENTIFIER]
    others_ = [*(hit for hit, _ in first if hit.score < _SAME_IDENTIFIER), *known.values()]
    return sure + sorted(others_, key=lambda hit: -hit.score)
