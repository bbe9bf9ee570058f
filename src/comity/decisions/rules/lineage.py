"""Custody and lineage: everything an item was made from, and whether each hand is accounted for (rule 7, part 1).

Every source named must be present, its custody must lead from its originator to the maker of what was made from it,
and no item may stand among its own sources. What does not hold together is told item by item.
"""

from collections.abc import Callable, Iterator

from comity.decisions.question import Question
from comity.handling.custody import Hop, custody_break
from comity.handling.item import Item

__all__ = ["Holdings", "lineage"]


class Holdings:
    """The disclosed item as held, with its whole lineage.

    Attributes:
        carried: the holding disclosed, then every source once for each maker that used it, nearest first.
        broken: id of an item whose custody or lineage does not hold together, and why.
        circular: an item stands among its own sources.
    """

    __slots__ = ("_question", "broken", "carried", "circular")

    def __init__(self, question: Question, item: Item) -> None:
        self._question = question
        self.carried: list[Item] = [item]
        self.broken: list[tuple[str, str]] = []
        self.circular = False

    def between(self, named: str, carrier: Item) -> bool:
        """Tell whether an item stands on the lineage from the disclosed one down to `carrier`, both included."""
        if named == self._question.disclose or named == carrier.id:
            return True
        return any(each.id == named for each in self.carried) and carrier.id in self._sources_of(named)

    def hops_after(self, chosen: Callable[[Hop], bool], carrier: Item) -> int | None:
        """Count the hops made since a chosen one, from `carrier` along the lineage to where the disclosed item is now.

        Of several ways the longest counts; None where on one of them no such hop was made, and in a circle.
        """
        if self.circular:
            return None
        held: dict[str, list[Item]] = {}
        for each in self.carried:
            held.setdefault(each.id, []).append(each)
        counted: dict[
            str, int | None
        ] = {}  # items on the way from `carrier`, each where its own custody ends
        seen: set[str] = set()
        waiting = [self._question.disclose]
        while waiting:
            name = waiting[-1]
            sources = held[name][0].made_from if name != carrier.id else ()
            if name not in seen:
                seen.add(name)
                waiting.extend(each for each in sources if each in held and each not in seen)
                continue
            waiting.pop()
            before = [counted[each] for each in sources if each in counted]
            if before or name == carrier.id:
                counted[name] = _furthest(chosen, [each.hops for each in held[name]], before)
        return counted.get(self._question.disclose)

    def _sources_of(self, named: str) -> set[str]:
        found: set[str] = set()
        waiting = [named]
        while waiting:
            item = self._question.items.get(waiting.pop())
            for source in item.made_from if item is not None else ():
                if source not in found:
                    found.add(source)
                    waiting.append(source)
        return found


def lineage(question: Question, item: Item) -> Holdings:
    """Gather the lineage of the item as held, and say where it does not hold together."""
    holdings = Holdings(question, item)
    carried, broken = holdings.carried, holdings.broken
    reason = custody_break(item.originator, item.hops, question.holder)
    if reason:
        broken.append((item.id, f"`{item.id}`: {reason}"))
    if not item.made_from:
        return holdings
    items, disclosed = question.items, item.id
    seen: set[tuple[str, str]] = set()
    met_again = False
    for derived in carried:  # grows while it is read: breadth first
        maker = derived.originator
        for name in derived.made_from:
            used = (name, maker)
            if used in seen or name == disclosed:
                met_again = True
                continue
            seen.add(used)
            source = items.get(name)
            if source is None or source.id != name:
                broken.append((name, f"source `{name}` of `{derived.id}` is not at hand"))
                continue
            reason = custody_break(source.originator, source.hops, maker)
            if reason:
                if question.holdings:
                    source, reason = _other_route(question, source, maker, reason)
                if reason:
                    broken.append((name, f"`{name}`, source of `{derived.id}`: {reason}"))
            carried.append(source)
    if met_again:
        for name in _circular(question):
            holdings.circular = True
            broken.append((item.id, f"`{name}` stands among its own sources"))
    return holdings


def _furthest(
    chosen: Callable[[Hop], bool], routes: list[tuple[Hop, ...]], before: list[int | None]
) -> int | None:
    """Count the hops since the chosen one at the end of these custodies; it may stand in them, or lie before them."""
    made = [
        next((len(hops) - place for place, hop in enumerate(hops, 1) if chosen(hop)), None) for hops in routes
    ]
    if None in made:
        longest = max(map(len, routes))
        made = [None if each is None else each + longest for each in before or [None]]
    return None if None in made else max(each for each in made if each is not None)


def _other_route(question: Question, source: Item, maker: str, reason: str) -> tuple[Item, str | None]:
    """Take the first other holding of a source whose custody leads to the maker, if there is one."""
    for other in question.holdings:
        if other.id == source.id and custody_break(other.originator, other.hops, maker) is None:
            return other, None
    return source, reason


def _circular(question: Question) -> Iterator[str]:
    """Give the first item met that stands among its own sources."""
    done: set[str] = set()
    path: dict[str, None] = {}
    waiting: list[tuple[str, bool]] = [(question.disclose, False)]
    while waiting:
        name, leaving = waiting.pop()
        if leaving:
            done.add(path.popitem()[0])
            continue
        if name in path:
            yield name
            return
        if name in done:
            continue
        item = question.items.get(name)
        path[name] = None
        waiting.append((name, True))
        waiting.extend((source, False) for source in (item.made_from if item is not None else ()))
