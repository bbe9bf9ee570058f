"""Taking envelopes in over HTTP: one route, bounded before anything is read.

The endpoint cuts a run of envelopes apart and gives it to `accept`, with the name of the Party whose connection it is;
that answers only once what it did is durable. On loopback without TLS a connection is nobody's, and the envelopes
alone say whose they are.

Every limit is the same for all: headers (`doorway`), the body's size, a pause in it, its pace.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from comity.carriers.framing import MAX_RUN_BYTES, join_reply, split_envelopes
from comity.carriers.http_sender import MEDIA_TYPE, PATH
from comity.carriers.intake import Busy
from comity.errors import ForeignInput, StorageError
from comity.ports import Reply

#: Takes a run of envelopes and the Party whose connection brought it, empty on plain loopback; gives the reply.
Accept = Callable[[Sequence[bytes], str], Awaitable[Reply]]

#: Seconds without a byte of a body, seconds for a small one, and bytes a second that a larger one must come at.
PAUSE = 30.0
PATIENCE = 60.0
LEAST_PACE = 64 * 1024

#: Seconds after which a sender that was told `busy` may try again.
_RETRY_AFTER = "1"


class TooLarge(Exception):
    """A body is beyond its cap."""


def make_endpoint(accept: Accept, trouble: Callable[[], str] = str) -> Starlette:
    """Make the ASGI application of a node's endpoint.

    Args:
        trouble: says why the node cannot act at present, for whoever watches over it; empty where it can.
    """

    async def envelopes(request: Request) -> Response:
        amiss = getattr(request.state, "amiss", "")
        if amiss:
            return problem(403, amiss)
        try:
            body = await read_bounded(request, MAX_RUN_BYTES)
        except TooLarge:
            return problem(413, f"at most {MAX_RUN_BYTES} bytes a request")
        except (TimeoutError, ClientDisconnect):
            return problem(408, "the request did not come in time")
        except ForeignInput as error:
            return problem(400, error.message)
        try:
            run = split_envelopes(body)
            del body  # the envelopes are copies of it
            reply = await accept(run, getattr(request.state, "party", ""))
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


async def read_bounded(request: Request, most: int) -> bytes:
    """Read a body and stop at the cap, whatever the header claims, and at the time it may take.

    Raises:
        TooLarge: it claims or turns out to be larger than `most`.
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
    end = asyncio.get_running_loop().time() + PATIENCE
    stream = request.stream()
    while True:
        now = asyncio.get_running_loop().time()
        left = end + total / LEAST_PACE - now
        part = await asyncio.wait_for(_next(stream), max(0.0, min(PAUSE, left)))
        if part is None:
            return b"".join(parts)
        total += len(part)
        if total > most:
            raise TooLarge
        parts.append(part)


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
