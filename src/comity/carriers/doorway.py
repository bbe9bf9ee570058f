"""The door of an endpoint: who may come in, and how long they may take.

uvicorn speaks HTTP; what it does not do stands here. Before the first byte of a request is read, the connection is
turned into TLS and the caller's key held against the cards (`tls`). Whose connection it is goes along with every
request, as `state["party"]`; where a known key does not count any more, `state["amiss"]` says why, and the endpoint
answers with that one line. A caller that nobody knows fails in the handshake and learns from the alert.

| slow in | seconds, or least pace |
|---|---|
| the handshake | `HANDSHAKE` |
| a request's headers, from its first byte | `HEADERS` |
| between requests | `IDLE`, by uvicorn |
| the body | `comity.carriers.http_endpoint` |
| from headers to the last byte of the answer | `WHOLE` |
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from h11 import IDLE as AT_REST
from uvicorn.protocols.http.h11_impl import H11Protocol

from comity.carriers.secure_transport import SecureTransport
from comity.carriers.tls import peer_key, reason_of
from comity.errors import ComityError
from comity.keys import VerifyKey

log = structlog.get_logger("comity.endpoint")

HANDSHAKE = 10.0
HEADERS = 10.0
IDLE = 15
#: A body of the largest size at the least pace, and the work on it.
WHOLE = 3000.0
#: Bytes of a request's headers together.
MAX_HEADER_BYTES = 16 * 1024
#: Connections open at once, and of these such as have not shown yet who they are.
MAX_CONNECTIONS = 512
_MAX_STRANGERS = 128


class Caller(msgspec.Struct, frozen=True):
    """Whose connection it is; `amiss` why its key does not count, empty where it does."""

    party: str
    amiss: str = ""


class Door:
    """What a doorway asks for each connection.

    Args:
        context: makes the answering end as the cards say now; raises what the node says where it has no key.
        who: tells whose key it is; None where no caller shows any, as at a relay.
    """

    def __init__(
        self, context: Callable[[], ssl.SSLContext], who: Callable[[VerifyKey], Caller] | None
    ) -> None:
        self.context = context
        self.who = who
        self.strangers = 0

    def caller(self, connection: ssl.SSLObject) -> Caller:
        """Tell whose connection it is."""
        return Caller("") if self.who is None else self.who(peer_key(connection))


class Doorway(H11Protocol):
    """One connection. Without a door it is plain HTTP, which is for loopback."""

    door: Door | None = None

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._secure: SecureTransport | None = None
        self._place = "?"
        self._inside = self._first = False
        self._late: asyncio.TimerHandle | None = None
        self._whole: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let a connection in; where there is a door, after the handshake."""
        if self.door is None or self.door.who is not None:  # a relay does not write down who calls
            self._place = str((transport.get_extra_info("peername") or ("?",))[0])
        if len(self.connections) >= MAX_CONNECTIONS:
            transport.abort()
        elif self.door is None:
            self._let_in(transport)
        elif self.door.strangers >= _MAX_STRANGERS:
            transport.abort()
        else:
            try:
                self._secure = SecureTransport(transport, self.door.context())
            except ComityError as error:
                self._refuse(error.message, transport)
                return
            self.door.strangers += 1
            self._late = self.loop.call_later(HANDSHAKE, self._too_late)

    def data_received(self, data: bytes) -> None:
        """Take bytes in: of the handshake first, then of requests, whose headers must be whole in time."""
        if self._secure is not None:
            try:
                if not self._inside and not self._shaken(self._secure, data):
                    return
                data = self._secure.feed(b"" if self._first else data)
                self._first = False
            except (ssl.SSLError, ComityError) as error:
                self._refuse(
                    error.message if isinstance(error, ComityError) else reason_of(error), self._secure
                )
                return
            if not data:
                return
        super().data_received(data)
        if self.conn.their_state is AT_REST:
            if self._late is None:
                self._late = self.loop.call_later(HEADERS, self._too_late)
        else:
            self._in_time()
            if self._whole is None:
                self._whole = self.loop.call_later(WHOLE, self._too_late)

    def _shaken(self, secure: SecureTransport, data: bytes) -> bool:
        """Go on with the handshake; once it is done, find out who calls and let them in."""
        assert self.door is not None
        if not secure.shake(data):
            return False
        caller = self.door.caller(secure.tls)
        if caller.amiss:
            log.warning("connection refused", caller=self._place, party=caller.party, reason=caller.amiss)
        self.app_state = {**self.app_state, "party": caller.party, "amiss": caller.amiss}
        self.door.strangers -= 1
        self._in_time()
        self._let_in(secure)
        self._first = True
        return True

    def _let_in(self, transport: asyncio.Transport) -> None:
        self._inside = True
        super().connection_made(transport)
        self._late = self.loop.call_later(HEADERS, self._too_late)

    def _refuse(self, reason: str, transport: asyncio.Transport) -> None:
        log.warning("connection refused", caller=self._place, reason=reason)
        transport.close()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        if self._whole is not None:
            self._whole.cancel()
            self._whole = None
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let everything go."""
        self._in_time()
        if self._whole is not None:
            self._whole.cancel()
        if self._inside:
            super().connection_lost(exc)
        elif self._secure is not None and self.door is not None:  # a stranger until the end
            self.door.strangers -= 1

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _too_late(self) -> None:
        self._late = None
        ending = self.transport if self._inside else self._secure
        if not self._inside:
            log.warning("connection refused", caller=self._place, reason="the handshake took too long")
        if ending is not None and not ending.is_closing():
            ending.abort()


def doorway(door: Door | None) -> type[Doorway]:
    """Make the kind of connection an endpoint has."""
    return type("Doorway", (Doorway,), {"door": door})
