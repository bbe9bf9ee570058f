"""Likeness: how alike two words are, over all their spellings, in thousandths.

The best of three views: the spellings themselves, their folds, and fold and skeleton together. Edits are counted as
insertions, deletions, substitutions and swaps of neighbours (optimal string alignment), on the longer word.
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA, Indel

from comity.register.vocabulary import Sound, sound_of

__all__ = ["fold_likeness", "likeness"]

Ints = npt.NDArray[np.int32]


def likeness(asked: Sequence[Sequence[Sound]], held: Sequence[Sequence[Sound]]) -> tuple[Ints, Ints]:
    """Compare every word asked for (rows) with every word held (columns), each given by its sounds.

    Returns:
        likeness, and likeness by spelling alone, both in thousandths.
    """
    spelled, folded, bones = zip(*chain.from_iterable(asked), strict=True)
    spelled_held, folded_held, bones_held = zip(*chain.from_iterable(held), strict=True)
    by_spelling = process.cdist(spelled, spelled_held, scorer=OSA.normalized_similarity, dtype=np.float32)
    by_fold = process.cdist(folded, folded_held, scorer=OSA.normalized_similarity, dtype=np.float32)
    by_bones = process.cdist(bones, bones_held, scorer=Indel.normalized_similarity, dtype=np.float32)
    both = by_fold * np.float32(0.55)
    by_bones *= np.float32(0.42)
    both += by_bones
    by_fold *= np.float32(0.97)
    alike = np.maximum(np.maximum(by_spelling, by_fold), both)
    alike, by_spelling = _best_spelling(alike, asked, held), _best_spelling(by_spelling, asked, held)
    return np.rint(alike * 1000).astype(np.int32), np.rint(by_spelling * 1000).astype(np.int32)


def fold_likeness(spellings: Sequence[str], held: Sequence[Sequence[Sound]]) -> npt.NDArray[np.int64]:
    """Compare one word, by its spellings, with every word held, by folds alone: cheaper, and enough to rank."""
    if not held:
        return np.zeros(0, np.int64)
    folded = [sound_of(spelling)[1] for spelling in spellings]
    folded_held = [sound[1] for sounds in held for sound in sounds]
    table = process.cdist(folded, folded_held, scorer=OSA.normalized_similarity, dtype=np.float32)
    best = table.max(axis=0) if len(folded) > 1 else table[0]
    if len(best) != len(held):
        best = np.maximum.reduceat(best, _starts(held))
    alike: npt.NDArray[np.int64] = (best * 1000).astype(np.int64)
    return alike


def _best_spelling(
    table: npt.NDArray[np.float32], asked: Sequence[Sequence[Sound]], held: Sequence[Sequence[Sound]]
) -> npt.NDArray[np.float32]:
    if table.shape[0] != len(asked):
        table = np.maximum.reduceat(table, _starts(asked), axis=0)
    if table.shape[1] != len(held):
        table = np.maximum.reduceat(table, _starts(held), axis=1)
    return table


def _starts(words: Sequence[Sequence[Sound]]) -> npt.NDArray[np.int64]:
    sizes = np.fromiter(map(len, words), np.int64, len(words))
    starts: npt.NDArray[np.int64] = np.cumsum(sizes) - sizes
    return starts
