"""The public lists, tables of one's own and statements become subjects; what is hostile is refused with its line."""

import gzip
import zipfile
from pathlib import Path

import pytest

from comity.errors import BadInput, ForeignInput
from comity.interop.lists import files, xml_records
from comity.interop.lists.formats import format_of, read_list
from comity.register.subjects import Subject
from interop.lists import invented_lists as lists


def read(
    folder: Path, text: str | bytes, form: str = "auto", *, name: str = "list", mapping: str = ""
) -> list[Subject]:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    said = folder / "mapping.toml"
    said.write_text(mapping)
    form = format_of(path) if form == "auto" else form
    found = []
    for _, subject in read_list(path, form, mapping=said if mapping else None):
        if isinstance(subject, ForeignInput):
            raise subject
        found.append(subject)
    return found


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (lists.UN, "un-xml"), (lists.EU_XML, "eu-xml"), (lists.EU_CSV, "eu-csv"), (lists.UK_OLD, "uk-csv"),
        (lists.UK_NEW, "uk-csv"), (lists.OFAC, "ofac-xml"), (lists.OFAC_CSV, "ofac-csv"),
        (lists.STATEMENTS, "statements"), ('\ufeff{"id": "a"}', "ftm"),
    ],
)  # fmt: skip
def test_a_file_tells_its_format(tmp_path: Path, text: str, form: str) -> None:
    (tmp_path / "list").write_text(text)
    assert format_of(tmp_path / "list") == form
    with gzip.open(tmp_path / "list.gz", "wt") as packed:
        packed.write(text)
    assert format_of(tmp_path / "list.gz") == form
    with zipfile.ZipFile(tmp_path / "list.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list", text)
    assert format_of(tmp_path / "list.zip") == form


def test_the_list_of_the_united_nations(tmp_path: Path) -> None:
    person, firm = read(tmp_path, lists.UN)
    assert (person.id, person.schema) == ("un-sc-7000001", "Person")
    assert person.names == (
        "Tavrin Oleksandrovych Merezhko",
        "Мережко Таврін",
        "Tavrin Merezhka",
        "T. Merezhko",
    )
    assert person.values("weakAlias") == ("The Ferryman",)
    assert person.values("birthDate") == ("1961-04-23", "1958", "1960")
    assert person.values("nationality") == ("ir",)
    assert person.values("country") == ("ci",)
    assert person.values("passportNumber") == ("X1234567",)
    assert {statement.source for statement in person.statements} == {"un-sc"}
    assert [s.original for s in person.statements if s.prop == "nationality"] == [
        "Iran (Islamic Republic of)"
    ]
    assert (firm.schema, firm.values("previousName"), firm.values("country")) == (
        "Organization",
        ("North Star Wool",),
        ("sy",),
    )


@pytest.mark.parametrize("text", [lists.EU_XML, lists.EU_CSV])
def test_the_list_of_the_european_union_says_the_same_in_both_its_forms(tmp_path: Path, text: str) -> None:
    person, firm = read(tmp_path, text)
    assert (person.id, person.schema) == ("eu-fsf-901", "Person")
    assert person.names == ("Ilse van der Zandstra", "Илсе Зандстра")
    assert person.values("birthDate") == ("1958-11-02",)
    assert person.values("citizenship") == ("nl",)
    assert person.values("passportNumber") == ("AB 99",)
    assert person.values("gender") == ("female",)
    assert person.values("birthCountry") == ()
    assert (firm.id, firm.schema, firm.names) == (
        "eu-fsf-902",
        "Organization",
        ("Brackwater Holdings No. 12",),
    )


def test_the_lists_of_the_united_kingdom_old_and_new(tmp_path: Path) -> None:
    person, firm = read(tmp_path, lists.UK_OLD)
    assert person.names == ("Jorvik QUILLFEATHER", "Jorvik QUILL")
    assert person.values("weakAlias") == ("RIVER BOY",)
    assert person.values("birthDate") == ("1983-07-09", "1983")
    assert person.values("nationality") == ("is", "no")
    assert firm.names == ("SEA LANTERN TRADING", "Морской фонарь")
    person, ship = read(tmp_path, lists.UK_NEW)
    assert (person.id, person.names) == ("gb-sanctions-XXX0001", ("Jorvik QUILLFEATHER",))
    assert (ship.schema, ship.values("imoNumber"), ship.values("flag")) == ("Vessel", ("9074729",), ("pa",))


@pytest.mark.parametrize("text", [lists.OFAC, lists.OFAC_CSV])
def test_the_list_of_the_united_states_in_both_its_forms(tmp_path: Path, text: str) -> None:
    person, ship = read(tmp_path, text)
    assert (person.id, person.schema, person.names[0]) == (
        "us-ofac-sdn-90001",
        "Person",
        "Marisol QUINTANAR EBREO",
    )
    assert person.values("birthDate") == ("1946-12-19",)
    assert (ship.schema, ship.values("imoNumber"), ship.values("callSign"), ship.values("flag")) == (
        "Vessel",
        ("9074729",),
        ("H3XX",),
        ("pa",),
    )


def test_aliases_of_the_united_states_are_strong_or_weak(tmp_path: Path) -> None:
    person, _ = read(tmp_path, lists.OFAC)
    assert person.values("alias") == ("Mari EBREO",)
    assert person.values("weakAlias") == ("LA PALOMA",)
    assert (person.values("passportNumber"), person.values("gender")) == (("G-77",), ("female",))


def test_statements_keep_who_says_what_and_since_when(tmp_path: Path) -> None:
    (person,) = read(tmp_path, lists.STATEMENTS)
    assert (person.id, person.schema, len(person.statements)) == ("n-1", "Person", 3)
    latin, native, born = person.statements
    assert (latin.source, latin.lang, latin.first_seen) == ("list-a", "eng", "2030-01-01")
    assert (native.source, native.last_seen) == ("list-b", "2031-01-01")
    assert born.original == "23.04.1961"


def test_a_table_of_ones_own_is_read_with_a_mapping(tmp_path: Path) -> None:
    person, firm = read(tmp_path, lists.OWN, "csv", mapping=lists.MAPPING)
    assert (person.id, person.schema) == ("N-1", "Person")
    assert person.names == ("Jorunn Ashgrove", "J. Ash", "Runa Ashgrove", "Jorunn Ashgrove-Quill")
    assert person.values("birthDate") == ("1970-03-14",)
    assert person.values("nationality") == ("no", "is")
    assert person.values("address") == ("Quay 4, Quillport",)
    assert person.statements[0].source == "north-watchlist"
    assert (firm.schema, firm.names) == ("Company", ("Ashgrove Wool",))


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("schema = ", "not TOML"),
        ('schema = "Person"', "properties"),
        ('schema = "Ghost"\n[properties]\nname = "Full name"', "`Ghost` is not one of"),
        ('schema = "Person"\nunheard = 1\n[properties]\nname = "Full name"', "unheard"),
        (
            'schema = "Person"\n[properties]\nname = "No such column"',
            "no row names the columns `No such column`",
        ),
        ('schema = "Person"\n[properties]\nname = { join = "x" }', "needs one of"),
        ('schema = "Person"\nseparator = ";;"\n[properties]\nname = "Full name"', "one character"),
    ],
)
def test_a_mapping_that_says_nothing_sensible_is_refused(tmp_path: Path, mapping: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read(tmp_path, lists.OWN, "csv", mapping=mapping)


LAUGHS = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>
<CONSOLIDATED_LIST><INDIVIDUAL><DATAID>&b;</DATAID></INDIVIDUAL></CONSOLIDATED_LIST>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/hostname">
<CONSOLIDATED_LIST><INDIVIDUAL/></CONSOLIDATED_LIST>"""


def _un(inside: str) -> str:
    return f"<CONSOLIDATED_LIST>\n<INDIVIDUAL>{inside}</INDIVIDUAL></CONSOLIDATED_LIST>"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LAUGHS, "list:1: a document type"),
        (OUTSIDE, "list:1: a document type"),
        (_un("<DATAID>&other;</DATAID>"), "list:2: not XML: undefined entity"),
        (_un("<a>" * 40 + "</a>" * 40), "list:2: deeper than 32"),
        (_un("<a/>" * 20_001), "list:2: a record of more than 20,000 elements"),
        (_un("<a>" + "x" * 70_000 + "</a>"), "list:2: a text of more than"),
        (_un("".join(f"<a>{'x' * 60_000}</a>" for _ in range(20))), "list:2: a record of more than 1 Mi"),
        (_un("<a " + " ".join(f'b{n}="x"' for n in range(70)) + "/>"), "list:2: more than 64 attributes"),
        (_un("<DATAID>1</DATAID>") + "x", "list:2: not XML"),
        (_un("<DATAID>1"), "list:2: not XML: mismatched tag"),
        ("<CONSOLIDATED_LIST><INDIVIDUAL>", "list:1: not XML: no element found"),
        (_un("<DATAID>1</DATAID>"), "list:2: `un-sc-1` has neither a name nor an identifier"),
        (_un("<FIRST_NAME>Somebody</FIRST_NAME>"), "list:2: an entry needs an id"),
    ],
)
def test_hostile_and_broken_xml_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said.replace("(", r"\(")):
        read(tmp_path, text, "un-xml")


def test_a_tag_without_end_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_records, "_MAX_TOKEN", 1 << 17)
    with pytest.raises(BadInput, match="longer than"):
        read(tmp_path, _un("<!-- " + "x" * 600_000), "un-xml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (lists.OWN.replace("N-2;firm;", "N-2;firm;" + "x" * 140_000), "list:4: not a table"),
        (lists.OWN + "N-3;firm;A;;;;;;;extra\n", "list:5: 10 values where there are 8 columns"),
        (lists.OWN + "N-3;ghost;A\n", "list:5: `ghost` is not one of"),
        (lists.OWN.encode() + b"N-3;firm;\xff\xfe\n", "list:5: not utf-8"),
        (lists.OWN + "x" * (1 << 20) + "xx\n", "list:5: a line longer than 1 MiB"),
        (lists.OWN + '"N-3;firm', "list:5"),
        (lists.OWN + ";firm;A\n", "list:5: an entry needs an id"),
    ],
)
def test_broken_tables_are_refused_with_their_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read(tmp_path, text, "csv", mapping=lists.MAPPING)


@pytest.mark.parametrize(
    ("text", "form"),
    [(lists.EU_CSV + "01/03/2031\n", "eu-csv"), (lists.STATEMENTS + "s9,c-9\n", "statements")],
)
def test_a_row_cut_short_ends_in_nothing(tmp_path: Path, text: str, form: str) -> None:
    path = tmp_path / "list"
    path.write_text(text)
    *_, (line, last) = read_list(path, form)
    assert isinstance(last, ForeignInput)
    assert str(last.mistakes[0]).startswith(f"list:{line}: ")


def test_a_bomb_ends_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 1 << 20)
    bomb = _un("<!--" + " " * 100 + "-->").encode() + b" " * (8 << 20)
    with gzip.open(tmp_path / "bomb.gz", "wb") as packed:
        packed.write(bomb)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list.xml", bomb)
    for name in ("bomb.gz", "bomb.zip"):
        with (
            files.opened(tmp_path / name, most=1 << 20) as file,
            pytest.raises(BadInput, match="longer than 1 MiB"),
        ):
            list(xml_records.records(file, ("INDIVIDUAL",)))


def test_a_zip_holds_one_file_and_no_secret(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a", "x")
        archive.writestr("b", "x")
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 and then nothing")
    (tmp_path / "broken.gz").write_bytes(b"\x1f\x8b\x08 and then nothing")
    for name, said in (
        ("two.zip", "a zip of 2 files"),
        ("broken.zip", "cannot be read"),
        ("broken.gz", "cannot"),
    ):
        with pytest.raises(BadInput, match=said):
            format_of(tmp_path / name)
    with pytest.raises(BadInput, match="no such file"):
        format_of(tmp_path / "nowhere")
    with pytest.raises(BadInput, match="of no format known"):
        (tmp_path / "poem").write_text("shall I compare")
        format_of(tmp_path / "poem")
