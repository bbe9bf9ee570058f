"""The routes of the desk: yente's API, and an OpenRefine reconciliation service.

Every request but `/healthz` needs a token (`Authorization: Bearer …` or `ApiKey …`; `?api_key=…` for programs that can
send no header). The host asked for must be this machine's own name, so that no page in a browser reaches the register
by a name of its own making. Bodies are bounded before they are read; questions run one after another on a thread of
their own, so that a slow one never holds up the node.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from comity.control.verb import VERBS, Desk
from comity.errors import BadInput, ComityError, NotFound, RefusedHere, StorageError
from comity.interop import openrefine, yente
from comity.storage.desks import Desks

__all__ = ["make_desk"]

log = structlog.get_logger("comity.desk")

_PATIENCE = 30.0
_MAX_SEARCH = 100
_OWN_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?\Z")
_OWN_ORIGIN = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?\Z")
#: Datasets a path may name besides the Party's own id: there is one register.
_DATASET = "default"
#: So many names are compared with a text (`comity.register.candidates`): there may be more where all of them fit.
_COMPARED = 40
#: What is less like the text looked for than this is not what was looked for.
_FOUND = 0.05
_SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_STATUS = ((NotFound, 404), (RefusedHere, 403), (StorageError, 503), (BadInput, 400))

Answer = Callable[[Request], Awaitable[Response]]
Pair = tuple[dict[str, Any], dict[str, Any]]


class _Problem(Exception):
    """A request that is not answered as asked; never leaves this module."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


def make_desk(desk: Desk, desks: Desks) -> Starlette:
    """Make the ASGI application.

    Args:
        desk: where questions are put.
        desks: who may ask.
    """
    routes = _Routes(desk, desks)
    return Starlette(routes=routes.all(), lifespan=routes.life)


class _Routes:
    def __init__(self, desk: Desk, desks: Desks) -> None:
        self._desk, self._desks = desk, desks
        self._party = desk.node.party
        self._thread = ThreadPoolExecutor(1, "comity-desk")

    @asynccontextmanager
    async def life(self, _app: Starlette) -> AsyncIterator[None]:
        """Let the thread that asks end with the service."""
        yield
        self._thread.shutdown()

    def all(self) -> list[Route]:
        """Give the routes."""

        def route(path: str, answer: Answer, *methods: str) -> Route:
            return Route(path, self._guarded(answer), methods=list(methods or ("GET",)))

        here = "/reconcile/{dataset}"
        return [
            Route("/healthz", self._health),
            route("/catalog", self._catalog),
            route("/match/{dataset}", self._match, "POST"),
            route("/search/{dataset}", self._search),
            route("/entities/{id:path}", self._entity),
            route(here, self._reconcile, "GET", "POST"),
            route(f"{here}/suggest/entity", self._suggest_entity),
            route(f"{here}/suggest/type", self._suggest_type),
            route(f"{here}/suggest/property", self._suggest_property),
            route(f"{here}/extend/propose", self._propose),
            route(f"{here}/preview/{{id:path}}", self._preview),
        ]

    async def _health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers=_SAFE)

    def _guarded(self, answer: Answer) -> Answer:
        """Let in who may ask, and turn every error into an answer of yente's shape."""

        async def guarded(request: Request) -> Response:
            try:
                name = self._admit(request)
                response = await answer(request)
                log.info("asked", desk=name, path=request.url.path.split("/")[1], status=response.status_code)
            except _Problem as problem:
                response = JSONResponse({"detail": problem.detail}, problem.status)
                if problem.status == 401:
                    response.headers["WWW-Authenticate"] = "Bearer"
            except ComityError as error:
                status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
                response = JSONResponse({"detail": error.message}, status)
            response.headers.update(_SAFE)
            origin = request.headers.get("origin", "")
            if _OWN_ORIGIN.match(origin):
                response.headers["Access-Control-Allow-Origin"] = origin
                response.headers["Vary"] = "Origin"
            return response

        return guarded

    def _admit(self, request: Request) -> str:
        if not _OWN_HOST.match(request.headers.get("host", "")):
            raise _Problem(421, "this service is asked by the name of this machine alone")
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() not in ("bearer", "apikey"):
            token = request.query_params.get("api_key", "")
        name = self._desks.whose(token.strip())
        if name is None:
            raise _Problem(401, "no token, or one that is not of this register")
        dataset = request.path_params.get("dataset", _DATASET)
        if dataset not in (_DATASET, self._party):
            raise _Problem(404, f"no dataset `{dataset[:60]}`: this register is `{_DATASET}`")
        return name

    # -- what is asked of the register --------------------------------------------------------------------------

    async def _ask(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _check(
        self,
        lines: list[bytes],
        limit: int,
        threshold: float,
        only: str = "",
        countries: Sequence[str] = (),
    ) -> list[list[Pair]]:
        """Put questions, as the command does, and look up what was found."""
        asked = {"names": lines, "limit": limit, "threshold": threshold, "only": only} | {
            "countries": list(countries)
        }
        answers = VERBS["register-check"](self._desk, asked)
        known: dict[str, dict[str, Any] | None] = {}
        found: list[list[Pair]] = []
        for answer in answers:
            pairs = []
            for hit in answer["hits"]:
                identity = hit["id"]
                if identity not in known:
                    known[identity] = self._look_up(identity)
                entity = known[identity]
                if entity is not None:
                    pairs.append((hit, entity))
            found.append(pairs)
        return found

    def _look_up(self, identity: str) -> dict[str, Any] | None:
        try:
            shown = VERBS["register-show"](self._desk, {"identity": identity})
        except NotFound:
            return None
        return None if shown["ran_out"] else yente.as_entity(shown)

    # -- yente --------------------------------------------------------------------------------------------------

    async def _catalog(self, _request: Request) -> Response:
        own = {
            "name": _DATASET,
            "title": f"Register of {self._party}",
            "load": True,
            "version": "1",
            "children": [],
        }
        return JSONResponse({"datasets": [own], "current": [_DATASET], "outdated": [], "index_stale": False})

    async def _match(self, request: Request) -> Response:
        limit = _number(request, "limit", 5, 1, 100)
        threshold = _share(request, "threshold", 0.7)
        cutoff = _share(request, "cutoff", 0.0)
        questions = yente.questions_of(await _body(request))
        lines = [line for _, line in questions]
        excluded = set(request.query_params.getlist("exclude_entity_ids"))
        # who is left out takes no one's place
        found = await self._ask(lambda: self._check(lines, limit + len(excluded), threshold))
        answered = [
            (key, line, [(h, e) for h, e in hits if h["score"] >= cutoff and e["id"] not in excluded][:limit])
            for (key, line), hits in zip(questions, found, strict=True)
        ]
        return JSONResponse(
            yente.match_response(answered, limit=limit), headers={"x-batch-size": str(len(answered))}
        )

    async def _search(self, request: Request) -> Response:
        limit = _number(request, "limit", 10, 1, _MAX_SEARCH)
        offset = _number(request, "offset", 0, 0, _MAX_SEARCH)
        entities, more = await self._found(
            request.query_params.get("q", ""),
            request.query_params.get("schema", "Thing"),
            [code.lower() for code in request.query_params.getlist("countries") if code],
        )
        return JSONResponse(yente.search_response(entities, limit=limit, offset=offset, more=more))

    async def _found(
        self, text: str, schema: str, countries: Sequence[str] = ()
    ) -> tuple[list[dict[str, Any]], bool]:
        """Give what is like a piece of text, of one schema unless that is the widest; and whether there may be more.

        Args:
            countries: of one of these alone; of any where none is named.
        """
        if not text.strip():
            return [], False
        line = yente.as_line("search", schema, {"name": [text[:256]]})
        only = "" if schema in ("Thing", "LegalEntity") else schema
        pairs = (await self._ask(lambda: self._check([line], _MAX_SEARCH, 0.7, only, countries)))[0]
        found = [e for hit, e in pairs if hit["score"] >= _FOUND]
        return found, len(found) >= _COMPARED

    async def _entity(self, request: Request) -> Response:
        return JSONResponse(await self._one(request.path_params["id"]))

    async def _one(self, identity: str) -> dict[str, Any]:
        entity: dict[str, Any] | None = await self._ask(lambda: self._look_up(identity))
        if entity is None:
            raise _Problem(404, "no such entity")
        return entity

    # -- OpenRefine ---------------------------------------------------------------------------------------------

    async def _reconcile(self, request: Request) -> Response:
        form: Mapping[str, list[str]] = (
            parse_qs((await _body(request)).decode(errors="replace"), max_num_fields=20)
            if request.method == "POST"
            else {key: [value] for key, value in request.query_params.items()}
        )
        if form.get("extend"):
            return await self._extend(form["extend"][0])
        if not form.get("queries"):
            base = str(request.url.replace(query="", fragment="")).rstrip("?")
            return JSONResponse(openrefine.manifest(base=base, query=request.url.query, party=self._party))
        queries = openrefine.queries_of(form["queries"][0])
        most = max(limit for _, _, limit in queries)
        found = await self._ask(lambda: self._check([line for _, line, _ in queries], most, 0.7))
        return JSONResponse(
            openrefine.reconciled(
                (key, hits[:limit]) for (key, _, limit), hits in zip(queries, found, strict=True)
            )
        )

    async def _extend(self, text: str) -> Response:
        ids, properties = openrefine.extension_of(text)
        entities = await self._ask(lambda: {identity: self._look_up(identity) for identity in ids})
        return JSONResponse(openrefine.extended(entities, properties))

    async def _suggest_entity(self, request: Request) -> Response:
        entities, _ = await self._found(request.query_params.get("prefix", ""), "Thing")
        return JSONResponse(openrefine.suggested_entities(entities[:20]))

    async def _suggest_type(self, request: Request) -> Response:
        return JSONResponse(openrefine.suggested_types(request.query_params.get("prefix", "")))

    async def _suggest_property(self, request: Request) -> Response:
        return JSONResponse(openrefine.suggested_properties(request.query_params.get("prefix", "")))

    async def _propose(self, request: Request) -> Response:
        kind = request.query_params.get("type", "Thing")
        properties = openrefine.suggested_properties("")["result"]
        return JSONResponse({"type": kind, "properties": properties, "limit": len(properties)})

    async def _preview(self, request: Request) -> Response:
        return HTMLResponse(openrefine.preview(await self._one(request.path_params["id"])))


def _number(request: Request, name: str, default: int, least: int, most: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdecimal() or len(text) > 9 or not least <= int(text) <= most:
        raise _Problem(400, f"`{name}` must be a number from {least} to {most}")
    return int(text)


def _share(request: Request, name: str, default: float) -> float:
    text = request.query_params.get(name, str(default))
    if not re.fullmatch(r"[01](\.\d{1,9})?|\.\d{1,9}", text) or not 0 <= float(text) <= 1:
        raise _Problem(400, f"`{name}` must be a number from 0 to 1")
    return float(text)


async def _body(request: Request) -> bytes:
    """Read the body, and stop at the cap, whatever the header claims."""
    parts, size = [], 0

    async def read() -> None:
        nonlocal size
        async for part in request.stream():
            size += len(part)
            if size > yente.MAX_BODY:
                raise _Problem(413, f"at most {yente.MAX_BODY:,} bytes a request")
            parts.append(part)

    try:
        await asyncio.wait_for(read(), _PATIENCE)
    except (TimeoutError, ClientDisconnect):
        raise _Problem(408, "the request did not come in time") from None
    return b"".join(parts)
