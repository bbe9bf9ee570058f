#!/usr/bin/env python3
"""Measure the matcher on subjects that nothing of it has seen: neither the spelling tables nor the trees.

    COMITY_DATA=… python benchmarks/unseen.py [--sizes 20000,200000,1000000,2000000] [--keep FILE] [--plots FOLDER]
                                              [--from FILE] [--work FOLDER]

Every second subject is learned from, with the scripts in `tools/`, into tables of their own; the questions about the
other half are put to one register that grows with people who do not exist (`background.py`), and judged at 0.7 and at
the threshold that would be best for that size. That tells whether 0.7 means the same at each. The shipped tables learn
from both halves, so they know more than what is measured here.

`--work` keeps the tables and goes on with those it finds there.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

import plots
from background import crossing, name_key
from check import our_answers, quality, show
from entities import read_rows

from comity.register.index import Entry, NameIndex
from comity.register.scoring import THRESHOLD

ROOT = Path(__file__).parents[1]
SCRIPTS = ("arabic", "cyrillic", "hangul", "hebrew")


def learn_from_half(data: Path, work: Path) -> None:
    """Copy the package into `work` and learn its tables anew from every second subject."""
    package = work / "comity"
    tables = package / "register/tables"
    if not package.exists():
        shutil.copytree(ROOT / "src/comity", package, ignore=shutil.ignore_patterns("__pycache__"))
    steps = [("train_spellings.py", tables, (script,)) for script in SCRIPTS]
    for tool, out, more in [*steps, ("train_matcher.py", tables / "matcher.json", ("--sizes", "7000,20000"))]:
        done = work / f"{Path(tool).stem}-{more[-1]}.done"
        if not done.exists():
            command = [sys.executable, str(ROOT / "tools" / tool), str(data), *more, "--half"]
            subprocess.run(
                [*command, "--out", str(out)], check=True, env=environment(work), stdout=sys.stderr
            )
            done.touch()


def environment(work: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(work)}


def measure(data: Path, sizes: list[int], count: int) -> dict[str, Any]:
    """Put the questions about the other half to a register that grows."""
    from train_matcher import share_of

    register, invented = (
        read_rows(data / "register.jsonl.gz"),
        read_rows(data / "synthetic_persons.jsonl.gz"),
    )
    every = [q for q in read_rows(data / "queries.jsonl.gz") if q["cat"] != "z_unrelated"]
    questions = [q for q in every if share_of(q) % 2 == 1]
    random.Random(7).shuffle(questions)
    strangers = crossing(register, invented, avoid={name_key(q["name"]) for q in every}, seed=11)
    index, subjects = NameIndex(), 0
    report: dict[str, Any] = {}
    for size in sizes:
        rows = register if not subjects else []
        more = islice(strangers, size - subjects - len(rows))
        subjects = size
        for part in (rows, more):
            for row in part:
                index.add(
                    Entry(
                        row["id"],
                        row["schema"],
                        tuple(row["names"]),
                        tuple(row["dob"]),
                        tuple(row["countries"]),
                    )
                )
        asked = questions[: count or len(questions)]
        begun = time.process_time()
        alone = our_answers(index, asked, full=False)
        cost = (time.process_time() - begun) / len(asked)
        result: dict[str, Any] = {"names": index.live_names, "questions": len(asked)}
        result["CPU ms a question"] = cost * 1000
        for label, full, answers in (
            ("name alone", False, alone),
            ("name, date, country", True, our_answers(index, asked, full=True)),
        ):
            result[label] = quality(asked, answers, full=full) | at_threshold(asked, answers, full=full)
        report[f"{size:,} subjects"] = result
        print(f"{size:,} done", file=sys.stderr)
    return report


def at_threshold(questions: list[dict[str, Any]], answers: Any, *, full: bool) -> dict[str, float]:
    """Precision and recall at 0.7, over all questions: what a person who reads hits would meet."""
    right = found = wanted = 0
    for q, (top, score, _) in zip(questions, answers, strict=True):
        if q["cat"] == "e_samename" and not full:
            continue
        wanted += q["truth"] is not None
        found += score >= THRESHOLD
        right += score >= THRESHOLD and q["truth"] is not None and top in {q["truth"], *q.get("also", [])}
    return {"precision at 0.7": right / max(found, 1), "recall at 0.7": right / max(wanted, 1)}


def draw(report: dict[str, Any], folder: Path, command: str) -> None:
    """Draw the curves over the size, and what is found and wrongly found at the smallest and the largest."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {int(name.split()[0].replace(",", "")): part for name, part in report.items()}
    for label, file in (("name alone", "name"), ("name, date, country", "full")):
        curves = {
            curve: [(size, part[label][key]) for size, part in sorted(sizes.items())]
            for curve, key in (
                ("F1 at 0.7", "F1 all, at 0.7"),
                ("F1 at the best", "F1 all, best threshold"),
                ("precision at 0.7", "precision at 0.7"),
                ("recall at 0.7", "recall at 0.7"),
            )
        }
        title = f"Unseen subjects as the register grows: {label}"
        plots.lines(folder / f"unseen-{file}.svg", title, command, curves)
    small, large = min(sizes), max(sizes)
    recall: dict[str, dict[str, float]] = {}
    strangers: dict[str, dict[str, float]] = {}
    for size in (small, large):
        for kind, share in sizes[size]["name alone"]["recall among 5"].items():
            recall.setdefault(kind[2:].replace("xscript ", ""), {})[f"{size:,}"] = share
        for kind, share in sizes[size]["name, date, country"]["false hits"].items():
            strangers.setdefault(kind.removeprefix("e_"), {})[f"{size:,}"] = share
    wanted = ("variant", "typo", "order", "cyrillic", "arabic", "hangul", "hebrew")
    plots.bars(
        folder / "unseen-recall.svg",
        "Unseen subjects: the right one among five, by name alone",
        command,
        {kind: recall[kind] for kind in wanted if kind in recall},
    )
    plots.bars(
        folder / "unseen-false-hits.svg",
        "Strangers taken for hits, with birth date and country",
        command,
        strangers,
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--sizes", default="20000,200000")
    arguments.add_argument("--questions", type=int, default=0, help="of the other half; 0 for all")
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--keep", type=Path)
    arguments.add_argument("--plots", type=Path)
    arguments.add_argument("--from", type=Path, dest="taken")
    arguments.add_argument("--work", type=Path)
    arguments.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    data = Path(os.environ.get("COMITY_DATA", "")) / "matching"
    sizes = [int(size) for size in given.sizes.split(",")]
    if given.measure:
        sys.path.append(str(ROOT / "tools"))
        print(json.dumps(measure(data, sizes, given.questions)))
        return
    if given.taken:
        report = json.loads(given.taken.read_text(encoding="utf-8"))
    else:
        if not (data / "register.jsonl.gz").exists():
            sys.exit("COMITY_DATA names no folder with matching/register.jsonl.gz: nothing to learn from")
        work = given.work or Path(tempfile.mkdtemp())
        try:
            learn_from_half(data, work)
            command = [sys.executable, __file__, "--measure", "--sizes", given.sizes]
            command += ["--questions", str(given.questions)]
            done = subprocess.run(command, check=True, env=environment(work), stdout=subprocess.PIPE)
            report = json.loads(done.stdout)
        finally:
            if not given.work:
                shutil.rmtree(work)
    if given.keep:
        given.keep.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if given.plots:
        draw(report, given.plots, f"python benchmarks/unseen.py --sizes {given.sizes}")
    if given.json:
        print(json.dumps(report))
    else:
        show(report)


if __name__ == "__main__":
    main()
