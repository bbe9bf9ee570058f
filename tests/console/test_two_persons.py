"""What two officers do: the second confirms what the first still wants and may do, and it is done once (row D18)."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from comity.console import two_persons
from comity.console.visit import Caller
from comity.errors import ComityError, RefusedHere
from comity.ports import Transaction
from console.api.conftest import Bureau, bureau, made_land
from console.browser import ORIGIN, Answer, Browser

__all__ = ["bureau", "made_land"]


def enter(bureau: Bureau, handle: str, *, name: str = "", roles: tuple[str, ...] = ("liaison",)) -> Browser:
    if handle not in {row["handle"] for row in bureau.tell("officer-list")}:
        bureau.tell("officer-add", handle=handle, name=name or f"Officer {handle}", roles=list(roles))
    browser = Browser(bureau.app)
    link = bureau.tell("officer-link", handle=handle)["link"]
    assert browser.post(link.removeprefix(ORIGIN), {}).status == 303
    return browser


def send(browser: Browser, path: str, **fields: Any) -> Answer:
    return browser.post(path, {"form-token": browser.token(), **fields})


def want(bureau: Bureau, browser: Browser, *, to: str = "south.example") -> tuple[str, str]:
    """Want an item shared by necessity; give the item and what waits."""
    item = bureau.add("The valves")
    said = {"item": item, "to": to, "purpose": "statistics", "because": "the dam breaks tonight"}
    assert send(browser, "/act/share", **said).headers["location"] == "/second"
    (waiting,) = (row["id"] for row in seen(browser) if item in row["words"])
    return item, waiting


def seen(browser: Browser, part: str = "rows") -> list[dict[str, Any]]:
    return list(json.loads(browser.get("/second.json").body)[part])


def went_to(bureau: Bureau, item: str) -> list[str]:
    return [each["to"] for each in bureau.tell("item-show", item=item)["disclosed"]]


def caller(bureau: Bureau, handle: str) -> Caller:
    officer = bureau.desk.read(lambda transaction: transaction.officer_by_handle(handle))
    assert officer is not None
    return Caller(desk=bureau.desk, officer=officer, at=bureau.desk.node.clock.now())


@pytest.mark.parametrize(
    ("verb", "given", "back"),
    [
        ("officer-suspend", {}, ("officer-resume", {})),
        ("officer-roles", {"roles": ["reader"]}, ("officer-roles", {"roles": ["liaison"]})),
    ],
    ids=["suspended", "another role"],
)
def test_nothing_is_done_for_a_first_officer_who_may_no_more(
    verb: str, given: dict[str, Any], back: tuple[str, dict[str, Any]], bureau: Bureau
) -> None:
    first, second = enter(bureau, "first"), enter(bureau, "second")
    item, waiting = want(bureau, first)
    bureau.tell(verb, handle="first", **given)
    answer = send(second, f"/second/{waiting}/confirm")
    assert answer.status == 403 and "Officer first, who wants it, may not do this any more" in answer.text
    assert went_to(bureau, item) == []
    bureau.tell(back[0], handle="first", **back[1])
    assert send(second, f"/second/{waiting}/confirm").status == 404  # it must be wanted anew


@pytest.mark.parametrize("faster", ["confirm", "decline"])
def test_who_comes_second_comes_too_late(
    faster: str, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _second = enter(bureau, "first"), enter(bureau, "second")
    enter(bureau, "third")
    item, waiting = want(bureau, first)
    row = bureau.desk.read(lambda transaction: transaction.pending(waiting))
    if faster == "confirm":
        two_persons.confirm(caller(bureau, "third"), waiting)  # type: ignore[arg-type]
    else:
        two_persons.decline(caller(bureau, "third"), waiting, "not now")  # type: ignore[arg-type]
    before = went_to(bureau, item)
    monkeypatch.setattr(two_persons, "_open", lambda *_given: row)  # as it stood when the second looked
    with pytest.raises(RefusedHere, match="somebody else was faster"):
        two_persons.confirm(caller(bureau, "second"), waiting)  # type: ignore[arg-type]
    assert went_to(bureau, item) == before == (["south.example"] if faster == "confirm" else [])


def test_what_cannot_be_entered_is_not_done(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    item, waiting = want(bureau, enter(bureau, "first"))
    enter(bureau, "second")

    def fails(*_given: object) -> None:
        raise OSError("no room")

    with monkeypatch.context() as patched:
        patched.setattr(two_persons.officers, "enter_act", fails)
        with pytest.raises((OSError, ComityError)):
            two_persons.confirm(caller(bureau, "second"), waiting)  # type: ignore[arg-type]
    assert went_to(bureau, item) == []
    assert bureau.desk.read(lambda transaction: transaction.pending(waiting)).state == "open"  # type: ignore[union-attr]


def test_what_the_gate_is_against_is_not_called_done(bureau: Bureau) -> None:
    first, second = enter(bureau, "first"), enter(bureau, "second")
    item, waiting = want(bureau, first, to="west.example")
    answer = send(second, f"/second/{waiting}/confirm")
    assert answer.status == 403 and "rule 2" in answer.text
    (past,) = (row for row in seen(first, "past") if item in row["words"])
    assert past["state"] == "failed" and "rule 2" in past["outcome"]


def test_two_officers_of_one_name_are_told_apart(bureau: Bureau) -> None:
    first, second = enter(bureau, "ana-1", name="Ana Novak"), enter(bureau, "ana-2", name="Ana Novak")
    item, waiting = want(bureau, first)
    assert send(second, f"/second/{waiting}/confirm").status == 303
    assert went_to(bureau, item) == ["south.example"]
    approved = [row["approved_by"] for row in bureau.tell("necessity-list")]
    assert ["Ana Novak (ana-1)", "Ana Novak (ana-2)"] in approved


def test_what_has_waited_too_long_awaits_nobody(bureau: Bureau) -> None:
    first, second = enter(bureau, "first"), enter(bureau, "second")
    _item, waiting = want(bureau, first)

    def age(_node: object, transaction: Transaction) -> None:
        row = transaction.pending(waiting)
        assert row is not None
        transaction.put_pending(msgspec.structs.replace(row, ends_at=row.at - timedelta(seconds=1)))

    awaiting = second.get("/index.json").text
    assert "waits for a second officer" in awaiting or "wait for a second officer" in awaiting
    bureau.desk.act(age)
    assert waiting not in {row["id"] for row in seen(second)}
    (past,) = (row for row in seen(second, "past") if row["id"] == waiting)
    assert past["state"] == "expired"


def test_a_second_officer_reads_the_words_of_a_notice(bureau: Bureau) -> None:
    keeper = enter(bureau, "keeper", roles=("agreement-keeper",))
    said = {"kind": "denunciation", "text": "We end it.", "confirm": "north-south-2026"}
    assert send(keeper, "/agreements/north-south-2026/notice", **said).headers["location"] == "/second"
    (row,) = seen(keeper)
    assert "We end it." in row["words"] and "kind: denunciation" in row["words"]
