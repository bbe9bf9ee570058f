"""Pages for everybody: axe in both themes, by keyboard alone, at 200 %, with less motion, from right to left.

axe finds what rules can find (WCAG 2.2 A and AA); the walks look at what they cannot.
"""

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from comity.console.screens import SCREENS
from comity.demo.stage import example_agreement
from in_browser.conftest import EAST, NORTH, SOUTH, Consoles, shows

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What axe looks for in each theme: in the dark one, what a theme can change.
LOOKED_FOR = {
    "light": {"type": "tag", "values": TAGS},
    "dark": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}


@pytest.fixture(scope="module")
def pages(consoles: Consoles, item, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Fill the three nodes a little; give the paths of every screen, by who may see it."""
    held = item(NORTH, "For everybody")
    made = item(NORTH, "Made from it", made_from=(held,))
    consoles.tell(NORTH, "share", item=held, to=SOUTH, purpose="network-defence")
    said = {"aid": "check", "purpose": "network-defence", "words": "who runs it"}
    matter = consoles.tell(NORTH, "matter-open", kind="request", to=SOUTH, said=said)["matter"]["id"]
    assert consoles.stage.quiet()
    asked = consoles.tell(SOUTH, "consent-ask", item=held, to=EAST, purpose="network-defence", why="pumps")
    assert consoles.stage.quiet()
    entity = b'{"id": "e1", "schema": "Company", "properties": {"name": ["Brackwater Holdings"]}}'
    consoles.tell(NORTH, "register-add", entity=entity, basis="Lists Act 2030", review="2099-01-01")
    draft, text = _drafts(consoles, tmp_path_factory.mktemp("text"))
    ids = {
        "/texts/{id}": [text, f"{text}?try=1"],
        "/items/{id}": [held, made],
        "/items/{id}/share": [
            f"{held}/share?to={SOUTH}&purpose=network-defence",
            f"{held}/share?to={SOUTH}&purpose=statistics",
        ],
        "/consents/{id}": [asked["requests"][0]["id"]],
        "/work/{id}": [matter],
        "/new/{id}": ["meeting", "request"],
        "/register/records/{id}": ["e1"],
        "/agreements/{id}": ["north-south-2026", "north-south-2026?beside=pl"],
        "/agreements/{id}/versions": ["north-south-2026"],
        "/agreements/{id}/notice": ["north-south-2026"],
        "/agreements/{id}/closing": ["north-south-2026"],
        "/parties/{id}": [SOUTH],
    }
    found: dict[str, list[str]] = {"officer": [], "administrator": [], "auditor": []}
    for screen in SCREENS:
        who = {"/officers": "administrator", "/journal": "auditor"}.get(screen.path, "officer")
        if "{id}" not in screen.path:
            found[who].append(screen.path)
            continue
        start, _, end = screen.path.partition("{id}")
        for each in ids.get(screen.path, ()):
            found[who].append(start + (each if end and end in each else f"{each.partition('?')[0]}{end}"))
            if "?" in each and not end:
                found[who].append(start + each)
    found["administrator"] += ["/keys", "/second"]
    found["officer"] += [
        f"/compose?draft={draft}",
        "/register?name=Brackwater",
        "/search?words=for",
        "/items/nothing",
        "/agreements/",
    ]
    found["auditor"] += [f"/journal?channel={SOUTH}"]
    return found


def _drafts(consoles: Consoles, folder: Path) -> tuple[str, str]:
    """Keep a draft of an item and one of a text, as the officer whose pages are looked at."""
    page = consoles.enter(NORTH)
    page.goto(consoles.origin(NORTH) + "/compose")
    page.get_by_label("Title").fill("Begun")
    page.get_by_role("button", name="Keep as a draft").click()
    page.wait_for_url("**draft=*")
    draft = page.url.partition("draft=")[2]
    for name, data in example_agreement("north-south-2026").items():
        if name.startswith("agreement."):
            (folder / name).write_bytes(data)
    page.goto(consoles.origin(NORTH) + "/texts")
    page.get_by_label("Files of the text").set_input_files(sorted(folder.iterdir()))
    page.get_by_role("button", name="Look it over").click()
    shows(page.get_by_role("heading", name="What lint finds"))
    return draft, page.url.rpartition("/")[2]


ROLES: dict[str, tuple[str, ...]] = {
    "officer": (),
    "administrator": ("administrator",),
    "auditor": ("auditor",),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("who", list(ROLES))
def test_axe_finds_nothing_on_any_page(who: str, theme: str, consoles: Consoles, pages) -> None:
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text()
    page = consoles.enter(NORTH, *ROLES[who], color_scheme=theme, bypass_csp=True)
    found = []
    for path in pages[who]:
        page.goto(consoles.origin(NORTH) + path)
        page.evaluate(axe)
        report: Any = page.evaluate(
            "runOnly => axe.run(document, {runOnly, resultTypes: ['violations']})", LOOKED_FOR[theme]
        )
        found += [
            (path, each["id"], node["html"][:160], node["failureSummary"][:300])
            for each in report["violations"]
            for node in each["nodes"][:2]
        ]
    assert found == []


def test_axe_finds_nothing_before_signing_in(consoles: Consoles) -> None:
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text()
    page = consoles.watched(consoles.chromium.new_context(bypass_csp=True))
    page.goto(consoles.origin(NORTH) + "/sign-in")
    page.evaluate(axe)
    report = page.evaluate("() => axe.run()")
    assert [each["id"] for each in report["violations"]] == []


def _tab_to(page: Any, name: str, *, most: int = 120) -> None:
    """Go on by the tabulator until what has the focus is called so."""
    for _turn in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "() => { const e = document.activeElement; return (e.labels && e.labels[0] ? e.labels[0].innerText : '')"
            " || e.getAttribute('aria-label') || e.innerText || ''; }"
        )
        if re.match(rf"{re.escape(name)}(\W|$)", found.strip()):
            outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"{name} shows no focus"
            return
    raise AssertionError(f"no way to `{name}` by keyboard on {page.url}")


def test_five_tasks_are_done_by_keyboard_alone(consoles: Consoles, item) -> None:
    north, south = consoles.enter(NORTH), consoles.enter(SOUTH)
    held = item(NORTH, "By keyboard")

    # 1: share an item, after reading the verdict
    north.goto(f"{consoles.origin(NORTH)}/items/{held}")
    north.keyboard.press("Tab")
    assert north.evaluate("() => document.activeElement.className") == "skip"
    north.keyboard.press("Enter")
    _tab_to(north, "Share")
    north.keyboard.press("Enter")
    north.wait_for_url("**/share")
    _tab_to(north, "To")
    north.keyboard.type("south")
    _tab_to(north, "Purpose")
    north.keyboard.type("network-defence")
    _tab_to(north, "Ask the agreement")
    north.keyboard.press("Enter")
    north.locator("#verdict .verdict-permitted").wait_for()
    _tab_to(north, "Send to")
    north.keyboard.press("Enter")
    north.locator(".flash").wait_for()
    assert consoles.stage.quiet()

    # 2: ask for consent
    south.goto(f"{consoles.origin(SOUTH)}/items/{held}/share?to={EAST}&purpose=network-defence")
    _tab_to(south, "Why it is needed")
    south.keyboard.type("for the pumps")
    _tab_to(south, "Ask for consent")
    south.keyboard.press("Enter")
    south.wait_for_url("**/consents")
    assert consoles.stage.quiet()

    # 3: answer one
    north.goto(consoles.origin(NORTH) + "/consents")
    _tab_to(north, "south.example asks us")
    north.keyboard.press("Enter")
    north.wait_for_url("**/consents/*")
    _tab_to(north, "Reason")
    north.keyboard.type("not now")
    _tab_to(north, "Refuse")
    north.keyboard.press("Enter")
    shows(north.locator(".flash"), "refused")

    # 4: check a name
    north.goto(consoles.origin(NORTH) + "/register")
    _tab_to(north, "Name")
    north.keyboard.type("Brackwater")
    north.keyboard.press("Enter")
    north.wait_for_url("**/register?name=Brackwater*")
    shows(north.get_by_role("heading", name="Here"))

    # 5: read the journal, mine against theirs
    auditor = consoles.enter(NORTH, "auditor")
    auditor.goto(consoles.origin(NORTH) + "/journal")
    _tab_to(auditor, SOUTH)
    auditor.keyboard.press("Enter")
    auditor.wait_for_url("**/journal?channel=*")
    _tab_to(auditor, "Compare with")
    auditor.keyboard.press("Enter")
    auditor.locator(".flash").wait_for()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_nothing_is_cut_off_when_pages_are_magnified(scripts: bool, consoles: Consoles, pages) -> None:
    """At 200 % of a window of 1200 pixels, and where 320 are left (WCAG 1.4.4 and 1.4.10)."""
    page = consoles.enter(NORTH, viewport={"width": 600, "height": 700}, java_script_enabled=scripts)
    wide = []
    for path, width in ((path, width) for path in pages["officer"] for width in (600, 320)):
        if width == 600:
            page.goto(consoles.origin(NORTH) + path)
        page.set_viewport_size({"width": width, "height": 700})
        if page.evaluate("() => document.documentElement.scrollWidth") > width:
            widest = page.evaluate(
                "() => [...document.querySelectorAll('main *, header *')].filter(e => e.getBoundingClientRect().right"
                " > innerWidth + 1).map(e => e.outerHTML.slice(0, 120))[0]"
            )
            wide.append((path, width, widest))
    assert wide == []


def test_targets_are_large_enough_to_be_hit(consoles: Consoles, pages) -> None:
    page = consoles.enter(NORTH)
    small = []
    for path in pages["officer"]:
        page.goto(consoles.origin(NORTH) + path)
        small += page.evaluate(
            "() => [...document.querySelectorAll('button, select, input:not([type=hidden]), nav a')]"
            ".map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])"
            ".filter(([_, r]) => r.height && r.width > 1 && (r.height < 20 || r.width < 20)).map(([html]) => html)"
        )
    assert small == []


def test_less_motion_is_kept_to(consoles: Consoles) -> None:
    moving = "() => getComputedStyle(document.querySelector('button')).transitionDuration"
    assert consoles.enter(NORTH, reduced_motion="reduce").evaluate(moving) == "0s"
    assert consoles.enter(NORTH, reduced_motion="no-preference").evaluate(moving) != "0s"


def test_from_right_to_left_nothing_breaks(consoles: Consoles, pages) -> None:
    page = consoles.enter(NORTH, viewport={"width": 900, "height": 800})
    page.add_init_script(
        "document.addEventListener('DOMContentLoaded', () => document.documentElement.dir = 'rtl')"
    )
    for path in pages["officer"]:
        page.goto(consoles.origin(NORTH) + path)
        assert page.evaluate("() => document.documentElement.dir") == "rtl"
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 900, path
        first = page.locator("h1").bounding_box()
        assert first is not None and first["x"] + first["width"] > 450, path


def test_no_state_is_told_by_colour_alone(consoles: Consoles) -> None:
    page = consoles.enter(NORTH, forced_colors="active")
    page.goto(consoles.origin(NORTH) + "/components")
    for each in page.locator(".state, .marking, .verdict .outcome").all():
        assert re.search(r"\w", each.inner_text())
