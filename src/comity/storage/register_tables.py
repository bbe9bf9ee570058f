"""The tables of the joint register; see `comity.ports.register` for what stands in them."""

from sqlalchemy import Boolean, Column, Index, Table

from comity.storage.columns import metadata, moment, number, octets, text, words

records = Table(
    "records",
    metadata,
    text("key", primary_key=True),
    text("owner"),
    text("id"),
    text("agreement"),
    text("handling"),
    text("runs_out", index=True),
    text("item", index=True),
    octets("body"),
    Index("records_by_handling", "handling"),
    Index("records_by_agreement", "agreement", "owner"),
)

#: One row a change, so that an index of names can tell what it has missed.
record_changes = Table(
    "record_changes", metadata, number("number", primary_key=True, autoincrement=False), text("key")
)

staged_records = Table(
    "staged_records",
    metadata,
    text("source", primary_key=True),
    number("place", primary_key=True, autoincrement=False),
    number("line"),
    text("key"),
    octets("body"),
    Index("staged_records_by_key", "source", "key"),
)

checks = Table(
    "checks",
    metadata,
    number("number", primary_key=True),
    text("id"),
    Column("ours", Boolean, nullable=False),
    text("peer"),
    text("agreement"),
    text("register"),
    text("purpose"),
    text("reference"),
    octets("question"),
    moment("at"),
    text("state"),
    Column("watch", Boolean, nullable=False),
    moment("until", nullable=True),
    text("topic"),
    words("grounds"),
    text("reason"),
    Column("more", Boolean, nullable=False),
    octets("unseen"),
    Index("checks_by_id", "id", "peer", "ours", unique=True),
    Index("checks_watching", "watch", "state", "peer"),
)

hits = Table(
    "hits",
    metadata,
    number("number", primary_key=True),
    text("id", unique=True),
    text("check", index=True),
    Column("ours", Boolean, nullable=False),
    text("peer"),
    text("owner"),
    text("agreement"),
    text("register"),
    text("purpose"),
    text("reference"),
    text("key", index=True),
    text("shown"),
    text("band"),
    number("score"),
    words("why"),
    moment("at"),
    text("state"),
    text("item"),
    text("because"),
    moment("due", nullable=True),
    text("outcome"),
    text("words"),
    words("sources"),
)

budgets = Table(
    "budgets",
    metadata,
    text("agreement", primary_key=True),
    text("asker", primary_key=True),
    text("holder", primary_key=True),
    text("day", primary_key=True),
    number("asked"),
)

flags = Table(
    "flags",
    metadata,
    number("number", primary_key=True),
    text("id", unique=True),
    Column("ours", Boolean, nullable=False),
    text("peer"),
    text("hit", index=True),
    text("key", index=True),
    text("kind"),
    text("words"),
    moment("at"),
    moment("acknowledge_by", nullable=True),
    moment("resolve_by", nullable=True),
    text("state"),
    text("answer"),
)

thresholds = Table(
    "thresholds",
    metadata,
    number("number", primary_key=True),
    text("agreement", index=True),
    number("score"),
    text("because"),
    moment("at"),
)

judgements = Table(
    "judgements",
    metadata,
    number("number", primary_key=True, autoincrement=False),
    words("subjects"),
    number("undoes"),
    text("office"),
    text("because"),
    moment("at"),
)
