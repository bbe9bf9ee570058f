"""How the console answers: pages, errors, and the words that the next page says once.

What goes wrong on purpose (`ComityError`) becomes a page or, where JSON was asked for, an `application/problem+json`
(RFC 9457). Printing and rows are done in threads: the loop waits for no disk.
"""

import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from comity.console.guard import COOKIE, form_token
from comity.console.hints import at_a_page
from comity.console.paper import Paper, Printer
from comity.console.refill import Refused, refilled
from comity.console.screens import Screen, menu, screen_at, tabs
from comity.console.visit import UNASKED, Visit
from comity.control.verb import Desk
from comity.errors import BadInput, ComityError, NotFound, RefusedHere, StorageError, VerificationFailed
from comity.languages import _, current, is_reviewed, said, use
from comity.languages.reading import TAGS
from comity.node import officers
from comity.ports import OfficerRow, SessionRow, Transaction

_STATUS: tuple[tuple[type[ComityError], int], ...] = (
    (NotFound, 404),
    (RefusedHere, 403),
    (VerificationFailed, 409),
    (StorageError, 503),
    (BadInput, 422),
)
PROBLEM = "application/problem+json"
#: Path and query of a page.
Place = tuple[str, str]


class Answers:
    """Finds who asks, and answers.

    Args:
        desk: where verbs act.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._printer = Printer()

    async def visit(self, request: Request) -> Visit | None:
        """Find who asks; None where nobody is signed in. From here on the answer is in the officer's language."""
        token = request.cookies.get(COOKIE, "")
        now = self.desk.node.clock.now()

        def look() -> tuple[SessionRow, OfficerRow] | None:
            return self.desk.node.store.read(lambda transaction: officers.whose(transaction, token, now))

        found = await run_in_threadpool(look) if token else None
        if found is None:
            use(reader_language(request))
            return None
        session, officer = found
        use(officer.language if officer.language in TAGS else "en")
        if now - session.seen_at > officers.NOTED:
            await run_in_threadpool(
                self.desk.node.act, lambda transaction: officers.note_seen(transaction, session, now)
            )
        return Visit(
            desk=Desk(self.desk.home, self.desk.postman, self.desk.serving, officer.id),
            officer=officer,
            session=session,
            at=now,
            path=request.url.path,
            query=dict(request.query_params),
            form_token=form_token(token),
        )

    async def page(
        self,
        template: str,
        view: Any,
        visit: Visit | None,
        title: str,
        *,
        screen: Screen | None = None,
        status: int = 200,
    ) -> Response:
        """Answer with a page."""
        zone = visit.officer.zone if visit is not None else "UTC"
        paper = await run_in_threadpool(self._paper, visit, title, screen)
        text = await run_in_threadpool(self._printer.page, template, view, paper, zone)
        return Response(text, status, media_type="text/html; charset=utf-8")

    async def error(self, error: ComityError, form: str, visit: Visit | None, *, back: str = "") -> Response:
        """Answer with what is wrong, what to do next, and the way back to where it was asked for."""
        status, mistakes = told(error)
        return await self.refusal(status, mistakes, form, visit, error.hint, back)

    async def again(
        self, error: ComityError, visit: Visit, place: Place, action: str, sent: Sequence[tuple[str, str]]
    ) -> Response | None:
        """Answer with the page a form stood on, filled in as it was sent; None where it does not stand there any more.

        Args:
            place: path and query of that page.
        """
        path, query = place
        found = screen_at(path)
        if found is None or not found[0].open_to(visit):
            return None
        screen, ids = found
        asked = dict(parse_qsl(query)) | ({} if screen.looks_again else {UNASKED: "1"})
        there = msgspec.structs.replace(visit, path=path, query=asked, brought=dict(sent))
        try:
            view = await run_in_threadpool(screen.build, there, *ids)
        except ComityError:
            return None
        status, mistakes = told(error)
        zone, title = visit.officer.zone, _(screen.title)
        paper = await run_in_threadpool(self._paper, there, title, screen)
        page = await run_in_threadpool(self._printer.page, screen.template, view, paper, zone)
        text = refilled(page, Refused(action, sent, mistakes, *at_a_page(error.hint, visit)))
        return None if text is None else Response(text, status, media_type="text/html; charset=utf-8")

    async def refusal(
        self,
        status: int,
        mistakes: list[str],
        form: str,
        visit: Visit | None,
        hint: str = "",
        back: str = "",
    ) -> Response:
        """Answer with mistakes in words; programs are told what to do next as it was said, officers by its page."""
        if form != "html":
            problem = {
                "type": "about:blank",
                "status": status,
                "detail": "; ".join(mistakes),
                "hint": said(hint),
            }
            return JSONResponse(problem, status_code=status, media_type=PROBLEM)
        then = at_a_page(hint, visit)
        view = {
            "status": status,
            "mistakes": mistakes,
            "hint": then.words,
            "page": then.path,
            "back": local(back),
        }
        return await self.page("error.html", view, visit, _("That did not work"), status=status)

    async def unknown(self, request: Request, form: str = "html") -> Response:
        """Answer who is not signed in."""
        if form != "html":
            return await self.refusal(401, [_("sign in first")], form, None)
        asked = f"?{request.url.query}" if request.url.query else ""
        wanted = local(request.url.path + asked) if request.method == "GET" else ""
        return RedirectResponse(
            f"/sign-in?next={quote(wanted, safe='/')}" if wanted else "/sign-in", status_code=303
        )

    async def say(self, visit: Visit, words: str) -> None:
        """Keep words for the next page of a session."""
        token = visit.session.token
        await run_in_threadpool(
            self.desk.node.act, lambda transaction: _keep_said(transaction, token, words[:2000])
        )

    def _paper(self, visit: Visit | None, title: str, screen: Screen | None) -> Paper:
        node = self.desk.node
        if visit is None:
            language = current()
            return Paper(
                title=title,
                path="/sign-in",
                party=node.party,
                deployment=node.deployment,
                language=language,
                reviewed=is_reviewed(language),
            )
        alternates = []
        if screen is not None:
            base = "/index" if visit.path == "/" else visit.path
            query = f"?{urlencode(visit.query)}" if visit.query else ""
            forms = ["json", *(["csv"] if screen.shows.table else [])]
            alternates = [{"form": form, "path": f"{base}.{form}{query}"} for form in forms]
        return Paper(
            title=title,
            path=visit.path,
            query=urlencode(visit.query)[:2000],
            party=node.party,
            deployment=node.deployment,
            menu=menu(visit, screen),
            tabs=tabs(visit, screen),
            officer=visit.officer.name,
            flash=self._said_once(visit),
            form_token=visit.form_token,
            once=secrets.token_hex(8),
            language=current(),
            theme=visit.officer.theme,
            zone=visit.officer.zone,
            reviewed=is_reviewed(current()),
            alternates=alternates,
        )

    def _said_once(self, visit: Visit) -> str:
        words, token = visit.session.said, visit.session.token
        if words:
            self.desk.node.act(lambda transaction: _keep_said(transaction, token, ""))
        return words


def told(error: ComityError) -> tuple[int, list[str]]:
    """Give the status of an error, and what is wrong in the reader's language."""
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 400)
    mistakes = error.mistakes if isinstance(error, BadInput) else [error.message]
    return status, [said(each) for each in mistakes]


def _keep_said(transaction: Transaction, token: str, words: str) -> None:
    row = transaction.session(token)
    if row is not None:
        transaction.put_session(msgspec.structs.replace(row, said=words))


def local(path: str) -> str:
    """Give a path of this console; empty for anything that could lead elsewhere."""
    plain = (
        path.startswith("/")
        and not path.startswith(("//", "/\\"))
        and path.isprintable()
        and "\\" not in path
    )
    return path[:500] if plain else ""


def form_of(request: Request) -> str:
    """Tell in which form an answer is wanted; what is allowed does not depend on it."""
    return "json" if "application/json" in request.headers.get("accept", "") else "html"


def reader_language(request: Request) -> str:
    """Give the first language a browser asks for that there are catalogues for."""
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        tag = part.split(";")[0].strip().lower()[:2]
        if tag in TAGS:
            return tag
    return "en"
