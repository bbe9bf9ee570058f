"""Three Parties with consoles, and a real browser: Chromium, driven by Playwright.

Whatever a page does on its own is noted: dialogs, errors of scripts, breaches of its content policy. A test that does
not expect any of them fails by them at its end.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from comity.cli.quiet import quiet_log
from comity.control import server as _registers_verbs
from comity.demo import sharing
from comity.demo.stage import OFFICER, Stage
from in_browser.chromium import browser, missing

assert _registers_verbs.REGISTERED

LACKING = missing()
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: How long what must come is waited for, in milliseconds.
PATIENCE = 30_000
#: How long closing windows may take, in seconds.
CLOSING = 60
NORTH, SOUTH, EAST = "north.example", "south.example", "east.example"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/in_browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.service)
            if LACKING:
                item.add_marker(pytest.mark.skip(reason=LACKING))


@dataclass
class Consoles:
    """The stage with its consoles, and the browser.

    Attributes:
        stage: the three serving nodes. `start`: starts a browser; `chromium` is the one that runs.
        noted: what pages did on their own, in words.
    """

    stage: Stage
    start: Callable[[], Any]
    noted: list[str] = field(default_factory=list)
    _states: dict[tuple[str, str], Any] = field(default_factory=dict)
    _count: int = 0

    def __post_init__(self) -> None:
        self.chromium = self.start()

    def origin(self, party: str) -> str:
        found: str = self.stage.desk(party).home.settings.origin
        return found

    def tell(self, party: str, verb: str, **parameters: Any) -> Any:
        return self.stage.tell(party, verb, **parameters)

    def officer(self, party: str, *roles: str) -> str:
        """Make an officer; give the link that lets them in."""
        self._count += 1
        made = self.tell(party, "officer-add", handle=f"officer-{self._count}", roles=list(roles or OFFICER))
        link: str = made["link"]
        return link

    def enter(self, party: str, *roles: str, **how: Any) -> Any:
        """Give a page of a new browser window, signed in as an officer with these roles."""
        context = self.chromium.new_context(**{"viewport": {"width": 1200, "height": 900}, **how})
        context.set_default_timeout(PATIENCE)
        key = (party, " ".join(roles))
        if key in self._states:
            context.add_cookies(self._states[key])
        page = self.watched(context)
        if key not in self._states:
            page.goto(self.officer(party, *roles))
            page.get_by_role("button", name="Come in").click()
            page.wait_for_url("**/me")
            self._states[key] = context.cookies()
        page.goto(self.origin(party) + "/")
        return page

    def watched(self, context: Any) -> Any:
        """Give a new page; what it does on its own is noted."""
        page = context.new_page()

        def dialog(found: Any) -> None:
            self.noted.append(f"dialog: {found.message}")
            found.dismiss()

        page.on("dialog", dialog)
        page.on("pageerror", lambda error: self.noted.append(f"script: {error}"))
        page.on("console", lambda said: self._said(said, page))
        page.on("response", lambda answer: self._answered(answer))
        return page

    def close_all(self) -> None:
        """Close every window that is open, so that none goes on asking for news.

        Once in some thousand times Chromium never answers `Target.disposeBrowserContext`: another is started then.
        """
        from playwright.sync_api import Error

        processes = self.chromium.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
        (chromium,) = (each["id"] for each in processes if each["type"] == "browser")
        too_late = threading.Timer(CLOSING, os.kill, (chromium, signal.SIGKILL))
        too_late.start()
        try:
            for context in list(self.chromium.contexts):
                context.close()
        except Error:
            if self.chromium.is_connected():
                raise
        finally:
            too_late.cancel()
        if not self.chromium.is_connected():
            self.chromium = self.start()

    def _answered(self, answer: Any) -> None:
        if answer.status >= 500:
            self.noted.append(f"fault: {answer.status} {answer.url}")

    def _said(self, said: Any, page: Any) -> None:
        words = said.text
        if "Content Security Policy" in words or "TrustedHTML" in words or "Refused to" in words:
            self.noted.append(f"policy: {words} ({page.url})")


def shows(found: Any, *words: str) -> None:
    """Wait until something is to be seen and says these words: a page is not there at once after a click."""
    from playwright.sync_api import expect

    expect(found).to_be_visible(timeout=PATIENCE)
    for each in words:
        expect(found).to_contain_text(each, use_inner_text=True, timeout=PATIENCE)


@pytest.fixture(scope="session")
def consoles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Consoles]:
    from playwright.sync_api import sync_playwright

    quiet_log()  # a fault is told in a few lines; the long form would hold the page up
    with Stage(tmp_path_factory.mktemp("browser") / "demo", to_stay=True) as stage:
        assert sharing.conclude(stage).ok
        stage.clock.catch_up()
        with sync_playwright() as playwright:
            found = Consoles(
                stage, lambda: playwright.chromium.launch(executable_path=browser(), args=ARGUMENTS)
            )
            yield found
            found.chromium.close()


@pytest.fixture(autouse=True)
def _nothing_on_its_own(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test leaves a dialog, an error of a script or a breach of the policy behind."""
    yield
    if "consoles" in request.fixturenames and not LACKING:
        found = request.getfixturevalue("consoles")
        found.close_all()
        noted, found.noted[:] = list(found.noted), []
        assert noted == []


@pytest.fixture(scope="session")
def item(consoles: Consoles) -> Callable[..., str]:
    """Take an item in at a Party; give its id."""

    def add(party: str, title: str, **more: Any) -> str:
        given = {
            "category": "incident.indicators",
            "marking": "TLP:GREEN",
            "media_type": "text/plain",
            **more,
        }
        content = given.pop("content", title.encode())
        added: str = consoles.tell(party, "item-add", title=title, content=content, **given)["id"]
        return added

    return add
