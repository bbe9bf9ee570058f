"""Putting boxes into mailboxes at relays, and taking one's own out, over TLS with the key the address names."""

import ssl
from collections.abc import Sequence
from typing import Protocol

from comity.carriers.framing import MAX_ENVELOPE_BYTES
from comity.carriers.http_sender import HttpCarrier
from comity.carriers.relay_wire import (
    COLLECT_PATH,
    DEPOSIT_PATH,
    MAX_RUN_BYTES,
    MEDIA_TYPE,
    Box,
    RelayAddress,
    read_boxes,
    read_deposited,
    write_collect,
    write_deposit,
)
from comity.carriers.tls import client_context
from comity.clock import Instant
from comity.errors import ForeignInput, PeerUnreachable
from comity.keys import SigningKey

#: The largest answer: a single box of the largest envelope.
_MOST = max(MAX_RUN_BYTES, MAX_ENVELOPE_BYTES) + 1024 * 1024


class Relays(Protocol):
    """What moves boxes to relays and from them."""

    def deposit(self, address: RelayAddress, boxes: Sequence[bytes]) -> list[bool]:
        """Leave boxes in a mailbox; tell of each whether it is kept.

        Raises:
            PeerUnreachable: nothing is known to be kept.
        """
        ...

    def collect(
        self, address: RelayAddress, key: SigningKey, at: Instant, after: int, taken: Sequence[bytes]
    ) -> tuple[list[Box], int]:
        """Let go what was taken, give the next boxes of one's mailbox and how many are left behind them.

        Raises:
            PeerUnreachable: the relay did not answer so.
        """
        ...

    def close(self) -> None:
        """Let every connection go."""
        ...


class RelayClient:
    """Speaks to relays over HTTPS; shows no key of its own, so a relay learns nothing of who leaves a box."""

    def __init__(self, http: HttpCarrier | None = None) -> None:
        self._http = http or HttpCarrier()

    def deposit(self, address: RelayAddress, boxes: Sequence[bytes]) -> list[bool]:
        """Leave boxes in a mailbox; tell of each whether it is kept."""
        said = self._post(address, DEPOSIT_PATH, write_deposit(address.mailbox, boxes), 1024)
        try:
            return read_deposited(said, len(boxes))
        except ForeignInput as error:
            raise PeerUnreachable(f"relay {address.name}: {error.message}") from error

    def collect(
        self, address: RelayAddress, key: SigningKey, at: Instant, after: int, taken: Sequence[bytes]
    ) -> tuple[list[Box], int]:
        """Let go what was taken, give the next boxes of one's mailbox and how many are left behind them."""
        said = self._post(address, COLLECT_PATH, write_collect(key, address.key, at, after, taken), _MOST)
        try:
            return read_boxes(said)
        except ForeignInput as error:
            raise PeerUnreachable(f"relay {address.name}: {error.message}") from error

    def close(self) -> None:
        """Let every connection go."""
        self._http.close()

    def _post(self, address: RelayAddress, path: str, body: bytes, most: int) -> bytes:
        try:
            return self._http.exchange(
                f"relay {address.name}", address.endpoint, path, body, MEDIA_TYPE, most,
                secure=lambda _relay: client_context(None, [address.public]),
            )  # fmt: skip
        except PeerUnreachable as error:
            if not isinstance(error.__cause__, ssl.SSLCertVerificationError):
                raise
            raise PeerUnreachable(
                f"relay {address.name} at {address.endpoint}: it shows another key than its address names"
            ) from error
