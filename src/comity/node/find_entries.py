"""Finding entries of the journal by kind, Party and day; newest first, page by page.

Entries are numbered in the order of their instants, so the days' ends are found by halving, and what lies between is
read by number. Kinds are looked up by an index of their own: a rare one is found among millions at once.
"""

from collections.abc import Collection, Sequence

import msgspec

from comity.clock import Instant
from comity.ports import JournalRow, Transaction


class Found(msgspec.Struct, frozen=True):
    """A page of entries.

    Attributes:
        rows: the entries, newest first.
        before: the number before which the next page begins; None on the last.
    """

    rows: Sequence[JournalRow]
    before: int | None


def find_entries(
    transaction: Transaction,
    *,
    channel: str = "",
    kinds: Collection[str] = (),
    since: Instant | None = None,
    until: Instant | None = None,
    before: int = 0,
    limit: int = 50,
) -> Found:
    """Give a page of entries.

    Args:
        channel: of one peer's channel, counted by its numbers; empty for the whole node.
        kinds: of these kinds alone, counted by the node's numbers; empty for all.
        since, until: from this instant, and before that one.
        before: what the page before said to go on with.
    """
    if channel and not transaction.head(channel).size:
        return Found((), None)
    counted = "" if kinds else channel
    first = _first_at(transaction, counted, since) if since is not None else 1
    end = _first_at(transaction, counted, until) if until is not None else transaction.head(counted).size + 1
    end = min(end, before) if before else end
    if kinds:
        rows = transaction.journal_of_kinds(
            kinds, channel=channel or None, first=first, before=end, limit=limit + 1
        )
        shown = rows[:limit]
        return Found(shown, shown[-1].number if len(rows) > limit else None)
    start = max(end - limit, first)
    if start >= end:
        return Found((), None)
    found = transaction.journal(channel=channel or None, after=start - 1, limit=end - start)
    return Found(found[::-1], start if start > first else None)


def _first_at(transaction: Transaction, channel: str, at: Instant) -> int:
    """Give the number of the first entry at or after an instant; one more than there are where none is."""
    low, high = 1, transaction.head(channel).size + 1
    while low < high:
        middle = (low + high) // 2
        rows = transaction.journal(channel=channel or None, after=middle - 1, limit=1)
        if rows and rows[0].at < at:
            low = middle + 1
        else:
            high = middle
    return low
