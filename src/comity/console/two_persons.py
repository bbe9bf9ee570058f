"""Acts that need two officers: one wants it, another who may do it too confirms or declines.

What was wanted is kept byte for byte, so that the second confirms exactly that. It is done in the second's session, at
that moment, and may be refused then as any act may.
"""

from datetime import timedelta
from typing import Any

import msgspec

from comity.agreements.folder import parse_agreement
from comity.cards import read_card
from comity.console.outcomes import check_permitted, told
from comity.console.permissions import may
from comity.console.visit import Visit
from comity.control.verb import VERBS, Desk
from comity.errors import ComityError, NotFound, RefusedHere
from comity.languages import _
from comity.node import officers
from comity.ports import OfficerRow, PendingRow, Transaction

#: How long an act waits for the second officer.
WAITS = timedelta(days=7)


def propose(visit: Visit, verb: str, parameters: dict[str, Any]) -> str:
    """Keep an act for a second officer; give its id."""
    words = _described(verb, parameters)

    def work(node: Any, transaction: Any) -> str:
        at = node.now(transaction)
        row = PendingRow(
            id=node.entropy(8).hex(),
            verb=verb,
            parameters=msgspec.json.encode(parameters),
            words=words[:400],
            by=visit.officer.id,
            at=at,
            ends_at=at + WAITS,
        )
        transaction.put_pending(row)
        officers.enter_act(node, transaction, visit.officer, f"propose {verb}", row.parameters)
        return row.id

    kept: str = visit.desk.act(work)
    return kept


def _described(verb: str, parameters: dict[str, Any]) -> str:
    """Say what is wanted, so that the second officer knows what they confirm: of files what they are."""
    fields = parameters.get("fields")  # of a notice: its words and the day it counts until
    shown = {**parameters, **(fields if isinstance(fields, dict) else {})}
    words = [f"{name}: {value}" for name, value in shown.items() if isinstance(value, str) and value]
    if verb == "card-publish":
        card = read_card(parameters["signed"], root_fingerprint=None)
        words.append(f"card: {card.party}, version {card.card.version}, {card.digest[:16]}")
    files = parameters.get("files")
    if isinstance(files, dict) and "agreement" not in parameters:
        agreement = parse_agreement(files)
        words.append(f"text: {agreement.title}, {agreement.id}, {agreement.digest[:16]}")
    return f"{verb} ({', '.join(words)})"


def confirm(visit: Visit, id: str) -> str:
    """Do what another officer wants, and settle it, so that whoever comes second comes too late; say what it came to.

    Raises:
        NotFound: nothing of that id waits.
        RefusedHere: it is one's own, none of one's roles may, whoever wants it may no more, or the gate refuses it now.
    """
    row = _open(visit, id)
    act = VERBS[row.verb]

    def work(desk: Desk) -> Any:
        parameters = desk.read(lambda transaction: _wanted(transaction, row, visit.officer))
        if act.alone:  # no part of another piece of work: it is settled before, so that nobody else begins it
            _settle(desk, visit.officer, row, "done", "")
            return parameters
        answer = act(desk, parameters)
        refused = _refusal(row.verb, answer)
        _settle(desk, visit.officer, row, "failed" if refused else "done", refused)
        return answer

    try:
        answer = visit.desk.together(work)
    except ComityError as error:
        _settle(visit.desk, visit.officer, row, "failed", error.message)
        raise
    if act.alone:
        try:
            answer = act(visit.desk, answer)
        except ComityError as error:
            _settle(visit.desk, visit.officer, row, "failed", error.message, of="done")
            raise
    check_permitted(row.verb, answer)
    return told(row.verb, answer)[0]


def decline(visit: Visit, id: str, because: str) -> None:
    """Decline what another officer wants, or take back what one wanted oneself.

    Raises:
        NotFound: nothing of that id waits.
        RefusedHere: none of one's roles may.
    """
    row = _open(visit, id, own=True)
    _settle(visit.desk, visit.officer, row, "declined", because)


def _open(visit: Visit, id: str, *, own: bool = False) -> PendingRow:
    row = visit.desk.node.store.read(lambda transaction: transaction.pending(id))
    if row is None or row.state != "open" or not (visit.may(row.verb) or row.by == visit.officer.id):
        raise NotFound(_("nothing of that name waits for a second officer"))
    if visit.at >= row.ends_at:
        _settle(visit.desk, visit.officer, row, "expired", "")
        raise RefusedHere(_("it has waited too long: it must be wanted anew"))
    if row.by == visit.officer.id and not own:
        raise RefusedHere(_("a second officer confirms it, not the one who wants it"))
    return row


def _wanted(transaction: Transaction, row: PendingRow, second: OfficerRow) -> dict[str, Any]:
    """Give what is to be done of an act that waits.

    Raises:
        RefusedHere: it waits no more, or who wants it is at work no more or may not do it any more.
    """
    _check_state(transaction, row, "open")
    first = transaction.officer(row.by)
    if first is None or first.state != "active" or not may(first.roles, row.verb):
        raise RefusedHere(
            _("{officer}, who wants it, may not do this any more", officer=first.name if first else row.by),
            hint=_("an officer who may must want it anew"),
        )
    parameters: dict[str, Any] = msgspec.json.decode(row.parameters)
    if row.verb == "share":  # necessity names the two who stand for it, and nobody else
        parameters["approved_by"] = _names(first, second)
    return parameters


def _check_state(transaction: Transaction, row: PendingRow, state: str) -> None:
    now = transaction.pending(row.id)
    if now is None or now.state != state:
        raise RefusedHere(_("somebody else was faster"))


def _names(first: OfficerRow, second: OfficerRow) -> list[str]:
    """Name two officers so that they are told apart."""
    alike = first.name.casefold() == second.name.casefold()
    return [f"{each.name} ({each.handle})" if alike else each.name for each in (first, second)]


def _refusal(verb: str, answer: Any) -> str:
    """Give what an act was refused for, which the journal keeps; empty where it was done."""
    try:
        check_permitted(verb, answer)
    except RefusedHere as refused:
        return refused.message
    return ""


def _settle(
    desk: Desk, officer: OfficerRow, row: PendingRow, state: str, outcome: str, *, of: str = "open"
) -> None:
    def work(node: Any, transaction: Transaction) -> None:
        _check_state(transaction, row, of)
        transaction.put_pending(
            msgspec.structs.replace(row, state=state, second=officer.id, outcome=outcome[:400])
        )
        officers.enter_act(node, transaction, officer, f"{state} {row.verb}", row.parameters)

    desk.act(work)
