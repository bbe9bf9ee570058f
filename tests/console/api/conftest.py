"""North's node with an agreement in force, and programs with tokens of every role."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from cli.conftest import made_land
from cli.land import Land
from comity.assemble import open_home
from comity.carriers.postman import Postman
from comity.console.app import Console
from comity.control import server as _registers_verbs
from comity.control.verb import VERBS, Desk
from comity.node.roles import Role
from console.browser import ORIGIN, Answer, Browser

assert _registers_verbs.REGISTERED
__all__ = ["made_land"]


@dataclass
class Program:
    """A program that calls the API with a token."""

    app: Any
    token: str
    sent: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> Answer:
        asked = f"?{urlencode(query, doseq=True)}" if query else ""
        return self.call("GET", path + asked, None, headers)

    def post(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        return self.call("POST", path, body, headers)

    def call(self, method: str, path: str, body: Any, headers: dict[str, str] | None = None) -> Answer:
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        given = {"authorization": f"Bearer {self.token}", **self.sent}
        if data:
            given["content-type"] = "application/json"
        whole = path if path.startswith("/api/") else f"/api/v1{path}"
        return Browser(self.app).send(method, whole, data, {**given, **(headers or {})})


@dataclass
class Bureau:
    """A console with an agreement, and a program of each role."""

    desk: Desk
    app: Any
    programs: dict[str, Program]

    def tell(self, verb: str, **parameters: Any) -> Any:
        return VERBS[verb](self.desk, parameters)

    def add(self, title: str = "A note", content: bytes = b"An indicator: 203.0.113.7", **more: Any) -> str:
        given = {"category": "incident.indicators", "marking": "TLP:GREEN", **more}
        return str(self.tell("item-add", title=title, content=content, **given)["id"])

    def size(self) -> int:
        return self.desk.read(lambda transaction: transaction.head("").size)


@pytest.fixture(scope="module")
def bureau(made_land: Land, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    folder = tmp_path_factory.mktemp("bureau") / "north"
    shutil.copytree(made_land.north, folder)
    settings = Path(folder / "node.toml")
    settings.write_text(settings.read_text() + f'console = 8201\nconsole_origin = "{ORIGIN}"\n')
    with open_home(folder, threaded=True) as home:
        desk = Desk(home, Postman(home.node), serving=True)
        app = Console(desk, ORIGIN).app
        programs = {}
        for role in Role:
            handle = f"program-{role}"
            VERBS["officer-add"](desk, {"handle": handle, "roles": [str(role)], "program": True})
            made = VERBS["token-add"](desk, {"handle": handle, "label": "a test"})
            programs[str(role)] = Program(app, made["token"])
        yield Bureau(desk, app, programs)


@pytest.fixture(scope="module")
def liaison(bureau: Bureau) -> Program:
    return bureau.programs["liaison"]


Told = Callable[[Answer], dict[str, Any]]


def told(answer: Answer) -> Any:
    """Read what came back."""
    return json.loads(answer.body)
