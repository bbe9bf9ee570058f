"""A plan and a request, worked through at two consoles: what is due, whose turn it is, lines, functions, grounds."""

import re

from in_browser.conftest import NORTH, SOUTH, Consoles


def step(page, words: str, /, **fields: str) -> str:
    """Take a step of the open matter; give what the page then says."""
    page.goto(page.url)  # without what the step before has left on it
    place = page.locator("details", has=page.locator("summary", has_text=words)).first
    place.locator("summary").first.click()
    for name, value in fields.items():
        asked = place.locator(f"[name=f-{name}]")
        if asked.evaluate("each => each.tagName") == "SELECT":
            asked.select_option(value)
        else:
            asked.fill(value)
    place.get_by_role("button").last.click()
    said = page.locator(".flash, .mistake").first
    said.wait_for()
    return str(said.inner_text())


def test_a_plan_is_negotiated_and_adopted_by_both_heads(consoles: Consoles) -> None:
    north, south = consoles.enter(NORTH), consoles.enter(SOUTH)
    north.goto(f"{consoles.origin(NORTH)}/new/plan")
    north.get_by_label("With").select_option(SOUTH)
    for name, value in (("period", "2041"), ("begins", "2041-01-01"), ("ends", "2041-12-31")):
        north.locator(f"[name=f-{name}]").fill(value)
    north.get_by_role("button", name="Open", exact=True).click()
    north.locator(".flash").wait_for()
    path = north.url.partition("/work/")[2]
    assert "queued" in step(north, "Propose a line", line="m1", of="meetings", words="in spring")
    assert consoles.stage.quiet()

    # What it has come to stands in a table, and the line that can be agreed to is offered by its name.
    south.goto(f"{consoles.origin(SOUTH)}/work/{path}")
    row = south.get_by_role("row", name=re.compile("m1"))
    assert "in spring" in row.inner_text() and "proposed" in row.inner_text()
    assert south.locator("#agree-line option").evaluate_all("all => all.map(each => each.value)") == ["m1"]
    assert "queued" in step(south, "Agree to a line", line="m1")
    assert consoles.stage.quiet()

    # The article wants heads to adopt it: the form says so, and each side does.
    for page, party in ((north, NORTH), (south, SOUTH)):
        page.goto(f"{consoles.origin(party)}/work/{path}")
        assert "queued" in step(page, "Adopt the lines")
        assert consoles.stage.quiet()
    assert consoles.tell(NORTH, "matter-show", matter=path)["state"] == "adopted"
    assert page.locator(".state").first.inner_text() == "adopted"


def test_a_request_waits_for_whom_it_asks_and_is_refused_on_a_ground_that_is_offered(
    consoles: Consoles,
) -> None:
    north, south = consoles.enter(NORTH), consoles.enter(SOUTH)
    north.goto(f"{consoles.origin(NORTH)}/new/request")
    assert north.locator("[name=f-urgency]").input_value() == "normal"
    north.get_by_label("With").select_option(SOUTH)
    north.locator("[name=f-purpose]").fill("incident-response")
    north.locator("[name=f-words]").fill("who is behind the pumps")
    north.get_by_role("button", name="Open", exact=True).click()
    north.locator(".flash").wait_for()
    assert consoles.stage.quiet()
    for page, party, waits in ((north, NORTH, False), (south, SOUTH, True)):
        page.goto(f"{consoles.origin(party)}/work?words=behind+the+pumps")
        row = page.get_by_role("row", name=re.compile("behind the pumps"))
        assert (
            SOUTH in row.locator("td").nth(3).inner_text()
            and NORTH not in row.locator("td").nth(3).inner_text()
        )
        link = row.get_by_role("link").first.get_attribute("href") or ""
        owed = consoles.tell(party, "due-list", ours=True)  # Today shows the ten soonest of these
        acknowledging = [
            each for each in owed if re.search("acknowledge .*behind the pumps", each["what"]) is not None
        ]
        assert bool(acknowledging) == waits, owed
    south.goto(consoles.origin(SOUTH) + link)
    south.get_by_role("heading", name="Story").wait_for()
    assert "incident-response" in south.locator("dl").first.inner_text()  # what it is to serve
    offered = south.locator("#refuse-ground option").evaluate_all("all => all.map(each => each.value)")
    assert offered == ["no-capacity", "ongoing-case", "own-law"]
    matter = south.url
    assert "no-mood" in step(south, "Refuse", ground="no-mood")
    refused = south.locator("details[open] > form")  # it comes back as it was sent, and only it is open
    assert refused.locator("[name=f-ground]").input_value() == "no-mood"
    refused.locator("[name=f-ground]").fill("own-law")
    refused.get_by_role("button").last.click()
    south.locator(".flash", has_text="queued").wait_for()
    assert south.url.startswith(matter)
    assert consoles.stage.quiet()
    north.goto(f"{consoles.origin(NORTH)}/work?words=behind+the+pumps&all=1")
    assert north.locator(".state").first.inner_text() == "refused"


def test_a_narrow_page_without_scripts_breaks_no_word_into_letters(consoles: Consoles) -> None:
    south = consoles.enter(SOUTH)
    narrow = consoles.chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    narrow.add_cookies(south.context.cookies())
    page = consoles.watched(narrow)
    page.goto(f"{consoles.origin(SOUTH)}/inbox")
    assert page.locator("td").count() > 0
    assert all(
        each.bounding_box()["width"] >= 80 for each in page.locator("tbody tr").first.locator("td").all()
    )
    long = consoles.tell(
        SOUTH,
        "item-add",
        title="long" * 60,
        content=b"long",
        category="incident.indicators",
        marking="TLP:GREEN",
        media_type="text/plain",
    )["id"]
    for path in ("/inbox", f"/items/{long}"):
        page.goto(consoles.origin(SOUTH) + path)
        heading = page.locator("h1").bounding_box()
        assert heading["x"] + heading["width"] <= 390
