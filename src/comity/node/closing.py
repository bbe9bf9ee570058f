"""Closing an agreement that has ended: duties shown, carried out, answered, and accounted for alike on both sides.

    (1) the table: every item that passed under it, in both directions, its duty and what was answered   `table`
    (2) carrying out: erased or kept, with the ground; whoever had it from here is told                  `carry_out`
    (3) signed answers travel to the giver, item by item; they are all that the account is made from
    (4) the closing statement: either Party signs it once nothing is open, the other countersigns        `sign_closing`

The channel stays open for this, for withdrawals and for reconciling; rule 2 of the gate refuses everything new.
"""

from collections.abc import Collection, Iterable

import msgspec

from comity import signing
from comity.clock import Instant, format_instant
from comity.errors import BadInput, NotFound, RefusedHere, VerificationFailed
from comity.federation import statements
from comity.federation.closing_file import Closed, account
from comity.federation.statements import (
    ClosedItem,
    ClosingAgreed,
    ClosingAnswer,
    ClosingStatement,
    ExitDuty,
    Statement,
)
from comity.node import record
from comity.node.arrival import Arrival
from comity.node.erase import HERE, erase
from comity.node.exit_duties import ANSWERS, Due, due_to, ending, last_hops
from comity.node.node import Node
from comity.node.unsent import send_or_keep
from comity.ports import ItemRow, StatementRow, Transaction
from comity.signing import from_bytes

#: Items in one answer: a statement stays small.
_ANSWERED_AT_ONCE = 400
#: Retained items named in a closing statement; all are covered by its digest.
_NAMED = 200
#: Kinds that a person hands back; no command does.
_HANDED_OVER = ("materials", "equipment")


class Line(msgspec.Struct, frozen=True):
    """One item in the table.

    Attributes:
        giver, holder: who gave it to whom. `label`: by what it is called here.
        duty, ground, because: what is to become of it, by which article or rule, in words.
        answer: what its holder has answered; empty while it is open. `backups_until`: from then on no backup opens it.
        onward: Party -> what it answered, of those that had it from here; empty while its answer has not come.
        by_hand: a person has to hand it over before it can be answered.
    """

    giver: str
    holder: str
    item: str
    label: str
    duty: str
    ground: str
    because: str = ""
    answer: str = ""
    backups_until: str = ""
    onward: dict[str, str] = msgspec.field(default_factory=dict)
    by_hand: bool = False


class Table(msgspec.Struct, frozen=True):
    """What is due between this Party and another at an agreement's end.

    Attributes:
        state, event, grounds: how it stands between the two, and why.
        lines: what passed under it, in both directions. `under_way`: letters not yet receipted.
        signed_by: who has signed the account as it is now: nobody, one, or both.
    """

    agreement: str
    digest: str
    peer: str
    state: str
    event: str
    grounds: tuple[str, ...]
    lines: tuple[Line, ...]
    under_way: int
    signed_by: tuple[str, ...]

    @property
    def open(self) -> int:
        """How many items wait for an answer, here, there or further on."""
        return sum(not line.answer or not all(line.onward.values()) for line in self.lines)


def table(node: Node, transaction: Transaction, agreement: str, peer: str) -> Table:
    """Give the duty table between this Party and another.

    Raises:
        NotFound: the agreement is not held, or the two are not both Parties to it.
    """
    at = node.now(transaction)
    knowledge = node.know(transaction)
    held = knowledge.agreements.get(agreement)
    if held is None:
        raise NotFound(f"no agreement `{agreement[:80]}` is held here", hint="comity agreement list")
    if peer not in held.named or peer == node.party:
        raise NotFound(f"{peer} is no other Party of {agreement}", hint="comity agreement list")
    state, event, grounds = ending(knowledge.timelines[agreement], at, node.party, peer)
    answered = _answers(transaction, held.digest)
    lines = [
        _own_line(node, transaction, due, answered) for due in due_to(node, transaction, agreement, peer, at)
    ]
    lines += _their_lines(node, transaction, agreement, peer, answered)
    owed = [row for row in transaction.owed(peer, None, 1000) if row.kind == "disclosure"]
    return Table(
        agreement=agreement,
        digest=held.digest,
        peer=peer,
        state=state,
        event=event,
        grounds=grounds,
        lines=tuple(sorted(lines, key=lambda each: (each.giver, each.holder, each.item))),
        under_way=len(owed),
        signed_by=_signed_by(transaction, held.digest, (node.party, peer)),
    )


def carry_out(
    node: Node,
    transaction: Transaction,
    agreement: str,
    peer: str,
    *,
    handed_over: Collection[str] = (),
    because: str = "",
) -> Table:
    """Carry out what is open here and answer for it; give the table after it.

    Args:
        handed_over: items of material or equipment that a person has handed back; `because` how.

    Raises:
        RefusedHere: the agreement has not ended; a suspended one may be resumed, and nothing of it is destroyed.
        BadInput: something is said to be handed over without saying how.
    """
    at = node.now(transaction)
    found = table(node, transaction, agreement, peer)
    if found.state != "ended":
        raise RefusedHere(
            f"{agreement} is {found.state} between {node.party} and {peer}: its duties at the end are not due yet",
            hint="comity agreement status FOLDER",
        )
    if handed_over and not because.strip():
        raise BadInput("what was handed over needs its record: --because TEXT")
    done: list[ClosedItem] = []
    for due in due_to(node, transaction, agreement, peer, at):
        line = next(each for each in found.lines if each.item == due.row.digest and each.holder == node.party)
        if line.answer or (line.by_hand and due.row.digest not in handed_over):
            continue
        done.append(_close(node, transaction, found, due, because if line.by_hand else "", at))
    for start in range(0, len(done), _ANSWERED_AT_ONCE):
        _answer(node, transaction, found, peer, done[start : start + _ANSWERED_AT_ONCE], at)
    return table(node, transaction, agreement, peer)


def sign_closing(node: Node, transaction: Transaction, agreement: str, peer: str) -> Table:
    """Sign the account of an ended agreement: countersign the other Party's, or put one forward.

    Raises:
        RefusedHere: it has not ended, something is open or under way, it is signed by both already, or the account
            the other Party signed differs from the one here.
    """
    at = node.now(transaction)
    found = table(node, transaction, agreement, peer)
    _check_ready(node, found)
    closed = account(_statements(transaction, found.digest), (node.party, peer))
    theirs = next((row for row in transaction.statements("closing", found.digest) if row.by == peer), None)
    if theirs is None:
        parties = sorted((node.party, peer))
        said: Statement = ClosingStatement(
            by=node.party,
            at=format_instant(at),
            agreement=agreement,
            digest=found.digest,
            parties=(parties[0], parties[1]),
            event=found.event,
            tallies=closed.tallies,
            lines=closed.lines,
            retained=closed.retained[:_NAMED],
        )
        _keep_and_send(node, transaction, "closing", found.digest, said, peer, at)
        return table(node, transaction, agreement, peer)
    signed = statements.read(from_bytes(theirs.signed), ClosingStatement)
    if signed.lines != closed.lines:
        raise RefusedHere(
            f"the account {peer} signed differs from the one here: {_difference(signed, closed)}",
            hint=f"comity journal reconcile {peer}",
        )
    said = ClosingAgreed(
        by=node.party,
        at=format_instant(at),
        closing=theirs.digest,
        agreement=agreement,
        digest=found.digest,
        lines=closed.lines,
    )
    _keep_and_send(node, transaction, "closing-agreed", found.digest, said, peer, at)
    return table(node, transaction, agreement, peer)


def take_closing(arrival: Arrival, statement: Statement) -> None:
    """Enter an answer, a closing statement or its countersignature that came in; it has been kept.

    Raises:
        VerificationFailed: it speaks of an agreement with somebody else, or was sent on by another.
    """
    assert isinstance(statement, ClosingAnswer | ClosingStatement | ClosingAgreed)
    if statement.by != arrival.sender:
        raise VerificationFailed(f"{arrival.sender} brings what {statement.by} says about an ending")
    if isinstance(statement, ClosingAnswer) and statement.to != arrival.node.party:
        raise VerificationFailed(f"an answer for {statement.to}")
    if isinstance(statement, ClosingStatement) and set(statement.parties) != {
        arrival.node.party,
        arrival.sender,
    }:
        raise VerificationFailed("a closing statement between others")
    word = statements.word_of(type(statement))
    record.enter(
        arrival.node,
        arrival.transaction,
        word,
        channel=arrival.sender,
        act=arrival.digest,
        detail=arrival.digest.encode(),
        at=arrival.at,
    )


def take_exit_duty(arrival: Arrival, statement: Statement) -> None:
    """Carry out what follows from the end of an agreement further up, answer, and tell whom it was passed on to.

    Raises:
        VerificationFailed: it does not come from the hand that gave the item.
    """
    assert isinstance(statement, ExitDuty)
    node, transaction, at = arrival.node, arrival.transaction, arrival.at
    if statement.by != arrival.sender:
        raise VerificationFailed(f"{arrival.sender} brings a duty of {statement.by}")
    row = transaction.item(statement.item)
    routes = transaction.holdings(statement.item)
    if row is not None and routes and all(each.received_from != arrival.sender for each in routes):
        raise VerificationFailed(f"item {statement.item[:12]} did not come from {arrival.sender}")
    record.enter(
        node,
        transaction,
        "exit-duty",
        channel=arrival.sender,
        act=arrival.digest,
        detail=arrival.digest.encode(),
        at=at,
    )
    line = ClosedItem(
        item=statement.item,
        duty=statement.duty,
        ground=", ".join(statement.grounds),
        answer="destroyed",
        because="not held here",
    )
    if row is not None and row.state in HERE:
        line = _close_onward(node, transaction, row, statement, arrival.sender, line, at)
    elif row is not None and row.state == "erased":
        line = msgspec.structs.replace(line, because="it had been erased before")
    said = ClosingAnswer(
        by=node.party,
        at=format_instant(at),
        agreement=statement.agreement,
        digest=statement.digest,
        to=arrival.sender,
        items=(line,),
    )
    _keep_and_send(node, transaction, "closing-answer", statement.digest, said, arrival.sender, at)


def _close_onward(
    node: Node,
    transaction: Transaction,
    row: ItemRow,
    duty: ExitDuty,
    sender: str,
    line: ClosedItem,
    at: Instant,
) -> ClosedItem:
    others = sorted({hop.by for hop in last_hops(transaction, row)} - {sender})
    if row.on_hold:
        return msgspec.structs.replace(line, answer="retained", because=f"legal hold: {row.on_hold}")
    if others:
        return msgspec.structs.replace(
            line, answer="retained", because=f"also received from {', '.join(others)}"
        )
    gone = erase(node, transaction, row, "exit-erased", because=duty.agreement, channel=sender, at=at)
    _tell_onward(
        node, transaction, row.digest, duty.agreement, duty.digest, duty.duty, duty.grounds, (sender,), at
    )
    return msgspec.structs.replace(line, because="", backups_until=gone.backups_until)


def _own_line(
    node: Node, transaction: Transaction, due: Due, answered: dict[tuple[str, str], ClosedItem]
) -> Line:
    done = answered.get((node.party, due.row.digest))
    onward = {}
    if done is not None and done.answer != "retained":
        for row in transaction.statements("exit-duty", due.row.digest):
            said = statements.read(from_bytes(row.signed), ExitDuty)
            if said.by == node.party:
                onward = {
                    to.to: answered[(to.to, due.row.digest)].answer
                    if (to.to, due.row.digest) in answered
                    else ""
                    for to in transaction.disclosures(due.row.digest)
                    if to.to != due.giver
                }
    return Line(
        giver=due.giver,
        holder=node.party,
        item=due.row.digest,
        label=due.row.label,
        duty=done.duty if done else due.duty.duty,
        ground=done.ground if done else due.duty.ground,
        because=done.because if done else due.duty.because,
        answer=done.answer if done else "",
        backups_until=done.backups_until if done else "",
        onward=onward,
        by_hand=due.row.kind in _HANDED_OVER and due.duty.duty != "retain" and due.row.state in HERE,
    )


def _their_lines(
    node: Node,
    transaction: Transaction,
    agreement: str,
    peer: str,
    answered: dict[tuple[str, str], ClosedItem],
) -> list[Line]:
    """Give what this Party gave and the other has receipted; its duties are its own to say."""
    found = []
    given = {each.item: each for each in transaction.disclosed_to(peer) if each.agreement == agreement}
    for item, disclosure in given.items():
        sent = transaction.outbox(disclosure.message)
        if sent is not None and sent.state != "receipted":
            continue
        row, done = transaction.item(item), answered.get((peer, item))
        found.append(
            Line(
                giver=node.party,
                holder=peer,
                item=item,
                label=row.label if row is not None else item[:12],
                duty=done.duty if done else "",
                ground=done.ground if done else "",
                because=done.because if done else "",
                answer=done.answer if done else "",
                backups_until=done.backups_until if done else "",
            )
        )
    return found


def _close(node: Node, transaction: Transaction, found: Table, due: Due, how: str, at: Instant) -> ClosedItem:
    """Carry out one duty."""
    row, duty = due.row, due.duty
    line = ClosedItem(
        item=row.digest,
        duty=duty.duty,
        ground=duty.ground,
        answer=ANSWERS[duty.duty],
        because=how or duty.because,
    )
    if row.state not in HERE:
        return msgspec.structs.replace(line, answer="destroyed", because="it had been erased before")
    if duty.duty == "retain":
        return line
    gone = erase(node, transaction, row, "exit-erased", because=found.agreement, channel=due.giver, at=at)
    grounds = (duty.ground,)
    _tell_onward(
        node, transaction, row.digest, found.agreement, found.digest, duty.duty, grounds, (due.giver,), at
    )
    return msgspec.structs.replace(line, backups_until=gone.backups_until)


def _tell_onward(
    node: Node,
    transaction: Transaction,
    item: str,
    agreement: str,
    digest: str,
    duty: str,
    grounds: tuple[str, ...],
    but: Collection[str],
    at: Instant,
) -> None:
    """Send the duty after an item to everyone who had it from here."""
    to = sorted({each.to for each in transaction.disclosures(item)} - {*but, node.party})
    if not to:
        return
    said = ExitDuty(
        by=node.party,
        at=format_instant(at),
        item=item,
        agreement=agreement,
        digest=digest,
        duty=duty,
        grounds=grounds,
    )
    row = _keep(node, transaction, "exit-duty", item, said, at)
    for party in to:
        record.enter(
            node, transaction, "exit-duty", channel=party, act=row.digest, detail=row.digest.encode(), at=at
        )
        send_or_keep(node, transaction, row, to=party, about=item, at=at)


def _answer(
    node: Node, transaction: Transaction, found: Table, peer: str, items: Iterable[ClosedItem], at: Instant
) -> None:
    said = ClosingAnswer(
        by=node.party,
        at=format_instant(at),
        agreement=found.agreement,
        digest=found.digest,
        to=peer,
        items=tuple(items),
    )
    _keep_and_send(node, transaction, "closing-answer", found.digest, said, peer, at)


def _check_ready(node: Node, found: Table) -> None:
    who = f"{node.party} and {found.peer}"
    if found.state != "ended":
        raise RefusedHere(f"{found.agreement} is {found.state} between {who}: there is nothing to close yet")
    if len(found.signed_by) == 2:
        raise RefusedHere(f"the closing of {found.agreement} between {who} is signed by both already")
    if node.party in found.signed_by:
        raise RefusedHere(
            f"{node.party} has signed the closing of {found.agreement}; {found.peer} has not yet"
        )
    if found.under_way:
        raise RefusedHere(
            f"{found.under_way} letters to {found.peer} are still under way", hint="comity deliver"
        )
    if found.open:
        raise RefusedHere(
            f"{found.open} items of {found.agreement} are still open between {who}",
            hint=f"comity agreement closing {found.agreement} --with {found.peer} --execute",
        )


def _difference(signed: ClosingStatement, closed: Closed) -> str:
    """Say in which direction two accounts differ."""
    for theirs, ours in zip(signed.tallies, closed.tallies, strict=False):
        if theirs != ours:
            return (
                f"from {ours.giver} to {ours.holder} it says {theirs.returned} returned, {theirs.destroyed} destroyed, "
                f"{theirs.retained} retained; here it is {ours.returned}, {ours.destroyed}, {ours.retained}"
            )
    return "the same counts of other items"


def _statements(transaction: Transaction, digest: str) -> list[ClosingAnswer]:
    return [
        statements.read(from_bytes(row.signed), ClosingAnswer)
        for row in transaction.statements("closing-answer", digest)
    ]


def _answers(transaction: Transaction, digest: str) -> dict[tuple[str, str], ClosedItem]:
    """Give the newest answer of each holder about each item."""
    return {(said.by, each.item): each for said in _statements(transaction, digest) for each in said.items}


def _signed_by(transaction: Transaction, digest: str, parties: tuple[str, str]) -> tuple[str, ...]:
    """Give who has signed the account as the answers make it now."""
    lines = account(_statements(transaction, digest), parties).lines
    found = set()
    for row in transaction.statements("closing", digest):
        said = statements.read(from_bytes(row.signed), ClosingStatement)
        if said.lines == lines and set(said.parties) == set(parties):
            found.add(row.by)
    for row in transaction.statements("closing-agreed", digest):
        agreed = statements.read(from_bytes(row.signed), ClosingAgreed)
        if agreed.lines == lines and row.by in parties:
            found.add(row.by)
    return tuple(sorted(found))


def _keep(
    node: Node, transaction: Transaction, word: str, about: str, said: Statement, at: Instant
) -> StatementRow:
    signed = statements.make(said, node.keyring.signer(node.know(transaction).own.card, "disclosure", at))
    row = StatementRow(
        digest=statements.digest_of(signed),
        kind=word,
        by=node.party,
        about=about,
        signed=signing.to_bytes(signed),
        known_at=at,
    )
    transaction.put_statement(row)
    return row


def _keep_and_send(
    node: Node, transaction: Transaction, word: str, about: str, said: Statement, to: str, at: Instant
) -> StatementRow:
    row = _keep(node, transaction, word, about, said, at)
    record.enter(node, transaction, word, channel=to, act=row.digest, detail=row.digest.encode(), at=at)
    send_or_keep(node, transaction, row, to=to, about=about, at=at, back_through=to)
    return row
