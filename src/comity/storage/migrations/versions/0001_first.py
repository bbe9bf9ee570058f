"""The first layout."""

from alembic import op

from comity.storage import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    tables.metadata.create_all(op.get_bind())
