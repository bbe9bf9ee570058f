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

from comity.register.examination import Examined, Query, examine
from comity.register.explaining import reasons
from comity.register.index import NameIndex, identifier_token
from comity.register.scoring import THRESHOLD, Matcher, matcher, standing_of

__all__ = ["Hit", "check", "check_many"]

#: Questions examined together.
TOGETHER = 32
#: Score of a subject that bears an identifier asked for, where nothing contradicts it.
_SAME_IDENTIFIER = 0.99


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
        for number, row, value in _leading(query[order], rows, score, limit + 3):
            found[number].append((value, index.ids[int(examined.entity[row])], row))
    answers = []
    for number, query_ in enumerate(queries):
        ranked = sorted(found[number], key=lambda entry: (-entry[0], entry[1]))
        hits = [
            Hit(
                identity,
                value,
                value >= threshold,
                reasons(index, int(examined.name[row]), examined.features[row])
                if value >= explain_from
                else (),
            )
            for value, identity, row in ranked[:limit]
        ]
        answers.append(
            _with_identifiers(index, query_, hits, threshold)[:limit] if query_.identifiers else hits
        )
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


def _with_identifiers(index: NameIndex, query: Query, hits: list[Hit], threshold: float) -> list[Hit]:
    """Put those who bear an identifier asked for first; an identifier is said of few and rarely by chance."""
    bearers: set[str] = set()
    for identifier in query.identifiers:
        bearers.update(index.bearers(identifier_token(identifier)))
    why = "an identifier asked for is registered for this subject"
    known = {hit.id: hit for hit in hits}
    first = [
        Hit(
            identity,
            max(_SAME_IDENTIFIER, known[identity].score if identity in known else 0.0),
            threshold <= _SAME_IDENTIFIER,
            (why, *(known[identity].why if identity in known else ())),
        )
        for identity in sorted(bearers)
    ]
    return first + [hit for hit in hits if hit.id not in bearers]
