"""The evidence files of `specs/vectors` hold; no byte of them is without meaning."""

from pathlib import Path

import pytest

from comity.errors import ComityError
from comity.federation.evidence_file import read_evidence, verify_evidence, write_evidence

FILES = sorted((Path(__file__).parents[2] / "specs" / "vectors" / "evidence").glob("*.evidence"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_vector_holds_and_is_spelled_as_it_must_be(file: Path) -> None:
    read = read_evidence(file.read_bytes())
    assert write_evidence(read) == file.read_bytes()
    found = verify_evidence(read)
    assert found.disclosed is not None and found.cosigned


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_altered_byte_goes_unnoticed(file: Path) -> None:
    data = file.read_bytes()
    for place in range(7, len(data), 71):
        altered = bytearray(data)
        altered[place] ^= 1
        with pytest.raises(ComityError):
            verify_evidence(read_evidence(bytes(altered)))


def test_there_are_vectors() -> None:
    assert {file.stem for file in FILES} == {"disclosure", "passed-on"}
