"""Answering a check: what is found, what of it may be told, and who hears of it.

    (1) may it be asked at all       a register in force with that Party, hosted here; enough is said; the gate lets a
                                     match list pass for this purpose; the day's capacity
    (2) look for it                  among the records that may be told of, and, always as well, among the silent ones
    (3) tell what may be told        by each record's handling, the strictest of those linked with it    find_matches.py
    (4) let the owner know           of every hit; of a silent one the owner alone
    (5) answer                       padded, in the next time bucket, whatever was found                 tell_found.py

Nothing in (1) depends on any record; what is found among silent records changes nothing that leaves the node: no line,
no score, no size, no message, no number of rows (promise P8).
"""

from collections.abc import Sequence

import msgspec

from comity.clock import Instant, parse_instant
from comity.errors import BadInput, RefusedHere
from comity.federation.conversations import WATCH, after
from comity.federation.evidence import SKEW
from comity.federation.register_messages import (
    RegisterAnswer,
    RegisterCheck,
    RegisterEnd,
)
from comity.node import record as journal
from comity.node.contribute import read_record
from comity.node.find_matches import LOOKED_AT, MANY, Match, News, find
from comity.node.node import Node
from comity.node.questions_asked import commitment, query_from, read_question, stored
from comity.node.register_terms import may_pass, members_with, scope_between, spend
from comity.node.tell_found import keep_told, owe_answer, tell, tell_own, unseen_of
from comity.node.verdict import Verdict
from comity.ports import CheckRow, Transaction
from comity.register.answers import answer_for
from comity.register.checking import check
from comity.register.examination import Query
from comity.register.questions import check_sufficient
from comity.register.scope import Scope
from comity.register.scoring import THRESHOLD
from comity.sealing.receipts import Ground

#: Standing watches of one Party: five of the longest plans. Each is looked for anew whenever records change here, some
#: five milliseconds among twenty thousand records, however many come in one import.
MOST_WATCHES = 1_000

__all__ = ["answer_own", "take_check", "take_end", "tell_watches"]


def take_check(
    node: Node, transaction: Transaction, sender: str, content: RegisterCheck, *, said: Instant, at: Instant
) -> Verdict:
    """Answer a check or a watch that came in.

    Args:
        said: the instant its sender gave it; both sides count it on that day.
    """
    if transaction.check(content.check, sender, ours=False) is not None:
        return Verdict("quarantined", grounds=(Ground("register", "a check of this name was put before"),))
    question = content.question
    row = CheckRow(
        id=content.check,
        ours=False,
        peer=sender,
        agreement=content.agreement,
        register="",
        purpose=content.purpose,
        reference=content.reference,
        question=stored(question),
        at=at,
        state="answered",
        watch=bool(content.until),
        until=parse_instant(content.until) if content.until else None,
        topic=content.topic,
    )
    # (1)
    scope, grounds, reason = _may_be_asked(node, transaction, sender, content, said, at)
    if scope is None or reason:
        row = msgspec.structs.replace(row, state="refused", grounds=grounds, reason=reason)
        transaction.put_check(row)
        answer = RegisterAnswer(check=row.id, state="refused", grounds=grounds, reason=reason)
        owe_answer(node, transaction, sender, answer, b"refused", at)
        return Verdict("accepted", detail=commitment(question).encode())
    # (2), (3)
    row = msgspec.structs.replace(
        row, register=scope.register.id, grounds=grounds, state="standing" if row.watch else "answered"
    )
    found = find(node, transaction, scope, query_from(question), asker=sender, purpose=row.purpose, at=at)
    # (4), (5)
    tell(node, transaction, row, scope, found, at)
    return Verdict("accepted", detail=commitment(question).encode())


def take_end(transaction: Transaction, sender: str, content: RegisterEnd) -> Verdict:
    """End a watch that its Party ends."""
    row = transaction.check(content.check, sender, ours=False)
    if row is None or not row.watch:
        return Verdict("quarantined", grounds=(Ground("register", "no watch of this name stands"),))
    transaction.put_check(msgspec.structs.replace(row, state=after(WATCH, row.state, "ended")))
    return Verdict("accepted")


def answer_own(
    node: Node, transaction: Transaction, row: CheckRow, scope: Scope, query: Query, at: Instant
) -> CheckRow:
    """Answer a question of this Party's own to the register it hosts for all, as anybody else's: counted and told."""
    try:
        with transaction.piece():
            spend(transaction, scope, asker=node.party, holder=node.party, at=at)
    except RefusedHere as error:
        row = msgspec.structs.replace(row, state="unsent", reason=error.message)
        transaction.put_check(row)
        return row
    found = find(node, transaction, scope, query, asker=node.party, purpose=row.purpose, at=at)
    state = "standing" if row.watch else "answered"
    row = msgspec.structs.replace(row, state=state, grounds=(str(scope.register.ref),))
    tell_own(node, transaction, row, scope, found, at)
    question = read_question(row.question)
    act = commitment(question) if question is not None else ""
    journal.enter(node, transaction, "register-check", channel="", act=act, detail=b"", at=at)
    return row


def tell_watches(node: Node, transaction: Transaction, keys: Sequence[str], at: Instant) -> int:
    """Tell those who watch of records that were entered or changed; give how many were told of something.

    Each watch is answered as on its first day, and of that what is new is told. Who watches and meets nothing, or only
    what is silent, hears nothing.
    """
    changed, told = set(keys), 0
    for row in transaction.watches(at, node.party) if changed else ():
        question = read_question(row.question)
        own = row.peer == node.party
        scope = _scope_of(node, transaction, row, at)
        if question is None or (scope is None and (row.agreement or not own)):
            continue
        if scope is None or not row.agreement:
            told += _tell_own_watch(node, transaction, row, query_from(question), changed, at)
            continue
        told_before = {hit.key for hit in transaction.hits_of_check(row.id)}
        met_before = {key for key, _ in unseen_of(row)}
        new = find(
            node,
            transaction,
            scope,
            query_from(question),
            asker=row.peer,
            purpose=row.purpose,
            at=at,
            news=News(changed, told_before, met_before),
        )
        if own and (new.told or new.unseen):
            tell_own(node, transaction, row, scope, new, at)
            told += bool(new.told)
            continue
        if new.told:
            decision = may_pass(
                node,
                transaction,
                scope,
                holder=node.party,
                to=row.peer,
                purpose=row.purpose,
                what=commitment(question),
                at=at,
            )
            if not decision.permitted:
                continue
        if new.told or new.unseen:
            tell(node, transaction, row, scope, new, at, answer=bool(new.told))
            told += bool(new.told)
    return told


def _scope_of(node: Node, transaction: Transaction, row: CheckRow, at: Instant) -> Scope | None:
    """Give the register that a watch stands at: with its Party, or with anybody where it is this one's own."""
    knowledge = node.know(transaction)
    if row.peer != node.party:
        return scope_between(knowledge, row.agreement, node.party, row.peer, at)
    return next((each.scope for each in members_with(node, knowledge, row.agreement, at)), None)


def _tell_own_watch(
    node: Node, transaction: Transaction, row: CheckRow, query: Query, changed: set[str], at: Instant
) -> bool:
    names = node.register.names(transaction)
    known = {hit.key for hit in transaction.hits_of_check(row.id)}
    today = at.date()
    own = names.of_any_handling(
        f"own on {today}", lambda filed: filed.owner == node.party and today < filed.runs_out
    )
    if len(known) > MANY:  # they would take the places of those to be found
        own = own.only(lambda _group: True, without=known)
    hits = check(own, query, limit=LOOKED_AT + len(known), explain_from=THRESHOLD)
    told = 0
    for hit in hits:
        held = transaction.record(hit.id) if hit.hit and hit.id in changed - known else None
        record = read_record(held) if held is not None and held.owner == node.party else None
        if held is not None and record is not None and record.is_alive(at.date()):
            answer = answer_for(hit, record, asker=node.party, threshold=THRESHOLD)
            keep_told(node, transaction, row, Match(hit, held, record, answer), at)
            told += 1
    return bool(told)


# -- (1) ------------------------------------------------------------------------------------------------------------


def _may_be_asked(
    node: Node, transaction: Transaction, sender: str, content: RegisterCheck, said: Instant, at: Instant
) -> tuple[Scope | None, tuple[str, ...], str]:
    """Say under which register a question is answered and by which articles, or why it is not."""
    knowledge = node.know(transaction)
    scope = scope_between(knowledge, content.agreement, node.party, sender, at)
    if scope is None:
        return None, ("rule 2 in force",), "no register stands between us under that agreement"
    clause = scope.register
    ref = str(clause.ref)
    if clause.host not in ("each", node.party):
        return scope, (ref,), f"{clause.host} hosts the register for all"
    try:
        check_sufficient(query_from(content.question), purpose=content.purpose, reference=content.reference)
        if content.until and parse_instant(content.until) <= at:
            raise BadInput("a watch ends after it begins")
    except BadInput as error:
        return scope, (ref,), error.message.replace("\n", "; ")[:1000]
    if content.until and transaction.count_watches(at, sender) >= MOST_WATCHES:
        text = f"{MOST_WATCHES} watches of {sender} stand here: another is taken once one of them has ended"
        return scope, (ref,), text
    decision = may_pass(
        node,
        transaction,
        scope,
        holder=node.party,
        to=sender,
        purpose=content.purpose,
        what=commitment(content.question),
        at=at,
    )
    grounds = tuple(dict.fromkeys(ground.ref for ground in decision.grounds))
    if not decision.permitted:
        text = "; ".join(f"{ground.text} ({ground.ref})" for ground in decision.grounds)
        return scope, grounds[:32], " ".join(text.split())[:2000]
    try:
        # both sides count it on the day it was put; one put on a day to come would escape that day's capacity
        spend(transaction, scope, asker=sender, holder=node.party, at=said if said <= at + SKEW else at)
    except RefusedHere as error:
        return scope, (ref,), error.message
    return scope, grounds[:32], ""
