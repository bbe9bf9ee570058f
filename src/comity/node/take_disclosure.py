"""A disclosure that came in: the receiver decides again for itself, offline, from the evidence that came along.

What does not hold is quarantined, and the sender and the originator it can name are told (`specs/gate.md`, What a
receiver can check; promise P3).
"""

import hmac
from collections.abc import Sequence

from comity import signing
from comity.agreements.durations import Duration
from comity.agreements.governing import Timeline
from comity.clock import Instant, format_instant, parse_instant
from comity.decisions.decision import Decision
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.decisions.question import Question
from comity.errors import VerificationFailed
from comity.federation import evidence, statements
from comity.federation.card_book import CardBook
from comity.federation.evidence import SKEW, CheckedRoute, Evidence, Kept
from comity.federation.messages import Act, Disclose
from comity.federation.statements import HopStatement, Protest
from comity.node.node import Knowledge, Node, own_card, revoked_here
from comity.node.post import owe
from comity.node.verdict import Verdict
from comity.ports import CardRow, Holding, ItemRow, StatementRow, Transaction
from comity.sealing.inner import Message as InnerMessage
from comity.sealing.receipts import Ground

#: How old a decision may be on receipt where the agreement does not say, by kind of carrier.
_WITHIN = {"online": Duration(days=1), "pouch": Duration(days=30)}


def take_disclosure(
    node: Node,
    transaction: Transaction,
    sender: str,
    message: InnerMessage,
    content: Disclose,
    *,
    carrier: str,
    at: Instant,
) -> Verdict:
    """Decide about a disclosure that came in, and keep it, or keep it apart.

    (1) check every signature and link of the evidence     federation/evidence.py
    (2) the texts: the same agreement, or wait for it
    (3) the instant: not from the future, not stale
    (4) the body is what the originator's manifest says
    (5) decide again at the sender's instant               decisions/gate.py
    (6) keep the item with its custody, or protest
    """
    # (1)
    knowledge = node.know(transaction)
    book = CardBook(knowledge.cards.all(), offered=(text.encode() for text in content.cards))
    proof = evidence.check(content, sender, node.party, book)
    item, hop = proof.disclosed.item, proof.hop

    # (2)
    agreement = knowledge.agreements.get(hop.agreement)
    if agreement is None or agreement.digest != hop.agreement_digest:
        had = "unknown here" if agreement is None else f"another text here ({agreement.digest[:12]})"
        text = f"agreement {hop.agreement} ({hop.agreement_digest[:12]}) is {had}"
        return Verdict("waiting", about=item, grounds=(Ground("agreement", text),))

    # (3)
    decided_at = parse_instant(content.decided.at)
    stale = _staleness(knowledge.timelines[hop.agreement], hop, decided_at, carrier, at)

    # (4)
    if not hmac.compare_digest(
        hmac.digest(content.body.key, bytes(message.body), "sha256").hex(), proof.disclosed.manifest.content
    ):
        raise VerificationFailed(f"the body of item {item[:12]} is not the one its originator signed for")

    # (5)
    decision = decide(
        _question_again(proof, hop.purpose, hop.agreement, sender, node.party, carrier),
        _known_with(transaction, knowledge, proof),
        decided_at,
    )
    grounds = (*stale, *_crossed(knowledge, proof), *_ungrounded(decision))
    if grounds:
        _keep_statements(transaction, proof.kept, at)
        _protest(node, transaction, sender, message.id, proof, grounds, at)
        return Verdict("quarantined", about=item, grounds=grounds, detail=decision.to_bytes())

    # (6)
    _keep_cards(transaction, book, at)
    _keep_statements(transaction, proof.kept, at)
    _keep(transaction, proof, content, bytes(message.body), sender, message.id, at)
    node.forget()
    return Verdict("accepted", about=item, detail=decision.to_bytes())


def _known_with(transaction: Transaction, knowledge: Knowledge, proof: Evidence) -> Known:
    """Give what is known here together with the consents that came along, each with its revocation if one is known."""
    known = knowledge.known
    here = {consent.digest for consent in known.consents}
    came = [revoked_here(transaction, consent) for consent in proof.consents if consent.digest not in here]
    if not came:
        return known
    return known.with_acts((*known.consents, *came), withdrawn=known.withdrawn, reviewed=known.reviewed)


def _question_again(
    proof: Evidence, purpose: str, agreement: str, sender: str, to: str, carrier: str
) -> Question:
    """Put the sender's question again, from the evidence alone."""
    return Question(
        items=proof.items_before_hop(),
        disclose=proof.disclosed.item,
        holder=sender,
        to=to,
        purpose=purpose,
        under=agreement,
        carrier=carrier,
        confirmed=True,  # a caveat never changes the outcome; the reader confirms it when opening
    )


def _staleness(
    timeline: Timeline, hop: HopStatement, decided_at: Instant, carrier: str, at: Instant
) -> list[Ground]:
    """Say where the sender's instant is not acceptable: from the future, too old, or not that of its own hop."""
    transport = timeline.at(decided_at, hop.by, hop.to).transport
    kind = "pouch" if carrier == "pouch" else "online"
    within = (transport.within if transport is not None else {}).get(kind, _WITHIN[kind])
    if decided_at > at + SKEW:
        return [Ground("stale", f"decided at {hop.at}, later than it was received")]
    if abs(hop.instant - decided_at) > SKEW:
        return [Ground("stale", f"decided at {format_instant(decided_at)}, but the hop is of {hop.at}")]
    if within.after_instant(decided_at) < at:
        ref = str(transport.ref) if transport is not None else "stale"
        return [Ground(ref, f"decided at {hop.at}, more than {within} before it was received")]
    return []


def _crossed(knowledge: Knowledge, proof: Evidence) -> list[Ground]:
    """Say which acts known here, and perhaps not yet to the sender, stand against the item: withdrawals."""
    withdrawn = knowledge.known.withdrawn
    routes = (proof.disclosed, *proof.sources)
    return [
        Ground("crossed", f"item {route.item[:12]} was withdrawn by {route.manifest.by}")
        for route in routes
        if route.item in withdrawn
    ]


def _ungrounded(decision: Decision) -> list[Ground]:
    """Give the grounds of a decision that does not permit."""
    if decision.permitted:
        return []
    owed = [
        Ground(ground.ref, f"consent of {ask.party} is owed")
        for ask in decision.ask
        for ground in ask.grounds
    ]
    return list(dict.fromkeys(owed or (Ground(each.ref, each.text[:1000]) for each in decision.grounds)))


def _protest(
    node: Node,
    transaction: Transaction,
    sender: str,
    message_id: str,
    proof: Evidence,
    grounds: Sequence[Ground],
    at: Instant,
) -> None:
    """Tell the sender, and every originator the evidence names, what came and why it is kept apart."""
    knowledge = node.know(transaction)
    statement = statements.make(
        Protest(
            by=node.party,
            at=format_instant(at),
            item=proof.disclosed.item,
            message=message_id,
            sender=sender,
            grounds=tuple(f"{ground.ref}: {ground.text}"[:500] for ground in grounds),
        ),
        node.keyring.signer(knowledge.own.card, "disclosure", at),
    )
    _keep_statements(
        transaction,
        [
            Kept(
                statements.digest_of(statement),
                "protest",
                node.party,
                proof.disclosed.item,
                signing.to_bytes(statement),
            )
        ],
        at,
    )
    text = statements.pack(statement)
    originators = {route.manifest.by for route in (proof.disclosed, *proof.sources)}
    for addressee in sorted({sender, *originators} - {node.party}):
        # with the sender there is an agreement; others are reached back along the custody, through the sender
        peer = addressee if addressee in knowledge.peers() else sender
        message = Act(statement=text, to=addressee, about=proof.disclosed.item, cards=(own_card(knowledge),))
        owe(node, transaction, peer, message, at=at, kind="act", about=proof.disclosed.item)


def _keep(
    transaction: Transaction,
    proof: Evidence,
    content: Disclose,
    body: bytes,
    sender: str,
    message_id: str,
    at: Instant,
) -> None:
    """Keep the item with the route it came by, and what is known of its lineage."""
    for route, text in (
        *((source, _manifest_text(content, source.item)) for source in proof.sources),
        (proof.disclosed, content.manifest),
    ):
        disclosed = route is proof.disclosed
        held = transaction.item(route.item)
        if held is None or (disclosed and held.state == "known"):
            transaction.put_item(
                _row(route, text, content, len(body) if disclosed else 0, at, known=not disclosed)
            )
        transaction.put_holding(
            Holding(item=route.item, custody=route.custody, received_from=sender, message=message_id, at=at)
        )
    if transaction.body(proof.disclosed.item) is None:
        transaction.put_body(proof.disclosed.item, content.body.key + body)


def _row(
    route: CheckedRoute, text: str, content: Disclose, size: int, at: Instant, *, known: bool
) -> ItemRow:
    manifest = route.manifest
    return ItemRow(
        digest=route.item,
        label=route.item[:12] if known else content.body.label,
        title="" if known else content.body.title,
        media_type="" if known else content.body.media_type,
        size=size,
        originator=manifest.by,
        category=manifest.category,
        kind=manifest.kind,
        marking=manifest.marking,
        made_from=manifest.made_from,
        retention=manifest.retention,
        added_at=at,
        state="known" if known else "held",
        manifest=text.encode(),
    )


def _manifest_text(content: Disclose, item: str) -> str:
    return next(
        route.manifest
        for route in content.lineage
        if statements.digest_of(statements.unpack(route.manifest)) == item
    )


def _keep_statements(transaction: Transaction, kept: Sequence[Kept], at: Instant) -> None:
    for each in kept:
        transaction.put_statement(
            StatementRow(
                digest=each.digest,
                kind=each.kind,
                by=each.by,
                about=each.about,
                signed=each.signed,
                known_at=at,
            )
        )


def _keep_cards(transaction: Transaction, book: CardBook, at: Instant) -> None:
    """Keep the cards of hands upstream that a checked hop vouched for: later statements of theirs need them."""
    for card in book.vouched:
        transaction.put_card(
            CardRow(
                party=card.party,
                version=card.card.version,
                digest=card.digest,
                signed=card.signed,
                accepted_at=at,
            )
        )
