"""The reference page is printed from the program, and its examples are read by it."""

import re
from pathlib import Path

import pytest

from agreements.drafts import text
from comity.agreements.clauses import KINDS, fields_of
from comity.agreements.clauses.force import forces
from comity.agreements.clauses.reference import reference
from comity.agreements.loading import parse_agreement
from comity.agreements.reference_pages import PAGES

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```toml clause\n(.*?)```", reference(), flags=re.DOTALL)


def test_the_page_is_what_the_program_prints():
    assert (ROOT / "docs/reference/clauses.md").read_text() == reference(), (
        "print it again: python -m comity.agreements.clauses.reference > docs/reference/clauses.md"
    )


def test_every_kind_has_its_example():
    assert [re.match(r"\[+(\w+)", block)[1] for block in BLOCKS] == list(KINDS)


@pytest.mark.parametrize("block", BLOCKS, ids=list(KINDS))
def test_every_example_is_read_back(block):
    block = block.replace("ed25519:…", "ed25519:" + "0" * 64)
    data = text().decode()
    kind = re.match(r"\[+(\w+)", block)[1]
    if kind == "term":
        data = data[: data.index("[term]")] + block + "```\n"
    else:
        data = data.replace("The matter.\n\n```toml clause\n", "The matter.\n\n```toml clause\n" + block)
    agreement = parse_agreement(
        {"agreement.ru.md": data.replace('language = "en"', 'language = "ru"').encode()}
    )
    found = [clause for clause in agreement.clauses if clause.clause_kind == kind][
        0 if kind != "party" else 2
    ]
    assert set(forces(found).values()) <= {"enforced", "evidenced", "declared"}


def test_every_field_says_what_it_means():
    for kind in KINDS.values():
        assert kind.__doc__
        assert all(says.meaning for _, says, _ in fields_of(kind).values())


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_of_states_and_rules_are_what_the_program_prints(page):
    assert (ROOT / f"docs/reference/{page}.md").read_text() == PAGES[page](), (
        f"print it again: python -m comity.agreements.reference_pages {page} > docs/reference/{page}.md"
    )
