"""The shim compiled and the homes made once for each process that tests."""

import os
import shutil
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
    """The folder under which the shim makes calls fail."""
    folder = Path(os.environ.get("COMITY_FAULTS_IN") or tmp_path_factory.mktemp("under")) / "faults"
    folder.mkdir(exist_ok=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, under: Path) -> Iterator[storage.Server]:
    """The fork server under the shim."""
    if storage.COMPILER is None:
        pytest.skip(storage.WITHOUT)
    made = storage.Server(storage.compiled(tmp_path_factory.mktemp("shim")), under)
    yield made
    made.close()
