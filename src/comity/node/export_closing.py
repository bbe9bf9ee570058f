"""The closing statement of an ended agreement, with everything it is made from, as a file anybody can check."""

from comity.errors import NotFound, RefusedHere
from comity.federation import statements
from comity.federation.closing_file import ClosingFile
from comity.federation.statements import ClosingAgreed, ClosingAnswer
from comity.node.node import Node
from comity.ports import Transaction
from comity.signing import from_bytes


def closing_file(node: Node, transaction: Transaction, agreement: str, peer: str) -> ClosingFile:
    """Put the file together.

    Raises:
        NotFound: the agreement is not held here.
        RefusedHere: not both Parties have signed.
    """
    knowledge = node.know(transaction)
    held = knowledge.agreements.get(agreement)
    if held is None:
        raise NotFound(f"no agreement `{agreement[:80]}` is held here", hint="comity agreement list")
    pair = {node.party, peer}
    proposed = {row.digest: row for row in transaction.statements("closing", held.digest) if row.by in pair}
    for row in reversed(transaction.statements("closing-agreed", held.digest)):
        agreed = statements.read(from_bytes(row.signed), ClosingAgreed)
        if row.by in pair and agreed.closing in proposed:
            answers = [
                each.signed.decode()
                for each in transaction.statements("closing-answer", held.digest)
                if each.by in pair and statements.read(from_bytes(each.signed), ClosingAnswer).to in pair
            ]
            cards = sorted(
                (card for card in knowledge.cards.all() if card.party in pair),
                key=lambda card: (card.party, card.card.version),
            )
            return ClosingFile(
                statement=proposed[agreed.closing].signed.decode(),
                agreed=row.signed.decode(),
                answers=tuple(answers),
                cards=tuple(card.signed.decode() for card in cards),
            )
    raise RefusedHere(
        f"the closing of {agreement} with {peer} is not signed by both",
        hint=f"comity agreement closing {agreement} --with {peer} --sign",
    )
