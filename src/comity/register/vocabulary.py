"""Vocabulary: every token that occurs in the register, and which of them are near a token asked for.

A register of a million names has far fewer different tokens, so resemblance is worked out between tokens, once, and
names are found through the tokens they hold. Each token has one or more Latin spellings; each spelling is filed under
the trigrams of its folded form and under its consonant skeleton.
"""

import copy
import hashlib
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from comity.register.characters import script_of
from comity.register.columns import Column, Strings
from comity.register.postings import Postings
from comity.register.sounds import fold, skeleton
from comity.register.spellings import spellings_of

__all__ = ["Sound", "Sounds", "Vocabulary", "sound_of", "sounds_of"]

_LETTERS = {letter: at for at, letter in enumerate("^$abcdefghijklmnopqrstuvwxyz0123456789")}
_BASE = len(_LETTERS)
_TRIGRAMS = _BASE**3
#: Keys of skeletons follow those of trigrams; two skeletons that share a key are told apart by comparison.
_SKELETONS = 1 << 16
_MAX_GRAMS = 30
#: Near tokens looked at for one unit.
NEAR = 40
#: A shared skeleton counts as this many shared trigrams.
_SKELETON_WORTH = 2
_SCALE = 16
#: Of the weight of a unit's keys, the share that is looked up, the rarest keys first; less for joined readings.
_SHARE = 0.65
_SHARE_JOINED = 0.5
_SHARE_MORE = 0.2  # for a token with several spellings, whose keys are spread over them
_FEWEST_KEYS = 4
#: Units counted for at once: what they count in stays in the caches of the processor.
_UNITS = 24
#: Share of a unit's keys that a spelling must have to be looked at.
_LEAST_SHARED = 0.3
#: Spellings whose sounds are kept as text.
_REMEMBERED = 300_000

Numbers = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]
_NOTHING: Numbers = np.empty(0, np.int64)

Sound = tuple[str, str, str]
"""A spelling, its fold and its skeleton."""


@lru_cache(maxsize=131072)
def sound_of(spelling: str) -> Sound:
    """Give a spelling with its fold and skeleton."""
    folded = fold(spelling) or spelling
    return spelling, folded, skeleton(folded)


class Sounds(NamedTuple):
    """The sounds of some words, all spellings one after another; `starts` says where those of each word begin."""

    spelled: Sequence[str]
    folded: Sequence[str]
    bones: Sequence[str]
    starts: Numbers


def sounds_of(words: Iterable[Sequence[str]]) -> Sounds:
    """Give the sounds of words, each of which is given by its spellings."""
    words = list(words)
    spelled, folded, bones = zip(*map(sound_of, chain.from_iterable(words)), strict=True)
    sizes = np.array([len(spellings) for spellings in words])
    return Sounds(spelled, folded, bones, sizes.cumsum() - sizes)


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
    "rank": "<u4",  # decides among tokens level with each other, whichever came first
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
        self._in_order = memoryview(b"")
        #: Spellings, folds and skeletons written out as text, and which of them are.
        self._sounds: tuple[Texts, Texts, Texts] = (np.empty(0, object),) * 3
        self._written: npt.NDArray[np.bool_] = np.zeros(0, bool)
        self._written_out = 0
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
            hashed, hashes = _hash(token), self._in_order
            at = bisect_left(hashes, hashed)
            while at < len(hashes) and hashes[at] == hashed:
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
        self.columns["rank"].append(zlib.crc32(token.encode()))
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
            self.columns["rank"].append(0)
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

    def less(self, tokens: Numbers) -> "Vocabulary":
        """Give a vocabulary, for asking alone, in which fewer names hold some tokens, one for each time it is named."""
        held = self.names_holding() - np.bincount(tokens, minlength=len(self)).astype(np.int32)
        self._write_out(_NOTHING)
        part = copy.copy(self)
        part.columns = self.columns | {"names_with": Column("<i4", held)}
        part.changed()
        return part

    def near(self, asked: list[tuple[tuple[str, ...], bool]]) -> tuple[Numbers, Numbers, Numbers]:
        """Find for each unit asked for the tokens whose spelling shares most with any of its own.

        Args:
            asked: for each unit its spellings, and whether it is a joined reading (only close ones matter then).

        Returns:
            numbers of units in rising order, for each a token near it (about `NEAR` a unit, the most alike first), and
            how alike it is, 0 to 100.
        """
        parts = []
        for top in range(0, len(asked), _UNITS):
            some = asked[top : top + _UNITS]
            unit, owners, alike = self._near(some)
            parts.append((unit + top, owners, alike))
        unit, owners, alike = (np.concatenate(column) for column in zip(*parts, strict=True))
        return unit, owners, alike

    def _near(self, asked: list[tuple[tuple[str, ...], bool]]) -> tuple[Numbers, Numbers, Numbers]:
        width = len(self.spellings)
        keys, worths, of_unit, own, used = self._look_up(asked)
        found, places = self.keys.gather(keys)
        if not len(found):
            return _NOTHING, _NOTHING, _NOTHING
        unit = of_unit[places]
        cell = unit * width
        cell += found
        tally = self._room(width * len(asked))
        np.add.at(tally, cell, worths[places])
        shared = tally[cell]
        tally[cell] = 0
        least = (own * used * (_SCALE * _LEAST_SHARED)).astype(np.int32)
        kept = (shared >= least[unit]).nonzero()[0]
        shared, unit, spelling = shared[kept], unit[kept], found[kept]
        sizes = self.columns["grams_of_spelling"].view()[spelling] + own[unit] + _SKELETON_WORTH
        alike = (shared * (200 / _SCALE) / (used[unit] * sizes)).astype(np.int64)
        owners = self.columns["token_of_spelling"].view()[spelling].astype(np.int64)
        alike = np.minimum(alike, 100) * (self.names_holding()[owners] > 0)
        return _best(len(asked), unit, owners, alike, self.columns["rank"].view())

    def _look_up(
        self, asked: list[tuple[tuple[str, ...], bool]]
    ) -> tuple[Numbers, npt.NDArray[np.int32], Numbers, Numbers, npt.NDArray[np.float64]]:
        """Choose the keys to look up: of each unit those under which least is filed, up to a share of their weight.

        Returns:
            keys, their weights and units; and for each unit how many keys it has, and the share of weight looked up.
        """
        filed = [_weights(spellings) for spellings, _ in asked]
        keys = np.concatenate([one for one, _, _ in filed])
        worths = np.concatenate([worth for _, worth, _ in filed])
        counts = np.array([len(one) for one, _, _ in filed])
        unit = np.arange(len(asked)).repeat(counts)
        sizes = self._live_sizes(keys)
        order = np.lexsort((keys, sizes, unit))
        keys, worths, sizes = keys[order], worths[order], sizes[order]
        starts = counts.cumsum() - counts
        running = worths.cumsum()
        before = running - worths - (running[starts] - worths[starts])[unit]
        total = np.add.reduceat(worths, starts)
        share = np.array(
            [
                (_SHARE_JOINED if joined else _SHARE) + (_SHARE_MORE if len(spellings) > 1 else 0.0)
                for spellings, joined in asked
            ]
        )
        rank = np.arange(len(keys)) - starts[unit]
        looked = (before < (share * total)[unit]) | (rank < _FEWEST_KEYS)
        kept = (looked & (sizes > 0)).nonzero()[0]
        keys, worths, unit = keys[kept], worths[kept], unit[kept]
        looked_up = np.bincount(unit, worths, len(asked))
        used = np.where(looked_up > 0, looked_up / total, 1.0)
        own = np.array([grams for _, _, grams in filed]) + _SKELETON_WORTH
        return keys, worths, unit, own, used

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
        counts: Numbers = np.append(self._in_use, 0)[np.minimum(keys, len(self._in_use))]
        return counts

    def changed(self) -> None:
        """Forget what was counted: names came or went."""
        self._in_use = None

    def sounds(self, tokens: Numbers) -> Sounds:
        """Give the sounds of some tokens, which are of names: an identifier has none."""
        if not len(tokens):
            return Sounds([], [], [], _NOTHING)
        firsts = self.columns["first_spelling"].view()
        begin = firsts[tokens].astype(np.int64)
        sizes = firsts[np.minimum(tokens + 1, len(firsts) - 1)] - begin
        sizes[tokens + 1 == len(firsts)] = len(self.spellings) - int(firsts[-1])
        ends = sizes.cumsum()
        starts = ends - sizes
        at = (begin - starts).repeat(sizes) + np.arange(int(ends[-1]))
        self._write_out(at)
        spelled, folded, bones = (texts[at].tolist() for texts in self._sounds)
        return Sounds(spelled, folded, bones, starts)

    def _write_out(self, at: Numbers) -> None:
        """Have the sounds of some spellings as text."""
        if len(self._written) < len(self.spellings) or self._written_out > _REMEMBERED:
            size = len(self.spellings) * 5 // 4
            self._written, self._written_out = np.zeros(size, bool), 0
            self._sounds = np.empty(size, object), np.empty(size, object), np.empty(size, object)
        known = self._written[at]
        if known.all():
            return
        new = list(set(at[~known].tolist()))
        read = [self.spellings[spelling].split(" ") for spelling in new]
        for texts, column in zip(self._sounds, zip(*read, strict=True), strict=True):
            texts[new] = column
        self._written[at] = True
        self._written_out += len(new)

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
        self._in_order = hashes.data  # read number by number, far quicker than the array


def _hash(token: str) -> int:
    return int.from_bytes(hashlib.blake2b(token.encode(), digest_size=8).digest(), "big")


@lru_cache(maxsize=32768)
def _weights(spellings: tuple[str, ...]) -> tuple[Numbers, npt.NDArray[np.int32], int]:
    """Give the keys under which spellings like these are filed, the likelier spelling's with more weight.

    Returns:
        keys, weights, and how many trigrams the first spelling has.
    """
    weight: dict[int, int] = {}
    for rank in range(len(spellings) - 1, -1, -1):  # the likeliest last, so that its weight stands
        grams, bones = _keys(spellings[rank])
        worth = _SCALE - 3 * rank
        weight |= dict.fromkeys(grams, worth)
        if bones >= 0:
            weight[bones] = worth * _SKELETON_WORTH
    keys = np.fromiter(weight, np.int64, len(weight))
    return keys, np.fromiter(weight.values(), np.int32, len(weight)), len(_keys(spellings[0])[0])


def _best(
    units: int, unit: Numbers, owners: Numbers, alike: Numbers, rank: npt.NDArray[np.uint32]
) -> tuple[Numbers, Numbers, Numbers]:
    """Keep for each unit the `NEAR` owners whose best spelling is most alike, and those level with the last."""
    level = unit * 128 + (100 - alike)
    counts = np.bincount(level, minlength=units * 128).reshape(units, 128).cumsum(axis=1)
    floor = np.minimum((counts >= 6 * NEAR).argmax(axis=1), 99)
    floor[counts[:, 99] < 6 * NEAR] = 99
    some = (100 - alike <= floor[unit]).nonzero()[0]
    unit, owners, level = unit[some], owners[some], level[some]
    packed = (unit << 40) | ((level & 127) << 32) | rank[owners]
    order = packed.argsort()
    packed, owners = packed[order], owners[order]
    kept = _place(packed >> 40, units) < 6 * NEAR
    packed, owners = packed[kept], owners[kept]
    same = (packed >> 40 << 32) | owners
    by_owner = same.argsort(kind="stable")
    again = np.zeros(len(packed), bool)
    again[by_owner[1:]] = same[by_owner[1:]] == same[by_owner[:-1]]
    packed, owners = packed[~again], owners[~again]
    unit = packed >> 40
    place = _place(unit, units)
    last = np.full(units, 127, np.int64)
    at_last = place == NEAR - 1
    last[unit[at_last]] = (packed[at_last] >> 32) & 127
    kept = ((packed >> 32) & 127 <= last[unit]) & (place < 2 * NEAR)
    packed = packed[kept]
    return packed >> 40, owners[kept], 100 - ((packed >> 32) & 127)


def _place(unit: Numbers, units: int) -> Numbers:
    """Give for rows ordered by unit the place of each within its unit."""
    starts = unit.searchsorted(np.arange(units))
    return np.arange(len(unit)) - starts[unit]
