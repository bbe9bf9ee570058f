"""The evidence that goes with a disclosure: signed hops upstream, cards to check them, consents it rests on.

Only what this passing needs goes along: a consent for another item or recipient is nobody else's to see.
"""

from collections.abc import Iterable

from comity.clock import Instant
from comity.decisions.decision import Decision
from comity.errors import NotFound
from comity.federation import statements
from comity.federation.statements import ConsentConfirmed, Vouch
from comity.handling.consent import Consent
from comity.node.node import Knowledge
from comity.node.questions import Gathered, statements_of
from comity.ports import Holding, StatementRow, Transaction
from comity.signing import from_bytes


def custody_texts(transaction: Transaction, custody: Iterable[str]) -> tuple[str, ...]:
    """Give the signed hop statements of a custody, oldest first.

    Raises:
        NotFound: one is missing from the store.
    """
    return tuple(_statement(transaction, digest).signed.decode() for digest in custody)


def vouches_upstream(
    knowledge: Knowledge, transaction: Transaction, gathered: Gathered, holding: Holding
) -> tuple[Vouch, ...]:
    """Name the cards of the hands this node received the item and its sources from."""
    upstream = _upstream(transaction, gathered, holding)
    cards = (knowledge.cards_upstream.newest_under(*each) for each in upstream.items())
    return tuple(
        Vouch(party=card.party, card=card.digest, root=card.root_fingerprint)
        for card in cards
        if card is not None and card.party != knowledge.own.party
    )


def cards_upstream(
    knowledge: Knowledge,
    transaction: Transaction,
    gathered: Gathered,
    holding: Holding,
    *,
    without: tuple[str, ...],
) -> tuple[str, ...]:
    """Give the cards under which the evidence can be checked, but those the recipient has for sure."""
    upstream = _upstream(transaction, gathered, holding)
    cards = (
        knowledge.cards_upstream.newest_under(party, root)
        for party, root in upstream.items()
        if party not in without
    )
    return tuple(card.signed.decode() for card in cards if card is not None)


def consents_used(knowledge: Knowledge, decision: Decision) -> tuple[Consent, ...]:
    """Give the consents that stand for this passing: to its items, or to classes they came under.

    One that carries over several hops stands for it where one of the hops upstream was that it was given for.
    """
    question = decision.question
    hops = [hop for item in question.items.values() for hop in item.hops]
    agreements = {hop.agreement for hop in hops}
    made = {(question.holder, question.to)}
    upstream = made | {(hop.from_, hop.to) for hop in hops}
    return tuple(
        consent
        for consent in knowledge.known.consents
        if (consent.holder, consent.to) in (upstream if consent.hops > 1 else made)
        and consent.stands_at(decision.at)
        and consent.purpose in (None, question.purpose)
        and (consent.item in question.items if consent.is_item else consent.agreement in agreements)
    )


def signed_consents(transaction: Transaction, consents: Iterable[Consent]) -> tuple[str, ...]:
    """Give consents as their givers signed them."""
    return tuple(_statement(transaction, consent.digest).signed.decode() for consent in consents)


def signed_confirmations(
    transaction: Transaction, consents: Iterable[Consent], at: Instant
) -> tuple[str, ...]:
    """Give the newest confirmation of each consent, as its giver signed it, that is not later than an instant."""
    found: list[str] = []
    for consent in consents:
        newest: tuple[Instant, StatementRow] | None = None
        for row in transaction.statements("consent-confirmation", consent.digest):
            said = statements.read(from_bytes(row.signed), ConsentConfirmed).instant
            if row.by == consent.by and said <= at and (newest is None or said > newest[0]):
                newest = (said, row)
        if newest is not None:
            found.append(newest[1].signed.decode())
    return tuple(found)


def _upstream(transaction: Transaction, gathered: Gathered, holding: Holding) -> dict[str, str | None]:
    """Give every Party whose statements the evidence holds: hands of the custody and of the lineage, originators.

    Each with the root that the hands it came by vouched for: any peer may have vouched for another card in its name.
    """
    parties: dict[str, str | None] = {gathered.row.originator: None}
    roots: dict[str, str] = {}
    for route in (holding, *(route for _, route in gathered.sources)):
        for hop in statements_of(transaction, route):
            parties[hop.by] = None
            for vouch in hop.vouches:
                roots.setdefault(vouch.party, vouch.root)
    parties.update(dict.fromkeys(source.originator for source, _ in gathered.sources))
    return {party: roots.get(party) for party in parties}


def _statement(transaction: Transaction, digest: str) -> StatementRow:
    row = transaction.statement(digest)
    if row is None:
        raise NotFound(f"statement {digest[:12]} is missing from this home", hint="comity doctor")
    return row
