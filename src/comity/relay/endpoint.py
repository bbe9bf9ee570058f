"""The two routes of a relay. It answers whoever knows a mailbox, and writes no line about any of them."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from comity.carriers.http_endpoint import Room, TooLarge, problem, read_bounded
from comity.carriers.intake import Busy
from comity.carriers.relay_wire import (
    COLLECT_PATH,
    DEPOSIT_HEAD,
    DEPOSIT_PATH,
    MAX_REQUEST_BYTES,
    MEDIA_TYPE,
    read_collect,
    read_deposit,
    write_boxes,
    write_deposited,
)
from comity.clock import Clock
from comity.errors import CannotJournal, ForeignInput, NotFound, VerificationFailed
from comity.relay.mailboxes import Mailboxes
from comity.sealing.box import check_box

#: A request for boxes names a few ids.
_MAX_COLLECT = 8 * 1024


def make_relay(mailboxes: Mailboxes, key: str, clock: Clock) -> Starlette:
    """Make the ASGI application of a relay whose key of connections has that digest."""

    def deposit(body: bytes) -> bytes:
        mailbox, boxes = read_deposit(body)
        for box in boxes:
            check_box(box)
        return write_deposited(mailboxes.deposit(mailbox, boxes, clock.now()))

    def collect(body: bytes) -> bytes:
        asked = read_collect(body, key, clock.now())
        return write_boxes(*mailboxes.collect(asked.mailbox, asked.after, asked.taken))

    async def admitted(head: bytes) -> None:
        """Refuse boxes for a mailbox that nobody has, before they are kept in memory."""
        await asyncio.to_thread(mailboxes.check, read_deposit(head)[0])

    room = Room()

    async def health(_request: Request) -> Response:
        return PlainTextResponse("comity relay\n")

    return Starlette(
        routes=[
            Route(
                DEPOSIT_PATH,
                _route(deposit, MAX_REQUEST_BYTES, room, (DEPOSIT_HEAD, admitted)),
                methods=["POST"],
            ),
            Route(COLLECT_PATH, _route(collect, _MAX_COLLECT, room), methods=["POST"]),
            Route("/health", health),
        ]
    )


def _route(
    work: Callable[[bytes], bytes],
    most: int,
    room: Room,
    look: tuple[int, Callable[[bytes], Awaitable[None]]] | None = None,
) -> Callable[[Request], Awaitable[Response]]:
    """Make a route: a bounded body in, the work beside the loop, bytes out, or why not."""

    async def answer(request: Request) -> Response:
        try:
            with room.reading() as take:
                body = await read_bounded(request, most, take, look)
                return Response(await asyncio.to_thread(work, body), media_type=MEDIA_TYPE)
        except TooLarge:
            return problem(413, f"at most {most} bytes a request")
        except Busy as error:
            return problem(429, error.message, retry_after="1")
        except (TimeoutError, ClientDisconnect):
            return problem(408, "the request did not come in time")
        except ForeignInput as error:
            return problem(400, error.message)
        except VerificationFailed as error:
            return problem(403, error.message)
        except NotFound as error:
            return problem(404, error.message)
        except CannotJournal as error:
            return problem(503, error.message)

    return answer
