"""Pages say what their views hold, and views hold what their docstrings say."""

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

from comity.console.paper import Paper, Printer
from comity.console.screens import SCREENS
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
