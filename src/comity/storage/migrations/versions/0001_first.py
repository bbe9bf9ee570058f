"""The first layout."""

import sqlalchemy as sa
from alembic import op

from comity.storage.migrations import officers, outside
from comity.storage.migrations.matter_layout import make_matters
from comity.storage.migrations.register_layout import make_register

revision = "0001"
down_revision = None

#: Whole numbers; SQLite numbers rows by itself only in a column called INTEGER.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "house",
        sa.Column("name", sa.Text(), primary_key=True, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
    )
    op.create_table(
        "cards",
        sa.Column("party", sa.Text(), primary_key=True, nullable=False),
        sa.Column("version", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, unique=True),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.Column("introduced", sa.Boolean(), nullable=False),
        sa.Column("vouched", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "agreements",
        sa.Column("id", sa.Text(), primary_key=True, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("acts_digest", sa.Text(), nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=False),
        sa.Column("held_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "agreement_versions",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("acts_digest", sa.Text(), nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=False),
        sa.Column("held_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "proposals",
        sa.Column("by", sa.Text(), primary_key=True, nullable=False),
        sa.Column("agreement", sa.Text(), primary_key=True, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("declined", sa.Text(), nullable=False),
    )
    op.create_table(
        "statements",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, unique=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "items",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, unique=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("originator", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("marking", sa.Text(), nullable=False),
        sa.Column("made_from", sa.Text(), nullable=False),
        sa.Column("retention", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.Column("needs_reading", sa.Boolean(), nullable=False),
        sa.Column("caveats", sa.Text(), nullable=False),
        sa.Column("caveats_read", sa.Boolean(), nullable=False),
        sa.Column("echo_of", sa.Text(), nullable=False),
        sa.Column("on_hold", sa.Text(), nullable=False),
    )
    op.create_table(
        "sources",
        sa.Column("source", sa.Text(), primary_key=True, nullable=False),
        sa.Column("item", sa.Text(), primary_key=True, nullable=False),
    )
    op.create_table(
        "holdings",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("custody", sa.Text(), nullable=False),
        sa.Column("received_from", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("item", "custody", name="one_holding_a_route"),
    )
    op.create_table(
        "bodies",
        sa.Column("item", sa.Text(), primary_key=True, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "disclosures",
        sa.Column("message", sa.Text(), primary_key=True, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("hop", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "channels",
        sa.Column("peer", sa.Text(), primary_key=True, nullable=False),
        sa.Column("direction", sa.Text(), primary_key=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        sa.Column("last", NUMBER, nullable=False),
        sa.Column("whole", NUMBER, nullable=False),
        sa.Column("stopped", sa.Text(), nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("message", sa.Text(), nullable=False, unique=True),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sequence", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("carriers", sa.Text(), nullable=False),
        sa.Column("owed_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", NUMBER, nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "circuits",
        sa.Column("peer", sa.Text(), primary_key=True, nullable=False),
        sa.Column("failures", NUMBER, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("backlog", NUMBER, nullable=False),
        sa.Column("carried", NUMBER, nullable=False),
    )
    op.create_table(
        "pouches",
        sa.Column("name", sa.Text(), primary_key=True, nullable=False),
        sa.Column("opened", sa.Text(), nullable=False),
        sa.Column("slip", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "unsent",
        sa.Column("statement", sa.Text(), primary_key=True, nullable=False),
        sa.Column("to", sa.Text(), primary_key=True, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("back_through", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_table(
        "inbox",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("message", sa.Text(), nullable=False, unique=True),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sequence", NUMBER, nullable=False),
        sa.Column("envelope_digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
        sa.Column("receipt_owed", sa.Boolean(), nullable=False),
        sa.Column("letter", sa.LargeBinary(), nullable=False),
        sa.Column("signer", sa.Text(), nullable=False),
    )
    op.create_table(
        "requests",
        sa.Column("number", NUMBER, primary_key=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("asker", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("answer_by", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("confirms", sa.Text(), nullable=False),
    )
    op.create_table(
        "journal",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("channel_number", NUMBER, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
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
        sa.Column("channel", sa.Text(), primary_key=True, nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "checkpoints",
        sa.Column("peer", sa.Text(), primary_key=True, nullable=False),
        sa.Column("size", NUMBER, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), primary_key=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "kept_heads",
        sa.Column("peer", sa.Text(), primary_key=True, nullable=False),
        sa.Column("ours", sa.Boolean(), primary_key=True, nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("asked", NUMBER, nullable=False),
        sa.Column("behind", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "proven",
        sa.Column("purpose", sa.Text(), primary_key=True, nullable=False),
        sa.Column("channel", sa.Text(), primary_key=True, nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "reconciliations",
        sa.Column("peer", sa.Text(), primary_key=True, nullable=False),
        sa.Column("ours", sa.Boolean(), primary_key=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.Column("horizon", NUMBER, nullable=False),
        sa.Column("round", NUMBER, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("progress", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("statements_by_kind", "statements", ["kind", "about"])
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
    op.create_index("ix_journal_act", "journal", ["act"])
    op.create_index("journal_by_channel", "journal", ["channel", "channel_number", "kind", "act"])
    make_register()
    make_matters()
    officers.make()
    outside.make()
