"""Every table of cases comes out as expected: the rules, read as a lawyer would write them."""

from pathlib import Path

import pytest

from comity.decisions.cases import decide_cases, read_cases

HERE = Path(__file__).parent
TABLES = sorted((HERE / "cases").glob("*.toml"))


def cases_of(table):
    cases, agreements = read_cases(table)
    return [(table.stem, case, tuple(agreements.values())) for case in cases.cases]


CASES = [each for table in TABLES for each in cases_of(table)]


@pytest.mark.parametrize(
    ("case", "agreements"),
    [pytest.param(case, texts, id=f"{table}: {case.name}") for table, case, texts in CASES],
)
def test_the_case_comes_out_as_the_table_says(case, agreements):
    (result,) = decide_cases([case], agreements)
    assert result.ok, result.line()


def test_every_rule_has_its_table():
    assert {table.stem[:3] for table in TABLES} >= {f"r{rule:02}" for rule in range(1, 11)}


def test_every_case_states_what_it_expects_and_no_name_stands_twice():
    names = [(table, case.name) for table, case, _ in CASES]
    assert len(names) == len(set(names)) > 140
    assert all(case.expect for _, case, _ in CASES)


def test_all_outcomes_are_reached():
    assert {case.expect for _, case, _ in CASES} == {"permitted", "refused", "needs-consent"}


def test_grounds_stand_once_each_in_the_order_of_the_rules_and_then_of_their_citations():
    for _, case, agreements in CASES:
        (result,) = decide_cases([case], agreements)
        grounds = [(ground.rule, ground.ref, ground.text) for ground in result.decision.grounds]
        assert grounds == sorted(set(grounds)), case.name
        if not result.decision.permitted:
            assert grounds, case.name


def test_where_anything_refuses_nobody_is_asked_and_nothing_is_permitted_without_a_positive_ground():
    for _, case, agreements in CASES:
        (result,) = decide_cases([case], agreements)
        decision = result.decision
        assert bool(decision.ask) is (decision.outcome == "needs-consent"), case.name
        assert [each.party for each in decision.ask] == sorted({each.party for each in decision.ask})
        if decision.permitted:
            assert any(ground.rule == 4 for ground in decision.grounds), case.name
