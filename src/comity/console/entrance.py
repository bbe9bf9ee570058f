"""Coming in, going out, and how one comes in next time: the routes of sign-in, links and oneself."""

from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import available_timezones

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from comity.console.answers import Answers, local, reader_language
from comity.console.guard import COOKIE, check_token
from comity.console.passkeys import Copied, Passkeys
from comity.console.provider import BACK, Provider, bind, bound_to
from comity.console.sign_in import Failed, by_password, network_of, set_code, set_password
from comity.console.telling.queueing import check_address
from comity.console.visit import Visit
from comity.errors import BadInput, ComityError, NotFound, RefusedHere
from comity.languages import _, use
from comity.languages.reading import TAGS
from comity.node import officers
from comity.ports import HookRow, OfficerRow

#: The cookie of a browser that was sent to the provider.
ASKED = "__Host-comity-asked"


class Entrance:
    """Lets officers in and out.

    Args:
        answers: how the console answers.
        passkeys: those of this console.
        provider: by whom officers may sign in, too; None for nobody.
    """

    def __init__(self, answers: Answers, passkeys: Passkeys, provider: Provider | None) -> None:
        self._answers = answers
        self._passkeys = passkeys
        self._provider = provider

    def routes(self) -> list[Route]:
        """Give the routes."""
        return [
            Route("/me/{what}", self._me, methods=["POST"]),
            Route("/sign-in", self._sign_in, methods=["GET", "POST"]),
            Route("/sign-in/passkey", self._passkey, methods=["POST"]),
            Route("/sign-in/provider", self._to_provider, methods=["GET"]),
            Route(BACK, self._from_provider, methods=["GET"]),
            Route("/sign-out", self._sign_out, methods=["POST"]),
            Route("/link/{token}", self._link, methods=["GET", "POST"]),
        ]

    async def _me(self, request: Request) -> Response:
        visit = await self._answers.visit(request)
        if visit is None:
            return await self._answers.unknown(request)
        what, sent = request.path_params["what"], []
        try:
            async with request.form(max_files=0, max_fields=20) as form:
                given = {key: str(value)[:100_000] for key, value in form.items()}
            check_token(given.get("form-token", ""), visit.form_token)
            sent = [(name, value) for name, value in given.items() if name != "password"]
            answer = await run_in_threadpool(self._change_me, visit, what, given)
        except ComityError as error:
            if what == "passkey":
                return await self._answers.error(error, "json", visit)
            place, path = ("/me", ""), request.url.path
            page = await self._answers.again(error, visit, place, path, sent) if sent else None
            return page or await self._answers.error(error, "html", visit, back="/me")
        if answer is not None:
            return JSONResponse(answer)
        await self._answers.say(visit, _("done"))
        return RedirectResponse("/me", status_code=303)

    def _change_me(self, visit: Visit, what: str, given: dict[str, str]) -> dict[str, object] | None:
        def work(node: Any, transaction: Any) -> dict[str, object] | None:
            officer = transaction.officer(visit.officer.id)
            if what == "password":
                if not given.get("code"):
                    raise BadInput(_("a password goes with a code: set both up at once"))
                set_password(node, transaction, officer, given.get("password", ""))
                set_code(node, transaction, officer, given.get("secret", ""), given["code"])
            elif what == "passkey" and "answer" not in given:
                return self._passkeys.ask_new(node, transaction, officer)
            elif what == "passkey":
                answer = given["answer"].encode()
                label = given.get("label", "") or _("passkey")
                self._passkeys.take_new(node, transaction, officer, given.get("name", ""), answer, label)
                return {"done": True}
            elif what == "drop":
                officers.drop_credential(node, transaction, officer, given.get("id", ""))
            elif what == "show":
                transaction.put_officer(_shown_as(officer, given))
            elif what == "notify":
                domains = visit.desk.home.settings.mail_goes_to
                transaction.put_officer(_told_as(officer, given, domains, transaction.hooks()))
            else:
                raise NotFound(_("there is no such act"))
            return None

        done: dict[str, object] | None = visit.desk.act(work)
        return done

    async def _sign_in(self, request: Request) -> Response:
        use(reader_language(request))
        if request.method == "GET":
            return await self._answers.page(
                "sign-in.html",
                self._signing_in(local(request.query_params.get("next", ""))),
                None,
                _("Sign in"),
            )
        async with request.form(max_files=0, max_fields=10) as form:
            given = {key: str(value)[:1000] for key, value in form.items()}
        network = network_of(_seen_from(request, self._answers.desk.home.settings.origin))

        def work(transaction: Any) -> str:
            node = self._answers.desk.node
            officer = by_password(
                node,
                transaction,
                given.get("handle", ""),
                given.get("password", ""),
                given.get("code", ""),
                network,
            )
            return officers.begin_session(node, transaction, officer, by="password")

        return await self._come_in(work, local(given.get("next", "")), handle=given.get("handle", ""))

    async def _passkey(self, request: Request) -> Response:
        use(reader_language(request))
        async with request.form(max_files=0, max_fields=10) as form:
            given = {key: str(value)[:100_000] for key, value in form.items()}
        node = self._answers.desk.node
        if "answer" not in given:
            return JSONResponse(self._passkeys.ask(node))

        def work(transaction: Any) -> str:
            officer = self._passkeys.take(node, transaction, given.get("name", ""), given["answer"].encode())
            return officers.begin_session(node, transaction, officer, by="passkey")

        return await self._come_in(work, local(given.get("next", "")), form="json")

    def _signing_in(self, path: str, mistake: str = "", handle: str = "") -> dict[str, object]:
        provider = self._provider is not None
        return {"mistake": mistake, "next": path, "provider": provider, "handle": handle[:64]}

    async def _to_provider(self, request: Request) -> Response:
        """Send a browser to the provider: to sign in, or, of an officer who is here, to bind an account there."""
        use(reader_language(request))
        binding, visit = "", None
        try:
            provider = self._known_provider()
            if "bind" in request.query_params:
                visit = await self._answers.visit(request)
                if visit is None:
                    return await self._answers.unknown(request)
                binding = visit.officer.id
            path = local(request.query_params.get("next", ""))
            now = self._answers.desk.node.clock.now()
            place, browser = await run_in_threadpool(lambda: provider.ask(now, next=path, binding=binding))
        except ComityError as error:
            return await self._answers.error(error, "html", visit)
        answer = RedirectResponse(place, status_code=303)
        answer.set_cookie(ASKED, browser, max_age=600, secure=True, httponly=True, samesite="lax", path="/")
        return answer

    async def _from_provider(self, request: Request) -> Response:
        """Take what the provider answers by way of the browser."""
        use(reader_language(request))
        node = self._answers.desk.node
        given = {name: value[:4000] for name, value in request.query_params.items()}
        visit = None
        try:
            provider = self._known_provider()
            now, browser = node.clock.now(), request.cookies.get(ASKED, "")
            question, subject = await run_in_threadpool(provider.answer, now, given, browser)
            if question.binding:
                visit = await self._answers.visit(request)
                if visit is None or visit.officer.id != question.binding:
                    raise RefusedHere(_("this answer belongs to another session"))
                officer = visit.officer
                await run_in_threadpool(
                    node.act, lambda transaction: bind(node, transaction, officer, provider.issuer, subject)
                )
                await self._answers.say(visit, _("done"))
                return _forgetting(RedirectResponse("/me", status_code=303))
        except ComityError as error:
            return _forgetting(await self._answers.error(error, "html", visit))

        def work(transaction: Any) -> str:
            found = bound_to(node, transaction, provider.issuer, subject)
            return officers.begin_session(node, transaction, found, by="oidc")

        return _forgetting(await self._come_in(work, question.next))

    def _known_provider(self) -> Provider:
        if self._provider is None:
            raise NotFound(_("there is no such page"))
        return self._provider

    async def _link(self, request: Request) -> Response:
        use(reader_language(request))
        token = request.path_params["token"][:200]
        if request.method == "GET":  # looking at it uses nothing up: mail programs look at links
            return await self._answers.page("link.html", {"token": token}, None, _("Come in"))

        def work(transaction: Any) -> str:
            node = self._answers.desk.node
            return officers.begin_session(
                node, transaction, officers.redeem(node, transaction, token), by="link"
            )

        return await self._come_in(work, "/me")

    async def _come_in(
        self, work: Callable[[Any], str], path: str, form: str = "html", handle: str = ""
    ) -> Response:
        def counted(transaction: Any) -> str | Failed:
            """Try, and count what fails, as one piece of work: many that come at once are no way around the wait."""
            try:
                return work(transaction)
            except Failed as error:
                officers.note_failure(self._answers.desk.node, transaction, error.names)
                return error

        try:
            token = await run_in_threadpool(self._answers.desk.node.act, counted)
            if isinstance(token, Failed):
                mistaken = self._signing_in(path, token.message, handle)
                return await self._answers.page("sign-in.html", mistaken, None, _("Sign in"), status=403)
        except Copied as error:
            copied = error.credential
            await run_in_threadpool(
                self._answers.desk.node.act,
                lambda transaction: officers.drop_copied(self._answers.desk.node, transaction, copied),
            )
            return await self._answers.error(error, form, None)
        except ComityError as error:
            return await self._answers.error(error, form, None)
        answer: Response = (
            JSONResponse({"path": path or "/"})
            if form == "json"
            else RedirectResponse(path or "/", status_code=303)
        )
        answer.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="lax", path="/")
        return answer

    async def _sign_out(self, request: Request) -> Response:
        visit = await self._answers.visit(request)
        if visit is not None:
            async with request.form(max_files=0, max_fields=10) as form:
                try:
                    check_token(str(form.get("form-token", "")), visit.form_token)
                except RefusedHere as error:
                    return await self._answers.error(error, "html", visit)
            await run_in_threadpool(
                self._answers.desk.node.act,
                lambda transaction: officers.end_session(self._answers.desk.node, transaction, visit.session),
            )
        answer = RedirectResponse("/sign-in", status_code=303)
        answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax", path="/")
        return answer


def _seen_from(request: Request, origin: str) -> str:
    """Give the address a request comes from: where a proxy with TLS stands before, the one it saw, which it puts last.

    Without it whoever fails to come in would make everybody wait: the proxy's own address is the same for all.
    """
    told = request.headers.getlist("x-forwarded-for") if origin.startswith("https://") else []
    last = told[-1].rpartition(",")[2].strip() if told else ""
    return last or (request.client.host if request.client else "")


def _forgetting(answer: Response) -> Response:
    answer.delete_cookie(ASKED, secure=True, httponly=True, samesite="lax", path="/")
    return answer


def _told_as(
    officer: OfficerRow, given: dict[str, str], domains: Sequence[str], hooks: Sequence[HookRow]
) -> OfficerRow:
    notify, address = given.get("notify", ""), given.get("address", "").strip()
    if notify not in ("off", "at-once", "daily"):
        raise BadInput(_("field `{name}` is not one of those offered", name="notify"))
    wrong = check_address(address, domains, hooks) if address or notify != "off" else ""
    if wrong:
        raise BadInput(wrong)
    return msgspec.structs.replace(officer, notify=notify, address=address)


def _shown_as(officer: OfficerRow, given: dict[str, str]) -> OfficerRow:

    language, zone, theme = given.get("language", ""), given.get("zone", ""), given.get("theme", "")
    mistakes = []
    if language not in TAGS:
        mistakes.append(_("field `{name}` is not one of those offered", name="language"))
    if zone not in available_timezones():
        mistakes.append(_("field `{name}` is not one of those offered", name="zone"))
    if theme not in ("auto", "light", "dark"):
        mistakes.append(_("field `{name}` is not one of those offered", name="theme"))
    if mistakes:
        raise BadInput(*mistakes)
    return msgspec.structs.replace(officer, language=language, zone=zone, theme=theme)
