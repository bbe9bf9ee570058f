"""Remedies: the smallest sets of sources without which an item could pass.

A summary never launders: leaving out a source is the only way to lose what is owed for it. Whoever would pass the item
on can leave a source out of what it made itself, and of nothing else. Among sets of one size, one that loses less
stands before one that loses the same and more.
"""

from itertools import combinations

from comity.decisions.decision import Decision, Remedy, Source
from comity.decisions.question import Question

__all__ = ["remedies"]

#: Sets larger than this are not looked for: nobody drops six sources, they write another summary.
MOST_SOURCES = 5
#: More candidates than this are tried one by one and all together only.
MOST_CANDIDATES = 16


def remedies(decision: Decision) -> tuple[Remedy, ...]:
    """Give the smallest sets of sources whose removal leaves nothing in the way; empty where none does."""
    if decision.permitted or not decision.only_lineage or not decision.blocked:
        return ()
    question = decision.question
    blocked = frozenset(decision.blocked)
    candidates = _can_be_left_out(question)
    largest = MOST_SOURCES if len(candidates) <= MOST_CANDIDATES else 1
    for size in range(1, min(largest, len(candidates)) + 1):
        found = [
            frozenset(chosen)
            for chosen in combinations(candidates, size)
            if blocked.isdisjoint(_remaining(question, frozenset(chosen)))
        ]
        if found:
            return _least_lost(question, found)
    return ()


def _can_be_left_out(question: Question) -> list[str]:
    """Give the sources of what the holder made itself, beginning with the disclosed item."""
    found: dict[str, None] = {}
    waiting = [question.disclose]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        item = question.items.get(name)
        if item is None or item.originator != question.holder or name in seen:
            continue
        seen.add(name)
        for source in item.made_from:
            found[source] = None
            waiting.append(source)
    found.pop(question.disclose, None)
    return sorted(found)


def _remaining(question: Question, without: frozenset[str]) -> set[str]:
    """Give the lineage that is left when some sources are left out of what the holder made.

    A source stays where another Party's item was made from it: that item is not the holder's to make anew.
    """
    found: set[str] = set()
    waiting = [question.disclose]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        item = question.items.get(name)
        if item is not None:
            left_out = without if item.originator == question.holder else frozenset()
            waiting.extend(source for source in item.made_from if source not in left_out)
    return found


def _least_lost(question: Question, found: list[frozenset[str]]) -> tuple[Remedy, ...]:
    whole = _remaining(question, frozenset())
    lost = {chosen: whole - _remaining(question, chosen) for chosen in found}
    kept = [chosen for chosen in found if not any(lost[other] < lost[chosen] for other in found)]
    return tuple(
        Remedy(tuple(_source(question, name) for name in sorted(chosen)))
        for chosen in sorted(kept, key=sorted)
    )


def _source(question: Question, name: str) -> Source:
    item = question.items.get(name)
    return Source(name, item.originator if item is not None else "")
