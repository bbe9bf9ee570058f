"""The tables of officers, and of what waits for them."""

from sqlalchemy import Boolean, Column, Table

from comity.storage.columns import metadata, moment, number, octets, text, words

officers = Table(
    "officers",
    metadata,
    text("id", primary_key=True),
    text("handle", unique=True),
    text("name"),
    words("roles"),
    text("state"),
    moment("created_at"),
    text("language"),
    text("zone"),
    text("theme"),
    text("address"),
    text("notify"),
    Column("program", Boolean, nullable=False),
)

credentials = Table(
    "credentials",
    metadata,
    text("id", primary_key=True),
    text("officer", index=True),
    text("kind"),
    octets("secret"),
    number("counter"),
    text("label"),
    moment("created_at"),
    moment("used_at", nullable=True),
)

links = Table(
    "links",
    metadata,
    text("token", primary_key=True),
    text("officer"),
    moment("made_at"),
    moment("ends_at"),
    moment("used_at", nullable=True),
)

sessions = Table(
    "sessions",
    metadata,
    text("token", primary_key=True),
    text("officer", index=True),
    moment("begun_at"),
    moment("seen_at"),
    moment("ends_at"),
    text("by"),
    text("said"),
    octets("challenge"),
)

attempts = Table(
    "attempts",
    metadata,
    text("name", primary_key=True),
    number("count"),
    moment("last_at"),
)

pending = Table(
    "pending",
    metadata,
    text("id", primary_key=True),
    text("verb"),
    octets("parameters"),
    text("words"),
    text("by"),
    moment("at"),
    moment("ends_at"),
    text("state", index=True),
    text("second"),
    text("outcome"),
)

drafts = Table(
    "drafts",
    metadata,
    text("id", primary_key=True),
    text("officer", index=True),
    text("kind"),
    moment("at"),
)
