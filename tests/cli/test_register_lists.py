"""`comity register import` and `export` with lists in many formats: all of a file or nothing."""

import json
from pathlib import Path

import pytest

from cli.land import Comity, Land
from interop.lists import invented_lists as lists

TERMS = (
    "--basis",
    "Lists Act s. 4",
    "--role",
    "sanctioned",
    "--decision",
    "LA 30/17",
    "--review",
    "2099-01-01",
)


@pytest.mark.parametrize(
    ("text", "entered", "asked", "found"),
    [
        (lists.UN, 2, "Merezhko Tavrin", "un-sc-7000001"),
        (lists.EU_CSV, 2, "Zandstra, Ilse van der", "eu-fsf-901"),
        (lists.UK_NEW, 2, "Jorvik Quillfeather", "gb-sanctions-XXX0001"),
        (lists.OFAC, 2, "Marisol Quintanar", "us-ofac-sdn-90001"),
        (lists.STATEMENTS, 1, "Мережко Таврін", "n-1"),
    ],
)
def test_a_list_is_entered_and_found(
    comity: Comity, land: Land, tmp_path: Path, text: str, entered: int, asked: str, found: str
) -> None:
    path = tmp_path / "list"
    path.write_text(text)
    done = comity("register", "import", path, *TERMS, "--json", "--home", land.north)
    assert done.code == 0, done.err
    assert json.loads(done.out)["entered"] == entered
    hits = json.loads(comity("register", "check", asked, "--json", "--home", land.north).out)["hits"]
    assert hits[0]["id"] == found
    assert hits[0]["hit"]


def test_one_broken_entry_keeps_all_out_and_is_named_with_its_line(
    comity: Comity, land: Land, tmp_path: Path
) -> None:
    path = tmp_path / "un.xml"
    path.write_text(lists.UN.replace("<DATAID>7000002</DATAID>", ""))
    done = comity("register", "import", path, *TERMS, "--home", land.north)
    assert done.code == 2
    assert "un.xml:20: an entry needs an id" in done.err
    assert comity("register", "show", "un-sc-7000001", "--home", land.north).code == 3


def test_what_is_exported_can_be_imported_with_who_said_what(
    comity: Comity, land: Land, tmp_path: Path
) -> None:
    (tmp_path / "own.csv").write_text(lists.OWN)
    (tmp_path / "mapping.toml").write_text(lists.MAPPING)
    own = (tmp_path / "own.csv", "--mapping", tmp_path / "mapping.toml")
    assert comity("register", "import", *own, *TERMS, "--home", land.north).code == 0
    for name, form in (("out.jsonl", "ftm"), ("out.csv", "statements")):
        written = comity("register", "export", tmp_path / name, "--format", form, "--home", land.north)
        assert written.code == 0, written.err
        assert oct((tmp_path / name).stat().st_mode & 0o777) == "0o600"
        again = comity("register", "import", tmp_path / name, *TERMS, "--json", "--home", land.south)
        assert again.code == 0, again.err
        shown = json.loads(comity("register", "show", "N-1", "--json", "--home", land.south).out)["subject"]
        assert {statement["value"] for statement in shown["statements"]} >= {
            "Jorunn Ashgrove",
            "1970-03-14",
            "no",
        }
    assert {statement["source"] for statement in shown["statements"]} == {"north-watchlist"}


def test_an_export_never_writes_over_a_file(comity: Comity, land: Land, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("precious")
    refused = comity("register", "export", tmp_path / "there", "--home", land.north)
    assert (refused.code, (tmp_path / "there").read_text()) == (2, "precious")
    assert "cannot be written: file exists" in refused.err
