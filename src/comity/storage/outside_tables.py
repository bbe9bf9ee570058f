"""The tables of programs' tokens and answers, and of what is owed to people and programs."""

from sqlalchemy import Index, Table

from comity.storage.columns import metadata, moment, number, octets, text, words

tokens = Table(
    "tokens",
    metadata,
    text("id", primary_key=True),
    text("officer"),
    text("label"),
    words("roles"),
    text("by"),
    moment("created_at"),
    moment("ends_at"),
    moment("used_at", nullable=True),
)

answered = Table(
    "answered",
    metadata,
    text("key", primary_key=True),
    text("officer"),
    text("request"),
    number("status"),
    text("place"),
    octets("body"),
    moment("at"),
    moment("ends_at"),
    Index("answered_by_officer", "officer", "at"),
)

hooks = Table(
    "hooks",
    metadata,
    text("id", primary_key=True),
    text("url"),
    octets("secret"),
    words("kinds"),
    text("by"),
    moment("made_at"),
    text("state"),
    text("reason"),
)

outgoing = Table(
    "outgoing",
    metadata,
    text("id", primary_key=True),
    text("way"),
    text("to"),
    text("subject"),
    octets("body"),
    moment("made_at"),
    moment("next_at"),
    number("attempts"),
    text("state"),
    text("reason"),
    Index("outgoing_due", "state", "next_at"),
)

told = Table("told", metadata, text("officer", primary_key=True), text("said"), moment("at"))

marks = Table("marks", metadata, text("name", primary_key=True), text("value"))
