"""Examination: from a question to rows of features, one for each name of the register that is worth judging.

Many questions are examined together, because NumPy works best on long columns; one question alone gives the same rows.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Indel

from comity.register.candidates import BIT, find_names, nearness_of
from comity.register.characters import script_of
from comity.register.comparison import Laid, align, lay_beside
from comity.register.features import FEATURES, Facts, features_of
from comity.register.index import NameIndex, country_code, date_number, kind_number, sex_number
from comity.register.names import MAX_TOKENS, Name, parse
from comity.register.spellings import spellings_of
from comity.register.vocabulary import sound_of

__all__ = ["Examined", "Query", "examine"]

Ints = npt.NDArray[np.int32]
#: Names of one question that are looked up.
MAX_ASKED = 12
_DATES_LOOKED_AT = 8


class Query(msgspec.Struct, frozen=True, gc=False):
    """What is asked for; fields as in `comity.register.index.Entry`."""

    id: str
    schema: str
    names: tuple[str, ...]
    dates: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    sex: str = ""


class Examined(NamedTuple):
    """Rows for several questions; every array has one entry for each row."""

    query: npt.NDArray[np.int64]
    name: npt.NDArray[np.int64]
    entity: npt.NDArray[np.int64]
    features: Ints


def examine(index: NameIndex, queries: Sequence[Query]) -> Examined:
    """Find and compare candidates for each of `queries` (best a few dozen at a time)."""
    laid: list[Laid] = []
    facts: list[Facts] = []
    owners: list[int] = []
    for number, query in enumerate(queries):
        person = kind_number(query.schema) == 0
        for text in query.names[:MAX_ASKED]:
            name = parse(text, person=person, joins=True)
            if not name.units:
                continue
            near = nearness_of(index, name)
            names = find_names(index, name, near)
            if len(names):
                laid.append(lay_beside(index, name, near, names))
                facts.append(_facts(index, query, name, names, laid[-1]))
                owners.append(number)
    if not laid:
        nothing = np.empty(0, np.int64)
        return Examined(nothing, nothing, nothing, np.empty((0, len(FEATURES)), np.int32))
    names = np.concatenate([one.names for one in laid])
    return Examined(
        np.repeat(np.array(owners), [len(one.names) for one in laid]),
        names,
        index.columns["name_entity"].view()[names].astype(np.int64),
        _features(laid, Facts(*(np.concatenate(column) for column in zip(*facts, strict=True)))),
    )


def _features(laid: list[Laid], facts: Facts) -> Ints:
    """Stack the candidates of all questions into one block, align them, and state the features."""
    rows = sum(len(one.names) for one in laid)
    units = max(len(one.asked_cover) for one in laid)
    width = max(one.cover.shape[1] for one in laid)
    asked_cover, asked_kind = np.zeros((rows, units), np.int32), np.full((rows, MAX_TOKENS), -1, np.int32)
    asked_weight = np.zeros((rows, MAX_TOKENS), np.int32)
    cover, held_kind, held_weight = (
        np.zeros((rows, width), np.int32),
        np.full((rows, MAX_TOKENS), -1, np.int32),
        np.zeros((rows, MAX_TOKENS), np.int32),
    )
    alike, strict, bits = (np.zeros((rows, units, width), np.int32) for _ in range(3))
    top = 0
    for one in laid:
        end = top + len(one.names)
        u, k, t = len(one.asked_cover), one.cover.shape[1], one.asked_tokens
        asked_cover[top:end, :u] = one.asked_cover
        asked_kind[top:end, :t] = one.asked_kind[:t]
        asked_weight[top:end, :t] = one.asked_weight
        cover[top:end, :k] = one.cover
        single = np.arange(min(k, MAX_TOKENS)) < one.tokens[:, None]
        held_kind[top:end, : single.shape[1]] = np.where(single, one.kind[:, : single.shape[1]], -1)
        held_weight[top:end, : single.shape[1]] = np.where(single, one.weight[:, : single.shape[1]], 0)
        alike[top:end, :u, :k], strict[top:end, :u, :k], bits[top:end, :u, :k] = (
            one.alike,
            one.strict,
            one.bits,
        )
        top = end
    aligned = align(asked_cover, cover, alike, strict, bits)
    return features_of(aligned, facts, asked_weight, asked_kind, held_weight, held_kind)


def _facts(index: NameIndex, query: Query, name: Name, names: npt.NDArray[np.int64], laid: Laid) -> Facts:
    columns = index.columns
    entities = columns["name_entity"].view()[names].astype(np.int64)
    asked_native = any(script_of(unit.text) != "latin" for unit in name.units[: name.tokens])
    native = index.vocabulary.columns["native"].view()[laid.unit_tokens[:, 0]]
    asked_kind, held_kind = (
        kind_number(query.schema),
        columns["entity_kind"].view()[entities].astype(np.int32),
    )
    unsaid = (held_kind == 3) | (asked_kind == 3)
    rows = len(names)
    first_name = columns["first_name"].view()
    after = np.where(
        entities + 1 < len(first_name),
        first_name[np.minimum(entities + 1, len(first_name) - 1)],
        len(columns["name_entity"]),
    )
    return Facts(
        chance=np.full(rows, round(float(np.log2(index.live_names + 2)) * BIT), np.int32),
        scripts=native.astype(np.int32) * 2 + int(asked_native),
        kinds=np.where(unsaid, 1, np.where(held_kind == asked_kind, 2, 0)).astype(np.int32),
        person=np.full(rows, int(asked_kind == 0), np.int32),
        date=_dates(index, query, entities),
        country=_countries(index, query, entities),
        sex=_sexes(index, query, entities),
        whole=_whole(index, name, laid),
        aliases=np.minimum(after - first_name[entities], 20).astype(np.int32),
    )


def _whole(index: NameIndex, name: Name, laid: Laid) -> Ints:
    """Compare the names written without spaces, in the order asked, and with the first or last token moved round."""
    words = [sound_of(spellings_of(unit.text)[0])[1] for unit in name.units[: name.tokens]]
    ways = {"".join(words), "".join(words[1:] + words[:1]), "".join(words[-1:] + words[:-1])}
    width = laid.unit_tokens.shape[1]
    folds = [sounds[0][1] for sounds in index.sounds(laid.unit_tokens.ravel().tolist())]
    held = [
        "".join(folds[start : start + count])
        for start, count in zip(range(0, len(folds), width), laid.tokens.tolist(), strict=True)
    ]
    alike = process.cdist(sorted(ways), held, scorer=Indel.normalized_similarity, dtype=np.float32).max(
        axis=0
    )
    whole: Ints = np.rint(alike * 1000).astype(np.int32)
    return whole


def _rows_of(index: NameIndex, first: str, all_: str, entities: npt.NDArray[np.int64], most: int) -> Ints:
    """Give up to `most` values of each entity, 0 where it has fewer."""
    starts, values = index.columns[first].view(), index.columns[all_].view()
    begin = starts[entities].astype(np.int64)
    end = np.where(entities + 1 < len(starts), starts[np.minimum(entities + 1, len(starts) - 1)], len(values))
    at = begin[:, None] + np.arange(min(most, int((end - begin).max(initial=1)) or 1))
    inside = at < end[:, None]
    if not len(values):
        return np.zeros(at.shape, np.int32)
    return np.where(inside, values[np.minimum(at, len(values) - 1)], 0).astype(np.int32)


def _dates(index: NameIndex, query: Query, entities: npt.NDArray[np.int64]) -> Ints:
    asked = [number for text in query.dates[:_DATES_LOOKED_AT] if (number := date_number(text))]
    if not asked:
        return np.full(len(entities), 2, np.int32)
    held = _rows_of(index, "first_date", "dates", entities, _DATES_LOOKED_AT)
    best = np.where((held > 0).any(axis=1), 0, 2).astype(np.int32)
    year, month, day = held // 10000, held // 100 % 100, held % 100
    for date in asked:
        y, m, d = date // 10000, date // 100 % 100, date % 100
        same_year = year == y
        open_ = (month == 0) | (m == 0) | ((month == m) & ((day == 0) | (d == 0)))
        vague = ((month <= 1) & (day <= 1)) | (m <= 1 and d <= 1)
        equal = (held == date) & (d > 0)
        swapped = same_year & (month == d) & (day == m)
        year_off = (np.abs(year - y) == 1) | ((held % 10000 == date % 10000) & (d > 0) & _one_digit(year, y))
        level = np.where(
            equal, 4, np.where(same_year & (open_ | vague), 3, np.where(same_year | swapped | year_off, 1, 0))
        )
        best = np.where(
            (held > 0).any(axis=1), np.maximum(best, np.where(held > 0, level, 0).max(axis=1)), best
        )
    return best.astype(np.int32)


def _one_digit(years: Ints, year: int) -> npt.NDArray[np.bool_]:
    wrong = sum((years // ten % 10 != year // ten % 10).astype(np.int32) for ten in (1, 10, 100, 1000))
    return np.asarray(wrong == 1)


def _countries(index: NameIndex, query: Query, entities: npt.NDArray[np.int64]) -> Ints:
    asked = [code for text in query.countries if (code := country_code(text))]
    if not asked:
        return np.full(len(entities), 1, np.int32)
    held = _rows_of(index, "first_country", "countries", entities, 16)
    shared = np.isin(held, asked).any(axis=1)
    return np.where(shared, 2, np.where((held > 0).any(axis=1), 0, 1)).astype(np.int32)


def _sexes(index: NameIndex, query: Query, entities: npt.NDArray[np.int64]) -> Ints:
    asked = sex_number(query.sex)
    held = index.columns["entity_sex"].view()[entities]
    return np.where((held == 0) | (asked == 0), 1, np.where(held == asked, 2, 0)).astype(np.int32)
