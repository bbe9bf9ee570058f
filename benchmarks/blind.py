#!/usr/bin/env python3
"""Measure the keys of blind checks: whom equality of derived keys finds, and how many strangers it takes for somebody.

    COMITY_DATA=… python benchmarks/blind.py [--size 20000] [--json]

A blind check compares keys and nothing else: for each identifier one, for each pair of consonant skeletons with a birth
year one (`comity.register.questions.matching_keys`). Counted are the questions that state a birth date about subjects
that have one, by kind; a hit is a share of a key with the right subject, and for strangers with anybody.
"""

import argparse
import json
import os
import random
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from background import crossed, name_key
from check import as_query, show
from entities import read_rows

from comity.register.index import Entry
from comity.register.questions import matching_keys


def measure(folder: Path, size: int) -> dict[str, Any]:
    register = read_rows(folder / "register.jsonl.gz")
    questions = [q for q in read_rows(folder / "queries.jsonl.gz") if q["cat"] != "z_unrelated"]
    avoid = {name_key(q["name"]) for q in questions}
    invented = read_rows(folder / "synthetic_persons.jsonl.gz")
    rows = register + crossed(register, invented, size - len(register), avoid=avoid, seed=size)
    bearers: dict[str, set[str]] = defaultdict(set)
    counts: list[int] = []
    begun = time.process_time()
    for row in rows:
        keys = matching_keys(
            Entry(row["id"], row["schema"], tuple(row["names"]), tuple(row["dob"]), tuple(row["countries"]))
        )
        if keys:
            counts.append(len(keys))
        for key in keys:
            bearers[key].add(row["id"])
    cost = (time.process_time() - begun) / len(rows)
    dated = {row["id"] for row in register if row["dob"]}
    born = [row["dob"][0] for row in register if row["dob"]]
    rng = random.Random(size)
    found: dict[str, list[bool]] = defaultdict(list)
    for q in questions:
        if q["schema"] != "Person" or (q["truth"] is not None and q["truth"] not in dated):
            continue
        if not q.get("dob"):
            if q["truth"] is not None:
                continue
            q = q | {"dob": rng.choice(born)}  # a stranger has some birth date
        met = set().union(*(bearers.get(key, set()) for key in matching_keys(as_query(q, full=True))))
        kind = q["cat"] + (f" {q['sub'].lower()}" if q["cat"][0] == "b" else "")
        found[kind].append(bool(met & {q["truth"], *q.get("also", [])} if q["truth"] else met))
    return {
        "subjects": len(rows),
        "with keys": len(counts),
        "keys a subject": sum(counts) / max(len(counts), 1),
        "microseconds a subject": cost * 1e6,
        "found": {k: sum(v) / len(v) for k, v in sorted(found.items()) if k[0] != "e" and len(v) >= 20},
        "strangers hit": {k: sum(v) / len(v) for k, v in sorted(found.items()) if k[0] == "e"},
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--size", type=int, default=20_000)
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    folder = Path(os.environ.get("COMITY_DATA", "")) / "matching"
    if not (folder / "register.jsonl.gz").exists():
        sys.exit("COMITY_DATA names no folder with matching/register.jsonl.gz")
    report = measure(folder, given.size)
    if given.json:
        print(json.dumps(report))
    else:
        show(report)


if __name__ == "__main__":
    main()
