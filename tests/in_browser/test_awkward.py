"""What people do to pages: go back, click twice, work in two windows, stay away too long, lose the network."""

import re
from datetime import timedelta
from typing import Any

from comity.node.officers import IDLE
from in_browser.conftest import NORTH, SOUTH, Consoles, shows


def _sharing(consoles: Consoles, page: Any, item: str) -> None:
    page.goto(f"{consoles.origin(NORTH)}/items/{item}/share?to={SOUTH}&purpose=network-defence")


def _disclosed(consoles: Consoles, item: str) -> int:
    return len(consoles.tell(NORTH, "item-show", item=item)["disclosed"])


def test_after_going_back_nothing_is_sent_again_by_itself(consoles: Consoles, item) -> None:
    held, page = item(NORTH, "Back button"), consoles.enter(NORTH)
    _sharing(consoles, page, held)
    page.get_by_role("button", name="Send to").click()
    shows(page.locator(".flash"), "permitted")
    page.go_back()
    page.go_forward()
    assert page.locator(".flash").count() == 0  # said once
    page.reload()
    assert _disclosed(consoles, held) == 1


def test_a_double_click_does_a_thing_once(consoles: Consoles, item) -> None:
    held, page = item(NORTH, "Double click"), consoles.enter(NORTH)
    _sharing(consoles, page, held)
    page.get_by_role("button", name="Send to").dblclick()
    page.wait_for_url(f"**/items/{held}")
    assert _disclosed(consoles, held) == 1


def test_two_windows_do_not_mix_what_they_say(consoles: Consoles, item) -> None:
    one = consoles.enter(NORTH)
    other = consoles.watched(one.context)
    first, second = item(NORTH, "First window"), item(NORTH, "Second window")
    _sharing(consoles, one, first)
    _sharing(consoles, other, second)
    one.get_by_role("button", name="Send to").click()
    other.get_by_role("button", name="Send to").click()
    shows(one.locator("h1", has_text=re.compile("^First window$")))
    shows(other.locator("h1", has_text=re.compile("^Second window$")))
    assert (_disclosed(consoles, first), _disclosed(consoles, second)) == (1, 1)


def test_what_another_has_done_meanwhile_is_refused_in_words(consoles: Consoles, item) -> None:
    held = item(NORTH, "Taken back meanwhile")
    page = consoles.enter(NORTH)
    _sharing(consoles, page, held)
    consoles.tell(NORTH, "withdraw", item=held, reason="meanwhile")
    page.get_by_role("button", name="Send to").click()
    shows(page.locator("main"), "withdrawn")
    assert "permitted and" not in page.locator("main").inner_text()
    assert _disclosed(consoles, held) == 0


def test_a_session_that_has_ended_asks_to_sign_in_and_loses_nothing_half_done(
    consoles: Consoles, item
) -> None:
    held = item(NORTH, "Expired session")
    page = consoles.enter(NORTH, "liaison")
    _sharing(consoles, page, held)
    page.context.clear_cookies()  # what a session's end comes to for the browser
    page.get_by_role("button", name="Send to").click()
    page.wait_for_url("**/sign-in*")
    shows(page.get_by_label("Handle"))
    assert _disclosed(consoles, held) == 0
    page.goto(f"{consoles.origin(NORTH)}/items/{held}")
    assert f"next=/items/{held}" in page.url.replace("%2F", "/")
    assert timedelta(minutes=5) < IDLE < timedelta(hours=1)


def test_a_lost_network_is_said_and_typing_is_not_lost(consoles: Consoles, item) -> None:
    held, page = item(NORTH, "Lost network"), consoles.enter(NORTH)
    page.goto(f"{consoles.origin(NORTH)}/items/{held}/share")
    page.get_by_label("To", exact=True).select_option(SOUTH)
    page.context.set_offline(True)
    page.get_by_label("Purpose").fill("network-defence")
    page.locator("#verdict .mistake").wait_for()
    shows(page.locator("#verdict"), "not reached")
    page.context.set_offline(False)
    page.get_by_label("Purpose").fill("network-defenc")
    page.get_by_label("Purpose").fill("network-defence")
    page.locator("#verdict .verdict-permitted").wait_for()
    assert _disclosed(consoles, held) == 0


def test_no_verdict_and_no_button_outlives_what_it_was_asked_for(consoles: Consoles, item) -> None:
    page = consoles.enter(NORTH)
    page.goto(consoles.origin(NORTH) + "/compose")
    page.get_by_label("Category").fill("incident.indicators")
    page.get_by_label("To", exact=True).select_option(SOUTH)
    page.get_by_label("Purpose").select_option("network-defence")
    shows(page.locator("#verdict .verdict-permitted"))
    page.get_by_label("Purpose").select_option("")
    page.locator("#verdict section").wait_for(state="detached")
    # where it is about to be sent, the button is for the purpose that was asked for, and goes with it
    _sharing(consoles, page, item(NORTH, "For one purpose"))
    shows(page.get_by_role("button", name="Send to"))
    page.get_by_label("Purpose").fill("marketing")
    shows(page.locator("#verdict .verdict-refused"))
    assert page.get_by_role("button", name="Send to").count() == 0


def test_without_scripts_the_whole_way_is_there(consoles: Consoles, item) -> None:
    held = item(NORTH, "No scripts")
    page = consoles.enter(NORTH, java_script_enabled=False)
    page.goto(f"{consoles.origin(NORTH)}/items/{held}/share")
    page.get_by_label("To", exact=True).select_option(SOUTH)
    page.get_by_label("Purpose").fill("network-defence")
    page.get_by_role("button", name="Ask the agreement").click()
    shows(page.locator("#verdict"), "permitted")
    page.get_by_role("button", name=re.compile("Send to")).click()
    shows(page.locator(".flash"), "permitted")
    assert _disclosed(consoles, held) == 1


def test_news_come_by_themselves(consoles: Consoles, item) -> None:
    page = consoles.enter(SOUTH)
    held = item(NORTH, "News", caveat="read me first")
    with page.expect_event("load"):  # not by what it says: others may wait to be read already
        consoles.tell(NORTH, "share", item=held, to=SOUTH, purpose="network-defence")
    _as_read_now(consoles, page)
    shows(page.locator("main"), "must be read first")


def test_what_comes_before_a_page_listens_is_news_as_well(consoles: Consoles, item) -> None:
    page, listening = consoles.enter(SOUTH), []
    page.route("**/events", lambda route: listening.append(route), times=1)
    with page.expect_request("**/events"):
        page.goto(consoles.origin(SOUTH) + "/")
    assert page.title() and len(listening) == 1  # held back; the page is there already
    held = item(NORTH, "News in between", caveat="read me first")
    consoles.tell(NORTH, "share", item=held, to=SOUTH, purpose="network-defence")
    assert consoles.stage.quiet()
    with page.expect_event("load"):
        listening[0].continue_()
    _as_read_now(consoles, page)


def _as_read_now(consoles: Consoles, page: Any) -> None:
    """Wait until a page shows what the same page shows to whoever opens it now."""
    from playwright.sync_api import expect

    assert consoles.stage.quiet()
    fresh = consoles.watched(page.context)
    fresh.goto(page.url)
    shown = fresh.locator("main").inner_text()
    page.bring_to_front()
    expect(page.locator("main")).to_have_text(shown, use_inner_text=True)
