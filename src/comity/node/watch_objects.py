"""Watches for the objects of common interest of plans: one for each object on an adopted list, and for no other.

A plan names a record of the joint register and nothing of what it says. Each side that has the record puts two
questions that stand until the plan ends: one to its own register and one to the other Party's, where the articles let
it. What falls from the list, by an amendment both adopt, a line dropped or done, or a plan given up, is watched for no
longer. What cannot be watched for yet is tried again every day, and listed among the duties with the reason.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import msgspec

from comity.agreements.days import end_of, zone_of
from comity.clock import Instant
from comity.cooperation.matter import Matter
from comity.cooperation.plans import PlanFacts
from comity.errors import ComityError, NotFound
from comity.node.matter_log import log_of, matter_from
from comity.node.node import Node
from comity.ports import CheckRow, Transaction

if TYPE_CHECKING:
    from comity.register.examination import Query

__all__ = ["PURPOSE", "Unwatched", "unwatched", "watch_again", "watch_objects"]

#: For what the other Party is asked: what the article on lists of common interest is for (1989, art. XI(1)).
PURPOSE = "common-interest"
#: Most watches looked through.
_MOST = 100_000
#: Longest label of a list.
_LONGEST = 200


class Unwatched(msgspec.Struct, frozen=True):
    """An object that nobody is asked about yet, with the reason."""

    plan: str
    line: str
    object: str
    to: str
    until: Instant
    reason: str


def watch_objects(node: Node, transaction: Transaction, plan: Matter) -> tuple[str, ...]:
    """Make the watches that a plan's list asks for, and end those of what is on it no longer; tell what was done."""
    if plan.facts is None:
        return ()
    done = [*_end(node, transaction, plan)]
    for missing in _missing(node, transaction, plan):
        reason = _begin(node, transaction, plan, missing)
        whose = "the register here" if missing.to == node.party else f"the register of {missing.to}"
        done.append(
            f"line {missing.line}: not watched for in {whose} yet: {reason}"
            if reason
            else f"line {missing.line}: watched for in {whose}"
        )
    return tuple(done)


def watch_again(node: Node, transaction: Transaction) -> tuple[str, ...]:
    """Try all plans anew: a record may have come, or a text."""
    return tuple(
        line for plan in _plans(node, transaction) for line in watch_objects(node, transaction, plan)
    )


def unwatched(node: Node, transaction: Transaction) -> tuple[Unwatched, ...]:
    """Give what is on an adopted list and not watched for, with the reason, as far as it can be told without asking."""
    found = []
    for plan in _plans(node, transaction):
        for missing in _missing(node, transaction, plan):
            try:
                query_of(transaction, missing.object, _peer(node, plan))
                reason = "it could not be asked"
            except NotFound as error:
                reason = error.message
            found.append(msgspec.structs.replace(missing, reason=reason))
    return tuple(found)


def query_of(transaction: Transaction, name: str, peer: str) -> "Query":
    """Make the question that asks for an object: from its record, or from the question that met it at the other Party.

    Raises:
        NotFound: neither is here.
    """
    from comity.node.contribute import find_record, read_record  # brings NumPy along
    from comity.node.questions_asked import query_from, read_question
    from comity.register.examination import Query

    for identity in (name, f"{peer}/{name}"):
        with suppress(NotFound):
            subject = read_record(find_record(transaction, identity)).subject
            entry = subject.entry()
            values = (entry.names, entry.dates, entry.countries, entry.identifiers)
            return Query(subject.id, entry.schema, *values, entry.sex, entry.kinds)
    met = [
        hit for hit in transaction.hits(ours=True, limit=_MOST) if (hit.peer, hit.reference) == (peer, name)
    ]
    for hit in met:
        row = transaction.check(hit.check, peer, ours=True)
        question = read_question(row.question) if row is not None else None
        if question is not None:
            return query_from(question)
    raise NotFound(
        f"no record `{name[:80]}` is here, and no check has met it at {peer}",
        hint="comity register check NAME --with PARTY finds it",
    )


def _plans(node: Node, transaction: Transaction) -> Iterator[Matter]:
    knowledge = node.know(transaction)
    for row in transaction.matters("plan"):
        matter = matter_from(knowledge, row.id, log_of(transaction, row.id))
        if matter.facts is not None:  # also one whose adoption turned out not to count: its watches end
            yield matter


def _peer(node: Node, plan: Matter) -> str:
    return plan.other if plan.opener == node.party else plan.opener


def _label(plan: Matter, line: str) -> str:
    """Name a line of a plan as the list a watch belongs to."""
    period = cast("PlanFacts", plan.facts).opening.period
    return " ".join(("plan", period, plan.id[:12], line))[:_LONGEST]


def _standing(transaction: Transaction, plan: Matter) -> list[CheckRow]:
    period = cast("PlanFacts", plan.facts).opening.period
    begins = " ".join(("plan", period, plan.id[:12], ""))
    rows = transaction.checks(ours=True, limit=_MOST)
    return [row for row in rows if row.watch and row.state == "standing" and row.topic.startswith(begins)]


def _wanted(plan: Matter) -> dict[str, str]:
    """Give the objects to be watched for, by line."""
    facts = cast("PlanFacts", plan.facts)
    return {} if plan.state == "abandoned" else dict(facts.objects)


def _missing(node: Node, transaction: Transaction, plan: Matter) -> list[Unwatched]:
    facts = cast("PlanFacts", plan.facts)
    until = end_of(facts.opening.ends, zone_of(plan.case().terms.zone))
    if until <= node.now(transaction) + timedelta(seconds=1):
        return []
    standing = {(row.topic, row.peer) for row in _standing(transaction, plan)}
    return [
        Unwatched(plan.id, line, name, to, until, "")
        for line, name in sorted(_wanted(plan).items())
        for to in (node.party, _peer(node, plan))
        if (_label(plan, line), to) not in standing
    ]


def _begin(node: Node, transaction: Transaction, plan: Matter, missing: Unwatched) -> str:
    """Put one watch; give the reason where it cannot be."""
    from comity.node.ask_check import ask_check, watch_own

    topic = _label(plan, missing.line)
    try:
        query = query_of(transaction, missing.object, _peer(node, plan))
        with transaction.piece():
            if missing.to == node.party:
                watch_own(node, transaction, query, reference=topic, until=missing.until, topic=topic)
                return ""
            ask_check(
                node,
                transaction,
                query,
                purpose=PURPOSE,
                reference=topic,
                to=missing.to,
                under=plan.agreement,
                until=missing.until,
                topic=topic,
            )
    except ComityError as error:  # it is listed among the duties, and tried again
        return error.message.replace("\n", "; ")
    return ""


def _end(node: Node, transaction: Transaction, plan: Matter) -> Iterator[str]:
    wanted = {_label(plan, line) for line in _wanted(plan)}
    over = {row.id: row for row in _standing(transaction, plan) if row.topic not in wanted}
    if not over:
        return
    from comity.node.ask_check import end_watch  # brings NumPy along

    for name, row in sorted(over.items()):
        end_watch(node, transaction, name)
        yield f"line {row.topic.rpartition(' ')[2]}: watched for no longer"
