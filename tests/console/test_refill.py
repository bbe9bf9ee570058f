"""A form that was refused comes back filled in as it was sent, its mistakes beside the fields they name."""

import re
from collections.abc import Callable

import pytest
from markupsafe import escape

from comity.console import acts, texts, two_persons
from comity.console.refill import Refused, refilled
from comity.errors import RefusedHere
from comity.node import drafts
from console.api.conftest import Bureau, bureau, made_land
from console.browser import Answer, Browser
from console.conftest import Office
from console.test_drafts import FIELDS, keep
from console.test_drafts import send as bring
from console.test_rare_acts import enter as come
from console.test_rare_acts import narrower, upload

__all__ = ["bureau", "made_land"]

NASTY = '"><script>alert(1)</script>\u2028&amp;'


def control(page: str, name: str, form: str) -> str:
    """Give the tag of a field in the form that is sent to an address."""
    at = page.index(f'action="{form}"')
    found = re.search(
        rf'<(?:input|select|textarea)\b[^>]*\bname="{name}"[^>]*>', page[at : page.index("</form>", at)]
    )
    assert found is not None, name
    return found[0]


def send(browser: Browser, path: str, page: str, fields: dict[str, str]) -> Answer:
    place, _, query = page.partition("?")
    more = {"back-query": query} if query else {}
    return browser.post(path, {"form-token": browser.token(), "back": place, **more, **fields})


PAGE = """<form method="get" action="/act/x"><input name="why" type="text" value=""></form>
<details><summary>one</summary><form method="post" action="/act/x"><input type="hidden" name="item" value="1">
<input name="why" type="text" value=""></form></details>
<details><summary>two</summary><form method="post" action="/act/x"><input type="hidden" name="item" value="2">
<input id="w" name="why" type="text" value="old" aria-describedby="h-w"><textarea name="words">old</textarea>
<select name="kind"><option value="a" selected>A</option><option value="b">B</option></select>
<input type="checkbox" name="read" value="1"><input type="checkbox" name="all" value="1" checked>
<input type="password" name="secret" value=""></form></details>
"""


def test_only_the_form_that_was_sent_is_filled_in_and_unfolded() -> None:
    sent = [
        ("item", "2"),
        ("why", NASTY),
        ("words", "\nline"),
        ("kind", "b"),
        ("read", "1"),
        ("secret", "s3"),
    ]
    page = refilled(PAGE, Refused("/act/x", sent, ["field `why`: no", "it is closed"], "ask"))
    assert page is not None
    before, after = page.split("<details open>")
    assert before == PAGE.split("<details><summary>two")[0]
    assert f'value="{escape(NASTY)}"' in after and "<script" not in page and "s3" not in page
    assert '<span class="mistake" id="m-1">field `why`: no</span><input id="w"' in after
    assert 'aria-invalid="true" aria-describedby="m-1 h-w" autofocus>' in after
    assert "<bdi>it is closed</bdi>" in after and "next: ask" in after
    assert '<textarea name="words">\n\nline</textarea>' in after
    assert '<option value="a">A</option><option value="b" selected>' in after
    assert 'name="read" value="1" checked>' in after and 'name="all" value="1">' in after


@pytest.mark.parametrize(
    ("action", "sent"),
    [
        ("/act/y", [("item", "2"), ("why", "")]),
        ("/act/x", [("item", "3"), ("why", "")]),
        ("/act/x", [("item", "2"), ("why", ""), ("other", "")]),
    ],
)
def test_a_form_that_does_not_stand_there_is_not_filled_in(action: str, sent: list[tuple[str, str]]) -> None:
    assert refilled(PAGE, Refused(action, sent, [])) is None


def test_a_question_to_others_comes_back_and_is_not_asked_here_again(bureau: Bureau) -> None:
    browser, asked = come(bureau, "asks", "case-officer"), "name=Brackwater&schema=Company"
    page = browser.get(f"/register?{asked}").text
    assert "<h2>Here</h2>" in page
    before = bureau.size()
    fields = {"name": "Brackwater", "schema": "Company", "born": "", "country": "", "identifier": ""}
    typed = {"to": "", "under": "", "purpose": "due-diligence", "reference": "case 7", "until": "2099-01-01"}
    answer = send(browser, "/register/ask", f"/register?{asked}", {**fields, **typed})
    assert answer.status == 422 and "name a Party, an agreement, or both" in answer.text
    for name in ("purpose", "reference", "until"):
        assert f'value="{typed[name]}"' in control(answer.text, name, "/register/ask")
    assert "<h2>Here</h2>" not in answer.text  # nothing was looked for again, and nothing entered
    assert bureau.size() == before


def test_a_record_that_is_refused_comes_back_as_it_was_typed(enter: Callable[[str], Browser]) -> None:
    fields = {"identity": NASTY, "name": "Brackwater Holdings", "schema": "Company", "basis": ""}
    more = dict.fromkeys(("born", "identifier", "role"), "")
    more |= {"review": "2099-01-01", "country": "no", "handling": "ask", "grading": "B2"}
    answer = send(enter("case-officer"), "/register/enter", "/register", {**fields, **more})
    page = answer.text
    assert answer.status == 422 and "<script>" not in page
    assert f'value="{escape(NASTY)}"' in control(page, "identity", "/register/enter")
    assert 'value="2099-01-01"' in control(page, "review", "/register/enter")
    assert 'value="B2"' in control(page, "grading", "/register/enter")
    assert '<option value="ask" selected>' in page
    basis = control(page, "basis", "/register/enter")
    assert 'aria-invalid="true"' in basis and " autofocus" in basis
    assert re.search(r'<span class="mistake" id="m-\d+">basis is missing</span><input id="e-basis"', page)
    assert re.search(r"<details open><summary>Enter a record", page)


def test_a_matter_that_is_refused_comes_back_as_it_was_typed(bureau: Bureau) -> None:
    browser = come(bureau, "liaises", "liaison")
    form = "/matters/open/request"
    names = re.findall(r'name="((?:f-)?[\w-]+)"', browser.get("/new/request").text)
    fields = {name: "" for name in names if name.startswith("f-") or name in ("to", "under", "office")}
    told = {
        **fields,
        "to": "south.example",
        "f-aid": "check",
        "f-words": "who runs the pumps",
        "f-purpose": "",
    }
    answer = send(browser, form, "/new/request", told)
    page = answer.text
    assert answer.status in (403, 422), page
    assert 'value="who runs the pumps"' in control(page, "f-words", form)
    assert '<option value="south.example" selected>' in page and 'role="alert"' in page
    answer = send(browser, form, "/new/request", {**told, "f-purpose": "The Pumps"})
    assert answer.status == 422 and 'aria-invalid="true"' in control(answer.text, "f-purpose", form)
    assert "purpose: `The Pumps` is not one word of small letters" in answer.text


def test_a_step_that_is_refused_comes_back_in_its_matter(bureau: Bureau) -> None:
    said = {"aid": "check", "purpose": "network-defence", "words": "who runs the dam"}
    matter = bureau.tell("matter-open", kind="request", to="south.example", said=said)["matter"]["id"]
    browser = come(bureau, "liaises", "liaison")
    form, where = f"/matters/{matter}/state-means", f"/work/{matter}"
    fields = {"kind": "request", "f-words": "we hold <b>registers</b>", "f-able": "", "office": ""}
    answer = send(browser, form, where, fields)
    assert answer.status == 422 and "<b>registers" not in answer.text
    assert 'value="we hold &lt;b&gt;registers&lt;/b&gt;"' in control(answer.text, "f-words", form)
    assert 'aria-invalid="true"' in control(answer.text, "f-able", form)
    assert "aria-invalid" not in control(answer.text, "f-words", f"/matters/{matter}/note")
    again = re.search(rf'action="{form}".*?name="back" value="([^"]*)"', answer.text, re.DOTALL)
    assert again is not None and again[1] == where  # a second mistake comes back there, too
    assert send(browser, form, where, {**fields, "f-able": "well"}).status == 303


def test_what_is_asked_with_a_page_is_asked_again_with_the_form(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page to share an item has the form only for a Party and a purpose."""
    item = bureau.add("The dam")
    browser = come(bureau, "liaises", "liaison")
    page = f"/items/{item}/share?to=south.example&purpose=statistics"
    assert 'name="back-query" value="to=south.example&amp;purpose=statistics"' in browser.get(page).text
    fields = {"item": item, "to": "south.example", "purpose": "statistics", "under": ""}

    def propose(*_given: object) -> str:
        raise RefusedHere("the same waits for a second officer already")

    monkeypatch.setattr(two_persons, "propose", propose)
    answer = send(browser, "/act/share", page, {**fields, "because": "the dam\r\nbreaks"})
    assert answer.status == 403 and "waits for a second officer already</bdi>" in answer.text
    assert re.search(r'<textarea [^>]*name="because"[^>]*>\nthe dam\s+breaks</textarea>', answer.text)
    assert re.search(r"<details open><summary>Danger to life", answer.text)
    answer = send(browser, "/act/share", page, {**fields, "because": "a", "read": "maybe"})
    assert answer.status == 422, answer.text  # no form of ours: it says more
    assert f'href="{page.replace("&", "&amp;")}"' in answer.text


def test_what_comes_without_its_token_is_not_shown_again(
    office: Office, enter: Callable[[str], Browser]
) -> None:
    fields = {"back": "/register", "identity": "typed", "form-token": "0"}
    answer = enter("case-officer").post("/register/enter", fields)
    assert answer.status == 403 and "typed" not in answer.text


def test_a_form_is_found_by_the_address_of_one_of_its_buttons() -> None:
    page = (
        '<form method="post" action="/files"><input name="why" type="text" value="">'
        '<button>a</button><button formaction="/drafts">b</button></form>'
    )
    for action, found in (("/files", True), ("/drafts", True), ("/others", False)):
        filled = refilled(page, Refused(action, [("why", "typed")], ["no"]))
        assert (filled is not None and 'value="typed"' in filled) is found, action


@pytest.mark.parametrize("opened", [False, True])
def test_a_draft_that_is_refused_comes_back_as_it_was_typed(
    opened: bool, enter: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = enter("liaison")
    fields = {**FIELDS, "title": NASTY, "marking": "TLP:GREEN", "text": "first\r\nsecond"}
    more = {"back": "/compose"}
    if opened:
        kept = keep(browser)
        more |= {"draft": kept, "back-query": f"draft={kept}"}
    monkeypatch.setattr(drafts, "MOST_BYTES", 10)
    answer = bring(browser, "/drafts", {**fields, **more}, name="big.txt", content=b"x" * 11)
    page = answer.text
    assert answer.status == 422 and "at most 10 bytes" in page and "<script>" not in page
    assert f'value="{escape(NASTY)}"' in control(page, "title", "/files")
    assert '<option value="TLP:GREEN" selected>' in page
    assert re.search(r'<textarea [^>]*name="text"[^>]*>\nfirst\s+second</textarea>', page)
    assert ('name="draft"' in page) is opened
    assert (
        'role="alert"'
        in page[page.index('action="/files"') : page.index("</form>", page.index('action="/files"'))]
    )


def test_a_draft_beyond_an_officers_number_comes_back_too(
    enter: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST", 0)
    answer = bring(enter("case-officer"), "/drafts", {**FIELDS, "back": "/compose"})
    assert answer.status == 403 and "an officer has at most 0 drafts" in answer.text
    assert f'value="{FIELDS["title"]}"' in control(answer.text, "title", "/files")


@pytest.mark.parametrize(
    ("path", "back", "files", "words"),
    [
        ("/texts", "/texts", {}, "choose the files of the text"),
        ("/texts", "/texts", {"agreement.en.md": b"x" * 101}, "at most 100 bytes"),
        ("/keys/publish", "/keys", {"north.draft": b"{}"}, ""),
    ],
)
def test_a_form_that_brings_files_comes_back_on_its_page(
    path: str, back: str, files: dict[str, bytes], words: str, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "_MOST_BYTES", 100)
    browser = come(bureau, "keeps-all", "agreement-keeper", "administrator")
    answer = upload(browser, path, "draft" if "keys" in path else "files", files, back=back)
    page = answer.text
    at = page.index(f'action="{path}"')
    assert answer.status == 422
    assert 'role="alert"' in page[at : page.index("</form>", at)] and words in page
    assert upload(browser, path, "files", files, back=back, token="0").status == 403


def test_a_text_that_cannot_be_proposed_is_refused_on_its_own_page(bureau: Bureau) -> None:
    browser = come(bureau, "keeps-all", "agreement-keeper", "administrator")
    place = upload(browser, "/texts", "files", narrower()).headers["location"]

    def stop(*_given: object, **_more: object) -> None:
        raise RefusedHere("the same text is proposed already")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(acts, "perform", stop)
        answer = send(browser, f"{place}/propose", place, {})
    at = answer.text.index(f'action="{place}/propose"')
    assert answer.status == 403
    assert "the same text is proposed already" in answer.text[at : answer.text.index("</form>", at)]
    assert browser.get(place).status == 200  # the draft is still there
