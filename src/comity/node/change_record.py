"""One's own records changed: corrected, imported again, reviewed, noted on.

Each change is one act with its entry in the journal. Who has the record, a holder or the host for all, has what stands
in it now: the item by which it passed is corrected there, hop by hop (`pass_record.bring_up_to_date`).
"""

from datetime import date

import msgspec

from comity.clock import Instant
from comity.errors import BadInput, RefusedHere
from comity.handling.safeguards import Finding
from comity.node.answer_check import tell_watches
from comity.node.contribute import enter, keep, own_record, read_record, through_the_door
from comity.node.node import Node
from comity.node.pass_record import bring_up_to_date
from comity.ports import RecordRow, Transaction
from comity.register.record import Note, Record
from comity.register.subjects import Subject

__all__ = ["add_note", "correct_record", "import_again", "renew"]


def correct_record(
    node: Node, transaction: Transaction, identity: str, subject: Subject, *, because: str = ""
) -> tuple[RecordRow, tuple[Finding, ...]]:
    """Put what is said of a subject in place of what was; values said before keep the day they were first said.

    Raises:
        NotFound: no such record. RefusedHere: it is another Party's, or a safeguard refuses what is said now.
    """
    at = node.now(transaction)
    row = own_record(node, transaction, identity)
    held = read_record(row)
    if subject.id != held.id:
        raise BadInput(f"the correction is of `{subject.id[:60]}`, not of `{held.id[:60]}`")
    changed = msgspec.structs.replace(held, subject=_said_before(held.subject, subject), changed=at)
    findings = through_the_door(changed, at)
    kept = _change(node, transaction, changed, because or "corrected")
    enter(node, transaction, "register-corrected", kept, at)
    return kept, findings


def import_again(node: Node, transaction: Transaction, row: RecordRow, record: Record, at: Instant) -> bool:
    """Correct a record of one's own by what a file says of it, on the file's terms; give whether anything changed.

    What was noted on it stays, and values said before keep the day they were first said.
    """
    held = read_record(row)
    subject = _said_before(held.subject, record.subject)
    if record.terms == held.terms and _content(subject) == _content(held.subject):
        return False
    changed = msgspec.structs.replace(held, subject=subject, terms=record.terms, changed=at)
    _change(node, transaction, changed, "corrected")
    return True


def renew(node: Node, transaction: Transaction, identity: str, *, until: date, because: str) -> RecordRow:
    """Look at a record again and keep it until another day, with the reason why it is still needed.

    Who watches for its subject is told where the record answers again.

    Raises:
        BadInput: no reason. RefusedHere: the day does not lie ahead, or the basis does not last so long.
    """
    at = node.now(transaction)
    if not because.strip():
        raise BadInput("a review says why the record is still needed")
    row = own_record(node, transaction, identity)
    held = read_record(row)
    changed = msgspec.structs.replace(
        held, terms=msgspec.structs.replace(held.terms, review=until), changed=at
    )
    through_the_door(changed, at)
    if held.terms.expires is not None and until > held.terms.expires:
        raise RefusedHere(
            f"the basis of `{held.id[:80]}` ends on {held.terms.expires}: it cannot be kept longer"
        )
    kept = _change(node, transaction, changed, "reviewed", read=True)
    enter(node, transaction, "register-reviewed", kept, at, because)
    tell_watches(node, transaction, [kept.key], at)
    return kept


def add_note(
    node: Node, transaction: Transaction, identity: str, kind: str, text: str, *, consent: str = ""
) -> RecordRow:
    """Note on a record that somebody else may be taken for its subject.

    Raises:
        BadInput: another kind, no text, or no consent where it is needed.
    """
    at = node.now(transaction)
    row = own_record(node, transaction, identity)
    held = read_record(row)
    note = Note.make(kind, text, at, consent)
    changed = msgspec.structs.replace(held, notes=(*held.notes, note), changed=at)
    kept = _change(node, transaction, changed, "noted on", read=True)
    enter(node, transaction, "register-noted", kept, at, kind)
    return kept


def _change(
    node: Node, transaction: Transaction, changed: Record, because: str, *, read: bool = False
) -> RecordRow:
    """Keep a changed record, and bring what has passed of it up to date; `read`: a person has read what is new."""
    kept = keep(node, transaction, changed)
    return bring_up_to_date(node, transaction, kept, because=because, read=read).row


def _said_before(before: Subject, said: Subject) -> Subject:
    """Give what is said now, each value with the day it was first said."""
    first = {(each.prop, each.value, each.source): each.first_seen for each in before.statements}
    statements = tuple(
        msgspec.structs.replace(
            each, first_seen=first.get((each.prop, each.value, each.source), each.first_seen)
        )
        for each in said.statements
    )
    return msgspec.structs.replace(said, statements=statements)


def _content(subject: Subject) -> tuple[str, list[bytes]]:
    """Give what is said of a subject, in whatever order and on whatever day it was said last."""
    said = (msgspec.structs.replace(each, last_seen="") for each in subject.statements)
    return subject.schema, sorted(msgspec.json.encode(each) for each in said)
