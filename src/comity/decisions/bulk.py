"""The same answers for many items and one recipient, by classes.

A decision depends on an item only by what the rules read of it: category, kind, originator, marking, custody, lineage,
terms. Items alike in all of that are one class; the gate decides one of each class, and the answer holds for all. What
names the item itself (a consent for it, its withdrawal, its sources) is part of the class, so nothing is ever decided
for an item that the gate would have decided otherwise.

It serves previews, listings (TAXII) and the register. It permits nothing by itself: what leaves is decided one by one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from comity.clock import Instant
from comity.decisions.decision import Decision
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.decisions.question import Question
from comity.handling.item import Item

__all__ = ["BulkAnswer", "decide_all"]


class BulkAnswer(msgspec.Struct, frozen=True):
    """The answers for a list of items.

    Attributes:
        decisions: one decision a class, about the first item of it.
        class_of: for each item, in the order given, the place of its class in `decisions`.
    """

    decisions: tuple[Decision, ...]
    class_of: NDArray[np.int32]

    def permitted(self) -> NDArray[np.bool_]:
        """Tell for each item, in the order given, whether it may pass."""
        each = np.fromiter(
            (decision.permitted for decision in self.decisions), dtype=np.bool_, count=len(self.decisions)
        )
        return each[self.class_of]

    def outcome(self, place: int) -> str:
        """Give the outcome for the item at a place."""
        return self.decision(place).outcome

    def decision(self, place: int) -> Decision:
        """Give the decision of the class that the item at a place belongs to."""
        return self.decisions[int(self.class_of[place])]


def decide_all(
    items: Sequence[Item],
    question: Question,
    known: Known,
    at: Instant,
    sources: Mapping[str, Item] | None = None,
) -> BulkAnswer:
    """Decide for every item whether it may pass, under one question.

    Args:
        items: the items, as held.
        question: everything but the item: its `items` and `disclose` are not read.
        known: the texts and acts. `at`: the instant.
        sources: every item that one of them was made from, transitively, by id.
    """
    behind: Mapping[str, Item] = sources or {}
    named = _named(known)
    place: dict[Any, int] = {}
    first: list[Item] = []
    class_of = np.empty(len(items), dtype=np.int32)
    for number, item in enumerate(items):
        key = _class(item, named)
        found = place.get(key)
        if found is None:
            found = place[key] = len(first)
            first.append(item)
        class_of[number] = found
    decisions = tuple(decide(_about(item, question, behind), known, at) for item in first)
    return BulkAnswer(decisions, class_of)


def _named(known: Known) -> frozenset[str]:
    """Give the ids that an act names: such an item is a class of its own."""
    return frozenset(
        (*(consent.item for consent in known.consents if consent.item), *known.withdrawn, *known.reviewed)
    )


def _class(item: Item, named: frozenset[str]) -> Any:
    if item.made_from or item.needs_reading or item.id in named:
        return item.id
    return (
        item.category,
        item.originator,
        item.hops,
        item.marking,
        item.kind,
        item.pap,
        item.retention,
        item.caveat,
        item.judicial,
    )


def _about(item: Item, question: Question, sources: Mapping[str, Item]) -> Question:
    items: dict[str, Item] = {item.id: item}
    waiting = list(item.made_from)
    while waiting:
        name = waiting.pop()
        source = sources.get(name)
        if source is not None and name not in items:
            items[name] = source
            waiting.extend(source.made_from)
    return msgspec.structs.replace(question, items=items, disclose=item.id)
