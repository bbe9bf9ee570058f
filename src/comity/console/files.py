"""Files that pages offer to be kept: evidence, figures as PDF, agreements as PDF, closing statements, the calendar.

Each is given as an attachment under a name made here, never shown by the browser, and only to whom its verb is open.
A calendar program has no session: it comes with an address that holds a token, which its officer made and can drop.
"""

import base64
import re
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from comity.console.answers import Answers
from comity.console.view import day_asked
from comity.console.views.year import calendar, calendar_at
from comity.console.visit import Visit
from comity.errors import ComityError

#: What is given: its bytes, media type, and the name it is kept under.
File = tuple[bytes, str, str]

_PLAIN = re.compile(r"[^a-z0-9._-]+")


def routes(answers: Answers) -> list[Route]:
    """Give the routes."""

    def route(path: str, give: Callable[[Visit, dict[str, str]], File]) -> Route:
        async def answer(request: Request) -> Response:
            visit = await answers.visit(request)
            if visit is None:
                return await answers.unknown(request)
            try:
                data, media_type, name = await run_in_threadpool(give, visit, dict(request.path_params))
            except ComityError as error:
                return await answers.error(error, "html", visit)
            return attachment(data, media_type, name)

        return Route(path, answer, methods=["GET"])

    async def subscribed(request: Request) -> Response:
        token = request.path_params["token"][:200]
        try:
            data = await run_in_threadpool(calendar_at, answers.desk, token)
        except ComityError as error:
            return await answers.error(error, "json", None)
        return attachment(data, "text/calendar; charset=utf-8", "comity.ics")

    return [
        Route("/calendar/{token}.ics", subscribed, methods=["GET"]),
        route("/journal/evidence/{act}", _evidence),
        route("/summary/pdf", _figures),
        route("/agreements/{id}/closing/file", _closing),
        route("/agreements/{id}/pdf", _agreement),
        route("/work/calendar.ics", _calendar),
    ]


def attachment(data: bytes, media_type: str, name: str) -> Response:
    """Answer with a file to be kept."""
    plain = _PLAIN.sub("-", name.lower())[:100]
    headers = {
        "content-disposition": f'attachment; filename="{plain}"',
        "content-security-policy": "default-src 'none'; sandbox",
    }
    return Response(data, media_type=media_type, headers=headers)


def _evidence(visit: Visit, path: dict[str, str]) -> File:
    found = visit.ask("journal-evidence", act=path["act"])
    return _bytes(found), "application/json", f"evidence-{path['act'][:12]}.json"


def _closing(visit: Visit, path: dict[str, str]) -> File:
    found = visit.ask("agreement-closing-file", agreement=path["id"], peer=visit.query.get("peer", ""))
    return _bytes(found), "application/json", f"closing-{path['id']}.json"


def _agreement(visit: Visit, path: dict[str, str]) -> File:
    from comity.agreements.folder import parse_agreement
    from comity.interop.agreement_pdf import agreement_pdf

    copy: Any = visit.ask("agreement-copy", agreement=path["id"])
    files = {name: _bytes(data) for name, data in copy["files"].items()}
    data = agreement_pdf(parse_agreement(files), files, visit.at.replace(microsecond=0))
    return data, "application/pdf", f"{path['id']}.pdf"


def _figures(visit: Visit, _path: dict[str, str]) -> File:
    from comity.interop.figures_document import figures_pdf

    begins, ends = (day_asked(visit, name, visit.at.date()) for name in ("begins", "ends"))
    shown: Any = visit.ask("flow-figures", begins=begins, ends=ends)
    data = figures_pdf(
        shown,
        party=visit.desk.node.party,
        begins=begins.isoformat(),
        ends=ends.isoformat(),
        peer=visit.query.get("peer", "")[:253],
        at=visit.at.replace(microsecond=0),
    )
    return data, "application/pdf", f"summary-{begins}-{ends}.pdf"


def _calendar(visit: Visit, _path: dict[str, str]) -> File:
    return calendar(visit), "text/calendar; charset=utf-8", "comity.ics"


def _bytes(found: Any) -> bytes:
    return base64.b64decode(found) if isinstance(found, str) else bytes(found)
