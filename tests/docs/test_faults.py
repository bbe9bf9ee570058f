"""The catalogue of faults names, for every row of K, C, N, E and J, a test that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "explanation" / "faults.md").read_text(encoding="utf-8")
#: Each row: the names of the catalogue it answers, and the tests it names.
ROWS = re.findall(r"^\| ([A-Z]\d+(?:, [A-Z]\d+)*) \|[^|]*\|[^|]*\|([^|]*)\|$", PAGE, re.MULTILINE)
WANTED = {"K": 21, "C": 8, "N": 16, "E": 14, "J": 8}


def test_every_row_of_the_catalogue_is_answered() -> None:
    answered = {name for names, _ in ROWS for name in names.split(", ")}
    assert answered == {
        f"{letter}{number}" for letter, last in WANTED.items() for number in range(1, last + 1)
    }


def test_every_row_names_a_test_that_is_there() -> None:
    file = Path()
    for names, named in ROWS:
        found = re.findall(r"`((?:tests/[\w/]+\.py)?)::(\w+)`", named)
        assert found, names
        for place, test in found:
            file = ROOT / place if place else file
            assert f"def {test}(" in file.read_text(encoding="utf-8"), f"{names}: {file.name}: {test}"


def test_no_line_of_a_table_is_left_out() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| |")]
    assert len(lines) == len(ROWS)
