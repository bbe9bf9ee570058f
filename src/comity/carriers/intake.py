"""Taking turns: many peers send, one sequencer writes, and nobody waits for more than one batch of another.

Each peer has a queue of its own. A *round* takes the same number of envelopes from every queue that holds something, at
most `ROUND` together, and the next round begins when this one is durable. So however much one peer sends, the first
envelopes of another are in the next round, and many small senders share one commit. A peer that has as much waiting as
it may is told so (`Busy`, HTTP 429) and keeps what it has: memory is bounded by what may wait, never by what is sent.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from comity.errors import ComityError

T = TypeVar("T")

#: Envelopes of one round together, and their bytes.
ROUND = 64
ROUND_BYTES = 8 * 1024 * 1024
#: Runs a peer may have waiting, and bytes of all peers together.
MOST_RUNS = 4
MOST_BYTES = 512 * 1024 * 1024


class Busy(ComityError):
    """This peer has as much waiting as it may; it keeps the rest and tries again."""


class Intake(Generic[T]):
    """The queues of one endpoint. Everything runs on the endpoint's loop.

    Args:
        take: takes the envelopes of one round in, each with its peer; gives what became of each, or what it raised,
            once all is durable.
    """

    def __init__(
        self, take: Callable[[Sequence[tuple[bytes, str]]], Awaitable[Sequence[T | BaseException]]]
    ) -> None:
        self._take = take
        self._queues: OrderedDict[str, deque[_Run[T]]] = OrderedDict()
        self._waiting: Counter[str] = Counter()
        self._bytes = 0
        self._worker: asyncio.Task[None] | None = None

    async def take(self, envelopes: Sequence[bytes], peer: str) -> list[T]:
        """Take a run in as its turns come; gives what became of each envelope, in order.

        Raises:
            Busy: this peer, or all together, have as much waiting as is kept in memory.
        """
        size = sum(map(len, envelopes))
        if self._waiting[peer] >= MOST_RUNS or (self._bytes and self._bytes + size > MOST_BYTES):
            raise Busy(f"{self._waiting[peer]} runs of this Party are waiting already")
        if not envelopes:
            return []
        run = _Run[T](envelopes, asyncio.get_running_loop().create_future())
        self._queues.setdefault(peer, deque()).append(run)
        self._waiting[peer] += 1
        self._bytes += size
        if self._worker is None:
            self._worker = asyncio.get_running_loop().create_task(self._work())
        try:
            return await run.done
        finally:
            self._bytes -= size
            self._waiting[peer] -= 1
            if not self._waiting[peer]:
                del self._waiting[peer]

    async def _work(self) -> None:
        """Go round until all queues are empty."""
        try:
            while self._queues:
                parts = self._round()
                batch = [(envelope, peer) for peer, _, envelopes in parts for envelope in envelopes]
                try:
                    found: Sequence[T | BaseException] = await self._take(batch)
                except Exception as error:
                    found = [error] * len(batch)
                at = 0
                for peer, run, envelopes in parts:
                    self._settle(peer, run, found[at : at + len(envelopes)])
                    at += len(envelopes)
        finally:
            self._worker = None

    def _round(self) -> list[tuple[str, "_Run[T]", list[bytes]]]:
        """Take as many envelopes off every queue as off any other; who had a turn goes to the end of the line."""
        share = max(1, ROUND // len(self._queues))
        left, room = ROUND, ROUND_BYTES
        found: list[tuple[str, _Run[T], list[bytes]]] = []
        for peer in list(self._queues):
            run = self._queues[peer][0]
            part: list[bytes] = []
            while run.left and len(part) < share and left and (len(run.left[0]) <= room or not found + part):
                part.append(run.left.popleft())
                left -= 1
                room -= len(part[-1])
            if part:
                found.append((peer, run, part))
                self._queues.move_to_end(peer)
            if not left:
                break
        return found

    def _settle(self, peer: str, run: "_Run[T]", found: Sequence[T | BaseException]) -> None:
        """Note what became of a part; a run with an error, or with nothing left, is done."""
        failed = next((each for each in found if isinstance(each, BaseException)), None)
        run.found += [each for each in found if not isinstance(each, BaseException)]
        if failed is None and run.left:
            return
        queue = self._queues[peer]
        queue.popleft()
        if not queue:
            del self._queues[peer]
        if run.done.done():
            return  # who asked has gone; what was taken in stays taken in
        if failed is not None:
            run.done.set_exception(failed)
        else:
            run.done.set_result(run.found)


class _Run(Generic[T]):
    """One request's envelopes: those left, and what became of the others."""

    def __init__(self, envelopes: Sequence[bytes], done: "asyncio.Future[list[T]]") -> None:
        self.left = deque(envelopes)
        self.done = done
        self.found: list[T] = []
