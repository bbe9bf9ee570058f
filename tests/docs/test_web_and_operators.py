"""The catalogue of faults at the web and for operators names tests that are there, for every row of W and O."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "web-and-operators.md"
ROWS = re.findall(r"^\| ([WO]\d+) \|[^|]*\|([^|]*)\|$", PAGE.read_text(), re.MULTILINE)


def functions_in(file: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}


def test_every_row_stands_in_its_order() -> None:
    expected = [f"W{number}" for number in range(1, 15)] + [f"O{number}" for number in range(1, 8)]
    assert [row for row, _ in ROWS] == expected


def test_every_row_names_tests_that_are_there() -> None:
    for row, named in ROWS:
        found = re.findall(r"`(tests/[^`]+)`", named)
        assert found, row
        for each in found:
            file, _, test = each.partition("::")
            assert (ROOT / file).is_file(), f"{row}: {file}"
            assert test in functions_in(ROOT / file), f"{row}: {each}"
