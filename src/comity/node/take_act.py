"""A signed act that came in: checked, kept, acted on; or, where it is for another, sent on its way.

The peer whose envelope brought an act vouches for the cards beside it, as each hand vouches for the hand before.
"""

from collections.abc import Callable

from comity import signing
from comity.clock import Instant
from comity.errors import ForeignInput, VerificationFailed
from comity.federation import statements
from comity.federation.card_book import CardBook
from comity.federation.messages import Act
from comity.federation.statements import (
    ClosingAgreed,
    ClosingAnswer,
    ClosingStatement,
    ConsentConfirmed,
    ConsentGranted,
    ConsentRefused,
    ConsentRequest,
    ConsentRevoked,
    ExitDuty,
    Manifest,
    MatterEvent,
    NecessityNotice,
    NecessityReview,
    Protest,
    Statement,
    SubjectAnswer,
    SubjectRequest,
    Withdrawal,
    WithdrawalAnswer,
)
from comity.node.arrival import Arrival
from comity.node.introduce import keep_vouched
from comity.node.node import Node
from comity.node.redress import hand_after
from comity.node.routes import send_act
from comity.node.take_closing import take_closing, take_exit_duty
from comity.node.take_consent import take_answer, take_confirmation, take_request, take_revocation
from comity.node.take_matter import check_direct, matter_named, take_event
from comity.node.verdict import Verdict
from comity.node.withdraw import take_withdrawal
from comity.ports import StatementRow, Transaction


def take_act(node: Node, transaction: Transaction, sender: str, message: Act, *, at: Instant) -> Verdict:
    """Check an act, keep it, and act on it or send it on.

    Raises:
        ForeignInput: it is not well formed, or of a kind that does not travel by itself.
        VerificationFailed: the Party it names did not sign it.
    """
    signed = statements.unpack(message.statement)
    word = statements.word_in(signed)
    if word not in _ACTS:
        raise ForeignInput(f"a statement of kind `{word}` does not travel by itself")
    knowledge = node.know(transaction)
    offered = (text.encode() for text in message.cards)
    book = CardBook(knowledge.cards.all(), offered, knowledge.pins)
    book.vouch_all()
    kind, about_of, take = _ACTS[word]
    statement = statements.check(signed, kind, book.keys)
    digest = statements.digest_of(signed)
    arrival = Arrival(node, transaction, sender, digest, at)
    if isinstance(statement, MatterEvent):
        check_direct(arrival, statement, message.to)
        about = matter_named(digest, statement)
    else:
        about = about_of(statement)
    _check_entitled(transaction, statement)

    vouched = [card for card in book.vouched if card.party == statement.by]
    if vouched:  # cards of others prove nothing about this act, and would only pile up
        keep_vouched(transaction, vouched, at)
        node.forget()
    if message.to != node.party:
        if word in _OF_REQUESTS:
            take(arrival, statement)
        send_act(
            node,
            transaction,
            message.statement,
            to=message.to,
            about=message.about,
            at=at,
            cards=message.cards,
            back_through=hand_after(statement, node.party),
        )
        return Verdict("accepted", about=message.about, detail=signed.payload)
    new = transaction.put_statement(
        StatementRow(
            digest=digest,
            kind=word,
            by=statement.by,
            about=about,
            signed=signing.to_bytes(signed),
            known_at=at,
        )
    )
    if new:
        if not isinstance(statement, MatterEvent):  # what the gate answers does not depend on it
            node.forget()
        take(arrival, statement)
    return Verdict("accepted", about=message.about, detail=signed.payload)


def _check_entitled(transaction: Transaction, statement: Statement) -> None:
    """Only the originator withdraws an item or answers for it, and only its giver takes a consent back or confirms it.

    Raises:
        VerificationFailed: somebody else tries to.
    """
    if isinstance(statement, Withdrawal):
        row = transaction.item(statement.item)
        if row is not None:
            originator = statements.read(signing.from_bytes(row.manifest), Manifest).by
            if originator != statement.by:
                raise VerificationFailed(f"{statement.by} withdraws an item of {originator}")
    if isinstance(statement, ConsentRevoked | ConsentConfirmed):
        consent = transaction.statement(statement.consent)
        if consent is not None and consent.by != statement.by:
            raise VerificationFailed(f"{statement.by} speaks for {consent.by} about its consent")
    if isinstance(statement, SubjectAnswer):
        request = transaction.statement(statement.request)
        if request is not None:
            put_to = statements.read(signing.from_bytes(request.signed), SubjectRequest).of
            if put_to != statement.by:
                raise VerificationFailed(f"{statement.by} answers a request that was put to {put_to}")


#: Acts that are noted also where they only go through: the way back for an answer, and that it has come.
_OF_REQUESTS = ("consent-request", "consent", "consent-refusal", "consent-confirmation")


def _only_kept(arrival: Arrival, statement: Statement) -> None:
    """Nothing more is to be done with it than to keep it and show it."""


#: word -> type, what it is about, what is done with it
_ACTS: dict[str, tuple[type[Statement], Callable[..., str], Callable[..., None]]] = {
    "consent-request": (ConsentRequest, lambda s: s.item, take_request),
    "consent": (ConsentGranted, lambda s: s.item, take_answer),
    "consent-refusal": (ConsentRefused, lambda s: s.request, take_answer),
    "consent-revocation": (ConsentRevoked, lambda s: s.consent, take_revocation),
    "consent-confirmation": (ConsentConfirmed, lambda s: s.consent, take_confirmation),
    "withdrawal": (Withdrawal, lambda s: s.item, take_withdrawal),
    "withdrawal-answer": (WithdrawalAnswer, lambda s: s.withdrawal, _only_kept),
    "protest": (Protest, lambda s: s.item, _only_kept),
    "matter": (MatterEvent, lambda s: s.matter, take_event),
    "necessity-notice": (NecessityNotice, lambda s: s.item, _only_kept),
    "necessity-review": (NecessityReview, lambda s: s.notice, _only_kept),
    "subject-request": (SubjectRequest, lambda s: s.item, _only_kept),
    "subject-answer": (SubjectAnswer, lambda s: s.request, _only_kept),
    "closing-answer": (ClosingAnswer, lambda s: s.digest, take_closing),
    "exit-duty": (ExitDuty, lambda s: s.item, take_exit_duty),
    "closing": (ClosingStatement, lambda s: s.digest, take_closing),
    "closing-agreed": (ClosingAgreed, lambda s: s.digest, take_closing),
}
