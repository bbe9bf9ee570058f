"""The page of long proofs: sections are put in their places one by one, and parts are added up."""

from pathlib import Path

import pytest

import proofs


def made(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    monkeypatch.setattr(proofs, "KEPT", folder / "kept.json")
    monkeypatch.setattr(proofs, "PAGE", folder / "proofs.md")
    monkeypatch.setattr(proofs.write, "__defaults__", (folder / "proofs.md", "2026-01-01"))
    return folder / "proofs.md"


def test_a_section_takes_the_place_of_the_last_and_leaves_the_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = made(monkeypatch, tmp_path)
    for name, numbers in (("B", "1 thing"), ("A", "2 things"), ("B", "3 things")):
        proofs.write(name, numbers)
    assert page.read_text().partition("\n\n## ")[2] == (
        "A\n\n2026-01-01: 2 things.\n\n## B\n\n2026-01-01: 3 things.\n"
    )


def test_parts_of_one_code_are_added_up_and_of_another_begin_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = made(monkeypatch, tmp_path)
    for which, code in ((0, "old"), (0, "new"), (1, "new")):
        proof = proofs.Proof()
        proof.part("A", which, 2, {"histories": 1000 + which}, code)
        assert not proof.is_made("A", which, code)
        for note in proof.notes:
            note()
        assert proof.is_made("A", which, code)
        said = page.read_text()
        assert ("1 of 2 parts so far: histories 1,000" in said) is (which == 0)
    assert "2026-01-01: histories 2,001." in said
