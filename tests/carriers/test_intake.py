"""Turns: nobody waits for more than one round of another, whoever floods; memory is bounded."""

import asyncio
from collections.abc import Sequence

import pytest

from comity.carriers.intake import MOST_RUNS, ROUND, Busy, Intake


class Taker:
    """Takes rounds in and notes them."""

    def __init__(self) -> None:
        self.rounds: list[list[tuple[bytes, str]]] = []
        self.fails: bytes = b""

    async def __call__(self, batch: Sequence[tuple[bytes, str]]) -> list[bytes | BaseException]:
        self.rounds.append(list(batch))
        await asyncio.sleep(0)
        return [ValueError(data.decode()) if data == self.fails else data.upper() for data, _ in batch]


def test_a_peer_that_floods_keeps_no_other_waiting_for_more_than_a_round() -> None:
    """North has 100,000 waiting in turn; each envelope of East's and West's is in the next round after it came."""
    taker = Taker()

    async def play() -> list[int]:
        intake: Intake[bytes] = Intake(taker)
        sent = 0

        async def north() -> None:
            nonlocal sent
            while sent < 100_000:
                sent += 256
                await intake.take([b"n"] * 256, "north")

        floods = [asyncio.create_task(north()) for _ in range(MOST_RUNS)]
        waits = []
        for number in range(200):
            await asyncio.sleep(0)
            before = len(taker.rounds)
            await intake.take([b"e%d" % number], "east" if number % 2 else "west")
            waits.append(len(taker.rounds) - before)
        await asyncio.gather(*floods)
        return waits

    waits = asyncio.run(play())
    assert max(waits) <= 2  # the round under way, and the one it is in
    assert all(len(each) <= ROUND for each in taker.rounds)


def test_each_of_many_peers_has_the_same_share_and_small_senders_share_a_round() -> None:
    taker = Taker()

    async def play() -> None:
        intake: Intake[bytes] = Intake(taker)
        await asyncio.gather(*(intake.take([b"x"] * 10, f"peer-{number}") for number in range(8)))

    asyncio.run(play())
    assert [len(each) for each in taker.rounds] == [64, 16]
    assert {peer: sum(p == peer for _, p in taker.rounds[0]) for _, peer in taker.rounds[0]} == {
        f"peer-{number}": 8 for number in range(8)
    }


def test_what_becomes_of_a_run_comes_back_in_its_order_and_an_error_is_its_own() -> None:
    taker = Taker()
    taker.fails = b"bad"

    async def play() -> list[object]:
        intake: Intake[bytes] = Intake(taker)
        runs = [[b"a", b"b"], [b"c", b"bad", b"d"], [b"e"] * 150, []]
        found = await asyncio.gather(
            *(intake.take(run, f"peer-{number}") for number, run in enumerate(runs)), return_exceptions=True
        )
        assert await intake.take([b"later"], "peer-1") == [b"LATER"]  # its queue flows again
        return list(found)

    first, second, third, fourth = asyncio.run(play())
    assert first == [b"A", b"B"] and third == [b"E"] * 150 and fourth == []
    assert isinstance(second, ValueError)


def test_who_has_enough_waiting_is_told_so_and_others_are_not() -> None:
    async def play() -> None:
        release = asyncio.Event()

        async def held(batch: Sequence[tuple[bytes, str]]) -> list[bytes | BaseException]:
            await release.wait()
            return [data for data, _ in batch]

        intake: Intake[bytes] = Intake(held)
        waiting = [asyncio.create_task(intake.take([b"x"], "north")) for _ in range(MOST_RUNS)]
        await asyncio.sleep(0)
        with pytest.raises(Busy, match=f"{MOST_RUNS} runs of this Party are waiting already"):
            await intake.take([b"x"], "north")
        other = asyncio.create_task(intake.take([b"y"], "south"))
        await asyncio.sleep(0)
        release.set()
        assert await other == [b"y"] and len(await asyncio.gather(*waiting)) == MOST_RUNS
        assert await intake.take([b"x"], "north") == [b"x"]

    asyncio.run(play())


def test_memory_is_bounded_for_all_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.carriers.intake.MOST_BYTES", 1000)

    async def play() -> None:
        release = asyncio.Event()

        async def held(batch: Sequence[tuple[bytes, str]]) -> list[bytes | BaseException]:
            await release.wait()
            return [data for data, _ in batch]

        intake: Intake[bytes] = Intake(held)
        first = asyncio.create_task(intake.take([bytes(900)], "north"))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await intake.take([bytes(200)], "south")
        release.set()
        await first
        assert len(await intake.take([bytes(2000)], "south")) == 1  # alone, any run may come

    asyncio.run(play())
