"""A file in parts as an officer handles it: taken in, shared by pouch, written out whole at the other end."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest

from cli.land import Comity, Land
from comity.errors import RefusedHere
from comity.node import large_files

SIZE = 2500
SAID = ("--category", "incident.indicators", "--marking", "TLP:GREEN", "--label", "image")
TO = ("--to", "south.example", "--purpose", "network-defence")


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_files, "PART_BYTES", 1000)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    file = tmp_path / "disk.img"
    file.write_bytes(b"".join(hashlib.sha256(b"%d" % number).digest() for number in range(80))[:SIZE])
    return file


def add(comity: Comity, land: Land, image: Path) -> str:
    added = comity("file", "add", image, *SAID, "--home", land.north, "--json")
    assert added.code == 0, added.err
    digest: str = json.loads(added.out)["id"]
    return digest


def test_a_file_in_parts_goes_by_pouch_and_comes_out_the_same(
    comity: Comity, land: Land, image: Path, tmp_path: Path
) -> None:
    digest = add(comity, land, image)
    asked = comity("file", "share", digest, *TO, "--dry-run", "--home", land.north, "--json")
    assert (asked.code, json.loads(asked.out)["message"]) == (0, "")
    shared = comity("file", "share", digest, *TO, "--home", land.north, "--json")
    assert shared.code == 5, shared.err
    assert json.loads(shared.out)["delivery"]["state"] == "owed"
    pouch, out = tmp_path / "letters.pouch", tmp_path / "out.img"
    assert comity("pouch", "pack", "south.example", pouch, "--home", land.north).code == 0
    assert comity("pouch", "open", pouch, "--home", land.south).code == 0
    shown = comity("file", "show", digest, "--save", out, "--home", land.south, "--json")
    assert shown.code == 0, shown.err
    assert (json.loads(shown.out)["missing"], out.read_bytes()) == ([], image.read_bytes())


def test_the_hint_of_a_refused_share_is_a_command_that_works(comity: Comity, land: Land, image: Path) -> None:
    digest = add(comity, land, image)
    refused = comity("share", digest, *TO, "--home", land.north)
    assert refused.code == 1
    hint = refused.err.partition("comity file share ")[2].splitlines()[0].split()
    assert comity("file", "share", *hint, "--home", land.north).code == 5


def test_a_file_that_fits_one_part_is_pointed_to_item_add(comity: Comity, land: Land, image: Path) -> None:
    image.write_bytes(b"x")
    refused = comity("file", "add", image, *SAID, "--home", land.north)
    assert (refused.code, f"comity item add {image}" in refused.err) == (2, True)


def test_a_file_that_is_refused_half_way_leaves_no_part_behind(
    comity: Comity, land: Land, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bodies() -> int:
        with sqlite.connect(f"file:{land.north / 'node.db'}?mode=ro", uri=True) as link:
            return int(link.execute("select count(*) from bodies").fetchone()[0])

    take, before, seen = large_files.add_part, bodies(), []

    def refusing(node: Any, transaction: Any, new: Any, number: int) -> Any:
        if number == 3:
            raise RefusedHere("the door refuses the third part")
        seen.append(number)
        return take(node, transaction, new, number)

    monkeypatch.setattr(large_files, "add_part", refusing)
    refused = comity("file", "add", image, *SAID, "--home", land.north)
    assert (refused.code, seen) == (1, [1, 2])
    assert bodies() == before


def test_where_parts_have_not_come_nothing_is_written(
    comity: Comity, land: Land, image: Path, tmp_path: Path
) -> None:
    digest, out = add(comity, land, image), tmp_path / "out"
    shown = json.loads(comity("file", "show", digest, "--home", land.north, "--json").out)
    with sqlite.connect(str(land.north / "node.db")) as link:
        link.execute("update items set state = 'erased' where digest = ?", (shown["parts"][1]["item"],))
    link.close()
    refused = comity("file", "show", digest, "--save", out, "--home", land.north)
    assert (refused.code, out.exists(), "2 of 3" in refused.err) == (3, False, True), refused.err


def test_an_item_that_is_no_file_in_parts_is_not_found_as_one(comity: Comity, land: Land) -> None:
    assert comity("file", "show", "note", "--home", land.north).code == 3
