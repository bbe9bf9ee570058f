"""Signed acts that cannot be sent now: kept, shown, and sent as soon as they can be.

An expired card seals nothing new, and a way to a Party may be unknown. Where one act goes to many (a withdrawal, a
protest), what cannot reach one must not keep it from the others; and an answer that cannot be given yet must not keep
an erasure from being done. They are tried again when a card comes in, and with the day's duties.
"""

from comity import signing
from comity.clock import Instant
from comity.errors import RefusedHere
from comity.federation.messages import SignedText
from comity.node.node import Knowledge, Node
from comity.node.routes import send_act
from comity.ports import StatementRow, Transaction, UnsentRow


def send_or_keep(
    node: Node,
    transaction: Transaction,
    row: StatementRow,
    *,
    to: str,
    about: str,
    at: Instant,
    back_through: str = "",
) -> str:
    """Send an act on its way, or keep it until it can be sent; give why it could not, empty where it is owed.

    Args:
        row: the act, kept as a statement already. Its author's card goes along, and this Party's own.
        back_through: as for `send_act`.
    """
    try:
        with transaction.piece():
            cards = _cards(node, transaction, row)
            text = row.signed.decode()
            send_act(
                node, transaction, text, to=to, about=about, at=at, cards=cards, back_through=back_through
            )
    except RefusedHere as error:
        transaction.put_unsent(
            UnsentRow(
                statement=row.digest,
                to=to,
                about=about,
                back_through=back_through,
                at=at,
                reason=error.message,
            )
        )
        return error.message
    transaction.drop_unsent(row.digest, to)
    return ""


def send_unsent(node: Node, transaction: Transaction, at: Instant) -> int:
    """Try everything that could not be sent once more; give how much is owed now."""
    sent = 0
    for each in transaction.unsent():
        row = transaction.statement(each.statement)
        if row is not None:
            way = each.back_through
            sent += not send_or_keep(
                node, transaction, row, to=each.to, about=each.about, at=at, back_through=way
            )
    return sent


def _cards(node: Node, transaction: Transaction, row: StatementRow) -> tuple[SignedText, ...]:
    knowledge = node.know(transaction)
    own = (knowledge.own.signed.decode(),)
    return own if row.by == node.party else (*own, *author_card(knowledge, row))


def author_card(knowledge: Knowledge, row: StatementRow) -> tuple[SignedText, ...]:
    """Give the card under which a statement can be checked: the newest of its author that lists a key that signed."""
    keys = {each.keyid for each in signing.from_bytes(row.signed).signatures}
    card = knowledge.cards_upstream.newest_listing(row.by, keys)
    return (card.signed.decode(),) if card is not None else ()
