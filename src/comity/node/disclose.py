"""Sharing an item with another Party, or recording why not: the main flow.

`disclose` reads as a numbered plan; each step below carries its number.
"""

import msgspec

from comity.agreements.days import ending, zone_of
from comity.agreements.governing import Terms
from comity.clock import Instant, format_instant
from comity.decisions.decision import Decision
from comity.decisions.gate import decide
from comity.errors import NotFound, RefusedHere
from comity.federation import statements
from comity.federation.evidence import copied
from comity.federation.messages import Body, Decided, Disclose, Route
from comity.federation.statements import HopStatement, Vouch
from comity.handling.custody import HopTerms, StandingConsent
from comity.node import record
from comity.node.items import read_content
from comity.node.node import Knowledge, Node
from comity.node.post import owe
from comity.node.questions import Gathered, find_item, gather, question_of, statements_of
from comity.ports import Disclosure, Holding, ItemRow, StatementRow, Transaction
from comity.signing import to_bytes


class Outcome(msgspec.Struct, frozen=True):
    """What became of a wish to share: the decision and, where it was permitted, the message owed."""

    item: ItemRow
    decision: Decision
    message: str = ""


def disclose(
    node: Node,
    transaction: Transaction,
    item: str,
    *,
    to: str,
    purpose: str,
    under: str | None = None,
    carrier: str | None = None,
    confirmed: bool = False,
    dry_run: bool = False,
) -> Outcome:
    """Share an item with another Party, or record why not.

    (1) put the question to the gate               decisions/gate.py
    (2) journal the decision, whatever it is       node/record.py
    (3) sign this hop: who, to whom, under what    federation/statements.py
    (4) gather the evidence upstream               specs/gate.md, What a receiver can check
    (5) seal it and owe it to the recipient        node/post.py

    All five are one transaction: a decision without its entry, or an entry without its envelope, cannot be.

    Args:
        item: its digest, the beginning of it, or its label.
        under: the agreement to use, where several would permit.
        dry_run: only (1); nothing is entered or sent.

    Raises:
        NotFound: no such item here.
    """
    at = node.now(transaction)
    knowledge = node.know(transaction)
    gathered = gather(transaction, find_item(transaction, item))

    # (1)
    if gathered.row.state == "known":
        raise NotFound(
            f"item {gathered.row.digest[:12]} is known here only as a source; its content never came"
        )
    question = question_of(
        transaction,
        gathered,
        holder=node.party,
        to=to,
        purpose=purpose,
        under=under,
        carrier=carrier,
        confirmed=confirmed,
    )
    decision = decide(question, knowledge.known, at)
    if dry_run:
        return Outcome(gathered.row, decision)

    # (2)
    record.enter(
        node, transaction, "decided", channel=to, act=decision.digest, detail=decision.to_bytes(), at=at
    )
    if not decision.permitted:
        return Outcome(gathered.row, decision)
    return Outcome(gathered.row, decision, send(node, transaction, gathered, decision, at=at))


def send(node: Node, transaction: Transaction, gathered: Gathered, decision: Decision, *, at: Instant) -> str:
    """Carry out a permitted decision: steps (3) to (5). Gives the message's id."""
    if not decision.permitted or decision.agreement is None:
        raise RefusedHere("only a permitted decision can be carried out")
    knowledge = node.know(transaction)
    row, to = gathered.row, decision.question.to
    key, body = read_content(transaction, row)
    holding = gathered.holdings[decision.holding]

    # (3)
    hop = statements.make(
        HopStatement(
            by=node.party,
            at=format_instant(at),
            item=row.digest,
            to=to,
            agreement=decision.agreement,
            agreement_digest=knowledge.agreements[decision.agreement].digest,
            purpose=decision.question.purpose,
            terms=copied(terms_at(knowledge, decision.agreement, node.party, to, at)),
            previous=holding.custody[-1] if holding.custody else "",
            vouches=_vouches(knowledge, transaction, gathered, holding),
        ),
        node.keyring.signer(knowledge.own.card, "disclosure", at),
    )
    hop_digest = statements.digest_of(hop)
    transaction.put_statement(
        StatementRow(
            digest=hop_digest, kind="hop", by=node.party, about=row.digest, signed=to_bytes(hop), known_at=at
        )
    )

    # (4)
    message = Disclose(
        manifest=row.manifest.decode(),
        custody=(*_texts(transaction, holding.custody), to_bytes(hop).decode()),
        lineage=tuple(
            Route(manifest=source.manifest.decode(), custody=_texts(transaction, route.custody))
            for source, route in gathered.sources
        ),
        consents=_consents(transaction, knowledge, node.party, to, at),
        cards=_cards(knowledge, transaction, gathered, holding, without=(node.party, to)),
        decided=Decided(
            digest=decision.digest,
            at=format_instant(at),
            grounds=tuple(ground.ref for ground in decision.grounds),
            acts=knowledge.known.digest,
        ),
        body=Body(title=row.title, label=row.label, media_type=row.media_type, key=key),
    )

    # (5)
    message_id = owe(
        node,
        transaction,
        to,
        message,
        at=at,
        kind="disclosure",
        about=row.digest,
        detail=decision.to_bytes(),
        body=body,
    )
    transaction.put_disclosure(
        Disclosure(
            message=message_id,
            item=row.digest,
            to=to,
            agreement=decision.agreement,
            hop=hop_digest,
            decision=decision.digest,
            at=at,
        )
    )
    return message_id


def terms_at(knowledge: Knowledge, agreement: str, a: str, b: str, at: Instant) -> HopTerms | None:
    """Copy the onward terms that stand between two Parties at an instant; None where the agreement has none."""
    terms: Terms = knowledge.timelines[agreement].at(at, a, b)
    clause = terms.third_party
    if clause is None:
        return None
    return HopTerms(
        article=str(clause.ref),
        text=knowledge.agreements[agreement].text_of(clause.ref),
        covers=clause.covers,
        consent_of=clause.consent_of,
        members_exempt=clause.members_exempt,
        members=tuple(sorted(terms.parties)),
        standing=tuple(
            StandingConsent(each.to, each.categories, ending(each.until, zone_of(terms.zone)))
            for each in clause.standing
        ),
        fresh=clause.fresh,
    )


def _texts(transaction: Transaction, custody: tuple[str, ...]) -> tuple[str, ...]:
    """Give the signed hop statements of a custody, oldest first."""
    found: list[str] = []
    for digest in custody:
        row = transaction.statement(digest)
        if row is None:
            raise NotFound(f"hop statement {digest[:12]} is missing from this home", hint="comity doctor")
        found.append(row.signed.decode())
    return tuple(found)


def _upstream(transaction: Transaction, gathered: Gathered, holding: Holding) -> dict[str, None]:
    """Give every Party whose statements the evidence holds: hands of the custody and of the lineage, originators."""
    parties = {gathered.row.originator: None}
    for route in (holding, *(route for _, route in gathered.sources)):
        parties.update(dict.fromkeys(hop.by for hop in statements_of(transaction, route)))
    parties.update(dict.fromkeys(source.originator for source, _ in gathered.sources))
    return parties


def _vouches(
    knowledge: Knowledge, transaction: Transaction, gathered: Gathered, holding: Holding
) -> tuple[Vouch, ...]:
    """Name the cards of the hands this node received the item and its sources from."""
    found: list[Vouch] = []
    for party in _upstream(transaction, gathered, holding):
        card = knowledge.cards.newest(party)
        if card is not None and party != knowledge.own.party:
            found.append(Vouch(party=party, card=card.digest, root=card.root_fingerprint))
    return tuple(found)


def _cards(
    knowledge: Knowledge,
    transaction: Transaction,
    gathered: Gathered,
    holding: Holding,
    *,
    without: tuple[str, ...],
) -> tuple[str, ...]:
    """Give the cards under which the evidence can be checked, but those the recipient has for sure."""
    parties = [party for party in _upstream(transaction, gathered, holding) if party not in without]
    cards = (knowledge.cards.newest(party) for party in parties)
    return tuple(card.signed.decode() for card in cards if card is not None)


def _consents(
    transaction: Transaction, knowledge: Knowledge, holder: str, to: str, at: Instant
) -> tuple[str, ...]:
    """Give the signed consents this node may use towards a recipient at an instant."""
    return tuple(
        row.signed.decode()
        for consent in knowledge.known.consents
        if consent.holder == holder and consent.to == to and consent.stands_at(at)
        for row in [transaction.statement(consent.digest)]
        if row is not None
    )
