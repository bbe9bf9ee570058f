"""Which ways lead to a peer, and what may go by which: the card says the first, the gate the second.

A card lists endpoints in order of preference: `https://…`, and mailboxes at relays. What is disclosed goes only by a
carrier that rule 9 lets carry it, asked when it was decided and kept with the envelope. What is no disclosure (digests
and grounds, never content) goes over HTTPS and by pouch, and by a relay that some text between the two names.
"""

from collections.abc import Iterator, Sequence

import msgspec

from comity.agreements.clauses import Transport
from comity.clock import Instant
from comity.decisions.decision import Decision
from comity.decisions.gate import decide
from comity.node.node import Knowledge, Node
from comity.ports import OutboxRow, Transaction

HTTPS = "https"
POUCH = "pouch"
_RELAY = "relay+"


class Way(msgspec.Struct, frozen=True):
    """One way to a peer: what the gate calls the carrier, and where it is."""

    carrier: str
    endpoint: str

    @property
    def by_relay(self) -> bool:
        """Whether somebody else keeps it until it is fetched."""
        return self.carrier != HTTPS


def ways_to(node: Node, transaction: Transaction, peer: str) -> list[Way]:
    """Give the ways to a peer, as its newest card prefers them; none where it is reached by pouch only."""
    card = node.know(transaction).cards.newest(peer)
    return [way_of(endpoint) for endpoint in (card.card.endpoints if card is not None else ())]


def way_of(endpoint: str) -> Way:
    """Tell what carries to an endpoint: a mailbox's is `relay+https://HOST:PORT/NAME/KEY/MAILBOX`."""
    if not endpoint.startswith(_RELAY):
        return Way(HTTPS, endpoint)
    pieces = endpoint.partition("://")[2].split("/")
    return Way(f"relay:{pieces[1] if len(pieces) > 1 else ''}", endpoint)


def allowed_carriers(node: Node, knowledge: Knowledge, decision: Decision, at: Instant) -> tuple[str, ...]:
    """Ask the gate which carriers may take what it permitted: rule 9 decides, nobody else."""
    question = decision.question
    if question.carrier is not None:
        return (question.carrier,)
    assert decision.agreement is not None
    clause = knowledge.timelines[decision.agreement].at(at, node.party, question.to).transport
    relays = tuple(f"relay:{body}" for body in clause.relays) if clause is not None else ()
    known = knowledge.known_at(at)
    return tuple(
        carrier
        for carrier in (HTTPS, POUCH, *relays)
        if decide(
            msgspec.structs.replace(question, under=decision.agreement, carrier=carrier), known, at
        ).permitted
    )


def may_go(node: Node, transaction: Transaction, row: OutboxRow, carrier: str) -> bool:
    """Tell whether a carrier may take an envelope."""
    if row.carriers:
        return carrier in row.carriers
    return carrier in (HTTPS, POUCH) or carrier in _named(node.know(transaction), node.party, row.peer)


def receipts_may_go(node: Node, transaction: Transaction, peer: str, carrier: str) -> bool:
    """Tell whether a relay may take receipts to a peer."""
    return carrier in _named(node.know(transaction), node.party, peer)


def _named(knowledge: Knowledge, party: str, peer: str) -> frozenset[str]:
    return frozenset(_relays(knowledge, (party, peer)))


def _relays(knowledge: Knowledge, both: Sequence[str]) -> Iterator[str]:
    for agreement in knowledge.agreements.values():
        if set(both) <= set(agreement.parties):
            for clause in agreement.clauses:
                if isinstance(clause, Transport) and "relay" in clause.carriers:
                    yield from (f"relay:{body}" for body in clause.relays)
