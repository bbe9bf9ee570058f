"""Matters as they were read last: what a log and the texts make of it is worked out once, and again when either grew.

Lists, ledgers, duties and figures read every matter, and most have not changed since. Nothing here is kept beyond the
process, and nothing is decided by it: the same log and the same texts always give the same matter.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable

from comity.cooperation.event import Event
from comity.cooperation.matter import Matter

__all__ = ["MattersRead"]


class MattersRead:
    """The matters that were asked for last.

    Args:
        most: how many are kept.
    """

    def __init__(self, most: int = 2_000) -> None:
        self._most = most
        self._turn = threading.Lock()
        self._held: OrderedDict[str, tuple[tuple[Event, ...], str, Matter]] = OrderedDict()

    def get(self, id: str, log: tuple[Event, ...], texts: str, read: Callable[[], Matter]) -> Matter:
        """Give a matter; `read` makes it where its log or the texts are not those it was last read from."""
        with self._turn:
            held = self._held.get(id)
            if held is not None and held[:2] == (log, texts):
                self._held.move_to_end(id)
                return held[2]
        matter = read()
        with self._turn:
            self._held[id] = (log, texts, matter)
            self._held.move_to_end(id)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return matter
