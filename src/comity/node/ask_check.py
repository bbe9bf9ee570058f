"""Asking other Parties' registers: one question, to every Party of an agreement or to the one that hosts for all.

    (1) enough is said: a purpose, a reference, two of given name, family name, birth date, or an identifier
    (2) who is asked, under which agreement                     register_terms.py
    (3) for each: the gate decides that the question may pass; it is counted against the day; it is sealed and owed
    (4) answers come as they come (`take_answer.py`); a Party that is slow, or cannot be sealed for, delays no other

A watch is a question that stands: answered at once like any, and again whenever a later record matches.
"""

from collections.abc import Sequence

import msgspec

from comity.clock import Instant, format_instant
from comity.errors import BadInput, RefusedHere
from comity.federation.conversations import WATCH, after
from comity.federation.register_messages import Question, RegisterCheck, RegisterEnd
from comity.node import record
from comity.node.answer_check import answer_own
from comity.node.node import Node
from comity.node.post import owe
from comity.node.questions_asked import commitment, query_from, question_from, stored
from comity.node.register_names import find_check
from comity.node.register_terms import Target, may_pass, spend, whom_to_ask
from comity.ports import CheckRow, Transaction
from comity.register.examination import Query
from comity.register.questions import check_sufficient

__all__ = ["ask_check", "end_watch", "watch_own"]

#: Longest purpose and reference that travel.
_LONGEST = 256


def ask_check(
    node: Node,
    transaction: Transaction,
    query: Query,
    *,
    purpose: str,
    reference: str,
    to: str = "",
    under: str = "",
    until: Instant | None = None,
    topic: str = "",
) -> tuple[CheckRow, ...]:
    """Put a question to other Parties; give each one's part.

    Args:
        to: the Party to ask; empty for every Party of the agreement.
        under: the agreement; empty for the last to enter into force that lets the question pass.
        until: until when it stands, for a watch. `topic`: the list of common interest it belongs to.

    Raises:
        BadInput: too little is said.
        NotFound: no such agreement.
        RefusedHere: no register is agreed, or none of those asked may be; with the articles.
    """
    at = node.now(transaction)
    # (1)
    _check_words(purpose, reference, topic)
    check_sufficient(query, purpose=purpose, reference=reference)
    if until is not None and until <= at:
        raise BadInput("a watch ends after it begins")
    # (2)
    question = question_from(node, query)
    name = node.entropy(16).hex()
    refusals: list[str] = []
    for asked in whom_to_ask(node, node.know(transaction), at, to=to, under=under):
        rows = [
            _begin(node, transaction, target, name, question, purpose, reference, until, topic, at)
            for target in asked
        ]
        if any(row.state not in ("refused", "unsent") for row in rows):
            return tuple(rows)
        refusals += [f"{row.reason or ', '.join(row.grounds)}" for row in rows]
        if any(row.state == "unsent" for row in rows):
            break
    raise RefusedHere("\n".join(dict.fromkeys(refusals)), hint="comity agreement list")


def _begin(
    node: Node,
    transaction: Transaction,
    target: Target,
    name: str,
    question: Question,
    purpose: str,
    reference: str,
    until: Instant | None,
    topic: str,
    at: Instant,
) -> CheckRow:
    """Put the question to one Party; what stands in the way of this one is noted in its part."""
    scope = target.scope
    row = CheckRow(
        id=name,
        ours=True,
        peer=target.party,
        agreement=scope.agreement,
        register=scope.register.id,
        purpose=purpose,
        reference=reference,
        question=stored(question),
        at=at,
        state="standing" if until is not None else "asked",
        watch=until is not None,
        until=until,
        topic=topic,
    )
    if target.party == node.party:
        return answer_own(node, transaction, row, scope, query_from(question), at)
    # (3)
    decision = may_pass(
        node,
        transaction,
        scope,
        holder=node.party,
        to=target.party,
        purpose=purpose,
        what=commitment(question),
        at=at,
    )
    grounds = tuple(dict.fromkeys(ground.ref for ground in decision.grounds))
    if not decision.permitted:
        text = "; ".join(f"{ground.text} ({ground.ref})" for ground in decision.grounds)
        if any(ground.rule == 5 for ground in decision.grounds):
            text = f"the purpose {purpose} is not agreed: {text}"
        row = msgspec.structs.replace(row, state="refused", grounds=grounds, reason=text[:2000])
        transaction.put_check(row)
        return row
    message = RegisterCheck(
        check=name,
        agreement=scope.agreement,
        purpose=purpose,
        reference=reference,
        question=question,
        until=format_instant(until) if until is not None else "",
        topic=topic,
    )
    try:
        with transaction.piece():
            spend(transaction, scope, asker=node.party, holder=target.party, at=at)
            detail = commitment(question).encode()
            owe(
                node,
                transaction,
                target.party,
                message,
                at=at,
                kind="register-check",
                about=name,
                detail=detail,
            )
    except RefusedHere as error:
        row = msgspec.structs.replace(row, state="unsent", reason=error.message)
    transaction.put_check(msgspec.structs.replace(row, grounds=grounds))
    return row


def watch_own(
    node: Node, transaction: Transaction, query: Query, *, reference: str, until: Instant, topic: str = ""
) -> tuple[CheckRow, ...]:
    """Watch this Party's own register: whoever asked is told when a later record matches."""
    at = node.now(transaction)
    _check_words("", reference, topic)
    if until <= at:
        raise BadInput("a watch ends after it begins")
    question = question_from(node, query)
    row = CheckRow(
        id=node.entropy(16).hex(),
        ours=True,
        peer=node.party,
        agreement="",
        register="",
        purpose="",
        reference=reference,
        question=stored(question),
        at=at,
        state="standing",
        watch=True,
        until=until,
        topic=topic,
    )
    transaction.put_check(row)
    act = commitment(question)
    record.enter(node, transaction, "register-watch", channel="", act=act, detail=b"", at=at)
    return (row,)


def end_watch(node: Node, transaction: Transaction, name: str) -> Sequence[CheckRow]:
    """End a watch at everyone who answers it.

    Raises:
        NotFound: no such watch of this Party.
        RefusedHere: it has ended.
    """
    at = node.now(transaction)
    rows = [row for row in find_check(transaction, name) if row.watch]
    if not rows:
        raise RefusedHere(f"`{name[:80]}` is a check, not a watch: it ends with its answer")
    if all(row.state in ("ended", "over") for row in rows):
        raise RefusedHere(f"watch {rows[0].id[:12]} has ended")
    ended = []
    for row in rows:
        state = after(WATCH, row.state, "ended")
        if row.peer != node.party and row.state == "standing":
            message = RegisterEnd(check=row.id)
            owe(node, transaction, row.peer, message, at=at, kind="register-end", about=row.id)
        changed = msgspec.structs.replace(row, state=state)
        transaction.put_check(changed)
        ended.append(changed)
    act = record.digest_of(rows[0].id.encode())
    record.enter(node, transaction, "register-watch-ended", channel="", act=act, detail=b"", at=at)
    return ended


def _check_words(purpose: str, reference: str, topic: str) -> None:
    mistakes = [
        f"the {name} has more than {_LONGEST} characters, or characters that cannot be shown"
        for name, words in {"purpose": purpose, "reference": reference, "topic": topic}.items()
        if len(words) > _LONGEST or not words.isprintable()
    ]
    if mistakes:
        raise BadInput(*mistakes)
