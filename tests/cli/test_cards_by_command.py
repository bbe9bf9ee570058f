"""Keys rotated, revoked and signed for in steps, by the command, with the root in the home and far from it."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.land import Comity, Land, Outcome

SECRET = "correct horse battery staple"


def listed(comity: Comity, home: Path) -> list[dict[str, Any]]:
    shown = comity("card", "keys", "--home", home, "--json")
    return [json.loads(line) for line in shown.out.splitlines()]


def states(rows: list[dict[str, Any]], role: str) -> list[str]:
    return sorted(row["state"] for row in rows if row["role"] == role)


def test_a_rotation_with_the_root_at_hand_is_one_command(comity: Comity, land: Land) -> None:
    before = {row["key"] for row in listed(comity, land.north)}
    done = comity("card", "rotate", "--role", "everyday", "--role", "sealing", "--home", land.north)
    assert done.code == 0
    assert "published: card 2 of north.example" in done.out
    rows = listed(comity, land.north)
    assert states(rows, "everyday") == ["in force", "over"]
    assert states(rows, "sealing") == ["in force", "overlapping"]
    assert [row["held"] for row in rows if row["state"] == "over"] == [False]  # destroyed
    assert {row["key"] for row in rows} > before
    assert comity("doctor", "--home", land.north).code == 0
    assert comity("journal", "verify", "--home", land.north).code == 0


def test_the_peer_that_accepts_the_new_card_goes_on(comity: Comity, land: Land) -> None:
    comity("card", "rotate", "--role", "everyday", "--home", land.north)
    comity("pouch", "pack", "south.example", land.pouch, "--home", land.north)
    assert comity("pouch", "open", land.pouch, "--home", land.south).code == 0
    shown = json.loads(comity("card", "show", "north.example", "--home", land.south, "--json").out)
    assert shown["version"] == 2


def test_a_stolen_key_is_named_with_its_day_and_replaced(comity: Comity, land: Land) -> None:
    done = comity(
        *(
            "card",
            "revoke-key",
            "everyday",
            "--as-of",
            "2026-01-01",
            "--because",
            "stolen",
            "--home",
            land.north,
        )
    )
    assert done.code == 0
    rows = listed(comity, land.north)
    assert states(rows, "everyday") == ["in force", "stolen"]
    shown = json.loads(comity("card", "show", "--home", land.north, "--json").out)
    assert [(each["as_of"][:10], each["because"]) for each in shown["revoked"]] == [("2026-01-01", "stolen")]


def test_a_root_kept_far_away_signs_in_steps(comity: Comity, land: Land, tmp_path: Path) -> None:
    root = (land.north / "keys" / "root.key").rename(tmp_path / "root.key")
    done = comity("card", "rotate", "--role", "officer", "--out", land.draft, "--home", land.north)
    assert done.code == 0
    assert "1 signature is missing" in done.out
    assert comity("card", "publish", land.draft, "--home", land.north).code == 1
    shown = comity("card", "sign", land.draft)  # shows, signs nothing
    assert "new key" in shown.out
    assert "missing" in shown.out
    assert comity("card", "sign", land.draft, "--key", root).code == 0
    assert comity("card", "publish", land.draft, "--home", land.north).code == 0
    assert states(listed(comity, land.north), "officer") == ["in force", "over"]


def test_two_of_three_hold_the_root(comity: Comity, land: Land, tmp_path: Path) -> None:
    holders: list[object] = []
    for number in (1, 2, 3):
        made = comity("card", "root-key", tmp_path / f"root-{number}")
        assert (tmp_path / f"root-{number}").stat().st_mode & 0o777 == 0o600
        public = tmp_path / f"root-{number}.public"
        public.write_text(made.out)
        holders += ["--root", public]
    draft = tmp_path / "next.draft"
    done = comity("card", "draft", *holders, "--threshold", 2, "--out", draft, "--home", land.north)
    assert done.code == 0
    old = land.north / "keys" / "root.key"
    assert comity("card", "sign", draft, "--key", tmp_path / "root-1", "--key", old).code == 0
    refused = comity("card", "publish", draft, "--home", land.north)
    assert refused.code == 1
    assert "1 more of the new root" in refused.err
    assert comity("card", "sign", draft, "--key", tmp_path / "root-3").code == 0
    assert comity("card", "publish", draft, "--home", land.north).code == 0
    shown = json.loads(comity("card", "show", "--home", land.north, "--json").out)
    assert shown["root"].startswith("root:")
    # What South takes over the letter is the root that the pinned one announced.
    comity("pouch", "pack", "south.example", land.pouch, "--home", land.north)
    assert comity("pouch", "open", land.pouch, "--home", land.south).code == 0
    there = json.loads(comity("card", "show", "north.example", "--home", land.south, "--json").out)
    assert there["root"] == shown["root"]
    assert comity("agreement", "list", "--home", land.south).code == 0


def test_a_home_may_begin_with_a_root_of_several(comity: Comity, tmp_path: Path) -> None:
    home = tmp_path / "east"
    made = comity("init", home, "--party", "east.example", "--root-keys", 3, "--threshold", 2, "--json")
    assert made.code == 0
    assert json.loads(made.out)["root"].startswith("root:")
    assert sorted(file.name for file in (home / "keys").glob("root*")) == [
        "root-1.key",
        "root-2.key",
        "root-3.key",
    ]
    (home / "keys" / "root-2.key").unlink()  # one lost is no end
    assert comity("card", "rotate", "--role", "witness", "--home", home).code == 0
    (home / "keys" / "root-1.key").unlink()
    done = comity("card", "rotate", "--role", "witness", "--home", home)
    assert "1 signature is missing" in done.out


@pytest.mark.parametrize(("keys", "threshold"), [(1, 2), (3, 3), (2, 2)])
def test_a_root_that_one_loss_would_end_is_not_made(
    comity: Comity, tmp_path: Path, keys: int, threshold: int
) -> None:
    done = comity(
        *("init", tmp_path / "h", "--party", "h.example", "--root-keys", keys, "--threshold", threshold)
    )
    assert done.code == 2
    assert "fewer than there are" in done.err
    assert not (tmp_path / "h").exists()


def test_new_keys_are_locked_as_the_others_are(
    comity: Comity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comity.keys._MEMORY_KIB", 64)  # stretched less than in earnest
    home, words = tmp_path / "h", tmp_path / "words"
    words.write_text(SECRET + "\n")
    assert comity("init", home, "--party", "h.example", "--passphrase-file", words).code == 0
    given: tuple[object, ...] = ("--home", home, "--passphrase-file", words)
    assert comity("card", "rotate", "--role", "everyday", *given).code == 0
    for file in (home / "keys").glob("*.key"):
        assert file.stat().st_mode & 0o777 == 0o600
        assert b"comity-locked-key-v1" in file.read_bytes(), file.name
    assert comity("card", "keys", *given).code == 0
    assert comity("card", "keys", "--home", home).code == 2


BAD: list[tuple[tuple[str, ...], int, str]] = [
    (("revoke-key", "nobody", "--as-of", "2031-01-01", "--because", "stolen"), 3, "no one key of card"),
    (("revoke-key", "everyday", "--as-of", "yesterday", "--because", "stolen"), 2, "is not a day"),
    (
        ("revoke-key", "everyday", "--as-of", "2099-01-01", "--because", "stolen"),
        2,
        "2099-01-01 has not come",
    ),
    (("draft", "--out", "d", "--name", "North"), 2, "LANGUAGE=NAME"),
    (("draft", "--out", "d", "--endpoint", "http://north.example/"), 2, "plain HTTP goes to loopback only"),
    (("draft", "--out", "d", "--root", "note.txt"), 2, "not the public half"),
    (("publish", "note.txt"), 2, "card draft"),
    (("sign", "note.txt"), 2, "card draft"),
]


@pytest.mark.parametrize(("arguments", "code", "words"), BAD)
def test_what_cannot_be_done_changes_nothing(
    comity: Comity,
    land: Land,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(land.folder)
    before = land.state()
    home = () if arguments[0] == "sign" else ("--home", land.north)
    done: Outcome = comity("card", *arguments, *home)
    assert (done.code, words in done.err) == (code, True), done.err
    assert land.state() == before


def test_a_key_is_never_written_over(comity: Comity, tmp_path: Path) -> None:
    file = tmp_path / "root"
    comity("card", "root-key", file)
    before = file.read_bytes()
    assert comity("card", "root-key", file).code == 1
    assert file.read_bytes() == before


def test_an_everyday_key_signs_no_card(comity: Comity, land: Land) -> None:
    root = (land.north / "keys" / "root.key").rename(land.folder / "root")
    comity("card", "rotate", "--role", "officer", "--out", land.draft, "--home", land.north)
    refused = comity("card", "sign", land.draft, "--key", land.north / "keys" / "everyday.key")
    assert refused.code == 1
    assert "only roots sign cards" in refused.err
    assert root.exists()
