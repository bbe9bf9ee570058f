"""Telling what a check found, and to whom: the fourth and fifth part of `answer_check.py`.

The owner hears of every hit, of a silent one alone; the answer is padded and leaves in the next time bucket, whatever
was found.
"""

import json
from datetime import datetime, timedelta

import msgspec

from comity.clock import Instant
from comity.errors import ComityError
from comity.federation.register_messages import Line, RegisterAnswer, RegisterEcho, padded
from comity.node.find_matches import Findings, Match
from comity.node.node import Node
from comity.node.pass_record import pass_record
from comity.node.post import owe
from comity.node.questions_asked import commitment, read_question
from comity.ports import CheckRow, HitRow, Transaction
from comity.register.answers import Shown
from comity.register.scope import Scope
from comity.register.scoring import matcher

__all__ = ["keep_told", "owe_answer", "tell", "tell_own", "unseen_of"]

#: Answers leave at whole multiples of this after midnight, so that the time they took says nothing.
_BUCKET = timedelta(milliseconds=250)


def tell(
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
        kept = keep_told(node, transaction, row, match, at, line)
        lines.append(line)
        _echo(node, transaction, row, match, kept.id, line.shown, at)
    for match in found.unseen:
        _echo(node, transaction, row, match, node.entropy(16).hex(), "nothing", at)
    unseen = [*unseen_of(row), *((match.row.key, round(match.hit.score * 1000)) for match in found.unseen)]
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
    owe_answer(node, transaction, row.peer, said, json.dumps(detail).encode(), at)


def tell_own(
    node: Node, transaction: Transaction, row: CheckRow, scope: Scope, found: Findings, at: Instant
) -> None:
    """Keep what this Party's own check of the register it hosts is told, and let the owners know.

    Of others' records it is told what any other Party would be.
    """
    for match in found.told:
        if match.row.owner == node.party:
            keep_told(node, transaction, row, match, at)
            continue
        line = _line(node, transaction, row, scope, match)
        kept = keep_told(node, transaction, row, match, at, line)
        _echo(node, transaction, row, match, kept.id, line.shown, at)
    for match in found.unseen:
        _echo(node, transaction, row, match, node.entropy(16).hex(), "nothing", at)
    met = [*unseen_of(row), *((match.row.key, round(match.hit.score * 1000)) for match in found.unseen)]
    transaction.put_check(
        msgspec.structs.replace(row, more=row.more or found.more, unseen=json.dumps(met).encode())
    )


def _line(node: Node, transaction: Transaction, row: CheckRow, scope: Scope, match: Match) -> Line:
    """Put a match as it is told; a record that is open goes along as an item, if the gate lets it."""
    told = match.answer
    assert told is not None
    item, shown = "", told.shown
    if shown is Shown.RECORD and row.peer == node.party:
        item = match.row.item  # it came here as this item
    elif shown is Shown.RECORD and match.row.owner != row.peer:
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
    flags = transaction.flags_on(match.row.key) if open_ else ()
    dissenting = {each.peer for each in flags if each.state != "taken back"}
    return Line(
        hit=node.entropy(16).hex(),
        owner=told.owner,
        band="hit" if told.band == "hit" else "possible",
        score=min(round((match.hit.score if open_ else int(match.hit.score * 10) / 10) * 1000), 1000),
        shown=shown.value,  # type: ignore[arg-type]  # never nothing
        reference=match.record.id if shown is not Shown.OWNER else "",
        why=tuple(text[:600] for text in told.why[:16]) if open_ else (),
        item=item,
        flagged=len(dissenting),
        caution=bool(match.record.notes) if open_ else False,
        action=match.record.terms.action[:1000] if open_ else "",
    )


def keep_told(
    node: Node, transaction: Transaction, row: CheckRow, match: Match, at: Instant, line: Line | None = None
) -> HitRow:
    """Keep a hit on the side that knows the record."""
    answer = match.answer
    whole = line is None or match.row.owner == node.party  # of another's record no more is kept than was told
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
        score=round(match.hit.score * 1000) if whole or line is None else line.score,
        why=match.hit.why if whole or line is None else line.why,
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


def unseen_of(row: CheckRow) -> list[tuple[str, int]]:
    """Give the silent records a check met, of which only this Party knows."""
    return [(key, score) for key, score in json.loads(row.unseen)] if row.unseen else []


def owe_answer(
    node: Node, transaction: Transaction, peer: str, answer: RegisterAnswer, detail: bytes, at: Instant
) -> None:
    """Owe an answer, padded, from the next time bucket on."""
    owe(
        node,
        transaction,
        peer,
        padded(answer),
        at=at,
        kind="register-answer",
        about=answer.check,
        detail=detail,
        due=_next_bucket(at),
    )


def _next_bucket(at: Instant) -> Instant:
    """Give the next whole multiple of the bucket after an instant."""
    midnight = datetime.combine(at.date(), datetime.min.time(), at.tzinfo)
    return midnight + _BUCKET * ((at - midnight) // _BUCKET + 1)
