"""One Party hosts the register for all: contributions travel there as items, and checks go there.

A contribution is an item of category `register.<id>` whose content is the record; its owner sends it, the gate decides,
the host decides again, and from then on it answers for its owner within that item's custody: when the owner withdraws
or corrects the item, the record goes or changes, and whatever purpose it was contributed for binds every hit.
"""

import msgspec

from comity.agreements.clauses import Register
from comity.clock import Instant
from comity.errors import ForeignInput, RefusedHere
from comity.node import record as journal
from comity.node.answer_check import tell_watches
from comity.node.contribute import keep, read_record
from comity.node.items import read_content
from comity.node.node import Node
from comity.node.pass_record import MARKING, pass_record
from comity.node.register_terms import Target, refuse_by, whom_to_ask
from comity.ports import ItemRow, RecordRow, Transaction, key_of
from comity.register.record import Record, door
from comity.register.subjects import is_name
from comity.strict import read_json

__all__ = ["Contributed", "contribute", "take_contribution"]

#: Records contributed in one act.
AT_ONCE = 100
_MAX_RECORD = 1 << 20


class Contributed(msgspec.Struct, frozen=True):
    """What one part of a contribution came to. `after`: the last record looked at; empty once all were.

    Attributes:
        sent: records that went to the host. `refused`: records the gate kept, with their grounds.
    """

    after: str
    sent: int
    refused: tuple[str, ...] = ()


def contribute(
    node: Node,
    transaction: Transaction,
    agreement: str,
    *,
    purpose: str,
    after: str = "",
    marking: str = MARKING,
) -> Contributed:
    """Send the host what this Party's register takes under an agreement, and what has not gone there yet; a part.

    Raises:
        NotFound: no such agreement is held. RefusedHere: each Party keeps its own under it, or this one hosts.
    """
    at = node.now(transaction)
    (targets,) = whom_to_ask(node, node.know(transaction), at, under=agreement)
    target = _host_among(node, targets)
    clause = target.scope.register
    left = clause.records_each - transaction.records_passed(agreement, target.party)
    sent, refused = 0, []
    rows = transaction.records(after, AT_ONCE)
    for row in rows:
        if row.owner != node.party or not target.scope.takes(read_record(row), at.date()):
            continue
        if left - sent <= 0 and not _is_there(transaction, row, target):
            refused.append(f"{row.id}: {_over(clause)} ({clause.ref})")
            continue
        _, decision = pass_record(
            node, transaction, row, target.scope, to=target.party, purpose=purpose, marking=marking
        )
        if decision is not None and decision.permitted:
            sent += 1
        elif decision is not None:
            refused.append(f"{row.id}: {', '.join(dict.fromkeys(ground.ref for ground in decision.grounds))}")
    return Contributed(rows[-1].key if len(rows) == AT_ONCE else "", sent, tuple(refused))


def _is_there(transaction: Transaction, row: RecordRow, target: Target) -> bool:
    """Tell whether the present content of a record has gone to the host already."""
    gone = transaction.disclosures(row.item) if row.item else ()
    return any(each.to == target.party and each.agreement == target.scope.agreement for each in gone)


def _over(clause: Register) -> str:
    return f"a Party may have {clause.records_each} records in the register, and has them"


def _host_among(node: Node, targets: list[Target]) -> Target:
    clause = targets[0].scope.register
    if clause.host in ("each", node.party):
        keeper = "each Party keeps its own" if clause.host == "each" else f"{node.party} hosts it"
        refuse_by(clause, f"nothing is contributed to another Party: {keeper}")
    return targets[0]


def take_contribution(
    node: Node, transaction: Transaction, sender: str, item: ItemRow, *, at: Instant
) -> None:
    """Take a record out of the item that brought it, if this Party hosts the register it is for.

    A Party may have as many records here as the article says (`records_each`), so that none crowds out the others;
    one that takes the place of another is no more than before.

    Raises:
        ForeignInput: the item is no record of its originator's.
        RefusedHere: a safeguard refuses the record, or its owner has all the records here that the article allows.
    """
    agreement, clause = _hosted_for(node, transaction, sender, item, at)
    if clause is None:
        return
    _, content = read_content(transaction, item)
    record = _read(content, item)
    today = at.date()
    findings = [each for each in door(record.subject, record.terms, today) if each.verdict == "refused"]
    if findings:
        raise RefusedHere("; ".join(f"{each.message} ({each.ref})" for each in findings))
    there = transaction.record(key_of(node.party, record.terms.owner, record.id)) is not None
    if not there and transaction.records_held(agreement, sender) >= clause.records_each:
        refuse_by(clause, _over(clause))
    row = keep(node, transaction, record, agreement=agreement, item=item.digest)
    act = journal.digest_of(node.entropy(16) + row.body)
    journal.enter(node, transaction, "register-hosted", channel=sender, act=act, detail=b"", at=at)
    tell_watches(node, transaction, [row.key], at)


def _hosted_for(
    node: Node, transaction: Transaction, sender: str, item: ItemRow, at: Instant
) -> tuple[str, Register | None]:
    """Give the agreement under which an item is a contribution to the register hosted here, and its article."""
    if item.originator != sender:
        return "", None
    knowledge = node.know(transaction)
    for name, timeline in sorted(knowledge.timelines.items()):
        terms = timeline.at(at, node.party, sender)
        clause = terms.register if terms.permits else None
        if clause is not None and clause.host == node.party and item.category == f"register.{clause.id}":
            return name, clause
    return "", None


def _read(content: bytes, item: ItemRow) -> Record:
    """Read the record in an item's content, strictly.

    Raises:
        ForeignInput: it is no such thing, or another Party's.
    """
    told = read_json(content, max_bytes=_MAX_RECORD, what="record")
    try:
        record = msgspec.convert(told["record"], Record)
    except (KeyError, TypeError, msgspec.ValidationError):
        raise ForeignInput(f"item {item.digest[:12]} holds no record") from None
    if not is_name(record.id):
        raise ForeignInput(f"item {item.digest[:12]} holds a record whose name no answer has room for")
    if record.terms.owner != item.originator:
        raise ForeignInput(f"item {item.digest[:12]} holds a record of another than its originator")
    return record
