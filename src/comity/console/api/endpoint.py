"""The routes of the API: who calls, what is asked, what is answered.

A caller is known by a token alone: a cookie lets nobody in here, so no page of another site can act in an officer's
name. Bodies are read only once it is known whose they are, up to a bound, by the one strict reader.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router
from starlette.types import Receive, Scope, Send

from comity.console import uploads
from comity.console.api.acting import Answer, act, look, shaped, version_of
from comity.console.api.cursors import Place, read_cursor, write_cursor
from comity.console.api.openapi import document
from comity.console.api.operation import MOST, PAGE, SECOND, Operation
from comity.console.api.operations import OPERATIONS
from comity.console.api.problems import MEDIA_TYPE, Problem, Stopped, problem, problem_of
from comity.console.api.with_persons import NECESSITY, PERSONS, Act
from comity.console.permissions import TWO_PERSONS
from comity.console.visit import Caller
from comity.control.verb import VERBS, Desk
from comity.errors import BadInput, ComityError
from comity.languages import _, use
from comity.languages.reading import TAGS
from comity.node import officers, programs
from comity.strict import read_json

log = structlog.get_logger("comity.api")

#: Below this stands every operation; the document stands beside it.
ROOT = "/api/v1"
#: The largest body that is read.
MAX_BODY = 12 * 1024 * 1024
#: The longest key under which an act may come.
_LONGEST_KEY = 255
#: Seconds for a body.
_PATIENCE = 60.0
#: Rows that are read over when the place of a page is looked for, should some have come in since.
_SLACK = 500

Handler = Callable[[Request], Awaitable[Response]]


class _Any:
    """Answers every method of a path, so that the API itself says which are understood."""

    def __init__(self, answer: Handler) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)


class Api:
    """The API of one node.

    Args:
        desk: where verbs act.
        origin: the console's address.
    """

    def __init__(self, desk: Desk, origin: str) -> None:
        self._desk = desk
        self._document = document(desk.node.party, f"{origin}{ROOT}")
        self._key = b""

    def routes(self) -> list[Any]:
        """Give the routes: one for each operation, and the document."""
        methods: dict[str, dict[str, Operation]] = {}
        for operation in OPERATIONS:
            methods.setdefault(operation.path, {})[operation.method] = operation
        known = [
            Route(path, _Any(self._route(by_method)))
            for path, by_method in sorted(methods.items(), key=lambda each: each[0].count("{"))
        ]
        known += [Route(each.path, _Any(self._stays_with_persons(each))) for each in PERSONS]
        return [
            Route("/api/openapi.json", self._describe, methods=["GET"]),
            Mount(ROOT, app=Router(known, default=self._unknown, redirect_slashes=False)),
        ]

    async def _describe(self, _request: Request) -> Response:
        return Response(self._document, media_type="application/json")

    async def _unknown(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await self._caller(Request(scope, receive))
            said = problem("not-found")
        except ComityError as error:
            said = problem_of(error)
        await _told(said)(scope, receive, send)

    def _route(self, by_method: dict[str, Operation]) -> Handler:
        async def answer(request: Request) -> Response:
            operation: Operation | None = by_method.get("GET" if request.method == "HEAD" else request.method)
            try:
                caller = await self._caller(request)
                if operation is None:
                    return _told(problem("method"), {"allow": ", ".join(sorted(by_method))})
                if not caller.may(operation.verb):
                    raise Stopped("role", _("none of your roles may do this"))
                if operation.method == "GET":
                    return await self._show(request, operation, caller)
                if operation.method == "PUT":
                    return await self._file(request, operation, caller)
                return await self._act(request, operation, caller)
            except ComityError as error:
                return _told(problem_of(error))
            except ClientDisconnect:
                return Response(status_code=400)
            except Exception as error:  # a fault of ours: the log has the trace, the caller one line
                log.error(
                    "call failed",
                    operation=request.url.path.split("/")[3:4],
                    kind=type(error).__name__,
                    exc_info=error,
                )
                return _told(problem("fault"))

        return answer

    def _stays_with_persons(self, of: Act) -> Handler:
        """Answer a program that tries an act of persons: why it does not go, and where it is done."""

        async def answer(request: Request) -> Response:
            try:
                caller = await self._caller(request)
                if request.method != "POST":
                    return _told(problem("method"), {"allow": "POST"})
                if not caller.may(of.verb):
                    raise Stopped("role", _("none of your roles may do this"))
                raise _for_persons(of)
            except ComityError as error:
                return _told(problem_of(error))

        return answer

    async def _file(self, request: Request, operation: Operation, caller: Caller) -> Response:
        """Take a file in as it comes: the bytes are the body, what is said of it stands in the query."""
        said, _page = _query(request, operation)
        if "idempotency-key" in request.headers or "if-match" in request.headers:
            raise Stopped(
                "malformed", _("a file takes no key and no version: sent twice, it is taken in twice")
            )
        row = await uploads.take_stream(caller, said, request.stream())
        body = msgspec.json.encode(msgspec.convert(row, operation.answer, strict=False))
        headers = {"location": f"{ROOT}/items/{row['id']}"}
        return Response(body, 201, media_type="application/json", headers=headers)

    # -- who ----------------------------------------------------------------------------------------------------
    async def _caller(self, request: Request) -> Caller:
        """Find who calls.

        Raises:
            Stopped: the token is none, or does not serve.
        """
        use(_wanted(request))
        kind, _blank, token = request.headers.get("authorization", "").partition(" ")
        node = self._desk.node
        now = node.clock.now()
        found = None
        if kind.lower() == "bearer":
            found = await run_in_threadpool(
                node.store.read, lambda transaction: programs.whose_token(transaction, token.strip(), now)
            )
        if found is None:
            raise Stopped("unknown-caller", hint=_("ask an administrator: comity token add"))
        row, officer = found
        if row.used_at is None or now - row.used_at > officers.NOTED:
            await run_in_threadpool(
                node.act, lambda transaction: programs.note_token_used(transaction, row, now)
            )
        if not request.headers.get("accept-language"):
            use(officer.language if officer.language in TAGS else "en")
        desk = Desk(self._desk.home, self._desk.postman, self._desk.serving, officer.id)
        return Caller(desk=desk, officer=officer, at=now)

    # -- showing ------------------------------------------------------------------------------------------------
    async def _show(self, request: Request, operation: Operation, caller: Caller) -> Response:
        given, page = _query(request, operation)
        ids = dict(request.path_params)
        if operation.pages is not None:
            body, link = await run_in_threadpool(self._page, operation, caller, ids, given, page)
            headers = {"link": f'<{request.url.path}?{link}>; rel="next"'} if link else {}
            return _shown(request, body, headers)
        if operation.verb == "item-content":
            return await uploads.content_of(caller, ids["item"])
        answer = await run_in_threadpool(look, operation, ids, caller.desk, given)
        if operation.answer is None:
            return _file(operation, answer)
        if answer is None:
            raise Stopped("not-found")
        return _shown(request, shaped(operation, answer), {}, kept=operation.kept)

    def _page(
        self,
        operation: Operation,
        caller: Caller,
        ids: dict[str, str],
        given: dict[str, Any],
        page: tuple[int, str],
    ) -> tuple[bytes, str]:
        """Give a page as JSON, and the query of the next one; empty on the last."""
        pages = operation.pages
        assert pages is not None
        limit, cursor = page
        asked = {**given, **ids}
        question = msgspec.json.encode([caller.officer.id, operation.id, asked], enc_hook=str).decode()
        key = self._cursor_key()
        place = read_cursor(key, cursor, question=question, at=caller.at) if cursor else Place()
        if pages.rows:
            rows, after = _counted(operation, caller, asked, place, limit)
        else:
            rows, after = _found(operation, caller, asked, place, limit)
        shaped_rows = msgspec.convert(rows, operation.answer, strict=False)
        following = write_cursor(key, after, question=question, at=caller.at) if after is not None else None
        body = msgspec.json.encode({"items": shaped_rows, "next": following})
        if following is None:
            return body, ""
        from urllib.parse import urlencode

        said = {**given, "limit": limit, "cursor": following}
        return body, urlencode({name: value for name, value in said.items() if value != ""}, doseq=True)

    def _cursor_key(self) -> bytes:
        """Give the key of cursors; made once, kept with the rows."""
        if not self._key:

            def work(node: Any, transaction: Any) -> bytes:
                held = transaction.mark("cursor-key")
                if not held:
                    held = node.entropy(32).hex()
                    transaction.put_mark("cursor-key", held)
                return bytes.fromhex(held)

            self._key = self._desk.act(work)
        return self._key

    # -- acting -------------------------------------------------------------------------------------------------
    async def _act(self, request: Request, operation: Operation, caller: Caller) -> Response:
        if request.url.query:
            raise BadInput(_("this address takes no query"))
        body = await _body(request)
        given = _given(request, operation, body)
        key = request.headers.get("idempotency-key", "")
        if len(key) > _LONGEST_KEY or not key.isascii() or not (key.isprintable()):
            raise Stopped("malformed", _("`Idempotency-Key` is up to 255 visible ASCII characters"))
        answer: Answer = await run_in_threadpool(
            act,
            caller,
            operation,
            dict(request.path_params),
            given,
            asked=f"{operation.id} {request.url.path}\n".encode() + body,
            key=key,
            if_match=request.headers.get("if-match", ""),
        )
        headers = {"idempotency-replayed": "true"} if answer.again else {}
        if answer.place:
            headers["location"] = f"{ROOT}{answer.place}"
        kind = MEDIA_TYPE if answer.status >= 400 else "application/json"
        return Response(answer.body, answer.status, media_type=kind, headers=headers)


def _counted(
    operation: Operation, caller: Caller, given: dict[str, Any], place: Place, limit: int
) -> tuple[list[Any], Place | None]:
    """Give a page of what the verb counts by itself."""
    assert operation.pages is not None
    turn = operation.turned_by
    if place.number or place.row:
        given = {**given, turn: place.number or place.row}
    found = VERBS[operation.verb](caller.desk, {**operation.fixed, **given, "limit": limit})
    after = found[turn]
    if after is None:
        return found[operation.pages.rows], None
    return found[operation.pages.rows], Place(after) if isinstance(after, int) else Place(row=after)


def _found(
    operation: Operation, caller: Caller, given: dict[str, Any], place: Place, limit: int
) -> tuple[list[Any], Place | None]:
    """Give a page of a list: what stands after the row where the last page ended."""
    pages = operation.pages
    assert pages is not None
    bound = {"limit": place.number + limit + 1 + (_SLACK if place.row else 0)} if pages.bounded else {}
    rows = VERBS[operation.verb](caller.desk, {**operation.fixed, **given, **bound})
    start = place.number
    if place.row and pages.key:
        start = next((at + 1 for at, row in enumerate(rows) if row[pages.key] == place.row), -1)
        if start < 0:
            raise Stopped("cursor", hint=_("begin anew without a cursor"))
    shown = rows[start : start + limit]
    if start + limit >= len(rows):
        return shown, None
    return shown, Place(start + limit, shown[-1][pages.key] if pages.key else "")


def _query(request: Request, operation: Operation) -> tuple[dict[str, Any], tuple[int, str]]:
    """Read a query by the types of the verb's parameters; give it with the size and cursor of the page."""
    known = operation.parameters()
    paged = {"limit": int, "cursor": str} if operation.pages is not None else {}
    types = {**known, **paged}
    given: dict[str, Any] = {}
    mistakes = []
    for name in dict.fromkeys(request.query_params):
        values = request.query_params.getlist(name)
        kind = types.get(name)
        if kind is None:
            mistakes.append(_("field `{name}` is unknown", name=name[:40]))
            continue
        try:
            several = getattr(kind, "__origin__", None) is tuple
            given[name] = msgspec.convert(values if several else values[-1], kind, strict=False)
        except msgspec.ValidationError as error:
            mistakes.append(f"`{name}`: {error}")
    limit = given.pop("limit", PAGE) if paged else PAGE
    if not 1 <= limit <= MOST:
        mistakes.append(_("`limit` is a number from 1 to {most}", most=MOST))
    missing = [name for name in _required(operation) if not given.get(name)]
    mistakes += [_("{name} is missing", name=f"`{name}`") for name in missing]
    if mistakes:
        raise BadInput(*mistakes)
    return given, (limit, given.pop("cursor", "") if paged else "")


def _required(operation: Operation) -> list[str]:
    from comity.console.api.openapi import required

    return [name for name in operation.parameters() if name in required(operation.verb)]


def _given(request: Request, operation: Operation, body: bytes) -> dict[str, Any]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != "application/json":
        raise Stopped("media-type")
    read = read_json(body, max_bytes=MAX_BODY, floats=True, what="request") if body else {}
    if not isinstance(read, dict):
        raise BadInput(_("the body of a request is an object"))
    if operation.body is None:
        if TWO_PERSONS.get(operation.verb) and not {*TWO_PERSONS[operation.verb], *SECOND}.isdisjoint(read):
            raise _for_persons(NECESSITY)
        unknown = [name for name in read if name not in operation.parameters()]
        if unknown:
            raise BadInput(*(_("field `{name}` is unknown", name=name[:40]) for name in unknown[:20]))
        return read
    try:
        found = msgspec.convert(read, operation.body)
    except msgspec.ValidationError as error:
        raise BadInput(f"{operation.id}: {error}") from None
    assert operation.given is not None
    return operation.given(found)


def _for_persons(of: Act) -> Stopped:
    return Stopped("persons", _(of.why), hint=_("a person does it at the console: {page}", page=of.page))


async def _body(request: Request) -> bytes:
    """Read a body, and stop at the bound, whatever its header claims."""
    parts, size = [], 0

    async def read() -> None:
        nonlocal size
        async for part in request.stream():
            size += len(part)
            if size > MAX_BODY:
                raise Stopped("too-large", _("at most {most} bytes", most=MAX_BODY))
            parts.append(part)

    try:
        await asyncio.wait_for(read(), _PATIENCE)
    except TimeoutError:
        raise Stopped("malformed", _("the request did not come in time")) from None
    return b"".join(parts)


def _shown(request: Request, body: bytes, headers: dict[str, str], *, kept: bool = True) -> Response:
    if not kept:
        return Response(body, media_type="application/json", headers=headers)
    version = version_of(body)
    headers = {**headers, "etag": version}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if version in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _file(operation: Operation, answer: Any) -> Response:
    import base64

    held = answer if isinstance(answer, dict) else {"content": answer, "id": ""}
    content = held["content"]
    data = base64.b64decode(content) if isinstance(content, str) else content
    name = operation.name.replace("{id}", held["id"][:12])
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "content-security-policy": "default-src 'none'; sandbox",
    }
    return Response(data, media_type="application/octet-stream", headers=headers)


def _told(said: Problem, headers: dict[str, str] | None = None) -> Response:
    headers = {"www-authenticate": "Bearer"} if said.status == 401 else headers or {}
    return Response(msgspec.json.encode(said), said.status, media_type=MEDIA_TYPE, headers=headers)


def _wanted(request: Request) -> str:
    from comity.console.answers import reader_language

    return reader_language(request)
