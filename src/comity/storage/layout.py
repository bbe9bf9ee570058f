"""Bringing a node's database to the present layout of its tables, and refusing one that is newer."""

from sqlalchemy import Connection, Engine, inspect, select

from comity import __version__
from comity.errors import HomeTooNew
from comity.storage import (
    closing_tables,
    columns,
    count_tables,
    matter_tables,
    outside_tables,
    register_tables,
    tables,
)

__all__ = ["LAID_OUT", "check_layout", "make_tables"]

#: Tables of their own files; named here so that every database has them.
LAID_OUT = (tables, closing_tables, count_tables, register_tables, matter_tables, outside_tables)

#: What `house` says of the layout; it says other things of its own beside.
_FACTS = ("version", "oldest_reader", "comity")


def check_layout(engine: Engine) -> None:
    """Bring an older or empty database to the present layout.

    Raises:
        HomeTooNew: a newer Comity has changed it in a way this one does not understand.
    """
    with engine.connect() as connection:
        known = inspect(connection).has_table("house")
        facts = connection.execute(select(tables.house)).all() if known else []
    rows: dict[str, str] = dict(facts)
    version = int(rows.get("version", 0))
    if version > tables.SCHEMA_VERSION and int(rows.get("oldest_reader", version)) > tables.SCHEMA_VERSION:
        raise HomeTooNew(
            f"this home has layout {version}, written by comity {rows.get('comity', '?')}; "
            f"comity {__version__} reads up to layout {tables.SCHEMA_VERSION}",
            hint="use that version of comity, or restore a backup made before the upgrade",
        )
    if version < tables.SCHEMA_VERSION:
        from comity.storage.migrations import upgrade  # slow to import, and needed once a layout

        upgrade(engine)
        with engine.begin() as connection:
            connection.execute(tables.house.delete().where(tables.house.c.name.in_(_FACTS)))
            _note(connection)


def make_tables(connection: Connection) -> None:
    """Make every table at once, in a database that holds nothing."""
    columns.metadata.create_all(connection)
    _note(connection)


def _note(connection: Connection) -> None:
    written = dict(
        zip(_FACTS, (str(tables.SCHEMA_VERSION), str(tables.OLDEST_READER), __version__), strict=True)
    )
    connection.execute(
        tables.house.insert(), [{"name": name, "value": value} for name, value in written.items()]
    )
