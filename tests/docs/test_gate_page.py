"""The page of the gate's cases says what the tables say that the tests decide."""

import sys
import tomllib

import pytest

from docs.test_denials import functions_in
from docs.walkthrough import PROJECT

sys.path.insert(0, str(PROJECT / "tools"))
import gate_page

NO_RULE, SHOWN = gate_page.shown()
OWN = [first for heading, of in SHOWN.items() if not heading.endswith(".md") for first in of]


def test_the_page_is_printed_from_the_tables() -> None:
    written = (PROJECT / "docs/reference/gate.md").read_text(encoding="utf-8")
    assert written == gate_page.page(), "print it again: python tools/gate_page.py > docs/reference/gate.md"


def test_every_rule_has_its_section() -> None:
    headings = " ".join(heading for heading, _ in gate_page.SECTIONS.values())
    assert all(f"Rule {number}," in headings for number in range(1, 11))


@pytest.mark.parametrize("sentence", gate_page.sentences("gate.md"))
def test_every_sentence_is_shown_by_something_or_says_no_rule(sentence: str) -> None:
    named = [first for first in (*NO_RULE, *OWN) if sentence.startswith(first)]
    assert len(named) == 1, f"say in {gate_page.SHOWN.name} what shows it: {sentence}"


def test_every_sentence_named_is_there_once() -> None:
    whole = gate_page.sentences("gate.md")
    for first in (*NO_RULE, *OWN):
        assert sum(each.startswith(first) for each in whole) == 1, first
    for heading, of in SHOWN.items():
        if heading.endswith(".md"):
            elsewhere = gate_page.sentences(heading)
            for first in of:
                assert sum(each.startswith(first) for each in elsewhere) == 1, f"{heading}: {first}"


def test_every_case_and_test_that_shows_a_sentence_is_there() -> None:
    cases = {
        f"{table.stem}: {case['name']}"
        for table in gate_page.TABLES.glob("*.toml")
        for case in tomllib.loads(table.read_text(encoding="utf-8"))["case"]
    }
    for of in SHOWN.values():
        for first, named in of.items():
            assert named, first
            for each in named:
                file, is_test, test = each.partition("::")
                found = test in functions_in(PROJECT / "tests" / file) if is_test else each in cases
                assert found, f"{first}: {each}"
