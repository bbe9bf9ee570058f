"""A register between three Parties over HTTP: asked, released, closed; one of them away, one watching."""

import json
import socket
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from comity.assemble import new_home, open_home
from comity.cards import read_card
from comity.carriers.postman import Postman
from comity.control import server  # noqa: F401 - registers the verbs
from comity.control.client import node_at
from comity.control.verb import VERBS, Desk
from comity.errors import ComityError
from comity.serving import Serving
from comity.testing.texts import Text

NORTH, SOUTH, EAST = "north.example", "south.example", "east.example"
PARTIES = (NORTH, SOUTH, EAST)
PATIENCE = 60.0
ARTICLE = """## Article 5 — The register

They keep a register.

```toml clause
[register]
id = "joint"
host = "each"
schemas = ["Person", "Vessel"]
handling = ["reference", "ask", "silent"]
queries_per_day = 20
core_data_within = "PT48H"
[protection]
subject_roles = ["sanctioned"]
```
"""
TERMS = {
    "basis": "Lists Act s. 4",
    "review": "2099-01-01",
    "role": "sanctioned",
    "decision": "LA 30/17",
}


def until(found: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + PATIENCE
    while True:
        with suppress(ComityError):
            if value := found():
                return value
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.05)


def entity(identity: str, name: str, schema: str = "Person", **more: list[str]) -> bytes:
    return json.dumps({"id": identity, "schema": schema, "properties": {"name": [name]} | more}).encode()


@pytest.fixture
def homes(tmp_path: Path) -> dict[str, Path]:
    cards = {}
    for party in PARTIES:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        cards[party] = new_home(tmp_path / party, party, names={"en": party}, port=port)
    roots = {party: read_card(card, root_fingerprint=None).root_fingerprint for party, card in cards.items()}
    files = Text("register-2026", PARTIES, further=ARTICLE).files(roots)
    for party in (*PARTIES, *PARTIES):
        with open_home(tmp_path / party, threaded=False) as home:
            desk = Desk(home, Postman(home.node), serving=True)
            for card in cards.values():
                VERBS["card-accept"](desk, {"signed": card})
            VERBS["agreement-hold"](desk, {"files": files})
            added = VERBS["agreement-sign"](desk, {"files": files})["files"]
            files |= {name: b64decode(data) for name, data in added.items()}
    return {party: tmp_path / party for party in PARTIES}


@pytest.fixture
def tell(homes: dict[str, Path]) -> Iterator[dict[str, Any]]:
    """Serve North and South, and give a way to tell each what to do; East is away."""
    with Serving(homes[NORTH]), Serving(homes[SOUTH]), ExitStack() as stack:
        yield {party: stack.enter_context(node_at(homes[party])) for party in (NORTH, SOUTH)}


def test_a_check_a_follow_up_an_outcome_and_a_watch(tell: dict[str, Any]) -> None:
    north, south = tell[NORTH], tell[SOUTH]
    shown = north("register-add", entity=entity("p1", "Tavrin Merezhko"), handling="ask", **TERMS)
    assert shown["impact"]["volume"] == 40
    asked = south(
        "register-ask",
        question=entity("q", "Merezhko Tavrin"),
        under="register-2026",
        purpose="sanctions",
        reference="case 7",
    )

    def north_answered() -> Any:
        found = south("register-asked", check=asked["check"])
        return found if found["waiting"] == [EAST] else None

    part = until(north_answered, "North answers though East is away")
    assert not part["complete"]
    (hit,) = part["hits"]
    assert (hit["owner"], hit["shown"], hit["record"]) == (NORTH, "owner", "")
    south("register-follow-up", hit=hit["hit"], because="an invoice of the 3rd names the same person")
    (waiting,) = until(lambda: north("register-due")["to_answer"], "the follow-up reaches North")
    assert not waiting["overdue"]
    assert north("register-release", hit=waiting["hit"])["decision"]["decision"] == "permitted"

    def released() -> Any:
        found = south("register-hit", hit=hit["hit"])
        return found if "record" in found and found["state"] == "released" and "flags" in found else None

    record = until(released, "the record reaches South")["record"]
    assert record["subject"]["id"] == "p1"
    south("register-outcome", hit=hit["hit"], outcome="confirmed")
    until(lambda: north("register-precision")["sources"], "the outcome reaches North")
    assert [row["asked"] for row in south("register-quota")] == [1, 1]
    watched = south(
        "register-ask",
        question=entity("q", "Blue Heron", "Vessel"),
        to=NORTH,
        purpose="fisheries",
        reference="list 2",
        until="2098-01-01T00:00:00Z",
    )
    until(
        lambda: south("register-asked", check=watched["check"])["parties"][0]["grounds"],
        "the watch is answered",
    )
    north("register-add", entity=entity("v1", "BLUE HERON", "Vessel"), **TERMS)
    (met,) = until(
        lambda: south("register-asked", check=watched["check"])["hits"], "the later vessel is told of"
    )
    assert met["record"] == "v1"
