"""Files up to 1 GiB go in and out in parts, whole or not at all, and nothing runs them (rows E10, F6, W11)."""

import asyncio
import hashlib
import json
import re
from typing import Any

import pytest

from comity.console import uploads
from comity.demo.stage import examples
from comity.node import large_files
from console.api.conftest import Bureau, Program, bureau, liaison, made_land, told
from console.browser import ORIGIN, Browser

__all__ = ["bureau", "liaison", "made_land"]

SAID = {"title": "Disk image", "category": "incident.indicators", "marking": "TLP:GREEN"}
SMALL = 1000


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of a thousand bytes show the same as those of eight million."""
    monkeypatch.setattr(uploads, "PART_BYTES", SMALL)
    monkeypatch.setattr(large_files, "PART_BYTES", SMALL)


def bytes_of(size: int) -> bytes:
    return b"".join(hashlib.sha256(b"%d" % number).digest() for number in range(size // 32 + 1))[:size]


def put(program: Program, data: bytes, **said: Any) -> Any:
    from urllib.parse import urlencode

    query = urlencode({**SAID, **said}, doseq=True)
    return program.call("PUT", f"/files?{query}", data, {"content-type": "application/octet-stream"})


def held(bureau: Bureau) -> int:
    """Count the bodies that are here."""
    return bureau.desk.read(
        lambda transaction: len(
            [row for row in transaction.items_of_type(large_files.PART) if row.state == "held"]
        )
    )


@pytest.mark.parametrize(
    ("size", "parts"), [(0, 0), (1, 0), (SMALL, 0), (SMALL + 1, 2), (3 * SMALL, 3), (3500, 4)]
)
def test_a_file_goes_in_and_comes_out_the_same(
    size: int, parts: int, bureau: Bureau, liaison: Program
) -> None:
    data, before = bytes_of(size), held(bureau)
    made = put(liaison, data)
    assert made.status == 201, made.body
    item = told(made)
    assert made.headers["location"] == f"/api/v1/items/{item['id']}"
    assert held(bureau) == before + parts
    back = liaison.get(f"/items/{item['id']}/content")
    assert back.status == 200 and back.body == data
    assert back.headers["content-type"] == "application/octet-stream"
    assert back.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in back.headers["content-security-policy"]
    assert back.headers["x-content-type-options"] == "nosniff"
    if parts:
        shown = told(liaison.get(f"/files/{item['id']}"))
        assert shown["sha256"] == hashlib.sha256(data).hexdigest()
        assert (shown["size"], len(shown["parts"]), shown["missing"]) == (size, parts, [])


def test_parts_stand_in_their_list_and_in_no_other(bureau: Bureau, liaison: Program) -> None:
    item = told(put(liaison, bytes_of(2500), title="Only once"))["id"]
    found = told(liaison.get("/items", words="once"))["items"]
    assert [row["id"] for row in found] == [item]
    assert [row["id"] for row in bureau.tell("item-list", limit=500) if "Only once" in row["title"]] == [item]


def test_a_form_streams_a_file_too(bureau: Bureau) -> None:
    bureau.tell("officer-add", handle="uploader", roles=["liaison"])
    browser = Browser(bureau.app)
    link = bureau.tell("officer-link", handle="uploader")["link"]
    assert browser.post(link.removeprefix(ORIGIN), {}).status == 303
    data = bytes_of(3700)
    came = post_form(browser, {**SAID, "form-token": browser.token()}, data)
    assert came.status == 303, came.text[:400]
    assert browser.get(f"{came.headers['location']}/content").body == data


def post_form(
    browser: Browser, fields: dict[str, str], data: bytes, *, whole: bool = True, name: str = "<x>.html"
) -> Any:
    lines = [
        f'--cut\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    lines.append(
        b'--cut\r\ncontent-disposition: form-data; name="content"; filename="'
        + name.encode()
        + b'"\r\n\r\n'
        + data
    )
    body = b"".join(lines) + (b"\r\n--cut--\r\n" if whole else b"")
    headers = {"content-type": "multipart/form-data; boundary=cut", "origin": ORIGIN}
    return browser.send("POST", "/files", body, headers)


@pytest.fixture
def person(bureau: Bureau) -> Browser:
    browser = Browser(bureau.app)
    bureau.tell("officer-add", handle=f"person-{bureau.size()}", roles=["liaison"])
    handle = bureau.tell("officer-list")[-1]["handle"]
    handle = next(row["handle"] for row in bureau.tell("officer-list") if row["state"] == "invited")
    link = bureau.tell("officer-link", handle=handle)["link"]
    assert browser.post(link.removeprefix(ORIGIN), {}).status == 303
    return browser


def test_a_form_of_another_session_leaves_nothing(bureau: Bureau, person: Browser) -> None:
    before = bureau.size()
    assert post_form(person, {**SAID, "form-token": "0" * 32}, bytes_of(2500)).status == 403
    assert post_form(person, SAID, bytes_of(2500)).status == 403
    assert bureau.size() == before


def test_what_was_composed_comes_back_where_it_is_refused(bureau: Bureau, person: Browser) -> None:
    fields = {
        "form-token": person.token(),
        "back": "/compose",
        **SAID,
        "title": "",
        "text": "seen </textarea> at noon",
    }
    answer = post_form(person, fields, b"")
    assert answer.status == 422 and "title is missing</span>" in answer.text
    assert "seen &lt;/textarea&gt; at noon</textarea>" in answer.text
    assert re.search(r'<input [^>]*name="category"[^>]* value="incident.indicators"', answer.text)
    assert '<option value="TLP:GREEN" selected>' in answer.text
    assert post_form(person, {**fields, "form-token": "0"}, b"").text.count("at noon") == 0


def test_a_long_text_that_was_typed_is_taken_in(person: Browser) -> None:
    text = "Długi opis. " * 20_000
    fields = {**SAID, "form-token": person.token(), "text": text}
    answer = post_form(person, fields, b"")
    assert answer.status == 303, answer.text
    kept = person.get(f"{answer.headers['location']}/content")
    assert kept.text == text.strip()
    fields["text"] = "x" * (1024 * 1024 + 1)
    answer = post_form(person, fields, b"")
    assert answer.status == 422 and "keep the text in a file and choose that" in answer.text


@pytest.mark.parametrize("size", [20, 2500], ids=["whole", "in parts"])
def test_a_form_sent_twice_takes_its_file_in_once(size: int, bureau: Bureau, person: Browser) -> None:
    fields = {**SAID, "title": f"Once {size}", "form-token": person.token(), "once": "a1"}
    first, again = (post_form(person, fields, bytes_of(size)) for _ in range(2))
    assert first.status == again.status == 303
    assert first.headers["location"] == again.headers["location"]
    found = bureau.tell("item-find", words=f"Once {size}")["items"]
    assert len([each for each in found if each["title"] == f"Once {size}"]) == 1
    assert person.get(first.headers["location"] + "/content").body == bytes_of(size)
    other = post_form(person, fields, bytes_of(size + 1))  # another file is another form
    assert other.headers["location"] != first.headers["location"]


@pytest.mark.parametrize(
    ("name", "media_type", "kept"),
    [
        ("report.pdf", "application/pdf", "Seen.pdf"),
        ("list.csv", "text/csv", "Seen.csv"),
        ("run.exe", None, "Seen.bin"),  # whatever this machine calls it
        ("page.html", "text/html", "Seen.bin"),
        ("", "application/octet-stream", "Seen.bin"),
    ],
)
def test_a_file_is_known_by_its_type_and_kept_under_a_name_that_runs_nothing(
    name: str, media_type: str | None, kept: str, bureau: Bureau, person: Browser
) -> None:
    fields = {**SAID, "title": "Seen", "form-token": person.token()}
    place = post_form(person, fields, b"a little", name=name).headers["location"]
    shown = bureau.tell("item-show", item=place.split("/")[2])
    assert media_type in (None, shown["media_type"])
    answer = person.get(place + "/content")
    assert f'filename="{kept}"' in answer.headers["content-disposition"]
    assert answer.headers["content-type"] == "application/octet-stream"


def test_a_bundle_keeps_the_marking_it_brings(
    bureau: Bureau, person: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "PART_BYTES", 1_000_000)
    bundle = (examples() / "items" / "water-utility.stix.json").read_bytes()
    fields = {**SAID, "title": "A bundle", "marking": "TLP:CLEAR", "form-token": person.token()}
    place = post_form(person, fields, bundle, name="bundle.json").headers["location"]
    assert bureau.tell("item-show", item=place.split("/")[2])["marking"] == "TLP:AMBER"


def test_a_file_whose_form_breaks_off_leaves_nothing(bureau: Bureau, person: Browser) -> None:
    before = held(bureau)
    fields = {**SAID, "form-token": person.token()}
    assert post_form(person, fields, bytes_of(2500), whole=False).status == 422
    assert held(bureau) == before


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"marking": "TLP:MAUVE"}, "TLP:MAUVE"),
        ({"category": "not a category"}, "category"),
        ({"title": ""}, "title"),
        ({"role": "administrator"}, "`role` is unknown"),
    ],
)
def test_what_cannot_be_taken_leaves_nothing(
    said: dict[str, str], what: str, bureau: Bureau, liaison: Program
) -> None:
    before = held(bureau)
    answer = put(liaison, bytes_of(2500), **said)
    assert answer.status == 422 and what in told(answer)["detail"]
    assert held(bureau) == before


def test_a_stream_that_breaks_off_or_grows_too_large_leaves_nothing(
    bureau: Bureau, liaison: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = held(bureau)
    monkeypatch.setattr(uploads, "MAX_FILE_BYTES", 2400)
    assert put(liaison, bytes_of(2500)).status == 422
    assert held(bureau) == before

    from starlette.requests import ClientDisconnect

    from comity.console.visit import Caller

    officer = bureau.desk.read(lambda transaction: transaction.officer_by_handle("program-liaison"))
    caller = Caller(desk=bureau.desk, officer=officer, at=bureau.desk.node.clock.now())

    async def breaking() -> Any:
        yield bytes_of(2100)
        raise ClientDisconnect

    with pytest.raises(ClientDisconnect):
        asyncio.run(uploads.take_stream(caller, SAID, breaking()))
    assert held(bureau) == before


def test_parts_that_a_crash_left_are_erased_by_the_days_duties(
    bureau: Bureau, liaison: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = told(put(liaison, bytes_of(2500)))["id"]
    for number in (1, 2):
        bureau.tell("file-part", content=b"left over", number=number, **SAID)
    before = held(bureau)
    bureau.tell("duties")
    assert held(bureau) == before, "not before a day is over"
    monkeypatch.setattr(large_files, "LEFT_OVER", large_files.LEFT_OVER * 0)
    bureau.tell("duties")
    assert held(bureau) == before - 2
    assert liaison.get(f"/items/{kept}/content").status == 200


def test_a_file_is_shared_part_by_part_and_its_list_last(bureau: Bureau, liaison: Program) -> None:
    item = told(put(liaison, bytes_of(2500)))["id"]
    told_so = liaison.post(f"/items/{item}/share", {"to": "south.example", "purpose": "network-defence"})
    assert told_so.status == 403 and "in parts" in told(told_so)["detail"]
    before = len(bureau.tell("outbox", limit=500))
    answer = liaison.post(f"/files/{item}/share", {"to": "south.example", "purpose": "network-defence"})
    assert answer.status == 200, answer.body
    sent = bureau.tell("outbox", limit=500)[: len(bureau.tell("outbox", limit=500)) - before]
    assert sent[0]["item"] == item and len(sent) == 4
    again = liaison.post(f"/files/{item}/share", {"to": "south.example", "purpose": "network-defence"})
    assert again.status == 200 and len(bureau.tell("outbox", limit=500)) == before + 5, "parts go once"


def test_a_file_that_may_not_pass_sends_no_part(bureau: Bureau, liaison: Program) -> None:
    item = told(put(liaison, bytes_of(2500)))["id"]
    before = len(bureau.tell("outbox", limit=500))
    answer = liaison.post(f"/files/{item}/share", {"to": "south.example", "purpose": "curiosity"})
    assert answer.status == 403 and told(answer)["articles"]
    assert len(bureau.tell("outbox", limit=500)) == before


def test_taking_a_file_back_takes_its_parts_back(bureau: Bureau, liaison: Program) -> None:
    item = told(put(liaison, bytes_of(2500)))["id"]
    parts = [each["item"] for each in told(liaison.get(f"/files/{item}"))["parts"]]
    bureau.tell("withdraw", item=item, reason="a mistake")
    assert {bureau.tell("item-show", item=each)["state"] for each in (item, *parts)} <= {
        "withdrawn",
        "erased",
    }


def test_a_file_with_a_part_missing_says_which(bureau: Bureau, liaison: Program) -> None:
    item = told(put(liaison, bytes_of(2500)))["id"]
    second = told(liaison.get(f"/files/{item}"))["parts"][1]["item"]
    bureau.tell("withdraw", item=second)
    answer = liaison.get(f"/items/{item}/content")
    assert (answer.status in (404, 403) and b"parts" in answer.body) or answer.status == 404


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ('a"b\r\nx: y', "a_b__x_ y"),
        ("…\u202egpj.exe", "__gpj.exe"),
        ("", "file"),
    ],
)
def test_a_name_is_bare_of_what_a_file_system_or_header_would_read(name: str, plain: str) -> None:
    given = uploads.kept_as(name)["content-disposition"]
    assert given.startswith(f'attachment; filename="{plain}"'), given
    assert "\r" not in given and "\n" not in given


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"[" * 100,
        json.dumps({"name": "x", "media_type": "x", "size": 5, "sha256": "x", "parts": []}).encode(),
        json.dumps(
            {"name": "x", "media_type": "x", "size": -1, "sha256": "x", "parts": [{"item": "x", "size": -1}]}
        ).encode(),
    ],
)
def test_a_list_that_is_none_is_refused_though_it_is_signed(
    content: bytes, bureau: Bureau, liaison: Program
) -> None:
    item = bureau.add("A list", content, media_type=large_files.LIST)
    assert liaison.get(f"/items/{item}/content").status == 422


def test_only_who_may_take_items_in_may_send_files(bureau: Bureau) -> None:
    for role in ("reader", "administrator", "auditor"):
        assert put(bureau.programs[role], b"x").status == 403
