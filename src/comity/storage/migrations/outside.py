"""The part of the first layout that is about programs, and about what goes out besides letters."""

import sqlalchemy as sa
from alembic import op

from comity.storage.migrations.kinds import NUMBER, TEXT


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, primary_key=True, nullable=False)


def _moments(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _octets(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, NUMBER, nullable=False)


def make() -> None:
    """Make the tables."""
    op.create_table(
        "tokens",
        _key("id"),
        *_text("officer", "label", "roles", "by"),
        *_moments("created_at", "ends_at"),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
    )
    op.create_table(
        "answered",
        _key("key"),
        *_text("officer", "request"),
        _number("status"),
        *_text("place"),
        _octets("body"),
        *_moments("at", "ends_at"),
    )
    op.create_table(
        "hooks",
        _key("id"),
        *_text("url"),
        _octets("secret"),
        *_text("kinds", "by"),
        *_moments("made_at"),
        *_text("state", "reason"),
    )
    op.create_table(
        "outgoing",
        _key("id"),
        *_text("way", "to", "subject"),
        _octets("body"),
        *_moments("made_at", "next_at"),
        _number("attempts"),
        *_text("state", "reason"),
    )
    op.create_table("told", _key("officer"), *_text("said"), *_moments("at"))
    op.create_table("marks", _key("name"), *_text("value"))
    op.create_index("answered_by_officer", "answered", ["officer", "at"])
    op.create_index("outgoing_due", "outgoing", ["state", "next_at"])
