"""What its register keeps back of a record, whatever the gate would permit of the item that holds it."""

import json

import msgspec

from comity.errors import NotFound
from comity.node.items import read_content
from comity.node.node import Node
from comity.node.register_index import silent_keys
from comity.node.register_terms import scope_between
from comity.ports import ItemRow, Transaction, key_of
from comity.register.record import Record

__all__ = ["is_kept_back", "record_in"]

_REGISTER = "register."


def record_in(transaction: Transaction, item: ItemRow) -> Record | None:
    """Give the record as an item holds it; None where that cannot be told."""
    try:
        return msgspec.convert(json.loads(read_content(transaction, item)[1])["record"], Record)
    except (NotFound, KeyError, TypeError, ValueError):
        return None


def is_kept_back(node: Node, transaction: Transaction, item: ItemRow, to: str, agreement: str) -> bool:
    """Tell whether an item holds a record of which a Party may not be told: silent by now, or outside the register.

    The host for all may have what is silent; it answers for it.
    """
    record = record_in(transaction, item) if item.category.startswith(_REGISTER) else None
    if record is None:
        return False
    at = node.now(transaction)
    scope = scope_between(node.know(transaction), agreement, node.party, to, at)
    if scope is None or not scope.takes(record, at.date()):
        return True
    if scope.register.host == to:
        return False
    key = key_of(node.party, item.originator, record.id)
    return record.terms.handling == "silent" or key in silent_keys(transaction)
