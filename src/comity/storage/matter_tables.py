"""The tables of matters and of what follows from them; see `comity.ports.matters` for what stands in them."""

from sqlalchemy import Index, Table

from comity.storage.columns import metadata, moment, number, octets, text, words

matters = Table(
    "matters",
    metadata,
    text("id", primary_key=True),
    text("kind"),
    text("agreement"),
    text("peer"),
    text("opened_by"),
    moment("opened_at"),
    moment("changed_at"),
    text("state"),
    text("title"),
    words("turn"),
    moment("due", nullable=True),
    text("due_by"),
    text("due_what"),
    number("void"),
    number("early"),
    moment("answered_at", nullable=True),
    text("texts"),
    Index("matters_by_kind", "kind", "changed_at"),
    Index("matters_by_change", "changed_at"),
    Index("matters_by_opening", "kind", "opened_at"),
    Index("matters_by_texts", "texts"),
    Index("matters_by_turn", "turn", "due"),
)

deadlines = Table(
    "deadlines",
    metadata,
    number("number", primary_key=True),
    text("matter", index=True),
    moment("at"),
    text("what"),
    text("by"),
    text("ref"),
    Index("deadlines_by_time", "at"),
    Index("deadlines_by_debtor", "by", "at"),
)

costs = Table(
    "costs",
    metadata,
    text("event", primary_key=True),
    text("matter", index=True),
    text("peer"),
    text("on"),
    text("currency"),
    text("net"),
    text("state"),
    text("charge"),
    octets("entry"),
    Index("costs_by_day", "on", "event"),
    Index("costs_by_peer", "peer", "on", "event"),
    Index("costs_by_state", "state", "peer", "currency", "net"),
)

claims = Table(
    "claims",
    metadata,
    text("charge", primary_key=True),
    text("event", primary_key=True),
    text("peer"),
    moment("opened_at"),
    text("state"),
    Index("claims_by_event", "event", "opened_at", "charge"),
)
