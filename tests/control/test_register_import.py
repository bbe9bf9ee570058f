"""An import told to go on part by part: one that fails leaves nothing of the file here."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.assemble import new_home, open_home
from comity.carriers.postman import Postman
from comity.control import server  # noqa: F401 - registers the verbs
from comity.control.verb import VERBS, Desk
from comity.errors import BadInput, NotFound
from comity.node import import_records
from comity.register.subjects import MAX_LINE

PEOPLE = [
    json.dumps({"id": f"p{number}", "schema": "Person", "properties": {"name": [name]}}).encode()
    for number, name in enumerate(("Tavrin Merezhko", "Jorvik Quillfeather", "Ilse Zandstra"), 1)
]
TERMS = {"basis": "Lists Act s. 4", "role": "sanctioned", "decision": "LA 30/17", "review": "2099-01-01"}
WHOLE = b"\n".join(PEOPLE)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(import_records, "AT_ONCE", 1)
    new_home(tmp_path / "north", "north.example", names={"en": "North"})
    with open_home(tmp_path / "north") as home:
        yield Desk(home, Postman(home.node), serving=False)


def bring(desk: Desk, path: Path) -> None:
    name = VERBS["register-import"](desk, {"path": str(path), **TERMS})["import"]
    while not VERBS["register-import-more"](desk, {"name": name})["ended"]:
        pass


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("cut.jsonl.gz", gzip.compress(WHOLE)[:-4], "cannot be read"),
        ("long.jsonl", WHOLE + b"\n" + b"0" * (MAX_LINE + 2), "long.jsonl:4: a line longer than 1 MiB"),
        ("bad.jsonl", WHOLE + b"\n{", "bad.jsonl:4: not JSON"),
    ],
)
def test_a_file_with_mistakes_leaves_no_name_here_and_does_not_go_on(
    desk: Desk, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=said):
        bring(desk, path)
    begun = VERBS["register-import"](desk, {"path": str(path), **TERMS})
    assert begun["staged"] == 0
    assert desk.read(lambda transaction: transaction.record_count()) == 0


def test_one_whose_reading_failed_is_begun_again(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(gzip.compress(WHOLE)[:-4])
    name = VERBS["register-import"](desk, {"path": str(path), **TERMS})["import"]
    with pytest.raises(BadInput, match="cannot be read"):
        while True:
            VERBS["register-import-more"](desk, {"name": name})
    with pytest.raises(NotFound, match="not under way"):
        VERBS["register-import-more"](desk, {"name": name})


def test_every_mistake_is_told_beside_a_line_that_is_too_long(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_bytes(b"\n".join([PEOPLE[0], b"0" * (MAX_LINE + 2), b"{", PEOPLE[0]]))
    with pytest.raises(BadInput) as refusal:
        bring(desk, path)
    assert [each.split(": ")[0] for each in refusal.value.mistakes] == [
        "long.jsonl:2",
        "long.jsonl:3",
        "long.jsonl:4",
    ]
