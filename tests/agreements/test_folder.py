"""Files of an agreement stay within its folder, whoever named them."""

from pathlib import Path

import pytest

from comity.agreements.folder import parse_agreement, read_files, write_files
from comity.errors import BadInput

EXAMPLE = Path(__file__).parents[2] / "examples" / "north-south-2026"

ELSEWHERE = [
    "../agreement.en.md",
    "/agreement.en.md",
    "notices/../../0001-denunciation.toml",
    "signatures/../../north.example-1.card",
    "signatures/deep/north.example-1.card",
    "signatures/.north.example-1.card",
    "signatures\\north.example-1.card",
    "protocols/",
    ".profile",
    "",
    "agreement.en.md\n",
    "agreement\x00.en.md",
]


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_name_that_leads_elsewhere_is_refused_before_anything_is_written(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    with pytest.raises(BadInput, match="is not the name of a file of an agreement"):
        write_files(folder, {"agreement.pl.md": b"text", name: b"elsewhere"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [name for name in ELSEWHERE if name.startswith("signatures/")])
def test_a_text_with_such_a_signature_cannot_be_read(name: str) -> None:
    with pytest.raises(BadInput, match="a signature ends in"):
        parse_agreement({**read_files(EXAMPLE), name: b"x"})


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    files = {
        **read_files(EXAMPLE),
        "signatures/north.example-1.card": b"card",
        "notices/0001-denunciation.toml": b"n",
    }
    write_files(tmp_path / "new", files)
    assert read_files(tmp_path / "new") == files
