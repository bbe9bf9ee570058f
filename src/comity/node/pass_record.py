"""Passing a record on: as an item of category `register.<id>`, with everything that binds items.

So a released record has an originator and a custody, is decided by the gate and again by the receiver, runs out with
its retention, and follows a correction or a withdrawal hop by hop. One version of a record is one item, whoever gets
it; when the record changes, another item takes its place at everyone who has it and may have it still.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from comity.decisions.decision import Decision
from comity.errors import ComityError, RefusedHere
from comity.node.contribute import read_record
from comity.node.disclose import disclose
from comity.node.forget_record import MEDIA_TYPE
from comity.node.items import NewItem, add_item, confirm_read
from comity.node.node import Node
from comity.node.questions import purpose_of
from comity.node.record_kept_back import is_kept_back, record_in
from comity.node.register_index import history_of
from comity.node.register_terms import scope_between
from comity.node.withdraw import withdraw
from comity.ports import Disclosure, ItemRow, RecordRow, Transaction
from comity.register.judgements import Clusters
from comity.register.record import Record, strictest
from comity.register.scope import Scope

__all__ = ["MARKING", "UpToDate", "bring_up_to_date", "content_of", "pass_record"]

#: What a record is marked with unless an officer says otherwise.
MARKING = "TLP:AMBER"


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
    decided: Mapping[str, Decision] = {}
    if row.owner == node.party and held is not None and held.state == "held":
        row, decided = bring_up_to_date(node, transaction, row, because="changed since it passed", read=read)
        held = transaction.item(row.item) if row.item else None
    if held is None or held.state != "held":
        category = f"register.{scope.register.id}"
        held = _as_item(node, transaction, row, category=category, marking=marking, read=read)
        transaction.put_record(msgspec.structs.replace(row, item=held.digest))
    elif held.needs_reading and read:
        confirm_read(node, transaction, held.digest)
    passed = [each for each in transaction.disclosures(held.digest) if each.to == to]
    if any(each.agreement == scope.agreement for each in passed):  # its hop's purpose binds it there already
        return held.digest, decided.get(to)
    outcome = disclose(node, transaction, held.digest, to=to, purpose=purpose, under=scope.agreement)
    return held.digest, outcome.decision


class UpToDate(NamedTuple):
    """A record with the item that holds what stands in it now, and what was decided of those who had the old one."""

    row: RecordRow
    decided: Mapping[str, Decision]


def bring_up_to_date(
    node: Node, transaction: Transaction, row: RecordRow, *, because: str, read: bool = False
) -> UpToDate:
    """Put what stands in a record of one's own now in the place of what has passed of it, where that differs.

    It goes to everyone who got what passed, under the same agreement and for the same purpose, if the record may be
    told there still and is handled no more strictly than it was; from the others the old item is taken back.

    Args:
        because: the reason in the withdrawal. `read`: a person has read the words that the door may find in it.
    """
    old = transaction.item(row.item) if row.item else None
    if old is None or old.originator != node.party:
        return UpToDate(row, {})
    if old.state != "held":  # its item was taken back by itself
        return UpToDate(_named(transaction, row, ""), {})
    before, record = record_in(transaction, old), read_record(row)
    if before is not None and _told(before) == _told(record):
        return UpToDate(row, {})
    had = {(each.to, each.agreement): each for each in transaction.disclosures(old.digest)}
    stricter = (
        before is None or strictest(before.terms.handling, record.terms.handling) != before.terms.handling
    )
    new: ItemRow | None = None
    going: list[Disclosure] = []
    try:
        with transaction.piece():
            new = _as_item(node, transaction, row, category=old.category, marking=old.marking, read=read)
            going = [each for each in had.values() if _may_have(node, transaction, new, each, stricter)]
            if not going:
                raise RefusedHere("nobody who had it may have it still")
    except RefusedHere:  # or a safeguard keeps it from being an item: what passed is taken back all the same
        new = None
    # who passed the old one on passes on what corrects it: not where somebody may not have it
    by = new.digest if new is not None and len(going) == len(had) and not stricter else ""
    mode = "correct" if by else ""
    withdraw(node, transaction, old.digest, reason=because[:1000], mode=mode, replaced_by=by)
    row = _named(transaction, row, new.digest if new is not None else "")
    decided: dict[str, Decision] = {}
    for each in going:
        try:
            with transaction.piece():
                purpose = purpose_of(transaction, each)
                outcome = disclose(
                    node, transaction, row.item, to=each.to, purpose=purpose, under=each.agreement
                )
        except ComityError:  # it cannot go there today; it goes when it is asked for or contributed again
            continue
        decided[each.to] = outcome.decision
    return UpToDate(row, decided)


def _as_item(
    node: Node, transaction: Transaction, row: RecordRow, *, category: str, marking: str, read: bool
) -> ItemRow:
    """Make an item of what stands in a record now."""
    held, to_read = add_item(
        node,
        transaction,
        NewItem(
            content=content_of(transaction, row),
            category=category,
            marking=marking,
            title="register record",
            media_type=MEDIA_TYPE,
        ),
    )
    return confirm_read(node, transaction, held.digest) if to_read and read else held


def _named(transaction: Transaction, row: RecordRow, item: str) -> RecordRow:
    """Keep with a record which item holds what stands in it."""
    row = msgspec.structs.replace(row, item=item)
    transaction.put_record(row)
    return row


def _told(record: Record) -> tuple[object, ...]:
    return record.subject, record.terms, record.notes


def _may_have(node: Node, transaction: Transaction, new: ItemRow, passed: Disclosure, stricter: bool) -> bool:
    """Tell whether who got a record before may have what stands in it now."""
    if is_kept_back(node, transaction, new, passed.to, passed.agreement):
        return False
    scope = scope_between(
        node.know(transaction), passed.agreement, node.party, passed.to, node.now(transaction)
    )
    return not stricter or (scope is not None and scope.register.host == passed.to)


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
