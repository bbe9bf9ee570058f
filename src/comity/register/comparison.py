"""Comparison: a name asked for laid beside the names found for it.

For every candidate: how alike each unit asked for is to each unit it holds, in thousandths, and how telling that is in
this register, in sixteenths of a bit; then an alignment that uses every token at most once. Whole numbers throughout,
so that the same question gives the same score on any machine.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from comity.register.candidates import Nearness, bits_of
from comity.register.index import NameIndex
from comity.register.likeness import likeness
from comity.register.names import MAX_TOKENS, Name
from comity.register.spellings import spellings_of
from comity.register.vocabulary import sound_of
from comity.register.words import Kind

__all__ = ["Aligned", "Laid", "align", "lay_beside"]

Ints = npt.NDArray[np.int32]

#: Below this a pair of units is no pair.
LEAST = 400
#: A joined reading asked for is compared only where some candidate has a unit at least this much like it.
_JOINED_LEAST = 720
#: An initial that fits counts as this much alike.
INITIAL = 620
#: Share of its rarity that a token's part in the name leaves it, in sixteenths.
_WEIGHT_OF_KIND = np.array([16, 4, 2, 2, 6, 16, 9, 10], np.int32)
_COVERS = ((np.arange(1 << MAX_TOKENS)[:, None] >> np.arange(MAX_TOKENS)) & 1).astype(bool)


class Laid(NamedTuple):
    """One name asked for and its candidates; `u` units asked for, `c` candidates, `k` units of each, padded."""

    names: npt.NDArray[np.int64]  # c
    unit_tokens: npt.NDArray[np.uint32]  # c, k
    asked_cover: Ints  # u
    asked_kind: Ints  # u
    asked_weight: Ints  # tokens: sixteenths of a bit
    asked_tokens: int
    cover: Ints  # c, k
    kind: Ints  # c, k
    weight: Ints  # c, k
    tokens: Ints  # c
    alike: Ints  # c, u, k: thousandths
    strict: Ints  # c, u, k: thousandths, by spelling alone
    bits: Ints  # c, u, k


def lay_beside(index: NameIndex, name: Name, near: list[Nearness], names: npt.NDArray[np.int64]) -> Laid:
    """Work out alikeness and rarity between the units of `name` and those of the candidate `names`."""
    columns, vocabulary = index.columns, index.vocabulary
    first_unit, all_tokens = columns["first_unit"].view(), columns["unit_token"].view()
    begin = first_unit[names]
    end = np.where(
        names + 1 < len(first_unit), first_unit[np.minimum(names + 1, len(first_unit) - 1)], len(all_tokens)
    )
    width = int((end - begin).max())
    at = begin[:, None] + np.arange(width)
    inside = at < end[:, None]
    np.minimum(at, len(all_tokens) - 1, out=at)
    tokens = all_tokens[at]
    cover = np.where(inside, columns["unit_cover"].view()[at], 0).astype(np.int32)
    kind = columns["unit_kind"].view()[at].astype(np.int32)
    tokens[~inside] = tokens[0, 0]
    distinct, place = np.unique(tokens, return_inverse=True)
    place = place.reshape(tokens.shape)
    alike, strict = _alike(index, name, distinct)
    rows = [row for row in range(len(name.units)) if row < name.tokens or alike[row].max() >= _JOINED_LEAST]
    units = [name.units[row] for row in rows]
    tables = np.zeros((3, len(rows), len(distinct) + 1), np.int32)
    tables[0, :, :-1], tables[1, :, :-1] = alike[rows], strict[rows]
    tables[2, :, :-1] = _bits([near[row] for row in rows], distinct)
    held = vocabulary.names_holding()[distinct].astype(np.int64)
    rarity = bits_of(held, index.live_names).astype(np.int32)
    weight = np.where(inside, rarity[place] * _WEIGHT_OF_KIND[kind] >> 4, 0).astype(np.int32)
    asked_kind = np.array([unit.kind for unit in name.units[: name.tokens]], np.int32)
    asked_rarity = np.array([around.rarity for around in near[: name.tokens]], np.int32)
    place[~inside] = len(distinct)
    laid = tables[:, :, place].transpose(0, 2, 1, 3)
    return Laid(
        names,
        tokens,
        np.array([unit.cover for unit in units], np.int32),
        asked_kind,
        asked_rarity * _WEIGHT_OF_KIND[asked_kind] >> 4,
        name.tokens,
        cover,
        kind,
        weight,
        columns["name_tokens"].view()[names].astype(np.int32),
        *laid,
    )


def _alike(index: NameIndex, name: Name, distinct: npt.NDArray[np.uint32]) -> tuple[Ints, Ints]:
    """Give likeness between units asked for (rows) and tokens (columns); a fitting initial counts as `INITIAL`."""
    asked = [[sound_of(spelling) for spelling in spellings_of(unit.text)] for unit in name.units]
    alike, strict = likeness(asked, index.sounds(distinct.tolist()))
    letters = index.vocabulary.columns["first_letter"].view()[distinct]
    short = index.vocabulary.columns["length"].view()[distinct] == 1
    any_short = short.any()
    for at, unit in enumerate(name.units[: name.tokens]):
        if unit.kind == Kind.INITIAL:
            first = ord(asked[at][0][0][0])
            alike[at] = np.where(letters == first, np.maximum(alike[at], INITIAL), alike[at])
        elif any_short:
            first = ord(asked[at][0][0][0])
            alike[at] = np.where(short & (letters == first), INITIAL, alike[at])
    return alike, strict


def _bits(near: list[Nearness], distinct: npt.NDArray[np.uint32]) -> Ints:
    """Give how telling each pair is: from the nearness where it is near, else half of what the least near says."""
    bits = np.zeros((len(near), len(distinct)), np.int32)
    for row, around in enumerate(near):
        if len(around.tokens):
            place = np.minimum(np.searchsorted(around.tokens, distinct), len(around.tokens) - 1)
            bits[row] = np.where(around.tokens[place] == distinct, around.bits[place], around.least >> 1)
    return bits


class Aligned(NamedTuple):
    """What the alignment found, for `c` candidates; sums over the pairs it made."""

    asked: Ints  # c, MAX_TOKENS: how alike the partner of each token asked for is
    asked_strict: Ints  # c, MAX_TOKENS
    held: Ints  # c, MAX_TOKENS: the same from the candidate's side
    pairs: Ints  # c
    evidence: Ints  # c: sixteenths of a bit
    initials: Ints  # c
    turns: Ints  # c: how often the order of the tokens steps back


def align(asked_cover: Ints, cover: Ints, alike: Ints, strict: Ints, bits: Ints) -> Aligned:
    """Pair units greedily, the most alike first, each token used once; all rows (candidates) at the same time."""
    rows = np.arange(len(alike))
    width = alike.shape[2]
    open_ = np.where(alike >= LEAST, alike, 0)
    # joined readings on both sides at once would pair the same letters twice as well: singles go first
    joined = (np.bitwise_count(asked_cover) > 1)[:, :, None] & (np.bitwise_count(cover) > 1)[:, None, :]
    open_[joined] = 0
    asked = np.zeros((len(rows), MAX_TOKENS), np.int32)
    asked_strict, held = asked.copy(), asked.copy()
    pairs, evidence, initials = (np.zeros(len(rows), np.int32) for _ in range(3))
    place = np.full((len(rows), MAX_TOKENS), -1, np.int32)
    flat = open_.reshape(len(rows), -1)
    for _ in range(MAX_TOKENS):
        best = flat.argmax(axis=1)
        value = flat[rows, best]
        if not value.any():
            break
        u, k = best // width, best % width
        got = value > 0
        mine, theirs = np.where(got, asked_cover[rows, u], 0), np.where(got, cover[rows, k], 0)
        mine_bits, theirs_bits = _COVERS[mine], _COVERS[theirs]
        asked += mine_bits * value[:, None]
        asked_strict += mine_bits * strict[rows, u, k][:, None]
        held += theirs_bits * value[:, None]
        pairs += got
        pair_bits = np.where(got, bits[rows, u, k], 0)
        evidence += pair_bits * value // 1000
        initials += got & (value == INITIAL)
        place = np.where(mine_bits, np.where(got, np.argmax(theirs_bits, axis=1), -1)[:, None], place)
        open_ *= ((asked_cover & mine[:, None]) == 0)[:, :, None]
        open_ *= ((cover & theirs[:, None]) == 0)[:, None, :]
    return Aligned(asked, asked_strict, held, pairs, evidence, initials, _turns(place))


def _turns(place: Ints) -> Ints:
    """Count how often the partners of successive tokens stand the other way round."""
    last = np.full(len(place), -1, np.int32)
    turns = np.zeros(len(place), np.int32)
    for token in range(MAX_TOKENS):
        here = place[:, token]
        turns += (here >= 0) & (here < last)
        last = np.where(here >= 0, here, last)
    return turns
