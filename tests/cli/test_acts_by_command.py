"""Consents, withdrawals, legal hold, duties and replay as an officer types them; letters go by pouch."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.land import Comity, Land, Outcome

NOTE = "note"
Carry = Callable[[str, str], None]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers at once where letters go by pouch."""
    monkeypatch.setattr("comity.cli.withdraw._WAIT", 0.0)


@pytest.fixture
def carry(comity: Comity, land: Land, tmp_path: Path) -> Carry:
    """Carry everything owed from one home to the other, and the receipts back."""
    homes = {"north": land.north, "south": land.south}

    def go(giver: str, to: str) -> None:
        for one, other in ((giver, to), (to, giver)):
            file = tmp_path / "letters.pouch"
            packed = comity("pouch", "pack", f"{other}.example", file, "--home", homes[one])
            if packed.code == 3:  # nothing is owed
                continue
            assert packed.code == 0, packed.err
            assert comity("pouch", "open", file, "--home", homes[other]).code == 0

    return go


def plain(outcome: Outcome) -> Any:
    """Read the one JSON object a command printed."""
    return json.loads(outcome.out)


def lines(outcome: Outcome) -> list[Any]:
    """Read the JSON Lines a command printed."""
    return [json.loads(line) for line in outcome.out.splitlines()]


def share(comity: Comity, land: Land) -> str:
    shared = comity(
        "share", NOTE, "--to", "south.example", "--purpose", "network-defence", "--home", land.north, "--json"
    )
    assert shared.code == 5, shared.err  # by pouch only
    digest: str = plain(shared)["item"]["id"]
    return digest


def test_a_consent_is_previewed_given_listed_and_taken_back(comity: Comity, land: Land) -> None:
    digest = share(comity, land)
    said = ("--holder", "south.example", "--to", "east.example")
    seen = comity("consent", "preview", *said, "--item", digest, "--home", land.north)
    assert (seen.code, seen.out.splitlines()[0]) == (0, "this opens 1 item to east.example")
    given = comity(
        "consent", "give", *said, "--item", digest, "--until", "2099-01-01", "--home", land.north, "--json"
    )
    assert (given.code, plain(given)["state"], plain(given)["item"]) == (0, "stands", digest)
    assert comity("consent", "given", "--home", land.north).out.count(plain(given)["id"][:12]) == 1
    back = comity("consent", "take-back", plain(given)["id"][:12], "--home", land.north, "--json")
    assert (back.code, plain(back)["state"]) == (0, "taken back")


def test_a_consent_says_over_how_many_hops_it_carries_and_on_what_condition(
    comity: Comity, land: Land
) -> None:
    digest = share(comity, land)
    said = ("--holder", "south.example", "--to", "east.example", "--item", digest, "--until", "2099-01-01")
    given = comity(
        "consent", "give", *said, "--hops", "2", "--condition", "by hand only", "--home", land.north
    )
    assert given.code == 0 and f"{digest[:12]}, hops: 2 [by hand only] to east.example" in given.out
    wrong = comity("consent", "give", *said, "--hops", "0", "--home", land.north)
    assert (wrong.code, "carries over 1 to 64 hops, not 0" in wrong.err) == (2, True)


def test_a_person_asks_the_one_who_received_it_and_the_originator_grants_it(
    comity: Comity, land: Land, carry: Carry
) -> None:
    digest = share(comity, land)
    carry("north", "south")
    asked = comity(
        "redress", "ask", digest, "--asks", "erase", "--why", "wrong address", "--home", land.south
    )
    assert asked.code == 0 and asked.out.startswith("waiting: request "), asked.err
    carry("south", "north")
    (put,) = lines(comity("redress", "list", "--home", land.north, "--json"))
    assert (put["by"], put["of"], put["state"]) == ("south.example", "north.example", "waiting")
    granted = comity("redress", "grant", put["id"][:12], "--because", "you are right", "--home", land.north)
    assert granted.code == 0 and granted.out.startswith("granted: request ")
    carry("north", "south")
    assert "granted: you are right" in comity("redress", "list", "--home", land.south).out
    (held,) = [
        row for row in lines(comity("item", "list", "--home", land.south, "--json")) if row["id"] == digest
    ]
    assert held["state"] == "erased"
    late = comity("redress", "refuse", put["id"][:12], "--because", "no", "--home", land.north)
    assert late.code == 1 and "is granted already" in late.err


def test_a_consent_to_nothing_in_particular_names_every_mistake(comity: Comity, land: Land) -> None:
    found = comity(
        "consent",
        "give",
        "--holder",
        "north.example",
        "--to",
        "north.example",
        "--until",
        "2001-01-01",
        "--home",
        land.north,
    )
    assert found.code == 2
    assert len([line for line in found.err.splitlines() if line.startswith("comity: ")]) == 3


def test_what_is_on_hold_answers_retained_and_is_erased_when_released(
    comity: Comity, land: Land, carry: Carry
) -> None:
    digest = share(comity, land)
    carry("north", "south")
    held = comity("item", "hold", digest[:12], "--because", "court order 12", "--home", land.south)
    assert held.code == 0, held.err
    assert "court order 12" in comity("item", "show", digest[:12], "--home", land.south).out
    comity("withdraw", NOTE, "--home", land.north)
    carry("north", "south")
    carry("south", "north")
    shown = comity("withdraw", digest, "--show", "--home", land.north)
    assert "retained: legal hold: court order 12" in shown.out
    assert comity("item", "release", digest[:12], "--because", "over", "--home", land.south).code == 0
    carry("south", "north")
    assert " done" in comity("withdraw", digest, "--show", "--home", land.north).out


def test_an_item_shows_how_long_the_agreement_it_came_under_lets_it_be_kept(
    comity: Comity, land: Land, carry: Carry
) -> None:
    digest = share(comity, land)
    assert "retention: not limited" in comity("item", "show", digest, "--home", land.north).out  # one's own
    carry("north", "south")
    shown = comity("item", "show", digest, "--home", land.south)
    assert re.search(r"retention: 3 years, to 20..-..-.. \(north-south-2026 art\. 3\(2\)", shown.out), (
        shown.out
    )
    terms = plain(comity("item", "show", digest, "--json", "--home", land.south))["kept_until"]
    assert {each["length"] for each in terms} == {"P3Y"}


def test_a_correction_names_what_stands_in_its_place(
    comity: Comity, land: Land, carry: Carry, tmp_path: Path
) -> None:
    digest = share(comity, land)
    carry("north", "south")
    (tmp_path / "new.txt").write_text("An indicator: 203.0.113.8\n")
    added = comity(
        "item",
        "add",
        tmp_path / "new.txt",
        "--category",
        "incident.indicators",
        "--marking",
        "TLP:GREEN",
        "--home",
        land.north,
        "--json",
    )
    new = plain(added)["id"]
    done = comity("withdraw", digest, "--replaced-by", new, "--home", land.north, "--json")
    assert plain(done)["withdrawn"]["replaced_by"] == new
    assert [(each["to"], each["decision"]) for each in plain(done)["sent"]] == [
        ("south.example", "permitted")
    ]
    carry("north", "south")
    states = {
        row["id"]: row["state"] for row in lines(comity("item", "list", "--home", land.south, "--json"))
    }
    assert (states[digest], states[new]) == ("erased", "held")


def test_withdraw_says_what_it_needs(comity: Comity, land: Land) -> None:
    assert comity("withdraw", "--home", land.north).code == 2
    both = comity("withdraw", NOTE, "--erase", "--replaced-by", NOTE, "--home", land.north)
    assert (both.code, "not both" in both.err) == (2, True)
    late = comity("withdraw", "--overdue", "--home", land.north)
    assert (late.code, late.err.strip()) == (0, "nobody is late")


def test_the_day_s_duties_are_told_before_they_are_done(comity: Comity, land: Land) -> None:
    told = comity("duties", "--dry-run", "--home", land.north)
    assert (told.code, "this was only asked" in told.err) == (0, True)
    done = comity("duties", "--home", land.north, "--json")
    assert (done.code, plain(done)["erased"]) == (0, [])
    rows = lines(comity("journal", "show", "--home", land.north, "--json"))
    assert rows[-1]["kind"] == "duties"


def test_the_calendar_of_what_is_due_names_items_by_their_titles(
    comity: Comity, land: Land, carry: Carry, tmp_path: Path
) -> None:
    digest = share(comity, land)
    carry("north", "south")
    assert comity("withdraw", digest, "--reason", "wrong", "--home", land.north).code == 0
    due = plain(comity("duties", "--dry-run", "--home", land.north, "--json"))["due"]
    assert f"about item {digest[:12]}" in " ".join(row["what"] for row in due)
    made = comity("duties", "--dry-run", "--ics", tmp_path / "due.ics", "--home", land.north)
    assert made.code == 0, made.err
    text = (tmp_path / "due.ics").read_text().replace("\r\n ", "")
    assert "about item “note.txt” (south.example)" in text and f"item {digest[:12]}" not in text


def test_a_decision_is_replayed_by_its_number_and_what_is_none_is_not_found(
    comity: Comity, land: Land
) -> None:
    share(comity, land)
    rows = lines(comity("journal", "show", "--home", land.north, "--json"))
    number = next(row["number"] for row in rows if row["kind"] == "decided")
    again = comity("journal", "replay", number, "--home", land.north)
    assert again.code == 0, again.err
    assert "the same, byte for byte" in again.out
    assert comity("journal", "replay", 1, "--home", land.north).code == 3


def test_necessity_needs_its_officers_and_reason(comity: Comity, land: Land) -> None:
    said = ("share", NOTE, "--to", "south.example", "--purpose", "network-defence", "--home", land.north)
    alone = comity(*said, "--necessity", "--approved-by", "one")
    assert alone.code == 2
    assert len([line for line in alone.err.splitlines() if line.startswith("comity: ")]) == 2
    assert comity(*said, "--approved-by", "one", "--approved-by", "two").code == 2
    listed = comity("necessity", "list", "--home", land.north)
    assert (listed.code, listed.err.strip()) == (0, "no acts of necessity")


def test_a_caveat_is_read_before_the_content_is_saved(
    comity: Comity, land: Land, carry: Carry, tmp_path: Path
) -> None:
    (tmp_path / "careful.txt").write_text("An indicator: 203.0.113.9\n")
    comity(
        "item",
        "add",
        tmp_path / "careful.txt",
        "--category",
        "incident.indicators",
        "--marking",
        "TLP:GREEN",
        "--label",
        "careful",
        "--caveat",
        "not for the press office",
        "--home",
        land.north,
    )
    sent = comity(
        "share", "careful", "--to", "south.example", "--purpose", "network-defence", "--home", land.north
    )
    assert sent.code == 5, sent.err
    carry("north", "south")
    saved = tmp_path / "saved.txt"
    refused = comity("item", "show", "careful", "--save", saved, "--home", land.south)
    assert (refused.code, saved.exists()) == (1, False)
    assert "not for the press office" in refused.err
    assert comity("item", "read", "careful", "--home", land.south).code == 0
    assert comity("item", "show", "careful", "--save", saved, "--home", land.south).code == 0
    assert saved.read_text() == "An indicator: 203.0.113.9\n"


def test_a_refusal_over_the_purpose_names_it_and_those_that_are_agreed(comity: Comity, land: Land) -> None:
    asked = ("share", NOTE, "--to", "south.example", "--dry-run", "--home", land.north, "--purpose")
    slip = comity(*asked, "network-defense")
    assert slip.code == 1, slip
    agreed = "incident-response, network-defence"
    assert f"the purpose network-defense stands against it; agreed are: {agreed}\n" in slip.out
    assert "stands against it" not in comity(*asked, "network-defence").out
    assert plain(comity(*asked, "network-defense", "--json"))["purposes_instead"] == agreed.split(", ")


def test_what_is_made_from_a_withdrawn_item_is_refused_with_the_command_that_decides_of_it(
    comity: Comity, land: Land
) -> None:
    added = comity(
        *("item", "add", land.note_txt, "--category", "incident.reports", "--marking", "TLP:GREEN"),
        *("--label", "summary", "--made-from", NOTE, "--home", land.north, "--json"),
    )
    comity("withdraw", NOTE, "--home", land.north)
    shared = (
        "share",
        "summary",
        "--to",
        "south.example",
        "--purpose",
        "network-defence",
        "--home",
        land.north,
    )
    command = f"comity review {plain(added)['id'][:12]} --keep|--erase --because TEXT"
    done = comity(*shared)
    assert done.code == 1 and f"next: {command}\n" in done.err, done
    decided = command.replace("|--erase", "").replace("TEXT", "evidence").split()[1:]
    assert comity(*decided, "--home", land.north).code == 0
    assert comity(*shared).code == 5


def test_who_received_an_item_is_told_how_to_ask_for_its_withdrawal(
    comity: Comity, land: Land, carry: Carry
) -> None:
    digest = share(comity, land)
    carry("north", "south")
    done = comity("withdraw", digest, "--home", land.south)
    assert done.code == 1
    assert f"next: comity redress ask {digest[:12]} --asks erase --why TEXT\n" in done.err


def add(comity: Comity, file: Path, home: Path, *more: str) -> Outcome:
    said = ("--category", "incident.indicators", "--marking", "TLP:GREEN", *more)
    return comity("item", "add", file, *said, "--home", home)


def test_a_home_held_up_after_a_restore_says_so_in_its_status(
    comity: Comity, land: Land, carry: Carry
) -> None:
    share(comity, land)
    carry("north", "south")
    shutil.copytree(land.south, land.folder / "backup")
    assert add(comity, land.note_txt, land.south, "--label", "own").code == 0
    passing = ("--to", "north.example", "--purpose", "network-defence", "--home", land.south)
    assert comity("share", "own", *passing).code == 5
    carry("south", "north")
    shutil.rmtree(land.south)
    (land.folder / "backup").rename(land.south)
    assert add(comity, land.note_txt, land.north, "--label", "later").code == 0
    comity("share", "later", "--to", "south.example", "--purpose", "network-defence", "--home", land.north)
    file = land.folder / "letters.pouch"
    assert comity("pouch", "pack", "south.example", file, "--home", land.north).code == 0
    comity("pouch", "open", file, "--home", land.south)
    done = comity("status", "--home", land.south)
    assert done.code == 0
    assert "behind what north.example has kept: restored from an old backup" in done.out, done
    assert "next: comity journal reconcile north.example" in done.err


def test_a_label_calls_one_item_and_is_free_again_once_it_is_withdrawn(comity: Comity, land: Land) -> None:
    taken = add(comity, land.note_txt, land.north, "--label", NOTE)
    assert taken.code == 1 and "`note` is the label of item " in taken.err
    comity("withdraw", NOTE, "--home", land.north)
    assert add(comity, land.note_txt, land.north, "--label", NOTE).code == 0
    assert "state: held" in comity("item", "show", NOTE, "--home", land.north).out
    for bad in ("x" * 81, "a\u202eb", " padded"):
        done = add(comity, land.note_txt, land.north, "--label", bad)
        assert done.code == 2 and "a label is one short line: 80 characters at the most" in done.err, bad


def test_a_file_too_large_for_one_item_is_named_with_what_takes_it(comity: Comity, land: Land) -> None:
    file = land.folder / "big.bin"
    with file.open("wb") as made:
        made.truncate(300 * 1024 * 1024)
    for done in (
        add(comity, file, land.north),
        comity(
            *("share", file, "--category", "incident.indicators", "--marking", "TLP:GREEN"),
            *("--to", "south.example", "--purpose", "network-defence", "--home", land.north),
        ),
    ):
        assert (done.code, done.out) == (2, "")
        assert f"{file} has 314572800 bytes; an item has 104857600 at the most" in done.err
        assert f"next: comity file add {file} " in done.err


def test_a_consent_is_confirmed_with_its_purpose_and_a_slip_is_pointed_out(
    comity: Comity, land: Land
) -> None:
    given = ("consent", "give", "--holder", "south.example", "--to", "east.example", "--until", "2099-01-01")
    wide = ("--category", "incident.nosuch", "--agreement", "north-south-2026", "--home", land.north)
    done = comity(*given, *wide, "--purpose", "nosuch")
    assert done.code == 0 and "to east.example for nosuch until" in done.out, done
    assert "no agreement in force names the purpose nosuch; those named are " in done.err
    assert "no agreement in force names the category incident.nosuch" in done.err
    any_ = comity(*given, "--item", NOTE, "--home", land.north)
    assert "for any purpose until" in any_.out and any_.err == "", any_


def test_a_reason_of_blanks_is_none(comity: Comity, land: Land) -> None:
    done = comity("withdraw", NOTE, "--reason", "  ", "--home", land.north)
    assert done.code == 2 and "a reason of blanks is none" in done.err
    assert "state: held" in comity("item", "show", NOTE, "--home", land.north).out
