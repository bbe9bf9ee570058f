"""Boosted trees that a person can read: every level of a tree asks one question of all rows.

Logistic loss, second-order boosting (Chen & Guestrin, KDD 2016) on quantised features, oblivious trees as in CatBoost
(Prokhorenkova et al., NeurIPS 2018), and monotone features: a split that would let such a feature push the wrong way is
not taken, and leaf values are pooled where a later split would break the order. NumPy only, seeded, deterministic.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass
class Boosted:
    """Trees as a list of (questions, leaf values in thousandths of a log-odd)."""

    base: int
    trees: list[tuple[list[tuple[int, int]], Ints]]

    def judge(self, rows: npt.NDArray[np.int32]) -> Ints:
        """Sum the leaves for each row."""
        total = np.full(len(rows), self.base, np.int64)
        for asks, leaves in self.trees:
            place = np.zeros(len(rows), np.int64)
            for level, (feature, at_least) in enumerate(asks):
                place |= (rows[:, feature] >= at_least).astype(np.int64) << level
            total += leaves[place]
        return total

    def table(self, names: tuple[str, ...]) -> dict[str, object]:
        """Write the trees as what `comity.register.scoring.Trees` reads."""
        return {
            "base": self.base,
            "trees": [
                {"when": [f"{names[f]} >= {v}" for f, v in asks], "then": [int(leaf) for leaf in leaves]}
                for asks, leaves in self.trees
            ],
        }


def cut_points(rows: npt.NDArray[np.int32], most: int = 32) -> list[Ints]:
    """Choose for each feature the values at which a tree may ask."""
    points = []
    for column in rows.T:
        values = np.unique(column)
        if len(values) <= most:
            points.append(values[1:].astype(np.int64))
            continue
        common = np.quantile(column, np.linspace(0, 1, most + 1)[1:-1], method="higher")
        spread = np.quantile(values, np.linspace(0, 1, 9)[1:-1], method="higher")
        points.append(np.unique(np.concatenate([common, spread])).astype(np.int64))
    return points


def boost(
    rows: npt.NDArray[np.int32],
    truth: Floats,
    directions: list[int],
    *,
    trees: int,
    depth: int,
    rate: float,
    cuts: list[Ints],
    smooth: float = 2.0,
    share: float = 0.7,
    seed: int = 0,
) -> Boosted:
    """Train. `directions` holds 1, -1 or 0 for each feature; `share` of rows and features is drawn for each tree."""
    random = np.random.default_rng(seed)
    binned = [np.searchsorted(cut, column, side="right") for cut, column in zip(cuts, rows.T, strict=True)]
    mean = truth.mean()
    base = round(1000 * float(np.log(mean / (1 - mean))))
    model = Boosted(base, [])
    odds = np.full(len(rows), base / 1000)
    for _ in range(trees):
        chance = 1 / (1 + np.exp(-odds))
        drawn = np.flatnonzero(random.random(len(rows)) < share)
        usable = [f for f in range(len(cuts)) if random.random() < share and len(cuts[f])]
        columns = {f: binned[f][drawn] for f in usable}
        slope = (chance - truth)[drawn]
        bend = (chance * (1 - chance))[drawn]
        asks, leaf = _grow(columns, cuts, slope, bend, directions, depth, smooth)
        if not asks:
            continue
        size = 1 << len(asks)
        total_slope, total_bend = np.bincount(leaf, slope, size), np.bincount(leaf, bend, size) + smooth
        leaves = _pooled(-rate * total_slope / total_bend, total_bend, [directions[f] for f, _ in asks])
        whole = np.rint(leaves * 1000).astype(np.int64)
        place = np.zeros(len(rows), np.int64)
        for level, (feature, cut) in enumerate(asks):
            place |= (binned[feature] > cut).astype(np.int64) << level
        odds += whole[place] / 1000
        model.trees.append(([(f, int(cuts[f][cut])) for f, cut in asks], whole))
    return model


def _grow(
    columns: dict[int, Ints],
    cuts: list[Ints],
    slope: Floats,
    bend: Floats,
    directions: list[int],
    depth: int,
    smooth: float,
) -> tuple[list[tuple[int, int]], Ints]:
    leaf = np.zeros(len(slope), np.int64)
    asks: list[tuple[int, int]] = []
    for level in range(depth):
        best_gain, best_ask = 0.0, None
        for feature, column in columns.items():
            bins = len(cuts[feature]) + 1
            key = leaf * bins + column
            shape = (1 << level, bins)
            g = np.bincount(key, slope, shape[0] * bins).reshape(shape).cumsum(axis=1)
            h = np.bincount(key, bend, shape[0] * bins).reshape(shape).cumsum(axis=1)
            left_g, left_h = g[:, :-1], h[:, :-1]
            right_g, right_h = g[:, -1:] - left_g, h[:, -1:] - left_h
            gain = (
                left_g**2 / (left_h + smooth)
                + right_g**2 / (right_h + smooth)
                - g[:, -1:] ** 2 / (h[:, -1:] + smooth)
            )
            if directions[feature]:
                rise = left_g / (left_h + smooth) - right_g / (right_h + smooth)
                gain = np.where(directions[feature] * rise >= 0, gain, 0.0)
            total = gain.sum(axis=0)
            cut = int(total.argmax())
            if total[cut] > best_gain:
                best_gain, best_ask = float(total[cut]), (feature, cut)
        if best_ask is None:
            break
        asks.append(best_ask)
        leaf |= (columns[best_ask[0]] > best_ask[1]).astype(np.int64) << level
    return asks, leaf


def _pooled(leaves: Floats, weight: Floats, directions: list[int]) -> Floats:
    """Pool neighbouring leaves until no monotone feature pushes the wrong way."""
    leaves = leaves.copy()
    places = np.arange(len(leaves))
    for _ in range(200):
        broken = False
        for level, direction in enumerate(directions):
            if not direction:
                continue
            low = places[(places >> level & 1) == 0]
            high = low | (1 << level)
            wrong = direction * (leaves[high] - leaves[low]) < -1e-9
            if wrong.any():
                broken = True
                mean = (leaves[low] * weight[low] + leaves[high] * weight[high]) / (
                    weight[low] + weight[high]
                )
                leaves[low] = np.where(wrong, mean, leaves[low])
                leaves[high] = np.where(wrong, mean, leaves[high])
        if not broken:
            return leaves
    return np.full(len(leaves), float((leaves * weight).sum() / weight.sum()))
