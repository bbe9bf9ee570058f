import gzip
import json
from pathlib import Path

import pytest

from comity.errors import BadInput, ForeignInput
from comity.register.entity_file import read_each, read_lines
from comity.register.subjects import MAX_LINE, read_subject

GOOD = {
    "id": "p1",
    "schema": "Person",
    "properties": {"name": ["Tavrin Merezhko"], "birthDate": ["1961-04-23"]},
}


def line(**changes: object) -> bytes:
    return json.dumps(GOOD | changes, ensure_ascii=False).encode()


def test_an_entity_is_read_and_written_in_followthemoney_terms() -> None:
    subject = read_subject(line())
    assert subject.followthemoney() == GOOD
    assert subject.entry().dates == ("1961-04-23",)


def test_given_and_family_name_make_a_name_where_no_full_name_stands() -> None:
    subject = read_subject(line(properties={"firstName": ["Tavrin"], "lastName": ["Merezhko"]}))
    assert subject.names == ("Tavrin Merezhko",)


def test_a_control_character_becomes_a_space_and_the_original_is_kept() -> None:
    subject = read_subject(line(properties={"name": ["Tavrin\x85Merezhko"]}))
    assert subject.names == ("Tavrin Merezhko",)
    assert subject.statements[0].original == "Tavrin\x85Merezhko"


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (b"", "not JSON"),
        (b"[]", "an object with"),
        (b"{", "not JSON"),
        (b'{"id": 1, "id": 2}', "stands twice"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"a":' * 5000, "too many"),
        (b"[" * 700, "not JSON"),
        (b'{"id": "\\ud800", "schema": "Person", "properties": {"name": ["x"]}}', "surrogate"),
        (line(id=""), "`id`"),
        (line(id="a\nb"), "`id`"),
        (line(id="a" * 256), "`id`"),
        (line(schema="Wizard"), "`schema`"),
        (line(properties=[]), "`properties`"),
        (line(properties={"name": "Tavrin"}), "list of texts"),
        (line(properties={"name": [1]}), "list of texts"),
        (line(properties={"na me": ["x"]}), "name of a property"),
        (line(properties={}), "neither a name nor an identifier"),
        (line(properties={"name": [""]}), "neither a name nor an identifier"),
        (line(properties={"name": ["x" * 16_385]}), "longer than"),
        (line(properties={f"p{n}": ["x"] for n in range(201)}), "more than 200"),
        (b'{"id":"' + b"a" * MAX_LINE + b'"}', "more than 1,048,576 bytes"),
    ],
)
def test_what_is_not_an_entity_is_refused_with_its_place(bad: bytes, said: str) -> None:
    with pytest.raises(ForeignInput) as refusal:
        read_subject(bad, what="people.jsonl:12")
    assert said in refusal.value.message
    assert all(mistake.startswith("people.jsonl:12: ") for mistake in refusal.value.mistakes)


def test_every_mistake_of_an_entity_is_told() -> None:
    with pytest.raises(ForeignInput) as refusal:
        read_subject(line(id="", schema="Wizard", properties={"name": 1}))
    assert len(refusal.value.mistakes) == 3


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_lines_are_numbered_as_an_editor_does(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"people{suffix}"
    with gzip.open(path, "wb") if suffix.endswith("gz") else path.open("wb") as file:
        file.write(b"one\r\n\n  \nfour")
    assert list(read_lines(path)) == [(1, b"one"), (4, b"four")]


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + line() + b"\n" + line(id="p2"))
    assert [read_subject(text).id for _, text in read_lines(path)] == ["p1", "p2"]


def test_a_line_that_is_too_long_keeps_no_other_from_being_read(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_bytes(b"one\n" + b"0" * (3 * MAX_LINE) + b"\nthree")
    read = list(read_each(path))
    assert [number for number, _ in read] == [1, 2, 3]
    assert (read[0][1], read[2][1]) == (b"one", b"three")
    assert str(read[1][1]) == "people.jsonl:2: a line longer than 1 MiB"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.gz", b"no archive", "cannot be read"),
        ("b.gz", gzip.compress(b"x" * 100)[:-10], "cannot be read"),
        ("c.gz", gzip.compress(b"0" * (MAX_LINE + 2)), "longer than 1 MiB"),
        ("d.jsonl", b"0" * (MAX_LINE + 2), "longer than 1 MiB"),
    ],
    ids=["no archive", "cut short", "a long line packed", "a long line"],
)
def test_hostile_files_end_early(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=said):
        list(read_lines(tmp_path / name))


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        list(read_lines(tmp_path / "nowhere.jsonl"))
