"""The tables of what passed under agreements and what was answered at their end, as the first step makes them."""

import sqlalchemy as sa
from alembic import op

from comity.storage.migrations.kinds import NUMBER, TEXT


def _keys(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, primary_key=True, nullable=False) for name in names]


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def make_closings() -> None:
    """Make the tables."""
    op.create_table(
        "passings",
        *_keys("agreement", "peer", "giver", "item"),
        sa.Column("open", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "passing_counts",
        *_keys("agreement", "peer"),
        sa.Column("passed", NUMBER, nullable=False),
        sa.Column("open", NUMBER, nullable=False),
    )
    op.create_table(
        "closing_answers",
        *_keys("digest", "giver", "holder", "item"),
        *_text("at", "duty", "ground", "answer", "because", "backups_until"),
    )
    op.create_table("closing_accounts", *_keys("digest", "peer"), *_text("lines"))
    op.create_index("passings_open", "passings", ["agreement", "peer", "open", "giver", "item"])
    op.create_index("passings_by_item", "passings", ["item", "agreement"])
