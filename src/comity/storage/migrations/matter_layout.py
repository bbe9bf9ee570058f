"""The table of matters, as the first step makes it."""

import sqlalchemy as sa
from alembic import op

from comity.storage.migrations.kinds import NUMBER, TEXT


def make_matters() -> None:
    """Make the table of matters."""
    op.create_table(
        "matters",
        sa.Column("id", TEXT, primary_key=True, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("kind", "agreement", "peer", "opened_by")),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("state", "title", "turn")),
        sa.Column("due", sa.BigInteger(), nullable=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("due_by", "due_what")),
        *(sa.Column(name, NUMBER, nullable=False) for name in ("void", "early")),
        sa.Column("texts", TEXT, nullable=False),
    )
    op.create_index("matters_by_kind", "matters", ["kind", "changed_at"])
    op.create_index("matters_by_change", "matters", ["changed_at"])
    op.create_index("matters_by_due", "matters", ["due"])
