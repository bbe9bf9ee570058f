"""The tables of the joint register, as the first layout has them."""

import sqlalchemy as sa
from alembic import op

from comity.storage.migrations.kinds import NUMBER, TEXT


def make_register() -> None:
    """Make the tables."""
    op.create_table(
        "records",
        sa.Column("key", TEXT, primary_key=True, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("agreement", TEXT, nullable=False),
        sa.Column("handling", TEXT, nullable=False),
        sa.Column("runs_out", TEXT, nullable=False),
        sa.Column("item", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "record_changes",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("key", TEXT, nullable=False),
    )
    op.create_table(
        "staged_records",
        sa.Column("source", TEXT, primary_key=True, nullable=False),
        sa.Column("place", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("line", NUMBER, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "checks",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("peer", TEXT, nullable=False),
        sa.Column("agreement", TEXT, nullable=False),
        sa.Column("register", TEXT, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("watch", sa.Boolean(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("topic", TEXT, nullable=False),
        sa.Column("grounds", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("more", sa.Boolean(), nullable=False),
        sa.Column("unseen", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "hits",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("id", TEXT, nullable=False, unique=True),
        sa.Column("check", TEXT, nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("peer", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("agreement", TEXT, nullable=False),
        sa.Column("register", TEXT, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("shown", TEXT, nullable=False),
        sa.Column("band", TEXT, nullable=False),
        sa.Column("score", NUMBER, nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("item", TEXT, nullable=False),
        sa.Column("because", TEXT, nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("sources", TEXT, nullable=False),
    )
    op.create_table(
        "budgets",
        sa.Column("agreement", TEXT, primary_key=True, nullable=False),
        sa.Column("asker", TEXT, primary_key=True, nullable=False),
        sa.Column("holder", TEXT, primary_key=True, nullable=False),
        sa.Column("day", TEXT, primary_key=True, nullable=False),
        sa.Column("asked", NUMBER, nullable=False),
    )
    op.create_table(
        "flags",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("id", TEXT, nullable=False, unique=True),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("peer", TEXT, nullable=False),
        sa.Column("hit", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("acknowledge_by", sa.BigInteger(), nullable=True),
        sa.Column("resolve_by", sa.BigInteger(), nullable=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("answer", TEXT, nullable=False),
    )
    op.create_table(
        "thresholds",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("agreement", TEXT, nullable=False),
        sa.Column("score", NUMBER, nullable=False),
        sa.Column("because", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "judgements",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("subjects", TEXT, nullable=False),
        sa.Column("undoes", NUMBER, nullable=False),
        sa.Column("office", TEXT, nullable=False),
        sa.Column("because", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_records_item", "records", ["item"])
    op.create_index("ix_records_runs_out", "records", ["runs_out"])
    op.create_index("records_by_handling", "records", ["handling"])
    op.create_index("records_by_agreement", "records", ["agreement", "owner"])
    op.create_index("ix_thresholds_agreement", "thresholds", ["agreement"])
    op.create_index("staged_records_by_key", "staged_records", ["source", "key"])
    op.create_index("checks_by_id", "checks", ["id", "peer", "ours"], unique=True)
    op.create_index("checks_watching", "checks", ["watch", "state", "peer"])
    op.create_index("ix_hits_check", "hits", ["check"])
    op.create_index("ix_hits_key", "hits", ["key"])
    op.create_index("ix_flags_hit", "flags", ["hit"])
    op.create_index("ix_flags_key", "flags", ["key"])
