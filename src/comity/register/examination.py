"""Examination: from a question to rows of features, one for each name of the register that is worth judging.

Many questions are examined together, because NumPy works best on long columns; one question alone gives the same rows.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Indel

from comity.register.candidates import BIT, find_names, nearness_of
from comity.register.characters import script_of
from comity.register.columns import Array
from comity.register.comparison import Asked, Block, align, lay_out
from comity.register.features import FEATURES, Facts, features_of
from comity.register.index import NameIndex, country_code, date_number, kind_number, sex_number
from comity.register.names import Name, parse
from comity.register.spellings import spellings_of
from comity.register.vocabulary import sound_of

__all__ = ["Examined", "Query", "contradictions", "examine"]

Ints = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.int64]
#: Names of one question that are looked up.
MAX_ASKED = 12
_DATES_LOOKED_AT = 8
#: Names whose candidates are looked for together.
_TOGETHER = 8


class Query(msgspec.Struct, frozen=True, gc=False):
    """What is asked for; fields as in `comity.register.index.Entry`."""

    id: str
    schema: str
    names: tuple[str, ...]
    dates: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    sex: str = ""
    kinds: tuple[str, ...] = ()


class Examined(NamedTuple):
    """Rows for several questions; every array has one entry for each row."""

    query: npt.NDArray[np.int64]
    name: npt.NDArray[np.int64]
    entity: npt.NDArray[np.int64]
    features: Ints


def examine(index: NameIndex, queries: Sequence[Query]) -> Examined:
    """Find and compare candidates for each of `queries` (best a few dozen at a time)."""
    put = [
        (number, name)
        for number, query in enumerate(queries)
        for text in query.names[:MAX_ASKED]
        if (name := parse(text, person=kind_number(query.schema) == 0, joins=True)).units
    ]
    asked: list[Asked] = []
    for top in range(
        0, len(put), _TOGETHER
    ):  # as many as their counting leaves in the caches of the processor
        numbers, names_ = zip(*put[top : top + _TOGETHER], strict=True)
        nears = nearness_of(index, names_)
        found = find_names(index, names_, nears, partial(_agreement, index, queries, np.array(numbers)))
        asked += [one for one in map(Asked, numbers, names_, nears, found) if len(one.found)]
    if not asked:
        nothing = np.empty(0, np.int64)
        return Examined(nothing, nothing, nothing, np.empty((0, len(FEATURES)), np.int32))
    block = lay_out(index, asked)
    names = np.concatenate([one.found for one in asked])
    entities = index.columns["name_entity"].view()[names].astype(np.int64)
    question = np.array([one.question for one in asked])[block.row]
    facts = _facts(index, queries, asked, block, question, entities)
    aligned = align(block)
    features = features_of(
        aligned, facts, block.asked_weight, block.asked_kind, block.held_weight, block.held_kind
    )
    return Examined(question, names, entities, features)


def _agreement(
    index: NameIndex, queries: Sequence[Query], numbers: Numbers, of: Numbers, entities: Numbers
) -> Numbers:
    """Say how far some entities agree with what is asked besides the name: kind, date, country, sex, in that order."""
    question = numbers[of]
    agree = _kinds(index, queries, question, entities).astype(np.int64)
    agree = agree * 5 + _dates(index, queries, question, entities)
    agree = agree * 3 + _countries(index, queries, question, entities)
    return agree * 3 + _sexes(index, queries, question, entities)


def contradictions(index: NameIndex, query: Query, entities: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Tell for each of some entities whether it contradicts a question in kind, birth date and sex."""
    held, question = np.array(entities, np.int64), np.zeros(len(entities), np.int64)
    facts = (_kinds, _dates, _sexes)
    return np.array([fact(index, [query], question, held) == 0 for fact in facts], bool).T


def _kinds(index: NameIndex, queries: Sequence[Query], question: Numbers, entities: Numbers) -> Ints:
    asked = np.array([kind_number(query.schema) for query in queries])[question]
    held = index.columns["entity_kind"].view()[entities].astype(np.int32)
    unsaid = (held == 3) | (asked == 3)
    return np.where(unsaid, 1, np.where(held == asked, 2, 0)).astype(np.int32)


def _sexes(index: NameIndex, queries: Sequence[Query], question: Numbers, entities: Numbers) -> Ints:
    asked = np.array([sex_number(query.sex) for query in queries])[question]
    held = index.columns["entity_sex"].view()[entities]
    return np.where((held == 0) | (asked == 0), 1, np.where(held == asked, 2, 0)).astype(np.int32)


def _facts(
    index: NameIndex,
    queries: Sequence[Query],
    asked: list[Asked],
    block: Block,
    question: Numbers,
    entities: Numbers,
) -> Facts:
    columns = index.columns
    native = np.array([_is_native(one.name) for one in asked])[block.row]
    held_native = index.vocabulary.columns["native"].view()[block.tokens[0]]
    asked_kind = np.array([kind_number(query.schema) for query in queries])[question]
    aliases = _ends(columns["first_name"].view(), entities, len(columns["name_entity"]))
    return Facts(
        chance=np.full(len(entities), round(float(np.log2(index.live_names + 2)) * BIT), np.int32),
        scripts=held_native.astype(np.int32) * 2 + native,
        kinds=_kinds(index, queries, question, entities),
        person=(asked_kind == 0).astype(np.int32),
        date=_dates(index, queries, question, entities),
        country=_countries(index, queries, question, entities),
        sex=_sexes(index, queries, question, entities),
        whole=_whole(asked, block),
        aliases=np.minimum(aliases - columns["first_name"].view()[entities], 20).astype(np.int32),
    )


def _is_native(name: Name) -> bool:
    return any(script_of(unit.text) != "latin" for unit in name.units[: name.tokens])


def _ends(starts: Array, entities: Numbers, end: int) -> Numbers:
    """Give where the rows of some entities end: where those of the next begin."""
    after = starts[np.minimum(entities + 1, len(starts) - 1)].astype(np.int64)
    after[entities + 1 == len(starts)] = end
    return after


def _whole(asked: list[Asked], block: Block) -> Ints:
    """Compare the names written without spaces, in the order asked, and with the first or last token moved round."""
    parts, start = [], 0
    for one in asked:
        words = [sound_of(spellings_of(unit.text)[0])[1] for unit in one.name.units[: one.name.tokens]]
        ways = {"".join(words), "".join(words[1:] + words[:1]), "".join(words[-1:] + words[:-1])}
        end = start + len(one.found)
        table = process.cdist(
            sorted(ways), block.held_whole[start:end], scorer=Indel.normalized_similarity, dtype=np.float32
        )
        parts.append(table.max(axis=0))
        start = end
    whole: Ints = np.rint(np.concatenate(parts) * 1000).astype(np.int32)
    return whole


def _rows_of(index: NameIndex, first: str, all_: str, entities: Numbers, most: int) -> Ints:
    """Give up to `most` values of each entity, 0 where it has fewer."""
    starts, values = index.columns[first].view(), index.columns[all_].view()
    begin = starts[entities].astype(np.int64)
    end = _ends(starts, entities, len(values))
    at = begin[:, None] + np.arange(min(most, int((end - begin).max(initial=1)) or 1))
    if not len(values):
        return np.zeros(at.shape, np.int32)
    return np.where(at < end[:, None], values[np.minimum(at, len(values) - 1)], 0).astype(np.int32)


def _asked_rows(values: list[list[int]], question: Numbers) -> Ints:
    """Spread what each question says over its rows, 0 where it says less than another."""
    width = max(map(len, values))
    return np.array([row + [0] * (width - len(row)) for row in values], np.int32)[question]


def _dates(index: NameIndex, queries: Sequence[Query], question: Numbers, entities: Numbers) -> Ints:
    asked = [[n for text in query.dates[:_DATES_LOOKED_AT] if (n := date_number(text))] for query in queries]
    if not any(asked):
        return np.full(len(entities), 2, np.int32)
    held = _rows_of(index, "first_date", "dates", entities, _DATES_LOOKED_AT)
    year, month, day = held // 10000, held // 100 % 100, held % 100
    best = np.zeros(len(entities), np.int32)
    rows = _asked_rows(asked, question)
    for date in rows.T[:, :, None]:
        y, m, d = date // 10000, date // 100 % 100, date % 100
        same_year = year == y
        open_ = (month == 0) | (m == 0) | ((month == m) & ((day == 0) | (d == 0)))
        vague = ((month <= 1) & (day <= 1)) | ((m <= 1) & (d <= 1))
        swapped = same_year & (month == d) & (day == m)
        one_digit = (held % 10000 == date % 10000) & (d > 0) & _one_digit(year, y)
        near = same_year | swapped | (np.abs(year - y) == 1) | one_digit
        equal = (held == date) & (d > 0)
        level = np.where(equal, 4, np.where(same_year & (open_ | vague), 3, near.astype(np.int32)))
        best = np.maximum(best, np.where((held > 0) & (date > 0), level, 0).max(axis=1))
    unsaid = (held == 0).all(axis=1) | (rows == 0).all(axis=1)
    return np.where(unsaid, 2, best).astype(np.int32)


def _one_digit(years: Ints, year: Ints) -> npt.NDArray[np.bool_]:
    wrong = sum((years // ten % 10 != year // ten % 10).astype(np.int32) for ten in (1, 10, 100, 1000))
    return np.asarray(wrong == 1)


def _countries(index: NameIndex, queries: Sequence[Query], question: Numbers, entities: Numbers) -> Ints:
    asked = [[n for text in query.countries[:16] if (n := country_code(text))] for query in queries]
    if not any(asked):
        return np.full(len(entities), 1, np.int32)
    held = _rows_of(index, "first_country", "countries", entities, 16)
    rows = _asked_rows(asked, question)
    shared = ((held[:, :, None] == rows[:, None, :]) & (held > 0)[:, :, None]).any(axis=(1, 2))
    unsaid = (held == 0).all(axis=1) | (rows == 0).all(axis=1)
    return np.where(shared, 2, unsaid.astype(np.int32)).astype(np.int32)
