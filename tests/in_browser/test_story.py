"""An officer's days, played through three consoles: shared, refused, consented, taken back, compared, denounced."""

import re

from in_browser.conftest import EAST, NORTH, SOUTH, Consoles, shows

UNTIL = "2099-12-31T00:00"


def test_the_story_of_the_demo_is_played_by_officers(consoles: Consoles, tmp_path) -> None:
    north, south, east = (consoles.enter(party) for party in (NORTH, SOUTH, EAST))

    # North takes an item in, reads the verdict while it chooses, and sends it to South.
    report = tmp_path / "report.txt"
    report.write_text("203.0.113.7 asks for the valves")
    north.get_by_role("link", name="Share", exact=True).click()
    north.get_by_label("Title").fill("Valves asked for")
    north.get_by_label("Category").fill("incident.indicators")
    north.get_by_label("Marking").select_option("TLP:AMBER")
    north.get_by_label("File", exact=True).set_input_files(report)
    north.get_by_label("To", exact=True).select_option(SOUTH)
    north.get_by_label("Purpose").select_option("network-defence")
    north.locator("#verdict .verdict-permitted").wait_for()
    shows(north.locator("#verdict"), "north-south-2026 art. 2(1)")
    north.get_by_role("button", name="Keep as a draft").click()
    north.locator(".flash").wait_for()
    north.goto(consoles.origin(NORTH) + "/")
    north.get_by_role("link", name=re.compile("drafts? of yours")).click()
    north.get_by_role("link", name="Valves asked for").click()
    assert north.get_by_label("To", exact=True).input_value() == SOUTH
    north.get_by_role("button", name="Take in").click()
    shows(north.locator("h1"), "Share Valves asked for")
    shows(north.locator(".flash"), "taken in")
    item = north.url.partition("/items/")[2].partition("/")[0]
    shows(north.locator("#verdict .verdict-permitted"))
    north.get_by_role("button", name="Send to").click()
    shows(north.locator(".flash"), "permitted")
    assert consoles.stage.quiet()

    # It is in South's inbox. South may not pass it on: the page says whose word is owed, and asks for it.
    south.goto(consoles.origin(SOUTH) + "/inbox")
    south.get_by_role("link", name="Valves asked for").first.click()
    shows(south.locator(".custody").first, "north.example")
    assert south.locator("svg.plot").count() == 1
    south.get_by_role("link", name="Share", exact=True).last.click()
    south.get_by_label("To", exact=True).select_option(EAST)
    south.get_by_label("Purpose").fill("network-defence")
    south.get_by_role("button", name="Ask the agreement").click()
    shows(south.locator("#verdict"), "north-south-2026 art. 5")
    south.get_by_label("Why it is needed").fill("their pumps are of the same make")
    south.get_by_role("button", name="Ask for consent").click()
    shows(south.locator(".flash"), "1 Party is asked")
    assert consoles.stage.quiet()

    # North's Today says so. It reads what its word would open, and gives it until a day.
    north.goto(consoles.origin(NORTH) + "/")
    north.get_by_role("link", name=re.compile("consent.* to give")).click()
    shows(north.get_by_role("row", name=re.compile("asks us")).first, "Valves asked for")
    north.get_by_role("link", name=re.compile("asks us")).first.click()
    shows(north.locator("dl"), "their pumps")
    north.get_by_label("Until").fill(UNTIL)
    north.get_by_role("button", name="Grant").click()
    shows(north.locator(".flash"), "granted")
    assert consoles.stage.quiet()

    # Now it passes, and East has it with its whole custody.
    south.goto(f"{consoles.origin(SOUTH)}/items/{item}/share?to={EAST}&purpose=network-defence")
    south.get_by_role("button", name="Send to").click()
    shows(south.locator(".flash"), "permitted")
    assert consoles.stage.quiet()
    east.goto(f"{consoles.origin(EAST)}/items/{item}")
    assert east.locator(".custody li").count() == 3
    with east.expect_download() as kept:
        east.get_by_role("link", name="Save the content").click()
    assert kept.value.path().read_text() == "203.0.113.7 asks for the valves"

    # North takes it back: the word reaches both, and both answer.
    north.goto(f"{consoles.origin(NORTH)}/items/{item}")
    north.get_by_text("Take it back from everyone").click()
    north.get_by_label("Reason").first.fill("the address was ours")
    north.get_by_role("button", name="Take back").click()
    north.locator(".flash").wait_for()
    assert consoles.stage.quiet()
    assert consoles.stage.until(lambda: _answers(consoles, item) == 2)
    north.reload()
    tree = north.locator(".tree").inner_text()
    assert "south.example" in tree and "east.example" in tree and "no answer yet" not in tree
    east.reload()
    assert east.get_by_role("link", name="Save the content").count() == 0

    # The journals agree, to where both have signed.
    auditor = consoles.enter(NORTH, "auditor")
    auditor.goto(f"{consoles.origin(NORTH)}/journal?channel={SOUTH}")
    auditor.get_by_role("button", name=re.compile("Compare with")).click()
    auditor.locator(".flash").wait_for()
    assert consoles.stage.until(lambda: consoles.tell(NORTH, "journal-comparison", peer=SOUTH))
    auditor.goto(f"{consoles.origin(NORTH)}/journal?channel={SOUTH}")
    shows(auditor.get_by_text("both journals agree"))
    assert auditor.locator("tr.witnessed").count() > 0
    with auditor.expect_download() as kept:
        auditor.locator("a[download]").first.click()
    assert kept.value.suggested_filename.startswith("evidence-")


def _answers(consoles: Consoles, item: str) -> int:
    tree = consoles.tell(NORTH, "withdrawal", item=item)["answers"]

    def count(branch) -> int:
        return bool(branch["answers"]) + sum(count(each) for each in branch["below"])

    return count(tree)


def test_a_denunciation_is_typed_out_and_confirmed_by_a_second_officer(consoles: Consoles) -> None:
    first = consoles.enter(EAST, "agreement-keeper")
    second = consoles.enter(EAST, "agreement-keeper", "reader")
    first.goto(f"{consoles.origin(EAST)}/agreements/south-east-2026")
    first.get_by_role("link", name="Give a notice").click()
    first.get_by_label("denunciation").check()
    first.get_by_role("button", name="Go on").click()
    shows(first.get_by_role("heading", name="denunciation"))
    first.get_by_role("button", name="Go on").click()
    shows(first.get_by_text("A second officer confirms it"))
    first.get_by_label(re.compile("Type .* to confirm")).fill("south-east")
    first.get_by_role("button", name="Give the notice").click()
    shows(first.locator("div.mistake"), "type south-east-2026 to confirm")
    again = first.get_by_label(re.compile("Type .* to confirm"))
    assert again.input_value() == "south-east"
    again.fill("south-east-2026")
    first.get_by_role("button", name="Give the notice").click()
    shows(first.locator(".flash"), "kept until a second officer confirms it")
    assert first.get_by_role("button", name="Confirm and do it").count() == 0
    states = {each["id"]: each["status"]["state"] for each in consoles.tell(EAST, "agreement-list")}
    assert states["south-east-2026"] == "in-force"
    second.goto(f"{consoles.origin(EAST)}/second")
    second.get_by_role("button", name="Confirm and do it").click()
    second.locator(".flash").wait_for()
    second.goto(f"{consoles.origin(EAST)}/agreements/south-east-2026")
    assert second.locator(".state").first.inner_text() == "under notice"


def test_a_passkey_lets_in_and_a_password_is_not_needed(consoles: Consoles) -> None:
    page = consoles.enter(NORTH, "reader")
    control = page.context.new_cdp_session(page)
    control.send("WebAuthn.enable")
    control.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )
    page.goto(consoles.origin(NORTH) + "/me")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("passkey, since").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: url.rstrip("/") == consoles.origin(NORTH))
    shows(page.locator("h1"), "Today")
    consoles._states.clear()  # the session that was signed out is nobody's any more
