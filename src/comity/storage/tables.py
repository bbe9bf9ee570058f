"""The tables of a node's database, as SQLAlchemy Core knows them.

An instant is stored as whole microseconds since 1970-01-01T00:00:00Z, so that order and equality are exact; a tuple
of words as a JSON array. `migrations/` builds the same tables step by step, and a test compares the two.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect

#: Version of the layout, and the oldest layout whose readers still understand it.
SCHEMA_VERSION = 1
OLDEST_READER = 1

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An instant as whole microseconds since the epoch."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Turn an instant into microseconds."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn microseconds into an instant."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class Words(TypeDecorator[tuple[str, ...]]):
    """A tuple of words as a JSON array."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Print the words."""
        return None if value is None else json.dumps(list(value), ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:  # noqa: ARG002
        """Read the words."""
        return None if value is None else tuple(json.loads(value))


class Octets(TypeDecorator[tuple[bytes, ...]]):
    """A tuple of 32-byte hashes, one after the other."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sequence[bytes] | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Join the hashes."""
        return None if value is None else b"".join(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> tuple[bytes, ...] | None:  # noqa: ARG002
        """Cut the hashes apart."""
        return None if value is None else tuple(value[at : at + 32] for at in range(0, len(value), 32))


def _text(name: str, **how: Any) -> Column[str]:
    return Column(name, Text, nullable=False, **how)


def _number(name: str, **how: Any) -> Column[int]:
    return Column(name, BigInteger().with_variant(Integer, "sqlite"), nullable=False, **how)


def _bytes(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


def _moment(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, Moment, nullable=nullable)


def _words(name: str) -> Column[tuple[str, ...]]:
    return Column(name, Words, nullable=False)


metadata = MetaData()

house = Table("house", metadata, _text("name", primary_key=True), _text("value"))

cards = Table(
    "cards",
    metadata,
    _text("party", primary_key=True),
    _number("version", primary_key=True, autoincrement=False),
    _text("digest", unique=True),
    _bytes("signed"),
    _moment("accepted_at"),
    Column("introduced", Boolean, nullable=False),
    Column("vouched", Boolean, nullable=False),
)

agreements = Table(
    "agreements",
    metadata,
    _text("id", primary_key=True),
    _text("digest"),
    _text("acts_digest"),
    _bytes("files"),
    _moment("held_at"),
)

proposals = Table(
    "proposals",
    metadata,
    _text("by", primary_key=True),
    _text("agreement", primary_key=True),
    _text("digest"),
    _words("to"),
    _bytes("files"),
    _moment("at"),
    _text("state"),
    _words("declined"),
)

#: Agreements as they were held at any time: decisions are replayed with the texts of their day.
agreement_versions = Table(
    "agreement_versions",
    metadata,
    _number("number", primary_key=True),
    _text("id"),
    _text("digest"),
    _text("acts_digest"),
    _bytes("files"),
    _moment("held_at"),
)

statements = Table(
    "statements",
    metadata,
    _number("number", primary_key=True),
    _text("digest", unique=True),
    _text("kind"),
    _text("by"),
    _text("about"),
    _bytes("signed"),
    _moment("known_at"),
    Index("statements_by_kind", "kind", "about"),
)

items = Table(
    "items",
    metadata,
    _number("number", primary_key=True),
    _text("digest", unique=True),
    _text("label", index=True),
    _text("title"),
    _text("media_type"),
    _number("size"),
    _text("originator"),
    _text("category"),
    _text("kind"),
    _text("marking"),
    _words("made_from"),
    _text("retention"),
    _moment("added_at"),
    _text("state", index=True),
    _bytes("manifest"),
    Column("needs_reading", Boolean, nullable=False),
    _words("caveats"),
    Column("caveats_read", Boolean, nullable=False),
    _words("echo_of"),
    _text("on_hold"),
)

sources = Table(
    "sources",
    metadata,
    _text("source", primary_key=True),
    _text("item", primary_key=True),
)

holdings = Table(
    "holdings",
    metadata,
    _number("number", primary_key=True),
    _text("item", index=True),
    _words("custody"),
    _text("received_from"),
    _text("message"),
    _moment("at"),
    UniqueConstraint("item", "custody", name="one_holding_a_route"),
)

bodies = Table("bodies", metadata, _text("item", primary_key=True), _bytes("sealed"))

disclosures = Table(
    "disclosures",
    metadata,
    _text("message", primary_key=True),
    _text("item", index=True),
    _text("to"),
    _text("agreement"),
    _text("hop"),
    _text("decision"),
    _moment("at"),
)

channels = Table(
    "channels",
    metadata,
    _text("peer", primary_key=True),
    _text("direction", primary_key=True),
    _text("name", unique=True),
    _number("last"),
    _number("whole"),
    _text("stopped"),
)

outbox = Table(
    "outbox",
    metadata,
    _number("number", primary_key=True),
    _text("message", unique=True),
    _text("peer"),
    _text("channel"),
    _number("sequence"),
    _text("kind"),
    _text("about"),
    _bytes("envelope"),
    _moment("owed_at"),
    _number("attempts"),
    _moment("next_at"),
    _text("state"),
    _bytes("receipt"),
    _text("reason"),
    Index("outbox_owed", "state", "peer", "sequence"),
)

#: Signed acts that could not be sent yet: no card of the addressee's seals anything now, or no way is known.
unsent = Table(
    "unsent",
    metadata,
    _text("statement", primary_key=True),
    _text("to", primary_key=True),
    _text("about"),
    _text("back_through"),
    _moment("at"),
    _text("reason"),
)

inbox = Table(
    "inbox",
    metadata,
    _number("number", primary_key=True),
    _text("message", unique=True),
    _text("peer"),
    _text("channel"),
    _number("sequence"),
    _text("envelope_digest", index=True),
    _text("kind"),
    _text("about"),
    _moment("at"),
    _moment("said_at"),
    _text("carrier"),
    _text("state"),
    _text("reason"),
    _bytes("receipt"),
    Column("receipt_owed", Boolean, nullable=False),
    _bytes("letter"),
    Index("inbox_by_sequence", "channel", "sequence"),
    Index("inbox_by_state", "state"),
    Index("inbox_receipts_owed", "peer", "receipt_owed"),
)

requests = Table(
    "requests",
    metadata,
    _number("number", primary_key=True),
    _text("id", unique=True),
    Column("ours", Boolean, nullable=False),
    _text("asker"),
    _text("owner"),
    _text("item"),
    _text("to"),
    _text("purpose"),
    _text("why"),
    _moment("at"),
    _moment("answer_by", nullable=True),
    _text("state"),
    _text("answer"),
    _text("via"),
    _words("grounds"),
    _text("confirms"),
)

journal = Table(
    "journal",
    metadata,
    _number("number", primary_key=True, autoincrement=False),
    _text("channel"),
    _number("channel_number"),
    _moment("at"),
    _text("kind"),
    _text("act", index=True),
    _bytes("leaf"),
    # wide enough that an account of a channel is read from the index alone
    Index("journal_by_channel", "channel", "channel_number", "kind", "act"),
)

#: What the commitments in the leaves stand for. Erasing a row here leaves the journal whole.
journal_details = Table(
    "journal_details",
    metadata,
    _number("number", primary_key=True, autoincrement=False),
    _bytes("key"),
    _bytes("detail"),
)

heads = Table(
    "heads",
    metadata,
    _text("channel", primary_key=True),
    _number("size"),
    Column("frontier", Octets, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    _text("peer", primary_key=True),
    _number("size", primary_key=True, autoincrement=False),
    _text("text", primary_key=True),
    _moment("at"),
)

#: The head of each tree as far as it was last witnessed: of a peer's tree by this Party, of this Party's by the peer.
kept_heads = Table(
    "kept_heads",
    metadata,
    _text("peer", primary_key=True),
    Column("ours", Boolean, primary_key=True, nullable=False),
    _number("size"),
    Column("frontier", Octets, nullable=False),
    _text("note"),
    _number("asked"),
    Column("behind", Boolean, nullable=False),
    _moment("at"),
)

#: Frontiers up to which stored leaves were read again: before a head was signed, or by verifying.
proven = Table(
    "proven",
    metadata,
    _text("purpose", primary_key=True),
    _text("channel", primary_key=True),
    _number("size"),
    Column("frontier", Octets, nullable=False),
)

#: The reconciliation with a peer that this Party asked for last, and the one that the peer did.
reconciliations = Table(
    "reconciliations",
    metadata,
    _text("peer", primary_key=True),
    Column("ours", Boolean, primary_key=True, nullable=False),
    _text("id"),
    _moment("begun"),
    _number("horizon"),
    _number("round"),
    _text("state"),
    _bytes("progress"),
    _bytes("outcome"),
    _moment("at"),
)
