"""The simulated network does what its table says, and the clock only moves when told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from comity.testing.network import CALM, Faults
from comity.testing.texts import TRIANGLE
from comity.testing.world import START, World

NORTH, SOUTH = "north.example", "south.example"
DEFENCE = "network-defence"


@pytest.fixture
def world() -> Iterator[World]:
    with World.of(TRIANGLE, seed="network") as made:
        yield made


def owing(world: World) -> str:
    digest = world.add(NORTH, b"words of North", "incident.reports", label="report")
    return world.share(NORTH, digest, SOUTH, DEFENCE).message


def came(world: World) -> list[str]:
    return [row.state for row in world.members[SOUTH].read(lambda transaction: transaction.received())]


def state(world: World, message: str) -> str:
    row = world.members[NORTH].read(lambda transaction: transaction.outbox(message))
    assert row is not None
    return row.state


@pytest.mark.parametrize(
    ("faults", "arrives", "settled"),
    [
        (CALM, True, True),
        (Faults(lost=1.0), False, False),
        (Faults(answer_lost=1.0), True, False),
        (Faults(delayed=1.0), False, False),
        (Faults(doubled=1.0), True, True),
        (Faults(reordered=1.0), True, True),
    ],
)
def test_each_fault_does_what_it_says(world: World, faults: Faults, arrives: bool, settled: bool) -> None:
    message = owing(world)
    world.network.faults = faults
    failed = world.deliver(NORTH)
    assert (came(world) == ["accepted"], state(world, message) == "receipted") == (arrives, settled)
    assert (failed == {}) is settled
    world.settle()
    assert (came(world), state(world, message)) == (["accepted"], "receipted")


def test_a_delayed_envelope_arrives_later_and_its_sender_learns_nothing_of_it(world: World) -> None:
    message = owing(world)
    world.network.faults = Faults(delayed=1.0)
    world.deliver(NORTH)
    assert len(world.network.in_flight) == 1
    world.arrive_late(0)
    assert (came(world), state(world, message)) == (["accepted"], "owed")
    world.settle()
    assert state(world, message) == "receipted"


@pytest.mark.parametrize(
    ("a", "b", "one_way", "arrives"),
    [(NORTH, SOUTH, False, False), (NORTH, SOUTH, True, False), (SOUTH, NORTH, True, True)],
    ids=["cut", "the way there cut", "the way back cut"],
)
def test_a_partition_may_have_one_way(world: World, a: str, b: str, one_way: bool, arrives: bool) -> None:
    message = owing(world)
    world.network.cut(a, b, one_way=one_way)
    assert list(world.deliver(NORTH)) == [SOUTH]
    assert (came(world) == ["accepted"], state(world, message)) == (arrives, "owed")
    world.settle()
    assert (came(world), state(world, message)) == (["accepted"], "receipted")


def test_the_clock_stands_still_until_it_is_told_to_go(world: World) -> None:
    owing(world)
    world.deliver(NORTH)
    assert world.clock.now() == START
    world.wait(timedelta(hours=3))
    assert world.clock.now() == START + timedelta(hours=3)
    assert world.members[SOUTH].node.clock.now() == START + timedelta(hours=3)


def test_one_nodes_clock_can_stand_apart(world: World) -> None:
    world.members[SOUTH].clock.skew = timedelta(minutes=3)
    message = owing(world)
    world.deliver(NORTH)
    assert state(world, message) == "receipted"


def test_what_failed_is_tried_again_later_and_not_at_once(world: World) -> None:
    message = owing(world)
    world.network.cut(NORTH, SOUTH)
    world.deliver(NORTH)
    world.network.mend()
    assert world.deliver(NORTH, now=False) == {}
    assert state(world, message) == "owed"  # its next attempt is in a second or two
    world.wait(timedelta(seconds=3))
    world.deliver(NORTH, now=False)
    assert state(world, message) == "receipted"


def test_a_node_on_disk_remembers_everything_across_a_restart(tmp_path: Path) -> None:
    with World.of(TRIANGLE, seed="disk", folder=tmp_path) as world:
        message = owing(world)
        world.restart(NORTH)
        world.deliver(NORTH)
        world.restart(SOUTH)
        world.settle()
        assert (came(world), state(world, message)) == (["accepted"], "receipted")
        assert sorted(folder.name for folder in tmp_path.iterdir()) == ["east", "north", "south"]


def test_members_in_memory_cannot_be_restarted(world: World) -> None:
    with pytest.raises(ValueError, match="keeps its rows in memory"):
        world.restart(NORTH)
