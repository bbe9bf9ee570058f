"""The power of a real ext4 file system goes under load, and what was acknowledged before is there (K4).

The file system stands in an image of its own. `EXT4_IOC_SHUTDOWN` without flush stops it as a power cut does: what was
not synced is gone. It is mounted anew, which replays its journal, and the home is opened on what is left.
"""

import fcntl
import os
import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from comity.assemble import open_home
from comity.node.check_journal import check_in_parts
from comity.testing.texts import TRIANGLE
from comity.testing.world import World

pytestmark = pytest.mark.service

_HERE = Path(__file__).parent
NORTH = "north.example"
#: Cuts of a plain run.
CUTS = int(os.environ.get("COMITY_EXT4_CUTS", "5"))
#: linux/fs.h and fs/ext4: _IOR('X', 125, __u32), and "go down at once, log and data unflushed".
_SHUTDOWN, _NO_FLUSH = 0x8004587D, 2
_EXIT_IOERR = 74


def run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


class Disk:
    """An ext4 file system in a file."""

    def __init__(self, folder: Path) -> None:
        self.image, self.place = folder / "image", folder / "mounted"
        self.place.mkdir()
        with self.image.open("wb") as image:
            image.truncate(96 << 20)
        run("mkfs.ext4", "-q", "-F", str(self.image))

    @contextmanager
    def mounted(self) -> Iterator[Path]:
        run("mount", "-o", "loop", str(self.image), str(self.place))
        try:
            yield self.place
        finally:
            run("umount", str(self.place))

    def cut(self) -> None:
        """Let its power go."""
        handle = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _SHUTDOWN, struct.pack("I", _NO_FLUSH))
        finally:
            os.close(handle)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a node that has an agreement."""
    folder = tmp_path_factory.mktemp("made")
    with World.of(TRIANGLE[:1], seed="ext4", folder=folder):
        pass
    return folder / "north"


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        pytest.skip("a file system is mounted by root, with mkfs.ext4")
    made = Disk(tmp_path)
    try:
        with made.mounted():
            pass
    except subprocess.CalledProcessError as error:
        pytest.skip(f"nothing can be mounted here: {error.stderr.decode().strip()}")
    return made


def cut_under_load(disk: Disk, made: Path, seed: int) -> tuple[int, list[str]]:
    """Cut the power once under load; give how many acts had been acknowledged, and what is wrong afterwards."""
    chance = random.Random(f"ext4 {seed}")
    with disk.mounted() as place:
        home = place / "north"
        if not home.exists():
            shutil.copytree(made, home, ignore=shutil.ignore_patterns("control"))
            os.sync()
        working = subprocess.Popen(
            [sys.executable, str(_HERE / "under_load.py"), str(home), str(seed)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert working.stdout is not None
        acknowledged = [working.stdout.readline().decode().strip() for _ in range(chance.randrange(1, 60))]
        disk.cut()  # what it says after this may have been done or not
        _, told = working.communicate(timeout=60)
        assert working.returncode == _EXIT_IOERR, (working.returncode, told.decode()[-2000:])
    with disk.mounted() as place, open_home(place / "north", threaded=False) as home:
        wrong = [fault.text for fault in check_in_parts(home.node).faults]
        rows = home.node.store.read(lambda transaction: list(transaction.journal(limit=1_000_000)))
        added = [row.act for row in rows if row.kind == "item-added"]
        wrong += [f"doubled: {each}" for each in {each for each in added if added.count(each) > 1}]
        for item in acknowledged:
            if item not in added:
                wrong.append(f"lost: {item}")
            elif home.node.store.read(lambda transaction, item=item: transaction.body(item)) is None:  # type: ignore[misc]
                wrong.append(f"its content is lost: {item}")
        wrong += home.node.store.damage()
        owed = home.node.store.read(lambda transaction: transaction.backlog())
        sent = sum(row.kind == "sent-disclosure" for row in rows)
        if sent != owed.get("south.example", 0) or sent != len(added):
            wrong.append(f"added {len(added)}, sent {sent}, owed {owed}")
    return len(acknowledged), wrong


def test_after_real_power_cuts_under_load_every_acknowledgement_is_honoured(disk: Disk, made: Path) -> None:
    acknowledged = 0
    for seed in range(CUTS):
        count, wrong = cut_under_load(disk, made, seed)
        assert wrong == [], f"cut {seed}"
        acknowledged += count
    assert acknowledged > CUTS


@pytest.mark.prove
def test_after_two_hundred_real_power_cuts(
    disk: Disk, made: Path, proved: Callable[[str, str], None]
) -> None:
    acknowledged, lost = 0, 0
    for seed in range(200):
        count, wrong = cut_under_load(disk, made, seed)
        acknowledged += count
        lost += len(wrong)
    proved("Real power cuts of ext4 under load", f"200 cuts, {acknowledged} acknowledged acts, {lost} faults")
    assert lost == 0
