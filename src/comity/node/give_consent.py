"""Giving a consent that nobody asked for, taking one back, and seeing which stand.

A consent to a class (an agreement and a category) is how a tear-line is opened to a wider circle.
"""

import msgspec

from comity.clock import Instant, format_instant
from comity.errors import BadInput, NotFound, RefusedHere
from comity.federation import statements
from comity.federation.conversations import REQUEST, after, follows
from comity.federation.statements import ConsentGranted, ConsentRevoked
from comity.handling.consent import Consent
from comity.node import record
from comity.node.consent_terms import Terms, consent_from
from comity.node.node import Node, own_card
from comity.node.questions import find_item
from comity.node.routes import send_act
from comity.node.signed_statements import keep_signed, sign
from comity.ports import StatementRow, Transaction
from comity.signing import from_bytes


def give(
    node: Node,
    transaction: Transaction,
    *,
    holder: str,
    to: str,
    until: Instant,
    terms: Terms,
    purpose: str = "",
) -> Consent:
    """Let a Party pass something on, unasked.

    Args:
        holder: who may use it; `to` who may receive.
        terms: an item or a class, and the conditions.
        purpose: the only purpose it is for; empty for any the agreements allow.

    Raises:
        BadInput: what it says cannot stand.
        NotFound: no such item or agreement here.
        RefusedHere: no way to its holder is known.
    """
    at = node.now(transaction)
    knowledge = node.know(transaction)
    if terms.item:
        terms = msgspec.structs.replace(terms, item=find_item(transaction, terms.item).digest)
    if terms.agreement and terms.agreement not in knowledge.agreements:
        raise NotFound(f"no agreement `{terms.agreement[:80]}` is held here")
    granted = consent_from(node.party, at, holder=holder, to=to, until=until, purpose=purpose, terms=terms)
    digest = _say(node, transaction, granted, "consent", granted.item, holder, granted.item, at)
    return _consent(node, transaction, digest)


def revoke_consent(
    node: Node, transaction: Transaction, name: str, *, effective: Instant | None = None
) -> Consent:
    """Take a consent of this Party's back; what passed before stays lawfully passed and bound.

    Args:
        name: the beginning of the consent's name.
        effective: from when on; now, or later.

    Raises:
        NotFound: no such consent of this Party's.
        BadInput: the instant lies in the past.
        RefusedHere: it was taken back before.
    """
    at = node.now(transaction)
    row = _given(node, transaction, name)
    if effective is not None and effective < at:
        raise BadInput("a consent is taken back from now or a later instant, never from an earlier one")
    consent = _consent(node, transaction, row.digest)
    if consent.revoked is not None and consent.revoked <= (effective or at):
        raise RefusedHere(
            f"consent {row.digest[:12]} was taken back from {format_instant(consent.revoked)} on"
        )
    given = statements.read(from_bytes(row.signed), ConsentGranted)
    back = ConsentRevoked(
        by=node.party,
        at=format_instant(at),
        holder=given.holder,
        consent=row.digest,
        effective=format_instant(effective or at),
    )
    _say(node, transaction, back, "consent-revocation", row.digest, given.holder, given.item, at)
    for request in transaction.requests_answered_by(row.digest):
        if not request.ours and follows(REQUEST, request.state, "revoked"):
            state = after(REQUEST, request.state, "revoked")
            transaction.put_request(msgspec.structs.replace(request, state=state))
    return _consent(node, transaction, row.digest)


def consents_known(node: Node, transaction: Transaction) -> list[Consent]:
    """Give every consent known here, given by this Party or used by it, as it stands, oldest first."""
    return sorted(node.know(transaction).acts.consents_at(), key=lambda consent: consent.from_)


def state_of(consent: Consent, at: Instant) -> str:
    """Give `stands`, `not yet`, `ended` or `taken back`."""
    if consent.revoked is not None and at >= consent.revoked:
        return "taken back"
    if at >= consent.until:
        return "ended"
    return "stands" if at >= consent.from_ else "not yet"


def _given(node: Node, transaction: Transaction, name: str) -> StatementRow:
    found = [
        row
        for row in transaction.statements("consent")
        if row.by == node.party and name and row.digest.startswith(name)
    ]
    if len(found) != 1:
        raise NotFound(
            f"`{name[:80]}` names {'no' if not found else 'more than one'} consent given here",
            hint="comity consent given shows them",
        )
    return found[0]


def _consent(node: Node, transaction: Transaction, digest: str) -> Consent:
    return next(each for each in node.know(transaction).acts.consents_at() if each.digest == digest)


def _say(
    node: Node,
    transaction: Transaction,
    statement: ConsentGranted | ConsentRevoked,
    word: str,
    about: str,
    holder: str,
    item: str,
    at: Instant,
) -> str:
    """Sign an act about a consent, keep it, enter it and send it to the consent's holder."""
    knowledge = node.know(transaction)
    signed = sign(node, transaction, statement, at)
    digest = keep_signed(transaction, word, about, signed, by=node.party, at=at).digest
    channel = holder if holder in knowledge.peers() else ""
    record.enter(node, transaction, word, channel=channel, act=digest, detail=signed.payload, at=at)
    cards = (own_card(knowledge),)
    send_act(node, transaction, statements.pack(signed), to=holder, about=item, at=at, cards=cards)
    node.forget()
    return digest
