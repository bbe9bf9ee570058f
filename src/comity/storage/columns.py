"""The kinds of column a table has, the same on every database.

An instant is stored as whole microseconds since 1970-01-01T00:00:00Z, so that order and equality are exact; a tuple
of words as a JSON array. Text is ordered by its bytes everywhere, whatever language a server was set up for.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

#: Every table of a node's database.
metadata = MetaData()

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


#: PostgreSQL keeps no NUL in a text: it is written as a noncharacter and a digit, and so is that noncharacter itself.
_MARK = "\ufdd0"


class AnyText(TypeDecorator[str]):
    """Any text at all, ordered by its bytes, in PostgreSQL."""

    impl = Text
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(collation="C")

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write what PostgreSQL does not keep in other characters."""
        if value is None or ("\0" not in value and _MARK not in value):
            return value
        return value.replace(_MARK, f"{_MARK}1").replace("\0", f"{_MARK}0")

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Read it back."""
        if value is None or _MARK not in value:
            return value
        return value.replace(f"{_MARK}0", "\0").replace(f"{_MARK}1", _MARK)


_TEXT = Text().with_variant(AnyText(), "postgresql")


class Words(TypeDecorator[tuple[str, ...]]):
    """A tuple of words as a JSON array."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Order them by their bytes in PostgreSQL too."""
        return Text(collation="C" if dialect.name == "postgresql" else None)

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


def text(name: str, **how: Any) -> Column[str]:
    """Make a column of words as they are."""
    return Column(name, _TEXT, nullable=False, **how)


def number(name: str, **how: Any) -> Column[int]:
    """Make a column of whole numbers; SQLite numbers rows by itself only in one called INTEGER."""
    return Column(name, BigInteger().with_variant(Integer, "sqlite"), nullable=False, **how)


def octets(name: str) -> Column[bytes]:
    """Make a column of bytes."""
    return Column(name, LargeBinary, nullable=False)


def moment(name: str, *, nullable: bool = False) -> Column[datetime]:
    """Make a column of instants."""
    return Column(name, Moment, nullable=nullable)


def words(name: str) -> Column[tuple[str, ...]]:
    """Make a column of several words."""
    return Column(name, Words, nullable=False)
