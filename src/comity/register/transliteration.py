"""Transliteration: the Latin spellings a name in another script is most likely to have.

No rule book says that אמה is *Emma* and 샤힌 is *Chahine* or *Shahin*. A table learned from pairs does: how often a
letter of the script stands for a chunk of Latin letters, and how often one such pair follows two others (a joint
n-gram model, Bisani & Ney, Speech Communication 50, 2008). The most likely spellings are found by a narrow beam.

The tables hold letters and counts, never a name: `tables/spellings-<script>.json`, written by
`tools/train_spellings.py`.
"""

import json
import math
import unicodedata
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["LEARNED", "Transliterator", "letters_of", "transliterator"]

#: Scripts with a learned table.
LEARNED = ("arabic", "cyrillic", "han", "hangul", "hebrew", "kana")

_GERESH = frozenset("'׳״\"’‘`ʼ")
_SMALL_KANA = frozenset("ァィゥェォャュョヮぁぃぅぇぉゃゅょゎ")
_EDGE = 0  # graphone 0: before the first and after the last letter
_KEEP = 6  # best continuations looked at
_BEAM = 6  # partial spellings kept
_DISCOUNT = 0.6  # absolute discount of the interpolated n-gram
_MAX_LETTERS = 24


def letters_of(word: str, script: str) -> tuple[str, ...]:
    """Cut a word into the units the table speaks of: jamo for Hangul, kana with their small companions, letters."""
    if script == "hangul":
        word = unicodedata.normalize("NFD", word)
    units: list[str] = []
    for letter in word:
        if units and letter in _GERESH:
            if not units[-1].endswith("'"):
                units[-1] += "'"
        elif units and script == "kana" and letter in _SMALL_KANA:
            units[-1] += letter
        elif letter.isalpha() or letter == "ー":
            units.append(letter)
    return tuple(units[:_MAX_LETTERS])


class Transliterator:
    """The learned table of one script."""

    def __init__(self, table: dict[str, Any]) -> None:
        self._chunks: list[str] = [pair[1] for pair in table["pairs"]]
        self._ones: list[int] = table["ones"]
        self._twos = {(a, b): n for a, b, n in _rows(table["twos"], 3)}
        self._threes: dict[tuple[int, int], dict[int, int]] = {}
        for a, b, c, n in _rows(table["threes"], 4):
            self._threes.setdefault((a, b), {})[c] = n
        self._after_one: dict[int, tuple[int, int]] = {}
        for (a, _), n in self._twos.items():
            total, kinds = self._after_one.get(a, (0, 0))
            self._after_one[a] = (total + n, kinds + 1)
        self._after_two: dict[tuple[int, int], tuple[int, int]] = {}
        for both, seen in self._threes.items():
            self._after_two[both] = (sum(seen.values()), len(seen))
        self._total = sum(self._ones)
        self._choices: dict[str, list[int]] = {}
        for number, (letter, _) in enumerate(table["pairs"]):
            self._choices.setdefault(letter, []).append(number)
        self._ranked: dict[tuple[int, str], tuple[dict[int, float], list[int]]] = {}
        self._seen: dict[tuple[int, int, str], list[tuple[float, int]]] = {}

    def spellings(self, letters: tuple[str, ...], count: int) -> list[str]:
        """Give up to `count` Latin spellings, the likeliest first; empty where no letter is known."""
        beam = [(0.0, "", _EDGE, _EDGE)]
        for letter in letters:
            reached: dict[tuple[str, int], tuple[float, str, int, int]] = {}
            for cost, text, before, last in beam:
                for step, pair in self._continuations(before, last, letter):
                    grown = text + self._chunks[pair]
                    known = reached.get((grown, pair))
                    if known is None or cost + step < known[0]:
                        reached[grown, pair] = (cost + step, grown, last, pair)
            if reached:
                beam = sorted(reached.values())[:_BEAM]
        best: dict[str, float] = {}
        for cost, text, before, last in beam:
            end = self._after_both(before, last, {_EDGE: self._after_last(last, _EDGE)})
            cost -= math.log(end[_EDGE])
            if text and cost < best.get(text, math.inf):
                best[text] = cost
        return [text for text, _ in sorted(best.items(), key=lambda entry: (entry[1], entry[0]))[:count]]

    def _continuations(self, before: int, last: int, letter: str) -> list[tuple[float, int]]:
        """Give the likeliest pairs for a letter after two others, with what each costs."""
        key = (before, last, letter)
        found = self._seen.get(key)
        if found is None:
            if len(self._seen) > 200_000:
                self._seen.clear()
            after_one, ranked = self._after(last, letter)
            # what was never seen after both keeps its order from what was seen after one: the first few will do
            worth = ranked[: _KEEP + 2]
            worth = [*worth, *(pair for pair in self._threes.get((before, last), ()) if pair in after_one)]
            chances = self._after_both(before, last, {pair: after_one[pair] for pair in worth})
            found = sorted([(-math.log(chance), pair) for pair, chance in chances.items()])[:_KEEP]
            self._seen[key] = found
        return found

    def _after(self, last: int, letter: str) -> tuple[dict[int, float], list[int]]:
        """Give the chance of each pair for a letter after one other, and the pairs, the likeliest first."""
        known = self._ranked.get((last, letter))
        if known is None:
            chances = {pair: self._after_last(last, pair) for pair in self._choices.get(letter, ())}
            known = self._ranked[last, letter] = (chances, sorted(chances, key=lambda p: (-chances[p], p)))
        return known

    def _after_last(self, last: int, pair: int) -> float:
        chance: float = max(self._ones[pair], 0.1) / self._total
        total, kinds = self._after_one.get(last, (0, 0))
        if total:
            seen = self._twos.get((last, pair), 0)
            chance = (max(seen - _DISCOUNT, 0.0) + _DISCOUNT * kinds * chance) / total
        return chance

    def _after_both(self, before: int, last: int, chances: dict[int, float]) -> dict[int, float]:
        """Give the chances of pairs after two others, from those after one."""
        total, kinds = self._after_two.get((before, last), (0, 0))
        if not total:
            return chances
        seen, rest = self._threes[before, last], _DISCOUNT * kinds
        return {
            pair: (max(seen.get(pair, 0) - _DISCOUNT, 0.0) + rest * chance) / total
            for pair, chance in chances.items()
        }


def _rows(flat: str, width: int) -> list[tuple[int, ...]]:
    numbers = [int(number) for number in flat.split()]
    return [tuple(numbers[at : at + width]) for at in range(0, len(numbers), width)]


@cache
def transliterator(script: str) -> Transliterator:
    """Load the table of one of the `LEARNED` scripts."""
    table = resources.files("comity.register").joinpath(f"tables/spellings-{script}.json")
    return Transliterator(json.loads(table.read_text(encoding="utf-8")))
