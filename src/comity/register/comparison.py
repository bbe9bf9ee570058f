"""Comparison: names asked for laid beside the names found for them.

For every candidate: how alike each unit asked for is to each unit it holds, in thousandths, and how telling that is in
this register, in sixteenths of a bit; then an alignment that uses every token at most once. Whole numbers throughout,
so that the same question gives the same score on any machine. Many questions are laid out in one block, because NumPy
works best on long columns.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from comity.register.candidates import Nearness, bits_of
from comity.register.index import NameIndex
from comity.register.likeness import likeness
from comity.register.names import MAX_TOKENS, Name
from comity.register.spellings import spellings_of
from comity.register.vocabulary import Sound, sound_of
from comity.register.words import Kind

__all__ = ["Aligned", "Asked", "Block", "align", "lay_out"]

Ints = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.int64]
Shorts = npt.NDArray[np.int16]

#: Below this a pair of units is no pair.
LEAST = 400
#: A joined reading asked for is compared only where some candidate has a unit at least this much like it.
_JOINED_LEAST = 720
#: An initial that fits counts as this much alike.
INITIAL = 620
#: Units up to which a row counts as narrow.
_FEW = 5
#: Share of its rarity that a token's part in the name leaves it, in sixteenths.
_WEIGHT_OF_KIND = np.array([16, 4, 2, 2, 6, 16, 9, 10], np.int32)
_COVERS = ((np.arange(1 << MAX_TOKENS)[:, None] >> np.arange(MAX_TOKENS)) & 1).astype(bool)


class Asked(NamedTuple):
    """One name asked for, what is near it, and the numbers of the names found for it."""

    question: int
    name: Name
    near: list[Nearness]
    found: Numbers


class Block(NamedTuple):
    """All candidates of several names asked for: `r` rows, `u` units asked for, `k` units held, padded.

    Attributes:
        row: for each row the place of its name among those asked for.
        tokens: held, all units; `r`, `k`.
        asked_cover, cover: which tokens a unit stands for; `r`, `u` and `r`, `k`.
        asked_kind, held_kind: parts the tokens play, -1 where there is none; `r`, `MAX_TOKENS`.
        asked_weight, held_weight: what the tokens weigh; `r`, `MAX_TOKENS`.
        held_whole: the candidate's tokens, folded, written as one word; `r`.
        alike, strict, bits: of each pair of units; `r`, `u`, `k`.
    """

    row: Numbers
    tokens: npt.NDArray[np.uint32]
    asked_cover: Ints
    asked_kind: Ints
    asked_weight: Ints
    cover: Ints
    held_kind: Ints
    held_weight: Ints
    held_whole: list[str]
    alike: Shorts
    strict: Shorts
    bits: Shorts


def lay_out(index: NameIndex, asked: list[Asked]) -> Block:
    """Work out alikeness and rarity between the units of each name asked for and those of its candidates."""
    columns, vocabulary = index.columns, index.vocabulary
    names = np.concatenate([one.found for one in asked])
    row = np.repeat(np.arange(len(asked)), [len(one.found) for one in asked])
    first_unit, unit_token = columns["first_unit"].view(), columns["unit_token"].view()
    begin = first_unit[names]
    end = first_unit[np.minimum(names + 1, len(first_unit) - 1)]
    end = np.where(names + 1 == len(first_unit), len(unit_token), end)
    at = begin[:, None] + np.arange(int((end - begin).max()))
    inside = at < end[:, None]
    np.minimum(at, len(unit_token) - 1, out=at)
    tokens = unit_token[at]
    kind = columns["unit_kind"].view()[at].astype(np.int32)
    # every question has its own columns in the tables, one for each token among its candidates
    distinct, place = np.unique((row[:, None] << 32 | tokens)[inside], return_inverse=True)
    columns_of = np.searchsorted(distinct >> 32, np.arange(len(asked) + 1)).tolist()
    distinct &= 0xFFFFFFFF
    where = np.full(tokens.shape, len(distinct))
    where[inside] = place
    sounds = index.sounds(distinct.tolist())
    covers, tables = _tables(index, asked, distinct, columns_of, sounds)
    rarity = bits_of(np.append(vocabulary.names_holding()[distinct], 1).astype(np.int64), index.live_names)
    held_tokens = columns["name_tokens"].view()[names].astype(np.int32)
    width = min(tokens.shape[1], MAX_TOKENS)
    single = np.arange(width) < held_tokens[:, None]
    held_kind = np.where(single, kind[:, :width], -1)
    held_weight = np.where(single, rarity[where[:, :width]] * _WEIGHT_OF_KIND[kind[:, :width]] >> 4, 0)
    asked_kind, asked_weight = _tokens_asked(asked)
    alike, strict, bits = tables[:, :, where].transpose(0, 2, 1, 3)
    return Block(
        row,
        tokens,
        covers[row],
        asked_kind[row],
        asked_weight[row],
        np.where(inside, columns["unit_cover"].view()[at], 0).astype(np.int32),
        held_kind.astype(np.int32),
        held_weight.astype(np.int32),
        _written_whole(sounds, np.where(single, where[:, :width], len(distinct))),
        alike,
        strict,
        bits,
    )


def _written_whole(sounds: list[list[Sound]], where: Numbers) -> list[str]:
    """Write the tokens of each row as one word; the place after the last sound is nothing."""
    folds = np.array([*(sound[0][1] for sound in sounds), ""], object)
    return ["".join(row) for row in folds[where].tolist()]


def _tokens_asked(asked: list[Asked]) -> tuple[Ints, Ints]:
    """Give the kinds and weights of the tokens of every name asked for, padded."""
    kinds = np.full((len(asked), MAX_TOKENS), -1, np.int32)
    rarity = np.zeros((len(asked), MAX_TOKENS), np.int32)
    for at, one in enumerate(asked):
        count = one.name.tokens
        kinds[at, :count] = [unit.kind for unit in one.name.units[:count]]
        rarity[at, :count] = [around.rarity for around in one.near[:count]]
    return kinds, rarity * _WEIGHT_OF_KIND[kinds] * (kinds >= 0) >> 4


def _tables(
    index: NameIndex, asked: list[Asked], distinct: Numbers, columns_of: list[int], sounds: list[list[Sound]]
) -> tuple[Ints, Shorts]:
    """Fill one table each for likeness, likeness by spelling and bits: units asked for by columns; one column of 0.

    Returns:
        covers of the units kept (joined readings like nothing held are left out), and the tables.
    """
    most = max(len(one.name.units) for one in asked)
    tables = np.zeros((3, most, len(distinct) + 1), np.int16)
    covers = np.zeros((len(asked), most), np.int32)
    letters = index.vocabulary.columns["first_letter"].view()[distinct]
    short = index.vocabulary.columns["length"].view()[distinct] == 1
    deepest = 1
    for at, one in enumerate(asked):
        span = slice(columns_of[at], columns_of[at + 1])
        ways = [[sound_of(spelling) for spelling in spellings_of(unit.text)] for unit in one.name.units]
        alike, strict = likeness(ways, sounds[span])
        _initials(one.name, alike, letters[span], short[span], ways)
        count = one.name.tokens
        kept = list(range(count))
        if len(alike) > count:
            best = alike[count:].max(axis=1)
            kept += [row for row in range(count, len(alike)) if best[row - count] >= _JOINED_LEAST]
        depth = len(kept)
        deepest = max(deepest, depth)
        tables[0, :depth, span], tables[1, :depth, span] = alike[kept], strict[kept]
        tables[2, :depth, span] = _bits([one.near[row] for row in kept], distinct[span])
        covers[at, :depth] = [one.name.units[row].cover for row in kept]
    return covers[:, :deepest], tables[:, :deepest]


def _initials(
    name: Name, alike: Ints, letters: Ints, short: npt.NDArray[np.bool_], ways: list[list[Sound]]
) -> None:
    """Let an initial that fits count as `INITIAL`, whichever side it stands on."""
    any_short = bool(short.any())
    for at, unit in enumerate(name.units[: name.tokens]):
        if unit.kind == Kind.INITIAL:
            fits = letters == ord(ways[at][0][0][0])
            alike[at] = np.where(fits, np.maximum(alike[at], INITIAL), alike[at])
        elif any_short:
            alike[at] = np.where(short & (letters == ord(ways[at][0][0][0])), INITIAL, alike[at])


def _bits(near: list[Nearness], distinct: Numbers) -> Ints:
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


def align(block: Block) -> Aligned:
    """Pair units greedily, the most alike first, each token used once; all rows (candidates) at the same time.

    Rows of few units, which are most, go apart from the others, so that they are not padded to the widest.
    """
    asked_units, units = (block.asked_cover > 0).sum(axis=1), (block.cover > 0).sum(axis=1)
    few = (asked_units <= _FEW) & (units <= _FEW)
    parts = [rows for rows in (np.flatnonzero(few), np.flatnonzero(~few)) if len(rows)]
    found = []
    for rows in parts:
        u, k = int(asked_units[rows].max()), int(units[rows].max())
        found.append(
            _align(
                block.asked_cover[rows, :u],
                block.cover[rows, :k],
                block.alike[rows, :u, :k],
                block.strict[rows, :u, :k],
                block.bits[rows, :u, :k],
            )
        )
    back = np.argsort(np.concatenate(parts))
    return Aligned(*(np.concatenate(columns)[back] for columns in zip(*found, strict=True)))


def _align(asked_cover: Ints, cover: Ints, alike: Shorts, strict: Shorts, bits: Shorts) -> Aligned:
    rows = np.arange(len(alike))
    width = alike.shape[2]
    # contiguous, because `flat` below must be a view of it
    open_ = np.ascontiguousarray(np.where(alike >= LEAST, alike, np.int16(0)))
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
        value = flat[rows, best].astype(np.int32)
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
