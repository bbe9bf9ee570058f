"""Every address of the console beside its screens and its API: whom it is open to, and what it says of foreign things.

The addresses are read from the router; one that this table does not know fails (rows D18, W7).
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.routing import Mount, Route

from comity.console.permissions import may
from comity.console.screens import SCREENS
from comity.node.roles import Role
from console.browser import ORIGIN, Answer, Browser
from console.conftest import Office

NOBODY = "0" * 64
FOREIGN = (NOBODY, "nothing", "..%2f..%2fnode.toml", "%00", "'--", "a" * 3000)
#: Address -> the verb whose roles it is open to; each is asked the way a browser asks it.
FILES = {
    "/journal/evidence/{act}": "journal-evidence",
    "/summary/pdf": "flow-figures",
    "/agreements/{id}/closing/file": "agreement-closing-file",
    "/agreements/{id}/pdf": "agreement-copy",
    "/work/calendar.ics": "due-list",
    "/items/{id}/content": "item-content",
}
FORMS = {
    "/files": "item-add",
    "/drafts": "item-add",
    "/verdict": "share-verdict",
    "/work/calendar": "due-list",
    "/agreements/{id}/notice": "agreement-notice",
    "/texts": "agreement-propose",
    "/journal/overseer": "journal-overseer",
    "/keys/draft": "card-draft",
    "/keys/publish": "card-publish",
}
#: Open to every officer: what they do there, the verb or the thing itself decides, and other tests ask.
OFFICERS = {
    "/act/{verb}",
    "/matters/{matter}/{word}",
    "/second/{id}/{answer}",
    "/register/{form}",
    "/drafts/{id}/drop",
    "/texts/{id}/{word}",
    "/me/{what}",
    "/events",
}
#: Open to whoever comes: the ways in and out, and what is no secret.
EVERYBODY = {
    "/sign-in",
    "/sign-in/passkey",
    "/sign-in/provider",
    "/sign-in/provider/back",
    "/sign-out",
    "/link/{token}",
    "/calendar/{token}.ics",
    "/api/openapi.json",
}
ROLES = [str(role) for role in Role]


def routes(office: Office) -> Iterator[Any]:
    yield from office.app._app.routes


def filled(path: str, name: str = NOBODY) -> str:
    return re.sub(r"\{\w+\}", name, path)


def upload(browser: Browser, token: str, **said: str) -> Answer:
    """Send a file by its form."""
    fields = {"form-token": token, "title": "A file", "category": "incident.reports", **said}
    if "marking" not in said:
        fields["marking"] = "TLP:GREEN"
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts.append(
        '--edge\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nbytes\r\n--edge--\r\n'
    )
    kind = {"content-type": "multipart/form-data; boundary=edge", "origin": ORIGIN}
    return browser.send("POST", "/files", "".join(parts).encode(), kind)


def asked(browser: Browser, path: str, name: str = NOBODY) -> Answer:
    if path == "/files":
        return upload(browser, browser.token())
    if path in FORMS:
        question = {"to": "south.example", "purpose": "network-defence", "category": "incident.reports"}
        return browser.post(filled(path, name), {"form-token": browser.token(), **question})
    return browser.get(filled(path, name))


def test_every_address_is_in_a_table(office: Office) -> None:
    screens = {each.path for each in SCREENS}
    screens |= {f"{each}.{form}" for each in screens for form in ("json", "csv")}
    screens |= {f"/index.{form}" for form in ("json", "csv")}
    known = screens | FILES.keys() | FORMS.keys() | OFFICERS | EVERYBODY
    there = {each.path for each in routes(office) if isinstance(each, Route)}
    assert there - known == set()
    assert (FILES.keys() | FORMS.keys() | OFFICERS | EVERYBODY) - there == set()
    assert {each.path for each in routes(office) if isinstance(each, Mount)} == {"/api/v1", "/static"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", [*FILES, *FORMS])
def test_an_address_is_open_to_just_whom_its_verb_is(
    path: str, role: str, enter: Callable[[str], Browser]
) -> None:
    verb = (FILES | FORMS)[path]
    answer = asked(enter(role), path)
    assert answer.status < 500, answer.text[:300]
    if may([role], verb):
        assert answer.status != 403 or "none of your roles" not in answer.text
    elif path == "/verdict":  # the page's script is told why there is none, in words
        assert json.loads(answer.body)["verdict"] is None and "none of your roles" in answer.text
    else:
        assert answer.status in (403, 404, 422), (answer.status, answer.text[:300])
        assert b"attachment" not in str(answer.headers).encode()


@pytest.mark.parametrize("path", [each for each in (*FILES, *FORMS) if "{" in each])
@pytest.mark.parametrize("foreign", FOREIGN)
def test_a_thing_that_is_not_here_is_the_same_to_everybody(
    path: str, foreign: str, enter: Callable[[str], Browser]
) -> None:
    verb = (FILES | FORMS)[path]
    said = set()
    for role in ROLES:
        if may([role], verb):
            answer = asked(enter(role), path, foreign)
            assert answer.status in (404, 422), (role, answer.status, answer.text[:300])
            said.add(answer.status)
    assert len(said) == 1


@pytest.mark.parametrize("path", [*FILES, *FORMS, *sorted(OFFICERS)])
def test_who_is_not_signed_in_is_shown_the_way_in_and_nothing_else(path: str, office: Office) -> None:
    stranger = Browser(office.app)
    if path == "/files":
        answer = upload(stranger, "x" * 64)
    elif path in FORMS or path in OFFICERS - {"/events"}:
        answer = stranger.post(filled(path), {"form-token": "x"})
    else:
        answer = stranger.get(filled(path))
    assert answer.status in (303, 401, 403, 404), (path, answer.status)
    if answer.status == 303:
        assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("role", ROLES)
def test_a_file_that_may_not_come_in_leaves_nothing(
    role: str, office: Office, enter: Callable[[str], Browser]
) -> None:
    def held() -> int:
        return len(office.desk.read(lambda transaction: transaction.items()))

    browser, before = enter(role), held()
    assert upload(browser, "of another form").status == 403
    assert held() == before
    came = upload(browser, browser.token())
    assert held() - before == (1 if may([role], "item-add") else 0), came.text[:300]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "query", ["", "?state=x&code=y", f"?state={NOBODY}&code=y&iss=https://other.example"]
)
def test_without_a_provider_its_addresses_bind_and_open_nothing(
    role: str, query: str, office: Office, enter: Callable[[str], Browser]
) -> None:
    browser = enter(role)

    def bound() -> set[str]:
        def read(transaction: Any) -> set[str]:
            officers = transaction.officers()
            return {
                row.id for each in officers for row in transaction.credentials(each.id) if row.kind == "oidc"
            }

        return office.desk.read(read)

    for path in ("/sign-in/provider", "/sign-in/provider/back"):
        for address in (f"{path}{query}", f"{path}{query or '?'}&bind=1"):
            answer = browser.get(address)
            assert answer.status in (403, 404, 422), (address, answer.status)
            assert "set-cookie" not in answer.headers or "__Host-comity=" not in answer.headers["set-cookie"]
    assert bound() == set()
    assert json.loads(browser.get("/me.json").body)["handle"] == role  # still in as who they were


@pytest.mark.parametrize("role", ROLES)
def test_a_calendar_opens_by_its_address_alone(role: str, enter: Callable[[str], Browser]) -> None:
    assert enter(role).get(f"/calendar/{NOBODY}.ics").status == 404
