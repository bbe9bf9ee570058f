"""Taking envelopes in over HTTP: one route, bounded before anything is read.

The endpoint cuts a run of envelopes apart and gives it to `accept`, with the name of the Party whose connection it is;
that answers only once what it did is durable. On loopback without TLS a connection is nobody's, and the envelopes
alone say whose they are.

Every limit is the same for all: headers (`doorway`), the body's size, a pause in it, its pace, and the memory that
bodies take while they are read (`Room`).
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from comity.carriers.framing import MAX_RUN_BYTES, join_reply, split_envelopes
from comity.carriers.http_sender import MEDIA_TYPE, PATH
from comity.carriers.intake import Busy
from comity.errors import ComityError, ForeignInput, StorageError
from comity.ports import Reply

#: Takes a run of envelopes and the Party whose connection brought it, empty on plain loopback; gives the reply.
Accept = Callable[[Sequence[bytes], str], Awaitable[Reply]]

#: Seconds without a byte of a body, seconds for a small one, and bytes a second that a larger one must come at.
PAUSE = 30.0
PATIENCE = 60.0
LEAST_PACE = 64 * 1024

#: Bytes of all bodies that are being read, and of those of one Party: two of the largest.
MOST_ROOM = 1024 * 1024 * 1024
ROOM_EACH = 2 * MAX_RUN_BYTES

#: Seconds after which a sender that was told `busy` may try again.
_RETRY_AFTER = "1"


class TooLarge(Exception):
    """A body is beyond its cap."""


class Room:
    """The memory that bodies take while they are read. Everything runs on the endpoint's loop.

    Args:
        most: bytes of all together.
        each: bytes of one Party; a connection that is nobody's has no such bound.
    """

    def __init__(self, most: int = MOST_ROOM, each: int = ROOM_EACH) -> None:
        self._most, self._each = most, each
        self._held: Counter[str] = Counter()

    @contextmanager
    def reading(self, party: str = "") -> Iterator[Callable[[int], None]]:
        """Give what is told how many bytes more a body takes; it raises `Busy` where there is no room for them."""
        taken = 0

        def take(size: int) -> None:
            nonlocal taken
            if self._held.total() + size > self._most or (party and self._held[party] + size > self._each):
                raise Busy("as much as there is memory for is being read already")
            self._held[party] += size
            taken += size

        try:
            yield take
        finally:
            self._held[party] -= taken
            if not self._held[party]:
                del self._held[party]


def make_endpoint(accept: Accept, trouble: Callable[[], str] = str) -> Starlette:
    """Make the ASGI application of a node's endpoint.

    Args:
        trouble: says why the node cannot act at present, for whoever watches over it; empty where it can.
    """
    room = Room()

    async def envelopes(request: Request) -> Response:
        amiss = getattr(request.state, "amiss", "")
        if amiss:
            return problem(403, amiss)
        party = getattr(request.state, "party", "")
        try:
            with room.reading(party) as take:
                body = await read_bounded(request, MAX_RUN_BYTES, take)
        except TooLarge:
            return problem(413, f"at most {MAX_RUN_BYTES} bytes a request")
        except Busy as error:
            return problem(429, error.message, retry_after=_RETRY_AFTER)
        except (TimeoutError, ClientDisconnect):
            return problem(408, "the request did not come in time")
        except ForeignInput as error:
            return problem(400, error.message)
        try:
            run = split_envelopes(body)
            del body  # the envelopes are copies of it
            reply = await accept(run, party)
        except ForeignInput as error:
            return problem(400, error.message)
        except Busy as error:
            return problem(429, error.message, retry_after=_RETRY_AFTER)
        except StorageError as error:
            return problem(503, error.message)
        except MemoryError:  # what it had come to is let go; others go on
            return problem(
                503, "there is no memory for so large a request at present", retry_after=_RETRY_AFTER
            )
        return Response(join_reply(reply), media_type=MEDIA_TYPE)

    async def health(_request: Request) -> Response:
        if why := trouble():
            return problem(503, why)
        return PlainTextResponse("comity\n")

    return Starlette(routes=[Route(PATH, envelopes, methods=["POST"]), Route("/health", health)])


async def read_bounded(
    request: Request,
    most: int,
    take: Callable[[int], None] = lambda _size: None,
    look: tuple[int, Callable[[bytes], Awaitable[None]]] | None = None,
) -> bytes:
    """Read a body and stop at the cap, whatever the header claims, and at the time it may take.

    Args:
        take: is told of the bytes as they come; from a `Room`.
        look: how many bytes a body begins with, and what looks at them; where that raises, the rest is read past and
            not kept, so that whoever sends it hears why.

    Raises:
        TooLarge: it claims or turns out to be larger than `most`.
        Busy: there is no room for it.
        TimeoutError: it pauses too long or comes too slowly.
        ForeignInput: what kind of request it is can be read in two ways, or it is not HTTP/1.1.
    """
    headers = request.headers
    if request.scope.get("http_version") != "1.1":
        raise ForeignInput("not HTTP/1.1")
    if "transfer-encoding" in headers and "content-length" in headers:
        raise ForeignInput("both Content-Length and Transfer-Encoding")
    if headers.get("content-encoding", "identity") != "identity":
        raise ForeignInput("a compressed body; envelopes are sent as they are")
    claimed = headers.get("content-length", "0")
    if not claimed.isdecimal() or int(claimed) > most:
        raise TooLarge
    parts: list[bytes] = []
    total = 0
    refused: ComityError | None = None
    end = asyncio.get_running_loop().time() + PATIENCE
    stream = request.stream()
    while True:
        now = asyncio.get_running_loop().time()
        left = end + total / LEAST_PACE - now
        part = await asyncio.wait_for(_next(stream), max(0.0, min(PAUSE, left)))
        if part is None:
            if refused is not None:
                raise refused
            return b"".join(parts)
        total += len(part)
        if total > most:
            raise TooLarge
        if refused is not None:
            continue
        take(len(part))
        parts.append(part)
        if look is not None and total >= look[0]:
            head, look = look, None
            try:
                await head[1](b"".join(parts)[: head[0]])
            except ComityError as error:
                refused = error
                parts.clear()


async def _next(stream: AsyncIterator[bytes]) -> bytes | None:
    return await anext(stream, None)


def problem(status: int, detail: str, *, retry_after: str = "") -> Response:
    """Answer in the form of RFC 9457, and end the connection: what is left of a refused body is not waited for."""
    return JSONResponse(
        {"type": "about:blank", "status": status, "detail": detail},
        status_code=status,
        media_type="application/problem+json",
        headers={"Connection": "close", **({"Retry-After": retry_after} if retry_after else {})},
    )
