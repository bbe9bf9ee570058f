"""The reference page of matters is what the tables say."""

from pathlib import Path

from comity.cooperation.reference_page import page

PAGE = Path(__file__).parents[2] / "docs/reference/matters.md"


def test_the_reference_page_is_printed_from_the_tables() -> None:
    """New? `python -m comity.cooperation.reference_page > docs/reference/matters.md`."""
    assert PAGE.read_text(encoding="utf-8") == page()
