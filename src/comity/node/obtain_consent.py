"""Asking upstream before passing on, and answering when asked.

A request names the item to be passed, its recipient and the purpose; it goes to every Party the gate said must be
asked. An answer is a signed consent with an end, or a refusal. No answer is no: past `answer_by` a request is over.
"""

from datetime import timedelta

import msgspec

from comity import signing
from comity.clock import Instant, format_instant, parse_instant
from comity.decisions.decision import Decision
from comity.decisions.gate import decide
from comity.errors import BadInput, NotFound, RefusedHere
from comity.federation import statements
from comity.federation.statements import (
    ConsentGranted,
    ConsentRefused,
    ConsentRequest,
    ConsentRevoked,
    Statement,
)
from comity.node import record
from comity.node.arrival import Arrival
from comity.node.node import Node, own_card
from comity.node.questions import find_item, gather, question_of
from comity.node.routes import send_act
from comity.ports import RequestRow, StatementRow, Transaction

#: How long a Party has to answer where its agreement does not say.
_ANSWER_WITHIN = timedelta(days=30)


def ask_consent(
    node: Node, transaction: Transaction, item: str, *, to: str, purpose: str, why: str = ""
) -> tuple[Decision, list[RequestRow]]:
    """Ask every Party whose consent is owed before an item may pass.

    Returns:
        The gate's decision, and a request for each Party it names.

    Raises:
        NotFound: no such item.
        RefusedHere: consent is not what is missing; the grounds say what is.
    """
    at = node.now(transaction)
    knowledge = node.know(transaction)
    gathered = gather(transaction, find_item(transaction, item))
    if gathered.row.state == "known":
        raise NotFound(
            f"item {gathered.row.digest[:12]} is known here only as a source; its content never came"
        )
    decision = decide(
        question_of(transaction, gathered, holder=node.party, to=to, purpose=purpose), knowledge.known, at
    )
    if decision.outcome != "needs-consent":
        cited = ", ".join(dict.fromkeys(ground.ref for ground in decision.grounds))
        raise RefusedHere(
            f"no consent is missing: the decision is {decision.outcome} ({cited})",
            hint="comity share sends it" if decision.permitted else "",
        )
    record.enter(
        node, transaction, "decided", channel=to, act=decision.digest, detail=decision.to_bytes(), at=at
    )
    answer_by = at + _ANSWER_WITHIN
    rows: list[RequestRow] = []
    for ask in decision.ask:
        request = ConsentRequest(
            by=node.party,
            at=format_instant(at),
            of=ask.party,
            item=gathered.row.digest,
            to=to,
            purpose=purpose,
            manifest=gathered.row.manifest.decode(),
            because=ask.items,
            why=why,
            answer_by=format_instant(answer_by),
        )
        signed = statements.make(request, node.keyring.signer(knowledge.own.card, "disclosure", at))
        digest = _keep(transaction, "consent-request", gathered.row.digest, signed, node.party, at)
        row = _request_row(request, digest, ours=True, via="")
        transaction.put_request(row)
        rows.append(row)
        about = ask.items[0] if ask.items else gathered.row.digest
        cards = (own_card(knowledge),)
        send_act(node, transaction, statements.pack(signed), to=ask.party, about=about, at=at, cards=cards)
    return decision, rows


def grant(
    node: Node, transaction: Transaction, request: str, *, until: Instant, purpose: str | None = None
) -> RequestRow:
    """Grant what a request asks for: this item, this recipient, from now until an end.

    Args:
        purpose: the only purpose it is for; by default the one asked for, empty for any the agreement allows.
    """
    at = node.now(transaction)
    if until <= at:
        raise BadInput(f"the end {format_instant(until)} is not after now")
    row = _open_request(node, transaction, request, at)
    granted = ConsentGranted(
        by=node.party,
        at=format_instant(at),
        holder=row.asker,
        to=row.to,
        from_=format_instant(at),
        until=format_instant(until),
        item=row.item,
        purpose=row.purpose if purpose is None else purpose,
        request=row.id,
    )
    return _answer(node, transaction, row, granted, "consent", "granted", row.item, at)


def refuse(node: Node, transaction: Transaction, request: str, *, reason: str = "") -> RequestRow:
    """Refuse what a request asks for."""
    at = node.now(transaction)
    row = _open_request(node, transaction, request, at)
    refused = ConsentRefused(
        by=node.party, at=format_instant(at), holder=row.asker, request=row.id, reason=reason
    )
    return _answer(node, transaction, row, refused, "consent-refusal", "refused", row.id, at)


def revoke(node: Node, transaction: Transaction, request: str) -> RequestRow:
    """Take a consent back from now on; what passed under it stays lawfully passed and bound."""
    at = node.now(transaction)
    row = find_request(transaction, request)
    if row.ours or row.state != "granted":
        raise RefusedHere(f"request {row.id[:12]} is {row.state}: there is no consent of ours to take back")
    revoked = ConsentRevoked(
        by=node.party,
        at=format_instant(at),
        holder=row.asker,
        consent=row.answer,
        effective=format_instant(at),
    )
    return _answer(node, transaction, row, revoked, "consent-revocation", "revoked", row.answer, at)


def find_request(transaction: Transaction, name: str) -> RequestRow:
    """Find a request by the beginning of its id.

    Raises:
        NotFound: there is none, or more than one.
    """
    found = [row for row in transaction.requests() if row.id.startswith(name)] if name else []
    if len(found) != 1:
        raise NotFound(
            f"`{name[:80]}` names {'no request' if not found else 'more than one request'}",
            hint="comity consent list shows them",
        )
    return found[0]


def state_at(row: RequestRow, at: Instant) -> str:
    """Give the state of a request at an instant: unanswered past its day it is over, and the answer is no."""
    if row.state == "asked" and row.answer_by is not None and at > row.answer_by:
        return "expired"
    return row.state


# -- what comes in -------------------------------------------------------------------------------------------------


def take_request(arrival: Arrival, request: ConsentRequest) -> None:
    """Keep a request for an officer to answer, or the way by which its answer must go back."""
    if arrival.transaction.request(arrival.digest) is None:
        row = _request_row(request, arrival.digest, ours=False, via=arrival.sender)
        arrival.transaction.put_request(row)


def take_answer(arrival: Arrival, answer: ConsentGranted | ConsentRefused) -> None:
    """Close the request that an answer belongs to. A consent that was not asked for counts all the same."""
    row = arrival.transaction.request(answer.request)
    if row is not None and row.ours and row.owner == answer.by:
        state = "granted" if isinstance(answer, ConsentGranted) else "refused"
        arrival.transaction.put_request(msgspec.structs.replace(row, state=state, answer=arrival.digest))


def take_revocation(arrival: Arrival, revocation: ConsentRevoked) -> None:
    """Show the request whose consent was taken back; the gate reads the revocation itself."""
    for row in arrival.transaction.requests():
        if row.ours and row.answer == revocation.consent:
            arrival.transaction.put_request(msgspec.structs.replace(row, state="revoked"))


def _open_request(node: Node, transaction: Transaction, name: str, at: Instant) -> RequestRow:
    row = find_request(transaction, name)
    if row.ours or row.owner != node.party:
        raise RefusedHere(f"request {row.id[:12]} is not put to {node.party}: {row.owner} answers it")
    if state_at(row, at) in ("expired", "revoked"):
        raise RefusedHere(f"request {row.id[:12]} is {state_at(row, at)}; a new one is needed")
    if row.state == "granted":
        raise RefusedHere(
            f"request {row.id[:12]} is granted already", hint="comity consent revoke takes it back"
        )
    return row


def _answer(
    node: Node,
    transaction: Transaction,
    row: RequestRow,
    statement: Statement,
    word: str,
    state: str,
    about: str,
    at: Instant,
) -> RequestRow:
    """Sign an answer, keep it, enter it and send it back the way the request came."""
    knowledge = node.know(transaction)
    signed = statements.make(statement, node.keyring.signer(knowledge.own.card, "consent", at))
    digest = _keep(transaction, word, about, signed, node.party, at)
    changed = msgspec.structs.replace(row, state=state, answer=digest if state != "revoked" else row.answer)
    transaction.put_request(changed)
    record.enter(node, transaction, word, channel=row.via, act=digest, detail=signed.payload, at=at)
    cards = (own_card(knowledge),)
    send_act(node, transaction, statements.pack(signed), to=row.asker, about=row.item, at=at, cards=cards)
    node.forget()
    return changed


def _keep(
    transaction: Transaction, word: str, about: str, signed: signing.Signed, by: str, at: Instant
) -> str:
    digest = statements.digest_of(signed)
    transaction.put_statement(
        StatementRow(
            digest=digest, kind=word, by=by, about=about, signed=signing.to_bytes(signed), known_at=at
        )
    )
    return digest


def _request_row(request: ConsentRequest, digest: str, *, ours: bool, via: str) -> RequestRow:
    return RequestRow(
        id=digest,
        ours=ours,
        asker=request.by,
        owner=request.of,
        item=request.item,
        to=request.to,
        purpose=request.purpose,
        why=request.why,
        at=request.instant,
        answer_by=parse_instant(request.answer_by) if request.answer_by else None,
        state="asked",
        via=via,
    )
