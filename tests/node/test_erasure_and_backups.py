"""Erasing survives backups: copies of a home made before an erasure open nothing once the epoch has been renewed.

A backup holds `node.db` and `body-keys.db`; the key of the present epoch stays in the home (`specs/consent.md`, Erasing
and backups). Restoring puts the backup's two files beside it.
"""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from comity.assemble import open_home
from comity.clock import SteppedClock
from comity.errors import StorageError
from comity.node.withdraw import withdraw
from comity.storage.body_keys import EPOCH
from comity.testing.world import START, World
from node.fuller import pass_around
from node.worlds import NORTH, NORTH_SOUTH, SOUTH, SOUTH_EAST, give, report

BACKED_UP = ("node.db", "node.db-wal", "body-keys.db", "body-keys.db-wal")


def backup(home: Path, to: Path) -> Path:
    """Copy what a backup holds: everything but the key of the epoch."""
    to.mkdir()
    for name in BACKED_UP:
        if (home / name).exists():
            shutil.copy2(home / name, to / name)
    return to


def restored(home: Path, copy: Path, to: Path) -> Path:
    """Put a backup into a copy of the home as it is now."""
    shutil.copytree(home, to)
    for name in BACKED_UP:
        (to / name).unlink(missing_ok=True)
        if (copy / name).exists():
            shutil.copy2(copy / name, to / name)
    return to


def content(home: Path, item: str, now: SteppedClock) -> bytes | None:
    with open_home(home, clock=now, threaded=False) as opened:
        return opened.node.store.read(lambda transaction: transaction.body(item))


def test_a_backup_opens_an_erased_item_until_the_day_the_answer_states_and_never_after(
    tmp_path: Path,
) -> None:
    homes = tmp_path / "homes"
    with World.of((NORTH_SOUTH, SOUTH_EAST), seed="backup", folder=homes) as made:
        erased, kept = report(made), report(made, label="kept")
        for digest in (erased, kept):
            give(made, digest)
        made.members[SOUTH].close()
        copy = backup(homes / "south", tmp_path / "backup")
        made.restart(SOUTH)
        made.wait(timedelta(days=3))
        made.members[NORTH].act(withdraw, erased)
        pass_around(made)
        made.members[SOUTH].close()

        before = SteppedClock(START + EPOCH - timedelta(seconds=1))
        old = restored(homes / "south", copy, tmp_path / "restored-in-time")
        opened = content(old, erased, before)
        assert opened is not None
        assert opened.endswith(b"the words of report")
        assert content(homes / "south", erased, before) is None

        after = SteppedClock(START + EPOCH)
        live = content(homes / "south", kept, after)  # opening the home renews its epoch
        assert live is not None
        late = restored(homes / "south", copy, tmp_path / "restored-too-late")
        with pytest.raises(StorageError, match="the key of epoch 1 is gone"):
            content(late, erased, after)
        made.restart(SOUTH)


def test_a_node_that_never_stops_renews_its_epoch_all_the_same() -> None:
    with World.of((NORTH_SOUTH, SOUTH_EAST), seed="epoch") as made:
        digest = report(made)
        give(made, digest)
        store = made.members[SOUTH].node.store
        assert store.renew_keys(made.clock.now()) is False
        made.wait(EPOCH)
        assert store.renew_keys(made.clock.now()) is True
        assert store.renew_keys(made.clock.now()) is False
        kept = store.read(lambda transaction: transaction.body(digest))
        assert kept is not None
        assert kept.endswith(b"the words of report")
