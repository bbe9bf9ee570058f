"""Sharing an item with another Party, or recording why not: the main flow.

`disclose` reads as a numbered plan; each step below carries its number.
"""

import msgspec

from comity.agreements.clauses import ThirdParty
from comity.agreements.days import ending, zone_of
from comity.agreements.durations import Duration
from comity.agreements.governing import Terms
from comity.clock import Instant, format_instant
from comity.decisions.decision import Decision
from comity.decisions.gate import decide
from comity.errors import NotFound, RefusedHere
from comity.federation.evidence import copied
from comity.federation.messages import MOST_TEXTS, Body, Decided, Disclose, Route
from comity.federation.statements import HopStatement
from comity.handling.custody import HopTerms, NecessityTerms, StandingConsent
from comity.node.decided import enter_decision
from comity.node.gather_evidence import (
    cards_upstream,
    consents_used,
    custody_texts,
    signed_confirmations,
    signed_consents,
    vouches_upstream,
)
from comity.node.items import read_content
from comity.node.necessity import Emergency, notice_of, tell_everyone
from comity.node.node import Knowledge, Node
from comity.node.post import owe
from comity.node.questions import Gathered, by_route, find_item, gather, question_of
from comity.node.signed_statements import keep_signed, sign
from comity.node.ways import allowed_carriers
from comity.node.why_not import why_not
from comity.ports import Disclosure, ItemRow, Transaction
from comity.signing import Signed, to_bytes


class Outcome(msgspec.Struct, frozen=True):
    """What became of a wish to share: the decision and, where it was permitted, the message owed.

    `lacking` says, where consent is missing, why those that are known do not serve.
    """

    item: ItemRow
    decision: Decision
    message: str = ""
    lacking: tuple[str, ...] = ()


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
    judicial: bool = False,
    route: int = 0,
    emergency: Emergency | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Share an item with another Party, or record why not.

    (1) put the question to the gate               decisions/gate.py
    (2) journal the decision, whatever it is       node/record.py
    (3) sign this hop: who, to whom, under what    federation/statements.py
    (4) gather the evidence upstream               specs/gate.md, What a receiver can check
    (5) seal it and owe it to the recipient        node/post.py
    (6) where necessity lifted something: tell everyone upstream    node/necessity.py

    All are one transaction: a decision without its entry, an entry without its envelope, or a necessity of which not
    everyone upstream is told, cannot be.

    Args:
        item: its digest, the beginning of it, or its label.
        under: the agreement to use, where several would permit.
        judicial: the recipient wants to use it before a court.
        route: which of the routes by which it came, from 1; 0 for the first that permits.
        emergency: imminent danger, and who approved.
        dry_run: only (1); nothing is entered or sent.

    Raises:
        NotFound: no such item or route here.
        RefusedHere: somebody upstream cannot be told of a necessity.
    """
    at = node.now(transaction)
    knowledge = node.know(transaction)
    gathered = by_route(gather(transaction, find_item(transaction, item)), route)

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
        judicial=judicial,
        approved_by=emergency.approved_by if emergency is not None else (),
    )
    decision = decide(question, knowledge.known_at(at), at)
    consents = knowledge.acts.consents_at(at) if decision.ask else ()
    lacking = tuple(reason for ask in decision.ask for reason in why_not(decision, ask, consents))
    if dry_run:
        return Outcome(gathered.row, decision, lacking=lacking)

    # (2)
    enter_decision(node, transaction, decision, channel=to, at=at)
    if not decision.permitted:
        return Outcome(gathered.row, decision, lacking=lacking)
    notice = None if emergency is None else notice_of(node, transaction, decision, emergency, at)
    message = send(node, transaction, gathered, decision, at=at, necessity=notice)

    # (6)
    if notice is not None:
        tell_everyone(node, transaction, decision, notice, at)
    return Outcome(gathered.row, decision, message)


def send(
    node: Node,
    transaction: Transaction,
    gathered: Gathered,
    decision: Decision,
    *,
    at: Instant,
    necessity: Signed | None = None,
) -> str:
    """Carry out a permitted decision: steps (3) to (5). Gives the message's id."""
    if not decision.permitted or decision.agreement is None:
        raise RefusedHere("only a permitted decision can be carried out")
    knowledge = node.know(transaction)
    row, to = gathered.row, decision.question.to
    key, body = read_content(transaction, row)
    holding = gathered.holdings[decision.holding]

    # (3)
    hop = sign(
        node,
        transaction,
        HopStatement(
            by=node.party,
            at=format_instant(at),
            item=row.digest,
            to=to,
            agreement=decision.agreement,
            agreement_digest=knowledge.agreements[decision.agreement].digest,
            purpose=decision.question.purpose,
            terms=copied(
                terms_at(knowledge, decision.agreement, node.party, to, at),
                _answer_within(knowledge, decision.agreement, node.party, to, at),
            ),
            previous=holding.custody[-1] if holding.custody else "",
            vouches=vouches_upstream(knowledge, transaction, gathered, holding),
            judicial=decision.question.judicial,
        ),
        at,
    )
    hop_digest = keep_signed(transaction, "hop", row.digest, hop, by=node.party, at=at).digest

    # (4)
    consents = consents_used(knowledge, decision)
    message = Disclose(
        manifest=row.manifest.decode(),
        custody=(*custody_texts(transaction, holding.custody), to_bytes(hop).decode()),
        lineage=tuple(
            Route(manifest=source.manifest.decode(), custody=custody_texts(transaction, route.custody))
            for source, route in gathered.sources
        ),
        consents=signed_consents(transaction, consents),
        confirmations=signed_confirmations(transaction, consents, at),
        necessity=to_bytes(necessity).decode() if necessity is not None else "",
        cards=cards_upstream(knowledge, transaction, gathered, holding, without=(node.party, to)),
        decided=Decided(
            digest=decision.digest,
            at=format_instant(at),
            grounds=tuple(ground.ref for ground in decision.grounds),
            acts=decision.known,
            texts=tuple(sorted(knowledge.agreements[decision.agreement].acts)[:MOST_TEXTS]),
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
        carriers=allowed_carriers(node, knowledge, decision, at),
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
    transaction.count_flow(at, to, ours=True, category=row.category)
    return message_id


def terms_at(knowledge: Knowledge, agreement: str, a: str, b: str, at: Instant) -> HopTerms | None:
    """Copy the onward terms that stand between two Parties at an instant.

    An agreement without such an article is copied as covering nothing, or who is no Party of it could not tell that
    nothing is owed; None where its article cannot be evaluated: then nobody passes the item on.
    """
    terms: Terms = knowledge.timelines[agreement].at(at, a, b)
    clause = terms.third_party
    necessity = _necessity(knowledge, agreement, terms)
    if clause is None:
        broken = any(isinstance(each, ThirdParty) for each in terms.broken)
        if broken:
            return None
        return HopTerms(article="", members=tuple(sorted(terms.parties)), necessity=necessity)
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
        necessity=necessity,
    )


def _necessity(knowledge: Knowledge, agreement: str, terms: Terms) -> NecessityTerms | None:
    clause = terms.necessity
    if clause is None:
        return None
    text = knowledge.agreements[agreement].text_of(clause.ref)
    return NecessityTerms(str(clause.ref), text, tuple(clause.lifts), clause.officers, clause.review_within)


def _answer_within(knowledge: Knowledge, agreement: str, a: str, b: str, at: Instant) -> Duration | None:
    clause = knowledge.timelines[agreement].at(at, a, b).third_party
    return clause.answer_within if clause is not None else None
