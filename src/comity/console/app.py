"""The console as an ASGI application: routes, sessions, and how errors are shown.

Work on the store runs in threads, each under the language of its officer. A fault of ours becomes a page without a
trace, and a line in the log.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from comity.console import acts, drafting, files, forms, made_files, texts, two_persons, uploads
from comity.console.answers import Answers, form_of, local
from comity.console.api.endpoint import Api
from comity.console.entrance import Entrance
from comity.console.guard import MAX_UPLOAD, Guard, check_token
from comity.console.once import Once, key_of
from comity.console.passkeys import Passkeys
from comity.console.provider import provider_of
from comity.console.screens import SCREENS, Screen
from comity.console.steps import step
from comity.console.visit import Visit
from comity.control.verb import Desk
from comity.errors import ComityError, NotFound, RefusedHere
from comity.languages import _, said

log = structlog.get_logger("comity.console")

#: Seconds between looks for news, and how long one stream lasts at the most.
_LOOK, _STREAM = 2.0, 3600.0

Handler = Callable[[Request], Awaitable[Response]]


class Console:
    """The console of one node.

    Args:
        desk: where verbs act.
        origin: the address browsers know it by.
    """

    def __init__(self, desk: Desk, origin: str) -> None:
        self._desk = desk
        self._answers = Answers(desk)
        self._once = Once()
        MultiPartParser.spool_max_size = MAX_UPLOAD  # content is never put down in a temporary file
        routes: list[Any] = [*files.routes(self._answers)]
        plainest = sorted(
            SCREENS, key=lambda screen: "{id}" in screen.path
        )  # `/work/year` before `/work/{id}`
        for form in ("json", "csv"):
            for screen in plainest:
                path = f"/index.{form}" if screen.path == "/" else f"{screen.path}.{form}"
                routes.append(Route(path, self._screen(screen, form), methods=["GET"]))
        for screen in plainest:
            routes.append(Route(screen.path, self._screen(screen), methods=["GET"], name=screen.path))
        routes += [
            Route("/act/{verb}", self._act, methods=["POST"]),
            Route("/matters/{matter}/{word}", self._matter, methods=["POST"]),
            Route("/second/{id}/{answer}", self._second, methods=["POST"]),
            Route("/register/{form}", self._form(forms.register), methods=["POST"]),
            Route("/agreements/{id}/notice", self._form(forms.notice), methods=["POST"]),
            Route("/work/calendar", self._form(forms.calendar), methods=["POST"]),
            Route("/items/{id}/content", self._content, methods=["GET"]),
            Route("/files", self._file, methods=["POST"]),
            Route("/texts", self._multipart(texts.keep), methods=["POST"]),
            Route("/texts/{id}/{word}", self._form(texts.act), methods=["POST"]),
            Route("/journal/overseer", self._making(made_files.overseer), methods=["POST"]),
            Route("/keys/draft", self._making(made_files.card_draft), methods=["POST"]),
            Route("/keys/publish", self._multipart(made_files.publish), methods=["POST"]),
            Route("/drafts", self._multipart(drafting.keep), methods=["POST"]),
            Route("/drafts/{id}/drop", self._form(drafting.drop), methods=["POST"]),
            Route("/verdict", self._verdict, methods=["POST"]),
            Route("/events", self._events, methods=["GET"]),
            *Api(desk, origin).routes(),
            *Entrance(
                self._answers, Passkeys(origin, desk.node.party), provider_of(desk.home.settings, origin)
            ).routes(),
            Mount("/static", StaticFiles(packages=[("comity.console", "static")])),
        ]
        plain = Starlette(
            routes=routes, exception_handlers={HTTPException: self._http_error, Exception: self._fault}
        )
        self.app = Guard(plain, origin)

    def _screen(self, screen: Screen, form: str = "html") -> Handler:
        async def show(request: Request) -> Response:
            visit = await self._answers.visit(request)
            if visit is None:
                return await self._answers.unknown(request, form)
            ids = [request.path_params["id"]] if "id" in request.path_params else []
            try:
                if not screen.open_to(visit):
                    raise NotFound(_("there is no such page, or it is not open to your roles"))
                view = await run_in_threadpool(screen.build, visit, *ids)
            except ComityError as error:
                return await self._answers.error(error, form, visit)
            if form == "json":
                return Response(view.to_json(), media_type="application/json")
            if form == "csv":
                text = view.to_csv()
                if text is None:
                    return await self._answers.error(
                        NotFound(_("there is no table on this page")), form, visit
                    )
                name = screen.shows.__name__.lower()
                return Response(
                    text,
                    media_type="text/csv; charset=utf-8",
                    headers={"content-disposition": f'attachment; filename="{name}.csv"'},
                )
            return await self._answers.page(screen.template, view, visit, _(screen.title), screen=screen)

        return show

    # -- acts ------------------------------------------------------------------------------------------------
    async def _act(self, request: Request) -> Response:
        visit = await self._answers.visit(request)
        if visit is None:
            return await self._answers.unknown(request)
        verb = request.path_params["verb"]
        try:
            async with request.form(max_files=1, max_fields=60, max_part_size=1024 * 1024) as form:
                check_token(str(form.get("form-token", "")), visit.form_token)
                parameters = acts.in_zone(await acts.parameters_from(form, verb), visit.officer.zone)
                back = local(str(form.get("back", "")))
                key = key_of(visit.session.token, request.url.path, form)
            done = await self._once.run(
                key, lambda: run_in_threadpool(acts.perform, visit, verb, parameters, back=back)
            )
        except ComityError as error:
            return await self._answers.error(error, form_of(request), visit)
        except ClientDisconnect:
            return Response(status_code=400)
        await self._answers.say(visit, done.words)
        return RedirectResponse(done.path, status_code=303)

    async def _matter(self, request: Request) -> Response:
        """Open a matter (`open` and its kind), or take a step in one."""
        visit = await self._answers.visit(request)
        if visit is None:
            return await self._answers.unknown(request)
        matter, word = request.path_params["matter"], request.path_params["word"]
        try:
            async with request.form(max_files=0, max_fields=60) as form:
                check_token(str(form.get("form-token", "")), visit.form_token)
                fields = {
                    name.removeprefix("f-"): [str(each) for each in form.getlist(name)] for name in form
                }
                key = key_of(visit.session.token, request.url.path, form)
            done = await self._once.run(key, lambda: run_in_threadpool(step, visit, matter, word, fields))
        except ComityError as error:
            return await self._answers.error(error, form_of(request), visit)
        await self._answers.say(visit, done.words)
        return RedirectResponse(done.path, status_code=303)

    def _form(self, do: forms.Doing) -> Handler:
        """Take a form whose fields are not those of one verb."""

        async def take(request: Request) -> Response:
            visit = await self._answers.visit(request)
            if visit is None:
                return await self._answers.unknown(request)
            try:
                async with request.form(max_files=0, max_fields=200) as form:
                    check_token(str(form.get("form-token", "")), visit.form_token)
                    fields = {
                        name: str(value)[:10_000] for name, value in form.items() if name not in acts.OWN
                    }
                    key = key_of(visit.session.token, request.url.path, form)
                done = await self._once.run(
                    key, lambda: run_in_threadpool(do, visit, dict(request.path_params), fields)
                )
            except ComityError as error:
                return await self._answers.error(error, form_of(request), visit)
            await self._answers.say(visit, done.words)
            return RedirectResponse(done.path, status_code=303)

        return take

    async def _second(self, request: Request) -> Response:
        visit = await self._answers.visit(request)
        if visit is None:
            return await self._answers.unknown(request)
        id, answer = request.path_params["id"], request.path_params["answer"]
        try:
            async with request.form(max_files=0, max_fields=10) as form:
                check_token(str(form.get("form-token", "")), visit.form_token)
                because = str(form.get("because", ""))[:400]
            if answer == "confirm":
                await run_in_threadpool(two_persons.confirm, visit, id)
                words = _("done, confirmed by two officers")
            elif answer == "decline":
                await run_in_threadpool(two_persons.decline, visit, id, because)
                words = _("declined")
            else:
                raise NotFound(_("there is no such act"))
        except ComityError as error:
            return await self._answers.error(error, form_of(request), visit)
        await self._answers.say(visit, words)
        return RedirectResponse("/second", status_code=303)

    async def _verdict(self, request: Request) -> Response:
        """Give the verdict on what is being written, for the script of the page."""
        visit = await self._answers.visit(request)
        if visit is None:
            return JSONResponse({"mistake": _("sign in again")}, status_code=401)
        from comity.console.views.share import weighed

        async with request.form(max_files=0, max_fields=30) as form:
            try:
                check_token(str(form.get("form-token", "")), visit.form_token)
            except RefusedHere as error:
                return await self._answers.error(error, "json", visit)
            asked: dict[str, Any] = {
                each: str(form[each])[:4000]
                for each in ("item", "to", "purpose", "category", "marking", "under")
                if form.get(each)
            }
            asked["made_from"] = tuple(str(form.get("made_from", "")).replace(",", " ").split())
        if not (asked.get("to") and asked.get("purpose") and (asked.get("item") or asked.get("category"))):
            return JSONResponse({"verdict": None, "mistake": ""})
        verdict, mistake = await run_in_threadpool(weighed, visit, **asked)
        shown = None
        if verdict is not None:
            shown = {
                "outcome": verdict["decision"],
                "words": said(verdict["decision"]),
                "grounds": [
                    {"ref": said(each["ref"]), "text": said(str(each["text"]))} for each in verdict["grounds"]
                ],
                "ask": verdict["ask"],
                "agreement": verdict["agreement"],
                "remedies": [said(each) for each in verdict["remedies"]],
            }
        return JSONResponse({"verdict": shown, "mistake": said(mistake)})

    async def _content(self, request: Request) -> Response:
        """Give an item's content to be kept, never to be shown by the browser."""
        visit = await self._answers.visit(request)
        if visit is None:
            return await self._answers.unknown(request)
        try:
            return await uploads.content_of(visit, request.path_params["id"])
        except ComityError as error:
            return await self._answers.error(error, "html", visit)

    async def _file(self, request: Request) -> Response:
        """Take a file in as it comes, up to 1 GiB."""
        visit = await self._answers.visit(request)
        if visit is None:
            return await self._answers.unknown(request)

        composed: dict[str, str] = {}

        def begin(said: dict[str, str]) -> uploads.Intake:
            check_token(said.get("form-token", ""), visit.form_token)
            composed.update(said)
            return drafting.intake(visit, said)

        try:
            row = await uploads.read_form(request, begin)
            onward = await run_in_threadpool(drafting.taken_in, visit, composed, row["id"])
        except ComityError as error:
            return await self._answers.error(error, form_of(request), visit)
        except ClientDisconnect:
            return Response(status_code=400)
        await self._answers.say(visit, _("taken in: {title}", title=row["title"]))
        return RedirectResponse(onward, status_code=303)

    def _multipart(self, take: Callable[[Visit, Request], Awaitable[acts.Done]]) -> Handler:
        """Take a form that brings files along and is no item: it reads itself, and checks that it is of its session."""

        async def taken(request: Request) -> Response:
            visit = await self._answers.visit(request)
            if visit is None:
                return await self._answers.unknown(request)
            try:
                done = await take(visit, request)
            except ComityError as error:
                return await self._answers.error(error, form_of(request), visit)
            except ClientDisconnect:
                return Response(status_code=400)
            await self._answers.say(visit, done.words)
            return RedirectResponse(done.path, status_code=303)

        return taken

    def _making(self, make: made_files.Making) -> Handler:
        """Answer a form with the file that it asks to be made."""

        async def made(request: Request) -> Response:
            visit = await self._answers.visit(request)
            if visit is None:
                return await self._answers.unknown(request)
            try:
                async with request.form(max_files=0, max_fields=40) as form:
                    check_token(str(form.get("form-token", "")), visit.form_token)
                    fields = {name: [str(each) for each in form.getlist(name)] for name in form}
                    key = key_of(visit.session.token, request.url.path, form)
                file = await self._once.run(
                    key, lambda: run_in_threadpool(lambda: acts.Done("", "", make(visit, fields)))
                )
            except ComityError as error:
                return await self._answers.error(error, form_of(request), visit)
            return files.attachment(*file.answer)

        return made

    async def _events(self, request: Request) -> Response:
        """Tell the page when the journal has grown: something came, or was done."""
        visit = await self._answers.visit(request)
        if visit is None:
            return Response(status_code=401)
        store = self._desk.node.store

        async def news() -> AsyncIterator[bytes]:
            seen = -1
            for _turn in range(int(_STREAM / _LOOK)):
                size = await run_in_threadpool(store.read, lambda transaction: transaction.head("").size)
                if size != seen:
                    yield f"event: entries\ndata: {size}\n\n".encode()
                    seen = size
                if await request.is_disconnected():
                    return
                await asyncio.sleep(_LOOK)

        return StreamingResponse(news(), media_type="text/event-stream")

    async def _http_error(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        visit = await self._answers.visit(request)
        words = {404: _("there is no such page"), 405: _("this page does not do that")}
        mistakes = [words.get(status, _("the request cannot be read"))]
        return await self._answers.refusal(status, mistakes, form_of(request), visit)

    async def _fault(self, request: Request, error: Exception) -> Response:
        log.error("page failed", kind=type(error).__name__, exc_info=error)
        mistakes = [_("the node met a fault of its own; its log tells more")]
        return await self._answers.refusal(500, mistakes, form_of(request), None)
