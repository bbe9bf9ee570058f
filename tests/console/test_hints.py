"""What to do next, told to officers: the page that does what a command would, or whom to ask."""

import json
import re
from html import unescape

import pytest

from comity.console.hints import at_a_page
from comity.node.roles import Role
from console.api.conftest import Bureau, bureau, made_land
from console.test_rare_acts import enter, send

__all__ = ["bureau", "made_land"]


class Officer:
    """An officer with a few roles."""

    def __init__(self, *verbs: str) -> None:
        self.verbs = verbs

    def may(self, verb: str) -> bool:
        return verb in self.verbs


CLERK = Officer(
    "consent-list", "item-show", "item-find", "matter-find", "agreement-list", "agreement-closing"
)


@pytest.mark.parametrize(
    ("hint", "words", "path"),
    [
        ("", "", ""),
        ("ask one of them", "ask one of them", ""),
        # a command with a page
        ("comity consent list shows the requests", "Consents", "/consents"),
        ("comity item list shows what is held", "Items", "/items"),
        ("comity item read 0123456789ab", "Item", "/items/0123456789ab"),
        ("comity request list --all", "Work", "/work"),
        ("comity plan needs-protocol 0123456789ab", "Work", "/work"),
        ("comity agreement list", "Agreements", "/agreements"),
        (
            "comity agreement closing north-south-2026 --with south.example --sign",
            "What is due at its end",
            "/agreements/north-south-2026/closing",
        ),
        # a page that is not open to this officer
        ("comity card accept FILE", "ask an officer who may, or an administrator", ""),
        ("comity journal show lists them", "ask an officer who may, or an administrator", ""),
        # none: it is the operator's
        ("comity doctor", "ask whoever runs the node: comity doctor", ""),
        ("comity agreement hold FOLDER", "ask whoever runs the node: comity agreement hold FOLDER", ""),
    ],
)
def test_a_command_is_told_as_the_page_that_does_the_same(hint: str, words: str, path: str) -> None:
    assert at_a_page(hint, CLERK) == (words, path)  # type: ignore[arg-type]


def test_a_mistake_leads_on_by_a_link(bureau: Bureau) -> None:
    officer = enter(bureau, "asks", "liaison")
    answer = officer.get("/items/" + "0" * 64)
    assert answer.status == 404 and 'next: <a href="/items"><bdi>Items</bdi></a>' in answer.text
    fields = {"back": "/new/request", "to": "south.example", "f-items": "abc", "f-words": "who is behind it"}
    fields |= {"f-aid": "check", "f-purpose": "network-defence"}
    answer = send(officer, "/matters/open/request", **fields)
    assert 'next: <a href="/items">Items</a>' in answer.text, answer.text
    program = officer.get(f"/items/{'0' * 64}.json")  # a program is told as it was said
    assert json.loads(program.body)["hint"] == "comity item list shows what is held"


def test_no_link_of_a_page_is_a_dead_end(bureau: Bureau) -> None:
    """Every page that a page leads to is there, and open to whoever it leads there."""
    item = bureau.add("Valves")
    bureau.tell("share", item=item, to="south.example", purpose="network-defence")
    for role in Role:
        officer, seen, waiting = enter(bureau, f"walks-{role}", str(role)), {""}, ["/"]
        while waiting:
            path = waiting.pop()
            answer = officer.get(path)
            assert answer.status == 200, (str(role), path, answer.text[-400:])
            if answer.headers.get("content-type", "").startswith("text/html"):
                found = {unescape(each) for each in re.findall(r'href="(/[^"#]*)', answer.text)}
                local = {each for each in found if not each.startswith(("/static/", "/work/year?"))} - seen
                waiting += sorted(local)
                seen |= local
