"""The tables of what is counted as it happens, as the first step makes them."""

import sqlalchemy as sa
from alembic import op

from comity.storage.migrations.kinds import NUMBER, TEXT


def _keys(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, primary_key=True, nullable=False) for name in names]


def make_counts() -> None:
    """Make the tables."""
    op.create_table(
        "flows",
        *_keys("month", "party"),
        sa.Column("ours", sa.Boolean(), primary_key=True, nullable=False),
        *_keys("category"),
        sa.Column("count", NUMBER, nullable=False),
    )
    op.create_table(
        "article_counts",
        *_keys("agreement", "ref", "outcome"),
        sa.Column("count", NUMBER, nullable=False),
    )
