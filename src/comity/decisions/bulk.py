"""The same answers for many items and one recipient, by classes.

A decision depends on an item only by what the rules read of it: category, kind, originator, marking, terms, and of its
custody who passed it to whom, under what and for what. Of the instant of a hop they read which text stood then and
whether the time to hold it has run out, so a thousand reports received on a thousand days are one class. The gate
decides one item of each class, and the answer holds for all. What names the item itself (a consent for it, its
withdrawal, its sources) is part of the class, so nothing is ever decided for an item that the gate would have decided
otherwise.

It serves lists, previews and the register. It permits nothing by itself: what leaves is decided one by one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from comity.agreements.days import EARLIEST, LATEST
from comity.clock import Instant
from comity.decisions.decision import Decision
from comity.decisions.gate import decide
from comity.decisions.known import Known, Source
from comity.decisions.question import Question
from comity.decisions.rules.r08_retention import retained_since
from comity.handling.custody import Hop
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
        question: everything but the item: its `items`, `disclose` and `holdings` are not read.
        known: the texts and acts. `at`: the instant.
        sources: every item that one of them was made from, transitively, by id.
    """
    behind: Mapping[str, Item] = sources or {}
    classes = _Classes(question, known, at)
    place: dict[Any, int] = {}
    first: list[Item] = []
    class_of = np.empty(len(items), dtype=np.int32)
    for number, item in enumerate(items):
        key = classes.of(item)
        found = place.get(key)
        if found is None:
            found = place[key] = len(first)
            first.append(item)
        class_of[number] = found
    decisions = tuple(decide(_about(item, question, behind), known, at) for item in first)
    return BulkAnswer(decisions, class_of)


class _Classes:
    """Tells which items are alike in everything that the rules read of them, for one question at one instant."""

    def __init__(self, question: Question, known: Known, at: Instant) -> None:
        self._question = question
        self._known = known
        self._at = at
        #: Items that an act names are classes of their own.
        self._named = frozenset(
            (*(each.item for each in known.consents if each.item), *known.withdrawn, *known.reviewed)
        )
        #: A consent that carries over several hops asks when the one it was given for was made.
        self._instants_count = any(each.hops > 1 for each in known.consents)
        self._roads: dict[tuple[str, str, str], _Road] = {}

    def of(self, item: Item) -> Any:
        """Give what stands for the class of an item."""
        if item.made_from or item.needs_reading or item.id in self._named:
            return item.id
        return (
            item.category,
            item.originator,
            self._route(item) if item.hops else (),
            item.marking,
            item.kind,
            item.pap,
            item.retention,
            item.caveat,
            item.judicial,
        )

    def _route(self, item: Item) -> Any:
        """Give what the rules read of a custody."""
        route = []
        for hop in item.hops:
            road = self._roads.get((hop.agreement, hop.from_, hop.to)) or self._road(hop)
            route.append((road, hop.purpose, road.read(hop, item)))
        return tuple(route)

    def _road(self, hop: Hop) -> "_Road":
        source = self._known.sources.get(hop.agreement)
        road = _Road(hop, source, self._question, self._at, self._instants_count)
        self._roads[hop.agreement, hop.from_, hop.to] = road
        return road


class _Road:
    """An agreement and the two ends of a hop: one such value for all hops alike in them.

    Most hops were made under the text that stands today, long before what was passed must go: of their instant nothing
    is read. Which those are is found once for each category.
    """

    __slots__ = ("_at", "_instants_count", "_into_holder", "_quiet", "_since", "_source", "_track")

    def __init__(
        self, hop: Hop, source: Source | None, question: Question, at: Instant, instants_count: bool
    ) -> None:
        self._at = at
        self._source = source
        self._track = source.road(hop.from_, hop.to) if source is not None else None
        self._into_holder = hop.to == question.holder
        self._instants_count = instants_count
        self._since: Instant | None = None  # from when the recipient counts as a Party of it
        if self._track is not None:
            self._since = self._track.at(at).terms.member_since.get(question.to)
        self._quiet: dict[str, Instant] = {}

    def read(self, hop: Hop, item: Item) -> Any:
        """Give what the rules read of a hop besides its ends, agreement and purpose; None for nothing."""
        made = hop.at
        quiet = self._quiet.get(item.category) or self._quiet_from(item.category)
        if quiet <= made <= self._at and item.retention is None:
            return None
        out = retained_since(hop, item, self._source, self._at) if self._into_holder else ()
        if self._track is None:
            return hop.terms, out, made if self._instants_count else None
        then = id(self._track.at(made))  # texts are laid out once and kept as long as they are known
        member = self._since is None or self._since <= made
        return then, member, out, made if self._instants_count else None

    def _quiet_from(self, category: str) -> Instant:
        """Give the first instant from which nothing is read of a hop's instant; the last of all where it always is."""
        quiet = LATEST
        if self._track is not None and not self._instants_count:
            today = self._track.at(self._at)
            quiet = max(today.begins, self._since or EARLIEST)
            if self._into_holder:
                for each in today.of(category).retentions:
                    quiet = max(quiet, each.not_over_from(self._at))
        self._quiet[category] = quiet
        return quiet


def _about(item: Item, question: Question, sources: Mapping[str, Item]) -> Question:
    items: dict[str, Item] = {item.id: item}
    waiting = list(item.made_from)
    while waiting:
        name = waiting.pop()
        source = sources.get(name)
        if source is not None and name not in items:
            items[name] = source
            waiting.extend(source.made_from)
    return msgspec.structs.replace(question, items=items, disclose=item.id, holdings=())
