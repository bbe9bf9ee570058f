"""Necessity: passing something on in imminent danger without the consent that is owed, or not at all.

Two officers approve, each named and each another person; the gate finds whether the text that made the obligation lifts
it (rule 10). Everyone upstream is told in the same transaction: if one of them cannot be reached by any way, nothing
leaves. Those told say within the clause's time what they think of it. Source: `specs/gate.md`, rule 10.
"""

from collections.abc import Iterable

import msgspec

from comity import signing
from comity.agreements.agreement import Agreement
from comity.agreements.clauses import Necessity
from comity.agreements.durations import Duration
from comity.clock import Instant, format_instant
from comity.decisions.decision import Decision
from comity.decisions.question import Question
from comity.errors import BadInput, NotFound, RefusedHere
from comity.federation import statements
from comity.federation.statements import NecessityNotice, NecessityReview
from comity.node import record
from comity.node.node import Node, own_card
from comity.node.routes import send_act
from comity.node.signed_statements import keep_signed, sign
from comity.ports import Transaction
from comity.signing import from_bytes

#: Until when it should be reviewed where the clause does not say.
_REVIEW_WITHIN = Duration(days=7)


class Emergency(msgspec.Struct, frozen=True):
    """Why something must pass at once, and who approved: officers by name, each a different one."""

    approved_by: tuple[str, ...]
    because: str


class Notice(msgspec.Struct, frozen=True):
    """An act of necessity as it is known here, and what was thought of it."""

    digest: str
    said: NecessityNotice
    reviews: tuple[NecessityReview, ...]

    def state_at(self, at: Instant) -> str:
        """Give `reviewed`, `waiting` or `overdue`."""
        if self.reviews:
            return "reviewed"
        return "waiting" if format_instant(at) <= self.said.review_by else "overdue"


def emergency(approved_by: Iterable[str], because: str) -> Emergency:
    """Read what an officer says of an emergency.

    Raises:
        BadInput: fewer than two officers, one named twice, or no reason.
    """
    officers = tuple(" ".join(name.split()) for name in approved_by)
    mistakes: list[str] = []
    if len(officers) < 2 or not all(officers):
        mistakes.append("necessity needs the names of two officers at least: --approved-by, once for each")
    if len({name.casefold() for name in officers}) != len(officers):
        mistakes.append("necessity needs different officers: one is named twice")
    if not because.strip():
        mistakes.append("necessity needs its reason: --because TEXT")
    if mistakes:
        raise BadInput(*mistakes)
    return Emergency(officers, because)


def notice_of(
    node: Node, transaction: Transaction, decision: Decision, said: Emergency, at: Instant
) -> signing.Signed | None:
    """Sign what everyone upstream is told, keep it and enter it; None where nothing had to be lifted."""
    used = tuple(dict.fromkeys(ground.ref for ground in decision.grounds if ground.rule == 10))
    if not used:
        return None
    knowledge = node.know(transaction)
    question = decision.question
    signed = sign(
        node,
        transaction,
        NecessityNotice(
            by=node.party,
            at=format_instant(at),
            item=question.disclose,
            to=question.to,
            purpose=question.purpose,
            approved_by=said.approved_by,
            because=said.because,
            grounds=used,
            review_by=format_instant(_review_by(knowledge.agreements.values(), question, used, at)),
        ),
        at,
    )
    digest = keep_signed(
        transaction, "necessity-notice", question.disclose, signed, by=node.party, at=at
    ).digest
    record.enter(
        node, transaction, "necessity", channel=question.to, act=digest, detail=signed.payload, at=at
    )
    return signed


def tell_everyone(
    node: Node, transaction: Transaction, decision: Decision, notice: signing.Signed, at: Instant
) -> tuple[str, ...]:
    """Owe the notice to everyone upstream; give to whom.

    Raises:
        RefusedHere: no way to one of them is known; the whole transaction is undone, and nothing leaves.
    """
    item = decision.question.disclose
    told = dict.fromkeys(
        each.to for each in decision.obligations if each.kind == "notice" and each.value == "necessity"
    )
    cards = (own_card(node.know(transaction)),)
    for party in told:
        send_act(node, transaction, statements.pack(notice), to=party, about=item, at=at, cards=cards)
    return tuple(told)


def review_necessity(
    node: Node, transaction: Transaction, name: str, *, accept: bool, because: str
) -> NecessityReview:
    """Say what this Party thinks of a necessity it was told of, and let its author know.

    Raises:
        NotFound: no such notice.
        RefusedHere: it is this Party's own, or was reviewed here already.
    """
    at = node.now(transaction)
    found = [each for each in necessities(transaction) if each.digest.startswith(name)] if name else []
    if len(found) != 1:
        raise NotFound(f"`{name[:80]}` names no one notice", hint="comity necessity list shows them")
    (notice,) = found
    if notice.said.by == node.party:
        raise RefusedHere("this Party passed it on itself: those upstream review it")
    if any(each.by == node.party for each in notice.reviews):
        raise RefusedHere(f"notice {notice.digest[:12]} was reviewed here already")
    if not accept and not because.strip():
        raise BadInput("what is contested needs its reason: --because TEXT")
    said = NecessityReview(
        by=node.party,
        at=format_instant(at),
        notice=notice.digest,
        verdict="accepted" if accept else "contested",
        because=because,
    )
    knowledge = node.know(transaction)
    signed = sign(node, transaction, said, at)
    digest = keep_signed(transaction, "necessity-review", notice.digest, signed, by=node.party, at=at).digest
    record.enter(node, transaction, "necessity-review", channel="", act=digest, detail=signed.payload, at=at)
    text, cards = statements.pack(signed), (own_card(knowledge),)
    send_act(node, transaction, text, to=notice.said.by, about=notice.said.item, at=at, cards=cards)
    return said


def necessities(transaction: Transaction) -> list[Notice]:
    """Give every act of necessity known here, oldest first: one's own, and those this Party was told of."""
    return [
        Notice(
            row.digest,
            statements.read(from_bytes(row.signed), NecessityNotice),
            tuple(
                statements.read(from_bytes(each.signed), NecessityReview)
                for each in transaction.statements("necessity-review", row.digest)
            ),
        )
        for row in transaction.statements("necessity-notice")
    ]


def _review_by(
    agreements: Iterable[Agreement], question: Question, used: tuple[str, ...], at: Instant
) -> Instant:
    """Give the earliest day by which the clauses that were used, here or as hops carry them, want it reviewed."""
    here = {
        str(clause.ref): clause.review_within for agreement in agreements for clause in _clauses(agreement)
    }
    carried = {
        hop.terms.necessity.article: hop.terms.necessity.review_within
        for item in question.items.values()
        for hop in item.hops
        if hop.terms is not None and hop.terms.necessity is not None
    }
    wanted = {**carried, **here}
    return min((wanted.get(ref) or _REVIEW_WITHIN).end_after(at) for ref in used)


def _clauses(agreement: Agreement) -> list[Necessity]:
    """Give the necessity clauses of a text and its protocols."""
    protocols = (each for protocol in agreement.protocols for each in protocol.clauses)
    return [clause for clause in (*agreement.clauses, *protocols) if isinstance(clause, Necessity)]
