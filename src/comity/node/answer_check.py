"""Answering a check: what is found, what of it may be told, and who hears of it.

    (1) may it be asked at all       a register in force with that Party, hosted here; enough is said; the gate lets a
                                     match list pass for this purpose; the day's capacity
    (2) look for it                  among the records that may be told of, and, always as well, among the silent ones
    (3) tell what may be told        by each record's handling, the strictest of those linked with it
    (4) let the owner know           of every hit; of a silent one the owner alone
    (5) answer                       padded, in the next time bucket, whatever was found

Nothing in (1) depends on any record; what is found among silent records changes nothing that leaves the node: no line,
no score, no size, no message, no number of rows (promise P8).
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from comity.clock import Instant, parse_instant
from comity.decisions.question import Question
from comity.errors import BadInput, ComityError, RefusedHere
from comity.federation.conversations import WATCH, after
from comity.federation.register_messages import (
    Line,
    RegisterAnswer,
    RegisterCheck,
    RegisterEcho,
    RegisterEnd,
    padded,
)
from comity.node.contribute import read_record
from comity.node.hit_thresholds import threshold_in_force
from comity.node.node import Node
from comity.node.pass_record import linked_with, pass_record
from comity.node.post import owe
from comity.node.questions_asked import commitment, query_from, read_question, stored
from comity.node.register_terms import may_pass, scope_between, spend
from comity.node.verdict import Verdict
from comity.node.what_may_pass import verdicts
from comity.ports import CheckRow, HitRow, ItemRow, RecordRow, Transaction
from comity.register.answers import POSSIBLE, Answer, Shown, answer_for
from comity.register.checking import Hit, check
from comity.register.examination import Query
from comity.register.questions import check_sufficient
from comity.register.record import Handling, Record, strictest
from comity.register.scope import Scope
from comity.register.scoring import THRESHOLD, matcher
from comity.sealing.receipts import Ground

__all__ = ["BUCKET", "answer_own", "take_check", "take_end", "tell_watches"]

#: Answers leave at whole multiples of this after midnight, so that the time they took says nothing.
BUCKET = timedelta(milliseconds=250)
#: Lines told at the most, and candidates looked at.
MOST_LINES, LOOKED_AT = 10, 40


class Match(NamedTuple):
    """A record found, and what of it may be told; None for nothing."""

    hit: Hit
    row: RecordRow
    record: Record
    answer: Answer | None


class Findings(NamedTuple):
    """What was found: matches that may be told, and those of which only owners hear."""

    told: Sequence[Match]
    unseen: Sequence[Match]
    more: bool


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
        _owe_answer(node, transaction, sender, answer, b"refused", at)
        return Verdict("accepted", detail=commitment(question).encode())
    # (2), (3)
    row = msgspec.structs.replace(
        row, register=scope.register.id, grounds=grounds, state="standing" if row.watch else "answered"
    )
    found = _find(node, transaction, scope, query_from(question), asker=sender, purpose=row.purpose, at=at)
    # (4), (5)
    _tell(node, transaction, row, scope, found, at)
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
    """Answer a question of this Party's own to the register it hosts for all."""
    found = _find(node, transaction, scope, query, asker=node.party, purpose=row.purpose, at=at)
    state = "standing" if row.watch else "answered"
    row = msgspec.structs.replace(row, state=state, more=found.more, grounds=(str(scope.register.ref),))
    transaction.put_check(row)
    for match in (*found.told, *found.unseen):
        _keep_told(node, transaction, row, match, at)
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
        scope = scope_between(node.know(transaction), row.agreement, node.party, row.peer, at)
        if question is None or (scope is None and not own):
            continue
        if own:
            told += _tell_own_watch(node, transaction, row, query_from(question), changed, at)
            continue
        assert scope is not None
        known = {hit.key for hit in transaction.hits_of_check(row.id)} | {key for key, _ in _unseen_of(row)}
        found = _find(
            node,
            transaction,
            scope,
            query_from(question),
            asker=row.peer,
            purpose=row.purpose,
            at=at,
        )
        new = Findings(
            [match for match in found.told if match.row.key in changed - known],
            [match for match in found.unseen if match.row.key in changed - known],
            False,
        )
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
            _tell(node, transaction, row, scope, new, at, answer=bool(new.told))
            told += bool(new.told)
    return told


def _tell_own_watch(
    node: Node, transaction: Transaction, row: CheckRow, query: Query, changed: set[str], at: Instant
) -> bool:
    names = node.register.names(transaction)
    known = {hit.key for hit in transaction.hits_of_check(row.id)}
    hits = [
        hit
        for index in (names.shown, names.silent)
        for hit in check(index, query, limit=LOOKED_AT, explain_from=THRESHOLD)
    ]
    new = [hit for hit in hits if hit.hit and hit.id in changed - known]
    for hit in new:
        held = transaction.record(hit.id)
        if held is not None:
            record = read_record(held)
            answer = answer_for(hit, record, asker=record.terms.owner, threshold=THRESHOLD)
            _keep_told(node, transaction, row, Match(hit, held, record, answer), at)
    return bool(new)


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
        spend(transaction, scope, asker=sender, holder=node.party, at=said)
    except RefusedHere as error:
        return scope, (ref,), error.message
    return scope, grounds[:32], ""


# -- (2), (3) -------------------------------------------------------------------------------------------------------


def _find(
    node: Node,
    transaction: Transaction,
    scope: Scope,
    query: Query,
    *,
    asker: str,
    purpose: str,
    at: Instant,
) -> Findings:
    """Look among the records that may be told of, and among the silent ones, whatever the first look found."""
    names = node.register.names(transaction)
    threshold = threshold_in_force(transaction, scope)
    shown, silent = (
        _matches(
            node,
            transaction,
            scope,
            check(index, query, limit=LOOKED_AT, threshold=threshold, explain_from=POSSIBLE),
            asker,
            purpose,
            at,
            threshold,
        )
        for index in (names.shown, names.silent)
    )
    told = [match for match in shown if match.answer is not None]
    unseen = [match for match in silent if match.hit.hit and match.row.owner != asker]
    return Findings(told[:MOST_LINES], unseen[:MOST_LINES], len(told) > MOST_LINES)


def _matches(
    node: Node,
    transaction: Transaction,
    scope: Scope,
    hits: Sequence[Hit],
    asker: str,
    purpose: str,
    at: Instant,
    threshold: float,
) -> list[Match]:
    """Give the candidates that answer under the agreement today, each with what may be told of it."""
    met: list[tuple[Hit, RecordRow, Record]] = []
    for hit in hits:
        row = transaction.record(hit.id)
        if row is not None:
            record = read_record(row)
            if scope.takes(record, at.date()):
                met.append((hit, row, record))
    answering = _answering(node, transaction, [row for _, row, _ in met], scope, asker, purpose, at)
    found = []
    for hit, row, record in met:
        if row.key not in answering:
            continue
        linked = transaction.records_of(linked_with(transaction, row.key)).values()
        strict = strictest(*(Handling(each.handling) for each in linked))
        answer = answer_for(hit, record, asker=asker, threshold=threshold, handling=strict)
        found.append(Match(hit, row, record, answer))
    return found


def _answering(
    node: Node,
    transaction: Transaction,
    rows: Sequence[RecordRow],
    scope: Scope,
    asker: str,
    purpose: str,
    at: Instant,
) -> set[str]:
    """Give the records that answer this asker here: one's own; or contributed ones, if their custody lets them pass on.

    A contribution was made for a purpose, and that binds: for another one it answers only with its owner's consent.
    """
    found: set[str] = set()
    contributed: list[tuple[str, ItemRow]] = []
    for row in rows:
        if row.owner == node.party:
            found.add(row.key)
            continue
        if row.agreement != scope.agreement or scope.register.host != node.party:
            continue
        item = transaction.item(row.item)
        if item is None or item.state != "held":
            continue
        if asker in (node.party, row.owner):
            found.add(row.key)
        else:
            contributed.append((row.key, item))
    if contributed:
        question = Question(
            items={}, disclose="", holder=node.party, to=asker, purpose=purpose, under=scope.agreement
        )
        decided = verdicts(node, transaction, [item for _, item in contributed], question, at)
        found.update(key for (key, _), each in zip(contributed, decided, strict=True) if each.permitted)
    return found


# -- (4), (5) -------------------------------------------------------------------------------------------------------


def _tell(
    node: Node,
    transaction: Transaction,
    row: CheckRow,
    scope: Scope,
    found: Findings,
    at: Instant,
    *,
    answer: bool = True,
) -> None:
    """Answer with what may be told, keep who was told what, and let the owners know."""
    lines = []
    for match in found.told:
        line = _line(node, transaction, row, scope, match)
        kept = _keep_told(node, transaction, row, match, at, line)
        lines.append(line)
        _echo(node, transaction, row, match, kept.id, line.shown, at)
    for match in found.unseen:
        _echo(node, transaction, row, match, node.entropy(16).hex(), "nothing", at)
    unseen = [*_unseen_of(row), *((match.row.key, round(match.hit.score * 1000)) for match in found.unseen)]
    transaction.put_check(msgspec.structs.replace(row, more=found.more, unseen=json.dumps(unseen).encode()))
    if not answer:
        return
    said = RegisterAnswer(
        check=row.id, state="answered", grounds=row.grounds, lines=tuple(lines), more=found.more
    )
    question = read_question(row.question)
    detail = {
        "check": row.id,
        "question": commitment(question) if question is not None else "",
        "model": matcher().digest,
        "lines": [[line.hit, line.band, line.score] for line in lines],
    }
    _owe_answer(node, transaction, row.peer, said, json.dumps(detail).encode(), at)


def _line(node: Node, transaction: Transaction, row: CheckRow, scope: Scope, match: Match) -> Line:
    """Put a match as it is told; a record that is open goes along as an item, if the gate lets it."""
    told = match.answer
    assert told is not None
    item, shown = "", told.shown
    if shown is Shown.RECORD and match.row.owner != row.peer:
        try:
            with transaction.piece():
                item, decision = pass_record(
                    node, transaction, match.row, scope, to=row.peer, purpose=row.purpose
                )
                if decision is not None and not decision.permitted:
                    item = ""
        except ComityError:
            item = ""
    if shown is Shown.RECORD and not item and match.row.owner != row.peer:
        shown = Shown.REFERENCE
    open_ = shown is Shown.RECORD
    flags = [each for each in transaction.flags_on(match.row.key) if each.state != "taken back"]
    return Line(
        hit=node.entropy(16).hex(),
        owner=told.owner,
        band="hit" if told.band == "hit" else "possible",
        score=min(round((match.hit.score if open_ else int(match.hit.score * 10) / 10) * 1000), 1000),
        shown=shown.value,  # type: ignore[arg-type]  # never nothing
        reference=match.record.id if shown is not Shown.OWNER else "",
        why=tuple(text[:600] for text in told.why[:16]) if open_ else (),
        item=item,
        flagged=len(flags) if open_ else 0,
        caution=bool(match.record.notes) if open_ else False,
        action=match.record.terms.action[:1000] if open_ else "",
    )


def _keep_told(
    node: Node, transaction: Transaction, row: CheckRow, match: Match, at: Instant, line: Line | None = None
) -> HitRow:
    """Keep a hit on the side that knows the record."""
    answer = match.answer
    kept = HitRow(
        id=line.hit if line is not None else node.entropy(16).hex(),
        check=row.id,
        ours=row.ours,
        peer=row.peer,
        owner=match.row.owner,
        agreement=row.agreement,
        register=row.register,
        purpose=row.purpose,
        reference=match.row.id if line is None or line.reference else "",
        key=match.row.key,
        shown=line.shown if line is not None else (answer.shown if answer is not None else Shown.NOTHING),
        band=answer.band if answer is not None else "hit",
        score=round(match.hit.score * 1000),
        why=match.hit.why,
        at=at,
        item=line.item if line is not None else "",
        sources=match.record.sources,
    )
    transaction.put_hit(kept)
    return kept


def _echo(
    node: Node, transaction: Transaction, row: CheckRow, match: Match, hit: str, shown: str, at: Instant
) -> None:
    """Let the owner of a record hosted here know that somebody's check met it."""
    owner = match.row.owner
    if owner in (node.party, row.peer):
        return
    message = RegisterEcho(
        check=row.id,
        hit=hit,
        agreement=row.agreement,
        register=row.register,
        asker=row.peer,
        record=match.row.id,
        purpose=row.purpose,
        reference=row.reference,
        band="hit" if match.hit.hit else "possible",
        score=min(round(match.hit.score * 1000), 1000),
        shown=shown,  # type: ignore[arg-type]  # one of Shown
    )
    owe(node, transaction, owner, message, at=at, kind="register-echo", about=row.id)


def _unseen_of(row: CheckRow) -> list[tuple[str, int]]:
    """Give the silent records a check met, of which only this Party knows."""
    return [(key, score) for key, score in json.loads(row.unseen)] if row.unseen else []


def _owe_answer(
    node: Node, transaction: Transaction, peer: str, answer: RegisterAnswer, detail: bytes, at: Instant
) -> None:
    owe(
        node,
        transaction,
        peer,
        padded(answer),
        at=at,
        kind="register-answer",
        about=answer.check,
        detail=detail,
        due=next_bucket(at),
    )


def next_bucket(at: Instant) -> Instant:
    """Give the next whole multiple of the bucket after an instant."""
    midnight = datetime.combine(at.date(), datetime.min.time(), at.tzinfo)
    return midnight + BUCKET * ((at - midnight) // BUCKET + 1)
