"""One's own records: entered, withdrawn, erased; what changes one is in `change_record.py`.

A record belongs to the Party that entered it, and only that Party changes it. Each change is one act with its entry in
the journal, which commits to what was done and names nobody. What has passed to others follows: a record whose content
went out as an item is withdrawn or erased there as well, hop by hop (`withdraw.py`), and every holder answers.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from comity.clock import Instant
from comity.errors import BadInput, NotFound, RefusedHere
from comity.handling.safeguards import Finding
from comity.node import record as journal
from comity.node.erase import erase as erase_item
from comity.node.forget_record import forget_record, former_items
from comity.node.node import Node
from comity.node.register_index import history_of, silent_keys
from comity.node.withdraw import withdraw as withdraw_item
from comity.ports import RecordRow, Transaction, key_of
from comity.register.judgements import Clusters
from comity.register.record import Record, door
from comity.register.subjects import not_ones_own

__all__ = [
    "drop",
    "due_for_review",
    "enter",
    "enter_record",
    "erase_record",
    "find_record",
    "keep",
    "may_see",
    "no_record",
    "own_record",
    "own_records",
    "read_record",
    "through_the_door",
    "withdraw_record",
]

_decoder = msgspec.json.Decoder(Record)


def read_record(row: RecordRow) -> Record:
    """Give a record as it is kept."""
    return _decoder.decode(row.body)


def keep(
    node: Node, transaction: Transaction, record: Record, *, agreement: str = "", item: str = ""
) -> RecordRow:
    """Put a record in the register, in place of the one with its key; the instant of first entry stays.

    Args:
        agreement: under which another Party contributed it. `item`: what brought its content here.
    """
    node.register.changing()
    key = key_of(node.party, record.terms.owner, record.id)
    before = transaction.record(key)
    if before is not None:
        record = msgspec.structs.replace(record, entered=read_record(before).entered)
        item = item or before.item
    row = RecordRow(
        key=key,
        owner=record.terms.owner,
        id=record.id,
        agreement=agreement,
        handling=record.terms.handling,
        runs_out=record.runs_out.isoformat(),
        item=item,
        body=msgspec.json.encode(record),
    )
    transaction.put_record(row)
    if before is None or before.handling != row.handling:
        _touch_linked(transaction, key)
    return row


def drop(node: Node, transaction: Transaction, row: RecordRow) -> None:
    """Take a record out of the register; who is linked with it is handled by what is left."""
    node.register.changing()
    transaction.remove_record(row.key)
    _touch_linked(transaction, row.key)


def _touch_linked(transaction: Transaction, key: str) -> None:
    linked = Clusters(history_of(transaction)).of(key) - {key}
    transaction.touch_records(sorted(linked))


def enter_record(
    node: Node, transaction: Transaction, record: Record
) -> tuple[RecordRow, tuple[Finding, ...]]:
    """Enter one record of one's own, through the door; give it with what a person should read.

    Raises:
        BadInput: its id reads as another Party's. RefusedHere: a safeguard refuses it, or it is there already.
    """
    at = node.now(transaction)
    if mistake := not_ones_own(record.id, record.terms.owner):
        raise BadInput(mistake)
    if transaction.record(key_of(node.party, record.terms.owner, record.id)) is not None:
        raise RefusedHere(f"record `{record.id[:80]}` is there already")
    findings = through_the_door(record, at)
    row = keep(node, transaction, record)
    enter(node, transaction, "register-entered", row, at)
    return row, findings


def due_for_review(transaction: Transaction, day: date) -> list[Record]:
    """Give this Party's records whose time runs out by a day, the first first."""
    return [read_record(row) for row in transaction.records_running_out(day)]


def withdraw_record(node: Node, transaction: Transaction, identity: str, *, because: str = "") -> RecordRow:
    """Take a record of one's own out, here and wherever its content has passed; give it as it was."""
    at = node.now(transaction)
    row = own_record(node, transaction, identity)
    _take_back(node, transaction, row, because, mode="")
    drop(node, transaction, row)
    enter(node, transaction, "register-withdrawn", row, at, because)
    return row


class Erased(msgspec.Struct, frozen=True):
    """What an erasure destroyed.

    Attributes:
        record: the commitment of the record: nobody can tell from it who it was about.
        items: items that had carried it; each holder of one answers for itself.
        hits: lines about it whose words are gone.
        entry: number of the entry in the journal.
    """

    record: str
    items: tuple[str, ...]
    hits: int
    entry: int


def erase_record(node: Node, transaction: Transaction, identity: str, *, because: str) -> Erased:
    """Destroy a record of one's own with everything here that names its subject, and enter the proof.

    It is in no merge any more, nor in the reasons of one. Others who received it are asked to erase it and answer
    (`withdraw.py`, mode `erase`). Afterwards the index of names is made anew (`RegisterIndex.wipe`), so that none of it
    is left in a file.

    Raises:
        BadInput: no reason.
    """
    at = node.now(transaction)
    if not because.strip():
        raise BadInput("an erasure says why: on whose request, or by which rule")
    row = own_record(node, transaction, identity)
    items = _take_back(node, transaction, row, because, mode="erase")
    for former in former_items(transaction, row):
        if not former.on_hold:  # the law keeps what it holds, and it passes to nobody
            erase_item(node, transaction, former, "erased", because=because, channel="", at=at)
            items = (*items, former.digest)
    gone = journal.digest_of(node.entropy(16) + row.body)
    drop(node, transaction, row)
    hits = forget_record(transaction, row.key)
    node.register.changing()
    transaction.forget_changes()
    done = Erased(record=gone, items=items, hits=hits, entry=0)
    detail = msgspec.json.encode(done) + because.encode()
    entry = journal.enter(node, transaction, "register-erased", channel="", act=gone, detail=detail, at=at)
    return msgspec.structs.replace(done, entry=entry)


def own_records(transaction: Transaction, party: str) -> Iterator[Record]:
    """Give all records of one's own, by id."""
    after = ""
    while rows := transaction.records(after):
        yield from (read_record(row) for row in rows if row.owner == party)
        after = rows[-1].key


def own_record(node: Node, transaction: Transaction, identity: str) -> RecordRow:
    """Find a record of one's own.

    Raises:
        NotFound: there is none of this id.
        RefusedHere: it is another Party's, who alone may change it.
    """
    row = find_record(transaction, identity)
    if row.owner != node.party:
        raise RefusedHere(f"`{row.id[:80]}` is a record of {row.owner}, who alone may change it")
    return row


def find_record(transaction: Transaction, identity: str) -> RecordRow:
    """Find a record by its id, or by `OWNER/ID` where another Party contributed it.

    Raises:
        NotFound: there is none.
    """
    row = transaction.record(identity)
    if row is None:
        owner, _, rest = identity.partition("/")
        row = transaction.record(key_of("", owner, rest)) if rest else None
    if row is None:
        raise no_record(identity)
    return row


def no_record(identity: str) -> NotFound:
    """Say that there is no such record, or none to be seen here."""
    return NotFound(
        f"no record `{identity[:80]}` in this register", hint="comity register check NAME finds ids"
    )


def through_the_door(record: Record, at: Instant) -> tuple[Finding, ...]:
    """Give what a person should read of a record.

    Raises:
        RefusedHere: a safeguard refuses it.
    """
    findings = door(record.subject, record.terms, at.date())
    refused = [each for each in findings if each.verdict == "refused"]
    if refused:
        raise RefusedHere(
            "; ".join(f"{each.message} ({each.ref})" for each in refused),
            hint="no agreement can lift a safeguard",
        )
    return findings


def may_see(node: Node, transaction: Transaction, row: RecordRow) -> bool:
    """Tell whether this Party's own people may see a record kept here.

    Its own they may; of one contributed by another Party, whose host this is, only what was told to this Party in full
    in answer to a check of its own: where a record stands opens it to nobody (promise P10).
    """
    if row.owner == node.party:
        return True
    told = any(hit.ours and (hit.item or hit.shown == "record") for hit in transaction.hits_on(row.key))
    return told and row.key not in silent_keys(transaction)


def _take_back(
    node: Node, transaction: Transaction, row: RecordRow, because: str, *, mode: str
) -> tuple[str, ...]:
    """Take back what carried a record to others; give the items."""
    item = transaction.item(row.item) if row.item else None
    if item is None or item.originator != node.party:
        return ()
    if not transaction.statements("withdrawal", item.digest):
        withdraw_item(node, transaction, item.digest, reason=because[:1000], mode=mode)
    elif mode == "erase" and item.state != "erased":
        at = node.now(transaction)
        erase_item(node, transaction, item, "erased", because=because, channel="", at=at)
    return (item.digest,)


def enter(
    node: Node, transaction: Transaction, kind: str, row: RecordRow, at: Instant, because: str = ""
) -> None:
    """Enter what was done with a record: committed to, never named."""
    act = journal.digest_of(node.entropy(16) + row.body)
    journal.enter(node, transaction, kind, channel="", act=act, detail=because.encode(), at=at)


def keys_linked(transaction: Transaction, key: str) -> Sequence[str]:
    """Give the records judged to be about the same subject, without this one."""
    return sorted(Clusters(history_of(transaction)).of(key) - {key})
