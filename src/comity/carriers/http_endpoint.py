"""Taking envelopes in over HTTP: one route, bounded before anything is read.

The endpoint cuts a run of envelopes apart and gives each to `accept`, which answers only once what it did is durable.
It listens on loopback only, until TLS with pinned keys comes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from comity.carriers.framing import MAX_RUN_BYTES, join_reply, split_envelopes
from comity.carriers.http_sender import MEDIA_TYPE, PATH
from comity.errors import CannotJournal, ForeignInput
from comity.ports import Reply

#: Takes a run of envelopes and the carrier's name; gives the reply.
Accept = Callable[[Sequence[bytes], str], Awaitable[Reply]]

#: Seconds a sender may take for one request's body.
_PATIENCE = 60.0


def make_endpoint(accept: Accept) -> Starlette:
    """Make the ASGI application of a node's endpoint."""

    async def envelopes(request: Request) -> Response:
        try:
            body = await asyncio.wait_for(_read_bounded(request), _PATIENCE)
        except _TooLarge:
            return _problem(413, f"at most {MAX_RUN_BYTES} bytes a request")
        except (TimeoutError, ClientDisconnect):
            return _problem(408, "the request did not come in time")
        try:
            reply = await accept(split_envelopes(body), "https")
        except ForeignInput as error:
            return _problem(400, error.message)
        except CannotJournal as error:
            return _problem(503, error.message)
        return Response(join_reply(reply), media_type=MEDIA_TYPE)

    async def health(_request: Request) -> Response:
        return PlainTextResponse("comity\n")

    return Starlette(routes=[Route(PATH, envelopes, methods=["POST"]), Route("/health", health)])


class _TooLarge(Exception):
    """The body is beyond the cap."""


async def _read_bounded(request: Request) -> bytes:
    """Read the body and stop at the cap, whatever the header claims."""
    claimed = request.headers.get("content-length", "0")
    if not claimed.isdecimal() or int(claimed) > MAX_RUN_BYTES:
        raise _TooLarge
    parts: list[bytes] = []
    total = 0
    async for part in request.stream():
        total += len(part)
        if total > MAX_RUN_BYTES:
            raise _TooLarge
        parts.append(part)
    return b"".join(parts)


def _problem(status: int, detail: str) -> Response:
    """Answer in the form of RFC 9457."""
    return JSONResponse(
        {"type": "about:blank", "status": status, "detail": detail},
        status_code=status,
        media_type="application/problem+json",
    )
