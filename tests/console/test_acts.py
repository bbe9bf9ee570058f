"""From a form to a verb, and acts that need two officers."""

import re
from collections.abc import Callable

import pytest

from console.browser import ORIGIN, Browser
from console.conftest import Office


def multipart(fields: dict[str, str], name: str, content: bytes) -> tuple[bytes, str]:
    parts = [
        f'--cut\r\ncontent-disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    ]
    head = f'--cut\r\ncontent-disposition: form-data; name="{name}"; filename="x.txt"\r\n\r\n'
    return "".join(
        parts
    ).encode() + head.encode() + content + b"\r\n--cut--\r\n", "multipart/form-data; boundary=cut"


def test_an_item_is_taken_in_by_a_form(enter: Callable[[str], Browser]) -> None:
    browser = enter("liaison")
    fields = {
        "form-token": browser.token(),
        "title": "By form",
        "category": "incident.reports",
        "marking": "TLP:GREEN",
    }
    body, kind = multipart(fields, "content", b"what was seen")
    answer = browser.send("POST", "/act/item-add", body, {"origin": ORIGIN, "content-type": kind})
    assert answer.status == 303 and answer.headers["location"].startswith("/items/")
    page = browser.get(answer.headers["location"])
    assert "taken in: By form" in page.text
    assert "taken in" not in browser.get(answer.headers["location"]).text  # said once


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"surprise": "1"}, "field `surprise` is unknown"),
        ({"item": "x", "purpose": "p"}, "to is missing"),
        ({"item": "x", "to": "south.example", "purpose": "p", "route": "1e9"}, "not a whole number"),
        ({"item": "x" * 200_000}, "longer than"),
    ],
)
def test_what_a_verb_does_not_take_is_named(
    fields: dict[str, str], words: str, enter: Callable[[str], Browser]
) -> None:
    answer = enter("liaison").act("share", fields)
    assert answer.status == 422 and words in answer.text.replace("&#39;", "'")


def test_a_refusal_says_why_and_what_next(enter: Callable[[str], Browser]) -> None:
    answer = enter("liaison").act(
        "share", {"item": "nothing", "to": "south.example", "purpose": "network-defence"}
    )
    assert answer.status == 404 and "no item" in answer.text and "next:" in answer.text


def test_an_act_nobody_knows_is_not_there(enter: Callable[[str], Browser]) -> None:
    assert enter("liaison").act("become-root", {}).status == 404


def test_signing_waits_for_a_second_officer(office: Office, enter: Callable[[str], Browser]) -> None:
    first, second = enter("agreement-keeper"), enter("second-keeper")
    assert first.act("agreement-sign-named", {"name": "no-such-text"}).headers["location"] == "/second"
    waiting = re.search(r"/second/([0-9a-f]+)/decline", first.get("/second").text)
    assert waiting is not None
    path = f"/second/{waiting[1]}/confirm"
    assert f'action="{path}"' not in first.get("/second").text
    assert first.post(path, {"form-token": first.token()}).status == 403  # not by the one who wants it
    assert enter("reader").post(path, {"form-token": enter("reader").token()}).status == 404
    done = second.post(path, {"form-token": second.token()})
    assert (
        done.status == 404 and "no-such-text" in done.text
    )  # it was really tried, and refused as any act may be
    assert second.post(path, {"form-token": second.token()}).status == 404  # and only once


def test_the_verdict_is_given_while_writing(enter: Callable[[str], Browser]) -> None:
    browser = enter("liaison")
    fields = {
        "form-token": browser.token(),
        "to": "south.example",
        "purpose": "p",
        "category": "incident.reports",
    }
    answer = browser.post("/verdict", fields)
    assert answer.status == 200
    assert b'"outcome":"refused"' in answer.body and b"rule 2 in force" in answer.body
    assert browser.post("/verdict", {**fields, "form-token": "x"}).status == 403


def test_a_matter_without_an_article_is_refused_with_the_ground(enter: Callable[[str], Browser]) -> None:
    browser = enter("liaison")
    assert browser.get("/new/request").status == 200
    fields = {
        "form-token": browser.token(),
        "to": "south.example",
        "f-aid": "check",
        "f-purpose": "network-defence",
    }
    missing = browser.post("/matters/open/request", fields)
    assert missing.status == 422 and "words is missing" in missing.text
    answer = browser.post("/matters/open/request", {**fields, "f-words": "who is behind it"})
    assert answer.status in (403, 404), answer.text
    assert enter("auditor").post(
        "/matters/open/request", {"form-token": enter("auditor").token()}
    ).status in (403, 422)


@pytest.mark.parametrize("path", ["/new/nothing", "/work/nothing", "/new/..%2f"])
def test_a_kind_or_matter_nobody_knows_is_not_there(path: str, enter: Callable[[str], Browser]) -> None:
    assert enter("liaison").get(path).status == 404


def test_no_page_names_a_file_of_the_nodes_machine(enter: Callable[[str], Browser]) -> None:
    for verb in ("register-check", "register-import"):
        answer = enter("case-officer").act(
            verb, {"path": "/etc/passwd", "basis": "b", "review": "2031-01-01"}
        )
        assert answer.status == 422 and "field `path` is unknown" in answer.text
