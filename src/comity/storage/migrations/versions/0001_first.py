"""The first layout."""

import sqlalchemy as sa
from alembic import op

from comity.storage.migrations import officers, outside
from comity.storage.migrations.closing_layout import make_closings
from comity.storage.migrations.count_layout import make_counts
from comity.storage.migrations.kinds import NUMBER, TEXT
from comity.storage.migrations.matter_layout import make_matters
from comity.storage.migrations.register_layout import make_register

#: What items are looked for by; their number first, so that the newest are found in order.
SOUGHT = (
    *("number", "title", "label", "originator", "category", "marking", "state", "media_type", "added_at"),
)

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "house",
        sa.Column("name", TEXT, primary_key=True, nullable=False),
        sa.Column("value", TEXT, nullable=False),
    )
    op.create_table(
        "cards",
        sa.Column("party", TEXT, primary_key=True, nullable=False),
        sa.Column("version", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("digest", TEXT, nullable=False, unique=True),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.Column("introduced", sa.Boolean(), nullable=False),
        sa.Column("vouched", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "agreements",
        sa.Column("id", TEXT, primary_key=True, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("acts_digest", TEXT, nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=False),
        sa.Column("held_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "agreement_versions",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("acts_digest", TEXT, nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=False),
        sa.Column("held_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "proposals",
        sa.Column("by", TEXT, primary_key=True, nullable=False),
        sa.Column("agreement", TEXT, primary_key=True, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("to", TEXT, nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("declined", TEXT, nullable=False),
    )
    op.create_table(
        "statements",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("digest", TEXT, nullable=False, unique=True),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("about", TEXT, nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "items",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("digest", TEXT, nullable=False, unique=True),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("media_type", TEXT, nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("originator", TEXT, nullable=False),
        sa.Column("category", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("marking", TEXT, nullable=False),
        sa.Column("made_from", TEXT, nullable=False),
        sa.Column("retention", TEXT, nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.Column("needs_reading", sa.Boolean(), nullable=False),
        sa.Column("caveats", TEXT, nullable=False),
        sa.Column("caveats_read", sa.Boolean(), nullable=False),
        sa.Column("echo_of", TEXT, nullable=False),
        sa.Column("on_hold", TEXT, nullable=False),
    )
    op.create_table(
        "sources",
        sa.Column("source", TEXT, primary_key=True, nullable=False),
        sa.Column("item", TEXT, primary_key=True, nullable=False),
    )
    op.create_table(
        "holdings",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("item", TEXT, nullable=False),
        sa.Column("custody", TEXT, nullable=False),
        sa.Column("received_from", TEXT, nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("item", "custody", name="one_holding_a_route"),
    )
    op.create_table(
        "bodies",
        sa.Column("item", TEXT, primary_key=True, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "disclosures",
        sa.Column("message", TEXT, primary_key=True, nullable=False),
        sa.Column("item", TEXT, nullable=False),
        sa.Column("to", TEXT, nullable=False),
        sa.Column("agreement", TEXT, nullable=False),
        sa.Column("hop", TEXT, nullable=False),
        sa.Column("decision", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "channels",
        sa.Column("peer", TEXT, primary_key=True, nullable=False),
        sa.Column("direction", TEXT, primary_key=True, nullable=False),
        sa.Column("name", TEXT, nullable=False, unique=True),
        sa.Column("last", NUMBER, nullable=False),
        sa.Column("whole", NUMBER, nullable=False),
        sa.Column("stopped", TEXT, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("message", TEXT, nullable=False, unique=True),
        sa.Column("peer", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("sequence", NUMBER, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("about", TEXT, nullable=False),
        sa.Column("carriers", TEXT, nullable=False),
        sa.Column("owed_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", NUMBER, nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "circuits",
        sa.Column("peer", TEXT, primary_key=True, nullable=False),
        sa.Column("failures", NUMBER, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("backlog", NUMBER, nullable=False),
        sa.Column("carried", NUMBER, nullable=False),
    )
    op.create_table(
        "pouches",
        sa.Column("name", TEXT, primary_key=True, nullable=False),
        sa.Column("opened", TEXT, nullable=False),
        sa.Column("slip", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "unsent",
        sa.Column("statement", TEXT, primary_key=True, nullable=False),
        sa.Column("to", TEXT, primary_key=True, nullable=False),
        sa.Column("about", TEXT, nullable=False),
        sa.Column("back_through", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", TEXT, nullable=False),
    )
    op.create_table(
        "inbox",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("message", TEXT, nullable=False, unique=True),
        sa.Column("peer", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("sequence", NUMBER, nullable=False),
        sa.Column("envelope_digest", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("about", TEXT, nullable=False),
        sa.Column("agreement", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("carrier", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
        sa.Column("receipt_owed", sa.Boolean(), nullable=False),
        sa.Column("letter", sa.LargeBinary(), nullable=False),
        sa.Column("originator", TEXT, nullable=False),
        sa.Column("signer", TEXT, nullable=False),
    )
    op.create_table(
        "requests",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("id", TEXT, nullable=False, unique=True),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("asker", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("item", TEXT, nullable=False),
        sa.Column("to", TEXT, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("answer_by", sa.BigInteger(), nullable=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("answer", TEXT, nullable=False),
        sa.Column("via", TEXT, nullable=False),
        sa.Column("grounds", TEXT, nullable=False),
        sa.Column("confirms", TEXT, nullable=False),
    )
    op.create_table(
        "journal",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("channel_number", NUMBER, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("act", TEXT, nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "journal_details",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "heads",
        sa.Column("channel", TEXT, primary_key=True, nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "checkpoints",
        sa.Column("peer", TEXT, primary_key=True, nullable=False),
        sa.Column("size", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("text", TEXT, primary_key=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "kept_heads",
        sa.Column("peer", TEXT, primary_key=True, nullable=False),
        sa.Column("ours", sa.Boolean(), primary_key=True, nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("asked", NUMBER, nullable=False),
        sa.Column("behind", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "proven",
        sa.Column("purpose", TEXT, primary_key=True, nullable=False),
        sa.Column("channel", TEXT, primary_key=True, nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "reconciliations",
        sa.Column("peer", TEXT, primary_key=True, nullable=False),
        sa.Column("ours", sa.Boolean(), primary_key=True, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.Column("horizon", NUMBER, nullable=False),
        sa.Column("round", NUMBER, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("progress", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("statements_by_kind", "statements", ["kind", "about", "by"])
    op.create_index("ix_items_label", "items", ["label"])
    op.create_index("ix_items_state", "items", ["state"])
    op.create_index("ix_holdings_item", "holdings", ["item"])
    op.create_index("ix_disclosures_item", "disclosures", ["item"])
    op.create_index("disclosures_by_time", "disclosures", ["at"])
    op.create_index("outbox_owed", "outbox", ["state", "peer", "sequence"])
    op.create_index("outbox_due", "outbox", ["state", "peer", "next_at"])
    op.create_index("inbox_by_sequence", "inbox", ["channel", "sequence"])
    op.create_index("inbox_by_state", "inbox", ["state"])
    op.create_index("inbox_by_time", "inbox", ["kind", "state", "at"])
    op.create_index("inbox_receipts_owed", "inbox", ["receipt_owed", "peer"])
    op.create_index("ix_inbox_envelope_digest", "inbox", ["envelope_digest"])
    op.create_index("requests_by_asker", "requests", ["asker", "state", "via"])
    op.create_index("requests_by_hand", "requests", ["via", "state"])
    op.create_index("requests_by_answer", "requests", ["answer"])
    op.create_index("requests_by_confirms", "requests", ["confirms"])
    op.create_index("ix_journal_act", "journal", ["act"])
    op.create_index("journal_by_channel", "journal", ["channel", "channel_number", "kind", "act"])
    op.create_index("journal_by_kind", "journal", ["kind", "number", "channel"])
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("items_sought", "items", list(SOUGHT))
    make_register()
    make_matters()
    make_closings()
    make_counts()
    officers.make()
    outside.make()
