"""What one peer that floods does to the others, at a real node's intake.

North offers without pause, and again whatever was put off; East sends one at a time. Printed: how many envelopes of
North's were taken in while East waited (the promise: at most one round of `ROUND`), and how long East waited, alone and
beside the flood, as a ratio. Run: `python benchmarks/fairness.py [SECONDS]`. The node is in memory: what is measured is
turns and work, not the disk.
"""

import asyncio
import sys
import time
from collections.abc import Sequence

from comity.carriers.intake import ROUND, Busy, Intake
from comity.node.receive import Taken, receive
from comity.testing.texts import Article, Text
from comity.testing.world import World

NORTH, EAST, SOUTH = "north.example", "east.example", "south.example"
SHARED = (Article("incident.reports", ("network-defence",)),)
TEXTS = (
    Text("north-south", (NORTH, SOUTH), exchange=SHARED),
    Text("east-south", (EAST, SOUTH), exchange=SHARED),
)
#: Envelopes made beforehand: North's go round and round, each of East's is new.
FLOOD, FEW = 256, 60


def envelopes(world: World, party: str, count: int) -> list[bytes]:
    """Make envelopes of a Party for South."""
    item = world.add(party, f"a report of {party}".encode(), "incident.reports", label=party)
    member = world.members[party]
    from comity.node.disclose import disclose

    for _ in range(count):
        member.act(disclose, item, to=SOUTH, purpose="network-defence")
    return [
        row.envelope for row in member.read(lambda transaction: list(transaction.owed(SOUTH, None, count)))
    ]


def percentile(found: Sequence[float], share: float) -> float:
    """Give the value below which a share of them lies."""
    return sorted(found)[min(len(found) - 1, int(share * len(found)))]


async def measure(
    world: World, flood: list[bytes], few: list[bytes], seconds: float
) -> tuple[list[float], int, int, int]:
    """Let East send one by one; give its waits, the most of North's before one, and what North offered and got."""
    node = world.members[SOUTH].node
    taken = {NORTH: 0, EAST: 0}
    offered = 0

    async def take(batch: Sequence[tuple[bytes, str]]) -> list[Taken | BaseException]:
        found: list[Taken | BaseException] = []
        for data, peer in batch:
            found.append(node.act(lambda transaction, data=data: receive(node, transaction, data, "https")))
            taken[peer] += 1
        await asyncio.sleep(0)  # as where a commit is waited for: others may arrive
        return found

    intake = Intake(take)
    end = time.perf_counter() + seconds
    waits: list[float] = []
    most = 0

    async def north(lane: int) -> None:
        nonlocal offered
        at = lane * ROUND
        while flood and time.perf_counter() < end:
            run = [flood[(at + number) % len(flood)] for number in range(ROUND)]
            at += ROUND
            offered += len(run)
            try:
                await intake.take(run, NORTH)
            except Busy:
                await asyncio.sleep(0.001)

    async def east() -> None:
        nonlocal most
        for data in few:
            await asyncio.sleep(seconds / len(few) / 4)
            before, begun = taken[NORTH], time.perf_counter()
            await intake.take([data], EAST)
            waits.append(time.perf_counter() - begun)
            most = max(most, taken[NORTH] - before)

    floods = [asyncio.create_task(north(lane)) for lane in range(8)]
    await east()
    end = 0.0
    await asyncio.gather(*floods)
    return waits, most, offered, taken[NORTH]


def main() -> None:
    """Measure and print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 6.0
    with World.of(TEXTS, seed="fairness") as world:
        flood, few = envelopes(world, NORTH, FLOOD), envelopes(world, EAST, 2 * FEW)
        alone, *_ = asyncio.run(measure(world, [], few[:FEW], seconds))
        begun = time.perf_counter()
        beside, most, offered, got = asyncio.run(measure(world, flood, few[FEW:], seconds))
        lasted = time.perf_counter() - begun
    print(
        f"North offers {offered / lasted * 60:,.0f} envelopes a minute, {got / lasted * 60:,.0f} are taken in"
    )
    print(
        f"East waits, alone: p50 {percentile(alone, 0.5) * 1000:.1f} ms, p99 {percentile(alone, 0.99) * 1000:.1f} ms"
    )
    print(
        f"East waits, beside: p50 {percentile(beside, 0.5) * 1000:.1f} ms, p99 {percentile(beside, 0.99) * 1000:.1f} ms"
    )
    print(f"ratio of p99: {percentile(beside, 0.99) / percentile(alone, 0.99):.1f}")
    rounds = most / ROUND
    print(f"of North's, taken in while one of East's waited: at most {most} ({rounds:.2f} rounds of {ROUND})")


if __name__ == "__main__":
    main()
