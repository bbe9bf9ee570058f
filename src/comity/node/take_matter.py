"""An event of a matter that came in: kept in the log whatever it says, and the matter read anew.

The log is all events both Parties have signed; what does not hold changes nothing and shows why. So both nodes have one
log and read one matter from it, even where one of them learns of a notice or protocol later than the other.

What one Party can add to a log is bounded, and is counted before the matter is read.
"""

from datetime import timedelta

import msgspec

from comity.clock import format_instant
from comity.cooperation.event import Event
from comity.cooperation.matter import Told
from comity.decisions.decision import Ground
from comity.errors import ForeignInput, RefusedHere
from comity.federation.matter_events import event_of
from comity.federation.statements import MatterEvent
from comity.node import record
from comity.node.arrival import Arrival
from comity.node.consequences import follow
from comity.node.matter_log import read_matter
from comity.ports import Transaction

#: How far before its day an event may come. It counts at its own instant, and so does everything that is signed on it:
#: one dated years ahead would make every answer to it late, or fall after the end of the agreement. Clocks that stand
#: further apart than this decide nothing together anyhow.
MOST_AHEAD = timedelta(hours=1)
#: Events of one Party in one matter: far more than people have to say, few enough to read again at each.
MOST_EVENTS = 2000
#: Events kept of a Party about a matter of two others: they are void, and the first show well enough what it did.
MOST_OF_OTHERS = 10


def check_direct(arrival: Arrival, statement: MatterEvent, to: str) -> None:
    """Check that an event comes from its author to the other Party of the matter, with nobody in between.

    Raises:
        ForeignInput: it does not.
    """
    node = arrival.node
    if statement.by != arrival.sender or statement.to != node.party or to != node.party:
        raise ForeignInput("event: it passes between the two Parties of the matter, and nobody else")


def matter_named(digest: str, statement: MatterEvent) -> str:
    """Give the matter an event belongs to.

    Raises:
        ForeignInput: it is no event of any kind of matter.
    """
    return event_of(digest, statement).matter


def take_event(arrival: Arrival, statement: MatterEvent) -> None:
    """Read the matter anew with the event that has come, and enter what does not hold of it.

    Raises:
        RefusedHere: it is dated in the future, or its author has said far more in this matter than anyone has to say.
    """
    node, transaction = arrival.node, arrival.transaction
    event = event_of(arrival.digest, statement)
    if event.at > arrival.at + MOST_AHEAD:
        raise RefusedHere(
            f"it is dated {format_instant(event.at)}, and here it is {format_instant(arrival.at)}: an event is signed "
            "when it happens"
        )
    _check_room(transaction, event)
    matter = read_matter(node, transaction, event.matter)
    told: Told | None = next((each for each in matter.story if each.event.digest == event.digest), None)
    against = told.against if told is not None else ()
    if told is None and all(each.digest != event.digest for each in matter.early):
        against = (
            Ground("matter rule 1 chain", "it is of another Party than those of the matter it names", 1),
        )
    if against:
        detail = msgspec.json.encode([(ground.ref, ground.text) for ground in against])
        record.enter(
            node,
            transaction,
            "matter-void",
            channel=arrival.sender,
            act=event.digest,
            detail=detail,
            at=arrival.at,
        )
    elif told is not None:
        follow(node, transaction, matter, event.word)


def _check_room(transaction: Transaction, event: Event) -> None:
    """Refuse an event whose author has signed as many about this matter as are kept of it; this one is counted in."""
    kept = transaction.count_statements("matter", event.matter, event.by)
    held = transaction.matter(event.matter)
    if held is not None and held.peer != event.by and kept > MOST_OF_OTHERS:
        raise RefusedHere(
            f"{event.by} is no Party of the matter it names, and {MOST_OF_OTHERS} of its events about it are kept"
        )
    if kept > MOST_EVENTS:
        raise RefusedHere(f"{event.by} has signed more than {MOST_EVENTS} events in one matter")
