"""Numbered steps from an empty database to the present layout (Alembic). A step, once released, is never edited."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine


def upgrade(engine: Engine) -> None:
    """Bring a database to the present layout in one transaction; after a crash it stands as it stood before."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
