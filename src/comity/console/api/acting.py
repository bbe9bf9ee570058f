"""An act over the API, with all that belongs to it, as one piece of work.

In it are: whether the same act came before under the same key, whether what it is about is still as the caller read it,
the act, who gave it, and the answer under its key. So an act that is sent again after the line broke is done once, and
the answer to it is the same, byte for byte; nor is there a moment in which somebody else could change what was read.

Kept are answers, not errors: what could not be done is tried again. A refusal by an agreement is an answer.
"""

import contextvars
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from comity.console.api.operation import Operation
from comity.console.api.operations import BY_ID, picked
from comity.console.api.problems import Stopped, problem_of_decision
from comity.console.visit import Caller
from comity.control.verb import VERBS, Desk
from comity.languages import _
from comity.ports import AnsweredRow

#: How long an answer is kept under its key, and how many of one officer's.
KEPT, MOST_KEPT = timedelta(days=30), 2_000


class Answer(msgspec.Struct, frozen=True):
    """What is answered: status, body, where what was made is found, and whether it had been answered before."""

    status: int
    body: bytes
    place: str = ""
    again: bool = False


def shaped(operation: Operation, answer: Any) -> bytes:
    """Put a verb's answer in the shape that the document promises, as JSON."""
    return msgspec.json.encode(msgspec.convert(answer, operation.answer, strict=False))


def version_of(body: bytes) -> str:
    """Give the strong ETag of a body (RFC 9110, section 8.8.3)."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def look(operation: Operation, ids: dict[str, str], desk: Desk, given: dict[str, Any]) -> Any:
    """Ask a verb for what an operation shows."""
    if operation.pick:
        return picked(operation, VERBS[operation.verb](desk, {}), next(iter(ids.values())))
    return VERBS[operation.verb](desk, {**operation.fixed, **given, **ids})


def act(
    caller: Caller,
    operation: Operation,
    ids: dict[str, str],
    given: dict[str, Any],
    *,
    asked: bytes,
    key: str,
    if_match: str,
) -> Answer:
    """Do what a caller wants.

    Args:
        ids: what stands in the path. `given`: what was given beside it.
        asked: the request, byte for byte, to tell it from another under the same key.
        key: the caller's `Idempotency-Key`; empty for none.
        if_match: the versions it is meant for; empty for any.

    Raises:
        Stopped: the key came with another request, or what it is about has changed.
        ComityError: the act does not go.
    """
    name = hashlib.sha256(f"{caller.officer.id}\0{key}".encode()).hexdigest() if key else ""
    request = hashlib.sha256(asked).hexdigest()

    def work(desk: Desk) -> Answer:
        held = desk.read(lambda transaction: transaction.answered(name)) if name else None
        if held is not None and held.ends_at > caller.at:
            if held.request != request:
                raise Stopped("key-used", hint=_("take a new key for every act"))
            return Answer(held.status, held.body, held.place, again=True)
        if if_match:
            _check_version(caller, operation, ids, desk, if_match)
        done = VERBS[operation.verb](desk, {**operation.fixed, **given, **ids})
        if operation.entered:
            caller.enter(desk, operation.verb, {**ids, **given})
        answer = _answer(operation, done, weighed=bool(given.get("dry_run")))
        if name:
            _keep(desk, caller, name, request, answer)
        return answer

    if VERBS[operation.verb].alone:
        if key or if_match:
            raise Stopped("malformed", _("this act takes no key and no version: sent again, it goes on"))
        return _answer(operation, caller.do(operation.verb, {**operation.fixed, **given, **ids}))
    return caller.desk.together(_in_this_context(work))


def _in_this_context(work: Callable[[Desk], Answer]) -> Callable[[Desk], Answer]:
    """Work in the caller's language, whichever thread does it."""
    context = contextvars.copy_context()
    return lambda desk: context.run(work, desk)


def _check_version(
    caller: Caller, operation: Operation, ids: dict[str, str], desk: Desk, if_match: str
) -> None:
    if not operation.of:
        raise Stopped("malformed", _("this address has no version: leave `If-Match` out"))
    shown = BY_ID[operation.of]
    caller.check(shown.verb)
    now = version_of(shaped(shown, look(shown, ids, desk, {})))
    if if_match.strip() != "*" and now not in [each.strip() for each in if_match.split(",")]:
        raise Stopped("changed", hint=_("read it again, and decide again"))


def _answer(operation: Operation, done: Any, *, weighed: bool = False) -> Answer:
    refusal = problem_of_decision(done) if isinstance(done, dict) and not done.get("requests") else None
    if refusal is not None:
        return Answer(refusal.status, msgspec.json.encode(refusal))
    body = shaped(operation, done)
    if weighed or not operation.made:
        return Answer(200, body)
    return Answer(201, body, _place(operation.made, done))


def _place(pattern: str, done: Any) -> str:
    head, _brace, rest = pattern.partition("{")
    value = done
    for name in rest.rstrip("}").split("."):
        value = value[name] if value is not None else ""
    return f"{head}{value}"


def _keep(desk: Desk, caller: Caller, name: str, request: str, answer: Answer) -> None:
    def work(_node: Any, transaction: Any) -> None:
        transaction.drop_answered(caller.officer.id, ended=caller.at, most=MOST_KEPT - 1)
        transaction.put_answered(
            AnsweredRow(
                key=name,
                officer=caller.officer.id,
                request=request,
                status=answer.status,
                place=answer.place,
                body=answer.body,
                at=caller.at,
                ends_at=caller.at + KEPT,
            )
        )

    desk.act(work)
