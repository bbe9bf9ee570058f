"""Addresses by which a calendar program reads what is due: each holds a token, known here by its hash only.

It shows what the officer who made it may see, as long as that officer may sign in, and nothing else opens with it.
"""

from comity.errors import NotFound
from comity.node.node import Node
from comity.node.officers import hashed
from comity.ports import CredentialRow, OfficerRow, Transaction

#: The kind of credential it is; nobody signs in with it.
KIND = "calendar"


def make_address(node: Node, transaction: Transaction, officer: OfficerRow) -> str:
    """Make a token for an officer, in the place of the one before; give it, once."""
    for row in transaction.credentials(officer.id):
        if row.kind == KIND:
            transaction.drop_credential(row.id)
    token = node.entropy(24).hex()
    transaction.put_credential(
        CredentialRow(
            id=hashed(token), officer=officer.id, kind=KIND, secret=b"", created_at=node.now(transaction)
        )
    )
    return token


def officer_at(transaction: Transaction, token: str) -> OfficerRow:
    """Give the officer whose calendar a token opens.

    Raises:
        NotFound: it opens none, or its officer is suspended; which is not said.
    """
    row = transaction.credential(hashed(token))
    officer = transaction.officer(row.officer) if row is not None and row.kind == KIND else None
    if officer is None or officer.state == "suspended":
        raise NotFound("there is no such calendar")
    return officer
