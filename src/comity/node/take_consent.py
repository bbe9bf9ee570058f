"""What comes in about consents: requests, answers, confirmations, revocations."""

import msgspec

from comity.clock import format_instant
from comity.federation import statements
from comity.federation.conversations import REQUEST, after, follows
from comity.federation.statements import (
    ConsentConfirmed,
    ConsentGranted,
    ConsentRefused,
    ConsentRequest,
    ConsentRevoked,
)
from comity.identifiers import category_covers
from comity.node.arrival import Arrival
from comity.node.confirm_consent import why_not_confirmed
from comity.node.obtain_consent import answer_request, request_row
from comity.node.unsent import send_or_keep
from comity.node.withdrawal_answers import recipients
from comity.ports import RequestRow, Transaction
from comity.signing import from_bytes


def take_request(arrival: Arrival, request: ConsentRequest) -> None:
    """Keep a request for an officer to answer, or the way by which its answer must go back.

    Where only a fresh confirmation is asked, this node gives it by itself, or says why not.
    """
    if arrival.transaction.request(arrival.digest) is None:
        row = request_row(request, arrival.digest, ours=False, via=arrival.sender)
        arrival.transaction.put_request(row)
        if request.confirms and request.of == arrival.node.party:
            _confirm(arrival, row)


def take_answer(arrival: Arrival, answer: ConsentGranted | ConsentRefused) -> None:
    """Close the request that an answer belongs to. A consent that was not asked for counts all the same."""
    row = arrival.transaction.request(answer.request)
    if row is not None and row.ours and row.owner == answer.by:
        event = "granted" if isinstance(answer, ConsentGranted) else "refused"
        if follows(REQUEST, row.state, event):
            state = after(REQUEST, row.state, event)
            arrival.transaction.put_request(msgspec.structs.replace(row, state=state, answer=arrival.digest))


def take_confirmation(arrival: Arrival, confirmation: ConsentConfirmed) -> None:
    """Close the requests that asked for this confirmation; the gate reads the confirmation itself."""
    for row in arrival.transaction.requests():
        if row.ours and row.confirms == confirmation.consent and follows(REQUEST, row.state, "confirmed"):
            state = after(REQUEST, row.state, "confirmed")
            closed = msgspec.structs.replace(row, state=state, answer=arrival.digest)
            arrival.transaction.put_request(closed)


def take_revocation(arrival: Arrival, revocation: ConsentRevoked) -> None:
    """Show the request whose consent was taken back; the gate reads the revocation itself.

    Where the consent carries over several hops, whoever got something under it from here hears of it too.
    """
    for row in arrival.transaction.requests():
        if row.ours and row.answer == revocation.consent and follows(REQUEST, row.state, "revoked"):
            state = after(REQUEST, row.state, "revoked")
            arrival.transaction.put_request(msgspec.structs.replace(row, state=state))
    _tell_onward(arrival, revocation)


def _tell_onward(arrival: Arrival, revocation: ConsentRevoked) -> None:
    """Send a revocation to everyone who was passed something here that its consent may carry further."""
    node, transaction = arrival.node, arrival.transaction
    given, kept = transaction.statement(revocation.consent), transaction.statement(arrival.digest)
    if given is None or kept is None:
        return
    consent = statements.read(from_bytes(given.signed), ConsentGranted)
    if consent.hops == 1:
        return
    items = [consent.item] if consent.item else _of_class(transaction, consent)
    told: dict[str, str] = {}
    for item in items:
        told.update(recipients(transaction, item))
    for party, item in told.items():
        if party not in (node.party, consent.by, arrival.sender):
            send_or_keep(node, transaction, kept, to=party, about=item, at=arrival.at)


def _of_class(transaction: Transaction, consent: ConsentGranted) -> list[str]:
    rows = transaction.items(limit=1_000_000)
    return [row.digest for row in rows if category_covers(consent.category, row.category)]


def _confirm(arrival: Arrival, row: RequestRow) -> None:
    node, transaction, at = arrival.node, arrival.transaction, arrival.at
    against = why_not_confirmed(transaction, node.party, row, at)
    if against:
        refused = ConsentRefused(
            by=node.party, at=format_instant(at), holder=row.asker, request=row.id, reason=against
        )
        answer_request(node, transaction, row, refused, "consent-refusal", "refused", row.id, at)
        return
    given = transaction.statement(row.confirms)
    assert given is not None  # why_not_confirmed has just read it
    holder = statements.read(from_bytes(given.signed), ConsentGranted).holder
    said = ConsentConfirmed(by=node.party, at=format_instant(at), holder=holder, consent=row.confirms)
    answer_request(node, transaction, row, said, "consent-confirmation", "confirmed", row.confirms, at)
