"""Statements in the store, kept as they were signed; one's own under the key that the card has for what is said."""

from comity import signing
from comity.clock import Instant
from comity.federation import statements
from comity.federation.statements import Statement
from comity.node.node import Node
from comity.ports import StatementRow, Transaction


def sign(node: Node, transaction: Transaction, said: Statement, at: Instant) -> signing.Signed:
    """Sign what this Party says."""
    function = statements.function_of(said)
    return statements.make(said, node.keyring.signer(node.know(transaction).own.card, function, at))


def keep_signed(
    transaction: Transaction, word: str, about: str, signed: signing.Signed, *, by: str, at: Instant
) -> StatementRow:
    """Keep a signed statement under its kind and what it is about; `by` says who signed it."""
    row = StatementRow(
        digest=statements.digest_of(signed),
        kind=word,
        by=by,
        about=about,
        signed=signing.to_bytes(signed),
        known_at=at,
    )
    transaction.put_statement(row)
    return row
