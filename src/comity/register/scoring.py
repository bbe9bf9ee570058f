"""Scoring: from features to a number between 0 and 1 that means the same in every register.

Two small sets of trees, kept as a readable table (`tables/matcher.json`). The first judges each pair of names by its
features; the second judges each subject by its best name and by how it stands among the others found. Every tree asks
the same few questions of every row and adds a whole number of thousandths of a log-odd, so a score can be worked out
again from the features on any machine, by hand if need be. The scale is set so that 0.7 is the best place to say yes.

The tables are made by `tools/train_matcher.py`. Features marked `up` or `down` can only push that way.
"""

import hashlib
import json
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from comity.identifiers import Digest
from comity.register.features import FEATURES

__all__ = ["STANDING", "THRESHOLD", "Matcher", "Trees", "matcher", "standing_of"]

Ints = npt.NDArray[np.int32]
#: From here on a candidate is a hit, unless the agreement or the asker says otherwise.
THRESHOLD = 0.7

_NUMBER = {claim.name: at for at, claim in enumerate(FEATURES)}
#: What the second set of trees looks at: the first's verdict, the subject's standing, and some features again.
STANDING = (
    "verdict", "margin", "level",
    "surplus", "asked_covered", "held_covered", "worst_pair", "person", "scripts", "date", "country",
    "asked_main", "held_main", "whole", "pairs",
)  # fmt: skip
_FROM_FEATURES = [_NUMBER[name] for name in STANDING[3:]]
_LEVEL = 1000  # within one log-odd of the best: level with it
_MARGIN = 8000


class Trees:
    """Trees that ask `feature >= value` and add what stands under the answers, the first of them the lowest bit."""

    def __init__(self, table: dict[str, Any], names: tuple[str, ...]) -> None:
        number = {name: at for at, name in enumerate(names)}
        depth = max(len(tree["when"]) for tree in table["trees"])
        asks = [
            [*tree["when"], *[f"{names[0]} >= {1 << 30}"] * (depth - len(tree["when"]))]
            for tree in table["trees"]
        ]
        split = [ask.split(" >= ") for tree in asks for ask in tree]
        self._base = int(table["base"])
        self._feature = np.array([number[name] for name, _ in split])
        self._at_least = np.array([int(value) for _, value in split], np.int32)
        self._depth, self._count = depth, len(asks)
        leaves = np.zeros((self._count, 1 << depth), np.int32)
        for at, tree in enumerate(table["trees"]):
            leaves[at, : len(tree["then"])] = tree["then"]
        self._leaves = leaves.ravel()
        self._starts = (np.arange(self._count) << depth).astype(np.int32)

    def judge(self, rows: Ints) -> Ints:
        """Give the sum over all trees for each row, in thousandths of a log-odd."""
        by_feature = np.ascontiguousarray(rows.T)
        answers = (by_feature[self._feature] >= self._at_least[:, None]).view(np.uint8)
        levels = answers.reshape(self._count, self._depth, len(rows))
        place = np.repeat(self._starts[:, None], len(rows), axis=1)
        for level in range(self._depth):
            place += levels[:, level] << np.uint8(level)
        total: Ints = self._leaves[place].sum(axis=0, dtype=np.int32) + np.int32(self._base)
        return total


class Matcher:
    """The whole table: both sets of trees and the scale."""

    def __init__(self, text: str) -> None:
        table = json.loads(text)
        self.digest = Digest(hashlib.sha256(text.encode()).hexdigest())
        self.names = Trees(table["names"], tuple(claim.name for claim in FEATURES))
        self.subjects = Trees(table["subjects"], STANDING)
        self._stretch, self._shift = table["scale"]["stretch"], table["scale"]["shift"]

    def score(self, verdicts: Ints) -> npt.NDArray[np.float64]:
        """Put log-odds in thousandths on the scale from 0 to 1, to four places."""
        odds = (verdicts.astype(np.float64) * self._stretch + self._shift) / 1000.0
        score: npt.NDArray[np.float64] = np.round(1.0 / (1.0 + np.exp(-odds)), 4)
        return score


def standing_of(
    query: npt.NDArray[np.int64], verdict: Ints, features: Ints
) -> tuple[npt.NDArray[np.int64], Ints]:
    """State how each subject stands among those found for the same question.

    Args:
        query: number of the question, one entry for each subject.
        verdict: thousandths of a log-odd from the first trees, of the subject's best name.
        features: of that name.

    Returns:
        the rows ordered by question and verdict, and in that order what `STANDING` names.
    """
    order = np.lexsort((-verdict, query))
    query, verdict = query[order], verdict[order]
    starts = np.ones(len(query), bool)
    starts[1:] = query[1:] != query[:-1]
    first = np.flatnonzero(starts)
    group = np.cumsum(starts) - 1
    sizes = np.diff(np.append(first, len(query)))
    best = verdict[first][group]
    runner_up = np.where(sizes > 1, verdict[np.minimum(first + 1, len(verdict) - 1)], -12_000)[group]
    other = np.where(np.arange(len(query)) == first[group], runner_up, best)
    margin = np.clip(verdict - other, -_MARGIN, _MARGIN)
    level = np.bincount(group, verdict >= best - _LEVEL)[group]
    head = np.stack([verdict, margin, np.minimum(level, 10)], axis=1)
    return order, np.concatenate([head, features[order][:, _FROM_FEATURES]], axis=1).astype(np.int32)


@cache
def matcher() -> Matcher:
    """Load the matcher that comes with this version."""
    return Matcher(resources.files("comity.register").joinpath("tables/matcher.json").read_text("utf-8"))
