"""The tables of what passed under agreements and of what was answered at their end (`comity.ports.closings`)."""

from sqlalchemy import Boolean, Column, Index, Table

from comity.storage.columns import metadata, number, text

passings = Table(
    "passings",
    metadata,
    text("agreement", primary_key=True),
    text("peer", primary_key=True),
    text("giver", primary_key=True),
    text("item", primary_key=True),
    Column("open", Boolean, nullable=False),
    Index("passings_open", "agreement", "peer", "open", "giver", "item"),
    Index("passings_by_item", "item", "agreement"),
)

#: How many passings there are with a Party under an agreement, and how many are open.
passing_counts = Table(
    "passing_counts",
    metadata,
    text("agreement", primary_key=True),
    text("peer", primary_key=True),
    number("passed"),
    number("open"),
)

closing_answers = Table(
    "closing_answers",
    metadata,
    text("digest", primary_key=True),
    text("giver", primary_key=True),
    text("holder", primary_key=True),
    text("item", primary_key=True),
    text("at"),
    text("duty"),
    text("ground"),
    text("answer"),
    text("because"),
    text("backups_until"),
)

closing_accounts = Table(
    "closing_accounts",
    metadata,
    text("digest", primary_key=True),
    text("peer", primary_key=True),
    text("lines"),
)
