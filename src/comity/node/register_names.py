"""Finding checks, hits and flags by the beginning of their names."""

from collections.abc import Sequence

from comity.errors import NotFound
from comity.ports import CheckRow, FlagRow, HitRow, Transaction

__all__ = ["find_check", "find_flag", "find_hit"]


def find_check(transaction: Transaction, name: str) -> Sequence[CheckRow]:
    """Find a check or watch of this Party's: the part of everyone asked.

    Raises:
        NotFound: there is none, or more than one.
    """
    rows = transaction.checks(name, ours=True) if _is_name(name) else []
    _one({row.id for row in rows}, name, "check", "comity register checks")
    return sorted(rows, key=lambda row: row.peer)


def find_hit(transaction: Transaction, name: str, *, ours: bool) -> HitRow:
    """Find a hit told to this Party, or one it told.

    Raises:
        NotFound: there is none, or more than one.
    """
    rows = transaction.hits(name, ours=ours) if _is_name(name) else []
    _one({row.id for row in rows}, name, "hit", "comity register hits")
    return rows[0]


def find_flag(transaction: Transaction, name: str) -> FlagRow:
    """Find a flag, raised here or by another.

    Raises:
        NotFound: there is none, or more than one.
    """
    rows = transaction.flags(name) if _is_name(name) else []
    _one({row.id for row in rows}, name, "flag", "comity register flags")
    return rows[0]


def _is_name(name: str) -> bool:
    return len(name) >= 4 and all(letter in "0123456789abcdef" for letter in name)


def _one(found: set[str], name: str, what: str, hint: str) -> None:
    if len(found) != 1:
        raise NotFound(f"`{name[:80]}` names {f'more than one {what}' if found else f'no {what}'}", hint=hint)
