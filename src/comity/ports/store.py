"""Where rows are kept, and what moves envelopes."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Protocol, TypeVar

import msgspec

from comity.clock import Instant
from comity.ports.transaction import Transaction

T = TypeVar("T")


class Store(Protocol):
    """Where a node keeps its rows. See the duties in this module's docstring."""

    @property
    def trouble(self) -> str:
        """Why nothing can be written at present; empty where the last batch came to the disk."""
        ...

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` and return once its effects are durable."""
        ...

    def submit(self, work: Callable[[Transaction], T]) -> "Future[T]":
        """Queue `work`; the future is done once its effects are durable, or it has raised and left nothing."""
        ...

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Run `work`, which changes nothing."""
        ...

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed` whenever another worker on the same rows has changed a text or an act."""
        ...

    def renew_keys(self, now: Instant) -> bool:
        """Begin a new epoch of the keys of bodies if the present one is over; tell whether it was."""
        ...

    def scrub(self) -> None:
        """Overwrite what logs beside the database still hold of rows that were erased."""
        ...

    def damage(self) -> Sequence[str]:
        """Say what the database itself finds damaged in it."""
        ...

    def close(self) -> None:
        """Finish what is under way and let the home go."""
        ...


class Reply(msgspec.Struct, frozen=True):
    """What came back for a run of envelopes.

    Attributes:
        letters: sealed receipts, one letter a sender.
        reasons: for each envelope, in order, why it was not taken, unsigned; empty where a receipt speaks for it.
    """

    letters: tuple[bytes, ...]
    reasons: tuple[str, ...]


class Carrier(Protocol):
    """What moves envelopes to one peer and brings its receipts back."""

    def deliver(self, peer: str, endpoint: str, envelopes: Sequence[bytes]) -> Reply:
        """Hand over a run of envelopes and give what came back.

        Raises:
            PeerUnreachable: nothing is known to have arrived; what was sent stays owed.
        """
        ...

    def close(self) -> None:
        """Let every connection go; a delivery that still waits ends as not delivered."""
        ...
