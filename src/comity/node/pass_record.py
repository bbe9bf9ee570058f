"""Passing a record on: as an item of category `register.<id>`, with everything that binds items.

So a released record has an originator and a custody, is decided by the gate and again by the receiver, runs out with
its retention, and follows a correction or a withdrawal hop by hop. One version of a record is one item, whoever gets
it.
"""

import json

import msgspec

from comity.decisions.decision import Decision
from comity.errors import RefusedHere
from comity.node.contribute import read_record
from comity.node.disclose import disclose
from comity.node.items import NewItem, add_item, confirm_read
from comity.node.node import Node
from comity.node.register_index import history_of
from comity.ports import RecordRow, Transaction
from comity.register.judgements import Clusters
from comity.register.scope import Scope

__all__ = ["MARKING", "content_of", "pass_record"]

#: What a record is marked with unless an officer says otherwise.
MARKING = "TLP:AMBER"
MEDIA_TYPE = "application/vnd.comity.record+json"


def pass_record(
    node: Node,
    transaction: Transaction,
    row: RecordRow,
    scope: Scope,
    *,
    to: str,
    purpose: str,
    marking: str = MARKING,
    read: bool = False,
) -> tuple[str, Decision | None]:
    """Pass a record to a Party; give the item, and the decision where one was needed.

    One of another Party's, contributed here, passes on as the item it came as.

    What has passed to that Party for that purpose already is not sent again.

    Args:
        read: a person has read the words that the door found in it.

    Raises:
        RefusedHere: another's record is not held any more, or a safeguard keeps it from being an item.
    """
    held = transaction.item(row.item) if row.item else None
    if row.owner != node.party and (held is None or held.state != "held"):
        raise RefusedHere(f"the record of {row.owner} is not held here any more")
    if held is None or held.state != "held":
        held, to_read = add_item(
            node,
            transaction,
            NewItem(
                content=content_of(transaction, row),
                category=f"register.{scope.register.id}",
                marking=marking,
                title="register record",
                media_type=MEDIA_TYPE,
            ),
        )
        if to_read and read:
            held = confirm_read(node, transaction, held.digest)
        row = msgspec.structs.replace(row, item=held.digest)
        transaction.put_record(row)
    elif held.needs_reading and read:
        confirm_read(node, transaction, held.digest)
    passed = [each for each in transaction.disclosures(held.digest) if each.to == to]
    if any(each.agreement == scope.agreement for each in passed):  # its hop's purpose binds it there already
        return held.digest, None
    outcome = disclose(node, transaction, held.digest, to=to, purpose=purpose, under=scope.agreement)
    return held.digest, outcome.decision


def content_of(transaction: Transaction, row: RecordRow) -> bytes:
    """Give a record as it passes: subject, terms, notes, and who dissents."""
    record = read_record(row)
    flags = [
        {"by": each.peer, "kind": each.kind, "words": each.words, "state": each.state}
        for each in transaction.flags_on(row.key)
        if not each.ours and each.state != "taken back"
    ]
    told = {
        "comity": "register-record-1",
        "record": msgspec.to_builtins(record, enc_hook=str),
        "flags": flags,
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


def linked_with(transaction: Transaction, key: str) -> list[str]:
    """Give the keys of everything judged to be about the same subject, with this one."""
    return sorted(Clusters(history_of(transaction)).of(key))
