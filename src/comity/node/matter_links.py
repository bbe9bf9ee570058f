"""What an event of a matter names beside itself: items that have passed the gate, and other matters.

An item is named only once the other Party has been given it, or has given it: what is learned in a matter passes like
any other information. A meeting that counts as planned stands in a plan that both have adopted.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import msgspec

from comity.cooperation.event import OPEN, Event
from comity.cooperation.meetings import Convene
from comity.cooperation.plans import PlanFacts
from comity.cooperation.said import Said
from comity.decisions.decision import Ground
from comity.node.matter_log import find_matter, log_of, matter_from
from comity.node.node import Node
from comity.node.questions import find_item
from comity.ports import Transaction

#: Fields that name items, and fields that name matters.
_ITEMS = ("items", "item")
_MATTERS = ("plan", "after", "matter")
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
    for name in fields & set(_MATTERS):
        if said.get(name):
            found[name] = find_matter(transaction, str(said[name])).id
    return found


def links_against(node: Node, transaction: Transaction, event: Event) -> tuple[Ground, ...]:
    """Give what this Party has against an event of its own for what it names."""
    return (*_items(transaction, event), *_plan(node, transaction, event))


def _items(transaction: Transaction, event: Event) -> Iterator[Ground]:
    named: list[str] = [*(getattr(event.said, "items", None) or ())]
    if getattr(event.said, "item", None):
        named.append(event.said.item)
    for digest in named:
        given = any(each.to == event.to for each in transaction.disclosures(digest))
        came = any(each.received_from == event.to for each in transaction.holdings(digest))
        if not given and not came:
            text = f"item {digest[:12]} has not passed between {event.by} and {event.to}: share it first"
            yield Ground(_NOT_GIVEN, text, 7)


def _plan(node: Node, transaction: Transaction, event: Event) -> Iterator[Ground]:
    """A planned meeting stands in an adopted plan: asked of our own, and before we agree to the other's."""
    if event.kind != "meeting" or event.word not in (OPEN, "agree"):
        return
    said = event.said
    if event.word == "agree":
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
