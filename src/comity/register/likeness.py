"""Likeness: how alike two words are, over all their spellings, in thousandths.

The best of three views: the spellings themselves, their folds, and fold and skeleton together. Edits are counted as
insertions, deletions, substitutions and swaps of neighbours (optimal string alignment), on the longer word.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA, Indel

from comity.register.vocabulary import Sounds, sound_of

__all__ = ["fold_likeness", "likeness"]

Ints = npt.NDArray[np.int32]
Shares = npt.NDArray[np.float32]


def likeness(asked: Sounds, held: Sounds) -> tuple[Ints, Ints]:
    """Compare every word asked for (rows) with every word held (columns).

    Returns:
        likeness, and likeness by spelling alone, both in thousandths.
    """
    by_spelling = process.cdist(
        asked.spelled, held.spelled, scorer=OSA.normalized_similarity, dtype=np.float32
    )
    by_fold = process.cdist(asked.folded, held.folded, scorer=OSA.normalized_similarity, dtype=np.float32)
    by_bones = process.cdist(asked.bones, held.bones, scorer=Indel.normalized_similarity, dtype=np.float32)
    both = by_fold * np.float32(0.55)
    by_bones *= np.float32(0.42)
    both += by_bones
    by_fold *= np.float32(0.97)
    np.maximum(both, by_fold, out=both)
    np.maximum(both, by_spelling, out=both)
    return _thousandths(both, asked, held), _thousandths(by_spelling, asked, held)


def fold_likeness(spellings: Sequence[str], folded: Sequence[str], starts: npt.NDArray[np.int64]) -> Shares:
    """Compare one word, by its spellings, with every word held, by folds alone: cheaper, and enough to rank.

    Args:
        spellings: of the word asked for.
        folded: folds of the words held.
        starts: where those of each word begin.
    """
    ways = [sound_of(spelling)[1] for spelling in spellings]
    table = process.cdist(ways, folded, scorer=OSA.normalized_similarity, dtype=np.float32)
    best: Shares = table.max(axis=0) if len(ways) > 1 else table[0]
    return np.maximum.reduceat(best, starts) if len(best) != len(starts) else best


def _thousandths(table: Shares, asked: Sounds, held: Sounds) -> Ints:
    """Keep the best spelling of each word."""
    if table.shape[0] != len(asked.starts):
        table = np.maximum.reduceat(table, asked.starts, axis=0)
    if table.shape[1] != len(held.starts):
        table = np.maximum.reduceat(table, held.starts, axis=1)
    table *= np.float32(1000)
    return np.rint(table).astype(np.int32)
