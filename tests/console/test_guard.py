"""What every request passes, and every answer carries (rows W1, W4, W7, W13, W14)."""

import html
from collections.abc import Callable

import pytest

from console.browser import ORIGIN, Browser
from console.conftest import Office


def test_every_answer_forbids_what_is_not_the_consoles_own(office: Office) -> None:
    for path in ("/sign-in", "/nowhere", "/static/console.js", "/items"):
        headers = Browser(office.app).get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy and "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers


@pytest.mark.parametrize(
    "host", ["localhost:8201", "evil.example", "north.localhost", "", "north.localhost:8201."]
)
def test_another_host_is_not_answered(office: Office, host: str) -> None:
    assert Browser(office.app).get("/sign-in", host=host).status == 421


@pytest.mark.parametrize(
    "origin", ["null", "http://evil.example", f"{ORIGIN}.evil.example", "https://north.localhost:8201", ""]
)
def test_a_form_of_another_site_is_refused(office: Office, origin: str) -> None:
    answer = Browser(office.app).post("/sign-in", {"handle": "reader"}, origin=origin)
    assert answer.status == 403


def test_a_browser_that_says_another_site_sent_it_is_believed(office: Office) -> None:
    answer = Browser(office.app).post("/sign-in", {}, **{"sec-fetch-site": "cross-site"})
    assert answer.status == 403


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "TRACE", "OPTIONS"])
def test_other_methods_are_not_known(office: Office, method: str) -> None:
    assert Browser(office.app).send(method, "/items", b"", {}).status == 405


@pytest.mark.parametrize("length", ["999999999999999", "-1", "1e9", "١٢"])
def test_a_length_that_cannot_be_is_refused_unread(office: Office, length: str) -> None:
    headers = {"origin": ORIGIN, "content-length": length.encode().decode("latin-1")}
    assert Browser(office.app).send("POST", "/sign-in", b"x", headers).status == 413


@pytest.mark.parametrize("form", ["", "0" * 32, "f" * 64])
def test_a_form_without_this_sessions_token_does_nothing(
    enter: Callable[[str], Browser], office: Office, form: str
) -> None:
    browser = enter("administrator")
    answer = browser.post("/act/officer-suspend", {"form-token": form, "handle": "reader"})
    assert answer.status == 403
    assert all(row["state"] != "suspended" for row in office.tell("officer-list"))


@pytest.mark.parametrize(
    "asked",
    ["/search?words=sea+lark&party=south.example", "/items?words=a%26b%20c", "/items/a&next=x?words=%D0%B0"],
)
def test_who_signs_in_comes_to_what_was_asked_for_with_all_of_its_query(office: Office, asked: str) -> None:
    path, _, following = Browser(office.app).get(asked).headers["location"].partition("?next=")
    assert path == "/sign-in"
    shown = Browser(office.app).get(f"/sign-in?next={following}").text
    assert f'name="next" value="{html.escape(asked)}"' in shown


def test_asking_for_json_opens_nothing_more(enter: Callable[[str], Browser]) -> None:
    answer = enter("reader").act("officer-suspend", {"handle": "auditor"}, accept="application/json")
    assert answer.status == 403
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "header", ["x-forwarded-user", "remote-user", "x-comity-officer", "opencti-applicant-id"]
)
def test_no_header_makes_anybody_an_officer(office: Office, header: str) -> None:
    answer = Browser(office.app).get("/items", **{header: "administrator"})
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in?next=/items")


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "/a\nb", "javascript:1"]
)
def test_after_coming_in_no_path_leads_elsewhere(office: Office, path: str) -> None:
    from comity.console.answers import local

    assert local(path) == ""


def test_a_fault_of_ours_shows_no_trace(
    enter: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch, office: Office
) -> None:
    from comity.control.verb import VERBS

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("canary-31b2")

    browser = enter("reader")
    monkeypatch.setattr(VERBS["inbox"], "run", broken)
    answer = browser.get("/inbox")
    assert answer.status == 500 and "its log tells more" in answer.text
    assert "canary-31b2" not in answer.text and "Traceback" not in answer.text
