"""Taking words back: a withdrawal follows the disclosures actually made, over any number of hops.

Each holder erases what it holds, or says why not, and signs its answer; answers travel back the way the item came and
form a tree at the originator. What was made from a withdrawn item is shown `source-withdrawn` and waits for a person.
"""

import msgspec

from comity import signing
from comity.clock import Instant, format_instant
from comity.errors import BadInput, RefusedHere
from comity.federation import statements
from comity.federation.statements import Review, Withdrawal, WithdrawalAnswer
from comity.node import record
from comity.node.arrival import Arrival
from comity.node.node import Node, own_card
from comity.node.questions import find_item
from comity.node.routes import send_act
from comity.ports import ItemRow, StatementRow, Transaction
from comity.signing import from_bytes


class Branch(msgspec.Struct, frozen=True):
    """One holder's answers in the tree, and those of the hands it passed the item to."""

    party: str
    answers: tuple[WithdrawalAnswer, ...]
    below: tuple["Branch", ...]


def withdraw(node: Node, transaction: Transaction, item: str, *, reason: str = "") -> StatementRow:
    """Take an item of one's own back from everyone who holds it.

    Raises:
        NotFound: no such item.
        RefusedHere: it is another Party's, or withdrawn already.
    """
    at = node.now(transaction)
    row = find_item(transaction, item)
    if row.originator != node.party:
        raise RefusedHere(
            f"item {row.digest[:12]} is of {row.originator}: only its originator withdraws it",
            hint="rule 7 third party",
        )
    if transaction.statements("withdrawal", row.digest):
        raise RefusedHere(f"item {row.digest[:12]} is withdrawn already")
    statement = Withdrawal(by=node.party, at=format_instant(at), item=row.digest, reason=reason)
    knowledge = node.know(transaction)
    signed = statements.make(statement, node.keyring.signer(knowledge.own.card, "disclosure", at))
    kept = _keep(transaction, "withdrawal", row.digest, signed, at)
    record.enter(node, transaction, "withdrawal", channel="", act=kept.digest, detail=signed.payload, at=at)
    transaction.put_item(msgspec.structs.replace(row, state="withdrawn"))
    _mark_made_from(transaction, row.digest)
    node.forget()
    _pass_on(node, transaction, signed, row.digest, at)
    return kept


def take_withdrawal(arrival: Arrival, statement: Withdrawal) -> None:
    """Carry out a withdrawal that came in, answer for what is held here, and pass it to those it went on to."""
    node, transaction, at = arrival.node, arrival.transaction, arrival.at
    row = transaction.item(statement.item)
    if row is None:
        _answer(arrival, statement, statement.item, "cannot", because="not known here")
        return
    if transaction.holdings(row.digest) and row.state in ("held", "source-withdrawn"):
        gone = transaction.erase_body(row.digest)
        until = format_instant(gone) if gone is not None else ""
        transaction.put_item(msgspec.structs.replace(row, state="erased"))
        detail = arrival.digest.encode()
        record.enter(
            node, transaction, "erased", channel=arrival.sender, act=row.digest, detail=detail, at=at
        )
        _answer(arrival, statement, row.digest, "done", backups_until=until)
    for made in _mark_made_from(transaction, row.digest):
        _answer(arrival, statement, made.digest, "source-withdrawn", because="made from it; a person decides")
    node.forget()
    kept = transaction.statement(arrival.digest)
    if kept is not None:
        _pass_on(node, transaction, from_bytes(kept.signed), row.digest, at)


def review(node: Node, transaction: Transaction, item: str, *, keep: bool, because: str) -> ItemRow:
    """Decide what becomes of an item whose source was withdrawn, and answer the originators who wait.

    Args:
        keep: it may still be used (what is owed to others still is); otherwise it is erased.
    """
    at = node.now(transaction)
    row = find_item(transaction, item)
    if row.state != "source-withdrawn":
        raise RefusedHere(f"item {row.digest[:12]} is {row.state}: nothing of it waits for a decision")
    if not because.strip():
        raise BadInput("a decision needs its reason: --because TEXT")
    knowledge = node.know(transaction)
    decision = "keep" if keep else "erase"
    statement = Review(
        by=node.party, at=format_instant(at), item=row.digest, decision=decision, because=because
    )
    signed = statements.make(statement, node.keyring.signer(knowledge.own.card, "disclosure", at))
    if keep:
        _keep(transaction, "review", row.digest, signed, at)
    record.enter(
        node,
        transaction,
        f"review-{decision}",
        channel="",
        act=statements.digest_of(signed),
        detail=signed.payload,
        at=at,
    )
    gone = None if keep else transaction.erase_body(row.digest)
    changed = msgspec.structs.replace(row, state="held" if keep else "erased")
    transaction.put_item(changed)
    node.forget()
    for source in _sources(transaction, row):
        for withdrawal in transaction.statements("withdrawal", source):
            if withdrawal.by != node.party:
                _answer(
                    Arrival(node, transaction, _came_from(transaction, row), withdrawal.digest, at),
                    statements.read(from_bytes(withdrawal.signed), Withdrawal),
                    row.digest,
                    "retained" if keep else "done",
                    because=because,
                    backups_until=format_instant(gone) if gone is not None else "",
                )
    return changed


def answers_tree(transaction: Transaction, withdrawal: str, root: str) -> Branch:
    """Give the answers to a withdrawal as a tree along the hops, the originator at its root."""
    answers = [
        statements.read(from_bytes(row.signed), WithdrawalAnswer)
        for row in transaction.statements("withdrawal-answer", withdrawal)
    ]
    return _branch(root, answers, frozenset())


def recipients(transaction: Transaction, item: str) -> dict[str, str]:
    """Give to whom an item, or something made from it, was passed from here: Party -> what it got."""
    found: dict[str, str] = {}
    for digest in (item, *(row.digest for row in _made_from(transaction, item))):
        for disclosure in transaction.disclosures(digest):
            found.setdefault(disclosure.to, digest)
    return found


def _branch(party: str, answers: list[WithdrawalAnswer], above: frozenset[str]) -> Branch:
    latest = {answer.item: answer for answer in answers if answer.by == party}
    hands = dict.fromkeys(
        answer.by for answer in answers if answer.received_from == party and answer.by not in above | {party}
    )
    return Branch(
        party, tuple(latest.values()), tuple(_branch(hand, answers, above | {party}) for hand in hands)
    )


def _pass_on(node: Node, transaction: Transaction, signed: signing.Signed, item: str, at: Instant) -> None:
    """Send a withdrawal to everyone who got the item, or something made from it, from here."""
    knowledge = node.know(transaction)
    originator = transaction.item(item)
    cards = [own_card(knowledge)]
    card = knowledge.cards.newest(originator.originator) if originator is not None else None
    if card is not None and card.party != node.party:
        cards.append(card.signed.decode())
    for party in recipients(transaction, item):
        send_act(node, transaction, statements.pack(signed), to=party, about=item, at=at, cards=cards)


def _answer(
    arrival: Arrival,
    withdrawal: Withdrawal,
    item: str,
    answer: str,
    *,
    because: str = "",
    backups_until: str = "",
) -> None:
    """Sign one answer and send it back towards the originator."""
    node, transaction, at = arrival.node, arrival.transaction, arrival.at
    statement = WithdrawalAnswer(
        by=node.party,
        at=format_instant(at),
        withdrawal=arrival.digest,
        item=item,
        answer=answer,
        received_from=arrival.sender,
        because=because,
        backups_until=backups_until,
    )
    knowledge = node.know(transaction)
    signed = statements.make(statement, node.keyring.signer(knowledge.own.card, "disclosure", at))
    _keep(transaction, "withdrawal-answer", arrival.digest, signed, at)
    about = withdrawal.item if transaction.item(withdrawal.item) is not None else item
    send_act(
        node,
        transaction,
        statements.pack(signed),
        to=withdrawal.by,
        about=about,
        at=at,
        cards=(own_card(knowledge),),
    )


def _mark_made_from(transaction: Transaction, source: str) -> list[ItemRow]:
    """Show everything made from a source as `source-withdrawn`; give what changed."""
    changed: list[ItemRow] = []
    for row in _made_from(transaction, source):
        if row.state == "held":
            marked = msgspec.structs.replace(row, state="source-withdrawn")
            transaction.put_item(marked)
            changed.append(marked)
    return changed


def _made_from(transaction: Transaction, source: str) -> list[ItemRow]:
    """Give everything made from a source, directly or not."""
    found: dict[str, ItemRow] = {}
    waiting = list(transaction.made_from(source))
    while waiting:
        digest = waiting.pop()
        row = transaction.item(digest)
        if row is not None and digest not in found:
            found[digest] = row
            waiting.extend(transaction.made_from(digest))
    return list(found.values())


def _sources(transaction: Transaction, row: ItemRow) -> set[str]:
    """Give every source of an item, direct or not."""
    found: set[str] = set()
    waiting = list(row.made_from)
    while waiting:
        digest = waiting.pop()
        if digest not in found:
            found.add(digest)
            source = transaction.item(digest)
            waiting.extend(source.made_from if source is not None else ())
    return found


def _came_from(transaction: Transaction, row: ItemRow) -> str:
    return next((holding.received_from for holding in transaction.holdings(row.digest)), "") or row.originator


def _keep(
    transaction: Transaction, word: str, about: str, signed: signing.Signed, at: Instant
) -> StatementRow:
    statement = statements.read(signed, statements.KINDS[word])
    row = StatementRow(
        digest=statements.digest_of(signed),
        kind=word,
        by=statement.by,
        about=about,
        signed=signing.to_bytes(signed),
        known_at=at,
    )
    transaction.put_statement(row)
    return row
