"""The console as an ASGI application: routes, sessions, and how errors are shown.

Work on the store runs in threads, each under the language of its officer. A fault of ours becomes a page without a
trace, and a line in the log.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
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
from comity.console.guard import COOKIE, MAX_UPLOAD, Guard, check_token
from comity.console.once import FIELD, Once, key_from, key_of
from comity.console.passkeys import Passkeys
from comity.console.provider import provider_of
from comity.console.screens import PLAINEST, Screen
from comity.console.steps import step
from comity.console.visit import Visit
from comity.control.verb import Desk
from comity.errors import ComityError, NotFound, RefusedHere
from comity.languages import _, said
from comity.languages.page_words import named
from comity.node import officers
from comity.ports import Transaction

log = structlog.get_logger("comity.console")

#: Seconds between looks for news, and how long one stream lasts at the most.
_LOOK, _STREAM = 2.0, 3600.0

Handler = Callable[[Request], Awaitable[Response]]
#: Makes what is to be done of a form.
Reading = Callable[[Visit, FormData], Awaitable[acts.Deed]]


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
        for form in ("json", "csv"):
            for screen in PLAINEST:
                path = f"/index.{form}" if screen.path == "/" else f"{screen.path}.{form}"
                routes.append(Route(path, self._screen(screen, form), methods=["GET"]))
        for screen in PLAINEST:
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
            Route("/texts", self._bringing(texts.keep, texts.MOST_FILES), methods=["POST"]),
            Route("/texts/{id}/{word}", self._form(texts.act), methods=["POST"]),
            Route("/journal/overseer", self._making(made_files.overseer), methods=["POST"]),
            Route("/keys/draft", self._making(made_files.card_draft), methods=["POST"]),
            Route("/keys/publish", self._bringing(made_files.publish), methods=["POST"]),
            Route("/drafts", self._bringing(drafting.keep), methods=["POST"]),
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
        verb = request.path_params["verb"]

        async def read(visit: Visit, form: FormData) -> acts.Deed:
            parameters = acts.in_zone(await acts.parameters_from(form, verb), visit.officer.zone)
            back = local(str(form.get("back", "")))
            return lambda: acts.perform(visit, verb, parameters, back=back)

        return await self._by_form(request, read, max_files=1, max_fields=60)

    async def _matter(self, request: Request) -> Response:
        """Open a matter (`open` and its kind), or take a step in one."""
        matter, word = request.path_params["matter"], request.path_params["word"]

        async def read(visit: Visit, form: FormData) -> acts.Deed:
            fields = {name.removeprefix("f-"): [str(each) for each in form.getlist(name)] for name in form}
            return lambda: step(visit, matter, word, fields)

        return await self._by_form(request, read, max_fields=60)

    def _form(self, do: forms.Doing) -> Handler:
        """Take a form whose fields are not those of one verb."""

        async def take(request: Request) -> Response:
            async def read(visit: Visit, form: FormData) -> acts.Deed:
                fields = {name: str(value)[:10_000] for name, value in form.items() if name not in acts.OWN}
                return lambda: do(visit, dict(request.path_params), fields)

            return await self._by_form(request, read, max_fields=200)

        return take

    async def _by_form(
        self,
        request: Request,
        read: Reading,
        *,
        max_files: int = 0,
        max_fields: int,
        answer: Callable[[acts.Done], Response] | None = None,
    ) -> Response:
        """Do what a form of this session asks for, once however often it is sent, and go on to where that leads.

        Args:
            read: makes what is to be done of the form.
            answer: answers in another way than by going on.
        """
        visit = await self._answers.visit(request)
        if visit is None:
            return await self._answers.unknown(request)
        back = ""
        sent: list[tuple[str, str]] = []
        try:
            async with request.form(max_files=max_files, max_fields=max_fields) as form:
                back = str(form.get("back", ""))
                check_token(str(form.get("form-token", "")), visit.form_token)
                sent = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
                deed = await read(visit, form)
                key = await run_in_threadpool(key_of, visit.session.token, request.url.path, form)
            done = await self._once.run(key, lambda: run_in_threadpool(deed))
        except ComityError as error:
            return await self._refused(request, error, visit, sent, back)
        except ClientDisconnect:
            return Response(status_code=400)
        if answer is not None:
            return answer(done)
        await self._answers.say(visit, done.words)
        return RedirectResponse(done.path, status_code=303)

    async def _refused(
        self,
        request: Request,
        error: ComityError,
        visit: Visit,
        sent: Sequence[tuple[str, str]],
        back: str = "",
    ) -> Response:
        """Answer a form with what is wrong: on its page, filled in as it was sent, where its token was right.

        Args:
            sent: its fields; none where they are not to be shown. `back`: the page it stood on, where they do not say.
        """
        said, wanted = dict(sent), form_of(request)
        back, query = said.get("back", back), said.get("back-query", "")
        if sent and wanted == "html":
            page = await self._answers.again(error, visit, (local(back), query), request.url.path, sent)
            if page is not None:
                return page
        return await self._answers.error(error, wanted, visit, back=f"{back}?{query}" if query else back)

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
                came_to = await run_in_threadpool(two_persons.confirm, visit, id)
                words = _("confirmed by two officers: {what}", what=came_to)
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
            titles = verdict["titles"]
            shown = {
                "outcome": verdict["decision"],
                "words": said(verdict["decision"]),
                "grounds": [
                    {"ref": said(each["ref"]), "text": named(said(str(each["text"])), titles)}
                    for each in verdict["grounds"]
                ],
                "ask": verdict["ask"],
                "agreement": verdict["agreement"],
                "remedies": [named(said(each), titles) for each in verdict["remedies"]],
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

        async def end(intake: uploads.Intake) -> acts.Done:
            taken = []

            async def take() -> acts.Done:
                taken.append(intake)
                row = await intake.close()
                onward = await run_in_threadpool(drafting.taken_in, visit, composed, row["id"])
                return acts.Done(_("taken in: {title}", title=row["title"]), onward, row)

            fields = [*composed.items(), ("content", intake.digest)]
            key = key_from(visit.session.token, request.url.path, fields) if composed.get(FIELD) else ""
            done = await self._once.run(key, take)
            if not taken:  # the form was sent before: what came again is let go
                await intake.give_up()
            return done

        try:
            done = await uploads.read_form(request, begin, end)
        except ComityError as error:
            return await self._refused(request, error, visit, list(composed.items()))
        except ClientDisconnect:
            return Response(status_code=400)
        await self._answers.say(visit, done.words)
        return RedirectResponse(done.path, status_code=303)

    def _bringing(self, read: Reading, most_files: int = 1) -> Handler:
        """Take a form that brings files along and is no item."""

        async def taken(request: Request) -> Response:
            return await self._by_form(request, read, max_files=most_files, max_fields=40)

        return taken

    def _making(self, make: made_files.Making) -> Handler:
        """Answer a form with the file that it asks to be made."""

        async def made(request: Request) -> Response:
            async def read(visit: Visit, form: FormData) -> acts.Deed:
                fields = {name: [str(each) for each in form.getlist(name)] for name in form}
                return lambda: acts.Done("", "", make(visit, fields))

            return await self._by_form(
                request, read, max_fields=40, answer=lambda done: files.attachment(*done.answer)
            )

        return made

    async def _events(self, request: Request) -> Response:
        """Tell the page when the journal has grown: something came, or was done."""
        visit = await self._answers.visit(request)
        if visit is None:
            return Response(status_code=401)
        store = self._desk.node.store

        token = request.cookies.get(COOKIE, "")

        def look(transaction: Transaction) -> int | None:
            """Give how long the journal is, as long as the session lasts."""
            here = officers.whose(transaction, token, self._desk.node.clock.now())
            return transaction.head("").size if here is not None else None

        async def news() -> AsyncIterator[bytes]:
            seen = -1
            for _turn in range(int(_STREAM / _LOOK)):
                size = await run_in_threadpool(store.read, look)
                if size is None:
                    return
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
