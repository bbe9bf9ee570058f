"""Journals compared by pouch, and evidence written by one hand and read by another that has nothing else."""

import json
import re
from pathlib import Path

import pytest

from cli.land import Comity, Land

SHARED = ("share", "note", "--to", "south.example", "--purpose", "network-defence")


def carry(comity: Comity, land: Land, sender: str, to: str) -> int:
    """Carry what is owed from one home to the other; 3 where nothing is."""
    stick = land.folder / "stick"
    packed = comity("pouch", "pack", f"{to}.example", stick, "--home", land.folder / sender)
    if packed.code == 0:
        assert comity("pouch", "open", stick, "--home", land.folder / to).code == 0
    return packed.code


def carry_all(comity: Comity, land: Land) -> None:
    for _ in range(8):
        if {carry(comity, land, "north", "south"), carry(comity, land, "south", "north")} == {3}:
            return
    raise AssertionError("the two homes never come to rest")


@pytest.fixture
def met(comity: Comity, land: Land) -> Land:
    """Both hold the agreement, and South has what North shared."""
    assert comity("agreement", "hold", land.agreement, "--home", land.south).code == 0
    carry_all(comity, land)
    return land


def test_journals_are_compared_by_pouch(comity: Comity, met: Land) -> None:
    last = ("journal", "reconcile", "south.example", "--last", "--home", met.north)
    assert comity(*last).code == 3
    assert comity("journal", "reconcile", "south.example", "--home", met.north).code == 5
    carry_all(comity, met)
    done = comity(*last)
    assert done.code == 0
    assert re.match(r"with south\.example: \d+ messages agreed\n$", done.out)
    there = comity("journal", "reconcile", "north.example", "--last", "--json", "--home", met.south)
    assert json.loads(there.out)["clean"] is True
    again = comity("journal", "reconcile", "south.example", "--home", met.north)
    assert again.code == 5 and "comity journal reconcile south.example --last shows" in again.err
    assert comity(*last).out == done.out  # until the new question is answered


def test_what_has_no_receipt_for_so_long_is_shown(comity: Comity, met: Land) -> None:
    assert comity(*SHARED, "--home", met.north).code == 5
    assert comity("journal", "reconcile", "south.example", "--home", met.north).code == 5
    stick = met.folder / "stick"
    comity("pouch", "pack", "south.example", stick, "--home", met.north)
    comity("pouch", "open", stick, "--home", met.south)
    comity("pouch", "pack", "north.example", stick, "--home", met.south)
    comity("pouch", "open", stick, "--home", met.north)
    assert comity(*SHARED, "--home", met.north).code == 5
    shown = ("journal", "reconcile", "south.example", "--last", "--home", met.north)
    assert "disclosure of" in comity(*shown, "--unreceipted-after", "0").out
    assert "disclosure of" not in comity(*shown).out


def written(comity: Comity, land: Land, *what: str) -> Path:
    file = land.folder / "proof"
    done = comity("journal", "export", *what, "--out", file, "--home", land.north)
    assert done.code == 0, done
    return file


def test_a_disclosure_is_proven_without_a_home(
    comity: Comity, met: Land, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(comity, met, "--evidence", "note")
    alone = tmp_path / "alone"
    alone.mkdir()
    monkeypatch.chdir(alone)
    done = comity("verify", file)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].startswith("north.example disclosed item ") and " to south.example at " in lines[0]
    assert any("north-south-2026 art. 2(1)" in line for line in lines)
    assert any(line.startswith("south.example signed a receipt at") for line in lines)
    assert lines[-3] == "all of it hangs from these roots:"
    root = lines[-2].split()[1]
    assert comity("verify", file, "--root", f"north.example={root}").code == 0
    shown = json.loads(comity("verify", file, "--json").out)
    assert (shown["ok"], shown["file"], shown["by"]) == (True, "evidence", "north.example")
    other = comity("verify", file, "--root", f"north.example=ed25519:{'0' * 64}")
    assert other.code == 6 and "hangs from the root" in other.err
    assert comity("verify", file, "--root", "north.example").code == 2


@pytest.mark.parametrize("place", [3, 50, 400, 900, 2500, 7000, -5])
def test_one_altered_byte_ends_with_six_and_says_where(comity: Comity, met: Land, place: int) -> None:
    file = written(comity, met, "--evidence", "note")
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)
    done = comity("verify", file)
    assert (done.code, done.out) == (6, "")
    assert done.err.startswith(f"comity: {file}: ")


@pytest.mark.parametrize("content", [b"", b"rubbish", b"{}", b'{"comity":"evidence"}\n', b"[" * 10_000])
def test_what_is_no_evidence_ends_with_six(comity: Comity, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "proof"
    file.write_bytes(content)
    assert comity("verify", file).code == 6
    assert comity("verify", tmp_path / "absent").code == 3


@pytest.mark.parametrize(
    ("what", "code", "words"),
    [
        ((), 2, "one of --evidence, --overseer and --equivocation"),
        (("--evidence", "note", "--overseer", "b.example"), 2, "one of --evidence"),
        (("--overseer", "b.example"), 2, "--overseer needs --from and --until"),
        (("--evidence", "note", "--from", "2031-01-01"), 2, "go with --overseer"),
        (
            ("--overseer", "b.example", "--from", "2031-01-01", "--until", "2031-02-01"),
            1,
            "no agreement names",
        ),
        (("--equivocation", "south.example"), 3, "no two heads of one size"),
        (("--evidence", "abcdef012345"), 3, "no item"),
    ],
)
def test_what_cannot_be_exported_says_why(
    comity: Comity, met: Land, what: tuple[str, ...], code: int, words: str
) -> None:
    done = comity("journal", "export", *what, "--out", met.folder / "proof", "--home", met.north)
    assert done.code == code and words in done.err
    assert not (met.folder / "proof").exists()


def test_a_list_that_is_cut_off_says_so_and_how_it_goes_on(comity: Comity, met: Land) -> None:
    first = comity("journal", "show", "--limit", 2, "--home", met.north)
    assert "there are newer entries\n  next: comity journal show --after 2\n" in first.err
    second = comity("journal", "show", "--after", 2, "--home", met.north)
    assert second.out and second.err == ""
    of_one = comity("journal", "show", "--channel", "south.example", "--limit", 1, "--home", met.north)
    assert "next: comity journal show --channel south.example --after 1\n" in of_one.err
    assert len(comity("journal", "show", "--limit", 2, "--json", "--home", met.north).out.splitlines()) == 2


def test_verifying_resumes_behind_what_was_whole(comity: Comity, met: Land) -> None:
    first = json.loads(comity("journal", "verify", "--json", "--home", met.north).out)
    again = json.loads(comity("journal", "verify", "--resume", "--json", "--home", met.north).out)
    assert first["ok"] and again["ok"] and again["entries"] == 0 < first["entries"]
    assert comity(*SHARED, "--home", met.north).code == 5
    more = json.loads(comity("journal", "verify", "--resume", "--json", "--home", met.north).out)
    assert more["ok"] and 0 < more["entries"] < first["entries"]
    assert more["before"] == first["entries"] and first["before"] == 0
    report = comity("doctor", "--home", met.north).out
    whole = more["before"] + more["entries"]
    assert f"journal: {whole} entries, 0 of them read since the last check, whole" in report
    notes = met.folder / "notes"
    notes.write_text(comity("journal", "witnessed", "north.example", "--home", met.south).out)
    assert comity("journal", "verify", "--witnessed", notes, "--home", met.north).code == 0
    assert comity("journal", "verify", "--witnessed", notes, "--resume", "--home", met.north).code == 2
