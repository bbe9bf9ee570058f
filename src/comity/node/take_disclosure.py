"""A disclosure that came in: the receiver decides again for itself, offline, from the evidence that came along.

What does not hold is quarantined, and the sender and the originator it can name are told (`specs/gate.md`, What a
receiver can check; promise P3).
"""

import hmac
from collections.abc import Sequence

import msgspec

from comity.clock import Instant, format_instant, parse_instant
from comity.decisions.decision import Decision
from comity.federation import evidence, statements
from comity.federation.card_book import CardBook
from comity.federation.evidence import SKEW, CheckedRoute, Evidence, Kept
from comity.federation.messages import Act, Disclose
from comity.node.closing_acts import note_passed
from comity.node.decide_again import decide_again
from comity.node.introduce import keep_vouched
from comity.node.node import Node
from comity.node.pass_on_correction import pass_on_correction
from comity.node.post import owe
from comity.node.protest import protest
from comity.node.unsent import author_card
from comity.node.verdict import Verdict
from comity.ports import Holding, ItemRow, StatementRow, Transaction
from comity.sealing.inner import Message as InnerMessage
from comity.sealing.receipts import Ground

#: Ground of a receipt that waits for files of an agreement which the sender has; it sends them again.
TEXTS = "texts"


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
    (2) the text: the same agreement, or wait for it
    (3) the body is what the originator's manifest says
    (4) decide again at the sender's instant               node/decide_again.py
        where the sender decided on texts that are not here yet, wait for them before saying no
    (5) keep the item with its custody, or protest, and return the acts that crossed it
    """
    # (1)
    knowledge = node.know(transaction)
    offered = (text.encode() for text in content.cards)
    book = CardBook(knowledge.cards.all(), offered, knowledge.pins)
    proof = evidence.check(content, sender, node.party, book)
    item, hop = proof.disclosed.item, proof.hop
    originators = {route.manifest.by for route in (proof.disclosed, *proof.sources)}

    # (2)
    agreement = knowledge.agreements.get(hop.agreement)
    if agreement is None or agreement.digest != hop.agreement_digest:
        had = "unknown here" if agreement is None else f"another text here ({agreement.digest[:12]})"
        text = f"agreement {hop.agreement} ({hop.agreement_digest[:12]}) is {had}"
        return Verdict("waiting", about=item, grounds=(Ground("agreement", text),))

    # (3)
    if not hmac.compare_digest(
        hmac.digest(content.body.key, bytes(message.body), "sha256").hex(), proof.disclosed.manifest.content
    ):
        wrong = Ground("evidence", f"the body of item {item[:12]} is not the one its originator signed for")
        protest(node, transaction, sender, message.id, item, originators, (wrong,), at)
        return Verdict("quarantined", about=item, grounds=(wrong,))

    # (4)
    second = decide_again(
        knowledge, proof, content.decided.at, sender=sender, to=node.party, carrier=carrier, at=at
    )
    back_dated = _back_dated(content.decided.at, message.head.at)
    grounds = (*back_dated, *second.grounds)
    unseen = set(content.decided.texts) - agreement.acts.keys()
    if unseen and second.is_open and not back_dated:
        text = f"decided on {len(unseen)} protocols, notices or signatures of {agreement.id} that are not here yet"
        return Verdict("waiting", about=item, grounds=(Ground(TEXTS, text),))
    if grounds:
        _keep_statements(transaction, proof.kept, at)
        node.forget()
        protest(node, transaction, sender, message.id, item, originators, grounds, at)
        _return_acts(node, transaction, sender, item, second.crossed, at)
        return Verdict("quarantined", about=item, grounds=grounds, detail=second.decision.to_bytes())

    # (5)
    # of those who say something here; cards of others would only pile up
    heard = {each.by for each in proof.kept}
    keep_vouched(transaction, (card for card in book.vouched if card.party in heard), at)
    _keep_statements(transaction, proof.kept, at)
    _keep(node, transaction, proof, content, bytes(message.body), second.decision, message.id, at)
    if book.vouched or proof.consents:
        node.forget()  # new acts: what is known here has changed
    pass_on_correction(node, transaction, item)
    return Verdict("accepted", about=item, agreement=hop.agreement, detail=second.decision.to_bytes())


def _back_dated(decided: str, written: Instant) -> tuple[Ground, ...]:
    """Say where a decision bears another instant than its letter, whose place in the channel holds it to the truth."""
    if abs(parse_instant(decided) - written) <= SKEW:
        return ()
    return (Ground("back-dated", f"decided at {decided}, in a letter of {format_instant(written)}"),)


def _return_acts(
    node: Node, transaction: Transaction, sender: str, item: str, about: Sequence[str], at: Instant
) -> None:
    """Send a peer the withdrawals and revocations that crossed its disclosure."""
    knowledge = node.know(transaction)
    for kind in ("withdrawal", "consent-revocation"):
        for row in (row for name in about for row in transaction.statements(kind, name)):
            message = Act(
                statement=row.signed.decode(),
                to=sender,
                about=item,
                cards=author_card(knowledge, row),
            )
            owe(node, transaction, sender, message, at=at, kind="act", about=item)


def _keep(
    node: Node,
    transaction: Transaction,
    proof: Evidence,
    content: Disclose,
    body: bytes,
    decision: Decision,
    message_id: str,
    at: Instant,
) -> None:
    """Keep the item with the route it came by, and what is known of its lineage."""
    caveats = tuple(
        f"{each.value} ({each.ref})" for each in decision.obligations if each.kind == "read-caveat"
    )
    echo_of = tuple(
        route.item for route in (proof.disclosed, *proof.sources) if route.manifest.by == node.party
    )
    for route, text in (
        *((source, _manifest_text(content, source.item)) for source in proof.sources),
        (proof.disclosed, content.manifest),
    ):
        disclosed = route is proof.disclosed
        held = transaction.item(route.item)
        if held is None or (disclosed and held.state in ("known", "erased")):
            row = _row(route, text, content, len(body) if disclosed else 0, at, known=not disclosed)
            if disclosed:
                row = msgspec.structs.replace(row, caveats=caveats, echo_of=echo_of)
            transaction.put_item(row)
        elif disclosed and not set(caveats) <= set(held.caveats):
            both = tuple(dict.fromkeys((*held.caveats, *caveats)))
            transaction.put_item(msgspec.structs.replace(held, caveats=both, caveats_read=False))
        transaction.put_holding(
            Holding(
                item=route.item,
                custody=route.custody,
                received_from=proof.hop.by,
                message=message_id,
                at=at,
            )
        )
    transaction.count_flow(at, proof.hop.by, ours=False, category=proof.disclosed.manifest.category)
    if proof.disclosed.manifest.by != node.party:
        note_passed(node, transaction, proof.hop.agreement, proof.hop.by, proof.hop.by, proof.disclosed.item)
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
