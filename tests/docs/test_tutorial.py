"""The tutorial and the how-to pages are true: every command runs, prints what the page says, ends with its code.

The how-to pages take up where the tutorial has consent given, and build on one another in the order of `HOW_TO`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.walkthrough import PROJECT, Line, Walkthrough, before, fits, read_page

TUTORIAL = PROJECT / "docs/tutorial/two-organisations.md"
PEOPLE = {"north": 8201, "south": 8202, "east": 8203}

HOW_TO = (
    "write-an-agreement",
    "join-an-agreement",
    "read-a-refusal",
    "ask-for-and-give-consent",
    "carry-a-pouch",
    "compare-journals",
    "withdraw-and-answer",
    "check-a-name",
    "bring-a-list",
    "plug-your-desk-in",
    "link-two-registers",
    "back-up-and-restore",
)
#: Pages that another test plays: two offices under a text of their own (`test_working_pages.py`).
ELSEWHERE = ("work-together", "settle-costs-and-sum-up")


def play(walk: Walkthrough, page: Path, lines: list[Line]) -> None:
    """Play commands; end at the first that is not as its page says, for what follows builds on it."""
    for line in lines:
        code, printed = walk.run(line)
        told = f"{page.name}:{line.number}: {line.command}\nexit {code}\n{printed}"
        assert code == line.code, told
        assert fits(walk.as_printed(line), printed), told


def test_the_tutorial_prints_what_it_says(tmp_path: Path) -> None:
    lines = read_page(TUTORIAL)
    assert {line.who for line in lines} == set(PEOPLE)
    walk = Walkthrough(tmp_path, PEOPLE)
    try:
        play(walk, TUTORIAL, lines)
    finally:
        walk.close()


@pytest.fixture(scope="module")
def concluded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walkthrough]:
    """Three Parties as the tutorial leaves them before anything is taken back, and a fourth that has nothing yet."""
    walk = Walkthrough(tmp_path_factory.mktemp("how-to"), {**PEOPLE, "west": 8204})
    try:
        play(walk, TUTORIAL, before(read_page(TUTORIAL), TUTORIAL, "## 8 · Taking back"))
        yield walk
    finally:
        walk.close()


@pytest.mark.parametrize("name", HOW_TO)
def test_a_how_to_page_prints_what_it_says(concluded: Walkthrough, name: str) -> None:
    page = PROJECT / f"docs/how-to/{name}.md"
    lines = read_page(page)
    assert lines, f"{page.name} shows no command"
    play(concluded, page, lines)


def test_every_how_to_page_with_commands_is_played() -> None:
    shown = {page.stem for page in (PROJECT / "docs/how-to").glob("*.md") if read_page(page)}
    assert shown == {*HOW_TO, *ELSEWHERE}


def test_what_is_printed_otherwise_is_found() -> None:
    assert fits(["a …", "…", "done"], "a b\n\nmore\nand more\ndone\n")
    assert fits(["2031-03-14T09:00:00Z  …"], "2032-01-01T00:00:00.25Z  x\n")
    assert fits(["a"], "a\n  next: b\n")
    assert not fits(["a", "  next: c"], "a\n  next: b\n")
    assert not fits(["Permitted: …"], "Refused: A sighting\n")
    assert not fits(["a", "b"], "a\n")
    assert not fits(["a"], "a\nb\n")
