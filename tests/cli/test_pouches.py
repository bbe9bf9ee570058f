"""`comity pouch` in volumes and with slips: what is missing, twice, foreign, late or damaged is named with its file."""

import html
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli.land import Comity, Land
from comity.cards import read_card
from comity.carriers.slip import read_slip, write_slip
from comity.control import verb
from comity.errors import ForeignInput, VerificationFailed
from comity.keys import SigningKey

NORTH, SOUTH = "north.example", "south.example"


@pytest.fixture
def volumes(comity: Comity, land: Land) -> list[Path]:
    """Five letters of North's for South, in volumes that hold two at most."""
    for number in range(5):
        note = land.folder / f"note-{number}.txt"
        note.write_text(f"number {number}: 203.0.113.{number}\n")
        added = comity(
            "share", note, "--to", SOUTH, "--purpose", "network-defence", "--category", "incident.indicators",
            "--marking", "TLP:GREEN", "--home", land.north,
        )  # fmt: skip
        assert added.code == 5, added.err
    made = comity(
        "pouch",
        "pack",
        SOUTH,
        land.folder / "v.pouch",
        "--volume-size",
        "14k",
        "--home",
        land.north,
        "--json",
    )
    assert made.code == 0, made.err
    told = json.loads(made.out)
    assert told["envelopes"] >= 5 and len(told["files"]) >= 3
    assert [Path(each).name for each in told["files"]] == [
        f"v.pouch.{number}" for number in range(1, len(told["files"]) + 1)
    ]
    assert not list(land.folder.glob(".pouch-*"))
    return [Path(each) for each in told["files"]]


def test_all_volumes_at_once_are_opened_in_any_order(comity: Comity, land: Land, volumes: list[Path]) -> None:
    opened = comity("pouch", "open", *reversed(volumes), "--home", land.south, "--json")
    told = json.loads(opened.out)
    assert (opened.code, told["accepted"] >= 5, told["missing"], told["again"]) == (0, True, [], [])


def test_missing_and_late_and_repeated_volumes_are_named(
    comity: Comity, land: Land, volumes: list[Path]
) -> None:
    count = len(volumes)
    first = comity("pouch", "open", volumes[1], volumes[0], volumes[0], "--home", land.south)
    rest = ", ".join(map(str, range(3, count + 1)))
    assert f"of {count} volumes, not opened yet: {rest}" in first.err
    late = comity("pouch", "open", *volumes[2:], volumes[0], "--home", land.south, "--json")
    told = json.loads(late.out)
    assert (told["missing"], told["again"], told["volumes"]) == ([], [1], count)
    twice = comity("pouch", "open", volumes[1], volumes[1], "--home", land.south)
    assert "opened before: volume 2" in twice.err
    again = comity("pouch", "open", *volumes, "--home", land.south)
    assert "new 0" in again.out and "opened before: volume 1" in again.err


def test_a_damaged_and_a_foreign_volume_are_named_at_once_and_nothing_is_opened(
    comity: Comity, land: Land, volumes: list[Path]
) -> None:
    damaged, cut = land.folder / "damaged", land.folder / "cut"
    data = bytearray(volumes[1].read_bytes())
    data[-1] ^= 1
    damaged.write_bytes(data)
    cut.write_bytes(volumes[2].read_bytes()[:-3])
    foreign = land.folder / "foreign"
    shutil.copy(volumes[0], foreign)
    comity("pouch", "pack", SOUTH, foreign, "--home", land.north)
    before = land.state()
    outcome = comity("pouch", "open", volumes[0], damaged, cut, foreign, "--home", land.south)
    assert outcome.code == 2
    assert any(
        re.search(rf"{damaged}: pouch: volume 2 of \d+: part \d was altered", each)
        for each in outcome.mistakes
    )
    assert any(
        re.search(rf"{cut}: pouch: volume 3 of \d+: part \d is cut short", each) for each in outcome.mistakes
    )
    assert any(
        f"{foreign}: volume 1 of another pouch than {volumes[0]}: from {NORTH}, made " in each
        for each in outcome.mistakes
    )
    assert land.state() == before


def test_a_pouch_for_another_is_not_opened(comity: Comity, land: Land, volumes: list[Path]) -> None:
    outcome = comity("pouch", "open", volumes[0], "--home", land.north)
    assert outcome.code == 1 and f"this pouch is for {SOUTH}, not for {NORTH}" in outcome.err


def test_sizes_that_cannot_be_are_refused(comity: Comity, land: Land) -> None:
    for size, said in (
        ("no", "is not a size"),
        ("0", "is not a size"),
        ("2000g", "at most"),
        ("100", "fit into"),
    ):
        outcome = comity(
            "pouch", "pack", SOUTH, land.folder / "x", "--volume-size", size, "--home", land.north
        )
        assert outcome.code == 2 and said in outcome.err, (size, outcome.err)
    assert not list(land.folder.glob("x*")) and not list(land.folder.glob(".pouch-*"))


def test_a_pouch_that_could_not_be_written_has_taken_no_receipts_along(
    comity: Comity, land: Land, volumes: list[Path]
) -> None:
    comity("pouch", "open", *volumes, "--home", land.south)
    back = land.folder / "back"
    small = comity("pouch", "pack", NORTH, back, "--volume-size", "100", "--home", land.south)
    assert small.code == 2 and "does not fit into a volume" in small.err
    whole = comity("pouch", "pack", NORTH, back, "--home", land.south, "--json")
    assert whole.code == 0 and json.loads(whole.out)["receipts"] == 1
    more = comity("pouch", "pack", NORTH, back, "--home", land.south, "--json")
    assert json.loads(more.out)["receipts"] == 0  # now they have gone


def test_a_volume_larger_than_a_command_is_told_in_portions(
    comity: Comity, land: Land, volumes: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    real = verb.VERBS["pouch-take"].run

    def taking(desk: verb.Desk, **given: Any) -> Any:
        told.append(sum(map(len, given["envelopes"])))
        return real(desk, **given)

    monkeypatch.setattr(verb.VERBS["pouch-take"], "run", taking)
    monkeypatch.setattr("comity.cli.pouch._LOAD", 5_000)
    whole = land.folder / "whole"
    comity("pouch", "pack", SOUTH, whole, "--home", land.north)
    opened = json.loads(comity("pouch", "open", whole, "--home", land.south, "--json").out)
    assert len(told) > 1 and opened["accepted"] >= 5 and (opened["missing"], opened["again"]) == ([], [])
    again = json.loads(comity("pouch", "open", whole, "--home", land.south, "--json").out)
    assert (again["accepted"], again["again"]) == (0, [1])


def test_pack_and_open_show_the_name_that_stands_on_the_slip(comity: Comity, land: Land) -> None:
    file = land.folder / "one"
    packed = comity("pouch", "pack", SOUTH, file, "--home", land.north)
    name = json.loads(
        comity("pouch", "slip", file, "--out", land.folder / "s.html", "--home", land.north, "--json").out
    )["pouch"]
    assert f"pouch {name}" in packed.err
    assert f"pouch {name}" in comity("pouch", "open", file, "--home", land.south).err


def test_volumes_that_an_older_pouch_left_are_named(comity: Comity, land: Land, volumes: list[Path]) -> None:
    again = comity(
        "pouch", "pack", SOUTH, land.folder / "v.pouch", "--volume-size", "1M", "--home", land.north
    )
    left = ", ".join(map(str, volumes[1:]))
    assert f"of an older pouch, and no part of this one: {left}" in again.err
    for each in volumes[1:]:
        each.unlink()
    again = comity(
        "pouch", "pack", SOUTH, land.folder / "v.pouch", "--volume-size", "1M", "--home", land.north
    )
    assert "older" not in again.err


def test_what_comes_again_or_is_kept_apart_is_said_with_what_to_do(
    comity: Comity, land: Land, volumes: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    back = f"next: comity pouch pack {NORTH} FILE takes the receipts back"
    why = "next: comity inbox says why something was kept apart"
    for _ in range(2):  # opened again, it is answered again
        opened = comity("pouch", "open", *volumes, "--home", land.south)
        assert back in opened.err and why not in opened.err
    real = verb.VERBS["pouch-take"].run
    monkeypatch.setattr(
        verb.VERBS["pouch-take"], "run", lambda desk, **given: {**real(desk, **given), "quarantined": 1}
    )
    assert why in comity("pouch", "open", *volumes, "--home", land.south).err


def test_a_slip_whose_code_has_no_room_for_another_hand_is_still_written_without_it(
    comity: Comity, land: Land, volumes: list[Path]
) -> None:
    page = land.folder / "slip.html"
    slip = ("pouch", "slip", *volumes, "--out", page, "--home", land.north)
    for _ in range(12):
        outcome = comity(*slip, "--handed-by", "ž" * 80, "--taken-by", "ž" * 80)
        if outcome.code:
            break
    assert outcome.code == 1 and "the code of this slip has no room for another hand" in outcome.err
    assert comity(*slip).code == 0 and "<svg" in page.read_text()


def test_a_slip_says_who_handed_what_to_whom_and_its_code_is_signed(
    comity: Comity, land: Land, volumes: list[Path]
) -> None:
    page = land.folder / "slip.html"
    hands = [("duty officer", "courier of the mission"), ("courier of the mission", "<b>registry</b>")]
    for by, to in hands:
        outcome = comity(
            "pouch",
            "slip",
            *volumes,
            "--handed-by",
            by,
            "--taken-by",
            to,
            "--out",
            page,
            "--home",
            land.north,
        )
        assert outcome.code == 0, outcome.err
    text = page.read_text()
    assert text.startswith("<!doctype html>") and "<svg" in text and "http-equiv" not in text
    assert "<b>registry" not in text and html.escape(hands[1][1]) in text
    assert not re.search(r'(?:src|href)="', text), "nothing is fetched from anywhere"
    told = json.loads(comity("pouch", "slip", *volumes, "--out", page, "--home", land.north, "--json").out)
    assert [(each["by"], each["to"]) for each in told["hands"]] == hands
    half = comity("pouch", "slip", *volumes, "--handed-by", "x", "--out", page, "--home", land.north)
    assert half.code == 2 and "--handed-by goes with --taken-by" in half.err


def test_a_code_holds_only_under_a_key_of_who_signed_it(comity: Comity, land: Land) -> None:
    from comity.carriers.slip import Handover, Slip

    slip = Slip(
        "ab" * 32, NORTH, SOUTH, "2026-03-01T09:00:00Z", 2, (Handover("a", "b", "2026-03-01T09:30:00Z"),)
    )
    key, other = SigningKey.from_seed(bytes(32)), SigningKey.from_seed(bytes([1]) * 32)
    code = write_slip(slip, NORTH, key)
    assert read_slip(code, [other.public, key.public]) == (slip, NORTH)
    for keys in ([], [other.public]):
        with pytest.raises(VerificationFailed, match="no key of north"):
            read_slip(code, keys)
    with pytest.raises(VerificationFailed):
        read_slip(code.replace(b'"volumes":2', b'"volumes":3'), [key.public])
    with pytest.raises(ForeignInput):
        read_slip(b"https://elsewhere.example/", [key.public])
    assert read_card(land.north_card.read_bytes(), root_fingerprint=None).party == NORTH
