"""What is kept and sent at an agreement's end: answers, duties passed on, and which items are still open.

An item that passed under an agreement is open until its holder has answered and, where it was handed on from here and
did not stay, until everyone who had it from here has. That is worked out here, whenever an answer is kept, so that
tables and counts need only be read.
"""

from collections.abc import Collection, Iterable

import msgspec

from comity.clock import Instant, format_instant
from comity.federation.closing_file import Closed, Newest, account_of
from comity.federation.statements import (
    ClosedItem,
    ClosingAgreed,
    ClosingAnswer,
    ClosingStatement,
    ExitDuty,
    Statement,
)
from comity.node import record
from comity.node.node import Node
from comity.node.signed_statements import keep_signed, sign
from comity.node.unsent import send_or_keep
from comity.ports import AnswerRow, Passing, StatementRow, Transaction


def note_passed(
    node: Node, transaction: Transaction, agreement: str, peer: str, giver: str, item: str
) -> None:
    """Note that an item has passed under an agreement and arrived; open, unless it has been answered already."""
    passing = Passing(agreement=agreement, peer=peer, giver=giver, item=item)
    held = node.know(transaction).agreements.get(agreement)
    is_open = held is None or _is_open(node, transaction, passing, held.digest)
    transaction.put_passing(msgspec.structs.replace(passing, open=is_open))


def keep_answers(node: Node, transaction: Transaction, said: ClosingAnswer) -> None:
    """Keep what a signed answer says, item by item, and find out what is still open."""
    for each in said.items:
        transaction.put_answer(
            AnswerRow(
                digest=said.digest,
                giver=said.to,
                holder=said.by,
                item=each.item,
                at=said.at,
                duty=each.duty,
                ground=each.ground,
                answer=each.answer,
                because=each.because,
                backups_until=each.backups_until,
            )
        )
        for passing in transaction.passings_of(said.agreement, each.item):
            is_open = _is_open(node, transaction, passing, said.digest)
            if is_open != passing.open:
                transaction.put_passing(msgspec.structs.replace(passing, open=is_open))
    peer = said.by if said.to == node.party else said.to
    if transaction.account_kept(
        said.digest, peer
    ):  # signed once: who signed what is asked of the account as it is
        keep_account(node, transaction, said.digest, peer)


def _is_open(node: Node, transaction: Transaction, passing: Passing, digest: str) -> bool:
    holder = passing.peer if passing.giver == node.party else node.party
    done = transaction.answer(digest, passing.giver, holder, passing.item)
    if done is None:
        return True
    onward = onward_answers(node, transaction, digest, passing.giver, passing.item, done.answer)
    return not all(onward.values()) if holder == node.party else False


def onward_answers(
    node: Node, transaction: Transaction, digest: str, giver: str, item: str, answer: str
) -> dict[str, str]:
    """Give what those answered that had an item from here and were told its duty; empty words for no answer yet."""
    if answer == "retained" or not _told(node, transaction, item):
        return {}
    found = {}
    for to in sorted({each.to for each in transaction.disclosures(item)} - {giver}):
        said = transaction.answer(digest, node.party, to, item)
        found[to] = said.answer if said is not None else ""
    return found


def _told(node: Node, transaction: Transaction, item: str) -> bool:
    """Tell whether the duty about an item was sent after it."""
    return any(row.by == node.party for row in transaction.statements("exit-duty", item))


def account_between(node: Node, transaction: Transaction, digest: str, peer: str) -> Closed:
    """Give the account with a Party, as the answers kept here make it."""
    newest: Newest = {
        (giver, holder, row.item): ClosedItem(
            item=row.item,
            duty=row.duty,
            ground=row.ground,
            answer=row.answer,
            because=row.because,
            backups_until=row.backups_until,
        )
        for giver, holder in ((node.party, peer), (peer, node.party))
        for row in transaction.answers(digest, giver, holder)
    }
    return account_of(newest, (node.party, peer))


def keep_account(node: Node, transaction: Transaction, digest: str, peer: str) -> Closed:
    """Keep the digest over the account as it is now, and give the account."""
    closed = account_between(node, transaction, digest, peer)
    transaction.put_account(digest, peer, closed.lines)
    return closed


def tell_onward(
    node: Node,
    transaction: Transaction,
    item: str,
    agreement: str,
    digest: str,
    duty: str,
    grounds: tuple[str, ...],
    but: Collection[str],
    at: Instant,
) -> None:
    """Send the duty after an item to everyone who had it from here."""
    to = sorted({each.to for each in transaction.disclosures(item)} - {*but, node.party})
    if not to:
        return
    said = ExitDuty(
        by=node.party,
        at=format_instant(at),
        item=item,
        agreement=agreement,
        digest=digest,
        duty=duty,
        grounds=grounds,
    )
    row = keep(node, transaction, "exit-duty", item, said, at)
    for party in to:
        record.enter(
            node, transaction, "exit-duty", channel=party, act=row.digest, detail=row.digest.encode(), at=at
        )
        send_or_keep(node, transaction, row, to=party, about=item, at=at)


def answer(
    node: Node,
    transaction: Transaction,
    agreement: str,
    digest: str,
    peer: str,
    items: Iterable[ClosedItem],
    at: Instant,
) -> None:
    """Answer the giver, item by item."""
    said = ClosingAnswer(
        by=node.party,
        at=format_instant(at),
        agreement=agreement,
        digest=digest,
        to=peer,
        items=tuple(items),
    )
    keep_and_send(node, transaction, "closing-answer", digest, said, peer, at)
    keep_answers(node, transaction, said)


def proposed_by(transaction: Transaction, digest: str, party: str) -> StatementRow | None:
    """Give the closing statement a Party signed last: an answer that came later makes another account."""
    rows = [row for row in transaction.statements("closing", digest) if row.by == party]
    return rows[-1] if rows else None


def countersign(
    node: Node, transaction: Transaction, closing: str, signed: ClosingStatement, peer: str, at: Instant
) -> None:
    """Countersign the other Party's closing statement, which comes to the account here."""
    said = ClosingAgreed(
        by=node.party,
        at=format_instant(at),
        closing=closing,
        agreement=signed.agreement,
        digest=signed.digest,
        lines=signed.lines,
    )
    keep_and_send(node, transaction, "closing-agreed", signed.digest, said, peer, at)


def keep(
    node: Node, transaction: Transaction, word: str, about: str, said: Statement, at: Instant
) -> StatementRow:
    """Sign a statement and keep it."""
    signed = sign(node, transaction, said, at)
    return keep_signed(transaction, word, about, signed, by=node.party, at=at)


def keep_and_send(
    node: Node, transaction: Transaction, word: str, about: str, said: Statement, to: str, at: Instant
) -> StatementRow:
    """Sign a statement, keep it, enter it and send it."""
    row = keep(node, transaction, word, about, said, at)
    record.enter(node, transaction, word, channel=to, act=row.digest, detail=row.digest.encode(), at=at)
    send_or_keep(node, transaction, row, to=to, about=about, at=at, back_through=to)
    return row
