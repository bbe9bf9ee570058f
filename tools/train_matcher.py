#!/usr/bin/env python3
"""Train the matcher and write `src/comity/register/tables/matcher.json`.

    python tools/train_matcher.py DATA [--sizes 7000,20000,100000] [--folds 4] [--half] [--out FILE]

DATA is the folder with `register.jsonl.gz`, `queries.jsonl.gz`, `synthetic_persons.jsonl.gz`. Each question is put to
registers of several sizes, once by name alone and once with birth date and country. Folds are cut by subject, so that
every figure printed is for subjects the trees have not seen; the second set of trees is trained on what the first says
of subjects it has not seen. `--half` leaves out every second subject, for `benchmarks/unseen.py`. The table holds
thresholds and weights, no name.
"""

import argparse
import gzip
import hashlib
import json
import random
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path[:0] = [str(Path(__file__).parents[1] / "benchmarks")]

from background import crossed, name_key  # noqa: E402
from boosting import Boosted, boost, cut_points  # noqa: E402

from comity.register.examination import Query, examine  # noqa: E402
from comity.register.features import FEATURES, NAMES  # noqa: E402
from comity.register.index import Entry, NameIndex  # noqa: E402
from comity.register.scoring import STANDING, THRESHOLD, standing_of  # noqa: E402

DIRECTIONS = [claim.direction for claim in FEATURES]
STANDING_DIRECTIONS = [1, 1, 0, *(DIRECTIONS[NAMES.index(name)] for name in STANDING[3:])]
ABSENT = {"date": 2, "country": 1, "sex": 1}
KEPT = 8  # subjects a question that the first trees are trained on
Row = dict[str, Any]


@dataclass
class Answers:
    """All candidates for all questions put to one register, by name alone or with everything known."""

    label: str
    questions: list[Row]
    query: npt.NDArray[np.int64]
    entity: npt.NDArray[np.int64]
    right: npt.NDArray[np.bool_]
    features: npt.NDArray[np.int32]
    full: bool

    def asked(self) -> npt.NDArray[np.bool_]:
        """Tell which questions count: namesakes with another birth date are a question only with the date."""
        return np.array([self.full or q["cat"] != "e_samename" for q in self.questions])

    def fold(self, folds: int) -> npt.NDArray[np.int64]:
        """Give the fold of each question, by subject."""
        return np.array([share_of(q) // 2 % folds for q in self.questions])


def share_of(question: Row) -> int:
    """Give a number by which questions are shared out: the same for all about one subject."""
    return zlib.crc32((question["truth"] or question.get("near") or question["name"]).encode())


def read(path: Path) -> list[Row]:
    """Read JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def gather(data: Path, size: int, *, half: bool = False) -> list[Answers]:
    """Put the questions to a register of `size` subjects; with `half` those about every second subject."""
    register, invented = read(data / "register.jsonl.gz"), read(data / "synthetic_persons.jsonl.gz")
    questions = [q for q in read(data / "queries.jsonl.gz") if q["cat"] != "z_unrelated"]
    rng = random.Random(size)  # noqa: S311 - a fixed draw, not a secret
    if size < len(register):
        register = rng.sample(register, size)
        kept = {row["id"] for row in register}
        questions = [q for q in questions if q["truth"] in kept or (not q["truth"] and rng.random() < 0.5)]
    else:
        avoid = {name_key(q["name"]) for q in questions}
        register = register + crossed(register, invented, size - len(register), avoid=avoid, seed=size)
    if size > 50_000:
        questions = rng.sample(questions, 6000)
    if half:
        questions = [q for q in questions if share_of(q) % 2 == 0]
    index = NameIndex()
    for row in register:
        index.add(
            Entry(row["id"], row["schema"], tuple(row["names"]), tuple(row["dob"]), tuple(row["countries"]))
        )
    number = {row["id"]: at for at, row in enumerate(register)}
    parts = []
    for top in range(0, len(questions), 16):
        some = examine(index, [as_query(q) for q in questions[top : top + 16]])
        parts.append((some.query + top, some.entity, some.features))
    query, entity, features = (np.concatenate(column) for column in zip(*parts, strict=True))
    truths = [
        {number.get(i, -1) for i in [q["truth"], *q.get("also", [])]} if q["truth"] else set()
        for q in questions
    ]
    right = np.array([e in truths[q] for q, e in zip(query.tolist(), entity.tolist(), strict=True)])
    named = features.copy()
    for column, value in ABSENT.items():
        named[:, NAMES.index(column)] = value
    whole = Answers(
        f"{size:,} subjects, name, date and country", questions, query, entity, right, features, True
    )
    alone = Answers(f"{size:,} subjects, name alone", questions, query, entity, right, named, False)
    return [alone, whole]


def as_query(q: Row) -> Query:
    """Make a question of a row of `queries.jsonl`."""
    dates = (q["dob"],) if q.get("dob") else ()
    return Query(q["qid"], q["schema"], (q["name"],), dates, tuple(q.get("countries") or ()))


def best_names(answers: Answers, verdict: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Give the row of the best name of each subject for each question."""
    order = np.lexsort((-verdict, answers.entity, answers.query))
    query, entity = answers.query[order], answers.entity[order]
    first = np.ones(len(order), bool)
    first[1:] = (query[1:] != query[:-1]) | (entity[1:] != entity[:-1])
    return order[first]


def leading(
    answers: Answers, rows: npt.NDArray[np.int64], verdict: npt.NDArray[Any]
) -> npt.NDArray[np.int64]:
    """Keep the best few subjects of each question, and the right one."""
    order = rows[np.lexsort((-verdict[rows], answers.query[rows]))]
    starts = np.append(True, answers.query[order][1:] != answers.query[order][:-1])
    place = np.arange(len(order))
    rank = place - np.maximum.accumulate(np.where(starts, place, 0))
    return order[(rank < KEPT) | answers.right[order]]


def train_names(
    sets: list[Answers], verdicts: list[npt.NDArray[Any]], without: int | None, folds: int, **how: Any
) -> Boosted:
    """Train the first trees on the best name of the leading subjects of every question outside one fold."""
    rows, truth = [], []
    for answers, verdict in zip(sets, verdicts, strict=True):
        counted = answers.asked() if without is None else answers.asked() & (answers.fold(folds) != without)
        best = best_names(answers, verdict)
        best = leading(answers, best[counted[answers.query[best]]], verdict)
        rows.append(answers.features[best])
        truth.append(answers.right[best])
    return boost(np.concatenate(rows), np.concatenate(truth).astype(float), DIRECTIONS, **how)


def train_subjects(parts: list[tuple[Any, ...]], without: int | None, **how: Any) -> Boosted:
    """Train the second trees on standings outside one fold."""
    rows, truth = [], []
    for standing, right, fold in parts:
        kept = ((standing[:, 1] > -3000) | right) & (fold >= 0)
        kept &= True if without is None else fold != without
        rows.append(standing[kept])
        truth.append(right[kept])
    rows_ = np.concatenate(rows)
    return boost(
        rows_, np.concatenate(truth).astype(float), STANDING_DIRECTIONS, cuts=cut_points(rows_, 48), **how
    )


def measure(
    answers: Answers,
    query: npt.NDArray[np.int64],
    right: npt.NDArray[np.bool_],
    score: npt.NDArray[Any],
    at: float,
) -> dict[str, float]:
    """F1 over questions: right is the right subject on top at or above the threshold."""
    asked = answers.asked()
    order = np.lexsort((-score, query))
    first = np.append(True, query[order][1:] != query[order][:-1])
    top = order[first]
    best, good = np.full(len(asked), -1e9), np.zeros(len(asked), bool)
    best[query[top]], good[query[top]] = score[top], right[top]
    positive = np.array([q["truth"] is not None for q in answers.questions])
    latin = np.array([q["cat"][0] in "acd" for q in answers.questions]) | ~positive
    figures = {}
    for name, counted in (("Latin", asked & latin), ("all", asked)):
        s, g, p = best[counted], (good & positive)[counted], positive[counted].sum()
        down = np.argsort(-s)
        tp, fp = np.cumsum(g[down]), np.cumsum(~g[down])
        f1 = 2 * tp / (tp + fp + p)
        figures[f"{name} best"] = float(f1.max())
        figures[f"{name} best at"] = float(s[down][f1.argmax()])
        yes = s >= at
        figures[f"{name} at"] = float(2 * (g & yes).sum() / (yes.sum() + p))
    return figures


def main() -> None:
    """Gather, cross-validate, train, write."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("--sizes", default="7000,20000,100000")
    arguments.add_argument("--folds", type=int, default=4)
    arguments.add_argument("--trees", type=int, default=120)
    arguments.add_argument("--half", action="store_true")
    arguments.add_argument("--out", type=Path, default=Path("src/comity/register/tables/matcher.json"))
    given = arguments.parse_args()
    sets = [
        answers
        for size in given.sizes.split(",")
        for answers in gather(given.data, int(size), half=given.half)
    ]
    cuts = cut_points(np.concatenate([answers.features[::3] for answers in sets]))
    rough = [
        a.features[:, [NAMES.index(n) for n in ("asked_covered", "held_covered", "surplus", "whole")]].sum(1)
        for a in sets
    ]
    first_pass = {"trees": 40, "depth": 3, "rate": 0.3, "cuts": cuts}
    second_pass = {"trees": given.trees, "depth": 4, "rate": 0.12, "cuts": cuts}
    print(f"{sum(len(a.query) for a in sets):,} rows", flush=True)
    verdicts = [v.astype(np.int64) for v in rough]
    for how in (first_pass, second_pass):
        unseen = [np.zeros(len(a.query), np.int64) for a in sets]
        for fold in range(given.folds):
            model = train_names(sets, verdicts, fold, given.folds, **how)
            for answers, out in zip(sets, unseen, strict=True):
                here = (answers.fold(given.folds) == fold)[answers.query]
                out[here] = model.judge(answers.features[here])
        verdicts = unseen
    parts, places = [], []
    for answers, verdict in zip(sets, verdicts, strict=True):
        best = best_names(answers, verdict)
        order, standing = standing_of(
            answers.query[best], verdict[best].astype(np.int32), answers.features[best]
        )
        rows = best[order]
        fold = np.where(answers.asked(), answers.fold(given.folds), -1)[answers.query[rows]]
        parts.append((standing, answers.right[rows], fold))
        places.append(answers.query[rows])
    how = {"trees": 60, "depth": 4, "rate": 0.15}
    scores = [np.zeros(len(part[1]), np.int64) for part in parts]
    for fold in range(given.folds):
        model = train_subjects(parts, fold, **how)
        for (standing, _, own), out in zip(parts, scores, strict=True):
            out[own == fold] = model.judge(standing[own == fold])
    grid = np.arange(-3000, 3000, 50)
    mean = [
        np.mean(
            [
                measure(a, q, p[1], s, t)[f"{which} at"]
                for a, q, p, s in zip(sets, places, parts, scores, strict=True)
                for which in ("Latin", "all")
            ]
        )
        for t in grid
    ]
    threshold = int(grid[int(np.argmax(mean))])
    report = {}
    for answers, query, part, score in zip(sets, places, parts, scores, strict=True):
        figures = measure(answers, query, part[1], score, threshold)
        report[answers.label] = {
            name: round(value, 3) for name, value in figures.items() if "best at" not in name
        }
        print(answers.label, figures, flush=True)
    odds = round(1000 * float(np.log(THRESHOLD / (1 - THRESHOLD))))
    table = {
        "about": "two sets of oblivious trees over the claims of comity.register.features; no names",
        "source": "UN, EU, UK and US public lists and Wikidata names; see docs/explanation/matching.md",
        "data_sha256": {
            name: hashlib.sha256((given.data / name).read_bytes()).hexdigest()
            for name in ("register.jsonl.gz", "queries.jsonl.gz", "synthetic_persons.jsonl.gz")
        },
        "f1_on_unseen_subjects": report,
        "scale": {"stretch": 1.0, "shift": odds - threshold},
        "names": train_names(sets, verdicts, None, given.folds, **second_pass).table(NAMES),
        "subjects": train_subjects(parts, None, **how).table(STANDING),
    }
    text = json.dumps(table, indent=1, ensure_ascii=False)
    given.out.write_text(text.replace("\n     ", " ").replace("\n    ]", "]") + "\n", encoding="utf-8")
    print("threshold", threshold, "written", given.out)


if __name__ == "__main__":
    main()
