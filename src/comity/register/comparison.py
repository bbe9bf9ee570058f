"""Comparison: names asked for laid beside the names found for them.

For every candidate: how alike each unit asked for is to each unit it holds, in thousandths, and how telling that is in
this register, in sixteenths of a bit; then an alignment that uses every token at most once. Whole numbers throughout,
so that the same question gives the same score on any machine. Many questions are laid out in one block, with the
candidates as the last axis of every array: NumPy works best along the longest one.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from comity.register.candidates import Nearness, bits_of
from comity.register.index import NameIndex
from comity.register.likeness import likeness
from comity.register.names import MAX_TOKENS, MAX_UNITS, Name
from comity.register.spellings import spellings_of
from comity.register.vocabulary import Sounds, sounds_of
from comity.register.words import Kind

__all__ = ["Aligned", "Asked", "Block", "align", "lay_out"]

Ints = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.int64]

#: Below this a pair of units is no pair.
LEAST = 400
#: A joined reading asked for is compared only where some candidate has a unit at least this much like it.
_JOINED_LEAST = 720
#: An initial that fits counts as this much alike.
INITIAL = 620
#: Units up to which a candidate counts as narrow.
_FEW = 5
#: Candidates from which it pays to pair narrow and wide ones apart.
_WORTH_PARTING = 256
#: Share of its rarity that a token's part in the name leaves it, in sixteenths.
_WEIGHT_OF_KIND = np.array([16, 4, 2, 2, 6, 16, 9, 10], np.int32)
#: Bits that number the pairs of units of one candidate.
_CELL_BITS = 8
assert MAX_UNITS * MAX_UNITS <= 1 << _CELL_BITS
#: The first token that a cover stands for.
_FIRST_OF = np.array([(cover & -cover).bit_length() - 1 for cover in range(1 << MAX_TOKENS)], np.int32)


class Asked(NamedTuple):
    """One name asked for, what is near it, and the numbers of the names found for it."""

    question: int
    name: Name
    near: list[Nearness]
    found: Numbers


class Near(NamedTuple):
    """How telling it is to be near the units of all names asked for: `bits` of `keys` (unit and token, in order)."""

    keys: Numbers
    bits: Numbers
    far: Numbers  # of each unit: how telling a likeness is that is not among them
    first: Numbers  # of each name asked for: the number of its first unit


class Block(NamedTuple):
    """All candidates of several names asked for: `r` of them, `u` units asked for, `k` units held, padded.

    Attributes:
        row: for each candidate the place of its name among those asked for.
        tokens: held, all units; `k`, `r`.
        where: their columns in the tables; `k`, `r`.
        asked_cover, cover: which tokens a unit stands for; `u`, `r` and `k`, `r`.
        asked_kind, held_kind: parts the tokens play, -1 where there is none; tokens, `r`.
        asked_weight, held_weight: what the tokens weigh; tokens, `r`.
        held_whole: the candidate's tokens, folded, written as one word; `r`.
        alike, strict: tables of units asked for by tokens held.
        near: how telling a pair is.
    """

    row: Numbers
    tokens: npt.NDArray[np.uint32]
    where: Numbers
    asked_cover: Ints
    asked_kind: Ints
    asked_weight: Ints
    cover: Ints
    held_kind: Ints
    held_weight: Ints
    held_whole: list[str]
    alike: Ints
    strict: Ints
    near: Near


def lay_out(index: NameIndex, asked: list[Asked]) -> Block:
    """Work out alikeness and rarity between the units of each name asked for and those of its candidates."""
    columns, vocabulary = index.columns, index.vocabulary
    names = np.concatenate([one.found for one in asked])
    row = np.arange(len(asked)).repeat([len(one.found) for one in asked])
    first_unit, unit_token = columns["first_unit"].view(), columns["unit_token"].view()
    begin = first_unit[names]
    end = first_unit[np.minimum(names + 1, len(first_unit) - 1)]
    end[names + 1 == len(first_unit)] = len(unit_token)
    at = begin + np.arange(int((end - begin).max()))[:, None]
    inside = at < end
    np.minimum(at, len(unit_token) - 1, out=at)
    tokens = unit_token[at]
    # every question has its own columns in the tables, one for each token among its candidates
    distinct, place = np.unique((row << 32 | tokens)[inside], return_inverse=True)
    columns_of = (distinct >> 32).searchsorted(np.arange(len(asked) + 1)).tolist()
    distinct &= 0xFFFFFFFF
    where = np.full(tokens.shape, len(distinct))
    where[inside] = place
    sounds = vocabulary.sounds(distinct)
    covers, alike, strict, near = _tables(index, asked, distinct, columns_of, sounds)
    rarity = bits_of(np.append(vocabulary.names_holding()[distinct], 1).astype(np.int64), index.live_names)
    held_tokens = columns["name_tokens"].view()[names]
    width = int(held_tokens.max())
    single = np.arange(width)[:, None] < held_tokens
    kind = columns["unit_kind"].view()[at[:width]].astype(np.int32)
    held_weight = np.where(single, rarity[where[:width]] * _WEIGHT_OF_KIND[kind] >> 4, 0)
    asked_kind, asked_weight = _tokens_asked(asked)
    return Block(
        row,
        tokens,
        where,
        covers.take(row, axis=1),
        asked_kind.take(row, axis=1),
        asked_weight.take(row, axis=1),
        np.where(inside, columns["unit_cover"].view()[at], 0).astype(np.int32),
        np.where(single, kind, np.int32(-1)),
        held_weight.astype(np.int32),
        _written_whole(sounds, where[:width].T[single.T], held_tokens),
        alike,
        strict,
        near,
    )


def _written_whole(sounds: Sounds, where: Numbers, sizes: npt.NDArray[np.uint8]) -> list[str]:
    """Write the tokens of each candidate as one word; they come one candidate after another."""
    folds = sounds.folded
    words = [folds[at] for at in sounds.starts[where].tolist()]
    ends = sizes.cumsum(dtype=np.int64).tolist()
    return ["".join(words[a:b]) for a, b in pairwise([0, *ends])]


def _tokens_asked(asked: list[Asked]) -> tuple[Ints, Ints]:
    """Give the kinds and weights of the tokens of every name asked for, padded."""
    most = max(one.name.tokens for one in asked)
    kinds = np.full((most, len(asked)), -1, np.int32)
    rarity = np.zeros((most, len(asked)), np.int32)
    for at, one in enumerate(asked):
        count = one.name.tokens
        kinds[:count, at] = [unit.kind for unit in one.name.units[:count]]
        rarity[:count, at] = [around.rarity for around in one.near[:count]]
    return kinds, rarity * _WEIGHT_OF_KIND[kinds] * (kinds >= 0) >> 4


def _tables(
    index: NameIndex, asked: list[Asked], distinct: Numbers, columns_of: list[int], sounds: Sounds
) -> tuple[Ints, Ints, Ints, Near]:
    """Fill one table each for likeness and likeness by spelling: units asked for by columns, the last column 0.

    Returns:
        covers of the units kept (joined readings like nothing held are left out), the tables, and what is near.
    """
    most = max(len(one.name.units) for one in asked)
    tables = np.zeros((2, most, len(distinct) + 1), np.int32)
    covers = np.zeros((most, len(asked)), np.int32)
    letters = index.vocabulary.columns["first_letter"].view()[distinct]
    short = index.vocabulary.columns["length"].view()[distinct] == 1
    first_spelling = np.append(sounds.starts, len(sounds.folded))[columns_of].tolist()
    nears: list[Nearness] = []
    first_near = []
    for at, one in enumerate(asked):
        span = slice(columns_of[at], columns_of[at + 1])
        of = slice(first_spelling[at], first_spelling[at + 1])
        held = Sounds(sounds.spelled[of], sounds.folded[of], sounds.bones[of], sounds.starts[span] - of.start)
        ways = sounds_of([spellings_of(unit.text) for unit in one.name.units])
        alike, strict = likeness(ways, held)
        _initials(one.name, alike, letters[span], short[span], ways)
        count = one.name.tokens
        kept = list(range(count))
        if len(alike) > count:
            best = alike[count:].max(axis=1).tolist()
            kept += [row for row, most_alike in enumerate(best, count) if most_alike >= _JOINED_LEAST]
            alike, strict = alike[kept], strict[kept]
        depth = len(kept)
        tables[0, :depth, span], tables[1, :depth, span] = alike, strict
        covers[:depth, at] = [one.name.units[row].cover for row in kept]
        first_near.append(len(nears))
        nears += [one.near[row] for row in kept]
    deepest = int((covers > 0).sum(axis=0).max())
    return covers[:deepest], tables[0, :deepest], tables[1, :deepest], _near(nears, first_near)


def _initials(name: Name, alike: Ints, letters: Ints, short: npt.NDArray[np.bool_], ways: Sounds) -> None:
    """Let an initial that fits count as `INITIAL`, whichever side it stands on."""
    any_short = bool(short.any())
    for at, unit in enumerate(name.units[: name.tokens]):
        if unit.kind == Kind.INITIAL or any_short:
            fits = letters == ord(ways.spelled[int(ways.starts[at])][0])
            if unit.kind == Kind.INITIAL:
                alike[at] = np.where(fits, np.maximum(alike[at], INITIAL), alike[at])
            else:
                alike[at, short & fits] = INITIAL


def _near(nears: list[Nearness], first: list[int]) -> Near:
    """Put what is near some units together; what is not counts for half of what the least near says."""
    sizes = [len(around.tokens) for around in nears]
    unit = np.arange(len(nears)).repeat(sizes)
    return Near(
        unit << 32 | np.concatenate([around.tokens for around in nears]),
        np.concatenate([around.bits for around in nears]),
        np.array([around.least >> 1 if len(around.tokens) else 0 for around in nears]),
        np.array(first),
    )


class Aligned(NamedTuple):
    """What the alignment found, for `r` candidates; sums over the pairs it made."""

    asked: Ints  # tokens asked for, r: how alike the partner of each is
    asked_strict: Ints  # tokens asked for, r
    held: Ints  # tokens held, r: the same from the candidate's side
    pairs: Ints  # r
    evidence: Ints  # r: sixteenths of a bit
    initials: Ints  # r
    turns: Ints  # r: how often the order of the tokens steps back


def align(block: Block) -> Aligned:
    """Pair units greedily, the most alike first, each token used once; all candidates at the same time.

    Candidates of few units, which are most, go apart from the others, so that they are not padded to the widest.
    """
    count = len(block.row)
    asked_units, units = (block.asked_cover > 0).sum(axis=0), (block.cover > 0).sum(axis=0)
    few = (asked_units <= _FEW) & (units <= _FEW)
    parts = [few.nonzero()[0], (~few).nonzero()[0]] if count > _WORTH_PARTING else [np.arange(count)]
    tokens, held_tokens = len(block.asked_kind), len(block.held_kind)
    asked = np.zeros((2, tokens, count), np.int32)
    held = np.zeros((held_tokens, count), np.int32)
    sums = np.zeros((4, count), np.int32)
    for part in parts:
        if len(part):
            pairs = _pair(block, part, int(asked_units[part].max()), int(units[part].max()))
            mine, theirs = _tokens_of(pairs.mine, tokens), _tokens_of(pairs.theirs, held_tokens)
            asked[0][:, part] = np.add.reduce(mine * pairs.value[:, None])
            asked[1][:, part] = np.add.reduce(mine * pairs.strict[:, None])
            held[:, part] = np.add.reduce(theirs * pairs.value[:, None])
            sums[0, part] = np.add.reduce(pairs.value > 0)
            sums[1, part] = np.add.reduce(pairs.bits * pairs.value // 1000)
            sums[2, part] = np.add.reduce(pairs.value == INITIAL)
            sums[3, part] = _turns(np.add.reduce(mine * (_FIRST_OF[pairs.theirs] + 1)[:, None]))
    return Aligned(asked[0], asked[1], held, *sums)


def _tokens_of(covers: Ints, tokens: int) -> Ints:
    """Give for each pair which tokens its unit stands for: rounds, tokens, r."""
    return covers[:, None] >> np.arange(tokens, dtype=np.int32)[:, None] & 1


class _Pairs(NamedTuple):
    """The pairs made, one of each candidate a round, 0 where there was none left; all: rounds, r."""

    mine: Ints  # cover of the unit asked for
    theirs: Ints
    value: Ints
    strict: Ints
    bits: Numbers


def _pair(block: Block, part: Numbers, u: int, k: int) -> _Pairs:
    whole = len(part) == len(block.row)
    where, cover, asked_cover = block.where[:k], block.cover[:k], block.asked_cover[:u]
    if not whole:
        where = where.take(part, axis=1)
        cover, asked_cover = cover.take(part, axis=1), asked_cover.take(part, axis=1)
    # likeness and place in one number, so that the greatest is the most alike and, of equals, the first
    cell = np.arange(u * k - 1, -1, -1, dtype=np.int32).reshape(u, k, 1)
    alike = block.alike[:u].take(where, axis=1)
    open_ = alike << _CELL_BITS
    open_ |= cell
    open_ *= alike >= LEAST
    # joined readings on both sides at once would pair the same letters twice as well: singles go first
    asked_joined, joined = (asked_cover & (asked_cover - 1)) > 0, (cover & (cover - 1)) > 0
    if asked_joined.any() and joined.any():
        open_[asked_joined[:, None] & joined] = 0
    flat = open_.reshape(u * k, -1)
    row = np.arange(len(part))
    rounds = []
    for _ in range(MAX_TOKENS):
        best = np.maximum.reduce(flat, axis=0)
        if not best.any():
            break
        i, j = np.divmod((u * k - 1) - (best & ((1 << _CELL_BITS) - 1)), k)
        got = best > 0
        mine, theirs = asked_cover[i, row] * got, cover[j, row] * got
        rounds.append((best, i, j, mine, theirs))
        open_ *= ((asked_cover & mine) == 0)[:, None]
        open_ *= (cover & theirs) == 0
    if not rounds:
        nothing = np.zeros((1, len(part)), np.int32)
        return _Pairs(nothing, nothing, nothing, nothing, nothing.astype(np.int64))
    best, i, j, mine, theirs = (np.array(column) for column in zip(*rounds, strict=True))
    column = where[j, row]
    return _Pairs(
        mine,
        theirs,
        best >> _CELL_BITS,
        block.strict[i, column],
        _telling(block, block.row[part], i, block.tokens[j, part]),
    )


def _telling(block: Block, row: Numbers, unit: Ints, token: npt.NDArray[np.uint32]) -> Numbers:
    """Give how telling pairs are: from the nearness where they are near, else half of what the least near says."""
    near = block.near
    of = np.minimum(near.first[row] + unit, len(near.far) - 1)
    bits: Numbers = near.far[of]
    if len(near.keys):
        key = of << 32 | token
        at = np.minimum(near.keys.searchsorted(key), len(near.keys) - 1)
        bits = np.where(near.keys[at] == key, near.bits[at], bits)
    return bits


def _turns(partners: Ints) -> Ints:
    """Count how often the partners of successive tokens (counted from 1, 0 for none) stand the other way round."""
    last = partners[0]
    turns = np.zeros(len(last), np.int32)
    for here in partners[1:]:
        turns += (here > 0) & (here < last)
        last = np.where(here > 0, here, last)
    return turns
