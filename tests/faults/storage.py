"""Homes to try faults on, and the fork server that tries them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from comity.node.withdraw import withdraw
from comity.testing.texts import TRIANGLE
from comity.testing.world import World

NORTH, SOUTH = "north.example", "south.example"
ACTS = ("accept", "send", "withdraw", "erase", "renew", "migrate")
_HERE = Path(__file__).parent
COMPILER = shutil.which("cc") or shutil.which("gcc")
WITHOUT = "no C compiler here (cc or gcc): the faults of real storage are not tried"


def compiled(folder: Path) -> Path:
    """Compile the shim."""
    assert COMPILER is not None
    shim = folder / "shim.so"
    subprocess.run(
        [COMPILER, "-O2", "-shared", "-fPIC", "-o", str(shim), str(_HERE / "shim.c"), "-ldl"], check=True
    )
    return shim


def prepared(folder: Path) -> dict[str, Path]:
    """Make, for each act, a place with a home about to do it."""
    with World.of(TRIANGLE[:1], seed="faults", folder=folder / "made") as world:
        north = world.members[NORTH]
        item = world.add(NORTH, b"words of North, known to its holders only", "incident.reports")
        message = world.share(NORTH, item, SOUTH, "network-defence").message
        other = world.add(NORTH, b"other words of North", "incident.reports", label="other")
        (row,) = north.read(lambda transaction: transaction.owed(None, None, 10))
        facts = {
            "at": world.clock.now().isoformat(),
            "item": item,
            "other": other,
            "message": message,
            "sent": 1,
        }
        before = folder / "before"
        shutil.copytree(folder / "made", before, ignore=shutil.ignore_patterns("control"))
        world.deliver(NORTH)
        north.act(withdraw, item)
        owed = north.read(lambda transaction: transaction.owed(None, None, 10))
        withdrawal = next(each.envelope for each in owed if each.kind == "act")
        after = folder / "after"
        shutil.copytree(folder / "made", after, ignore=shutil.ignore_patterns("control"))
    places: dict[str, Path] = {}
    for act in ACTS:
        source = after if act in ("erase", "renew") else before
        name = "north" if act in ("send", "withdraw") else "south"
        place = folder / f"place-{act}"
        shutil.copytree(source / name, place / name)
        if act == "migrate":
            for file in (place / name).glob("*.db*"):
                file.unlink()
            (place / name / "body-epoch.json").unlink()
        if act == "send":
            facts = {**facts, "sent": 1}
        (place / "facts.json").write_text(json.dumps({**facts, "home": name}))
        (place / "envelope").write_bytes(row.envelope)
        (place / "withdrawal").write_bytes(withdrawal)
        places[act] = place
    return places


class Server:
    """The fork server, under the shim."""

    def __init__(self, shim: Path, under: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(_HERE / "driver.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "LD_PRELOAD": str(shim), "COMITY_FAULT_UNDER": str(under)},
        )

    def ask(self, **request: Any) -> dict[str, Any]:
        """Let it do one thing."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answered = self._process.stdout.readline()
        assert answered, "the fork server ended"
        found: dict[str, Any] = json.loads(answered)
        return found

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


@contextmanager
def copy_of(place: Path, under: Path) -> Iterator[Path]:
    """Give a copy of a place that may be ruined."""
    ruined = under / "ruined"
    shutil.rmtree(ruined, ignore_errors=True)
    shutil.copytree(place, ruined)
    yield ruined
