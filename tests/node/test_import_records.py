"""A file of records: whole or not at all, gone on with after a stop, and its index never more than a copy."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from comity.clock import SteppedClock
from comity.errors import BadInput, RefusedHere
from comity.node import import_records
from comity.node.check_own import check_own
from comity.node.contribute import find_record, read_record
from comity.node.import_records import Import
from comity.node.show_record import show_record
from comity.register.book import read_queries
from comity.register.record import Grading, Handling, Terms
from comity.testing.members import Member

from .registers import AT, NORTH, PEOPLE, TERMS, ask, enter, entity, kinds, lines, member

LATER = msgspec.structs.replace(TERMS, review=date(2033, 1, 1))


def count(held: Member) -> int:
    return held.read(lambda transaction: transaction.record_count())


def test_what_was_imported_is_found_now_and_after_opening_again(tmp_path: Path) -> None:
    held = member(tmp_path)
    done = enter(held)
    assert (done.entered, done.replaced) == (3, 0)
    assert ask(held, "Tavrin Merezhko") == ["p1"]
    held.act(lambda node, transaction: node.register.write(transaction))
    held.restart()
    assert ask(held, "Merezhko, Tavrin") == ["p1"]
    assert count(held) == 3
    held.close()


def test_a_record_keeps_its_terms_and_an_organisation_has_no_role() -> None:
    held = member()
    enter(held)
    person, company = (
        held.read(lambda transaction, key=key: read_record(find_record(transaction, key)))
        for key in ("p1", "o1")
    )
    assert person.terms == TERMS
    assert company.terms.role == ""
    assert str(person.terms.grading) == "X4"
    assert person.terms.handling is Handling.REFERENCE
    assert person.subject.statements[0].first_seen == "2031-03-14"


def test_one_bad_line_and_nothing_is_entered_and_all_mistakes_are_told() -> None:
    bad = [*PEOPLE, (4, b"{"), (5, entity("p1", "Twice")), (6, entity("p6", "", "Wizard"))]
    bad.append((7, entity("south.example/s1", "Ilse Zandstra")))
    held = member()
    with pytest.raises(BadInput) as refusal:
        enter(held, bad)
    assert count(held) == 0
    assert ask(held, "Tavrin Merezhko") == []
    assert held.read(lambda transaction: transaction.staged("file")) == (0, 0)
    assert "register-import" not in kinds(held)
    said = "\n".join(refusal.value.mistakes)
    assert "people:4: not JSON" in said
    assert "people:5: `p1` stands already on line 1" in said
    assert "people:6: `schema`" in said
    assert "people:7: `south.example/s1` reads as a record of south.example" in said


@pytest.mark.parametrize(
    ("terms", "cites"),
    [
        (msgspec.structs.replace(TERMS, basis=" "), "safeguard 2"),
        (msgspec.structs.replace(TERMS, role=""), "safeguard 2"),
        (msgspec.structs.replace(TERMS, role="journalist"), "safeguard 2"),
        (msgspec.structs.replace(TERMS, role="associate"), "safeguard 1"),
        (msgspec.structs.replace(TERMS, review=date(2031, 3, 14)), "safeguard 3"),
        (msgspec.structs.replace(TERMS, kind="political-opinion"), "safeguard 1"),
        (msgspec.structs.replace(TERMS, purpose="ethnicity"), "safeguard 1"),
    ],
)
def test_a_record_without_what_a_record_needs_is_refused_with_the_safeguard(terms: Terms, cites: str) -> None:
    held = member()
    with pytest.raises(RefusedHere, match=cites):
        enter(held, terms=terms)
    assert count(held) == 0


@pytest.mark.parametrize("name", ["...", "\u200b\u200b", "🙂 🙂", "a", "T."])
def test_whoever_enters_what_no_check_will_find_is_told(name: str) -> None:
    done = enter(member(), lines(entity("p1", "Tavrin Merezhko"), entity("p2", name)))
    assert done.entered == 2
    (said,) = done.to_read
    assert said.startswith("people:2: register: no name of it has a word that can be looked for")
    assert enter(member(), lines(entity("p2", name, passportNumber=["X1234567"]))).to_read == ()


@pytest.mark.parametrize("name", ["Li", "박", "X Æ", "李", "7"])
def test_a_short_word_is_a_word(name: str) -> None:
    held = member()
    assert enter(held, lines(*(PEOPLE[at][1] for at in range(3)), entity("p9", name))).to_read == ()
    assert "p9" in [
        hit["id"] for hit in held.act(check_own, read_queries(lines(entity("q", name))))[0]["hits"]
    ]


def test_a_record_about_religion_is_refused() -> None:
    with pytest.raises(RefusedHere, match="safeguard 1"):
        enter(member(), lines(entity("p1", "Tavrin Merezhko", religion=["x"])))


def test_what_has_run_out_answers_no_check_of_ones_own_and_is_marked_where_it_is_shown() -> None:
    clock = SteppedClock(AT)
    held = Member.in_memory(NORTH, clock, "register", 1)
    enter(held)
    enter(held, lines(entity("p7", "Tavrin Merezhko")), terms=LATER, name="second")
    assert ask(held, "Tavrin Merezhko") == ["p1", "p7"]
    assert held.act(show_record, "p1")["ran_out"] is False
    clock.step(timedelta(days=386))
    assert ask(held, "Tavrin Merezhko") == ["p7"]
    assert held.act(show_record, "p1")["ran_out"] is True


def test_importing_again_replaces_ones_own_and_keeps_the_first_entry() -> None:
    clock = SteppedClock(AT)
    held = Member.in_memory(NORTH, clock, "register", 1)
    enter(held)
    clock.step(timedelta(days=9))
    done = enter(held, lines(entity("p2", "Jorunn Ashgrove")), name="second")
    assert (done.entered, done.replaced) == (0, 1)
    assert ask(held, "Jorunn Ashgrove") == ["p2"]
    assert ask(held, "Jorvik Quillfeather") == []
    again = held.read(lambda transaction: read_record(find_record(transaction, "p2")))
    assert (again.entered, again.changed) == (AT, AT + timedelta(days=9))


def test_an_import_that_was_stopped_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_records, "AT_ONCE", 2)
    held = member()
    stopped = Import("file", PEOPLE, TERMS, "people")
    assert held.act(stopped.more) == 2
    assert ask(held, "Tavrin Merezhko") == []  # staged is not entered
    again = Import("file", PEOPLE, TERMS, "people")
    assert held.act(again.begin) == 2
    while not again.ended:
        held.act(again.more)
    assert held.act(again.end).entered == 3
    assert ask(held, "Tavrin Merezhko") == ["p1"]
    assert kinds(held).count("register-import") == 1


def words(count: int) -> list[tuple[int, bytes]]:
    """Give records with words that a person should read."""
    said = ["a member of a mosque board"]
    return lines(*(entity(f"s{number}", f"Tavrin Merezhko {number}", notes=said) for number in range(count)))


def test_what_a_person_should_read_is_told_after_a_stop_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_records, "AT_ONCE", 2)
    held = member()
    held.act(Import("file", words(5), TERMS, "people").more)
    again = Import("file", words(5), TERMS, "people")
    held.act(again.begin)
    while not again.ended:
        held.act(again.more)
    assert sorted(held.act(again.end).to_read) == sorted(enter(member(), words(5)).to_read)


def test_how_much_more_a_person_should_read_is_told() -> None:
    done = enter(member(), words(300))
    assert (len(done.to_read), done.to_read[-1]) == (201, "people: and 100 more")


def test_a_file_that_cannot_be_read_to_its_end_leaves_nothing_staged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_records, "AT_ONCE", 2)

    def broken() -> Iterator[tuple[int, bytes]]:
        yield from PEOPLE
        raise BadInput("people: cannot be read: the archive ends in the middle")

    held = member()
    with pytest.raises(BadInput, match="ends in the middle"):
        enter(held, broken())
    assert held.read(lambda transaction: transaction.staged("file")) == (0, 0)
    assert count(held) == 0


def test_a_repetition_is_found_across_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_records, "AT_ONCE", 2)
    held = member()
    held.act(Import("file", PEOPLE, TERMS, "people").more)
    twice = [*PEOPLE, (4, entity("p1", "Twice"))]
    with pytest.raises(BadInput, match="people:4: `p1` stands already on line 1"):
        enter(held, twice)
    assert count(held) == 0


def test_a_lost_or_stale_index_is_made_again_from_the_records(tmp_path: Path) -> None:
    held = member(tmp_path)
    enter(held)
    held.act(lambda node, transaction: node.register.write(transaction))
    index = tmp_path / "north" / "register-index"
    stale = tmp_path / "stale"
    shutil.copytree(index, stale)
    enter(held, lines(entity("p4", "Ilse Zandstra")), name="second")
    shutil.rmtree(index)
    stale.rename(index)  # as after a crash between the records and the index
    held.restart()
    assert ask(held, "Ilse Zandstra") == ["p4"]
    assert ask(held, "Tavrin Merezhko") == ["p1"]
    (index / "index.json").write_text("{")
    held.restart()
    assert ask(held, "Tavrin Merezhko") == ["p1"]
    held.close()


def test_what_an_act_enters_and_then_undoes_is_found_no_more() -> None:
    held = member()
    enter(held)
    under_way = Import("second", lines(entity("p9", "Oyelaran Abimbade")), TERMS, "people")
    held.act(under_way.more)

    def fail(node: object, transaction: object) -> None:
        under_way.end(node, transaction)  # type: ignore[arg-type]
        assert held.node.register.names(transaction).every.find("p9") >= 0  # type: ignore[arg-type]
        raise RefusedHere("changed its mind")

    with pytest.raises(RefusedHere):
        held.act(fail)
    assert ask(held, "Oyelaran Abimbade") == []
    assert ask(held, "Tavrin Merezhko") == ["p1"]
    assert held.act(under_way.end).entered == 1
    assert ask(held, "Oyelaran Abimbade") == ["p9"]


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
