#!/usr/bin/env python3
"""Measure linking: one register of people, written with errors, linked with itself.

    COMITY_DATA=…/data python benchmarks/link.py [--records N] [--json]

`historical_persons.jsonl.gz` (30,955 records of 3,157 people): pairwise precision, recall and F1 of the pairs given out
and of the clusters. Nothing is trained on the labels. Splink on DuckDB is run beside it where it is installed, with
its usual comparisons for the same columns.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from entities import read_rows

from comity.register.link import link
from comity.register.subjects import Statement, Subject

_PROPERTIES = {
    "full_name": "name",
    "dob": "birthDate",
    "birth_place": "birthPlace",
    "postcode_fake": "address",
    "occupation": "position",
    "gender": "gender",
}


def subjects_of(rows: list[dict[str, Any]]) -> list[Subject]:
    return [
        Subject(
            row["unique_id"],
            "Person",
            tuple(Statement(prop, row[column]) for column, prop in _PROPERTIES.items() if row[column]),
        )
        for row in rows
    ]


def figures(right: int, given: int, wanted: int) -> dict[str, float]:
    return {
        "precision": right / max(given, 1),
        "recall": right / wanted,
        "F1": 2 * right / (given + wanted),
    }


def pairs_within(groups: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in groups)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--records", type=int, default=10**9)
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    path = Path(os.environ.get("COMITY_DATA", "")) / "matching" / "historical_persons.jsonl.gz"
    if not path.exists():
        sys.exit("COMITY_DATA names no folder with matching/historical_persons.jsonl.gz")
    rows = read_rows(path)[: given.records]
    truth = {row["unique_id"]: row["cluster"] for row in rows}
    wanted = pairs_within(Counter(truth.values()).values())
    wall, cpu = time.perf_counter(), time.process_time()
    linked, clusters = link(subjects_of(rows))
    report: dict[str, Any] = {
        "records": len(rows),
        "true pairs": wanted,
        "wall s": time.perf_counter() - wall,
        "CPU s": time.process_time() - cpu,
        "pairs": figures(sum(truth[pair.left] == truth[pair.right] for pair in linked), len(linked), wanted),
        "clusters": figures(
            sum(pairs_within(Counter(truth[i] for i in group).values()) for group in clusters),
            pairs_within(map(len, clusters)),
            wanted,
        ),
        "Splink": splink(rows, truth, wanted),
    }
    print(json.dumps(report, indent=None if given.json else 1))


def splink(rows: list[dict[str, Any]], truth: dict[str, str], wanted: int) -> Any:
    """Link with Splink, or say that it is not installed."""
    try:
        import pandas
        import splink.comparison_library as cl
        from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    except ImportError:
        return "not installed"
    rules = [
        block_on("first_name", "surname"),
        block_on("surname", "dob"),
        block_on("first_name", "dob"),
        block_on("postcode_fake", "first_name"),
        block_on("postcode_fake", "surname"),
        block_on("dob", "birth_place"),
        block_on("full_name"),
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.ForenameSurnameComparison("first_name", "surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.LevenshteinAtThresholds("postcode_fake", 2),
            cl.ExactMatch("birth_place"),
            cl.ExactMatch("occupation"),
        ],
        blocking_rules_to_generate_predictions=rules,
    )
    frame = pandas.DataFrame(rows)
    wall, cpu = time.perf_counter(), time.process_time()
    database = DuckDBAPI()
    # from version 5 on a table is registered first; before, it was handed over with the database
    linker = (
        Linker(database.register(frame), settings)
        if hasattr(database, "register")
        else Linker(frame, settings, database)
    )
    linker.training.estimate_probability_two_random_records_match([block_on("full_name")], recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "surname"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("dob"))
    found = linker.inference.predict(threshold_match_probability=0.05).as_pandas_dataframe()
    right = sum(truth[a] == truth[b] for a, b in zip(found.unique_id_l, found.unique_id_r, strict=True))
    return {
        "wall s": time.perf_counter() - wall,
        "CPU s": time.process_time() - cpu,
        "pairs": figures(right, len(found), wanted),
    }


if __name__ == "__main__":
    main()
