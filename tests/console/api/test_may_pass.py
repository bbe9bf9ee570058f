"""What may pass to a Party: the same answers for a program and at the pages, for whoever may see items at all."""

import csv
import io
import json
import re
from urllib.parse import urlencode

import pytest

from comity.console.permissions import may
from comity.node.roles import Role
from console.api.conftest import Bureau, Program, told
from console.browser import ORIGIN, Answer, Browser

SOUTH, DEFENCE = "south.example", "network-defence"


@pytest.fixture(scope="module")
def added(bureau: Bureau) -> dict[str, str]:
    """Four items: two that may pass, one too strict, one of a category that no article covers."""
    made = {
        "first": bureau.add("first"),
        "second": bureau.add("second"),
        "strict": bureau.add("strict", marking="TLP:RED"),
        "other": bureau.add("other", category="fisheries.quotas"),
    }
    return {id: title for title, id in made.items()}


def enter(bureau: Bureau, role: str) -> Browser:
    handle = f"at-pages-{role}"
    if all(each["handle"] != handle for each in bureau.tell("officer-list")):
        bureau.tell("officer-add", handle=handle, roles=[role])
    link = bureau.tell("officer-link", handle=handle)["link"]
    browser = Browser(bureau.app)
    assert browser.post(link.removeprefix(ORIGIN), {}).status == 303
    return browser


def page(browser: Browser, kind: str = "", **query: str) -> Answer:
    return browser.get(f"/items{kind}?{urlencode(query)}")


def test_each_item_has_the_answer_that_the_gate_gives_of_it_alone(
    bureau: Bureau, liaison: Program, added: dict[str, str]
) -> None:
    found = told(liaison.get("/may-pass", to=SOUTH, purpose=DEFENCE))
    assert found["next"] is None
    assert {added[row["id"]]: row["decision"] for row in found["items"] if row["id"] in added} == {
        "first": "permitted",
        "second": "permitted",
        "strict": "refused",
        "other": "refused",
    }
    for row in found["items"]:
        alone = told(liaison.get("/verdict", item=row["id"], to=SOUTH, purpose=DEFENCE))
        assert (row["decision"], row["ask"]) == (alone["decision"], alone["ask"])
        assert row["grounds"] == list(dict.fromkeys(ground["ref"] for ground in alone["grounds"]))
    shown = json.loads(page(enter(bureau, "liaison"), ".json", to=SOUTH, purpose=DEFENCE).body)
    assert shown["weighed"] and shown["rows"] == found["items"]


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ({"only": "permitted"}, ["second", "first"]),
        ({"only": "refused"}, ["other", "strict"]),
        ({"only": "needs-consent"}, []),
        ({"words": "FIRST"}, ["first"]),
        ({"marking": "TLP:RED"}, ["strict"]),
        ({"category": "fisheries"}, ["other"]),
        ({"originator": SOUTH}, []),
        ({"until": "2020-01-01"}, []),
    ],
)
def test_it_keeps_to_what_is_looked_for(
    bureau: Bureau, liaison: Program, added: dict[str, str], asked: dict[str, str], titles: list[str]
) -> None:
    given = {"to": SOUTH, "purpose": DEFENCE, **asked}
    found = told(liaison.get("/may-pass", **given))
    assert [added[row["id"]] for row in found["items"] if row["id"] in added] == titles
    text = page(enter(bureau, "liaison"), **given).text
    linked = re.findall(r'<a href="/items/([0-9a-f]{64})">', text)
    assert [added[id] for id in linked if id in added] == titles
    assert ("Nothing found." in text) is (not found["items"])


def test_pages_of_one_follow_one_another(liaison: Program, added: dict[str, str]) -> None:
    found_ids, cursor = [], {}
    while True:
        found = told(liaison.get("/may-pass", to=SOUTH, purpose=DEFENCE, only="permitted", limit=1, **cursor))
        found_ids += [row["id"] for row in found["items"]]
        if found["next"] is None:
            break
        cursor = {"cursor": found["next"]}
    whole = told(liaison.get("/may-pass", to=SOUTH, purpose=DEFENCE, only="permitted"))["items"]
    assert found_ids == [row["id"] for row in whole] and len(found_ids) >= 2
    assert [added[id] for id in found_ids if id in added] == ["second", "first"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"to": SOUTH}, "`purpose` is missing"),
        ({"purpose": DEFENCE}, "`to` is missing"),
        ({"to": SOUTH, "purpose": DEFENCE, "only": "maybe"}, "outcome `maybe`"),
        ({"to": SOUTH, "purpose": DEFENCE, "limit": "0"}, "`limit`"),
        ({"to": SOUTH, "purpose": DEFENCE, "since": "yesterday"}, "yesterday"),
        ({"to": SOUTH, "purpose": DEFENCE, "secretly": "1"}, "`secretly` is unknown"),
    ],
)
def test_a_question_with_a_mistake_is_told_it(liaison: Program, asked: dict[str, str], said: str) -> None:
    answer = liaison.get("/may-pass", **asked)
    assert answer.status == 422 and said in answer.text


def test_nothing_is_entered_and_nothing_leaves(bureau: Bureau, liaison: Program) -> None:
    browser = enter(bureau, "reader")
    before, sent = bureau.size(), bureau.tell("outbox")
    liaison.get("/may-pass", to=SOUTH, purpose=DEFENCE)
    page(browser, to=SOUTH, purpose=DEFENCE)
    assert (bureau.size(), bureau.tell("outbox")) == (before, sent)


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_no_items_is_told_of_none(role: Role, bureau: Bureau, added: dict[str, str]) -> None:
    browser, program = enter(bureau, str(role)), bureau.programs[str(role)]
    answers = [page(browser, kind, to=SOUTH, purpose=DEFENCE) for kind in ("", ".json", ".csv")]
    sees = may([role], "item-find")
    assert [answer.status for answer in answers] == [200 if sees else 404] * 3
    assert program.get("/may-pass", to=SOUTH, purpose=DEFENCE).status == (200 if sees else 403)
    assert all((next(iter(added)) in answer.text) is sees for answer in answers)
    # Only who may share is led to where it is done.
    assert ("/share?to=south.example" in answers[0].text) is may([role], "share")


def test_the_page_says_by_what_or_against_what_and_so_does_its_table(bureau: Bureau) -> None:
    browser = enter(bureau, "reader")
    text = page(browser, to=SOUTH, purpose=DEFENCE).text
    assert '<option value="south.example" selected>' in text and 'value="network-defence"' in text
    assert (
        "<cite>rule 4 category</cite>" in text and "state-permitted" in text and "<cite>north-south" in text
    )
    rows = list(csv.DictReader(io.StringIO(page(browser, ".csv", to=SOUTH, purpose=DEFENCE).text)))
    assert {row["title"]: row["decision"] for row in rows}["other"] == "refused"
    assert {row["title"]: row["grounds"] for row in rows}["other"] == "rule 4 category"


@pytest.mark.parametrize("given", [{"to": SOUTH}, {"purpose": DEFENCE}, {"only": "permitted"}])
def test_half_a_question_is_told_so_and_shows_what_was_looked_for(
    bureau: Bureau, added: dict[str, str], given: dict[str, str]
) -> None:
    text = page(enter(bureau, "reader"), words="first", **given).text
    assert "choose both a Party and a purpose" in text and "May pass" not in text
    assert [added[id] for id in re.findall(r'<a href="/items/([0-9a-f]{64})">', text)] == ["first"]


@pytest.mark.parametrize("tag", ["en", "cs", "pl", "ru", "ko", "hu"])
def test_it_comes_in_every_language(bureau: Bureau, tag: str) -> None:
    browser = enter(bureau, "case-officer")
    fields = {"form-token": browser.token(), "language": tag, "zone": "Europe/Oslo", "theme": "dark"}
    assert browser.post("/me/show", fields).status == 303
    text = page(browser, to=SOUTH, purpose=DEFENCE).text
    assert f'lang="{tag}"' in text
    assert ("What may pass to a Party" in text) is (tag == "en")
