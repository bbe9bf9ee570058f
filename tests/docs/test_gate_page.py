"""The page of the gate's cases says what the tables say that the tests decide."""

import sys

from docs.walkthrough import PROJECT

sys.path.insert(0, str(PROJECT / "tools"))
import gate_page


def test_the_page_is_printed_from_the_tables() -> None:
    written = (PROJECT / "docs/reference/gate.md").read_text(encoding="utf-8")
    assert written == gate_page.page(), "print it again: python tools/gate_page.py > docs/reference/gate.md"


def test_every_rule_has_its_section() -> None:
    headings = " ".join(heading for heading, _ in gate_page.SECTIONS.values())
    assert all(f"Rule {number}," in headings for number in range(1, 11))
