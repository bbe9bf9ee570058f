"""The catalogue of what must be denied names tests that are there, for every row from D1 to D20."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "explanation" / "denials.md"
ROWS = re.findall(r"^\| (D\d+) \|[^|]*\|([^|]*)\|$", PAGE.read_text(), re.MULTILINE)


def functions_in(file: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}


def test_every_row_stands_in_its_order() -> None:
    assert [row for row, _ in ROWS] == [f"D{number}" for number in range(1, 21)]


def test_every_row_names_tests_that_are_there() -> None:
    for row, named in ROWS:
        found = re.findall(r"`([^`]+)`", named)
        assert found, row
        for each in found:
            file, _, test = each.partition("::")
            assert (TESTS / file).is_file(), f"{row}: {file}"
            assert not test or test in functions_in(TESTS / file), f"{row}: {each}"
