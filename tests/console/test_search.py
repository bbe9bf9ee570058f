"""Search: over all that a role may read, by word, Party, category, marking and day; and the journal's own."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from comity.node.roles import Role
from console.api.conftest import Bureau, bureau, made_land
from console.browser import ORIGIN, Browser

__all__ = ["bureau", "made_land"]
SOUTH = "south.example"


@pytest.fixture(scope="module")
def enter(bureau: Bureau) -> Callable[[str], Browser]:
    """Let somebody of a role in."""
    browsers = {}
    for role in Role:
        bureau.tell("officer-add", handle=f"person-{role}", roles=[str(role)])
        link = bureau.tell("officer-link", handle=f"person-{role}")["link"]
        browsers[str(role)] = Browser(bureau.app)
        assert browsers[str(role)].post(link.removeprefix(ORIGIN), {}).status == 303
    return browsers.__getitem__


@pytest.fixture(scope="module")
def item(bureau: Bureau) -> str:
    given = {"category": "incident.indicators", "marking": "TLP:GREEN", "title": "Brackwater indicators"}
    found = bureau.tell("item-add", content=b"203.0.113.7", **given)["id"]
    bureau.tell("item-add", content=b"x", **{**given, "marking": "TLP:RED", "title": "Brackwater notes"})
    bureau.tell("share", item=found, to=SOUTH, purpose="network-defence")
    return str(found)


def search(browser: Browser, page: str = "/search", **asked: str) -> Any:
    answer = browser.get(f"{page}.json?{urlencode(asked)}")
    assert answer.status == 200, answer.text[:600]
    return json.loads(answer.body)


def names(found: Any, kind: str) -> list[str]:
    return [row["name"] for row in found["rows"] if row["kind"] == kind]


def test_items_are_found_by_category_marking_and_day(item: str, enter: Callable[[str], Browser]) -> None:
    browser = enter("case-officer")
    for asked, wanted in (
        ({"words": "brackwater"}, ["Brackwater notes", "Brackwater indicators"]),
        ({"marking": "TLP:GREEN", "words": "brackwater"}, ["Brackwater indicators"]),
        ({"marking": "TLP:RED"}, ["Brackwater notes"]),
        ({"category": "incident", "words": "notes"}, ["Brackwater notes"]),
        ({"category": "incident.reports", "words": "brackwater"}, []),
        ({"since": "2099-01-01"}, []),
        ({"until": "2001-01-01", "words": "brackwater"}, []),
        ({"party": "south.example", "words": "brackwater"}, []),
    ):
        assert names(search(browser, **asked), "item") == wanted, asked
    assert names(search(browser, words=item), "item") == ["Brackwater indicators"]


def test_kinds_that_have_none_of_it_are_left_out_and_named(
    item: str, enter: Callable[[str], Browser]
) -> None:
    browser = enter("case-officer")
    for asked, searched, left_out in (
        ({"words": "x"}, ["item", "matter", "agreement", "record"], []),
        ({"party": SOUTH}, ["item", "matter", "agreement"], ["record"]),
        ({"since": "2026-01-01"}, ["item", "matter"], ["agreement", "record"]),
        ({"marking": "TLP:GREEN"}, ["item"], ["matter", "agreement", "record"]),
        ({"category": "incident", "words": "x"}, ["item"], ["matter", "agreement", "record"]),
    ):
        found = search(browser, **asked)
        assert (found["kinds"], found["left_out"]) == (searched, left_out), asked
    assert "left out, because" in browser.get("/search?marking=TLP:GREEN").text
    assert "left out, because" not in browser.get("/search").text


def test_only_what_a_role_may_read_is_searched(item: str, enter: Callable[[str], Browser]) -> None:
    assert search(enter("auditor"), words="brackwater")["kinds"] == ["agreement", "entry"]
    assert names(search(enter("auditor"), words="brackwater"), "item") == []
    administrator = search(enter("administrator"), words="brackwater", marking="TLP:GREEN")
    assert (administrator["kinds"], administrator["rows"]) == ([], [])
    assert "entry" not in search(enter("reader"), words="sent")["kinds"]


def test_entries_are_found_by_what_they_say_by_party_and_day(
    item: str, enter: Callable[[str], Browser]
) -> None:
    browser = enter("auditor")
    by_words = search(browser, words="sent item")
    assert names(by_words, "entry") and all("sent: item" in each for each in names(by_words, "entry"))
    assert names(search(browser, words="sent-disclosure", party=SOUTH), "entry")
    assert names(search(browser, party=SOUTH), "entry")
    assert names(search(browser, words="sent item", party="nobody.example"), "entry") == []
    assert names(search(browser, until="2001-01-01"), "entry") == []
    assert names(search(browser, since="2001-01-01"), "entry")
    for path in {row["path"] for row in by_words["rows"] if row["kind"] == "entry"}:
        assert "sent: item" in browser.get(path).text


def test_a_day_that_is_none_is_named(enter: Callable[[str], Browser]) -> None:
    answer = enter("auditor").get("/search?since=tomorrow")
    assert answer.status == 422 and "tomorrow" in answer.text


def test_the_journal_says_kinds_in_words_and_keeps_their_names(
    item: str, enter: Callable[[str], Browser]
) -> None:
    browser = enter("auditor")
    page = browser.get("/journal").text
    assert '<span title="sent-disclosure">sent: item</span>' in page
    assert "sent-disclosure" in browser.get("/journal.csv").text
    assert "sent-disclosure" in {row["kind"] for row in search(browser, "/journal")["rows"]}


def test_the_journal_is_narrowed_by_words_channel_and_day(item: str, enter: Callable[[str], Browser]) -> None:
    browser = enter("auditor")
    found = search(browser, "/journal", words="item taken in")
    assert {row["kind"] for row in found["rows"]} == {"item-added"}
    in_channel = search(browser, "/journal", channel=SOUTH, words="sent item")
    assert {(row["kind"], row["channel"]) for row in in_channel["rows"]} == {("sent-disclosure", SOUTH)}
    for asked in ({"words": "no entry says so"}, {"until": "2001-01-01"}, {"since": "2099-01-01"}):
        found = search(browser, "/journal", **asked)
        assert found["rows"] == [] and found["size"] > 0
        assert "Nothing found." in browser.get(f"/journal?{urlencode(asked)}").text
