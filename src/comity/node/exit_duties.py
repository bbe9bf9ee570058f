"""What becomes of what was received once an agreement has ended: the duty table, item by item.

    return    it goes back: the giver has it, and what is held here is erased
    destroy   it is erased here, and from a day that is named no backup opens it
    retain    it stays, with the ground that says so

The duty stands in the `protection` clause (`on_exit`) that bound the hop. Where several agreements gave the same item,
the strictest of those that have ended counts; one that goes on lets it stay, and a legal hold wins over all. Where no
clause says anything, it stays, bound as it was: what was given survives the end (VCLT art. 70).
"""

from collections.abc import Iterator, Sequence

import msgspec

from comity.agreements.governing import Timeline
from comity.clock import Instant
from comity.errors import NotFound
from comity.federation.statements import HopStatement
from comity.node.node import Knowledge, Node
from comity.node.questions import statements_of
from comity.ports import ItemRow, Transaction

#: From the laxest to the strictest.
DUTIES = ("retain", "return", "destroy")
#: What a duty that was carried out is answered with.
ANSWERS = {"retain": "retained", "return": "returned", "destroy": "destroyed"}
#: Those that are told whom an item was handed on to.
OTHER_HANDS = ("return", "destroy")
#: The ground of a duty that no article names.
_VIENNA = "VCLT art. 70"

_EVERYTHING = 1_000_000


class Duty(msgspec.Struct, frozen=True):
    """What is to become of an item, the article or rule that says so, and why in words."""

    duty: str
    ground: str
    because: str = ""


class Due(msgspec.Struct, frozen=True):
    """An item received from a Party under an agreement, and the duty about it at that agreement's end."""

    row: ItemRow
    giver: str
    duty: Duty


def ending(timeline: Timeline, at: Instant, a: str, b: str) -> tuple[str, str, tuple[str, ...]]:
    """Give the state between two Parties, the event that brought it, and what it rests on."""
    condition = timeline.life.condition(at, a, b)
    return condition.state, condition.event, tuple(str(each) for each in condition.grounds)


def open_due(node: Node, transaction: Transaction, agreement: str, giver: str, at: Instant) -> Iterator[Due]:
    """Give the duty about every open item that came from a Party under an agreement, as if it had ended by `at`.

    Raises:
        NotFound: the agreement is not held.
    """
    knowledge = node.know(transaction)
    if agreement not in knowledge.timelines:
        raise NotFound(f"no agreement `{agreement[:80]}` is held here", hint="comity agreement list")
    for passed in transaction.passed_lines(agreement, giver, giver=giver, open=True, limit=_EVERYTHING):
        row = transaction.item(passed.item)
        if row is not None:
            hops = last_hops(transaction, row)
            yield Due(row, giver, duty_of(node, knowledge, row, hops, at, ended=agreement))


def last_hops(transaction: Transaction, row: ItemRow) -> list[HopStatement]:
    """Give the hop by which an item came here, of each of its routes."""
    found = []
    for holding in transaction.holdings(row.digest):
        if holding.custody:
            found.append(statements_of(transaction, holding)[-1])
    return found


def duty_of(
    node: Node,
    knowledge: Knowledge,
    row: ItemRow,
    hops: Sequence[HopStatement],
    at: Instant,
    *,
    ended: str = "",
) -> Duty:
    """Give what is to become of an item by all the routes it came by.

    Args:
        ended: an agreement to be taken as ended, although it is only suspended or under notice yet.
    """
    if row.on_hold:
        return Duty("retain", "legal hold", row.on_hold)
    over: list[Duty] = []
    for hop in hops:
        timeline = knowledge.timelines.get(hop.agreement)
        if timeline is None:
            continue
        state, _, _ = ending(timeline, at, hop.by, node.party)
        if state != "ended" and hop.agreement != ended:
            return Duty(
                "retain", hop.agreement, f"also received from {hop.by} under {hop.agreement}: {state}"
            )
        over.append(max(_said(timeline, hop, at, node.party), key=_strictness))
    return max(over, key=_strictness, default=Duty("retain", _VIENNA, "no agreement here says otherwise"))


def _said(timeline: Timeline, hop: HopStatement, at: Instant, holder: str) -> Iterator[Duty]:
    """Give what the clauses that bound a hop say about the end."""
    terms = timeline.held(hop.instant, at, hop.by, holder)
    said = [each for each in terms.protection if each.on_exit is not None]
    for clause in said:
        assert clause.on_exit is not None
        yield Duty(clause.on_exit, str(clause.ref), clause.on_exit_ground)
    if not said:
        yield Duty("retain", _VIENNA, "the agreement does not say what becomes of it")


def _strictness(duty: Duty) -> int:
    return DUTIES.index(duty.duty)
