"""Pages say what their views hold, and views hold what their docstrings say."""

import ast
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

from comity.console.paper import Paper, Printer
from comity.console.screens import SCREENS
from comity.node.node import Node
from comity.ports import DeadlineRow, MatterParts, MatterRow, RequestRow, Transaction
from console.browser import Browser
from console.conftest import Office

TEMPLATES = Path(__import__("comity.console").console.__file__).parent / "templates"
ENVIRONMENT = Printer().environment


@pytest.mark.parametrize(
    "kind", [*dict.fromkeys(screen.shows for screen in SCREENS), Paper], ids=lambda kind: kind.__name__
)
def test_every_field_of_a_view_is_documented(kind: type) -> None:
    described = (kind.__doc__ or "").partition("Attributes:")[2]
    for name in kind.__struct_fields__:
        assert re.search(rf"\b{name}\b", described), name


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.path)
def test_a_template_knows_no_other_names_than_its_views_fields(screen) -> None:
    tree = ENVIRONMENT.parse((TEMPLATES / screen.template).read_text())
    used = {
        (node.node.name, node.attr)
        for node in tree.find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name in ("view", "paper")
    }
    assert {attr for name, attr in used if name == "view"} <= set(screen.shows.__struct_fields__)
    assert {attr for name, attr in used if name == "paper"} <= set(Paper.__struct_fields__)
    free = jinja2.meta.find_undeclared_variables(tree) if hasattr(jinja2, "meta") else set()
    assert free <= {"view", "paper", "when", "_", "ngettext", "said"}


def test_no_template_switches_escaping_off() -> None:
    for file in TEMPLATES.glob("*.html"):
        text = file.read_text()
        assert "|safe" not in text and "autoescape" not in text and " style=" not in text, file.name
        assert not re.search(r"\son\w+=", text), file.name


CANARY = "<img src=x onerror=alert(1)>\"'`{{7*7}}\u202ecanary"


def test_what_others_wrote_is_shown_as_it_is_and_never_run(
    office: Office, enter: Callable[[str], Browser]
) -> None:
    added = office.tell(
        "item-add",
        content=CANARY.encode(),
        category="incident.reports",
        marking="TLP:GREEN",
        title=CANARY,
        media_type="text/plain",
    )
    browser = enter("liaison")
    for path in ("/items", f"/items/{added['id']}", f"/items/{added['id']}/share"):
        page = browser.get(path).text
        assert "<img src=x" not in page and "&lt;img src=x" in page, path
        assert "{{7*7}}" in page, path
    content = browser.get(f"/items/{added['id']}/content")
    assert content.headers["content-disposition"].startswith("attachment")
    assert content.headers["content-type"] == "application/octet-stream"


def test_a_page_is_the_same_as_json_and_csv(enter: Callable[[str], Browser], office: Office) -> None:
    office.tell("item-add", content=b"x", category="incident.reports", marking="TLP:GREEN", title="=1+1")
    browser = enter("liaison")
    found = json.loads(browser.get("/items.json").body)
    assert any(row["title"] == "=1+1" for row in found["rows"])
    csv = browser.get("/items.csv")
    assert csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert "'=1+1" in csv.text and ",=1+1" not in csv.text


@pytest.mark.parametrize("tag", ["en", "cs", "pl", "ru", "ko", "hu"])
def test_every_page_comes_in_every_language(tag: str, office: Office) -> None:
    browser = office.enter("liaison")
    fields = {"form-token": browser.token(), "language": tag, "zone": "Europe/Oslo", "theme": "dark"}
    assert browser.post("/me/show", fields).status == 303
    for screen in SCREENS:
        if "{id}" not in screen.path:
            answer = browser.get(screen.path)
            assert answer.status in (200, 404)
            assert f'lang="{tag}"' in answer.text


@pytest.mark.parametrize("field", ["language", "zone", "theme"])
def test_what_is_not_offered_is_not_taken(field: str, enter: Callable[[str], Browser]) -> None:
    browser = enter("reader")
    fields = {"form-token": browser.token(), "language": "en", "zone": "UTC", "theme": "auto", field: "../x"}
    assert browser.post("/me/show", fields).status == 422


@pytest.mark.parametrize(
    "query",
    [
        "before=-1",
        "before=99999999999999999999",
        "before=x",
        "since=yesterday",
        "state='--",
        "words=%25_%2A",
        "limit=1e9",
    ],
)
def test_odd_queries_are_answered_in_words(query: str, enter: Callable[[str], Browser]) -> None:
    answer = enter("liaison").get(f"/items?{query}")
    assert answer.status in (200, 422)
    assert "Traceback" not in answer.text


def test_views_import_nothing_that_decides() -> None:
    for file in (TEMPLATES.parent / "views").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith(("comity.decisions", "comity.storage")), file.name


def test_a_year_names_items_by_their_titles(office: Office) -> None:
    office.tell("officer-add", handle="plans-the-year", roles=["liaison"])
    content = {"content": b"y", "category": "incident.reports", "marking": "TLP:GREEN"}
    item = office.tell("item-add", title="Pumps <b>of</b> the year", **content)["id"]
    now = office.desk.node.clock.now()
    until = now + timedelta(days=2)
    request = RequestRow(
        id="cd" * 32,
        ours=False,
        asker="south.example",
        owner="north.example",
        item=item,
        to="east.example",
        purpose="statistics",
        why="",
        at=now,
        answer_by=until,
        state="asked",
    )
    office.desk.act(lambda _node, transaction: transaction.put_request(request))
    page = office.enter("plans-the-year").get(f"/work/year?year={until.year}").text
    assert (
        f'answer whether item <bdi title="{item[:12]}">“Pumps &lt;b&gt;of&lt;/b&gt; the year”</bdi> may go'
        in page
    )
    assert page.count("“Pumps &lt;b&gt;of&lt;/b&gt; the year”") == 2  # once in the picture
    assert f">answer whether item {item[:12]}" not in page


def test_today_shows_what_is_owed_however_much_others_owe_before(
    office: Office, enter: Callable[[str], Browser]
) -> None:
    """Their thousand lines are late, and stand first in the list of both sides."""
    now = office.desk.node.clock.now()

    def work(node: Node, transaction: Transaction) -> None:
        row = MatterRow(
            id="ab" * 32,
            kind="request",
            agreement="north-south-2026",
            peer="south.example",
            opened_by="north.example",
            opened_at=now,
            changed_at=now,
            state="asked",
            title="who runs the pumps",
            texts=node.know(transaction).texts_digest,
        )
        theirs = DeadlineRow(at=now - timedelta(days=9), what="answer", by="south.example", ref="")
        ours = DeadlineRow(at=now + timedelta(days=9), what="acknowledge", by="north.example", ref="")
        transaction.put_matter(row, MatterParts(deadlines=(*[theirs] * 1001, ours)))

    office.desk.act(work)
    shown = json.loads(enter("liaison").get("/index.json").body)["due"]
    assert "acknowledge (request: who runs the pumps)" in [row["what"] for row in shown]
    assert "theirs" not in {row["side"] for row in shown}


@pytest.mark.parametrize(
    ("template", "printed"),
    [
        ("{{ value | name }}", "<bdi>invoice_[U+202E]gpj.exe &lt;b&gt;</bdi>"),
        ('{{ _("of {party}", party=value | name) }}', "of <bdi>invoice_[U+202E]gpj.exe &lt;b&gt;</bdi>"),
        ('<input value="{{ value }}">', '<input value="invoice_\u202egpj.exe &lt;b&gt;">'),
    ],
)
def test_what_makes_letters_stand_in_another_order_is_shown_and_not_obeyed(
    template: str, printed: str
) -> None:
    value = "invoice_\u202egpj.exe <b>"
    assert ENVIRONMENT.from_string(template).render(value=value) == printed


def test_words_of_languages_read_from_the_right_stay_as_they_are() -> None:
    value = "\u05e9\u05dc\u05d5\u05dd \u2067abc\u2069 \u200f!"
    assert ENVIRONMENT.from_string("{{ value | name }}").render(value=value) == f"<bdi>{value}</bdi>"
