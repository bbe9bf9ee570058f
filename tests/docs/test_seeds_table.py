"""The table of `from-the-seeds.md` leaves out no article, and names only commands and tests that are there."""

import re
from pathlib import Path

import pytest

from comity.cli.reference import commands

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs/explanation/from-the-seeds.md"
TEXTS = {"1989": "examples/cs-su-1989/agreement.cs.md", "1987": "examples/pl-kp-1987/agreement.pl.md"}

_ARTICLE = re.compile(r"^## (?:Článek|Artykuł) (\w+) —", re.MULTILINE)
_NAMED = re.compile(r"^([IVX]+|\d+)(?:\((\d)\))?$")
_TESTS = re.compile(r"`([\w/]+\.py)`: ([^`]*?)(?=; `|$)")


def rows() -> list[tuple[str, str, str]]:
    table = PAGE.read_text(encoding="utf-8").partition("## Every article, its command, its test")[2]
    found = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("| ")][1:]
    return [(articles.strip(), tried.strip(), held.strip()) for articles, tried, held in found]


def articles(cell: str) -> set[tuple[str, str]]:
    """Read `1989 IV, V(2); 1987 7 direct contacts`: which articles of which text."""
    found = set()
    for part in cell.split("; "):
        year, _, rest = part.partition(" ")
        if year in TEXTS:
            for word in rest.replace(",", "").split():
                if not (named := _NAMED.match(word)):
                    break
                found.add((year, named[1]))
    return found


def functions(file: Path) -> set[str]:
    return set(re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("year", TEXTS)
def test_no_article_of_either_text_is_left_out_and_none_is_invented(year: str) -> None:
    written = set(_ARTICLE.findall((PROJECT / TEXTS[year]).read_text(encoding="utf-8")))
    assert len(written) == {"1989": 15, "1987": 10}[year]
    listed = {article for cell, _, _ in rows() for of, article in articles(cell) if of == year}
    assert listed == written


def test_every_command_of_the_table_is_there() -> None:
    there = {" ".join(path) for path, _ in commands()}
    for cell, tried, _ in rows():
        named = re.findall(r"`comity ([a-z -]+)`", tried)
        assert named and set(named) <= there, cell


def test_every_test_of_the_table_is_there() -> None:
    for cell, _, held in rows():
        named = _TESTS.findall(held)
        assert named, cell
        for file, sentences in named:
            there = functions(PROJECT / "tests" / file)
            for sentence in sentences.split("; "):
                assert f"test_{sentence.strip().replace(' ', '_')}" in there, (file, sentence)
