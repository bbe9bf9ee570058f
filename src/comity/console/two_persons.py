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
from comity.console.visit import Visit
from comity.errors import ComityError, NotFound, RefusedHere
from comity.languages import _
from comity.node import officers
from comity.ports import PendingRow

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
    said = [f"{name}: {value}" for name, value in parameters.items() if isinstance(value, str) and value]
    if verb == "card-publish":
        card = read_card(parameters["signed"], root_fingerprint=None)
        said.append(f"card: {card.party}, version {card.card.version}, {card.digest[:16]}")
    files = parameters.get("files")
    if isinstance(files, dict) and "agreement" not in parameters:
        agreement = parse_agreement(files)
        said.append(f"text: {agreement.title}, {agreement.id}, {agreement.digest[:16]}")
    return f"{verb} ({', '.join(said)})"


def confirm(visit: Visit, id: str) -> str:
    """Do what another officer wants; say what it came to.

    Raises:
        NotFound: nothing of that id waits.
        RefusedHere: it is one's own, none of one's roles may, or the gate refuses it now.
    """
    row = _open(visit, id)
    parameters = msgspec.json.decode(row.parameters)
    if row.verb == "share":  # necessity names the two who stand for it, and nobody else
        first = visit.desk.node.store.read(lambda transaction: transaction.officer(row.by))
        parameters["approved_by"] = [first.name if first else row.by, visit.officer.name]
    try:
        answer = visit.ask(row.verb, **parameters)
        check_permitted(row.verb, answer)
    except ComityError as error:
        _settle(visit, row, "failed", error.message)
        raise
    _settle(visit, row, "done", "")
    return told(row.verb, answer)[0]


def decline(visit: Visit, id: str, because: str) -> None:
    """Decline what another officer wants, or take back what one wanted oneself.

    Raises:
        NotFound: nothing of that id waits.
        RefusedHere: none of one's roles may.
    """
    row = _open(visit, id, own=True)
    _settle(visit, row, "declined", because)


def _open(visit: Visit, id: str, *, own: bool = False) -> PendingRow:
    row = visit.desk.node.store.read(lambda transaction: transaction.pending(id))
    if row is None or row.state != "open" or not (visit.may(row.verb) or row.by == visit.officer.id):
        raise NotFound(_("nothing of that name waits for a second officer"))
    if visit.at >= row.ends_at:
        _settle(visit, row, "expired", "")
        raise RefusedHere(_("it has waited too long: it must be wanted anew"))
    if row.by == visit.officer.id and not own:
        raise RefusedHere(_("a second officer confirms it, not the one who wants it"))
    return row


def _settle(visit: Visit, row: PendingRow, state: str, outcome: str) -> None:
    def work(node: Any, transaction: Any) -> None:
        now = transaction.pending(row.id)
        if now is None or now.state != "open":
            raise RefusedHere(_("somebody else was faster"))
        transaction.put_pending(
            msgspec.structs.replace(row, state=state, second=visit.officer.id, outcome=outcome[:400])
        )
        officers.enter_act(node, transaction, visit.officer, f"{state} {row.verb}", row.parameters)

    visit.desk.act(work)
