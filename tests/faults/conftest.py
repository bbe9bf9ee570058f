"""The shim compiled and the homes made once for each process that tests."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults import storage


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Homes about to do each act."""
    return storage.prepared(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="session")
def under(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder under which the shim makes calls fail: in memory where there is room, since what a sync brings to a
    disk is for `power_loss.py` to say, and here each act is done some hundred times over."""
    inside = os.environ.get("COMITY_FAULTS_IN") or _memory() or tmp_path_factory.mktemp("under")
    folder = Path(tempfile.mkdtemp(prefix="comity-faults-", dir=inside))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _memory() -> str | None:
    """Give a file system in memory with room for many homes; None where there is none."""
    shared = "/dev/shm"
    roomy = os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > 1 << 30
    return shared if roomy else None


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, under: Path) -> Iterator[storage.Server]:
    """The fork server under the shim."""
    if storage.COMPILER is None:
        pytest.skip(storage.WITHOUT)
    made = storage.Server(storage.compiled(tmp_path_factory.mktemp("shim")), under)
    yield made
    made.close()
