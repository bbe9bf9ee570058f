"""Taking words back: a withdrawal follows the disclosures actually made, over any number of hops.

Each holder erases what it holds, or says why not, and signs its answer (`withdrawal_answers.py`). What was made from a
withdrawn item is shown `source-withdrawn` and waits for a person. A *correction* names the item in its place
(`correct.py`); an *erasure* is made on behalf of a person whose data the item holds, and empties the originator's own
home too. Only a legal hold keeps a withdrawn item, and it passes to nobody.
"""

from collections.abc import Sequence

import msgspec

from comity import signing
from comity.clock import Instant, format_instant
from comity.errors import BadInput, RefusedHere
from comity.federation import statements
from comity.federation.statements import Review, Withdrawal
from comity.node import record
from comity.node.acts_known import sources_of
from comity.node.arrival import Arrival
from comity.node.erase import erase
from comity.node.node import Node
from comity.node.pass_on_correction import pass_on_correction
from comity.node.questions import check_not_blank, find_item
from comity.node.signed_statements import keep_signed
from comity.node.unsent import send_or_keep
from comity.node.withdrawal_answers import (
    Branch,
    answer,
    answers_tree,
    came_from,
    made_from,
    recipients,
)
from comity.ports import ItemRow, StatementRow, Transaction
from comity.signing import from_bytes

__all__ = [
    "Branch",
    "answers_tree",
    "recipients",
    "release",
    "review",
    "take_withdrawal",
    "withdraw",
]


def withdraw(
    node: Node,
    transaction: Transaction,
    item: str,
    *,
    reason: str = "",
    mode: str = "",
    replaced_by: str = "",
) -> StatementRow:
    """Take an item of one's own back from everyone who holds it.

    Args:
        mode: empty, `correct` or `erase` (on behalf of a person whose data it holds; erased here as well).
        replaced_by: for a correction, the corrected item.

    Raises:
        NotFound: no such item.
        RefusedHere: it is another Party's, or withdrawn already; an erasure, and it is on legal hold here.
    """
    at = node.now(transaction)
    row = find_item(transaction, item)
    check_not_blank(reason)
    if row.originator != node.party:
        raise RefusedHere(
            f"item {row.digest[:12]} is of {row.originator}: only its originator withdraws it",
            hint=f"comity redress ask {row.digest[:12]} --asks erase --why TEXT",
        )
    if transaction.statements("withdrawal", row.digest):
        raise RefusedHere(f"item {row.digest[:12]} is withdrawn already")
    statement = Withdrawal(
        by=node.party,
        at=format_instant(at),
        item=row.digest,
        reason=reason,
        mode=mode,
        replaced_by=replaced_by,
    )
    knowledge = node.know(transaction)
    signed = statements.make(statement, node.keyring.signer(knowledge.own.card, "disclosure", at))
    kept = _keep(transaction, "withdrawal", row.digest, signed, at)
    record.enter(node, transaction, "withdrawal", channel="", act=kept.digest, detail=signed.payload, at=at)
    changed = msgspec.structs.replace(row, state="withdrawn")
    transaction.put_item(changed)
    if mode == "erase":
        erase(node, transaction, changed, "erased", because=kept.digest, channel="", at=at)
    _mark_made_from(transaction, row.digest)
    node.forget()
    _pass_on(node, transaction, kept, row.digest, at)
    return kept


def take_withdrawal(arrival: Arrival, statement: Withdrawal) -> None:
    """Carry out a withdrawal that came in, answer for what is held here, and pass it to those it went on to."""
    node, transaction, at = arrival.node, arrival.transaction, arrival.at
    row = transaction.item(statement.item)
    kept = transaction.statement(arrival.digest)
    assert kept is not None  # take_act keeps an act before it is carried out
    hand = arrival.sender if row is None else came_from(transaction, row, arrival.sender)
    if row is not None and row.state != "known" and transaction.holdings(row.digest):
        _carry_out(node, transaction, row, kept, hand, at)
    else:
        apart = transaction.purge_letters(statement.item, statement.by)
        if apart or row is None:
            answer(
                node,
                transaction,
                kept,
                statement.item,
                "done" if apart else "cannot",
                came_from=hand,
                at=at,
                because="it was kept apart and is destroyed" if apart else "not known here",
            )
    if row is None:
        return
    for made in _mark_made_from(transaction, row.digest):
        because = "made from it; a person decides"
        answer(
            node,
            transaction,
            kept,
            made.digest,
            "source-withdrawn",
            came_from=hand,
            at=at,
            because=because,
        )
    node.forget()
    _pass_on(node, transaction, kept, row.digest, at)
    if statement.replaced_by:
        pass_on_correction(node, transaction, statement.replaced_by)


def review(node: Node, transaction: Transaction, item: str, *, keep: bool, because: str) -> ItemRow:
    """Decide what becomes of an item whose source was withdrawn, and answer the originators who wait.

    Args:
        keep: it may still be used (what is owed to others still is); otherwise it is erased.

    Raises:
        RefusedHere: nothing of it waits; or it is to be erased and is on legal hold.
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
    digest = statements.digest_of(signed)
    until = ""
    if keep:
        _keep(transaction, "review", row.digest, signed, at)
        transaction.put_item(msgspec.structs.replace(row, state="held"))
    else:
        until = erase(
            node, transaction, row, "erased", because=digest, channel="", at=at, label=row.label
        ).backups_until
    record.enter(
        node, transaction, f"review-{decision}", channel="", act=digest, detail=signed.payload, at=at
    )
    node.forget()
    for source, withdrawal in _withdrawals_of(transaction, sources_of(transaction, row.digest)):
        if withdrawal.by != node.party:
            word = "retained" if keep else "done"
            hand = came_from(transaction, source, withdrawal.by)
            answer(
                node,
                transaction,
                withdrawal,
                row.digest,
                word,
                came_from=hand,
                at=at,
                because=because,
                backups_until=until,
            )
    return find_item(transaction, row.digest)


def release(node: Node, transaction: Transaction, item: str, *, because: str) -> ItemRow:
    """Release an item from legal hold; what was withdrawn meanwhile is erased now, and its originator hears so.

    Raises:
        BadInput: no reason is given.
        RefusedHere: it is not on hold.
    """
    at = node.now(transaction)
    row = find_item(transaction, item)
    if not because.strip():
        raise BadInput("a release needs its reason: --because TEXT")
    if not row.on_hold:
        raise RefusedHere(f"item {row.digest[:12]} is not on hold")
    released = msgspec.structs.replace(row, on_hold="")
    transaction.put_item(released)
    record.enter(
        node, transaction, "legal-hold-released", channel="", act=row.digest, detail=because.encode(), at=at
    )
    if row.state == "retained":
        for _, withdrawal in _withdrawals_of(transaction, [row.digest]):
            hand = came_from(transaction, row, withdrawal.by)
            _carry_out(node, transaction, released, withdrawal, hand, at)
    return find_item(transaction, row.digest)


def _carry_out(
    node: Node, transaction: Transaction, row: ItemRow, withdrawal: StatementRow, hand: str, at: Instant
) -> None:
    """Erase a withdrawn item that is held here, or keep it for the law, and answer which."""
    word, because, until = "done", "", ""
    if row.on_hold:
        word, because = "retained", f"legal hold: {row.on_hold}"
        transaction.put_item(msgspec.structs.replace(row, state="retained"))
    elif row.state == "erased":
        transaction.purge_letters(row.digest, row.originator)  # it may have come again, and been set aside
        because = "it had been erased before"
    else:
        said = statements.read(from_bytes(withdrawal.signed), Withdrawal)
        label = row.label if said.mode != "erase" else ""
        done = erase(
            node,
            transaction,
            row,
            "erased",
            because=withdrawal.digest,
            channel=hand,
            at=at,
            label=label,
            forgotten=said.mode == "erase",
        )
        until = done.backups_until
    answer(
        node,
        transaction,
        withdrawal,
        row.digest,
        word,
        came_from=hand,
        at=at,
        because=because,
        backups_until=until,
    )


def _pass_on(node: Node, transaction: Transaction, kept: StatementRow, item: str, at: Instant) -> None:
    """Send a withdrawal to everyone who got the item, or something made from it, from here.

    Who cannot be reached now keeps nobody else from hearing of it, and hears later (`unsent.py`).
    """
    for party in recipients(transaction, item):
        send_or_keep(node, transaction, kept, to=party, about=item, at=at)


def _mark_made_from(transaction: Transaction, source: str) -> list[ItemRow]:
    """Show everything made from a source as `source-withdrawn`; give what changed."""
    changed: list[ItemRow] = []
    for row in made_from(transaction, source):
        if row.state == "held":
            marked = msgspec.structs.replace(row, state="source-withdrawn")
            transaction.put_item(marked)
            changed.append(marked)
    return changed


def _withdrawals_of(
    transaction: Transaction, items: Sequence[str] | set[str]
) -> list[tuple[ItemRow, StatementRow]]:
    """Give the withdrawals of items by their originators, each with its item."""
    rows = ((transaction.item(item), transaction.statements("withdrawal", item)) for item in sorted(items))
    return [
        (row, each) for row, found in rows if row is not None for each in found if each.by == row.originator
    ]


def _keep(
    transaction: Transaction, word: str, about: str, signed: signing.Signed, at: Instant
) -> StatementRow:
    statement = statements.read(signed, statements.KINDS[word])
    return keep_signed(transaction, word, about, signed, by=statement.by, at=at)
