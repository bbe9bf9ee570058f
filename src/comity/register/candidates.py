"""Candidates: the few names of the register that are worth comparing with a name asked for.

Each unit of the name asked for calls the tokens near it; each such token calls the names that hold it, with a credit
in bits: how rare it is in this register to be that near. Rare and near counts most. The names with the most credit are
compared in full; where a name has more bearers than that, those that agree in kind, date, country and sex go first.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from comity.register.index import NameIndex
from comity.register.likeness import fold_likeness
from comity.register.names import Name, Unit
from comity.register.spellings import JOINT, spellings_of
from comity.register.words import Kind

__all__ = ["CANDIDATES", "Nearness", "find_names", "nearness_of"]

#: Names compared in full for one name asked for.
CANDIDATES = 40
#: Postings read for one name, the most telling tokens first: bounds the cost of a name made of common words.
POSTINGS = 6_000
#: Tokens called for one name, the most telling first.
TOKENS = 80

Numbers = npt.NDArray[np.int64]
#: How many times `CANDIDATES` are looked at again, with the number of their tokens.
_SHORT_LIST = 8
#: What a token more or less costs, in sixteenths of a bit.
_PER_TOKEN = 24
#: Texts whose nearness is remembered.
_REMEMBERED = 20_000
_ALL_BUT_EQUAL = 85
#: Bits are counted in sixteenths.
BIT = 16


class Nearness(NamedTuple):
    """The tokens near one unit, in rising order of their numbers."""

    tokens: Numbers
    holders: Numbers  # how many names hold each
    bits: Numbers  # how telling it is to be that near, in sixteenths of a bit
    credit: Numbers  # bits, less what likeness leaves open
    least: int  # bits of the least near
    rarity: int  # how rare the unit itself is, by the names holding it or something all but equal to it


def bits_of(holders: Numbers, live_names: int) -> Numbers:
    """Give how telling it is to be one of `holders` names among all, in sixteenths of a bit, never below zero."""
    share = np.log2((live_names + 2) / (holders + 1.0))
    bits: Numbers = np.maximum(np.rint(share * BIT), 0).astype(np.int64)
    return bits


def nearness_of(index: NameIndex, names: Sequence[Name]) -> list[list[Nearness]]:
    """Work out for every unit of some names the tokens near it."""
    known = index.nearness
    if len(known) > _REMEMBERED:
        known.clear()
    asked = [[(unit.text, _way_of(index, name, unit)) for unit in name.units] for name in names]
    seek = []
    for key in dict.fromkeys(chain.from_iterable(asked)):
        if key not in known:
            if key[1] is Way.ITSELF:
                known[key] = _itself(index, key[0])
            else:
                seek.append(key)
    if seek:
        known.update(zip(seek, _near(index, seek), strict=True))
    return [[known[key] for key in keys] for keys in asked]


class Way(IntEnum):
    """How the neighbourhood of a unit is looked for."""

    TOKEN = 0
    JOINED = 1  # only close neighbours
    ITSELF = 2  # nothing but the very word


_ALONE = frozenset({Kind.PARTICLE, Kind.LEGAL, Kind.TITLE, Kind.INITIAL, Kind.NUMBER})


def _way_of(index: NameIndex, name: Name, unit: Unit) -> Way:
    """Small words, forms and numbers are what they are; a joined reading of known words was hardly cut by mistake."""
    if unit.cover & (unit.cover - 1) == 0:
        return Way.ITSELF if unit.kind in _ALONE else Way.TOKEN
    if (
        JOINT in unit.text
    ):  # that its words are known in their own script says nothing of how they are written in Latin
        return Way.JOINED
    parts = (part for at, part in enumerate(name.units[: name.tokens]) if unit.cover >> at & 1)
    return Way.ITSELF if all(index.is_word(part.text) for part in parts) else Way.JOINED


def _near(index: NameIndex, seek: list[tuple[str, Way]]) -> Iterator[Nearness]:
    spelled = [spellings_of(text) for text, _ in seek]
    joined = (way is Way.JOINED for _, way in seek)
    unit, tokens, alike = index.vocabulary.near(list(zip(spelled, joined, strict=True)))
    holders = index.vocabulary.names_holding()[tokens].astype(np.int64)
    bounds = unit.searchsorted(np.arange(len(spelled) + 1))
    sounds = index.vocabulary.sounds(tokens)
    ends = bounds.tolist()
    first = np.append(sounds.starts, len(sounds.folded))[bounds].tolist()
    likes = [
        fold_likeness(ways, sounds.folded[first[at] : first[at + 1]], sounds.starts[a:b] - first[at])
        for at, (ways, (a, b)) in enumerate(zip(spelled, pairwise(ends), strict=True))
        if a < b
    ]
    like = (np.concatenate(likes) * 1000).astype(np.int64) if likes else tokens
    # how many names are at least that near: tokens level with each other share the count of all of them
    reached = np.append(0, holders.cumsum())
    level = unit * 128 + 100 - alike
    at_least = reached[level.searchsorted(level, side="right")] - reached[bounds[unit]]
    bits = bits_of(at_least, index.live_names)
    credit = bits * like * like // 1_000_000
    equal = np.bincount(unit, holders * (alike >= _ALL_BUT_EQUAL), len(spelled)).astype(np.int64)
    rarity = bits_of(equal, index.live_names).tolist()
    order = (unit << 32 | tokens).argsort()
    least = bits[np.maximum(bounds[1:] - 1, 0)].tolist() if len(bits) else [0] * len(spelled)
    tokens, holders, sorted_bits, credit = tokens[order], holders[order], bits[order], credit[order]
    for at, (a, b) in enumerate(pairwise(ends)):
        yield Nearness(tokens[a:b], holders[a:b], sorted_bits[a:b], credit[a:b], least[at], rarity[at])


def _itself(index: NameIndex, text: str) -> Nearness:
    """Give the nearness of a text to nothing but itself."""
    held = index.vocabulary.names_holding()
    number = index.vocabulary.number(text)
    tokens = np.array([number] if number >= 0 and held[number] > 0 else [], np.int64)
    holders = held[tokens].astype(np.int64)
    bits = bits_of(holders, index.live_names)
    rarity = int(bits[0]) if len(bits) else int(bits_of(np.zeros(1, np.int64), index.live_names)[0])
    return Nearness(tokens, holders, bits, bits, rarity, rarity)


#: Words worth this much call whoever holds them, even where nearly everybody does and it says nothing.
_CALLS = 10
_WORTH = {Kind.PARTICLE: 3, Kind.LEGAL: 2, Kind.TITLE: 3, Kind.INITIAL: 0, Kind.GENERIC: 10}


Agreement = Callable[[Numbers, Numbers], Numbers]
"""Given numbers of names asked for and of entities: how far what else is known of both agrees, more for more."""


def find_names(
    index: NameIndex, names: Sequence[Name], nears: Sequence[list[Nearness]], agreement: Agreement
) -> list[Numbers]:
    """Give for each name asked for the numbers of the live names with the most credit, at most `CANDIDATES`.

    Args:
        agreement: decides among names with as much credit where there are more than are compared.
    """
    called = list(chain.from_iterable(nears))
    worth = [_WORTH.get(unit.kind, 16) for name in names for unit in name.units]
    lengths = [len(around.tokens) for around in called]
    asked = np.arange(len(names)).repeat([len(near) for near in nears]).repeat(lengths)
    tokens = np.concatenate([around.tokens for around in called])
    sizes = np.concatenate([around.holders for around in called])
    worths = np.repeat(worth, lengths)
    credit = np.concatenate([around.credit for around in called]) * worths >> 4
    credit = np.maximum(credit, worths >= _CALLS)
    order = np.lexsort((index.vocabulary.columns["rank"].view()[tokens], -credit, asked))
    order = order[credit[order] > 0]
    order = order[_place(asked[order], len(names)) < TOKENS]
    asked, tokens, sizes, credit = asked[order], tokens[order], sizes[order], credit[order]
    running = np.append(0, sizes.cumsum())
    first = asked.searchsorted(np.arange(len(names)))
    read = (running[:-1] - running[first[asked]] < POSTINGS).nonzero()[0]
    found, place = index.names_of_token.gather(tokens[read])
    of, credit = asked[read][place], credit[read].astype(np.int32)[place]
    if index.live_entities < len(index.ids):  # who is not there takes no place
        there = index.columns["alive"].view()[index.columns["name_entity"].view()[found]] > 0
        of, found, credit = of[there], found[there], credit[there]
    width = len(index.columns["name_entity"])
    cell = of * width + found
    tally = index.room(width * len(names))
    np.add.at(tally, cell, credit)
    credit_of = tally[cell]
    tally[cell] = 0
    kept = _short_list(of, credit_of, len(names))
    cell = cell[kept]
    tally[cell] = kept  # of those that stand for one name, the last to write here stays
    once = kept[tally[cell] == kept]
    tally[cell] = 0
    return _most_credit(
        index, of[once], found[once], credit_of[once], np.array([name.tokens for name in names]), agreement
    )


def _short_list(of: Numbers, credit: npt.NDArray[np.int32], questions: int) -> Numbers:
    """Keep for each question the places with the most credit, somewhat more than will be compared."""
    steps = credit >> 2
    width = int(steps.max(initial=0)) + 1
    counts = np.bincount(of * width + steps, minlength=questions * width).reshape(questions, width)
    enough = counts[:, ::-1].cumsum(axis=1) >= _SHORT_LIST * CANDIDATES
    floor = np.where(enough.any(axis=1), width - 1 - enough.argmax(axis=1), 0)
    return (steps >= floor[of]).nonzero()[0]


def _most_credit(
    index: NameIndex,
    of: Numbers,
    names: npt.NDArray[np.uint32],
    credit: npt.NDArray[np.int32],
    tokens: Numbers,
    agreement: Agreement,
) -> list[Numbers]:
    """Keep for each question the names with the most credit; a token more or less than asked for costs a little."""
    columns = index.columns
    more = np.abs(columns["name_tokens"].view()[names].astype(np.int64) - tokens[of])
    rank = (of << 32) + (1 << 31) + (_PER_TOKEN * more - credit)
    # what decides among those level with each other is read only for those that can be among the best
    ranked = np.sort(rank)
    bounds = ranked.searchsorted(np.arange(len(tokens) + 1) << 32)
    last = np.maximum(np.minimum(bounds[:-1] + CANDIDATES, bounds[1:]) - 1, 0)
    best = (rank <= ranked[last][of]).nonzero()[0] if len(ranked) else rank
    rank, of, found = rank[best], of[best], names[best].astype(np.int64)
    entities = columns["name_entity"].view()[found].astype(np.int64)
    agree = np.zeros(len(found), np.int64)
    too_many = (np.bincount(of, minlength=len(tokens)) > CANDIDATES)[of].nonzero()[0]
    if len(too_many):
        agree[too_many] = agreement(of[too_many], entities[too_many])
    order = np.lexsort((found, columns["entity_hash"].view()[entities], -agree, rank))
    of, found = of[order], found[order]
    kept = _place(of, len(tokens)) < CANDIDATES
    of, found = of[kept], found[kept]
    bounds = of.searchsorted(np.arange(len(tokens) + 1)).tolist()
    return [found[a:b] for a, b in pairwise(bounds)]


def _place(asked: Numbers, count: int) -> Numbers:
    """Give for rows ordered by question the place of each within its question."""
    return np.arange(len(asked)) - asked.searchsorted(np.arange(count))[asked]
