"""Entries of the journal by kind, Party and day: what is found is what reading it through finds, newest first."""

from datetime import timedelta
from itertools import product

from comity.node.find_entries import find_entries
from comity.ports import JournalRow, Transaction
from node.worlds import NORTH, NORTH_SOUTH, SOUTH, give, report, world

KINDS = ((), ("sent-disclosure",), ("decided", "receipted"), ("no-such-kind",))


def pages(transaction: Transaction, *, limit: int, **sought: object) -> list[JournalRow]:
    """Turn pages to the end."""
    rows: list[JournalRow] = []
    before = 0
    while True:
        found = find_entries(transaction, before=before, limit=limit, **sought)  # type: ignore[arg-type]
        assert len(found.rows) <= limit
        rows += found.rows
        if found.before is None:
            return rows
        before = found.before


def test_what_is_found_is_what_reading_the_journal_through_finds() -> None:
    with world(NORTH_SOUTH) as made:
        for number in range(4):
            made.wait(timedelta(hours=20))
            give(made, report(made, label=f"r{number}"))
            give(made, report(made, SOUTH, label=f"s{number}"), SOUTH, NORTH)
        made.settle()

        def compare(transaction: Transaction) -> None:
            all_rows = list(transaction.journal())
            days = [None, all_rows[0].at, all_rows[len(all_rows) // 2].at, all_rows[-1].at]
            for channel, kinds, since, until in product(("", SOUTH, "nobody.example"), KINDS, days, days):
                wanted = [
                    row.number
                    for row in reversed(all_rows)
                    if channel in ("", row.channel)
                    and (not kinds or row.kind in kinds)
                    and (since is None or row.at >= since)
                    and (until is None or row.at < until)
                ]
                for limit in (3, 1000):
                    found = pages(
                        transaction, channel=channel, kinds=kinds, since=since, until=until, limit=limit
                    )
                    assert [row.number for row in found] == wanted, (channel, kinds, since, until, limit)

        made.members[NORTH].read(compare)


def test_an_empty_journal_has_no_entries() -> None:
    with world(NORTH_SOUTH) as made:
        found = made.members[NORTH].read(lambda held: find_entries(held, channel="nobody.example"))
        assert (found.rows, found.before) == ((), None)
