"""What an event of a matter is held against beside the matter itself: items, other matters, this Party's own figures.

An item is named only once the other Party has been given it, or has given it: what is learned in a matter passes like
any other information, and with `share_named` in the same step. A meeting that counts as planned stands in a plan that
both have adopted. A cost is taken back only while no accepted charge claims it. A charge is accepted, and a summary
countersigned, only where it comes to the same here.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import msgspec

from comity.cooperation.event import OPEN, Event
from comity.cooperation.meetings import Convene
from comity.cooperation.plans import PlanFacts
from comity.cooperation.said import Said
from comity.decisions.decision import Ground
from comity.errors import NotFound
from comity.node.disclose import disclose
from comity.node.ledger import check_charge
from comity.node.matter_log import find_matter, log_of, matter_from
from comity.node.node import Node
from comity.node.questions import find_item
from comity.node.summarise import compare
from comity.ports import ACCEPTED, Transaction

#: Fields that name items, and fields that name matters.
_ITEMS = ("items", "item")
_MATTERS = ("plan", "after", "matter")
#: Figures of a whole name, and of the shortest beginning of one.
_WHOLE, _SHORTEST = 64, 6
_EVERYTHING = 1_000_000
_NOT_GIVEN = "matter rule 7 terms"


def linked(transaction: Transaction, form: type[Said], said: Mapping[str, Any]) -> dict[str, Any]:
    """Put whole names in the place of beginnings and labels.

    Raises:
        NotFound: what is named is not here.
    """
    fields = {field.encode_name for field in msgspec.structs.fields(form)}
    found = dict(said)
    for name in fields & set(_ITEMS):
        value = said.get(name)
        if isinstance(value, str):
            found[name] = find_item(transaction, value).digest
        elif value:
            found[name] = [find_item(transaction, each).digest for each in value]
    if "entry" in fields and said.get("entry"):
        found["entry"] = cost_named(transaction, str(said["entry"]))
    if "entries" in fields and said.get("entries"):
        found["entries"] = [cost_named(transaction, str(each)) for each in said["entries"]]
    for name in fields & set(_MATTERS):
        if said.get(name):
            found[name] = find_matter(transaction, str(said[name])).id
    return found


def cost_named(transaction: Transaction, name: str) -> str:
    """Find a cost by its name or the beginning of it.

    Raises:
        NotFound: there is none, or more than one.
    """
    if len(name) == _WHOLE:
        return name
    found = [
        row.event
        for row in transaction.costs(limit=_EVERYTHING)
        if len(name) >= _SHORTEST and row.event.startswith(name)
    ]
    if len(found) != 1:
        raise NotFound(f"`{name[:80]}` names no cost here, or more than one", hint="comity charge ledger")
    return found[0]


def links_against(
    node: Node, transaction: Transaction, event: Event, *, items: bool = True
) -> tuple[Ground, ...]:
    """Give what this Party has against an event of its own for what it names.

    Args:
        items: whether items it names must have passed already.
    """
    return (
        *(_items(transaction, event) if items else ()),
        *_plan(node, transaction, event),
        *_figures(node, transaction, event),
        *_accepted(transaction, event),
    )


def share_named(
    node: Node, transaction: Transaction, event: Event, *, purpose: str, read: bool, dry_run: bool
) -> tuple[Ground, ...]:
    """Share the items an event names that have not passed yet: all of them, or none and on which grounds not.

    Args:
        read: a person has read the caveats. `dry_run`: only ask whether they may pass.
    """
    waiting = [digest for digest in _named(event) if not _has_passed(transaction, event, digest)]
    refused: list[Ground] = []
    for only_asked in (True,) if dry_run else (True, False):
        for digest in waiting:
            outcome = disclose(
                *(node, transaction, digest),
                to=event.to,
                purpose=purpose,
                under=event.agreement,
                confirmed=read,
                dry_run=only_asked,
            )
            if not outcome.decision.permitted:
                refused += [Ground(each.ref, each.text, each.rule) for each in outcome.decision.grounds]
        if refused:
            break
    return tuple(dict.fromkeys(refused))


def _named(event: Event) -> list[str]:
    named: list[str] = [*(getattr(event.said, "items", None) or ())]
    if getattr(event.said, "item", None):
        named.append(event.said.item)
    return named


def _has_passed(transaction: Transaction, event: Event, digest: str) -> bool:
    given = any(each.to == event.to for each in transaction.disclosures(digest))
    return given or any(each.received_from == event.to for each in transaction.holdings(digest))


def _items(transaction: Transaction, event: Event) -> Iterator[Ground]:
    for digest in _named(event):
        if not _has_passed(transaction, event, digest):
            text = f"item {digest[:12]} has not passed between {event.by} and {event.to}: share it first"
            yield Ground(_NOT_GIVEN, text, 7)


def _figures(node: Node, transaction: Transaction, event: Event) -> Iterator[Ground]:
    """Nothing is signed as right that comes to something else here."""
    if (event.kind, event.word) == ("charge", "accept"):
        for mistake in check_charge(node, transaction, event.matter).mistakes:
            yield Ground(_NOT_GIVEN, mistake, 7)
    if (event.kind, event.word) == ("summary", "countersign"):
        for row in compare(node, transaction, event.matter).rows:
            yield Ground(_NOT_GIVEN, f"one's own figures differ: {row}", 7)


def _accepted(transaction: Transaction, event: Event) -> Iterator[Ground]:
    """A cost that the other Party has accepted is not taken back: it is settled in the charge that claims it."""
    if event.word != "strike-cost":
        return
    for line in transaction.costs(peer=event.to, limit=_EVERYTHING):
        if line.event == event.said.entry and line.state in ACCEPTED:
            text = f"the cost stands in charge {line.charge[:12]}, which is {line.state}: it is settled there"
            yield Ground(_NOT_GIVEN, text, 7)


def _plan(node: Node, transaction: Transaction, event: Event) -> Iterator[Ground]:
    """A planned meeting stands in an adopted plan: asked of our own, and before we agree to the other's or move it.

    So one Party's word makes no meeting a planned one: nothing is agreed that the other's node has not asked this of.
    """
    if event.kind != "meeting" or event.word not in (OPEN, "agree", "move"):
        return
    said = event.said
    if event.word != OPEN:
        opening = next((each for each in log_of(transaction, event.matter) if each.word == OPEN), None)
        said = opening.said if opening is not None else said
    if not isinstance(said, Convene) or said.plan is None:
        return
    knowledge = node.know(transaction)
    events = log_of(transaction, said.plan)
    plan = matter_from(knowledge, said.plan, events) if events else None
    if plan is None or plan.kind.name != "plan" or plan.state not in ("adopted", "reported"):
        yield Ground(_NOT_GIVEN, f"plan {said.plan[:12]} is not adopted: the meeting is not planned", 7)
    elif said.line not in cast("PlanFacts", plan.facts).lines:
        yield Ground(_NOT_GIVEN, f"plan {said.plan[:12]} has no line `{said.line}`", 7)
