"""Three weeks apart, and 100,000 letters owed: little memory, few tries, and the catching up can be watched (N5)."""

import tracemalloc
from datetime import timedelta

import pytest

from comity.clock import Instant
from comity.node.deliver import BATCH, batch_for, not_reached, ready, try_now
from comity.node.node import Node
from comity.ports import OutboxRow, Transaction
from comity.testing.texts import Article, Text
from comity.testing.world import World

NORTH, SOUTH = "north.example", "south.example"
PAIR = (
    Text(
        "north-south-2026",
        (NORTH, SOUTH),
        exchange=(Article("incident.reports", ("network-defence",)),),
        online_days=30,
    ),
)


def fill(transaction: Transaction, now: Instant, count: int) -> None:
    for number in range(1, count + 1):
        transaction.put_outbox(
            OutboxRow(
                message=f"{number:064}", peer=SOUTH, channel="c", sequence=number, kind="act", about="",
                owed_at=now, next_at=now, envelope=b"e" * 1024, size=1024,
            )
        )  # fmt: skip


@pytest.mark.parametrize("queued", [3_000, pytest.param(100_000, marks=pytest.mark.prove)])
def test_a_hundred_thousand_queued_are_never_loaded_together(queued: int) -> None:
    with World.of(PAIR, seed="partition") as world:
        member = world.members[NORTH]
        now = world.clock.now()
        member.act(lambda _node, transaction: fill(transaction, now, queued))

        def look(transaction: Transaction) -> tuple[list[str], int, int]:
            rows = batch_for(member.node, transaction, SOUTH)
            return ready(member.node, transaction), len(rows), transaction.backlog()[SOUTH]

        tracemalloc.start()
        found = member.read(look)
        member.act(lambda _node, transaction: try_now(transaction, now))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found == ([SOUTH], BATCH, queued)
        assert peak < 2 * 1024 * 1024, f"{peak} bytes at once"


def test_a_partition_costs_a_try_an_hour_whatever_is_owed() -> None:
    with World.of(PAIR, seed="partition") as world:
        member, clock = world.members[NORTH], world.clock
        now = clock.now()
        member.act(lambda _node, transaction: fill(transaction, now, 100))
        end, tries = now + timedelta(days=21), 0
        while clock.now() < end:
            assert member.read(lambda transaction: ready(member.node, transaction)) == [SOUTH]
            rows = member.read(lambda transaction: batch_for(member.node, transaction, SOUTH))
            assert len(rows) == (BATCH if not tries else 1)

            def fail(node: Node, transaction: Transaction, rows: list[OutboxRow] = rows) -> None:
                not_reached(node, transaction, SOUTH, rows, "nobody answers")

            member.act(fail)
            tries += 1
            assert member.read(lambda transaction: ready(member.node, transaction)) == []
            circuit = member.read(lambda transaction: transaction.circuit(SOUTH))
            assert circuit is not None and circuit.since == now and circuit.failures == tries
            assert circuit.next_at - clock.now() <= timedelta(hours=1)
            clock.step(circuit.next_at - clock.now())
        assert 21 * 24 <= tries <= 2 * 21 * 24 + 20


def test_after_three_weeks_everything_arrives_and_how_far_it_has_come_is_shown() -> None:
    with World.of(PAIR, seed="partition") as world:
        item = world.add(NORTH, b"a report for later", "incident.reports", label="report")
        world.network.cut(NORTH, SOUTH)
        for _ in range(BATCH + 6):
            world.members[NORTH].act(_disclose, item)
        world.deliver(NORTH)
        world.wait(timedelta(days=21))
        world.deliver(NORTH)
        line = _line(world)
        assert (line.failures, line.reason) == (2, f"{SOUTH}: the request was lost")
        assert world.clock.now() - line.since == timedelta(days=21)
        world.network.mend()
        postman = world._postman(world.members[NORTH])
        world.members[NORTH].act(lambda _node, transaction: try_now(transaction, world.clock.now()))
        shown = []
        while postman.run_once(batches=1) == {} and _owed(world):
            line = _line(world)
            shown.append((line.failures, line.carried, line.backlog))
        assert shown[0] == (0, 1, BATCH + 6)  # one tried the line; then whole batches
        assert shown[1] == (0, 1 + BATCH, BATCH + 6)
        world.members[SOUTH].dirty = world.members[NORTH].dirty = True
        world.settle()
        rows = world.members[SOUTH].read(lambda transaction: list(transaction.received()))
        assert [row.state for row in rows] == ["accepted"] * (BATCH + 6)


def _disclose(node: Node, transaction: Transaction, item: str) -> None:
    from comity.node.disclose import disclose

    assert disclose(node, transaction, item, to=SOUTH, purpose="network-defence").decision.permitted


def _owed(world: World) -> int:
    return world.members[NORTH].read(lambda transaction: transaction.backlog().get(SOUTH, 0))


def _line(world: World):  # type: ignore[no-untyped-def]
    return world.members[NORTH].read(lambda transaction: transaction.circuit(SOUTH))
