"""Keys of bodies: what is erased is gone, the epoch is renewed, and a power cut between any two steps loses nothing."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from comity.errors import StorageError, VerificationFailed
from comity.storage.body_keys import EPOCH, BodyKeys, write_private
from comity.storage.database import SqlStore, open_engine
from comity.storage.transaction import SqlTransaction

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
ITEM, OTHER = "aa" * 32, "bb" * 32
SECRET = b"nobody shall find these words again"


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[BodyKeys]:
    made = BodyKeys(tmp_path, NOW)
    yield made
    made.close()


def sealed(keys: BodyKeys, item: str = ITEM, body: bytes = SECRET) -> bytes:
    found = keys.seal(item, body)
    keys.commit()
    return found


def epochs(folder: Path) -> list[int]:
    return [row["epoch"] for row in json.loads((folder / "body-epoch.json").read_text())]


def test_a_body_opens_under_its_own_key_and_under_no_other_name(keys: BodyKeys) -> None:
    body = sealed(keys)
    assert SECRET not in body
    assert keys.open(ITEM, body) == SECRET
    assert keys.open(OTHER, body) is None
    sealed(keys, OTHER)
    with pytest.raises(VerificationFailed, match="was altered"):
        keys.open(OTHER, body)


@pytest.mark.parametrize("place", [0, 12, -1])
def test_an_altered_body_is_never_given_out(keys: BodyKeys, place: int) -> None:
    body = bytearray(sealed(keys))
    body[place] ^= 1
    with pytest.raises(VerificationFailed, match=f"item {ITEM[:12]} was altered"):
        keys.open(ITEM, bytes(body))


def test_what_was_erased_opens_never_again_and_the_day_for_backups_is_told(
    keys: BodyKeys, tmp_path: Path
) -> None:
    body = sealed(keys)
    assert keys.erase(ITEM) == NOW + EPOCH
    assert keys.open(ITEM, body) == SECRET  # until the act that erases is durable
    keys.finish()
    assert keys.open(ITEM, body) is None
    keys.close()
    again = BodyKeys(tmp_path, NOW)
    assert again.open(ITEM, body) is None
    again.close()


def test_no_backup_made_before_an_erasure_opens_it_once_the_epoch_has_ended(tmp_path: Path) -> None:
    keys = BodyKeys(tmp_path, NOW)
    body = sealed(keys)
    kept = sealed(keys, OTHER)
    keys.close()
    backup = tmp_path / "backup"
    backup.mkdir()
    for file in tmp_path.glob("body-keys.db*"):
        shutil.copy(file, backup)  # the epoch's key is never backed up beyond its epoch
    keys = BodyKeys(tmp_path, NOW)
    keys.erase(ITEM)
    keys.finish()
    keys.close()
    keys = BodyKeys(tmp_path, NOW + EPOCH)
    assert epochs(tmp_path) == [2]
    assert keys.open(OTHER, kept) == SECRET
    keys.close()

    shutil.copy(tmp_path / "body-epoch.json", backup)
    restored = BodyKeys(backup, NOW + EPOCH)
    with pytest.raises(StorageError, match="the key of epoch 1 is gone"):
        restored.open(ITEM, body)
    restored.close()


def test_no_key_of_an_erased_body_is_left_in_any_file_once_the_epoch_has_ended(tmp_path: Path) -> None:
    keys = BodyKeys(tmp_path, NOW)
    sealed(keys)
    (wrapped,) = keys._db.execute("SELECT wrapped FROM body_keys").fetchone()
    epoch_key = json.loads((tmp_path / "body-epoch.json").read_text())[0]["key"]
    keys.erase(ITEM)
    keys.finish()
    keys.renew(NOW + timedelta(days=1))
    keys.close()
    for file in tmp_path.iterdir():
        if file.is_file():
            data = file.read_bytes()
            assert wrapped not in data, file.name
            assert epoch_key.encode() not in data, file.name


def test_an_epoch_is_renewed_when_it_is_over_and_not_before(tmp_path: Path) -> None:
    BodyKeys(tmp_path, NOW).close()
    BodyKeys(tmp_path, NOW + EPOCH - timedelta(seconds=1)).close()
    assert epochs(tmp_path) == [1]
    BodyKeys(tmp_path, NOW + EPOCH).close()
    assert epochs(tmp_path) == [2]


class PowerCut(BaseException):
    """The machine is off."""


@pytest.mark.parametrize("write", [0, 1, 2])
def test_a_power_cut_at_any_step_of_a_renewal_loses_no_body(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: int
) -> None:
    keys = BodyKeys(tmp_path, NOW)
    bodies = {f"{number:064x}": sealed(keys, f"{number:064x}") for number in range(5)}
    real_save, real_commit = BodyKeys._save, BodyKeys.commit
    steps: list[str] = []

    def cut(name: str, real: Callable[[BodyKeys], None]) -> Callable[[BodyKeys], None]:
        def step(self: BodyKeys) -> None:
            if len(steps) == write:
                raise PowerCut
            steps.append(name)
            real(self)

        return step

    monkeypatch.setattr(BodyKeys, "_save", cut("save", real_save))
    monkeypatch.setattr(BodyKeys, "commit", cut("commit", real_commit))
    with pytest.raises(PowerCut):
        keys.renew(NOW + EPOCH)
    monkeypatch.undo()
    keys._db.rollback()  # what was not committed is gone
    keys._db.close()
    assert steps == ["save", "commit", "save"][:write]

    again = BodyKeys(tmp_path, NOW + EPOCH)
    assert {item: again.open(item, body) for item, body in bodies.items()} == dict.fromkeys(bodies, SECRET)
    assert len(epochs(tmp_path)) == 1
    again.close()


def store_over(folder: Path) -> tuple[SqlStore[SqlTransaction], BodyKeys]:
    keys = BodyKeys(folder, NOW)
    make: Callable[[Any], SqlTransaction] = lambda connection: SqlTransaction(connection, keys)  # noqa: E731
    return SqlStore(open_engine(folder / "node.db"), make, threaded=False, beside=keys), keys


def test_a_key_that_a_power_cut_left_behind_is_destroyed_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, keys = store_over(tmp_path)
    for item in (ITEM, OTHER):
        store.write(lambda transaction, item=item: transaction.put_body(item, SECRET))
    monkeypatch.setattr(BodyKeys, "finish", lambda _self: None)  # off between the two commits
    store.write(lambda transaction: transaction.erase_body(ITEM))
    monkeypatch.undo()
    store.close()
    keys._db.close()

    store, keys = store_over(tmp_path)
    assert [row[0] for row in keys._db.execute("SELECT item FROM body_keys")] == [OTHER]
    assert store.read(lambda transaction: (transaction.body(ITEM), transaction.body(OTHER))) == (None, SECRET)
    store.close()
    keys.close()


def test_a_body_that_is_erased_and_kept_again_in_one_act_is_kept(tmp_path: Path) -> None:
    store, keys = store_over(tmp_path)

    def work(transaction: SqlTransaction) -> None:
        transaction.put_body(ITEM, b"first")
        transaction.erase_body(ITEM)
        transaction.put_body(ITEM, b"second")

    store.write(work)
    assert store.read(lambda transaction: transaction.body(ITEM)) == b"second"
    store.close()
    keys.close()


def test_a_private_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret"
    write_private(path, b"first")
    assert path.stat().st_mode & 0o777 == 0o600

    def cut(*_: object) -> None:
        raise PowerCut

    monkeypatch.setattr("os.fsync", cut)
    with pytest.raises(PowerCut):
        write_private(path, b"second")
    monkeypatch.undo()
    assert path.read_bytes() == b"first"
