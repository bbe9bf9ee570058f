"""How long a state lasts: walking from one instant at which something changes to the next.

A state that comes back after an interruption is another stretch; each extension is a stretch of its own, because each
has its own end and its own last day for notice.

Source: specs/agreement.md, "Status".
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

import msgspec

from comity.agreements.life import Condition, Life
from comity.clock import Instant

__all__ = ["Stretch", "state_stretch", "stretches"]

ConditionAt = Callable[[Instant], Condition]

_TICK = timedelta(microseconds=1)
#: Most turns looked at in one direction; a life has far fewer.
_MOST = 20000


class Stretch(msgspec.Struct, frozen=True):
    """A state with its stretch, half open; None = from the start of time or without limit."""

    condition: Condition
    since: Instant | None
    until: Instant | None


def _same(one: Condition, other: Condition) -> bool:
    """Tell whether two conditions belong to one stretch."""
    return one.state == other.state and (one.state != "extended" or one.period == other.period)


def state_stretch(
    life: Life, instant: Instant, condition_at: ConditionAt
) -> tuple[Instant | None, Instant | None]:
    """Give since when and until when the state at `instant` lasts, half open."""
    here = condition_at(instant)
    since, _ = life.stretch(instant)
    for _ in range(_MOST):
        if since is None:
            break
        before = since - _TICK
        if not _same(here, condition_at(before)):
            break
        since, _ = life.stretch(before)
    return since, _until(life, instant, here, condition_at)


def _until(life: Life, instant: Instant, here: Condition, condition_at: ConditionAt) -> Instant | None:
    _, until = life.stretch(instant)
    for _ in range(_MOST):
        if until is None or not _same(here, condition_at(until)):
            return until
        # After the last turn only periods follow one another; where they no longer matter, nothing changes any more.
        if until >= life.last_turn and here.state not in ("in-force", "extended"):
            return None
        _, until = life.stretch(until)
    return until


def stretches(life: Life, condition_at: ConditionAt, until: Instant) -> Iterator[Stretch]:
    """Give every stretch of the life in order, up to the one that holds `until`."""
    here = life.turns[0] - _TICK if life.turns else until
    for _ in range(_MOST):
        since, end = state_stretch(life, here, condition_at)
        yield Stretch(condition_at(here), since, end)
        if end is None or end > until:
            return
        here = end
