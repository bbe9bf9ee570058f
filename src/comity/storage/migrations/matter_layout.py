"""The tables of matters and of what follows from them, as the first step makes them."""

import sqlalchemy as sa
from alembic import op

from comity.storage.migrations.kinds import NUMBER, TEXT


def make_matters() -> None:
    """Make the tables."""
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
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("texts", TEXT, nullable=False),
    )
    op.create_index("matters_by_kind", "matters", ["kind", "changed_at"])
    op.create_index("matters_by_change", "matters", ["changed_at"])
    op.create_index("matters_by_opening", "matters", ["kind", "opened_at"])
    op.create_index("matters_by_texts", "matters", ["texts"])
    op.create_index("matters_by_turn", "matters", ["turn", "due"])
    op.create_table(
        "deadlines",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("matter", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("what", "by", "ref")),
    )
    op.create_index("ix_deadlines_matter", "deadlines", ["matter"])
    op.create_index("deadlines_by_time", "deadlines", ["at"])
    op.create_index("deadlines_by_debtor", "deadlines", ["by", "at"])
    op.create_table(
        "costs",
        sa.Column("event", TEXT, primary_key=True, nullable=False),
        *(
            sa.Column(name, TEXT, nullable=False)
            for name in ("matter", "peer", "on", "currency", "net", "state", "charge")
        ),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_costs_matter", "costs", ["matter"])
    op.create_index("costs_by_day", "costs", ["on", "event"])
    op.create_index("costs_by_peer", "costs", ["peer", "on", "event"])
    op.create_index("costs_by_state", "costs", ["state", "peer", "currency", "net"])
    op.create_table(
        "claims",
        sa.Column("charge", TEXT, primary_key=True, nullable=False),
        sa.Column("event", TEXT, primary_key=True, nullable=False),
        sa.Column("peer", TEXT, nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
    )
    op.create_index("claims_by_event", "claims", ["event", "opened_at", "charge"])
