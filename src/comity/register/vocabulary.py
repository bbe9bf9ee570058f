"""Vocabulary: every token that occurs in the register, and which of them are near a token asked for.

A register of a million names has far fewer different tokens, so resemblance is worked out between tokens, once, and
names are found through the tokens they hold. Each token has one or more Latin spellings; each spelling is filed under
the trigrams of its folded form and under its consonant skeleton.
"""

import hashlib
import zlib
from array import array
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.register.characters import script_of
from comity.register.columns import Column, Strings
from comity.register.postings import Postings
from comity.register.sounds import fold, skeleton
from comity.register.spellings import spellings_of

__all__ = ["Sound", "Vocabulary", "sound_of"]

_LETTERS = {letter: at for at, letter in enumerate("^$abcdefghijklmnopqrstuvwxyz0123456789")}
_BASE = len(_LETTERS)
_TRIGRAMS = _BASE**3
#: Keys of skeletons follow those of trigrams; two skeletons that share a key are told apart by comparison.
_SKELETONS = 1 << 16
_MAX_GRAMS = 30
#: Near tokens looked at for one unit.
NEAR = 48
#: A shared skeleton counts as this many shared trigrams.
_SKELETON_WORTH = 2
_SCALE = 16
#: Of the weight of a unit's keys, the share that is looked up, the rarest keys first; less for joined readings.
_SHARE = 0.65
_SHARE_JOINED = 0.5
_SHARE_MORE = 0.2  # for a token with several spellings, whose keys are spread over them
_FEWEST_KEYS = 4
#: Share of a unit's keys that a spelling must have to be looked at.
_LEAST_SHARED = 0.3

Numbers = npt.NDArray[np.int64]
_NOTHING: Numbers = np.empty(0, np.int64)

Sound = tuple[str, str, str]
"""A spelling, its fold and its skeleton."""


@lru_cache(maxsize=131072)
def sound_of(spelling: str) -> Sound:
    """Give a spelling with its fold and skeleton."""
    folded = fold(spelling) or spelling
    return spelling, folded, skeleton(folded)


@lru_cache(maxsize=131072)
def _keys(spelling: str) -> tuple[tuple[int, ...], int]:
    """Give the trigram keys of a spelling and the key of its skeleton (-1 where that says too little)."""
    _, folded, bones = sound_of(spelling)
    codes = [0, *(_LETTERS[letter] for letter in folded[:_MAX_GRAMS]), 1]
    grams = {(a * _BASE + b) * _BASE + c for a, b, c in zip(codes, codes[1:], codes[2:], strict=False)}
    if len(folded) <= 3:  # short words have so few trigrams that one letter more or less would hide them
        grams |= {(codes[1] * _BASE + codes[-2]) * _BASE + 1}
    bone_key = _TRIGRAMS + (zlib.crc32(bones.encode()) & (_SKELETONS - 1)) if len(bones) >= 2 else -1
    return tuple(sorted(grams)), bone_key


_COLUMNS = {
    "first_spelling": "<u4",  # of each token; its spellings are consecutive
    "token_of_spelling": "<u4",
    "grams_of_spelling": "|u1",
    "first_letter": "|u1",
    "length": "|u1",
    "native": "|u1",  # 1 where a token is not in Latin letters
    "names_with": "<i4",  # how many live names hold the token
}


class Vocabulary:
    """Tokens numbered in the order in which they were first seen."""

    def __init__(self) -> None:
        self.tokens = Strings()
        self.spellings = Strings()  # spelling, fold and skeleton, a space between
        self.columns = {name: Column(dtype) for name, dtype in _COLUMNS.items()}
        self.keys = Postings()  # spellings under trigrams and skeletons
        self._number: dict[str, int] = {}
        self._hashes: npt.NDArray[np.uint64] = np.empty(0, np.uint64)
        self._hashed: npt.NDArray[np.uint32] = np.empty(0, np.uint32)
        self._counted = array("I")
        self._in_use: Numbers | None = None
        self._tally: npt.NDArray[np.int32] = np.zeros(0, np.int32)

    def __len__(self) -> int:
        return len(self.columns["first_spelling"])

    def number(self, token: str) -> int:
        """Give the number of a token, or -1 where it never occurred."""
        found = self._number.get(token)
        if found is not None:
            return found
        if len(self._hashes):
            hashed = _hash(token)
            at = int(np.searchsorted(self._hashes, np.uint64(hashed)))
            while at < len(self._hashes) and int(self._hashes[at]) == hashed:
                number = int(self._hashed[at])
                if self.tokens[number] == token:
                    return number
                at += 1
        return -1

    def learn(self, token: str) -> int:
        """Give the number of a token, filing it first where it is new."""
        number = self.number(token)
        if number >= 0:
            return number
        number = self.tokens.append(token)
        self._number[token] = number
        self.columns["first_spelling"].append(len(self.spellings))
        spellings = spellings_of(token)
        self.columns["first_letter"].append(ord(spellings[0][0]))
        self.columns["length"].append(min(len(spellings[0]), 255))
        self.columns["names_with"].append(0)
        self.columns["native"].append(int(script_of(token) != "latin"))
        for spelling in spellings:
            at = self.spellings.append(" ".join(sound_of(spelling)))
            grams, bones = _keys(spelling)
            self.columns["token_of_spelling"].append(number)
            self.columns["grams_of_spelling"].append(len(grams))
            self.keys.add_all(list(grams) if bones < 0 else [*grams, bones], at)
        return number

    def learn_exact(self, token: str) -> int:
        """File a token that is only ever looked up as it is (an identifier): it has no spelling and is near nothing."""
        number = self.number(token)
        if number < 0:
            number = self.tokens.append(token)
            self._number[token] = number
            self.columns["first_spelling"].append(len(self.spellings))
            self.columns["first_letter"].append(0)
            self.columns["length"].append(0)
            self.columns["native"].append(0)
            self.columns["names_with"].append(0)
        return number

    def count(self, tokens: list[int]) -> None:
        """Note that one more live name holds each of `tokens`."""
        self._counted.extend(tokens)

    def names_holding(self) -> npt.NDArray[np.int32]:
        """Give for each token how many live names hold it."""
        if self._counted:
            self.columns["names_with"].add_to(np.frombuffer(self._counted, np.uint32), 1)
            self._counted = array("I")
        held: npt.NDArray[np.int32] = self.columns["names_with"].view()
        return held

    def near(self, asked: list[tuple[tuple[str, ...], bool]]) -> list[tuple[Numbers, Numbers]]:
        """Find for each unit asked for the tokens whose spelling shares most with any of its own.

        Args:
            asked: for each unit its spellings, and whether it is a joined reading (only close ones matter then).

        Returns:
            for each unit at most about `NEAR` token numbers, the most alike first, and how alike each is, 0 to 100.
        """
        width = len(self.spellings)
        keys, worths, units, own, used = [], [], [], [], []
        for unit, (spellings, joined) in enumerate(asked):
            share = _SHARE_JOINED if joined else _SHARE
            total, telling = self._telling(spellings, share if len(spellings) == 1 else share + _SHARE_MORE)
            keys += [key for key, _ in telling]
            worths += [worth for _, worth in telling]
            units += [unit] * len(telling)
            own.append(len(_keys(spellings[0])[0]) + _SKELETON_WORTH)
            used.append(sum(worth for _, worth in telling) / total if telling else 1.0)
        lists, places = self.keys.gather(np.array(keys, np.int64))
        if not len(lists):
            return [(_NOTHING, _NOTHING)] * len(asked)
        cell = (np.array(units, np.int64) * width)[places]
        cell += lists
        tally = self._room(width * len(asked))
        np.add.at(tally, cell, np.array(worths, np.int32)[places])
        shared = tally[cell]
        tally[cell] = 0
        own_, used_ = np.array(own), np.array(used)
        least = (own_ * used_ * (_SCALE * _LEAST_SHARED)).astype(np.int32)
        kept = np.flatnonzero(shared >= least[np.array(units, np.int64)][places])
        shared, unit_ = shared[kept], np.array(units, np.int64)[places[kept]]
        spelling = cell[kept] - unit_ * width
        sizes = self.columns["grams_of_spelling"].view()[spelling].astype(np.int64) + _SKELETON_WORTH
        alike = (shared * (200 / _SCALE) / (used_[unit_] * (sizes + own_[unit_]))).astype(np.int64)
        owners = self.columns["token_of_spelling"].view()[spelling].astype(np.int64)
        alike = np.minimum(alike, 100) * (self.names_holding()[owners] > 0)
        return _best(len(asked), unit_, owners, alike)

    def _telling(self, spellings: tuple[str, ...], share: float) -> tuple[int, list[tuple[int, int]]]:
        """Give the weight of all keys of a unit, and those of its keys that say most: under which least is filed."""
        weight = _weights(spellings)
        total = sum(weight.values())
        sizes = self._live_sizes(np.array(list(weight), np.int64)).tolist()
        telling: list[tuple[int, int]] = []
        reached = 0
        for size, key in sorted(zip(sizes, weight, strict=True)):
            if reached >= share * total and len(telling) >= _FEWEST_KEYS:
                break
            reached += weight[key]
            if size:
                telling.append((key, weight[key]))
        return max(total, 1), telling

    def _live_sizes(self, keys: Numbers) -> Numbers:
        """Give how many spellings of tokens still in use are filed under each of `keys`.

        Only a register from which names were withdrawn has others; for one, the keys are counted anew after a change,
        so that it answers as one made from scratch.
        """
        if self._in_use is None:
            held = self.names_holding()
            unused = (held == 0) & (self.columns["length"].view() > 0)
            self._in_use = _NOTHING
            if unused.any():
                owners = self.columns["token_of_spelling"].view()
                self._in_use = self.keys.count_where(lambda spellings: held[owners[spellings]] > 0)
        if not len(self._in_use):
            return self.keys.sizes(keys)
        known = np.minimum(keys, len(self._in_use) - 1)
        return np.where(keys < len(self._in_use), self._in_use[known], 0)

    def changed(self) -> None:
        """Forget what was counted: names came or went."""
        self._in_use = None

    def sounds(self, token: int) -> list[Sound]:
        """Give the spellings of a token, each with fold and skeleton."""
        firsts = self.columns["first_spelling"].view()
        start = int(firsts[token])
        end = int(firsts[token + 1]) if token + 1 < len(firsts) else len(self.spellings)
        return [_sound(self.spellings[at]) for at in range(start, end)]

    def _room(self, size: int) -> npt.NDArray[np.int32]:
        if len(self._tally) < size:
            self._tally = np.zeros(size * 5 // 4 + 1024, np.int32)
        return self._tally

    def hashes(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
        """Give the hashes of all tokens in rising order, and the token of each."""
        self.names_holding()
        hashes = np.fromiter((_hash(self.tokens[n]) for n in range(len(self))), np.uint64, len(self))
        order = np.argsort(hashes, kind="stable")
        return hashes[order], order.astype(np.uint32)

    def take_over(self, hashes: npt.NDArray[Any], hashed: npt.NDArray[Any]) -> None:
        """Look tokens up by hashes as `hashes` gave them; the columns are taken over one by one."""
        self._hashes, self._hashed = hashes, hashed


def _hash(token: str) -> int:
    return int.from_bytes(hashlib.blake2b(token.encode(), digest_size=8).digest(), "big")


def _sound(text: str) -> Sound:
    spelling, folded, bones = text.split(" ")
    return spelling, folded, bones


def _weights(spellings: tuple[str, ...]) -> dict[int, int]:
    """Give the keys under which spellings like these are filed, the likelier spelling's with more weight."""
    weight: dict[int, int] = {}
    for rank, spelling in enumerate(spellings):
        grams, bones = _keys(spelling)
        worth = _SCALE - 3 * rank
        for gram in grams:
            weight.setdefault(gram, worth)
        if bones >= 0:
            weight.setdefault(bones, worth * _SKELETON_WORTH)
    return weight


def _best(units: int, unit: Numbers, owners: Numbers, alike: Numbers) -> list[tuple[Numbers, Numbers]]:
    """Keep for each unit the `NEAR` owners whose best spelling is most alike, and those level with the last."""
    packed = (unit << 40) | ((100 - alike) << 32) | owners
    packed.sort()
    ends = np.searchsorted(packed, (np.arange(units) << 40) | (100 << 32)).tolist()
    starts = np.searchsorted(packed, np.arange(units) << 40).tolist()
    found = []
    for start, end in zip(starts, ends, strict=True):
        row = packed[start : min(end, start + 6 * NEAR)]
        owner = row & 0xFFFFFFFF
        _, first = np.unique(owner, return_index=True)
        first.sort()
        kept = first[: 2 * NEAR]
        like = 100 - ((row[kept] >> 32) & 127)
        size = len(kept)
        if size > NEAR:
            size = int(np.searchsorted(-like, -like[NEAR - 1], side="right"))
        found.append((owner[kept[:size]], like[:size]))
    return found
