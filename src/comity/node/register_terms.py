"""What an agreement says of its register between two Parties at an instant, and whether its questions may pass.

A question, a match list and a follow-up pass as items of category `register.<id>` would (`specs/gate.md`, Which
agreement): the gate decides, and its decision is entered before anything is sealed.
"""

from collections.abc import Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

from comity.agreements.clauses import Register
from comity.agreements.days import zone_of
from comity.clock import Instant
from comity.decisions.decision import Decision
from comity.decisions.gate import decide
from comity.decisions.question import Question
from comity.errors import NotFound, RefusedHere
from comity.handling.item import Item
from comity.node.decided import enter_decision
from comity.node.node import Knowledge, Node
from comity.ports import BudgetRow, Transaction
from comity.register.questions import Budget
from comity.register.scope import Scope

__all__ = [
    "Target",
    "may_pass",
    "members_with",
    "refuse_by",
    "scope_between",
    "spend",
    "whom_to_ask",
    "zone_at",
]


class Target(NamedTuple):
    """A Party to be asked, and under what: the Party itself, or the host for all."""

    party: str
    scope: Scope


def scope_between(knowledge: Knowledge, agreement: str, a: str, b: str, at: Instant) -> Scope | None:
    """Give the register that stands between two Parties under an agreement; None where there is none in force."""
    timeline = knowledge.timelines.get(agreement)
    terms = timeline.at(at, a, b) if timeline is not None else None
    if terms is None or not terms.permits or terms.register is None or not {a, b} <= terms.parties:
        return None
    return Scope.of(agreement, terms.register, terms.protection)


def zone_at(knowledge: Knowledge, agreement: str, a: str, b: str, at: Instant) -> ZoneInfo:
    """Give the time zone in which an agreement counts its days."""
    timeline = knowledge.timelines.get(agreement)
    return zone_of(timeline.at(at, a, b).zone if timeline is not None else "UTC")


def members_with(node: Node, knowledge: Knowledge, agreement: str, at: Instant) -> Iterator[Target]:
    """Give every other Party of an agreement with which its register stands, by name."""
    held = knowledge.agreements.get(agreement)
    for party in sorted(knowledge.peers() if held is not None else ()):
        scope = scope_between(knowledge, agreement, node.party, party, at)
        if scope is not None:
            yield Target(party, scope)


def whom_to_ask(
    node: Node, knowledge: Knowledge, at: Instant, *, to: str = "", under: str = ""
) -> list[list[Target]]:
    """Give whom a question goes to, under the agreement that entered into force last first.

    Where each Party keeps its own it goes to all of them, or to the one named; where one hosts for all, to the host.

    Raises:
        NotFound: no such agreement is held.
        RefusedHere: no register stands between the two; another Party hosts it.
    """
    if under and under not in knowledge.agreements:
        raise NotFound(f"no agreement `{under[:80]}` is held here", hint="comity agreement list")
    found: list[tuple[object, str, list[Target]]] = []
    for name in [under] if under else sorted(knowledge.agreements):
        members = list(members_with(node, knowledge, name, at))
        if not members or (to and to not in {member.party for member in members}):
            continue
        clause = members[0].scope.register
        if clause.host == "each":
            asked = [member for member in members if to in ("", member.party)]
        elif clause.host == node.party:
            asked = [Target(node.party, members[0].scope)]
        elif to in ("", clause.host):
            asked = [member for member in members if member.party == clause.host]
        else:
            refuse_by(clause, f"{clause.host} hosts the register for all: `{to[:80]}` is not asked itself")
        began = knowledge.timelines[name].at(at, node.party, members[0].party).in_force_from
        found.append((began.timestamp() if began else 0.0, name, asked))
    if not found:
        between = f"between {node.party} and {to[:80]}" if to else f"under {under[:80]}"
        raise RefusedHere(
            f"no register is agreed {between} and in force (rule 4 category)", hint="comity agreement list"
        )
    return [asked for _, _, asked in sorted(found, key=lambda each: each[:2], reverse=True)]


def may_pass(
    node: Node,
    transaction: Transaction,
    scope: Scope,
    *,
    holder: str,
    to: str,
    purpose: str,
    what: str,
    at: Instant,
    enter: bool = True,
) -> Decision:
    """Ask the gate whether something of a register's category may pass from one Party to another.

    Args:
        what: digest of what would pass. `enter`: enter the decision in the journal, as who passes something must.
    """
    item = Item(id=what, category=f"register.{scope.register.id}", originator=holder, name="register")
    question = Question(
        items={what: item}, disclose=what, holder=holder, to=to, purpose=purpose, under=scope.agreement
    )
    decision = decide(question, node.know(transaction).known_at(at), at)
    if enter:
        peer = to if holder == node.party else holder
        enter_decision(node, transaction, decision, channel=peer, at=at)
    return decision


def spend(transaction: Transaction, scope: Scope, *, asker: str, holder: str, at: Instant) -> None:
    """Count a question against the day's capacity, on whichever side this is.

    Raises:
        RefusedHere: the capacity is used up; nothing is counted.
    """
    day = at.date().isoformat()
    asked = transaction.budget(scope.agreement, asker, holder, day)
    capacity = scope.register.queries_per_day
    if capacity is not None:
        try:
            Budget(capacity, at.date(), asked).spend(at)
        except RefusedHere as error:
            refuse_by(scope.register, error.message, hint=error.hint)
    transaction.put_budget(
        BudgetRow(agreement=scope.agreement, asker=asker, holder=holder, day=day, asked=asked + 1)
    )


def refuse_by(clause: Register, text: str, *, hint: str = "") -> None:
    """Refuse with the register article.

    Raises:
        RefusedHere: always.
    """
    raise RefusedHere(f"{text} ({clause.ref})", hint=hint)
