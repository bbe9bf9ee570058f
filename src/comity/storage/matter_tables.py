"""The table of matters; see `comity.ports.matters` for what stands in it."""

from sqlalchemy import Index, Table

from comity.storage.columns import metadata, moment, number, text, words

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
    text("texts"),
    Index("matters_by_kind", "kind", "changed_at"),
    Index("matters_by_change", "changed_at"),
    Index("matters_by_due", "due"),
)
