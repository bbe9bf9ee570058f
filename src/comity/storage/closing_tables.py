"""The tables of what passed under agreements and of what was answered at their end (`comity.ports.closings`)."""

from sqlalchemy import Boolean, Column, Index, Table

from comity.storage.columns import metadata, text

passings = Table(
    "passings",
    metadata,
    text("agreement", primary_key=True),
    text("peer", primary_key=True),
    text("giver", primary_key=True),
    text("item", primary_key=True),
    Column("open", Boolean, nullable=False),
    # what is open is few once an agreement is being closed, and counted from the index alone
    Index("passings_open", "agreement", "peer", "open", "giver", "item"),
    Index("passings_by_item", "item", "agreement"),
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
