"""A browser without a screen: speaks to a console as an ASGI application, keeps its cookie, fills in forms."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

ORIGIN = "http://north.localhost:8201"
HOST = "north.localhost:8201"


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Browser:
    """One browser."""

    app: Any
    cookie: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, b"", headers)

    def post(self, path: str, fields: dict[str, Any], **headers: str) -> Answer:
        body = urlencode(fields, doseq=True).encode()
        given = {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN, **headers}
        return self.send("POST", path, body, given)

    def act(self, verb: str, fields: dict[str, Any], **headers: str) -> Answer:
        """Send a form of this session."""
        return self.post(f"/act/{verb}", {"form-token": self.token(), **fields}, **headers)

    def token(self) -> str:
        found = re.search(r'name="form-token" value="([0-9a-f]+)"', self.get("/me").text)
        return found[1] if found else ""

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        given = {"host": HOST, **self.extra, **headers}
        if self.cookie:
            given.setdefault("cookie", f"__Host-comity={self.cookie}")
        if body:
            given.setdefault("content-length", str(len(body)))
        answer = asyncio.run(_call(self.app, method, path, body, given))
        for value in answer.headers.get("set-cookie", "").split("\n"):
            found = re.match(r'__Host-comity=("?)([0-9a-f]*)\1;', value)
            if found:
                self.cookie = found[2]
        return answer


async def _call(app: Any, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    plain, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "path": plain,
        "raw_path": plain.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 8201),
        "scheme": "http",
        "root_path": "",
    }
    sent: list[dict[str, Any]] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    try:
        await app(scope, receive, send)
    except Exception:  # raised again for the log, once the answer is out
        if not sent:
            raise
    start = next(each for each in sent if each["type"] == "http.response.start")
    found: dict[str, str] = {}
    for name, value in start["headers"]:
        key = name.decode()
        found[key] = f"{found[key]}\n{value.decode()}" if key in found else value.decode()
    whole = b"".join(each.get("body", b"") for each in sent if each["type"] == "http.response.body")
    return Answer(start["status"], found, whole)
