"""No clock tells a check that met a silent record from one that met nothing: what an asker can time, held to a test.

Statistics belong outside CI, where machines are shared: `make prove` runs them. In every run stands what they rest on.
"""

import asyncio
import math
import time
from collections.abc import Callable, Sequence

import pytest

from comity.carriers import even_times
from comity.node.receive import receive
from comity.testing.world import World

from .registers import NORTH, SOUTH, agreement, check, put, register_world
from .test_nothing_told import CANARY, OTHERS, sent_with_bytes

PAIRS = 300
LEAST_P = 0.01


@pytest.mark.parametrize(
    ("elapsed", "left"), [(0.0, 0.25), (0.01, 0.24), (0.249, 0.001), (0.26, 0.24), (7.1, 0.15)]
)
def test_a_held_answer_leaves_at_whole_multiples_of_its_step(elapsed: float, left: float) -> None:
    assert even_times.left(elapsed) == pytest.approx(left)


def test_what_took_in_a_check_is_answered_at_an_even_time_and_nothing_else_is() -> None:
    world = register_world()
    put(world, NORTH, "p1", CANARY)
    evenly = {}
    for kind, envelope in asked(world):
        evenly[kind] = world.members[NORTH].act(receive, envelope, "https").evenly
    assert evenly["register-check"]
    assert not any(even for kind, even in evenly.items() if kind != "register-check")


def asked(world: World) -> list[tuple[str, bytes]]:
    """Let South ask and give a word of another kind; give the envelopes that North has not had yet."""
    before = {row.message for row in sent_with_bytes(world, SOUTH)}
    check(world, SOUTH, CANARY, to=NORTH, deliver=False)
    item = world.add(SOUTH, b"something else", "incident.reports", label="other")
    world.share(SOUTH, item, NORTH, "incident-response")
    return [
        (row.kind, bytes(row.envelope))
        for row in sent_with_bytes(world, SOUTH)
        if row.message not in before and row.state == "owed"
    ]


def timed(world: World) -> tuple[float, float]:
    """Let South ask once; give the seconds that North's work took, and those after which its receipt can leave."""
    check(world, SOUTH, CANARY, to=NORTH, deliver=False)
    (row,) = [each for each in sent_with_bytes(world, SOUTH) if each.state == "owed"]

    async def take() -> tuple[float, float]:
        begun = asyncio.get_running_loop().time()
        taken = world.members[NORTH].act(receive, bytes(row.envelope), "https")
        worked = time.perf_counter()
        assert taken.evenly
        await even_times.at_even_times(begun)
        return worked, asyncio.get_running_loop().time() - begun

    start = time.perf_counter()
    worked, seen = asyncio.run(take())
    world.settle()
    return worked - start, seen


def chance_of(differences: Sequence[float]) -> float:
    """Give the chance of differences this one-sided if neither side is slower (Wilcoxon's signed ranks, two-sided).

    Pairs are taken at once, so that a machine that is busy for a while is busy for both of a pair.
    """
    ranked = sorted((each for each in differences if each), key=abs)
    sums = sum(rank if each > 0 else -rank for rank, each in enumerate(ranked, 1))
    n = len(ranked)
    return math.erfc(abs(sums) / math.sqrt(n * (n + 1) * (2 * n + 1) / 6) / math.sqrt(2)) if n else 1.0


def test_the_statistics_tell_samples_apart_that_are() -> None:
    noise = [0.00001 * ((7 * n) % 50 - 24.5) for n in range(300)]
    assert chance_of(noise) > 0.5
    assert chance_of([each + 0.00005 for each in noise]) < LEAST_P


@pytest.mark.prove
def test_no_time_that_an_asker_can_measure_tells_of_a_silent_record(
    proved: Callable[[str, str], None],
) -> None:
    worlds = []
    for silent in (False, True):
        world = register_world(agreement(capacity=10 * PAIRS), seed="times")
        for number, name in enumerate(OTHERS):
            put(world, NORTH, f"p{number}", name)
        # without it the record is there too, and answers nobody under any agreement
        terms = {"under": ("*",) if silent else ()}
        put(world, NORTH, "s1", CANARY, "silent", terms=terms)
        worlds.append(world)
    work: tuple[list[float], list[float]] = ([], [])
    seen: tuple[list[float], list[float]] = ([], [])
    for turn in range(PAIRS + 5):
        for which in (0, 1) if turn % 2 else (1, 0):
            worked, shown = timed(worlds[which])
            if turn >= 5:  # the first ones load what is loaded once
                work[which].append(worked)
                seen[which].append(shown)
    p, p_work = (chance_of([b - a for a, b in zip(*both, strict=True)]) for both in (seen, work))
    assert p >= LEAST_P
    proved(
        "No time tells of a silent record",
        f"{PAIRS} pairs of checks; receipts held to {even_times.STEP} s: p = {p:.2f} (signed ranks);"
        f" the work behind them, which nobody sees: p = {p_work:.2g}",
    )
