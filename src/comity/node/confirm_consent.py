"""Fresh confirmations: where an article or a consent says `fresh`, its giver must have said lately that it stands.

Who wants to pass something under such a consent asks for a confirmation, in a request that names the consent. The
giver's node answers by itself: the consent was an officer's word, and whether it still stands is plain from the acts.
"""

import msgspec

from comity.clock import Instant, format_instant, parse_instant
from comity.decisions.decision import Ask
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.decisions.question import Question
from comity.federation import statements
from comity.federation.statements import ConsentGranted, ConsentRevoked
from comity.ports import RequestRow, Transaction
from comity.signing import from_bytes


def only_stale(question: Question, known: Known, ask: Ask, at: Instant) -> str:
    """Give the consent of a Party that would serve if only it were confirmed now; empty where there is none.

    The gate itself is asked, with each of its consents confirmed in turn.
    """
    for consent in known.consents:
        direct = (consent.holder, consent.to) == (question.holder, question.to)
        if consent.by != ask.party or not (direct or consent.hops > 1):
            continue
        if not consent.stands_at(at):
            continue
        confirmed = [
            msgspec.structs.replace(each, confirmed_at=at) if each is consent else each
            for each in known.consents
        ]
        again = decide(
            question, known.with_acts(confirmed, withdrawn=known.withdrawn, reviewed=known.reviewed), at
        )
        if all(other.party != ask.party for other in again.ask):
            return consent.digest
    return ""


def why_not_confirmed(transaction: Transaction, party: str, request: RequestRow, at: Instant) -> str:
    """Say why a consent of this Party's cannot be confirmed at an instant; empty where it stands."""
    row = transaction.statement(request.confirms)
    if row is None or row.kind != "consent" or row.by != party:
        return f"no consent {request.confirms[:12]} was given here"
    given = statements.read(from_bytes(row.signed), ConsentGranted)
    if given.holder != request.asker and given.hops == 1:
        return f"consent {request.confirms[:12]} was given to {given.holder}"
    for each in transaction.statements("consent-revocation", row.digest):
        effective = parse_instant(statements.read(from_bytes(each.signed), ConsentRevoked).effective)
        if each.by == party and effective <= at:
            return f"taken back from {format_instant(effective)} on"
    if not parse_instant(given.from_) <= at < parse_instant(given.until):
        return f"it counts from {given.from_} until {given.until}"
    return ""
