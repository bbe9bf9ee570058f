"""Verbs about agreements: held, proposed, signed, noticed, copied."""

from datetime import date
from typing import Any

import msgspec

from comity.agreements.agreement import Agreement
from comity.agreements.coherence import lint
from comity.agreements.folder import parse_agreement
from comity.agreements.rules.rule import Finding
from comity.agreements.signatures import TEXT, ActRef, check_signatures
from comity.agreements.status import status_in
from comity.clock import format_instant
from comity.control.verb import Desk, verb
from comity.errors import BadInput
from comity.node import certify, conclude, propose
from comity.node.decline import decline
from comity.node.node import Node
from comity.node.simulate import simulate
from comity.ports import Transaction


@verb("agreement-hold")
def agreement_hold(desk: Desk, files: dict[str, bytes]) -> dict[str, Any]:
    """Take an agreement's folder in, or what is new in it."""
    agreement = desk.act(lambda node, transaction: conclude.hold_agreement(node, transaction, files))
    return {
        "id": agreement.id,
        "digest": agreement.digest,
        "problems": list(conclude.signature_problems(agreement)),
    }


@verb("agreement-sign")
def agreement_sign(desk: Desk, files: dict[str, bytes], function: str = "") -> dict[str, Any]:
    """Sign a text for this Party, hold it, and send the signature to those who have the text."""
    added = desk.act(
        lambda node, transaction: propose.sign_and_tell(node, transaction, files, function=function or None)
    )
    desk.send()
    return {
        "files": added,
        "signed_on": "" if added else _signed_on(desk, parse_agreement(files).id, TEXT, function),
    }


@verb("agreement-sign-named")
def agreement_sign_named(desk: Desk, name: str, function: str = "") -> dict[str, Any]:
    """Sign a text that was proposed to this Party, or is held, by its id or digest."""
    added = desk.act(
        lambda node, transaction: propose.sign_named(node, transaction, name, function=function or None)
    )
    desk.send()
    return {"files": added, "signed_on": "" if added else _signed_on(desk, name, TEXT, function)}


@verb("agreement-sign-part")
def agreement_sign_part(
    desk: Desk, agreement: str, files: dict[str, bytes], kind: str, number: int, function: str = ""
) -> dict[str, Any]:
    """Sign a protocol or a notice of an agreement held here and send it to the other Parties."""
    if kind not in ("protocol", "notice"):
        raise BadInput(f"`{kind[:20]}` is neither a protocol nor a notice")
    act = ActRef("protocol" if kind == "protocol" else "notice", number)
    added = desk.act(
        lambda node, transaction: conclude.sign_part(
            node, transaction, agreement, files, act, function=function or None
        )
    )
    desk.send()
    return {"files": added, "signed_on": "" if added else _signed_on(desk, agreement, act, function)}


def _signed_on(desk: Desk, name: str, act: ActRef, function: str) -> str:
    """Give the day on which this Party signed before."""

    def read(transaction: Transaction) -> str:
        for row in transaction.agreements():
            if propose.is_named(row.id, row.digest, name):
                at = conclude.signed_on(desk.node, parse_agreement(row.files), act, function)
                return f"{at:%Y-%m-%d}" if at is not None else ""
        return ""

    return desk.read(read)


@verb("agreement-look")
def agreement_look(desk: Desk, files: dict[str, bytes]) -> dict[str, Any]:
    """Read a text that is held by nobody yet: whose it is, in which languages, what lint finds. Nothing is kept."""

    def read(transaction: Transaction) -> dict[str, Any]:
        agreement = parse_agreement(files)
        held = desk.node.know(transaction).agreements
        others = [each for each in held.values() if each.id != agreement.id]
        return {
            "agreement": agreement.id,
            "digest": agreement.digest,
            "title": agreement.title,
            "parties": list(agreement.parties),
            "languages": list(agreement.texts),
            "signed_by": sorted({mark.party for mark in check_signatures(agreement).marks.get(TEXT, ())}),
            "held": agreement.id in held,
            "findings": [_finding(each) for each in lint(_as_draft(agreement), others)],
        }

    return desk.read(read)


@verb("agreement-propose")
def agreement_propose(desk: Desk, files: dict[str, bytes]) -> dict[str, Any]:
    """Hold a text and send it to the other Parties whose cards are known."""
    to = desk.act(lambda node, transaction: propose.propose(node, transaction, files))
    return {"to": to, "unreachable": desk.send()}


@verb("agreement-proposals")
def agreement_proposals(desk: Desk) -> list[dict[str, Any]]:
    """List the texts proposed to this Party, each looked over, with its files; and its own that others declined."""
    return desk.read(lambda transaction: _proposals(desk.node, transaction))


@verb("agreement-decline")
def agreement_decline(desk: Desk, name: str, because: str) -> dict[str, Any]:
    """Tell who proposed a text that this Party will not sign it."""
    to = desk.act(lambda node, transaction: decline(node, transaction, name, because=because))
    return {"to": to, "unreachable": desk.send()}


def _proposals(node: Node, transaction: Transaction) -> list[dict[str, Any]]:
    held = node.know(transaction).agreements
    found = []
    for row in transaction.proposals():
        if row.by == node.party and not row.declined:
            continue
        agreement = parse_agreement(row.files)
        marks = check_signatures(agreement).marks.get(TEXT, ())
        others = [each for each in held.values() if each.id != agreement.id]
        found.append(
            {
                "agreement": row.agreement,
                "digest": row.digest,
                "by": row.by,
                "at": format_instant(row.at),
                "state": row.state,
                "declined": list(row.declined),
                "title": agreement.title,
                "parties": list(agreement.parties),
                "signed_by": sorted({mark.party for mark in marks}),
                "findings": [_finding(each) for each in lint(_as_draft(agreement), others)],
                "files": row.files,
            }
        )
    return found


def _as_draft(agreement: Agreement) -> Agreement:
    """Give a text without its signatures: that some are missing yet is no finding."""
    return msgspec.structs.replace(agreement, signatures=())


def _finding(found: Finding) -> dict[str, Any]:
    return {
        "id": found.id,
        "severity": found.severity,
        "ref": str(found.ref) if found.ref else None,
        "file": found.file,
        "line": found.line,
        "message": found.message,
    }


@verb("agreement-simulate")
def agreement_simulate(
    desk: Desk, files: dict[str, bytes], instead_of: str = "", from_day: str = ""
) -> dict[str, Any]:
    """Decide the journal's past again under a draft. Nothing is entered."""
    try:
        day = date.fromisoformat(from_day) if from_day else None
    except ValueError:
        raise BadInput(f"`{from_day[:40]}` is no day") from None
    found = desk.read(
        lambda transaction: simulate(desk.node, transaction, files, instead_of=instead_of, from_day=day)
    )
    shown: dict[str, Any] = msgspec.to_builtins(found, enc_hook=str)
    for each, change in zip(shown["changes"], found.changes, strict=True):
        each["at"] = format_instant(change.at)
    return shown


@verb("agreement-copy")
def agreement_copy(desk: Desk, agreement: str) -> dict[str, Any]:
    """Give a certified copy of an agreement held here."""
    files = desk.read(lambda transaction: certify.certified_copy(desk.node, transaction, agreement))
    return {"files": files}


@verb("agreement-notice")
def agreement_notice(
    desk: Desk,
    agreement: str,
    kind: str,
    fields: dict[str, str] = msgspec.UNSET,  # type: ignore[assignment]
    files: dict[str, bytes] = msgspec.UNSET,  # type: ignore[assignment]
) -> dict[str, Any]:
    """Give a notice under an agreement and send it to its other Parties; an accession brings the folder along."""
    said: dict[str, str | date | tuple[str, ...]] = {"kind": kind}
    for name, value in (fields or {}).items():
        if name == "signs":
            said[name] = tuple(each.strip() for each in value.split(","))
        else:
            said[name] = _day(name, value) if name in ("from", "until") else value
    added = desk.act(
        lambda node, transaction: conclude.give_notice(
            node, transaction, agreement, said, files=files or None
        )
    )
    desk.send()
    return {"files": added}


def _day(name: str, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise BadInput(f"field {name}: `{value[:40]}` is not a day such as 2031-03-14") from None


@verb("agreement-list")
def agreement_list(desk: Desk) -> list[dict[str, Any]]:
    """List the agreements held, with their state now."""

    def work(node: Any, transaction: Transaction) -> list[dict[str, Any]]:
        knowledge = node.know(transaction)
        found = []
        for agreement in knowledge.agreements.values():
            now = status_in(knowledge.timelines[agreement.id], node.clock.now())
            found.append(
                {
                    "id": agreement.id,
                    "title": agreement.title,
                    "parties": list(agreement.parties),
                    "digest": agreement.digest,
                    "status": now.to_json(),
                }
            )
        return found

    found: list[dict[str, Any]] = desk.act(work)
    return found
