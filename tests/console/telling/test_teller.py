"""People and programs are told that something awaits them, and nothing else (rows D20, W3)."""

import base64
import hashlib
import hmac
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cli.conftest import made_land
from cli.land import Land
from comity.assemble import open_home
from comity.carriers.postman import Postman
from comity.console.app import Console
from comity.console.telling import queueing
from comity.console.telling.teller import Teller
from comity.control import server as _registers_verbs
from comity.control.verb import VERBS, Desk
from comity.errors import BadInput, RefusedHere
from console.browser import ORIGIN, Browser
from console.telling.conftest import Letterbox, Listener, Paper

assert _registers_verbs.REGISTERED
__all__ = ["made_land"]

CANARY = "canary-c0ffee"


@dataclass
class Watch:
    """A node with a teller that is told to look by hand."""

    desk: Desk
    app: Any
    teller: Teller

    def tell(self, verb: str, **parameters: Any) -> Any:
        return VERBS[verb](self.desk, parameters)

    def happen(self) -> None:
        """Let something happen between this Party and another, with a canary in every word of it."""
        item = self.tell(
            "item-add",
            content=CANARY.encode(),
            category="incident.indicators",
            marking="TLP:GREEN",
            title=CANARY,
            label=f"{CANARY}-{self.desk.node.entropy(4).hex()}",
        )
        self.tell("share", item=item["id"], to="south.example", purpose="network-defence")

    def await_something(self) -> None:
        """Let something await a keeper: a second officer is wanted."""
        from comity.console import two_persons
        from comity.console.visit import Caller

        officer = self.desk.read(lambda transaction: transaction.officer_by_handle("keeper-1"))
        caller = Caller(desk=self.desk, officer=officer, at=self.desk.node.clock.now())
        two_persons.propose(caller, "agreement-sign-named", {"name": CANARY})

    def move(self, by: timedelta) -> None:
        clock = self.desk.node.clock
        now = clock.now()
        self.desk.node.clock = Stopped(now + by)  # type: ignore[assignment]


class Stopped:
    """A clock that stands."""

    def __init__(self, at: Any) -> None:
        self._at = at

    def now(self) -> Any:
        return self._at


Open = Callable[..., Watch]


@pytest.fixture
def opened(made_land: Land, tmp_path: Path, paper: Paper) -> Iterator[Open]:
    homes: list[Any] = []

    def open_watch(**settings: Any) -> Watch:
        folder = tmp_path / f"north-{len(homes)}"
        shutil.copytree(made_land.north, folder)
        lines = {"console": 8201, "console_origin": ORIGIN, "trust_file": str(paper.certificate), **settings}
        with (folder / "node.toml").open("a") as file:
            file.writelines(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
        home = open_home(folder, threaded=True)
        homes.append(home)
        desk = Desk(home, Postman(home.node), serving=True)
        watch = Watch(desk, Console(desk, ORIGIN).app, Teller(desk, ORIGIN))
        for number in (1, 2):
            watch.tell("officer-add", handle=f"keeper-{number}", roles=["agreement-keeper"])
        return watch

    yield open_watch
    for home in homes:
        home.close()


def come_in(watch: Watch, handle: str) -> Browser:
    browser = Browser(watch.app)
    link = watch.tell("officer-link", handle=handle)["link"]
    assert browser.post(link.removeprefix(ORIGIN), {}).status == 303
    return browser


def want(watch: Watch, how: str, address: str, handle: str = "keeper-2") -> int:
    browser = come_in(watch, handle)
    fields = {"form-token": browser.token(), "notify": how, "address": address}
    return browser.post("/me/notify", fields).status


def owed(watch: Watch, state: str = "owed") -> list[Any]:
    return watch.tell("outgoing-list", state=state)


# -- hooks ------------------------------------------------------------------------------------------------------
def test_a_hook_is_called_signed_once_for_each_event_and_with_no_content(
    opened: Open, listening: Callable[[], Listener]
) -> None:
    listener = listening()
    watch = opened(webhooks=[listener.url])
    hook = watch.tell("hook-add", url=f"{listener.url}comity?x=1")
    assert "secret" not in watch.tell("hook-list")[0]
    watch.teller.round()
    assert not listener.calls, "what happened before it was named is nobody's news"
    watch.happen()
    watch.teller.round()
    watch.teller.round()
    kinds = [call.headers["content-type"] for call in listener.calls]
    assert set(kinds) == {"application/cloudevents+json; charset=utf-8"}
    events = [json.loads(call.body) for call in listener.calls]
    assert [each["type"] for each in events] == ["comity.decided", "comity.sent-disclosure"]
    assert all(each["specversion"] == "1.0" and each["data"]["channel"] == "south.example" for each in events)
    secret = base64.b64decode(hook["secret"].removeprefix("whsec_"))
    for call in listener.calls:
        signed = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
        code = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
        assert call.headers["webhook-signature"] == f"v1,{code}"
        assert CANARY.encode() not in call.body and call.path == "/hooks/comity?x=1"
    assert len({call.headers["webhook-id"] for call in listener.calls}) == 2


def test_a_hook_is_called_for_the_kinds_it_asked_for(opened: Open, listening: Callable[[], Listener]) -> None:
    listener = listening()
    watch = opened(webhooks=[listener.url])
    watch.tell("hook-add", url=listener.url, kinds=["decided"])
    watch.teller.round()
    watch.happen()
    watch.teller.round()
    assert [json.loads(call.body)["type"] for call in listener.calls] == ["comity.decided"]


@pytest.mark.parametrize("status", [500, 302, 404, 429])
def test_what_does_not_come_through_is_tried_again_with_patience_and_stays_owed(
    status: int, opened: Open, listening: Callable[[], Listener]
) -> None:
    listener, elsewhere = listening(), listening()
    watch = opened(webhooks=[listener.url, elsewhere.url])
    watch.tell("hook-add", url=listener.url, kinds=["decided"])
    watch.teller.round()
    watch.happen()
    listener.answers = [(status, {"location": elsewhere.url}), (status, {})]
    watch.teller.round()
    watch.teller.round()
    assert len(listener.calls) == 1, "not before its time"
    assert owed(watch)[0]["reason"] == f"answered {status}"
    watch.move(timedelta(seconds=7))
    watch.teller.round()
    assert len(listener.calls) == 2
    watch.move(timedelta(seconds=400))
    watch.teller.round()
    assert len({(call.headers["webhook-id"], call.body) for call in listener.calls}) == 1
    assert (len(listener.calls), owed(watch), len(owed(watch, "done"))) == (3, [], 1)
    assert not elsewhere.calls, "a redirect is not followed"


def test_a_hook_that_is_gone_or_fails_for_days_is_stopped_and_said(
    opened: Open, listening: Callable[[], Listener]
) -> None:
    gone, dead = listening(), listening()
    watch = opened(webhooks=[gone.url, dead.url])
    watch.tell("hook-add", url=gone.url, kinds=["decided"])
    failing = watch.tell("hook-add", url=dead.url, kinds=["decided"])
    watch.teller.round()
    watch.happen()
    gone.answers, dead.answers = [(410, {})], [(503, {})] * 20
    for delay in (timedelta(0), *queueing.DELAYS):
        watch.move(delay * 1.3)
        watch.teller.round()
    assert len(dead.calls) == len(queueing.DELAYS) + 1 and len(gone.calls) == 1
    rows = {row["url"]: (row["state"], row["reason"]) for row in watch.tell("hook-list")}
    assert rows[gone.url][0] == rows[dead.url][0] == "stopped"
    assert rows[dead.url][1] == "answered 503"
    assert len(owed(watch, "failed")) == 2
    watch.tell("hook-resume", hook=failing["id"])
    dead.answers = []
    watch.happen()
    watch.teller.round()
    assert len(dead.calls) == len(queueing.DELAYS) + 2


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/hooks/",
        "https://localhost:1/elsewhere/",
        "https://localhost:1/hooks/../x",
        "https://localhost:1/hooksome",
        "https://localhost:2/hooks/",
        "http://localhost:1/hooks/",
    ],
)
def test_nobody_is_called_whom_the_operator_has_not_named(url: str, opened: Open) -> None:
    watch = opened(webhooks=["https://localhost:1/hooks/"])
    with pytest.raises((BadInput, RefusedHere)):
        watch.tell("hook-add", url=url)


def test_a_hook_the_operator_names_no_longer_is_called_no_longer(
    opened: Open, listening: Callable[[], Listener]
) -> None:
    listener = listening()
    watch = opened(webhooks=[listener.url])
    watch.tell("hook-add", url=listener.url)
    watch.teller.round()
    watch.happen()
    watch.teller._named = ()
    watch.teller.round()
    assert not listener.calls
    assert watch.tell("hook-list")[0]["state"] == "stopped"


# -- mail -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["smtps", "starttls", "clear"])
def test_an_officer_is_told_how_much_awaits_and_where_and_nothing_else(
    kind: str, opened: Open, mailing: Callable[..., Letterbox], tmp_path: Path
) -> None:
    box = mailing(kind, "s3cret" if kind == "starttls" else "")
    (tmp_path / "password").write_text("s3cret\n")
    more = (
        {"mail_user": "node", "mail_password_file": str(tmp_path / "password")} if kind == "starttls" else {}
    )
    watch = opened(mail_server=box.url, mail_from="comity@north.example", **more)
    assert want(watch, "at-once", "keeper@north.example") == 303
    watch.await_something()
    watch.teller.round()
    (mail,) = box.mails
    assert (mail["to"], mail["subject"]) == ("keeper@north.example", "north.example: something awaits you")
    assert mail["auto-submitted"] == "auto-generated"
    text = mail.get_payload(decode=True).decode()
    assert "1 act waits for a second officer" in text and f"{ORIGIN}/" in text
    assert CANARY not in mail.as_string()
    assert box.secured == [kind != "clear"]
    assert box.users == (["node"] if kind == "starttls" else [])
    assert owed(watch) == [] and len(owed(watch, "done")) == 1


def test_at_once_is_once_for_each_news_and_not_too_often(
    opened: Open, mailing: Callable[..., Letterbox]
) -> None:
    box = mailing("smtps")
    watch = opened(mail_server=box.url, mail_from="comity@north.example")
    want(watch, "at-once", "keeper@north.example")
    watch.await_something()
    for _look in range(3):
        watch.teller.round()
    assert len(box.mails) == 1
    watch.await_something()
    watch.teller.round()
    assert len(box.mails) == 1, "a few minutes apart"
    watch.move(timedelta(hours=1))
    watch.teller.round()
    assert "2 acts wait" in box.mails[-1].get_payload(decode=True).decode() and len(box.mails) == 2
    watch.move(timedelta(hours=1))
    watch.teller.round()
    assert len(box.mails) == 2, "nothing new"


def test_a_digest_comes_once_a_day_in_the_officers_morning(
    opened: Open, mailing: Callable[..., Letterbox]
) -> None:
    box = mailing("smtps")
    watch = opened(mail_server=box.url, mail_from="comity@north.example")
    want(watch, "daily", "keeper@north.example")
    watch.await_something()
    start = watch.desk.node.clock.now()
    for hour in range(1, 73):
        watch.desk.node.clock = Stopped(start + timedelta(hours=hour))  # type: ignore[assignment]
        watch.teller.round()
    moments = [start + timedelta(hours=hour) for hour in range(1, 73)]
    assert len(box.mails) == len({each.date() for each in moments if each.hour >= 7})


def test_who_has_not_asked_is_told_nothing(opened: Open, mailing: Callable[..., Letterbox]) -> None:
    box = mailing("smtps")
    watch = opened(mail_server=box.url, mail_from="comity@north.example")
    watch.await_something()
    watch.teller.round()
    assert not box.mails and owed(watch) == []


@pytest.mark.parametrize(
    "address",
    [
        "keeper@evil.example",
        "keeper@north.example.evil.example",
        "a@b@north.example",
        "keeper@north.example\nbcc: x@evil.example",
        "<keeper@north.example>",
        "keeper",
        "hook:0000",
        "https://localhost/x",
        "",
    ],
)
def test_nobody_is_told_at_an_address_the_operator_has_not_named(address: str, opened: Open) -> None:
    watch = opened(mail_server="smtps://localhost:1", mail_from="comity@north.example")
    assert want(watch, "at-once", address) == 422


def refused(opened: Open, mailing: Callable[..., Letterbox]) -> tuple[Watch, Letterbox]:
    """Let the keeper want mail of what awaits it, at a letterbox that does not take it."""
    box = mailing("smtps")
    box.refuses = "keeper"
    watch = opened(mail_server=box.url, mail_from="comity@north.example")
    want(watch, "at-once", "keeper@north.example")
    watch.await_something()
    watch.teller.round()
    return watch, box


def test_mail_that_is_not_taken_stays_owed_with_the_reason(
    opened: Open, mailing: Callable[..., Letterbox]
) -> None:
    watch, box = refused(opened, mailing)
    assert owed(watch)[0]["reason"] == "answered 550 no such mailbox"
    box.refuses = ""
    watch.move(timedelta(seconds=7))
    watch.teller.round()
    assert len(box.mails) == 1


@pytest.mark.parametrize("leaves", ["suspended", "wants it no more", "wants it elsewhere"])
def test_mail_still_owed_does_not_go_to_who_has_left(
    leaves: str, opened: Open, mailing: Callable[..., Letterbox]
) -> None:
    watch, box = refused(opened, mailing)
    assert len(owed(watch)) == 1
    if leaves == "suspended":
        watch.tell("officer-suspend", handle="keeper-2")
    else:
        elsewhere = "other@north.example"
        want(watch, *(("off", "") if leaves == "wants it no more" else ("at-once", elsewhere)))
    box.refuses = ""
    watch.move(timedelta(seconds=7))
    watch.teller.round()
    assert "keeper@north.example" not in [mail["to"] for mail in box.mails]
    assert owed(watch, "failed")[0]["reason"] == "nobody wants to be told there any more"


def test_a_server_that_shows_another_name_is_told_nothing(
    opened: Open, mailing: Callable[..., Letterbox], tmp_path: Path
) -> None:
    from console.telling.conftest import certificate_for

    box = mailing("smtps")
    other = certificate_for(tmp_path, "other.example")
    watch = opened(mail_server=box.url, mail_from="comity@north.example", trust_file=str(other.certificate))
    want(watch, "at-once", "keeper@north.example")
    watch.await_something()
    watch.teller.round()
    assert not box.mails and "certificate" in owed(watch)[0]["reason"]


def test_an_officer_can_be_told_by_a_hook(opened: Open, listening: Callable[[], Listener]) -> None:
    listener = listening()
    watch = opened(webhooks=[listener.url])
    hook = watch.tell("hook-add", url=listener.url, kinds=["awaiting"])
    assert want(watch, "at-once", f"hook:{hook['id']}") == 303
    watch.await_something()
    watch.teller.round()
    event = json.loads(listener.calls[0].body)
    assert event["type"] == "comity.awaiting"
    assert event["data"] == {"officer": "keeper-2", "awaiting": {"/second!": 1}}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"mail_server": "https://x", "mail_from": "a@b.example"}, "not of the form"),
        ({"mail_server": "smtps://a:b@x", "mail_from": "a@b.example"}, "not of the form"),
        ({"mail_server": "smtps://x", "mail_from": "nobody"}, "is no address"),
        (
            {
                "mail_server": "smtps://x",
                "mail_from": "a@b.example",
                "mail_user": "u",
                "mail_password_file": "/no",
            },
            "no such file",
        ),
        ({"trust_file": "/no/such"}, "no such file"),
    ],
)
def test_a_setting_that_cannot_be_read_is_said_at_the_start(
    settings: dict[str, Any], said: str, opened: Open
) -> None:
    with pytest.raises(BadInput) as error:
        opened(**settings)
    assert said in error.value.message.lower()


def test_each_event_is_owed_once_though_work_ends_in_between(
    opened: Open, listening: Callable[[], Listener], monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = listening()
    watch = opened(webhooks=[listener.url])
    watch.tell("hook-add", url=listener.url)
    watch.teller.round()
    watch.happen()
    with monkeypatch.context() as broken:
        broken.setattr(queueing, "happenings", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            watch.teller.round()
    watch.teller.round()
    assert len(listener.calls) == 2
    assert (
        msgspec.json.decode(listener.calls[0].body)["id"] != msgspec.json.decode(listener.calls[1].body)["id"]
    )
