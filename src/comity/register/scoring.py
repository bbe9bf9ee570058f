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
_FROM_FEATURES = np.array([_NUMBER[name] for name in STANDING[3:]])
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
        # all trees' first questions, then all second ones: the answers of a level lie together
        split = [tree[level].split(" >= ") for level in range(depth) for tree in asks]
        self._base = int(table["base"])
        self._feature = np.array([number[name] for name, _ in split])
        self._at_least = np.array([int(value) for _, value in split], np.int32)
        self._depth, self._count = depth, len(asks)
        leaves = np.zeros((self._count, 1 << depth), np.int32)
        for at, tree in enumerate(table["trees"]):
            leaves[at, : len(tree["then"])] = tree["then"]
        self._leaves = leaves.ravel()
        self._starts = np.arange(self._count) << depth

    def judge(self, rows: Ints) -> Ints:
        """Give the sum over all trees for each row, in thousandths of a log-odd."""
        by_feature = np.ascontiguousarray(rows.T)
        answers = by_feature.take(self._feature, axis=0) >= self._at_least[:, None]
        *before, leaf = answers.view(np.uint8).reshape(self._depth, self._count, len(rows))
        for level in reversed(before):  # the first question is the lowest bit
            leaf += leaf
            leaf |= level
        leaves = self._leaves.take(leaf + self._starts[:, None])
        total: Ints = np.add.reduce(leaves, dtype=np.int32) + np.int32(self._base)
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
        score: npt.NDArray[np.float64] = (1.0 / (1.0 + np.exp(-odds))).round(4)
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
    count = len(query)
    starts = np.ones(count + 1, bool)
    np.not_equal(query[1:], query[:-1], out=starts[1:-1])
    bounds = starts.nonzero()[0]
    first, sizes = bounds[:-1], bounds[1:] - bounds[:-1]
    group = np.arange(len(first)).repeat(sizes)
    best = verdict[first].repeat(sizes)
    runner_up = np.where(sizes > 1, verdict[np.minimum(first + 1, count - 1)], np.int32(-12_000))
    other = best.copy()
    other[first] = runner_up
    standing = np.empty((len(STANDING), count), np.int32)
    standing[0] = verdict
    standing[1] = np.minimum(np.maximum(verdict - other, -_MARGIN), _MARGIN)
    standing[2] = np.minimum(np.bincount(group, verdict >= best - _LEVEL), 10)[group]
    standing[3:] = features.T.take(_FROM_FEATURES, axis=0).take(order, axis=1)
    return order, standing.T


@cache
def matcher() -> Matcher:
    """Load the matcher that comes with this version."""
    return Matcher(resources.files("comity.register").joinpath("tables/matcher.json").read_text("utf-8"))
