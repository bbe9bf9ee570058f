"""What has happened, as programs are told of it: CloudEvents (1.0) made from the journal, and never any content.

An event is an entry of the journal that concerns another Party: its kind, its number, the digest of the act. What it is
about is asked for by whoever may. So an event can be sent anywhere that the operator has named without telling what an
agreement protects.
"""

from typing import Any

from comity.clock import format_instant
from comity.journal.entries import LOCAL
from comity.node.node import Node
from comity.ports import JournalRow, Transaction

#: Entries read at once to look for events among them.
_READ = 1000


def event_of(node: Node, row: JournalRow) -> dict[str, Any]:
    """Put an entry as a CloudEvent."""
    return {
        "specversion": "1.0",
        "id": f"{row.number}",
        "source": f"urn:comity:{node.deployment}:{node.party}",
        "type": f"comity.{row.kind}",
        "subject": row.act,
        "time": format_instant(row.at),
        "datacontenttype": "application/json",
        "data": {"number": row.number, "channel": row.channel},
    }


def happenings(
    node: Node, transaction: Transaction, after: int, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    """Give events after an entry, oldest first, and the number after which to go on; None where that is the end."""
    found: list[dict[str, Any]] = []
    size = transaction.head("").size
    last = max(after, 0)
    while last < size:
        rows = transaction.journal(after=last, limit=_READ)
        for row in rows:
            last = row.number
            if row.channel != LOCAL:
                found.append(event_of(node, row))
                if len(found) == limit:
                    return found, last if last < size else None
        if not rows:
            break
    return found, None
