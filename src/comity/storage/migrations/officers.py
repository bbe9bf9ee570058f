"""The part of the first layout that is about officers."""

import sqlalchemy as sa
from alembic import op

from comity.storage.migrations.kinds import NUMBER, TEXT


def _text(name: str, *, primary_key: bool = False, unique: bool | None = None) -> sa.Column[str]:
    return sa.Column(name, TEXT, primary_key=primary_key, unique=unique, nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _octets(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def make() -> None:
    """Make the tables."""
    op.create_table(
        "officers",
        _text("id", primary_key=True),
        _text("handle", unique=True),
        *(_text(name) for name in ("name", "roles", "state")),
        _moment("created_at"),
        *(_text(name) for name in ("language", "zone", "theme", "address", "notify")),
        sa.Column("program", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "credentials",
        _text("id", primary_key=True),
        _text("officer"),
        _text("kind"),
        _octets("secret"),
        sa.Column("counter", NUMBER, nullable=False),
        _text("label"),
        _moment("created_at"),
        _moment("used_at", nullable=True),
    )
    op.create_table(
        "links",
        _text("token", primary_key=True),
        _text("officer"),
        _moment("made_at"),
        _moment("ends_at"),
        _moment("used_at", nullable=True),
    )
    op.create_table(
        "sessions",
        _text("token", primary_key=True),
        _text("officer"),
        *(_moment(name) for name in ("begun_at", "seen_at", "ends_at")),
        _text("by"),
        _text("said"),
        _octets("challenge"),
    )
    op.create_table(
        "attempts",
        _text("name", primary_key=True),
        sa.Column("count", NUMBER, nullable=False),
        _moment("last_at"),
    )
    op.create_table(
        "pending",
        _text("id", primary_key=True),
        _text("verb"),
        _octets("parameters"),
        _text("words"),
        _text("by"),
        _moment("at"),
        _moment("ends_at"),
        *(_text(name) for name in ("state", "second", "outcome")),
    )
    op.create_table(
        "drafts",
        _text("id", primary_key=True),
        _text("officer"),
        _text("kind"),
        _moment("at"),
    )
    op.create_index("ix_credentials_officer", "credentials", ["officer"])
    op.create_index("ix_sessions_officer", "sessions", ["officer"])
    op.create_index("ix_pending_state", "pending", ["state"])
    op.create_index("ix_drafts_officer", "drafts", ["officer"])
