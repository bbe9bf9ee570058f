"""Where rows are kept, for tests that hold on every database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from databases import PLACES, fresh_database, give_back


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """A database with its tables and nothing in them: a file, or one of a PostgreSQL server."""
    if request.param == "sqlite":
        yield tmp_path / "node.db"
        return
    address = fresh_database()
    yield address
    give_back(address)
