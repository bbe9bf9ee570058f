"""The forms that are not those of one verb: questions, records, notices, calendars; and times in the reader's zone."""

import re
from collections.abc import Callable
from datetime import timedelta

import icalendar
import pytest

from comity.console.acts import in_zone
from comity.console.paper import moment
from comity.errors import BadInput
from comity.ports import RequestRow
from console.browser import ORIGIN, Browser
from console.conftest import Office


def send(browser: Browser, path: str, fields: dict[str, str]):
    return browser.post(path, {"form-token": browser.token(), **fields})


RECORD = {
    "identity": "b-1",
    "name": "Brackwater Holdings",
    "schema": "Company",
    "basis": "Lists Act 2030 s. 4",
    "review": "2099-01-01",
}


def test_a_record_is_entered_and_found_by_its_name(enter: Callable[[str], Browser]) -> None:
    browser = enter("case-officer")
    answer = send(browser, "/register/enter", RECORD)
    assert answer.status == 303 and answer.headers["location"] == "/register/records/b-1"
    assert "Brackwater Holdings" in browser.get("/register/records/b-1").text
    assert "/register/records/b-1" in browser.get("/register?name=Brackwater+Holdings&schema=Company").text
    found = browser.get("/search?words=Brackwater+Holdings").text
    assert '<a href="/register/records/b-1"><bdi>Brackwater Holdings</bdi></a>' in found


@pytest.mark.parametrize(
    ("path", "fields", "words"),
    [
        ("/register/enter", {**RECORD, "basis": ""}, "basis is missing"),
        ("/register/enter", {**RECORD, "role_of": "x"}, "field `role_of` is unknown"),
        ("/register/ask", {"name": "x"}, "name a Party, an agreement, or both"),
        ("/register/ask", {"to": "south.example"}, "name is missing"),
        ("/register/burn", {}, "there is no such act"),
        ("/agreements/none/notice", {"kind": "coup"}, "not one of those offered"),
        ("/agreements/none/notice", {"kind": "suspension"}, "ground is missing"),
        ("/agreements/none/notice", {"kind": "denunciation", "confirm": "no"}, "type none to confirm"),
    ],
)
def test_what_a_form_lacks_is_named(
    path: str, fields: dict[str, str], words: str, office: Office, enter: Callable[[str], Browser]
) -> None:
    browser = enter("agreement-keeper" if "agreements" in path else "case-officer")
    answer = send(browser, path, fields)
    assert answer.status in (404, 422), answer.text
    assert words in answer.text.replace("&#39;", "'")


def test_a_grave_notice_waits_for_a_second_officer(enter: Callable[[str], Browser]) -> None:
    answer = send(
        enter("agreement-keeper"),
        "/agreements/north-south-2026/notice",
        {"kind": "denunciation", "confirm": "north-south-2026"},
    )
    assert answer.headers["location"] == "/second"
    assert "denunciation" in enter("second-keeper").get("/second").text


def test_necessity_waits_for_a_second_officer_who_is_named_with_the_first(
    office: Office, enter: Callable[[str], Browser]
) -> None:
    fields = {
        "item": "x" * 8,
        "to": "south.example",
        "purpose": "p",
        "because": "lives",
        "approved_by": "a, b",
    }
    answer = enter("liaison").act("share", fields)
    assert answer.headers["location"] == "/second"
    office.tell("officer-add", handle="second-liaison", roles=["liaison"])
    second = office.enter("second-liaison")
    waiting = re.search(r"/second/([0-9a-f]+)/confirm", second.get("/second").text)
    assert waiting is not None
    done = send(second, f"/second/{waiting[1]}/confirm", {})
    assert done.status == 404 and "no item" in done.text  # it was really tried, with two names and a reason


def test_a_calendar_program_reads_what_is_due_by_an_address_that_can_be_dropped(
    office: Office, enter: Callable[[str], Browser]
) -> None:
    browser = enter("reader")
    assert send(browser, "/work/calendar", {}).status == 303
    first = re.search(re.escape(ORIGIN) + r"(/calendar/[0-9a-f]{48}\.ics)", browser.get("/work/year").text)
    assert first is not None
    answer = Browser(office.app).get(first[1])
    assert answer.status == 200 and answer.body.startswith(b"BEGIN:VCALENDAR")
    assert answer.headers["content-type"].startswith("text/calendar")
    send(browser, "/work/calendar", {})
    assert Browser(office.app).get(first[1]).status == 404  # the one before serves no longer
    assert Browser(office.app).get("/calendar/" + "0" * 48 + ".ics").status == 404
    assert browser.get("/work/calendar.ics").status == 200
    assert send(enter("auditor"), "/work/calendar", {}).status == 403


def test_a_calendar_of_a_suspended_officer_is_shut(office: Office) -> None:
    office.tell("officer-add", handle="calendar-keeper", roles=["reader"])
    browser = office.enter("calendar-keeper")
    send(browser, "/work/calendar", {})
    path = re.search(r"(/calendar/[0-9a-f]{48}\.ics)", browser.get("/work/year").text)
    assert path is not None
    office.tell("officer-suspend", handle="calendar-keeper")
    assert Browser(office.app).get(path[1]).status == 404


@pytest.mark.parametrize(
    ("zone", "given", "expected"),
    [
        ("Europe/Oslo", "2031-07-01T12:00", "2031-07-01T10:00:00Z"),
        ("Asia/Seoul", "2031-01-01T08:30", "2030-12-31T23:30:00Z"),
        ("UTC", "2031-01-01T08:30:15", "2031-01-01T08:30:15Z"),
        ("Europe/Oslo", "2031-07-01T12:00:00Z", "2031-07-01T12:00:00Z"),
        ("Europe/Oslo", "about noon", "about noon"),
    ],
)
def test_a_time_typed_is_one_of_the_readers_zone(zone: str, given: str, expected: str) -> None:
    assert in_zone({"until": given, "n": 1}, zone) == {"until": expected, "n": 1}


@pytest.mark.parametrize("name", ["title", "because", "label"])
def test_words_that_look_like_a_time_stay_as_they_were_typed(name: str) -> None:
    assert in_zone({name: "2031-03-14T10:00"}, "Europe/Oslo") == {name: "2031-03-14T10:00"}


def test_a_day_that_is_not_is_refused() -> None:
    with pytest.raises(BadInput, match="there is no day `2031-02-30`"):
        in_zone({"until": "2031-02-30T10:00"}, "UTC")


@pytest.mark.parametrize(
    ("zone", "given"), [("America/Lima", "9999-12-31T23:59"), ("Asia/Seoul", "0001-01-01T00:00")]
)
def test_a_time_beyond_the_calendar_is_refused(zone: str, given: str) -> None:
    with pytest.raises(BadInput, match=f"there is no day `{given[:10]}`"):
        in_zone({"until": given}, zone)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "14 Mar 2031 23:30</time>"),
        ("Europe/Oslo", '15 Mar 2031 00:30 <span class="utc">03-14 23:30 UTC</span>'),
        ("America/Lima", '14 Mar 2031 18:30 <span class="utc">23:30 UTC</span>'),
    ],
)
def test_a_time_is_shown_in_the_readers_zone_with_utc_beside(zone: str, shown: str) -> None:
    assert shown in moment("2031-03-14T23:30:00Z", zone)


def test_downloads_are_kept_and_never_shown(enter: Callable[[str], Browser]) -> None:
    answer = enter("reader").get("/summary/pdf?begins=2031-01-01&ends=2031-03-31")
    assert answer.status == 200 and answer.body.startswith(b"%PDF")
    assert answer.headers["content-disposition"] == 'attachment; filename="summary-2031-01-01-2031-03-31.pdf"'
    assert enter("administrator").get("/summary/pdf?begins=2031-01-01&ends=2031-03-31").status == 403
    assert enter("auditor").get("/journal/evidence/" + "0" * 64).status == 404


def asked_about(office: Office, item: str, number: int) -> None:
    """Let South ask for consent to pass an item on."""
    now = office.desk.node.clock.now()
    row = RequestRow(
        id=f"{number:064x}", ours=False, asker="south.example", owner="north.example", item=item,
        to="east.example", purpose="statistics", why="", at=now, answer_by=now + timedelta(days=2), state="asked",
    )  # fmt: skip
    office.desk.act(lambda _node, transaction: transaction.put_request(row))


@pytest.mark.parametrize("way", ["saved", "subscribed"])
@pytest.mark.parametrize(
    ("role", "language", "before", "named"),
    [
        ("reader", "en", "answer whether item ", True),
        ("reader", "cs", "odpovědět, zda položka ", True),
        ("agreement-keeper", "en", "answer whether item ", False),  # sees what is due, and no item
    ],
)
def test_a_calendar_names_items_as_its_reader_may_see_them(
    role: str, language: str, before: str, named: bool, way: str, office: Office
) -> None:
    content = {"content": b"x", "category": "incident.reports", "marking": "TLP:GREEN"}
    secret = f"Valves {role} {language} {way}"
    item = office.tell("item-add", title=secret, **content)["id"]
    asked_about(office, item, int(item[:8], 16))
    office.tell("officer-add", handle=f"{role}-{language}-{way}", roles=[role])
    browser = office.enter(f"{role}-{language}-{way}")
    shown = {"form-token": browser.token(), "language": language, "zone": "UTC", "theme": "auto"}
    assert browser.post("/me/show", shown).status == 303
    path = "/work/calendar.ics"
    if way == "subscribed":
        send(browser, "/work/calendar", {})
        found = re.search(r"(/calendar/[0-9a-f]{48}\.ics)", browser.get("/work/year").text)
        assert found is not None
        path, browser = found[1], Browser(office.app)
    todos = icalendar.Calendar.from_ical(browser.get(path).body).walk("VTODO")
    lines = [str(each["summary"]) for each in todos]
    wanted = f"{before}“{secret}”" if named else f"{before}{item[:12]}"
    assert sum(line.startswith(wanted) for line in lines) == 1, lines
    assert named or not any("Valves" in line for line in lines)
    assert any(line.startswith(before) and line.endswith("(south.example)") for line in lines)
