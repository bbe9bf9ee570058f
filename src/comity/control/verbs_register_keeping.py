"""Verbs about keeping one's own register: add, correct, review, note, merge, withdraw, erase, contribute."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from comity.control.verb import Desk, verb
from comity.control.verbs_register import entities_of, terms_of
from comity.ports import JudgementRow, Transaction


@verb("register-add")
def register_add(
    desk: Desk,
    entity: bytes,
    basis: str,
    review: date,
    role: str = "",
    purpose: str = "",
    offence: str = "",
    decision: str = "",
    grading: str = "X4",
    handling: str = "reference",
    action: str = "",
    kind: str = "",
    expires: date | None = None,
    under: tuple[str, ...] = ("*",),
    dry_run: bool = False,
) -> dict[str, Any]:
    """Enter one record; with it comes what it would cause, and with `dry_run` that alone."""
    from comity.node.contribute import enter_record
    from comity.register.record import Record
    from comity.register.subjects import read_subject

    terms = terms_of(
        desk, basis, review, role, purpose, offence, decision, grading, handling, action, kind, expires, under
    )
    now = desk.node.clock.now()
    subject = read_subject(entity, what="record", seen=now.date().isoformat())
    if not subject.is_person:
        terms = msgspec.structs.replace(terms, role="")
    impact = desk.act(lambda node, transaction: _impact(node, transaction, subject))
    if dry_run:
        return {"id": subject.id, "impact": impact, "to_read": [], "watches": 0}

    def work(node: Any, transaction: Transaction) -> dict[str, Any]:
        row, findings = enter_record(node, transaction, Record(subject, terms, now, now))
        watches = _told(node, transaction, row.key)
        return {
            "id": row.id,
            "impact": impact,
            "to_read": [each.message for each in findings],
            "watches": watches,
        }

    shown: dict[str, Any] = desk.act(work)
    desk.send()
    return shown


@verb("register-impact")
def register_impact(desk: Desk, path: str, format: str = "auto", mapping: str = "") -> list[dict[str, Any]]:
    """Say what entering each entity of a file would cause."""
    from comity.errors import ForeignInput
    from comity.register.subjects import Subject, read_subject

    subjects = []
    for line, entity in entities_of(Path(path), format, mapping):
        if isinstance(entity, ForeignInput):
            raise entity
        what = f"{Path(path).name}:{line}"
        subjects.append(entity if isinstance(entity, Subject) else read_subject(entity, what=what))
    shown: list[dict[str, Any]] = desk.act(
        lambda node, transaction: [
            {"id": subject.id, **_impact(node, transaction, subject)} for subject in subjects
        ]
    )
    return shown


@verb("register-correct")
def register_correct(desk: Desk, entity: bytes, because: str = "") -> dict[str, Any]:
    """Put what is said of a subject in place of what was."""
    from comity.node.change_record import correct_record
    from comity.register.subjects import read_subject

    subject = read_subject(entity, what="record", seen=desk.node.clock.now().date().isoformat())

    def work(node: Any, transaction: Transaction) -> dict[str, Any]:
        row, findings = correct_record(node, transaction, subject.id, subject, because=because)
        watches = _told(node, transaction, row.key)
        return {"id": row.id, "to_read": [each.message for each in findings], "watches": watches}

    shown: dict[str, Any] = desk.act(work)
    desk.send()
    return shown


@verb("register-renew")
def register_renew(desk: Desk, identity: str, until: date, because: str) -> dict[str, Any]:
    """Keep a record until another day."""
    from comity.node.change_record import renew

    row = desk.act(lambda node, transaction: renew(node, transaction, identity, until=until, because=because))
    desk.send()
    return {"id": row.id, "runs_out": row.runs_out}


@verb("register-note")
def register_note(desk: Desk, identity: str, kind: str, text: str, consent: str = "") -> dict[str, Any]:
    """Note that somebody else may be taken for a subject."""
    from comity.node.change_record import add_note

    row = desk.act(
        lambda node, transaction: add_note(node, transaction, identity, kind, text, consent=consent)
    )
    desk.send()
    return {"id": row.id, "kind": kind}


@verb("register-withdraw")
def register_withdraw(desk: Desk, identity: str, because: str = "") -> dict[str, Any]:
    """Take a record out, here and wherever it has passed."""
    from comity.node.contribute import withdraw_record

    row = desk.act(lambda node, transaction: withdraw_record(node, transaction, identity, because=because))
    desk.send()
    return {"id": row.id, "item": row.item}


@verb("register-erase", alone=True)
def register_erase(desk: Desk, identity: str, because: str) -> dict[str, Any]:
    """Destroy a record and every copy of it here, with proof; others are asked to and answer."""
    from comity.node.contribute import erase_record

    done = desk.act(lambda node, transaction: erase_record(node, transaction, identity, because=because))
    desk.node.register.wipe()
    desk.node.store.scrub()
    desk.send()
    shown: dict[str, Any] = msgspec.to_builtins(done)
    return shown


@verb("register-merge")
def register_merge(desk: Desk, identities: tuple[str, ...], office: str, because: str) -> dict[str, Any]:
    """Judge that records are about one subject."""
    from comity.node.merge_records import merge

    row = desk.act(
        lambda node, transaction: merge(node, transaction, identities, office=office, because=because)
    )
    return _judgement(row)


@verb("register-unmerge")
def register_unmerge(desk: Desk, number: int, office: str, because: str) -> dict[str, Any]:
    """Take a merge back."""
    from comity.node.merge_records import unmerge

    row = desk.act(
        lambda node, transaction: unmerge(node, transaction, number, office=office, because=because)
    )
    desk.send()
    return _judgement(row)


@verb("register-merges")
def register_merges(desk: Desk) -> list[dict[str, Any]]:
    """List the history of merges, oldest first."""
    rows: list[JudgementRow] = desk.read(lambda transaction: list(transaction.judgements()))
    return [_judgement(row) for row in rows]


@verb("register-contribute")
def register_contribute(
    desk: Desk, under: str, purpose: str, marking: str = "TLP:AMBER", after: str = ""
) -> dict[str, Any]:
    """Send the host of a register what it takes; a part. Given again with its `after` until that is empty."""
    from comity.node.host_register import contribute

    done = desk.act(
        lambda node, transaction: contribute(
            node, transaction, under, purpose=purpose, marking=marking, after=after
        )
    )
    desk.send()
    shown: dict[str, Any] = msgspec.to_builtins(done)
    return shown


@verb("register-due")
def register_due(desk: Desk) -> dict[str, Any]:
    """Tell what is due in the register."""
    from comity.control.verbs_register_asking import flag_fields, hit_fields
    from comity.node.register_duties import due

    def work(node: Any, transaction: Transaction) -> dict[str, Any]:
        at = node.clock.now()
        found = due(node, transaction, at)
        return {
            "reviews": [{"id": each.id, "runs_out": each.runs_out} for each in found.reviews],
            "to_answer": [
                {**hit_fields(hit), "overdue": hit.due is not None and at > hit.due}
                for hit in found.to_answer
            ],
            "late": [hit_fields(hit) for hit in found.late],
            "to_close": [hit_fields(hit) for hit in found.to_close],
            "flags": [flag_fields(flag) for flag in found.flags],
        }

    shown: dict[str, Any] = desk.act(work)
    return shown


def _impact(node: Any, transaction: Transaction, subject: Any) -> dict[str, Any]:
    """Say what an entry would cause, at the volume agreed with everybody who may ask."""
    from comity.node.register_terms import members_with
    from comity.register.upkeep import impact_of

    knowledge, at = node.know(transaction), node.clock.now()
    capacities = [
        member.scope.register.queries_per_day
        for name in sorted(knowledge.agreements)
        for member in members_with(node, knowledge, name, at)
        if subject.schema in member.scope.register.schemas
    ]
    agreed = [capacity for capacity in capacities if capacity is not None]
    names = node.register.names(transaction)
    impact = impact_of(names.every, subject, volume=sum(agreed) if agreed else None)
    shown: dict[str, Any] = msgspec.to_builtins(impact)
    return shown


def _told(node: Any, transaction: Transaction, key: str) -> int:
    from comity.node.answer_check import tell_watches

    return tell_watches(node, transaction, [key], node.now(transaction))


def _judgement(row: JudgementRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "records": [key.replace("\x1f", "/") for key in row.subjects],
        "undoes": row.undoes,
        "office": row.office,
        "because": row.because,
        "at": row.at,
    }
