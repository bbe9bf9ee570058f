"""The order of a log: the same on both nodes whatever came first.

Events stand after those they name. Of events that do not name each other (both Parties acted at once) the one with
the earlier instant comes first, then the one of the Party whose name comes first, then the lower digest. An event
counts at its own instant, or at that of the latest event before it where its author's clock was behind. An event
whose predecessors are not here yet waits: it is *early*.

`specs/matter.md` §3.
"""

import heapq
from collections.abc import Iterable

import msgspec

from comity.clock import Instant
from comity.cooperation.event import Event

__all__ = ["Placed", "in_order"]


class Placed(msgspec.Struct, frozen=True):
    """An event in its place. `at`: the instant at which it counts."""

    event: Event
    at: Instant


def in_order(events: Iterable[Event]) -> tuple[tuple[Placed, ...], tuple[Event, ...]]:
    """Put a log in order; give the events in their places, and those that are early, by digest."""
    held = {event.digest: event for event in events}
    waits = {digest: {event.previous, event.seen} - {""} for digest, event in held.items()}
    followers: dict[str, list[str]] = {}
    for digest, needed in waits.items():
        for name in needed:
            followers.setdefault(name, []).append(digest)
    counts_at: dict[str, Instant] = {}
    ready: list[tuple[Instant, str, str]] = []

    def make_ready(digest: str) -> None:
        event = held[digest]
        before = [counts_at[name] for name in (event.previous, event.seen) if name]
        counts_at[digest] = max(event.at, *before) if before else event.at
        heapq.heappush(ready, (counts_at[digest], event.by, digest))

    for digest, needed in waits.items():
        if not needed:
            make_ready(digest)
    placed = []
    while ready:
        at, _, digest = heapq.heappop(ready)
        placed.append(Placed(held[digest], at))
        for name in followers.get(digest, ()):
            waits[name].discard(digest)
            if not waits[name]:
                make_ready(name)
    done = {each.event.digest for each in placed}
    early = tuple(held[digest] for digest in sorted(held) if digest not in done)
    return tuple(placed), early
