"""Two journals side by side: does each have what the other says it sent?

The asker asks about parts of the channel, at first the whole, and asks on where the two differ, until nothing is open
(`comity.journal.reconcile`): a million messages with a dozen differences take two questions and some fifty kilobytes of
letters. Then it tells the answerer what it found, which the answerer checks against its own account, so that both enter
an outcome. The messages are such as any other: they go over the wire or by pouch, each counts once, and one that
belongs to an older reconciliation, or comes out of turn, changes nothing.

| asker | message | answerer |
|---|---|---|
| draws up its account, `asking` | question 1 → | draws up its account, `answering` |
| takes the answer | ← answer 1 | says what it has in each part |
| … | question n →, ← answer n | … |
| enters the outcome, `done` | outcome → | checks it and enters its own, `done` |
"""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from comity.clock import Instant, format_instant, parse_instant
from comity.errors import ForeignInput, RefusedHere, VerificationFailed
from comity.federation.messages import (
    ABOUT_JOURNALS,
    Found,
    Message,
    ReconcileAnswer,
    ReconcileOutcome,
    ReconcileQuestion,
)
from comity.journal.reconcile import ActSet, Answer, Progress, Question, Reconciliation, answer, begin
from comity.node import record, restored, witness
from comity.node.account import (
    Comparison,
    Difference,
    Sets,
    account_of,
    difference_of,
    entered_since,
    owed_of,
    sets_of,
)
from comity.node.node import Node
from comity.node.post import owe
from comity.node.verdict import Verdict
from comity.ports import OutboxRow, ReconciliationRow, Transaction
from comity.strict import read_base64

__all__ = [
    "Comparison",
    "account_of",
    "ask_account",
    "last_comparison",
    "take_account",
    "unreceipted",
]

#: Differences the outcome names; beyond it the answerer has to ask for itself.
MAX_TOLD = 20_000

_EVERYTHING = 1_000_000


class _Asking(msgspec.Struct, frozen=True):
    """How far the asker has come in each direction, and what the answerer said is under way."""

    by_us: Progress
    by_them: Progress
    under_way: tuple[str, ...] = ()


def ask_account(node: Node, transaction: Transaction, peer: str) -> str:
    """Begin to reconcile the channel with a peer; give the id of the first question.

    What the last one came to is shown until there is another outcome.

    Raises:
        RefusedHere: there is no agreement with that Party.
    """
    at = node.now(transaction)
    if peer not in node.know(transaction).peers():
        raise RefusedHere(f"there is no agreement with {peer}, so no channel to reconcile")
    name, horizon = node.entropy(16).hex(), transaction.head(peer).size
    sets = sets_of(node, transaction, peer, name, horizon)
    before = transaction.reconciliation(peer, ours=True)
    row = ReconciliationRow(
        peer=peer,
        ours=True,
        id=name,
        begun=at,
        horizon=horizon,
        round=1,
        state="asking",
        progress=msgspec.json.encode(_Asking(begin(sets.sent), begin(sets.received))),
        outcome=before.outcome if before is not None else b"",
        at=before.at if before is not None else at,
    )
    transaction.put_reconciliation(row)
    witness.ask_for_proof(node, transaction, peer, at)
    return _ask(node, transaction, row, Reconciliation(sets.sent), Reconciliation(sets.received), at)


def take_account(
    node: Node, transaction: Transaction, sender: str, message: Message, *, at: Instant
) -> Verdict:
    """Take a question, an answer or an outcome."""
    if isinstance(message, ReconcileQuestion):
        return _take_question(node, transaction, sender, message, at)
    if isinstance(message, ReconcileAnswer):
        return _take_answer(node, transaction, sender, message, at)
    if isinstance(message, ReconcileOutcome):
        return _take_outcome(node, transaction, sender, message, at)
    raise ForeignInput("reconciliation: neither a question nor an answer")


def last_comparison(transaction: Transaction, peer: str) -> tuple[Instant, Comparison] | None:
    """Give the newest comparison with a peer, whoever asked for it."""
    found = [
        (row.at, msgspec.json.decode(row.outcome, type=Comparison))
        for row in (transaction.reconciliation(peer, ours=ours) for ours in (True, False))
        if row is not None and row.outcome
    ]
    return max(found, key=lambda each: each[0], default=None)


def unreceipted(transaction: Transaction, peer: str, before: Instant) -> list[OutboxRow]:
    """Give what is owed to a peer since before an instant, oldest first: sent, and no receipt came."""
    return [
        row
        for row in transaction.owed_heads(peer, None, _EVERYTHING)
        if row.owed_at <= before and row.kind not in ABOUT_JOURNALS
    ]


def _ask(
    node: Node,
    transaction: Transaction,
    row: ReconciliationRow,
    by_us: Reconciliation,
    by_them: Reconciliation,
    at: Instant,
) -> str:
    message = ReconcileQuestion(
        reconciliation=row.id,
        begun=format_instant(row.begun),
        round=row.round,
        by_asker=by_us.question() or Question(()),
        by_answerer=by_them.question() or Question(()),
    )
    return owe(node, transaction, row.peer, message, at=at, kind="reconcile-question")


def _take_question(
    node: Node, transaction: Transaction, sender: str, message: ReconcileQuestion, at: Instant
) -> Verdict:
    """Say what one has in the parts asked about. Within one reconciliation the account stays the one drawn up first."""
    begun = min(parse_instant(message.begun), at)  # one from the future would stand before all that follow
    row = transaction.reconciliation(sender, ours=False)
    if row is not None and row.id != message.reconciliation and row.begun > begun:
        return Verdict("accepted")  # an older one, come late
    if row is None or row.id != message.reconciliation:
        horizon = transaction.head(sender).size
        row = ReconciliationRow(
            peer=sender,
            ours=False,
            id=message.reconciliation,
            begun=begun,
            horizon=horizon,
            round=0,
            state="answering",
            outcome=row.outcome if row is not None else b"",
            at=row.at if row is not None else at,
        )
    if row.state != "answering" or message.round <= row.round:
        return Verdict("accepted")  # each round is asked once: whatever comes again was answered
    transaction.put_reconciliation(msgspec.structs.replace(row, round=message.round))
    sets = sets_of(node, transaction, sender, row.id, row.horizon)
    by_asker, by_answerer = answer(sets.received, message.by_asker), answer(sets.sent, message.by_answerer)
    reply = ReconcileAnswer(
        reconciliation=row.id,
        round=message.round,
        by_asker=by_asker,
        by_answerer=by_answerer,
        under_way=owed_of(transaction, _named(by_answerer)),
    )
    owe(node, transaction, sender, reply, at=at, kind="reconcile-answer")
    return Verdict("accepted")


def _take_answer(
    node: Node, transaction: Transaction, sender: str, message: ReconcileAnswer, at: Instant
) -> Verdict:
    """Take an answer to the question that is open, and ask on or come to the end.

    Raises:
        ForeignInput: it does not answer the question, or contradicts itself.
    """
    row = transaction.reconciliation(sender, ours=True)
    if row is None or (row.id, row.round, row.state) != (message.reconciliation, message.round, "asking"):
        return Verdict("accepted")  # of an older reconciliation, or answered already
    sets = sets_of(node, transaction, sender, row.id, row.horizon)
    before = msgspec.json.decode(row.progress, type=_Asking)
    by_us = Reconciliation(sets.sent, progress=before.by_us)
    by_them = Reconciliation(sets.received, progress=before.by_them)
    for one, given in ((by_us, message.by_asker), (by_them, message.by_answerer)):
        one.take(given)
    asking = _Asking(
        by_us.progress, by_them.progress, tuple(dict.fromkeys((*before.under_way, *message.under_way)))
    )
    if by_us.finished and by_them.finished:
        return _conclude(node, transaction, row, sets, asking, at)
    after = msgspec.structs.replace(row, round=row.round + 1, progress=msgspec.json.encode(asking))
    transaction.put_reconciliation(after)
    _ask(node, transaction, after, by_us, by_them, at)
    return Verdict("accepted")


def _conclude(
    node: Node, transaction: Transaction, row: ReconciliationRow, sets: Sets, asking: _Asking, at: Instant
) -> Verdict:
    """Enter what was found, tell the answerer, and end the state of being behind."""
    by_us, by_them = asking.by_us, asking.by_them
    difference = Difference(
        sent_unheard=_hex(by_us.missing_there),
        received_unknown=_hex(by_us.missing_here),
        sent_unseen=_hex(by_them.missing_here),
        received_unsent=_hex(by_them.missing_there),
        under_way=frozenset(asking.under_way),
    )
    found = difference_of(transaction, row.peer, row.horizon, sets, difference)
    outcome = _enter(node, transaction, row, found, at)
    owned = restored.declare_restored(node, transaction, row.peer, at)
    named = [act for acts in (by_us, by_them) for act in _hex((*acts.missing_here, *acts.missing_there))]
    told = named if len(named) <= MAX_TOLD else []
    message = ReconcileOutcome(
        reconciliation=row.id,
        complete=len(named) <= MAX_TOLD,
        by_asker=_found(sets.sent, by_us, told),
        by_answerer=_found(sets.received, by_them, told),
        under_way=owed_of(transaction, told),
        entered_since=entered_since(transaction, row.peer, row.horizon, told),
        restored=owned,
    )
    owe(node, transaction, row.peer, message, at=at, kind="reconcile-outcome")
    return Verdict("accepted", detail=outcome)


def _take_outcome(
    node: Node, transaction: Transaction, sender: str, message: ReconcileOutcome, at: Instant
) -> Verdict:
    """Check what the asker found against one's own account, and enter it as it looks from here.

    Raises:
        VerificationFailed: the asker names differences that do not make its account of one's own.
    """
    if message.restored:
        restored.take_restored(node, transaction, sender, message.restored, at=at)
    row = transaction.reconciliation(sender, ours=False)
    if row is None or (row.id, row.state) != (message.reconciliation, "answering") or not message.complete:
        return Verdict("accepted")
    sets = sets_of(node, transaction, sender, row.id, row.horizon)
    for name, ours, found in (
        ("sent by the asker", sets.received, message.by_asker),
        ("received by the asker", sets.sent, message.by_answerer),
    ):
        size, digest = ours.digest_of_changed(without=_raw(found.answerer_only), more=_raw(found.asker_only))
        if (size, digest.hex()) != (found.count, found.digest):
            raise VerificationFailed(
                f"reconciliation: the differences named do not make the account {name} of the one here"
            )
    difference = Difference(
        sent_unheard=message.by_answerer.answerer_only,
        received_unknown=message.by_answerer.asker_only,
        sent_unseen=message.by_asker.asker_only,
        received_unsent=message.by_asker.answerer_only,
        under_way=frozenset(message.under_way),
        entered_since=frozenset(message.entered_since),
    )
    found_here = difference_of(transaction, sender, row.horizon, sets, difference)
    return Verdict("accepted", detail=_enter(node, transaction, row, found_here, at))


def _enter(
    node: Node, transaction: Transaction, row: ReconciliationRow, found: Comparison, at: Instant
) -> bytes:
    """Enter an outcome in the journal and keep it; it is shown until the next one."""
    outcome = msgspec.json.encode(found)
    record.enter(
        node,
        transaction,
        "reconciled" if found.clean else "reconciled-differing",
        channel=row.peer,
        act=hashlib.sha256(outcome).hexdigest(),
        detail=outcome,
        at=at,
    )
    transaction.put_reconciliation(
        msgspec.structs.replace(row, state="done", progress=b"", outcome=outcome, at=at)
    )
    return outcome


def _found(ours: ActSet, progress: Progress, told: Sequence[str]) -> Found:
    return Found(
        count=len(ours),
        digest=ours.digest().hex(),
        asker_only=_hex(progress.missing_there) if told else (),
        answerer_only=_hex(progress.missing_here) if told else (),
    )


def _named(given: Answer) -> list[str]:
    """Give the acts that an answer names one by one."""
    acts: list[str] = []
    for part in given.parts:
        joined = read_base64(part.acts).hex()
        acts += [joined[place : place + 64] for place in range(0, len(joined), 64)]
    return acts


def _hex(acts: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(act.hex() for act in acts)


def _raw(acts: Iterable[str]) -> list[bytes]:
    return [bytes.fromhex(act) for act in acts]
