"""The register in a home: whole or not at all, durable, and its index never more than a copy."""

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from comity.errors import BadInput, HomeTooNew, RefusedHere, StorageError
from comity.identifiers import PartyId
from comity.register.book import check_batch, import_entities, read_queries
from comity.register.record import Grading, Handling, Terms
from comity.storage.register import RegisterFolder

AT = datetime(2031, 3, 14, 9, tzinfo=UTC)
TERMS = Terms(
    owner=PartyId("cert.north.example"),
    basis="Lists Act 2030 s. 4",
    role="sanctioned",
    decision="LA 2030/17",
    review=date(2032, 3, 14),
)


def entity(identity: str, name: str, schema: str = "Person", **properties: list[str]) -> bytes:
    return json.dumps(
        {"id": identity, "schema": schema, "properties": {"name": [name]} | properties}
    ).encode()


def lines(*entities: bytes) -> list[tuple[int, bytes]]:
    return list(enumerate(entities, start=1))


PEOPLE = lines(
    entity("p1", "Tavrin Merezhko", birthDate=["1961-04-23"]),
    entity("p2", "Jorvik Quillfeather"),
    entity("o1", "Brackwater Holdings Ltd", "Company"),
)


def ask(folder: RegisterFolder, name: str, **properties: list[str]) -> list[str]:
    query = read_queries(lines(entity("q", name, **properties)))
    (answer,) = check_batch(folder.index(), query)
    return [hit["id"] for hit in answer["hits"] if hit["hit"]]


def test_what_was_imported_is_found_now_and_after_opening_again(tmp_path: Path) -> None:
    with RegisterFolder(tmp_path) as folder:
        done = import_entities(folder, PEOPLE, TERMS, at=AT, source="people")
        assert (done.entered, done.replaced) == (3, 0)
        assert ask(folder, "Tavrin Merezhko") == ["p1"]
    with RegisterFolder(tmp_path) as folder:
        assert ask(folder, "Merezhko, Tavrin") == ["p1"]
        assert folder.count() == 3


def test_a_record_keeps_its_terms_and_an_organisation_has_no_role(tmp_path: Path) -> None:
    with RegisterFolder(tmp_path) as folder:
        import_entities(folder, PEOPLE, TERMS, at=AT)
        person, company = folder.get("p1"), folder.get("o1")
    assert person is not None
    assert company is not None
    assert person.terms == TERMS
    assert company.terms.role == ""
    assert str(person.terms.grading) == "X4"
    assert person.terms.handling is Handling.REFERENCE
    assert person.subject.statements[0].first_seen == "2031-03-14"


def test_one_bad_line_and_nothing_is_entered_and_all_mistakes_are_told(tmp_path: Path) -> None:
    bad = [*PEOPLE, (4, b"{"), (5, entity("p1", "Twice")), (6, entity("p6", "", "Wizard"))]
    with RegisterFolder(tmp_path) as folder:
        with pytest.raises(BadInput) as refusal:
            import_entities(folder, bad, TERMS, at=AT, source="people.jsonl")
        assert folder.count() == 0
        assert ask(folder, "Tavrin Merezhko") == []
    said = "\n".join(refusal.value.mistakes)
    assert "people.jsonl:4: not JSON" in said
    assert "people.jsonl:5: `p1` stands already on line 1" in said
    assert "people.jsonl:6: `schema`" in said


@pytest.mark.parametrize(
    ("terms", "cites"),
    [
        (msgspec.structs.replace(TERMS, basis=" "), "safeguard 2"),
        (msgspec.structs.replace(TERMS, role=""), "safeguard 2"),
        (msgspec.structs.replace(TERMS, role="journalist"), "safeguard 2"),
        (msgspec.structs.replace(TERMS, role="associate"), "safeguard 1"),
        (msgspec.structs.replace(TERMS, review=date(2031, 3, 14)), "safeguard 3"),
    ],
)
def test_a_record_without_what_a_record_needs_is_refused_with_the_safeguard(
    tmp_path: Path, terms: Terms, cites: str
) -> None:
    with RegisterFolder(tmp_path) as folder:
        with pytest.raises(RefusedHere, match=cites):
            import_entities(folder, PEOPLE, terms, at=AT)
        assert folder.count() == 0


def test_a_record_about_religion_is_refused(tmp_path: Path) -> None:
    with RegisterFolder(tmp_path) as folder, pytest.raises(RefusedHere, match="safeguard 1"):
        import_entities(folder, lines(entity("p1", "Tavrin Merezhko", religion=["x"])), TERMS, at=AT)


def test_a_role_is_not_needed_for_what_is_not_a_person(tmp_path: Path) -> None:
    with RegisterFolder(tmp_path) as folder:
        terms = msgspec.structs.replace(TERMS, role="")
        assert import_entities(folder, PEOPLE[2:], terms, at=AT).entered == 1


def test_importing_again_replaces_ones_own_and_keeps_the_first_entry(tmp_path: Path) -> None:
    later = datetime(2031, 5, 1, tzinfo=UTC)
    with RegisterFolder(tmp_path) as folder:
        import_entities(folder, PEOPLE, TERMS, at=AT)
        done = import_entities(folder, lines(entity("p2", "Jorunn Ashgrove")), TERMS, at=later)
        assert (done.entered, done.replaced) == (0, 1)
        assert ask(folder, "Jorunn Ashgrove") == ["p2"]
        assert ask(folder, "Jorvik Quillfeather") == []
        record = folder.get("p2")
        assert record is not None
        assert (record.entered, record.changed) == (AT, later)


def test_nobody_edits_the_record_of_another(tmp_path: Path) -> None:
    south = msgspec.structs.replace(TERMS, owner=PartyId("cert.south.example"))
    with RegisterFolder(tmp_path) as folder:
        import_entities(folder, PEOPLE, TERMS, at=AT)
        with pytest.raises(BadInput, match=r"is a record of cert\.north\.example, who alone may change it"):
            import_entities(folder, lines(entity("p1", "Another")), south, at=AT)
        assert ask(folder, "Tavrin Merezhko") == ["p1"]


def test_a_lost_or_stale_index_is_made_again_from_the_records(tmp_path: Path) -> None:
    with RegisterFolder(tmp_path) as folder:
        import_entities(folder, PEOPLE, TERMS, at=AT)
        folder.index()
    stale = tmp_path / "stale"
    shutil.copytree(tmp_path / "register-index", stale)
    with RegisterFolder(tmp_path) as folder:
        import_entities(folder, lines(entity("p4", "Ilse Zandstra")), TERMS, at=AT)
    shutil.rmtree(tmp_path / "register-index")
    stale.rename(tmp_path / "register-index")  # as after a crash between the records and the index
    with RegisterFolder(tmp_path) as folder:
        assert ask(folder, "Ilse Zandstra") == ["p4"]
    shutil.rmtree(tmp_path / "register-index")
    with RegisterFolder(tmp_path) as folder:
        assert ask(folder, "Tavrin Merezhko") == ["p1"]


def test_a_removed_record_is_gone_from_records_and_index(tmp_path: Path) -> None:
    with RegisterFolder(tmp_path) as folder:
        import_entities(folder, PEOPLE, TERMS, at=AT)
        with folder.writing() as change:
            change.remove("p1")
        assert folder.get("p1") is None
        assert ask(folder, "Tavrin Merezhko") == []
        left = b"".join(path.read_bytes() for path in tmp_path.glob("register.db*"))
        assert b"Quillfeather" in left
        assert b"Merezhko" not in left


def test_records_whose_review_is_due_are_listed(tmp_path: Path) -> None:
    with RegisterFolder(tmp_path) as folder:
        import_entities(folder, PEOPLE, TERMS, at=AT)
        assert list(folder.due("2032-03-13")) == []
        assert [record.id for record in folder.due("2032-03-14")] == ["o1", "p1", "p2"]


def test_a_register_of_a_newer_comity_or_no_register_is_not_touched(tmp_path: Path) -> None:
    with RegisterFolder(tmp_path) as folder:
        folder._db.execute("PRAGMA user_version=99")
    with pytest.raises(HomeTooNew):
        RegisterFolder(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "register.db").write_bytes(b"not a database " * 100)
    with pytest.raises(StorageError):
        RegisterFolder(tmp_path / "other")


def test_the_files_are_for_the_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    RegisterFolder(home).close()
    assert (home / "register.db").stat().st_mode & 0o077 == 0
    assert home.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["A1", "X4", "B3"])
def test_gradings_are_read_and_put_in_words(text: str) -> None:
    assert str(Grading.parse(text)) == text
    assert Grading.parse(text).in_words()


@pytest.mark.parametrize("text", ["", "A", "D1", "A5", "a1", "A1\n"])
def test_other_gradings_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        Grading.parse(text)


def test_bad_questions_are_all_told_with_their_lines() -> None:
    with pytest.raises(BadInput) as refusal:
        read_queries([(1, entity("q1", "Fine")), (2, b"{"), (7, b"[]")], source="asked")
    assert [mistake.split(": ")[0] for mistake in refusal.value.mistakes] == ["asked:2", "asked:7"]
