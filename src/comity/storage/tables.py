"""The tables of a node's database, as SQLAlchemy Core knows them.

What belongs to the register, to matters and to officers has tables of its own beside these. `migrations/` builds the
same tables step by step, and a test compares the two.
"""

from sqlalchemy import Boolean, Column, Index, Table, UniqueConstraint

from comity.storage.columns import Octets, metadata, moment, number, octets, text, words

#: Version of the layout, and the oldest layout whose readers still understand it.
SCHEMA_VERSION = 1
OLDEST_READER = 1

house = Table("house", metadata, text("name", primary_key=True), text("value"))

cards = Table(
    "cards",
    metadata,
    text("party", primary_key=True),
    number("version", primary_key=True, autoincrement=False),
    text("digest", unique=True),
    octets("signed"),
    moment("accepted_at"),
    Column("introduced", Boolean, nullable=False),
    Column("vouched", Boolean, nullable=False),
)

agreements = Table(
    "agreements",
    metadata,
    text("id", primary_key=True),
    text("digest"),
    text("acts_digest"),
    octets("files"),
    moment("held_at"),
)

proposals = Table(
    "proposals",
    metadata,
    text("by", primary_key=True),
    text("agreement", primary_key=True),
    text("digest"),
    words("to"),
    octets("files"),
    moment("at"),
    text("state"),
    words("declined"),
)

#: Agreements as they were held at any time: decisions are replayed with the texts of their day.
agreement_versions = Table(
    "agreement_versions",
    metadata,
    number("number", primary_key=True),
    text("id"),
    text("digest"),
    text("acts_digest"),
    octets("files"),
    moment("held_at"),
)

statements = Table(
    "statements",
    metadata,
    number("number", primary_key=True),
    text("digest", unique=True),
    text("kind"),
    text("by"),
    text("about"),
    octets("signed"),
    moment("known_at"),
    Index("statements_by_kind", "kind", "about", "by"),
)

items = Table(
    "items",
    metadata,
    number("number", primary_key=True),
    text("digest", unique=True),
    text("label", index=True),
    text("title"),
    text("media_type"),
    number("size"),
    text("originator"),
    text("category"),
    text("kind"),
    text("marking"),
    words("made_from"),
    text("retention"),
    moment("added_at"),
    text("state", index=True),
    octets("manifest"),
    Column("needs_reading", Boolean, nullable=False),
    words("caveats"),
    Column("caveats_read", Boolean, nullable=False),
    words("echo_of"),
    text("on_hold"),
    # what is looked for, without the manifests: a search reads this alone (PostgreSQL has a bound on a row of an index)
    Index(
        "items_sought",
        *("number", "title", "label", "originator", "category", "marking", "state", "media_type", "added_at"),
    ).ddl_if(dialect="sqlite"),
)

sources = Table(
    "sources",
    metadata,
    text("source", primary_key=True),
    text("item", primary_key=True),
)

holdings = Table(
    "holdings",
    metadata,
    number("number", primary_key=True),
    text("item", index=True),
    words("custody"),
    text("received_from"),
    text("message"),
    moment("at"),
    UniqueConstraint("item", "custody", name="one_holding_a_route"),
)

bodies = Table("bodies", metadata, text("item", primary_key=True), octets("sealed"))

disclosures = Table(
    "disclosures",
    metadata,
    text("message", primary_key=True),
    text("item", index=True),
    text("to"),
    text("agreement"),
    text("hop"),
    text("decision"),
    moment("at"),
    Index("disclosures_by_time", "at"),
)

channels = Table(
    "channels",
    metadata,
    text("peer", primary_key=True),
    text("direction", primary_key=True),
    text("name", unique=True),
    number("last"),
    number("whole"),
    text("stopped"),
)

#: What is long stands last: a row is then looked through without it.
outbox = Table(
    "outbox",
    metadata,
    number("number", primary_key=True),
    text("message", unique=True),
    text("peer"),
    text("channel"),
    number("sequence"),
    text("kind"),
    text("about"),
    words("carriers"),
    moment("owed_at"),
    number("attempts"),
    moment("next_at"),
    text("state"),
    text("reason"),
    number("size"),
    octets("envelope"),
    octets("receipt"),
    Index("outbox_owed", "state", "peer", "sequence"),
    Index("outbox_due", "state", "peer", "next_at"),
)

#: How the lines to peers are that ever failed.
circuits = Table(
    "circuits",
    metadata,
    text("peer", primary_key=True),
    number("failures"),
    moment("since"),
    moment("next_at"),
    text("reason"),
    number("backlog"),
    number("carried"),
)

#: Pouches of which volumes were opened here, or slips written.
pouches = Table("pouches", metadata, text("name", primary_key=True), words("opened"), octets("slip"))

#: Signed acts that could not be sent yet: no card of the addressee's seals anything now, or no way is known.
unsent = Table(
    "unsent",
    metadata,
    text("statement", primary_key=True),
    text("to", primary_key=True),
    text("about"),
    text("back_through"),
    moment("at"),
    text("reason"),
)

inbox = Table(
    "inbox",
    metadata,
    number("number", primary_key=True),
    text("message", unique=True),
    text("peer"),
    text("channel"),
    number("sequence"),
    text("envelope_digest", index=True),
    text("kind"),
    text("about"),
    text("agreement"),
    moment("at"),
    moment("said_at"),
    text("carrier"),
    text("state"),
    text("reason"),
    octets("receipt"),
    Column("receipt_owed", Boolean, nullable=False),
    octets("letter"),
    text("originator"),
    text("signer"),
    Index("inbox_by_sequence", "channel", "sequence"),
    Index("inbox_by_state", "state"),
    Index("inbox_by_time", "kind", "state", "at"),
    Index("inbox_receipts_owed", "receipt_owed", "peer"),
)

requests = Table(
    "requests",
    metadata,
    number("number", primary_key=True),
    text("id", unique=True),
    Column("ours", Boolean, nullable=False),
    text("asker"),
    text("owner"),
    text("item"),
    text("to"),
    text("purpose"),
    text("why"),
    moment("at"),
    moment("answer_by", nullable=True),
    text("state"),
    text("answer"),
    text("via"),
    words("grounds"),
    text("confirms"),
    Index("requests_by_asker", "asker", "state", "via"),
    Index("requests_by_hand", "via", "state"),
    Index("requests_by_answer", "answer"),
    Index("requests_by_confirms", "confirms"),
)

journal = Table(
    "journal",
    metadata,
    number("number", primary_key=True, autoincrement=False),
    text("channel"),
    number("channel_number"),
    moment("at"),
    text("kind"),
    text("act", index=True),
    octets("leaf"),
    # wide enough that an account of a channel is read from the index alone
    Index("journal_by_channel", "channel", "channel_number", "kind", "act"),
    Index("journal_by_kind", "kind", "number", "channel"),
)

#: What the commitments in the leaves stand for. Erasing a row here leaves the journal whole.
journal_details = Table(
    "journal_details",
    metadata,
    number("number", primary_key=True, autoincrement=False),
    octets("key"),
    octets("detail"),
)

heads = Table(
    "heads",
    metadata,
    text("channel", primary_key=True),
    number("size"),
    Column("frontier", Octets, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    text("peer", primary_key=True),
    number("size", primary_key=True, autoincrement=False),
    text("text", primary_key=True),
    moment("at"),
)

#: The head of each tree as far as it was last witnessed: of a peer's tree by this Party, of this Party's by the peer.
kept_heads = Table(
    "kept_heads",
    metadata,
    text("peer", primary_key=True),
    Column("ours", Boolean, primary_key=True, nullable=False),
    number("size"),
    Column("frontier", Octets, nullable=False),
    text("note"),
    number("asked"),
    Column("behind", Boolean, nullable=False),
    moment("at"),
)

#: Frontiers up to which stored leaves were read again: before a head was signed, or by verifying.
proven = Table(
    "proven",
    metadata,
    text("purpose", primary_key=True),
    text("channel", primary_key=True),
    number("size"),
    Column("frontier", Octets, nullable=False),
)

#: The reconciliation with a peer that this Party asked for last, and the one that the peer did.
reconciliations = Table(
    "reconciliations",
    metadata,
    text("peer", primary_key=True),
    Column("ours", Boolean, primary_key=True, nullable=False),
    text("id"),
    moment("begun"),
    number("horizon"),
    number("round"),
    text("state"),
    octets("progress"),
    octets("outcome"),
    moment("at"),
)
