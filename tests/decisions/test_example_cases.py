"""The tables that ship with the examples come out as they say."""

from pathlib import Path

import pytest

from comity.decisions.cases import exit_code, run_cases

TABLES = sorted((Path(__file__).parents[2] / "examples" / "cases").glob("*.toml"))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_every_case_of_the_example_table_comes_out_as_it_says(table):
    results = run_cases(table)
    assert [result.line() for result in results if not result.ok] == []
    assert exit_code(results) == 0


def test_there_are_more_than_sixty_cases_to_read():
    assert sum(len(run_cases(table)) for table in TABLES) > 60
