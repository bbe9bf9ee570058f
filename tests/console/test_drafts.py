"""Drafts: kept for one officer, sealed at rest, opened again, and gone once they are sent, dropped or old."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from comity.node import drafts
from console.browser import ORIGIN, Answer, Browser
from console.conftest import Office

SECRET = "the valves of Brackwater"
FIELDS = {"title": SECRET, "category": "incident.reports", "marking": "TLP:AMBER", "text": f"{SECRET} opened"}


def send(
    browser: Browser, path: str, fields: dict[str, str], *, name: str = "", content: bytes = b""
) -> Answer:
    """Send the form of a composed item as a browser without scripts does: its file last, empty where none is chosen."""
    given = {"form-token": browser.token(), **fields}
    parts = [
        f'--cut\r\ncontent-disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in given.items()
    ]
    head = (
        f'--cut\r\ncontent-disposition: form-data; name="content"; filename="{name}"\r\n'
        "content-type: application/octet-stream\r\n\r\n"
    )
    body = b"".join(parts) + head.encode() + content + b"\r\n--cut--\r\n"
    kind = "multipart/form-data; boundary=cut"
    return browser.send("POST", path, body, {"origin": ORIGIN, "content-type": kind})


def keep(browser: Browser, fields: dict[str, str] = FIELDS, **file: Any) -> str:
    answer = send(browser, "/drafts", fields, **file)
    assert answer.status == 303, answer.text
    found = re.fullmatch(r"/compose\?draft=([0-9a-f]{32})", answer.headers["location"])
    assert found is not None
    return found[1]


def listed(browser: Browser) -> list[str]:
    return [row["draft"] for row in json.loads(browser.get("/compose.json").body)["rows"]]


def stored(office: Office) -> bytes:
    """Give every byte that the home keeps in files."""
    office.desk.node.store.scrub()
    return b"".join(file.read_bytes() for file in office.desk.home.folder.path.rglob("*") if file.is_file())


def test_what_was_kept_is_there_again_word_for_word(enter: Callable[[str], Browser]) -> None:
    browser = enter("liaison")
    kept = keep(browser, name="seen.txt", content=b"the file")
    page = browser.get(f"/compose?draft={kept}").text
    for value in FIELDS.values():
        assert value in page
    assert "seen.txt" in page and kept in listed(browser)
    again = keep(browser, {**FIELDS, "draft": kept, "title": "Another title"})
    assert again == kept
    page = browser.get(f"/compose?draft={kept}").text
    assert "Another title" in page and "seen.txt" in page  # no file was chosen anew: it stays


def test_a_draft_is_sealed_at_rest_and_the_journal_does_not_know_it(
    office: Office, enter: Callable[[str], Browser]
) -> None:
    before = office.desk.read(lambda transaction: transaction.head("").size)
    keep(enter("liaison"), name="seen.txt", content=SECRET.encode())
    assert SECRET.encode() not in stored(office)
    assert office.desk.read(lambda transaction: transaction.head("").size) == before


def test_nobody_else_sees_changes_or_drops_it(enter: Callable[[str], Browser]) -> None:
    kept = keep(enter("liaison"))
    other = enter("case-officer")
    assert other.get(f"/compose?draft={kept}").status == 404
    assert kept not in listed(other)
    assert send(other, "/drafts", {**FIELDS, "draft": kept}).status == 404
    assert other.post(f"/drafts/{kept}/drop", {"form-token": other.token()}).status == 404
    assert send(other, "/files", {**FIELDS, "text": "", "draft": kept}).status == 404
    assert kept in listed(enter("liaison"))


def test_dropped_it_is_gone_and_so_is_its_key(office: Office, enter: Callable[[str], Browser]) -> None:
    browser = enter("liaison")
    kept = keep(browser, name="seen.txt", content=b"x")
    body = f"draft {kept} files"
    assert office.desk.read(lambda transaction: transaction.body(body)) is not None
    assert browser.post(f"/drafts/{kept}/drop", {"form-token": browser.token()}).status == 303
    assert kept not in listed(browser)
    for name in (body, f"draft {kept}"):
        assert office.desk.read(lambda transaction, name=name: transaction.body(name)) is None


@pytest.mark.parametrize("file", [{}, {"name": "seen.bin", "content": b"\0the file"}], ids=["text", "file"])
def test_taken_in_it_is_the_item_and_the_draft_is_gone(
    file: dict[str, Any], office: Office, enter: Callable[[str], Browser]
) -> None:
    browser = enter("liaison")
    fields = {
        **FIELDS,
        "text": "" if file else "line one\r\nline two",
        "to": "south.example",
        "purpose": "p q",
    }
    kept = keep(browser, fields, **file)
    taken = send(browser, "/files", {**fields, "draft": kept})
    assert taken.status == 303, taken.text
    onward = re.fullmatch(
        r"/items/([0-9a-f]{64})/share\?to=south.example&purpose=p\+q", taken.headers["location"]
    )
    assert onward is not None
    content = browser.get(f"/items/{onward[1]}/content").body
    assert content == (file["content"] if file else b"line one\nline two")
    assert kept not in listed(browser)
    assert office.desk.read(lambda transaction: transaction.body(f"draft {kept}")) is None


def test_what_an_item_is_made_from_is_kept_with_it(office: Office, enter: Callable[[str], Browser]) -> None:
    source = office.tell(
        "item-add", content=b"s", category="incident.reports", marking="TLP:GREEN", title="s"
    )["id"]
    taken = send(enter("liaison"), "/files", {**FIELDS, "made_from": f"{source[:12]}"})
    item = office.tell("item-show", item=taken.headers["location"].rpartition("/")[2])
    assert item["made_from"] == [source]


def test_neither_text_nor_file_is_nothing_to_take_in(enter: Callable[[str], Browser]) -> None:
    answer = send(enter("liaison"), "/files", {**FIELDS, "text": ""})
    assert answer.status == 422 and "write a text, or choose a file" in answer.text


def test_a_draft_shows_the_verdict_on_what_it_says(enter: Callable[[str], Browser]) -> None:
    browser = enter("liaison")
    kept = keep(browser, {**FIELDS, "to": "south.example", "purpose": "network-defence"})
    assert "verdict-refused" in browser.get(f"/compose?draft={kept}").text  # no agreement stands between them


def test_what_is_too_much_is_refused_in_words(
    office: Office, enter: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = enter("case-officer")
    monkeypatch.setattr(drafts, "MOST_BYTES", 10)
    answer = send(browser, "/drafts", FIELDS, name="big", content=b"x" * 11)
    assert answer.status == 422 and "at most 10 bytes" in answer.text
    monkeypatch.setattr(drafts, "MOST", len(listed(browser)))
    assert send(browser, "/drafts", FIELDS).status == 403
    with pytest.raises(Exception, match="nobody is signed in"):
        office.tell("draft-keep", kind="share", fields={})


def test_what_nobody_touches_for_long_goes_by_itself(office: Office, enter: Callable[[str], Browser]) -> None:
    browser = enter("liaison")
    kept = keep(browser)
    node = office.desk.node
    now = node.clock.now()
    assert node.act(lambda transaction: drafts.drop_old(transaction, now)) == 0
    assert kept in listed(browser)
    gone = node.act(
        lambda transaction: drafts.drop_old(transaction, now + drafts.KEPT + timedelta(minutes=1))
    )
    assert gone >= 1 and listed(browser) == []
    assert node.store.read(lambda transaction: transaction.body(f"draft {kept}")) is None
