"""Coming in: links that work once, passwords with codes, and what attempts cost (W5, W8)."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyotp
import pytest

from comity.assemble import new_home, open_home
from comity.carriers.postman import Postman
from comity.console import app as console_app
from comity.console.app import Console
from comity.control.verb import Desk
from comity.node import officers
from console.authenticator import Authenticator
from console.browser import ORIGIN, Answer, Browser
from console.conftest import Office

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "correct horse battery"


def code(office: Office, secret: str = SECRET, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(office.desk.node.clock.now().timestamp()) + 30 * steps)


def with_password(office: Office, handle: str) -> Browser:
    office.tell("officer-add", handle=handle, roles=["reader"])
    browser = office.enter(handle)
    kept = browser.post(
        "/me/password",
        {
            "form-token": browser.token(),
            "password": PASSWORD,
            "secret": SECRET,
            "code": code(office, steps=-1),
        },
    )
    assert kept.status == 303, kept.text
    return browser


def test_a_link_lets_in_once(office: Office) -> None:
    link = office.tell("officer-link", handle="reader")["link"].removeprefix(ORIGIN)
    assert Browser(office.app).get(link).status == 200  # looking at it uses nothing up
    assert Browser(office.app).post(link, {}).status == 303
    again = Browser(office.app).post(link, {})
    assert again.status == 403 and "works once" in again.text


@pytest.mark.parametrize("token", ["0" * 48, "x", "%2e%2e"])
def test_a_link_nobody_made_says_the_same_as_a_used_one(office: Office, token: str) -> None:
    assert "works once" in Browser(office.app).post(f"/link/{token}", {}).text


def test_password_and_code_let_in_and_the_code_only_once(office: Office) -> None:
    with_password(office, "by-password")
    fields = {"handle": "By-Password", "password": PASSWORD, "code": code(office)}
    browser = Browser(office.app)
    assert browser.post("/sign-in", fields).status == 303
    assert browser.get("/items").status == 200
    assert Browser(office.app).post("/sign-in", fields).status == 403


def test_a_handle_is_typed_once(office: Office) -> None:
    answer = Browser(office.app).post("/sign-in", {"handle": "<by>", "password": "x", "code": "1"})
    assert answer.status == 403 and 'name="handle" type="text" value="&lt;by&gt;"' in answer.text


@pytest.mark.parametrize(
    "change",
    [
        {"password": "wrong horse battery"},
        {"code": "000000"},
        {"code": ""},
        {"password": ""},
        {"handle": "nobody"},
    ],
    ids=str,
)
def test_whatever_is_wrong_the_answer_is_the_same(office: Office, change: dict[str, str]) -> None:
    if office.desk.node.store.read(lambda t: t.officer_by_handle("same-answer")) is None:
        with_password(office, "same-answer")
    fields = {"handle": "same-answer", "password": PASSWORD, "code": code(office, steps=1), **change}
    answer = Browser(office.app).post("/sign-in", fields)
    assert answer.status == 403
    assert "do not go together" in answer.text or "too many attempts" in answer.text


def test_after_some_failures_the_next_waits_whatever_the_spelling(office: Office) -> None:
    with_password(office, "tried")
    for spelling in ("tried", "TRIED", " tried ", "Tried", "tried"):
        Browser(office.app).post("/sign-in", {"handle": spelling, "password": "x" * 12, "code": "1"})
    right = {"handle": "tried", "password": PASSWORD, "code": code(office)}
    answer = Browser(office.app).post("/sign-in", right)
    assert answer.status == 403 and "too many attempts" in answer.text


@pytest.mark.parametrize(
    ("origin", "others", "waits"),
    [
        (
            "https://console.north.example",
            "198.51.100.7, 203.0.113.9",
            False,
        ),  # seen by the proxy: another network
        (
            "https://console.north.example",
            "203.0.113.9, 192.0.2.77",
            True,
        ),  # what a browser made up stands before
        ("https://console.north.example", "", False),  # not by way of the proxy
        (ORIGIN, "203.0.113.9", True),  # no proxy: nobody says where they come from
    ],
)
def test_attempts_count_for_the_network_that_the_proxy_saw(
    origin: str, others: str, waits: bool, tmp_path: Path
) -> None:
    new_home(tmp_path / "home", "north.example", names={"en": "N"}, console=8201, console_origin=origin)
    with open_home(tmp_path / "home", threaded=True) as home:
        desk = Desk(home, Postman(home.node), serving=False)
        app = Console(desk, origin).app

        def come_in(number: int, seen: str) -> str:
            sent = {"host": urlsplit(origin).netloc, "origin": origin} | (
                {"x-forwarded-for": seen} if seen else {}
            )
            said = {"handle": f"nobody-{number}", "password": "x" * 12, "code": "1"}
            return Browser(app).post("/sign-in", said, **sent).text

        for number in range(officers.FREE_ATTEMPTS):
            assert "do not go together" in come_in(number, "192.0.2.5")
        assert ("too many attempts" in come_in(9, others)) is waits


def test_news_end_with_the_session(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console_app, "_LOOK", 0.001)
    browser = office.enter("reader")
    found = office.desk.read(
        lambda transaction: officers.whose(transaction, browser.cookie, office.desk.node.clock.now())
    )
    assert found is not None
    reads, read = 0, office.desk.node.store.read

    def ending(work: Any) -> Any:
        nonlocal reads
        reads += 1
        if reads == 3:  # who asks, the first look; then the officer signs out
            office.desk.act(lambda node, transaction: officers.end_session(node, transaction, found[0]))
        return read(work)

    monkeypatch.setattr(office.desk.node.store, "read", ending)
    answer = browser.get("/events")
    assert answer.body.count(b"event: entries") == 1  # signing out is an entry, too, and is not told any more


def test_attempts_made_at_once_are_counted_one_by_one(tmp_path: Path) -> None:
    new_home(tmp_path / "home", "north.example", names={"en": "N"}, console=8201, console_origin=ORIGIN)
    with open_home(tmp_path / "home", threaded=True) as home, ThreadPoolExecutor(16) as together:
        app = Console(Desk(home, Postman(home.node), serving=False), ORIGIN).app
        guess = {"handle": "officer", "password": "x" * 12, "code": "1"}
        answers = list(together.map(lambda _: Browser(app).post("/sign-in", guess).text, range(16)))
    assert sum("do not go together" in text for text in answers) == officers.FREE_ATTEMPTS
    assert sum("too many attempts" in text for text in answers) == 16 - officers.FREE_ATTEMPTS


def test_a_handle_that_is_not_there_costs_as_much_time(office: Office) -> None:
    from comity.console import sign_in

    begun = time.process_time()
    assert not sign_in._fits(sign_in._NOBODY, "x" * 12)
    assert time.process_time() - begun > 0.001  # a hash was worked out


@pytest.mark.parametrize("password", ["short", "x" * 257, "the reader"])
def test_a_password_that_is_no_password_is_refused(office: Office, password: str) -> None:
    browser = office.enter("reader")
    fields = {"form-token": browser.token(), "password": password, "secret": SECRET, "code": code(office)}
    assert browser.post("/me/password", fields).status == 422


def test_a_code_is_kept_only_once_the_device_has_shown_it(office: Office) -> None:
    browser = office.enter("reader")
    fields = {"form-token": browser.token(), "password": PASSWORD, "secret": SECRET, "code": "123456"}
    assert browser.post("/me/password", fields).status == 422
    kinds = office.desk.node.store.read(
        lambda t: {each.kind for each in t.credentials(t.officer_by_handle("reader").id)}
    )
    assert kinds == set()


@pytest.mark.parametrize(
    ("change", "words"),
    [({"code": "000000"}, "not the one of this moment"), ({"password": "short"}, "12 to 256 characters")],
)
def test_a_slip_does_not_ask_for_another_secret(change: dict[str, str], words: str, office: Office) -> None:
    handle = f"slips-{words[:2]}"
    office.tell("officer-add", handle=handle, roles=["reader"])
    browser = office.enter(handle)
    fields = {"form-token": browser.token(), "password": PASSWORD, "secret": SECRET, "code": code(office)}
    answer = browser.post("/me/password", {**fields, **change})
    assert answer.status == 422 and words in answer.text
    assert (
        f'<input type="hidden" name="secret" value="{SECRET}">' in answer.text
    )  # the device holds it by now
    assert f"<code>{SECRET}</code>" in answer.text and PASSWORD not in answer.text
    assert (
        f'name="secret" value="{SECRET}"' not in browser.get(f"/me?secret={SECRET}").text
    )  # no address sets it
    assert browser.post("/me/password", {**fields, "code": code(office)}).status == 303


def test_what_is_amiss_on_ones_own_page_stands_there(office: Office) -> None:
    browser = with_password(office, "own-page")
    fields = {"form-token": browser.token(), "notify": "daily", "address": "no address"}
    answer = browser.post("/me/notify", fields)
    assert answer.status == 422 and 'value="no address"' in answer.text and "is no address" in answer.text
    assert '<option value="daily" selected>' in answer.text


def test_another_officers_way_in_cannot_be_removed(office: Office) -> None:
    with_password(office, "owner")
    credential = office.desk.node.store.read(lambda t: t.credentials(t.officer_by_handle("owner").id)[0].id)
    browser = office.enter("reader")
    assert browser.post("/me/drop", {"form-token": browser.token(), "id": credential}).status == 404


def test_signing_out_ends_the_session_itself(office: Office) -> None:
    browser = office.enter("reader")
    kept = browser.cookie
    assert browser.post("/sign-out", {"form-token": browser.token()}).status == 303
    assert Browser(office.app, cookie=kept).get("/items").status == 303


def test_a_session_that_ends_while_it_is_used_stays_ended(office: Office) -> None:
    browser, node = office.enter("reader"), office.desk.node
    now = node.clock.now()
    found = office.desk.read(lambda transaction: officers.whose(transaction, browser.cookie, now))
    assert found is not None
    office.desk.act(lambda node, transaction: officers.end_session(node, transaction, found[0]))
    later = now + 2 * officers.NOTED  # a request that had looked before notes now that it was in use
    office.desk.act(lambda _node, transaction: officers.note_seen(transaction, found[0], later))
    assert browser.get("/items").status == 303


def test_the_cookie_is_for_this_host_secure_and_out_of_reach_of_scripts(office: Office) -> None:
    link = office.tell("officer-link", handle="reader")["link"].removeprefix(ORIGIN)
    cookie = Browser(office.app).post(link, {}).headers["set-cookie"]
    assert cookie.startswith("__Host-comity=")
    for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie


def test_an_idle_session_ends(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from comity.node import officers

    browser = office.enter("reader")
    monkeypatch.setattr(officers, "IDLE", timedelta(seconds=-1))
    assert browser.get("/items").status == 303


def test_every_coming_and_going_is_entered(office: Office) -> None:
    kinds = {row["kind"] for row in office.tell("journal-show", limit=1000)}
    assert {"officer-invited", "officer-link", "signed-in", "signed-out", "sign-in-failed"} <= kinds
    assert {"credential-added", "officer-acted"} <= kinds | {"officer-acted"}


def with_passkey(office: Office, handle: str, counting: bool = True) -> Authenticator:
    office.tell("officer-add", handle=handle, roles=["reader"])
    browser = office.enter(handle)
    asked = json.loads(browser.post("/me/passkey", {"form-token": browser.token()}).body)
    made = Authenticator(ORIGIN, urlsplit(ORIGIN).hostname or "", counting=counting)
    fields = {"form-token": browser.token(), "name": asked["name"], "answer": made.make(asked["options"])}
    kept = browser.post("/me/passkey", fields)
    assert json.loads(kept.body) == {"done": True}, kept.text
    return made


def come_in(office: Office, passkey: Authenticator) -> tuple[Browser, Answer]:
    browser = Browser(office.app)
    asked = json.loads(browser.post("/sign-in/passkey", {}).body)
    fields = {"name": asked["name"], "answer": passkey.sign(asked["options"])}
    return browser, browser.post("/sign-in/passkey", fields)


@pytest.mark.parametrize("counting", [True, False])
def test_a_passkey_lets_in_again_and_again(office: Office, counting: bool) -> None:
    passkey = with_passkey(office, f"by-passkey-{counting}".lower(), counting)
    for _ in range(3):
        browser, answer = come_in(office, passkey)
        assert answer.status == 200, answer.text
        assert browser.get("/items").status == 200


def test_a_copied_passkey_is_found_out_and_opens_nothing_any_more(office: Office) -> None:
    passkey = with_passkey(office, "by-copy")
    copied = passkey.copy()
    thief, answer = come_in(office, copied)
    assert answer.status == 200 and thief.get("/items").status == 200
    _, refused = come_in(office, passkey)  # the counter of the first has not gone on
    assert refused.status == 403 and "copied" in refused.text
    assert thief.get("/items").status == 303  # the session the copy began is over
    for each in (passkey, copied):
        each.counter += 10
        assert come_in(office, each)[1].status == 403
    kinds = [row["kind"] for row in office.tell("journal-show", limit=1000)]
    assert kinds.count("credential-copied") == 1
    assert office.enter("by-copy").get("/items").status == 200  # a link lets its officer in again


def test_an_answer_serves_for_one_question(office: Office) -> None:
    passkey = with_passkey(office, "by-answer")
    browser = Browser(office.app)
    asked = json.loads(browser.post("/sign-in/passkey", {}).body)
    fields = {"name": asked["name"], "answer": passkey.sign(asked["options"])}
    assert browser.post("/sign-in/passkey", fields).status == 200
    assert Browser(office.app).post("/sign-in/passkey", fields).status == 403
