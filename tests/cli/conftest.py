"""Two homes with an agreement in force, and the command run in this process as the shell would run it."""

import logging
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from cli.land import Comity, Land, Outcome
from comity.cli.main import run

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def comity(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Comity]:
    """Run a command; a traceback fails the test that caused it."""
    monkeypatch.delenv("COMITY_HOME", raising=False)

    def call(*arguments: object) -> Outcome:
        capfd.readouterr()
        code = run([str(each) for each in arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in err, err
        return Outcome(code, out, err)

    hook, handlers = threading.excepthook, logging.getLogger().handlers
    yield call
    structlog.reset_defaults()
    threading.excepthook, logging.getLogger().handlers = hook, handlers


@pytest.fixture(scope="session")
def made_land(tmp_path_factory: pytest.TempPathFactory) -> Land:
    """Make it once; tests that change something work on a copy."""
    land = Land(tmp_path_factory.mktemp("land"))
    os.environ.pop("COMITY_HOME", None)

    def do(*arguments: object, code: int = 0) -> None:
        assert run([str(each) for each in arguments]) == code, arguments

    for name in ("north", "south"):
        do("init", land.folder / name, "--party", f"{name}.example", "--card", land.folder / f"{name}.card")
    do("card", "accept", land.south_card, "--home", land.north)
    do("card", "accept", land.north_card, "--home", land.south)
    shutil.copytree(EXAMPLES / "north-south-2026", land.agreement)
    do("agreement", "roots", land.agreement, land.north_card, land.south_card)
    for name in ("north", "south"):
        do("agreement", "sign", land.agreement, "--home", land.folder / name)
    do("agreement", "hold", land.agreement, "--home", land.north)
    (land.folder / "note.txt").write_text("An indicator: 203.0.113.7\n")
    do(
        "item",
        "add",
        land.note_txt,
        "--category",
        "incident.indicators",
        "--marking",
        "TLP:GREEN",
        "--label",
        "note",
        "--home",
        land.north,
    )
    do("share", "note", "--to", "south.example", "--purpose", "network-defence", "--home", land.north, code=5)
    do("register", "check", "a name", "--home", land.north)
    (land.folder / "empty").mkdir()
    (land.folder / "rubbish").write_bytes(b"\x00\xff not what was expected\n")
    (land.folder / "nothing").write_bytes(b"")
    structlog.reset_defaults()
    return land


@pytest.fixture
def land(made_land: Land, tmp_path: Path) -> Land:
    """Give a copy to change."""
    shutil.copytree(made_land.folder, tmp_path / "land")
    return Land(tmp_path / "land")
