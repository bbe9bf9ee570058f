"""Showing a record to its own Party, or to one it was told to that hosts it: all that is kept and said of it."""

from typing import Any

import msgspec

from comity.federation import statements
from comity.federation.statements import Withdrawal
from comity.node.contribute import find_record, keys_linked, may_see, no_record, read_record
from comity.node.node import Node
from comity.node.register_index import entry_of, silent_keys
from comity.ports import ItemRow, Transaction
from comity.register.questions import matching_keys
from comity.signing import from_bytes


def as_it_stands(transaction: Transaction, item: ItemRow) -> ItemRow:
    """Give what stands in the place of an item that its originator has corrected, as far as it came here."""
    seen = {item.digest}
    while item.state not in ("held", "source-withdrawn"):
        said = [
            statements.read(from_bytes(row.signed), Withdrawal).replaced_by
            for row in transaction.statements("withdrawal", item.digest)
            if row.by == item.originator
        ]
        rows = (transaction.item(name) for name in said if name and name not in seen)
        found = next((row for row in rows if row is not None and row.originator == item.originator), None)
        if found is None or found.state == "known":
            return item
        item = found
        seen.add(item.digest)
    return item


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
