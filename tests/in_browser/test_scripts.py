"""What others write is never run: a corpus of attempts in every field, every page looked at, nothing executed (row W1).

An attempt that worked would open a dialog, change a page's title or break its content policy; a reader of the markup
would find its elements. None of that may be.
"""

import json
from typing import Any

from comity.console.screens import SCREENS
from comity.node.roles import Role
from in_browser.conftest import NORTH, SOUTH, Consoles

CORPUS = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "\"><img src=x onerror='alert(4)'>",
    "'><svg/onload=alert(5)>",
    "<svg><script>alert(6)</script></svg>",
    "<svg><animate onbegin=alert(7) attributeName=x dur=1s>",
    "javascript:alert(8)",
    "JaVaScRiPt:alert(9)",
    "data:text/html,<script>alert(10)</script>",
    '" autofocus onfocus=alert(11) x="',
    "' autofocus onfocus=alert(12) x='",
    "<iframe srcdoc='<script>alert(13)</script>'>",
    "<body onload=alert(14)>",
    "<details open ontoggle=alert(15)>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(16)&gt;">',
    "{{7*7}}{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}",
    "${alert(17)}`${alert(18)}`",
    "<!--><img src=x onerror=alert(19)>-->",
    "<a href=javascript:alert(20)>x</a>",
    "&lt;script&gt;alert(21)&lt;/script&gt;",
    "%3Cscript%3Ealert(22)%3C/script%3E",
    "\u202e<script>alert(23)</script>\u202c",
    "<input onfocus=alert(24) autofocus>",
    "</title><script>alert(25)</script>",
    "</textarea><script>alert(26)</script>",
    "</option></select><script>alert(27)</script>",
    "<base href=//evil.example/><link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><button>x",
    "<object data=//evil.example></object><embed src=//evil.example>",
    "\\u003cscript\\u003ealert(28)\\u003c/script\\u003e",
)
#: Elements and attributes that no page of ours has.
FOREIGN = (
    "script:not([src='/static/console.js']), iframe, object, embed, base, math, animate, meta[http-equiv], "
    "img, [onerror], [onload], [onfocus], [onclick], [ontoggle], [srcdoc], [style], [autofocus], "
    "a[href^='javascript' i], a[href^='data:' i], form[action*='evil']"
)


def test_nothing_that_others_wrote_is_run_on_any_page(consoles: Consoles, item) -> None:
    made = _fill(consoles, item)
    page = consoles.enter(SOUTH, "reader", "case-officer", "liaison", "consent-giver", "agreement-keeper")
    for path in _paths(made):
        page.goto(consoles.origin(SOUTH) + path)
        assert page.locator(FOREIGN).count() == 0, (
            path,
            page.locator(FOREIGN).first.evaluate("e => e.outerHTML"),
        )
        assert page.url.startswith(consoles.origin(SOUTH)), path
    administrator = consoles.enter(SOUTH, str(Role.ADMINISTRATOR))
    for path in ("/", "/officers", "/parties", "/second"):
        administrator.goto(consoles.origin(SOUTH) + path)
        assert administrator.locator(FOREIGN).count() == 0, path
    assert consoles.noted == []


def test_nothing_that_stands_in_an_address_is_run(consoles: Consoles) -> None:
    from urllib.parse import quote

    page = consoles.enter(SOUTH)
    fields = {
        "/search": ("words", "party"),
        "/items": ("words", "originator", "category"),
        "/register": ("name", "identifier"),
        "/compose": ("title", "category", "made_from", "caveat"),
        "/work": ("words", "peer"),
        "/sign-in": ("next",),
    }
    for path, names in fields.items():
        for start in range(0, len(CORPUS), len(names)):
            query = "&".join(
                f"{name}={quote(attempt)}" for name, attempt in zip(names, CORPUS[start:], strict=False)
            )
            page.goto(f"{consoles.origin(SOUTH)}{path}?{query}")
            assert page.locator(FOREIGN).count() == 0, (path, query)
    for attempt in CORPUS:
        page.goto(f"{consoles.origin(SOUTH)}/items/{quote(attempt, safe='')}")
        assert page.locator(FOREIGN).count() == 0, attempt
    assert consoles.noted == []


def test_a_verdict_while_typing_writes_no_markup(consoles: Consoles, item) -> None:
    made = item(SOUTH, CORPUS[2])
    page = consoles.enter(SOUTH)
    page.goto(f"{consoles.origin(SOUTH)}/items/{made}/share")
    page.get_by_label("To", exact=True).select_option(NORTH)
    for attempt in CORPUS[:8]:
        with page.expect_response("**/verdict"):
            page.get_by_label("Purpose").fill(attempt)
    page.wait_for_timeout(100)
    assert page.locator(FOREIGN).count() == 0
    assert consoles.noted == []


def test_what_stands_in_a_draft_is_not_run(consoles: Consoles) -> None:
    page = consoles.enter(SOUTH)
    for first, second in zip(CORPUS[:12], CORPUS[20:], strict=True):
        page.goto(consoles.origin(SOUTH) + "/compose")
        page.get_by_label("Title").fill(first)
        page.get_by_label("Category").fill(second)
        page.get_by_label("Text", exact=True).fill(f"{first}\n{second}")
        page.get_by_role("button", name="Keep as a draft").click()
        page.wait_for_url("**draft=*")
        assert page.get_by_label("Title").input_value() == first
        assert page.get_by_label("Text", exact=True).input_value() == f"{first}\n{second}"
        assert page.locator(FOREIGN).count() == 0, first
    assert consoles.noted == []


def test_content_is_kept_as_a_file_and_never_shown_as_a_page(consoles: Consoles, item) -> None:
    made = item(
        SOUTH, "A page", content=b"<script>alert(99)</script>", media_type="text/html", marking="TLP:CLEAR"
    )
    page = consoles.enter(SOUTH)
    page.goto(f"{consoles.origin(SOUTH)}/items/{made}")
    assert page.locator(FOREIGN).count() == 0
    headers = page.evaluate(
        "async path => Object.fromEntries((await fetch(path)).headers)", f"/items/{made}/content"
    )
    assert headers["content-disposition"].startswith("attachment")
    assert "sandbox" in headers["content-security-policy"]
    assert headers["content-type"] == "application/octet-stream"


def _as_label(text: str) -> str:
    """Give as much of a text as a label may hold: one short line, nothing invisible."""
    return "".join(each for each in text if each.isprintable())[:80]


def _fill(consoles: Consoles, item) -> dict[str, list[str]]:
    """Put the corpus into every field that others or officers fill, at the desk of who fills it."""
    made: dict[str, list[str]] = {"items": [], "work": [], "consents": [], "register": []}
    for number, attempt in enumerate(CORPUS):
        more: dict[str, Any] = {"caveat": attempt, "label": _as_label(f"{number} {attempt}")}
        held = item(NORTH, attempt, **more)
        shared = consoles.tell(NORTH, "share", item=held, to=SOUTH, purpose="network-defence")
        assert shared["decision"] == "permitted", shared["grounds"]
        made["items"].append(held)
        entity = {
            "id": f"x{number}",
            "schema": "Company",
            "properties": {"name": [attempt], "notes": [attempt]},
        }
        consoles.tell(
            SOUTH,
            "register-add",
            entity=json.dumps(entity).encode(),
            basis=f"law {attempt}",
            review="2099-01-01",
            decision=attempt,
        )
        made["register"].append(f"x{number}")
        if number < 12:
            opened = consoles.tell(
                NORTH,
                "matter-open",
                kind="request",
                to=SOUTH,
                said={"aid": "check", "purpose": "network-defence", "words": attempt},
            )
            assert opened["decision"] == "permitted", opened["grounds"]
            made["work"].append(opened["matter"]["id"])
            consoles.tell(SOUTH, "officer-add", handle=f"corpus-{number}", name=attempt, roles=["reader"])
    assert consoles.stage.quiet()
    for attempt, held in zip(CORPUS, made["items"], strict=True):
        asked = consoles.tell(
            SOUTH, "consent-ask", item=held, to="east.example", purpose="network-defence", why=attempt
        )
        made["consents"] += [row["id"] for row in asked["requests"]]
    assert consoles.stage.quiet()
    for attempt, held, request in zip(CORPUS[:6], made["items"], made["consents"], strict=False):
        consoles.tell(NORTH, "consent-refuse", request=request, reason=attempt)
        consoles.tell(NORTH, "withdraw", item=held, reason=attempt)
    for attempt, held in zip(CORPUS[6:12], made["items"][6:], strict=False):
        consoles.tell(SOUTH, "redress-ask", item=held, asks="erase", why=attempt)
    assert consoles.stage.quiet()
    return made


def _paths(made: dict[str, list[str]]) -> list[str]:
    paths = [screen.path for screen in SCREENS if "{id}" not in screen.path and screen.path != "/officers"]
    paths += [f"/items/{each}" for each in made["items"]]
    paths += [f"/items/{each}/share?to=east.example&purpose=network-defence" for each in made["items"][::6]]
    paths += [f"/work/{each}" for each in made["work"]]
    paths += [f"/consents/{each}" for each in made["consents"][::4]]
    paths += [f"/register/records/{each}" for each in made["register"][::3]]
    agreement = "/agreements/north-south-2026"
    paths += [agreement, f"{agreement}?beside=pl", f"{agreement}/versions", f"{agreement}/closing"]
    paths += ["/parties/north.example", "/search?words=script", "/register?name=alert", "/inbox", "/redress"]
    return paths
