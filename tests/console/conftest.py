"""One node with pages, and officers of every role."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from comity.assemble import new_home, open_home
from comity.carriers.postman import Postman
from comity.console.app import Console
from comity.control import server as _registers_verbs
from comity.control.verb import VERBS, Desk
from comity.node.roles import Role
from console.browser import ORIGIN, Browser

assert _registers_verbs.REGISTERED


@dataclass
class Office:
    """A console with its desk."""

    desk: Desk
    app: Any

    def tell(self, verb: str, **parameters: Any) -> Any:
        return VERBS[verb](self.desk, parameters)

    def enter(self, handle: str) -> Browser:
        """Come in by a new link."""
        link = self.tell("officer-link", handle=handle)["link"]
        browser = Browser(self.app)
        came = browser.post(link.removeprefix(ORIGIN), {})
        assert came.status == 303, came.text
        return browser


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    path = tmp_path_factory.mktemp("console") / "home"
    new_home(path, "north.example", names={"en": "North"}, console=8201, console_origin=ORIGIN)
    with open_home(path, threaded=True) as home:
        desk = Desk(home, Postman(home.node), serving=False)
        found = Office(desk, Console(desk, ORIGIN).app)
        for role in Role:
            found.tell("officer-add", handle=str(role), name=f"the {role}", roles=[str(role)])
        found.tell("officer-add", handle="second-keeper", roles=["agreement-keeper"])
        yield found


@pytest.fixture(scope="module")
def enter(office: Office) -> Callable[[str], Browser]:
    """Give a signed-in browser of a role's officer, one for all tests of a file."""
    held: dict[str, Browser] = {}

    def come(handle: str) -> Browser:
        if handle not in held:
            held[handle] = office.enter(handle)
        return held[handle]

    return come
