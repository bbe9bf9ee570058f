"""Asking upstream before passing on, and answering when asked.

A request names the item to be passed, its recipient and the purpose; it goes to every Party the gate said must be
asked. An answer is a signed consent with an end, or a refusal. No answer is no: past `answer_by`, which the articles
that make the consent owed set, a request is over. What comes in stands in `take_consent.py`, consents that nobody
asked for in `give_consent.py`, fresh confirmations in `confirm_consent.py`, what a consent would open in
`consent_impact.py`.
"""

from collections.abc import Sequence

import msgspec

from comity.agreements.durations import Duration
from comity.clock import Instant, format_instant, parse_instant
from comity.decisions.decision import Ask, Decision
from comity.decisions.gate import decide
from comity.errors import NotFound, RefusedHere
from comity.federation import statements
from comity.federation.conversations import REQUEST, after
from comity.federation.statements import (
    ConsentRefused,
    ConsentRequest,
    ConsentRevoked,
    Statement,
)
from comity.node import record
from comity.node.confirm_consent import only_stale
from comity.node.consent_terms import Terms, consent_from
from comity.node.decided import enter_decision
from comity.node.node import Node, own_card
from comity.node.questions import (
    Gathered,
    by_route,
    check_not_blank,
    find_item,
    gather,
    question_of,
    statements_of,
)
from comity.node.routes import send_act
from comity.node.signed_statements import keep_signed, sign
from comity.ports import RequestRow, Transaction
from comity.signing import from_bytes

#: How long a Party has to answer where no article says.
_ANSWER_WITHIN = Duration(days=30)


def ask_consent(
    node: Node,
    transaction: Transaction,
    item: str,
    *,
    to: str,
    purpose: str,
    why: str = "",
    judicial: bool = False,
    route: int = 0,
) -> tuple[Decision, list[RequestRow]]:
    """Ask every Party whose consent is owed before an item may pass.

    Args:
        judicial, route: as for `disclose`.

    Returns:
        The gate's decision, and a request for each Party it names.

    Raises:
        NotFound: no such item.
        RefusedHere: consent is not what is missing; the grounds say what is.
    """
    at = node.now(transaction)
    knowledge = node.know(transaction)
    gathered = by_route(gather(transaction, find_item(transaction, item)), route)
    if gathered.row.state == "known":
        raise NotFound(
            f"item {gathered.row.digest[:12]} is known here only as a source; its content never came"
        )
    question = question_of(
        transaction, gathered, holder=node.party, to=to, purpose=purpose, judicial=judicial
    )
    known = knowledge.known_at(at)
    decision = decide(question, known, at)
    if decision.outcome != "needs-consent":
        cited = ", ".join(dict.fromkeys(ground.ref for ground in decision.grounds))
        raise RefusedHere(
            f"no consent is missing: the decision is {decision.outcome} ({cited})",
            hint="comity share sends it" if decision.permitted else "",
        )
    enter_decision(node, transaction, decision, channel=to, at=at)
    rows: list[RequestRow] = []
    waiting = [row for row in transaction.requests() if row.ours and state_at(row, at) == "asked"]
    for ask in decision.ask:
        there = _asked_before(waiting, gathered, ask, to, purpose)
        if there is not None:
            rows.append(there)
            continue
        request = ConsentRequest(
            by=node.party,
            at=format_instant(at),
            of=ask.party,
            item=gathered.row.digest,
            to=to,
            purpose=purpose,
            manifest=gathered.row.manifest.decode(),
            because=ask.items,
            grounds=tuple(ground.ref for ground in ask.grounds),
            why=why,
            answer_by=format_instant(_answer_by(transaction, gathered, ask, at)),
            confirms=only_stale(question, known, ask, at),
        )
        signed = sign(node, transaction, request, at)
        digest = keep_signed(
            transaction, "consent-request", gathered.row.digest, signed, by=node.party, at=at
        ).digest
        row = request_row(request, digest, ours=True, via="")
        transaction.put_request(row)
        rows.append(row)
        about = ask.items[0] if ask.items else gathered.row.digest
        cards = (own_card(knowledge),)
        send_act(node, transaction, statements.pack(signed), to=ask.party, about=about, at=at, cards=cards)
    if rows and all(row in waiting for row in rows):
        asked = ", ".join(f"{row.owner} ({row.id[:12]})" for row in rows)
        raise RefusedHere(
            f"asked already, and not answered yet: {asked}", hint="comity consent list shows the requests"
        )
    return decision, rows


def _asked_before(
    waiting: Sequence[RequestRow], gathered: Gathered, ask: Ask, to: str, purpose: str
) -> RequestRow | None:
    """Find a request that asks for the same and waits for its answer."""
    grounds = tuple(ground.ref for ground in ask.grounds)
    sought = (ask.party, gathered.row.digest, to, purpose, grounds)
    found = ((row.owner, row.item, row.to, row.purpose, row.grounds) == sought for row in waiting)
    return next((row for row, same in zip(waiting, found, strict=True) if same), None)


def grant(
    node: Node,
    transaction: Transaction,
    request: str,
    *,
    until: Instant,
    purpose: str | None = None,
    terms: Terms | None = None,
) -> RequestRow:
    """Grant what a request asks for: this recipient, from now until an end.

    Args:
        purpose: the only purpose it is for; by default the one asked for, empty for any the agreement allows.
        terms: what else it says: a class in place of the one item, its beginning, how fresh it must be, over how many
            hops it carries, its condition.

    Raises:
        BadInput: its end is not after its beginning, or a class is named in part.
        RefusedHere: the request is over, or answered.
    """
    at = node.now(transaction)
    row = _open_request(node, transaction, request, at)
    said = terms if terms is not None else Terms()
    chosen = said if said.category or said.agreement else msgspec.structs.replace(said, item=row.item)
    granted = consent_from(
        node.party,
        at,
        holder=row.asker,
        to=row.to,
        until=until,
        purpose=row.purpose if purpose is None else purpose,
        terms=chosen,
        request=row.id,
    )
    return answer_request(node, transaction, row, granted, "consent", "granted", granted.item, at)


def refuse(node: Node, transaction: Transaction, request: str, *, reason: str = "") -> RequestRow:
    """Refuse what a request asks for.

    Raises:
        BadInput: the reason is blank.
        RefusedHere: the request is over, or answered.
    """
    at = node.now(transaction)
    row = _open_request(node, transaction, request, at)
    if row.state == "refused":
        raise RefusedHere(f"request {row.id[:12]} is refused already")
    check_not_blank(reason)
    refused = ConsentRefused(
        by=node.party, at=format_instant(at), holder=row.asker, request=row.id, reason=reason
    )
    return answer_request(node, transaction, row, refused, "consent-refusal", "refused", row.id, at)


def revoke(node: Node, transaction: Transaction, request: str) -> RequestRow:
    """Take a consent back from now on; what passed under it stays lawfully passed and bound."""
    at = node.now(transaction)
    row = find_request(transaction, request)
    if row.ours or row.owner != node.party or row.state != "granted":
        raise RefusedHere(f"request {row.id[:12]} is {row.state}: there is no consent of ours to take back")
    revoked = ConsentRevoked(
        by=node.party,
        at=format_instant(at),
        holder=row.asker,
        consent=row.answer,
        effective=format_instant(at),
    )
    return answer_request(node, transaction, row, revoked, "consent-revocation", "revoked", row.answer, at)


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


def reason_of(transaction: Transaction, row: RequestRow) -> str:
    """Give what its owner said for refusing a request; empty where it did not refuse, or said nothing to this Party."""
    kept = transaction.statement(row.answer) if row.state == "refused" and row.answer else None
    return statements.read(from_bytes(kept.signed), ConsentRefused).reason if kept is not None else ""


def _answer_by(transaction: Transaction, gathered: Gathered, ask: Ask, at: Instant) -> Instant:
    """Give until when a Party must answer: the shortest time that the articles by which it is owed set."""
    refs = {ground.ref for ground in ask.grounds}
    routes = [
        *((gathered.row, holding) for holding in gathered.holdings),
        *gathered.sources,
    ]
    ends = [
        length.end_after(at)
        for row, holding in routes
        if row.digest in ask.items
        for hop in statements_of(transaction, holding)
        if hop.terms is not None and hop.terms.article in refs
        for length in [statements.read_duration(hop.terms.answer_within)]
        if length is not None
    ]
    return min(ends, default=_ANSWER_WITHIN.after_instant(at))


def _open_request(node: Node, transaction: Transaction, name: str, at: Instant) -> RequestRow:
    row = find_request(transaction, name)
    if row.ours or row.owner != node.party:
        raise RefusedHere(f"request {row.id[:12]} is not put to {node.party}: {row.owner} answers it")
    if state_at(row, at) in ("expired", "revoked"):
        raise RefusedHere(f"request {row.id[:12]} is {state_at(row, at)}; a new one is needed")
    if row.state in ("granted", "confirmed"):
        raise RefusedHere(
            f"request {row.id[:12]} is {row.state} already", hint="comity consent revoke takes it back"
        )
    return row


def answer_request(
    node: Node,
    transaction: Transaction,
    row: RequestRow,
    statement: Statement,
    word: str,
    state: str,
    about: str,
    at: Instant,
) -> RequestRow:
    """Sign an answer, keep it, enter it and send it back the way the request came; give the request as it is then."""
    knowledge = node.know(transaction)
    signed = sign(node, transaction, statement, at)
    digest = keep_signed(transaction, word, about, signed, by=node.party, at=at).digest
    reached = after(REQUEST, row.state, state)
    changed = msgspec.structs.replace(row, state=reached, answer=digest if state != "revoked" else row.answer)
    transaction.put_request(changed)
    record.enter(node, transaction, word, channel=row.via, act=digest, detail=signed.payload, at=at)
    cards = (own_card(knowledge),)
    send_act(node, transaction, statements.pack(signed), to=row.asker, about=row.item, at=at, cards=cards)
    node.forget()
    return changed


def request_row(request: ConsentRequest, digest: str, *, ours: bool, via: str) -> RequestRow:
    """Give the row that keeps a request."""
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
        grounds=request.grounds,
        confirms=request.confirms,
    )
