"""An agreement is closed by the command: shown, carried out, signed by both, and the file checked without a node."""

import json
from pathlib import Path

from cli.land import Comity, Land

NS = "north-south-2026"


def test_before_the_end_it_shows_what_would_be_due(comity: Comity, land: Land) -> None:
    shown = comity("agreement", "closing", NS, "--home", land.north)
    assert shown.code == 0
    assert "it has not ended: this is what would be due" in shown.out
    refused = comity("agreement", "closing", NS, "--execute", "--home", land.north)
    assert refused.code == 1
    assert "not due yet" in refused.err
    refused = comity("agreement", "closing", NS, "--sign", "--home", land.north)
    assert (refused.code, "nothing to close yet" in refused.err) == (1, True)
    refused = comity("agreement", "closing", NS, "--out", land.folder / "c.json", "--home", land.north)
    assert (refused.code, "not signed by both" in refused.err) == (1, True)
    assert not (land.folder / "c.json").exists()


def test_options_that_do_not_go_together_are_named(comity: Comity, land: Land, tmp_path: Path) -> None:
    for options in (("--sign", "--execute"), ("--sign", "--out", tmp_path / "x"), ("--because", "so")):
        assert comity("agreement", "closing", NS, *options, "--home", land.north).code == 2
    assert comity("agreement", "closing", "nothing-2026", "--home", land.north).code == 3
    assert comity("agreement", "closing", NS, "--with", "east.example", "--home", land.north).code == 3


def test_the_table_is_plain_json(comity: Comity, land: Land) -> None:
    shown = json.loads(comity("agreement", "closing", NS, "--home", land.north, "--json").out)
    assert shown["agreement"] == NS
    (table,) = shown["with"]
    assert (table["peer"], table["binding"], table["open"]) == ("south.example", False, len(table["lines"]))
