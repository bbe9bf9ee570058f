"""Telling those concerned that something came that should not have: the sender, and every originator who can be named.

Where the evidence itself fails, nothing in it can be believed but what stands signed by keys known here: an originator
is named by its manifest if that is truly signed. Source: promise P3; `specs/gate.md`, What a receiver can check.
"""

from collections.abc import Iterable, Sequence

from comity.clock import Instant, format_instant
from comity.errors import ComityError
from comity.federation import statements
from comity.federation.card_book import CardBook
from comity.federation.messages import Disclose
from comity.federation.statements import Manifest, Protest
from comity.node.node import Node
from comity.node.signed_statements import keep_signed, sign
from comity.node.unsent import send_or_keep
from comity.ports import Transaction
from comity.sealing.receipts import Ground


def protest(
    node: Node,
    transaction: Transaction,
    sender: str,
    message: str,
    item: str,
    originators: Iterable[str],
    grounds: Sequence[Ground],
    at: Instant,
) -> None:
    """Tell the sender and the originators what came and why it is kept apart.

    Whom no agreement with this Party reaches is told back along the custody, through the sender.
    """
    said = Protest(
        by=node.party,
        at=format_instant(at),
        item=item,
        message=message,
        sender=sender,
        grounds=tuple(f"{ground.ref}: {ground.text}"[:500] for ground in grounds),
    )
    signed = sign(node, transaction, said, at)
    row = keep_signed(transaction, "protest", item, signed, by=node.party, at=at)
    for addressee in sorted({sender, *originators} - {node.party}):
        send_or_keep(node, transaction, row, to=addressee, about=item, at=at, back_through=sender)


def protest_unproven(
    node: Node,
    transaction: Transaction,
    sender: str,
    message: str,
    content: Disclose,
    grounds: Sequence[Ground],
    at: Instant,
) -> None:
    """Protest against a disclosure whose evidence does not hold."""
    item = item_named(content)
    originators = set(_signed_for(node, transaction, content))
    protest(node, transaction, sender, message, item, originators, grounds, at)


def item_named(content: Disclose) -> str:
    """Give the digest of the item that a disclosure says it passes; empty where not even that can be read."""
    try:
        return statements.digest_of(statements.unpack(content.manifest))
    except ComityError:
        return ""


def originator_named(content: Disclose) -> str:
    """Give whose item a disclosure says it passes, truly signed or not; empty where not even that can be read."""
    try:
        return statements.read(statements.unpack(content.manifest), Manifest).by
    except ComityError:
        return ""


def _signed_for(node: Node, transaction: Transaction, content: Disclose) -> Iterable[str]:
    """Give who truly signed the manifests that came, by the cards known here alone."""
    book = CardBook(node.know(transaction).cards.all())
    for text in (content.manifest, *(route.manifest for route in content.lineage)):
        try:
            yield statements.check(statements.unpack(text), Manifest, book.keys).by
        except ComityError:
            continue  # not signed by whom it names, or by nobody known here: it names nobody
