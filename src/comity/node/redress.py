"""A data subject's request: put to any holder, decided by the originator, carried out by every holder.

A person may turn to whichever Party they know of (`protection`, `redress = "any-party"`; Regulation (EU) 2016/679,
art. 12, 16, 17 and 26(3); Directive (EU) 2016/680, art. 16). That Party sends the request up the custody to the item's
originator; an officer there grants it, by an erasure or a correction that follows the hops to every holder, or refuses
it with a reason. Either way the answer comes back to the Party that was asked. Who the person is stays where they
asked: the request names the item and says why.
"""

from datetime import timedelta

import msgspec

from comity.clock import Instant, format_instant, parse_instant
from comity.errors import BadInput, NotFound, RefusedHere
from comity.federation import statements
from comity.federation.statements import Statement, SubjectAnswer, SubjectRequest
from comity.node import record
from comity.node.correct import correct
from comity.node.node import Node
from comity.node.questions import find_item, gather, statements_of
from comity.node.signed_statements import keep_signed, sign
from comity.node.unsent import send_or_keep
from comity.node.withdraw import withdraw
from comity.ports import StatementRow, Transaction
from comity.signing import from_bytes

__all__ = ["ASKS", "Redress", "ask_redress", "grant_redress", "hand_after", "redresses", "refuse_redress"]

#: What may be asked for.
ASKS = ("erase", "correct")
#: A month to answer, as Regulation (EU) 2016/679, art. 12(3) gives.
_ANSWER_WITHIN = timedelta(days=30)


class Redress(msgspec.Struct, frozen=True):
    """A request as it is known here, and its answer."""

    digest: str
    said: SubjectRequest
    answer: SubjectAnswer | None

    def state_at(self, at: Instant) -> str:
        """Give `granted`, `refused`, `waiting` or `overdue`."""
        if self.answer is not None:
            return self.answer.answer
        return "waiting" if at <= parse_instant(self.said.answer_by) else "overdue"


def ask_redress(node: Node, transaction: Transaction, item: str, *, asks: str, why: str) -> Redress:
    """Send a person's request about an item that was received here to its originator.

    Args:
        asks: `erase` or `correct`.
        why: what is wrong with it, in words; who the person is does not belong there.

    Raises:
        NotFound: no such item.
        BadInput: it does not say why, or asks for something else.
        RefusedHere: the item is this Party's own, or the same was asked and is open.
    """
    at = node.now(transaction)
    row = find_item(transaction, item)
    mistakes = []
    if asks not in ASKS:
        mistakes.append(f"`{asks[:40]}` is not one of {', '.join(ASKS)}")
    if not why.strip():
        mistakes.append("a request needs its reason: --why TEXT")
    if mistakes:
        raise BadInput(*mistakes)
    if row.originator == node.party:
        raise RefusedHere(
            f"item {row.digest[:12]} is this Party's own: it decides by itself",
            hint=f"comity withdraw {row.digest[:12]} --erase",
        )
    for each in redresses(transaction):
        if (each.said.by, each.said.item, each.said.asks) == (
            node.party,
            row.digest,
            asks,
        ) and not each.answer:
            raise RefusedHere(f"request {each.digest[:12]} asks for that already")
    request = SubjectRequest(
        by=node.party,
        at=format_instant(at),
        of=row.originator,
        item=row.digest,
        asks=asks,
        why=why.strip(),
        answer_by=format_instant(at + _ANSWER_WITHIN),
        hands=_hands(node, transaction, row.digest),
    )
    kept = _say(node, transaction, "subject-request", row.digest, request, at)
    send_or_keep(node, transaction, kept, to=row.originator, about=row.digest, at=at)
    return Redress(kept.digest, request, None)


def grant_redress(
    node: Node, transaction: Transaction, name: str, *, replaced_by: str = "", because: str = ""
) -> Redress:
    """Grant a request: erase the item at every holder, or put a corrected one in its place.

    Args:
        replaced_by: for a correction, the corrected item.

    Raises:
        NotFound, RefusedHere: no such open request to this Party; or as `withdraw` and `correct`.
        BadInput: a correction without the item in its place, or an erasure with one.
    """
    found = _open(node, transaction, name)
    if (found.said.asks == "correct") != bool(replaced_by):
        raise BadInput(
            f"request {found.digest[:12]} asks to {found.said.asks}: a correction names the item in its place, "
            "an erasure none",
        )
    item, reason = found.said.item, because or f"request {found.digest[:12]}"
    if replaced_by:
        withdrawal, _ = correct(node, transaction, item, by=replaced_by, reason=reason)
    else:
        withdrawal = withdraw(node, transaction, item, reason=reason, mode="erase")
    return _answer(node, transaction, found, "granted", because, withdrawal.digest)


def refuse_redress(node: Node, transaction: Transaction, name: str, *, because: str) -> Redress:
    """Refuse a request, with the reason the person will read.

    Raises:
        NotFound, RefusedHere: no such open request to this Party.
        BadInput: no reason is given.
    """
    if not because.strip():
        raise BadInput("a refusal needs its reason: --because TEXT")
    return _answer(node, transaction, _open(node, transaction, name), "refused", because.strip(), "")


def redresses(transaction: Transaction) -> list[Redress]:
    """Give every request known here: put to this Party, or sent on by it, oldest first."""
    found = []
    for row in transaction.statements("subject-request"):
        said = statements.read(from_bytes(row.signed), SubjectRequest)
        answers = [
            statements.read(from_bytes(each.signed), SubjectAnswer)
            for each in transaction.statements("subject-answer", row.digest)
            if each.by == said.of
        ]
        found.append(Redress(row.digest, said, answers[0] if answers else None))
    return found


def hand_after(statement: Statement, party: str) -> str:
    """Give the hand to which an answer goes on from here: the next one down to the Party that asked."""
    hands = statement.hands if isinstance(statement, SubjectAnswer) else ()
    place = hands.index(party) + 1 if party in hands else len(hands)
    return hands[place] if place < len(hands) else ""


def _hands(node: Node, transaction: Transaction, item: str) -> tuple[str, ...]:
    """Give the hands an item came through to this Party, its originator first: the way an answer comes back."""
    row = transaction.item(item)
    assert row is not None  # it has just been found
    for holding in gather(transaction, row).holdings:
        hops = statements_of(transaction, holding)
        if hops:
            return (*(hop.by for hop in hops), node.party)
    return (row.originator, node.party)


def _open(node: Node, transaction: Transaction, name: str) -> Redress:
    found = [each for each in redresses(transaction) if each.digest.startswith(name)] if name else []
    if len(found) != 1:
        raise NotFound(f"`{name[:80]}` names no one request", hint="comity redress list shows them")
    (redress,) = found
    if redress.said.of != node.party:
        raise RefusedHere(f"request {redress.digest[:12]} is put to {redress.said.of}")
    if redress.answer is not None:
        raise RefusedHere(f"request {redress.digest[:12]} is {redress.answer.answer} already")
    return redress


def _answer(
    node: Node, transaction: Transaction, found: Redress, word: str, because: str, withdrawal: str
) -> Redress:
    at = node.now(transaction)
    said = found.said
    answer = SubjectAnswer(
        by=node.party,
        at=format_instant(at),
        request=found.digest,
        item=said.item,
        answer=word,
        because=because,
        withdrawal=withdrawal,
        hands=said.hands,
    )
    kept = _say(node, transaction, "subject-answer", found.digest, answer, at)
    send_or_keep(
        node,
        transaction,
        kept,
        to=said.by,
        about=said.item,
        at=at,
        back_through=hand_after(answer, node.party),
    )
    return Redress(found.digest, said, answer)


def _say(
    node: Node, transaction: Transaction, word: str, about: str, statement: Statement, at: Instant
) -> StatementRow:
    """Sign, keep and enter."""
    signed = sign(node, transaction, statement, at)
    row = keep_signed(transaction, word, about, signed, by=node.party, at=at)
    record.enter(node, transaction, word, channel="", act=row.digest, detail=signed.payload, at=at)
    return row
