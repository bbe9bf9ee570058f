"""Every table of cases comes out as expected: the rules, read as a lawyer would write them."""

from pathlib import Path

import pytest

from comity.decisions.cases import run_cases

HERE = Path(__file__).parent
TABLES = sorted((HERE / "cases").glob("*.toml"))
RESULTS = [(table.stem, result) for table in TABLES for result in run_cases(table)]


@pytest.mark.parametrize(
    "result", [pytest.param(each, id=f"{table}: {each.case.name}") for table, each in RESULTS]
)
def test_the_case_comes_out_as_the_table_says(result):
    assert result.ok, result.line()


def test_every_rule_has_its_table():
    assert {table.stem[:3] for table in TABLES} >= {f"r{rule:02}" for rule in range(1, 11)}


def test_every_case_states_what_it_expects_and_no_name_stands_twice():
    names = [(table, result.case.name) for table, result in RESULTS]
    assert len(names) == len(set(names)) > 140
    assert all(result.case.expect for _, result in RESULTS)


def test_all_outcomes_are_reached():
    assert {result.decision.outcome for _, result in RESULTS} == {"permitted", "refused", "needs-consent"}
