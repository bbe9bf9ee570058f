"""The numbered steps build exactly the tables that the code believes in."""

from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest
from sqlalchemy import create_engine

from comity.storage import columns, migrations
from comity.storage.database import open_engine


def layout(path: Path) -> dict[str, Any]:
    """Read tables, columns, keys and indexes back from a database, in a form that compares."""
    database = sqlite.connect(str(path))
    found: dict[str, Any] = {}
    names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in names:
        if table.startswith(("sqlite_", "alembic_")):
            continue
        listed = database.execute(f"PRAGMA table_info({table!r})").fetchall()
        indexes = database.execute(f"PRAGMA index_list({table!r})").fetchall()
        found[table] = {
            "columns": [column[1:] for column in listed],
            "indexes": sorted(
                (
                    "" if name.startswith("sqlite_autoindex") else name,
                    bool(unique),
                    origin,
                    tuple(row[2] for row in database.execute(f"PRAGMA index_info({name!r})")),
                )
                for _, name, unique, origin, _ in indexes
            ),
        }
    database.close()
    return found


def test_the_steps_build_exactly_the_tables_the_code_knows(tmp_path: Path) -> None:
    stepped, at_once = tmp_path / "stepped.db", tmp_path / "at_once.db"
    open_engine(stepped).dispose()
    plain = create_engine(f"sqlite:///{at_once}", module=sqlite)
    columns.metadata.create_all(plain)
    plain.dispose()
    assert layout(stepped) == layout(at_once)
    assert set(layout(stepped)) == set(columns.metadata.tables)


def test_opening_twice_migrates_once(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    open_engine(path).dispose()
    before = path.read_bytes()
    open_engine(path).dispose()
    assert path.read_bytes() == before


def test_a_step_that_fails_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import op

    path = tmp_path / "node.db"
    real, made = op.create_table, []

    def fails_midway(name: str, *columns: Any) -> Any:
        made.append(name)
        if name == "outbox":
            raise RuntimeError("power cut")
        return real(name, *columns)

    monkeypatch.setattr(op, "create_table", fails_midway)
    with pytest.raises(RuntimeError, match="power cut"):
        open_engine(path)
    assert len(made) > 5
    assert layout(path) == {}
    monkeypatch.undo()
    open_engine(path).dispose()
    assert "outbox" in layout(path)


def test_migrations_can_be_run_by_themselves(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'x.db'}", module=sqlite)
    migrations.upgrade(engine)
    engine.dispose()
    assert "journal" in layout(tmp_path / "x.db")
