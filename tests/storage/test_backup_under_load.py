"""A backup made while the node acts, as the how-to says, is one cut: it fits together elsewhere (K16)."""

import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pysqlite3.dbapi2 as fixed_sqlite

from comity.assemble import new_home, open_home
from comity.clock import SteppedClock
from comity.node.check_journal import check_in_parts
from comity.node.check_kept import check_kept
from comity.node.items import NewItem, add_item

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def back_up(home: Path, to: Path) -> None:
    """Copy what a home is, as `docs/how-to/back-up-and-restore.md` says for a node that may not stop."""
    to.mkdir(mode=0o700)
    for name in ("node.db", "body-keys.db"):  # in this order: a key without a body is harmless
        source, target = fixed_sqlite.connect(home / name), fixed_sqlite.connect(to / name)
        source.backup(target)
        source.close()
        target.close()
        (to / name).chmod(0o600)
    shutil.copy2(home / "body-epoch.json", to)
    shutil.copy2(home / "node.toml", to)
    shutil.copytree(home / "keys", to / "keys")


def test_a_backup_made_under_full_load_is_whole_elsewhere(tmp_path: Path) -> None:
    new_home(tmp_path / "north", "north.example", names={"en": "North"}, port=8101, clock=SteppedClock(START))
    done: list[str] = []
    many, enough = threading.Event(), threading.Event()

    with open_home(tmp_path / "north", clock=SteppedClock(START)) as home:

        def act(worker: int) -> None:
            number = 0
            while not enough.is_set():
                number += 1
                content = f"words {worker} {number}".encode() * 50
                new = NewItem(content=content, category="incident.reports", marking="TLP:GREEN", title="t")
                row, _ = home.node.act(lambda transaction, new=new: add_item(home.node, transaction, new))  # type: ignore[misc]
                done.append(row.digest)
                if len(done) > 60:
                    many.set()

        workers = [threading.Thread(target=act, args=(worker,)) for worker in range(4)]
        for each in workers:
            each.start()
        assert many.wait(60)
        before = list(done)  # acknowledged before the backup began
        back_up(tmp_path / "north", tmp_path / "elsewhere")
        enough.set()
        for each in workers:
            each.join()

    with open_home(tmp_path / "elsewhere", clock=SteppedClock(START), threaded=False) as home:
        assert check_in_parts(home.node).faults == ()
        assert list(check_kept(home.node)) == []
        there = {
            row.digest for row in home.node.store.read(lambda transaction: transaction.items(limit=100_000))
        }
        assert set(before) <= there <= set(done)
        for digest in there:
            assert home.node.store.read(lambda transaction, digest=digest: transaction.body(digest))  # type: ignore[misc]
