"""Showing a record to its own Party, or to one it was told to that hosts it: all that is kept and said of it."""

from typing import Any

import msgspec

from comity.node.contribute import find_record, keys_linked, may_see, no_record, read_record
from comity.node.node import Node
from comity.node.register_index import entry_of, silent_keys
from comity.ports import Transaction
from comity.register.questions import matching_keys


def show_record(node: Node, transaction: Transaction, identity: str) -> dict[str, Any]:
    """Give a record with the records linked to it, the handling that counts, and the flags on it.

    Also by how many keys a blind check could find it; none means that it has no identifier and no birth year.

    Raises:
        NotFound: there is none, or none that this Party's own people may see.
    """
    row = find_record(transaction, identity)
    if not may_see(node, transaction, row):
        raise no_record(identity)
    shown: dict[str, Any] = msgspec.to_builtins(read_record(row), enc_hook=str)
    shown["linked"] = [key.replace("\x1f", "/") for key in keys_linked(transaction, row.key)]
    shown["answers"] = "silent" if row.key in silent_keys(transaction) else row.handling
    shown["flags"] = [
        {"flag": each.id, "by": each.peer, "kind": each.kind, "words": each.words, "state": each.state}
        for each in transaction.flags_on(row.key)
        if not each.ours and each.state != "taken back"
    ]
    shown["hits"] = len(transaction.hits_on(row.key))
    shown["blind_keys"] = len(matching_keys(entry_of(row)))
    shown["ran_out"] = row.runs_out <= node.now(transaction).date().isoformat()
    if row.owner != node.party:
        shown["agreement"] = row.agreement
    return shown
