"""Reading matters from the statements kept here: the one place that puts log and texts together."""

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from comity.agreements.terms import Terms
from comity.clock import Instant
from comity.cooperation.event import OPEN, Event
from comity.cooperation.kinds import KINDS
from comity.cooperation.ledger import claims_of, every_entry, net_of
from comity.cooperation.matter import Matter, TermsAt, unfold, whose_turn
from comity.errors import NotFound
from comity.federation import statements
from comity.federation.matter_events import event_of
from comity.federation.statements import MatterEvent
from comity.node.node import Knowledge, Node
from comity.ports import CostRow, DeadlineRow, MatterParts, MatterRow, Transaction
from comity.signing import from_bytes


def log_of(transaction: Transaction, matter: str) -> tuple[Event, ...]:
    """Give the events of a matter that are kept here, in the order they became known.

    A matter's name follows from its opening, and so its two Parties do; what anybody else says of it is not of its log.
    """
    events = [_event(row.digest, row.signed) for row in transaction.statements("matter", matter)]
    if not events:
        return ()
    first = _first(events)
    return tuple(event for event in events if {event.by, event.to} == {first.by, first.to})


@lru_cache(maxsize=8_192)
def _event(digest: str, signed: bytes) -> Event:
    """Read an event as it is kept; what was signed is read once for all the times its matter is looked at."""
    return event_of(digest, statements.read(from_bytes(signed), MatterEvent))


def _first(events: Sequence[Event]) -> Event:
    """Give the event that says of which kind a matter is, and whose: the one that opens it, if it is here."""
    return next((event for event in events if event.word == OPEN), events[0])


def governing(knowledge: Knowledge, agreement: str, a: str, b: str) -> TermsAt:
    """Give what governs between two Parties under an agreement, at any instant."""
    source = knowledge.known.sources.get(agreement)

    def at(instant: Instant) -> Terms | None:
        if source is None or a not in source.ever_parties or b not in source.ever_parties:
            return None
        return source.timeline.at(instant, a, b)

    return at


def matter_from(knowledge: Knowledge, id: str, events: tuple[Event, ...]) -> Matter:
    """Read a matter from its log, with the texts known here."""
    first = _first(events)
    terms_at = governing(knowledge, first.agreement, first.by, first.to)
    return knowledge.matters_read.get(
        id, events, knowledge.texts_digest, lambda: unfold(id, KINDS[first.kind], events, terms_at)
    )


def read_matter(node: Node, transaction: Transaction, id: str) -> Matter:
    """Read a matter from its log and keep what lists ask of it."""
    knowledge = node.know(transaction)
    matter = matter_from(knowledge, id, log_of(transaction, id))
    keep_matter(node, transaction, matter)
    return matter


def keep_matter(node: Node, transaction: Transaction, matter: Matter) -> None:
    """Keep what lists ask of a matter."""
    knowledge = node.know(transaction)
    row = row_of(node.party, matter, knowledge.texts_digest)
    transaction.put_matter(row, parts_of(node.party, row.peer, matter))


def parts_of(party: str, peer: str, matter: Matter) -> MatterParts:
    """Give what follows from a matter for lists over all of them: deadlines, costs, what it says of how costs stand."""
    return MatterParts(
        deadlines=tuple(
            DeadlineRow(at=each.at, what=each.what, by=each.by, ref=each.ref) for each in matter.due
        ),
        costs=tuple(
            CostRow(
                event=entry.event,
                on=entry.on.isoformat(),
                currency=entry.currency,
                net=str(net_of(entry, party, peer)),
                entry=msgspec.json.encode(entry),
            )
            for entry in every_entry(matter)
        ),
        claims=claims_of(matter),
    )


def _answered_at(matter: Matter) -> Instant | None:
    """Give when the other Party answered or refused what it was asked."""
    said = (
        told.at
        for told in matter.story
        if told.counts and told.event.by == matter.other and told.event.word in ("answer", "refuse")
    )
    return next(said, None)


def row_of(party: str, matter: Matter, texts: str) -> MatterRow:
    """Put a matter as lists ask for it."""
    due = matter.due
    last = matter.story[-1].at if matter.story else matter.opened_at
    return MatterRow(
        id=matter.id,
        kind=matter.kind.name,
        agreement=matter.agreement,
        peer=matter.other if matter.opener == party else matter.opener,
        opened_by=matter.opener,
        opened_at=matter.opened_at,
        changed_at=last,
        state=matter.state,
        title=matter.title,
        turn=whose_turn(matter) if matter.state else (),
        due=due[0].at if due else None,
        due_by=due[0].by if due else "",
        due_what=due[0].what if due else "",
        void=sum(not told.counts for told in matter.story),
        early=len(matter.early),
        answered_at=_answered_at(matter),
        texts=texts,
    )


def find_matter(transaction: Transaction, name: str, kind: str = "") -> MatterRow:
    """Find a matter by its id or the beginning of it (six characters or more).

    Raises:
        NotFound: there is none, or more than one.
    """
    found = transaction.matters_named(name) if len(name) >= 6 else ()
    found = [row for row in found if kind in ("", row.kind)]
    if not found:
        raise NotFound(
            f"no matter `{name[:80]}` is known here", hint=f"comity {kind or 'request'} list --all"
        )
    if len(found) > 1:
        raise NotFound(f"`{name[:80]}` names more than one matter", hint="give more of its id")
    return found[0]


def read_anew(node: Node, transaction: Transaction) -> None:
    """Read again the matters that were last read by other texts than those known now."""
    texts = node.know(transaction).texts_digest
    while stale := transaction.matters_read_by_others(texts):
        for id in stale:
            read_matter(node, transaction, id)


def matters_listed(node: Node, transaction: Transaction, kind: str = "") -> list[MatterRow]:
    """List matters, of one kind where said, last changed first; those read by other texts are read anew."""
    read_anew(node, transaction)
    return list(transaction.matters(kind))
