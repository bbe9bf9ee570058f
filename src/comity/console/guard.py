"""What every request passes before anything else looks at it, and what every answer carries.

The console is one origin and nothing else: a request under another name, or a form sent by another site, is refused
here, whatever it asks for and in whatever form. Answers forbid scripts and styles that are not the console's own files,
frames, and being kept by a cache. Source: OWASP ASVS 5.0, chapters 3 and 7; rows W1 to W14 of the fault catalogue.
"""

import hmac
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from comity.errors import RefusedHere
from comity.languages import _

#: The cookie of a session. `__Host-`: this host only, the whole path, sent over secure connections alone.
COOKIE = "__Host-comity"
#: The largest item that can be handed in through a page, and what its form adds.
MAX_UPLOAD = 100 * 1024 * 1024
MAX_BODY = MAX_UPLOAD + 256 * 1024
#: Where files come in as a stream, and how large one may be.
FILES, MAX_FILE = ("/files", "/api/v1/files"), 1024 * 1024 * 1024
#: Where programs call, known by tokens and never by cookies.
PROGRAMS = "/api/"
#: Methods that change nothing.
SAFE = frozenset({"GET", "HEAD"})

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),  # `no-referrer` would send forms with `Origin: null`
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), publickey-credentials-get=(self)"),
    (b"x-frame-options", b"DENY"),
)
_NOT_KEPT = (b"cache-control", b"no-store")


class Guard:
    """Refuses what is not the console's own, and puts headers on every answer.

    Args:
        app: what stands behind.
        origin: the console's address, such as `http://north.localhost:8201`.
    """

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self._app = app
        self._origin = origin
        self._host = urlsplit(origin).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at one request."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        refused = self._refusal(scope["method"], scope["path"], headers)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                held = {name for name, _ in message["headers"]}
                kept = () if b"cache-control" in held else (_NOT_KEPT,)
                message["headers"] = [*message["headers"], *_HEADERS, *kept]
            await send(message)

        if refused is not None:
            status, text = refused
            body = text.encode()
            start = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
            await sending({"type": "http.response.start", "status": status, "headers": start})
            await sending({"type": "http.response.body", "body": body})
            return
        await self._app(scope, receive, sending)

    def _refusal(self, method: str, path: str, headers: Headers) -> tuple[int, str] | None:
        if headers.getlist("host") != [self._host]:
            return 421, f"this console is {self._origin}\n"
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > 12 or int(length) > _most(path):
            return 413, f"at most {MAX_FILE if path in FILES else MAX_UPLOAD} bytes\n"
        if method in SAFE or path.startswith(
            PROGRAMS
        ):  # no cookie counts there: nobody acts in another's name
            return None
        if method not in ("POST", "PUT"):
            return 405, "GET, HEAD, POST and PUT are understood here\n"
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if origin != self._origin or site not in (None, "same-origin"):
            return 403, "this form was not sent by this console\n"
        return None


def _most(path: str) -> int:
    return MAX_FILE + 256 * 1024 if path in FILES else MAX_BODY


def form_token(session_token: str) -> str:
    """Give what a form of this session must bring back; another session's does not serve."""
    return hmac.digest(session_token.encode(), b"comity-form-v1", "sha256").hex()[:32]


def check_token(given: str, expected: str) -> None:
    """Check that a form is of this session.

    Raises:
        RefusedHere: it is of another, or of none.
    """
    if not same(given, expected):
        raise RefusedHere(
            _("this form is of another session"), hint=_("open the page anew and send it again")
        )


def same(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
