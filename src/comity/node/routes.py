"""Which way an act goes: straight to a Party with whom there is an agreement, else hop by hop along the custody.

Upstream it follows the hands the item, or a source of it, came through; downstream, to whoever asked, it follows the
way the request came (DESIGN §5, Control messages).
"""

from collections.abc import Iterable

from comity.clock import Instant
from comity.errors import RefusedHere
from comity.federation.messages import Act, SignedText
from comity.node.node import Node
from comity.node.post import owe
from comity.node.questions import gather, statements_of
from comity.ports import Transaction


def way_to(node: Node, transaction: Transaction, addressee: str, about: str) -> str | None:
    """Give the peer through whom an act about an item reaches its addressee; None where no way is known."""
    peers = node.know(transaction).peers()
    if addressee in peers:
        return addressee
    row = transaction.item(about)
    if row is not None:
        gathered = gather(transaction, row)
        for holding in (*gathered.holdings, *(route for _, route in gathered.sources)):
            hands = [hop.by for hop in statements_of(transaction, holding)]
            if addressee in hands and holding.received_from in peers:
                return holding.received_from
    return next((hand for hand in transaction.hands_of(addressee) if hand in peers), None)


def send_act(
    node: Node,
    transaction: Transaction,
    statement: SignedText,
    *,
    to: str,
    about: str,
    at: Instant,
    cards: Iterable[SignedText] = (),
    back_through: str = "",
) -> str:
    """Send a signed statement on its way; give the message's id.

    Args:
        back_through: for an answer, the peer that brought the question: it knows a way back.

    Raises:
        RefusedHere: no way to the addressee is known.
    """
    peer = way_to(node, transaction, to, about)
    if peer is None and back_through in node.know(transaction).peers():
        peer = back_through
    if peer is None:
        raise RefusedHere(f"no way to {to} is known: there is no agreement with it, and nothing came from it")
    message = Act(statement=statement, to=to, about=about, cards=tuple(cards))
    return owe(node, transaction, peer, message, at=at, kind="act", about=about, detail=statement.encode())
