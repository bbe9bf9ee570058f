"""How a command that runs until it is told to end hears of it: Ctrl-C or SIGTERM, and then it ends in order."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ended_by_signal() -> Iterator[threading.Event]:
    """Give an event that is set by Ctrl-C or SIGTERM, as long as this lasts; a second one changes nothing."""
    ended = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
