"""What comes in about consents: requests, answers, confirmations, revocations.

Whoever asks must leave something for others to ask: of one asker, and through one Party, so many requests are kept
that nobody has answered, and no more until some are. What is asked of others and goes on from here counts as well,
until its answer comes back this way or its time is up.
"""

import msgspec

from comity.clock import format_instant
from comity.errors import ForeignInput, RefusedHere
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
from comity.node.pass_on_correction import pass_on_correction
from comity.node.unsent import send_or_keep
from comity.node.withdrawal_answers import recipients
from comity.ports import RequestRow, Transaction
from comity.signing import from_bytes

#: Unanswered requests kept of one asker: each is read and decided by a person, and a thousand are weeks of it.
MOST_OF_ASKER = 1_000
#: Unanswered requests kept that one Party has brought, its own and those of others: one whom ten of its neighbours ask
#: through as often as may be is still served, and one that makes up askers without end is not.
MOST_THROUGH = 10_000


def take_request(arrival: Arrival, request: ConsentRequest) -> None:
    """Keep a request for an officer to answer, or the way by which its answer must go back.

    Where only a fresh confirmation is asked, this node gives it by itself, or says why not.

    Raises:
        RefusedHere: as many of its asker, or of who brought it, wait for an answer as are kept.
    """
    if arrival.transaction.request(arrival.digest) is None:
        row = request_row(request, arrival.digest, ours=False, via=arrival.sender)
        at_once = bool(request.confirms) and request.of == arrival.node.party
        if not at_once:
            _check_room(arrival, request)
        arrival.transaction.put_request(row)
        if at_once:
            _confirm(arrival, row)


def _check_room(arrival: Arrival, request: ConsentRequest) -> None:
    transaction, sender = arrival.transaction, arrival.sender
    if transaction.count_requests_open(asker=request.by) >= MOST_OF_ASKER:
        raise RefusedHere(
            f"{MOST_OF_ASKER} requests for consent of {request.by} wait for an answer here: it is the turn of those "
            "who were asked, and another is taken once one of them has answered or its time is up"
        )
    if transaction.count_requests_open(via=sender) >= MOST_THROUGH:
        raise RefusedHere(
            f"{MOST_THROUGH} requests for consent that {sender} brought wait for an answer here: it is the turn of "
            "those who were asked, and another is taken once one of them has answered or its time is up"
        )


def take_answer(arrival: Arrival, answer: ConsentGranted | ConsentRefused) -> None:
    """Close the request that an answer belongs to, our own or one that went through here.

    A consent that was not asked for counts all the same.
    """
    row = arrival.transaction.request(answer.request)
    if row is not None:
        event = "granted" if isinstance(answer, ConsentGranted) else "refused"
        _go_on(arrival, row, answer.by, event, answer=arrival.digest)
    if isinstance(answer, ConsentGranted) and answer.item:
        pass_on_correction(arrival.node, arrival.transaction, answer.item)


def take_confirmation(arrival: Arrival, confirmation: ConsentConfirmed) -> None:
    """Close the requests that asked for this confirmation; the gate reads the confirmation itself.

    Raises:
        ForeignInput: it names no consent.
    """
    if not confirmation.consent:
        raise ForeignInput("confirmation: it names no consent")
    for row in arrival.transaction.requests_confirming(confirmation.consent):
        _go_on(arrival, row, confirmation.by, "confirmed", answer=arrival.digest)


def take_revocation(arrival: Arrival, revocation: ConsentRevoked) -> None:
    """Show the request whose consent was taken back; the gate reads the revocation itself.

    Where the consent carries over several hops, whoever got something under it from here hears of it too.

    Raises:
        ForeignInput: it names no consent.
    """
    if not revocation.consent:
        raise ForeignInput("revocation: it names no consent")
    for row in arrival.transaction.requests_answered_by(revocation.consent):
        _go_on(arrival, row, revocation.by, "revoked", answer=row.answer)
    _tell_onward(arrival, revocation)


def _go_on(arrival: Arrival, row: RequestRow, by: str, event: str, *, answer: str) -> None:
    """Let a request go on by what its owner has said, where that can follow; of anybody else it changes nothing."""
    if row.owner == by and follows(REQUEST, row.state, event):
        state = after(REQUEST, row.state, event)
        arrival.transaction.put_request(msgspec.structs.replace(row, state=state, answer=answer))


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
