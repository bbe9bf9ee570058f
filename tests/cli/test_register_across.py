"""A check across an agreement as an officer types it; letters go by pouch."""

import json
from base64 import b64decode
from pathlib import Path

import pytest

from cli.land import Comity
from comity.assemble import new_home, open_home
from comity.cards import read_card
from comity.carriers.postman import Postman
from comity.control import server  # noqa: F401 - registers the verbs
from comity.control.verb import VERBS, Desk
from comity.testing.texts import Text

NORTH, SOUTH = "north.example", "south.example"
ARTICLE = """## Article 5 — The register

They keep a register.

```toml clause
[register]
id = "joint"
schemas = ["Person"]
handling = ["reference", "ask", "silent"]
queries_per_day = 2
[protection]
subject_roles = ["sanctioned"]
purposes_excluded = ["commercial"]
```
"""
TERMS = ("--basis", "Lists Act", "--role", "sanctioned", "--decision", "7", "--review", "2099-01-01")


@pytest.fixture
def homes(tmp_path: Path) -> dict[str, Path]:
    cards = {
        party: new_home(tmp_path / party, party, names={"en": party}, port=9) for party in (NORTH, SOUTH)
    }
    roots = {party: read_card(card, root_fingerprint=None).root_fingerprint for party, card in cards.items()}
    files = Text("register-2026", (NORTH, SOUTH), further=ARTICLE).files(roots)
    for party in (NORTH, SOUTH, NORTH):
        with open_home(tmp_path / party, threaded=False) as home:
            desk = Desk(home, Postman(home.node), serving=True)
            for card in cards.values():
                VERBS["card-accept"](desk, {"signed": card})
            VERBS["agreement-hold"](desk, {"files": files})
            added = VERBS["agreement-sign"](desk, {"files": files})["files"]
            files |= {name: b64decode(data) for name, data in added.items()}
    return {party: tmp_path / party for party in (NORTH, SOUTH)}


def carry(comity: Comity, homes: dict[str, Path], tmp_path: Path) -> None:
    for one, other in ((SOUTH, NORTH), (NORTH, SOUTH)):
        file = tmp_path / "letters.pouch"
        file.unlink(missing_ok=True)
        if comity("pouch", "pack", other, file, "--home", homes[one]).code == 0:
            assert comity("pouch", "open", file, "--home", homes[other]).code == 0


def test_asked_released_closed(comity: Comity, homes: dict[str, Path], tmp_path: Path) -> None:
    north, south = homes[NORTH], homes[SOUTH]
    made = comity(
        "register", "add", "p1", "--name", "Tavrin Merezhko", "--handling", "ask", *TERMS, "--home", north
    )
    assert made.code == 0, made.err
    assert "false hits a day, at 2 checks: about 0" in made.out
    question = ("--with", NORTH, "--purpose", "sanctions", "--reference", "case 7", "--wait", "0")
    asked = comity("register", "check", "Merezhko Tavrin", *question, "--json", "--home", south)
    assert asked.code == 5, asked.err
    shown = json.loads(asked.out)
    assert (shown["complete"], shown["waiting"], shown["hits"]) == (False, [NORTH], [])
    carry(comity, homes, tmp_path)
    seen = json.loads(comity("register", "checks", shown["check"][:10], "--json", "--home", south).out)
    assert seen["complete"]
    (hit,) = seen["hits"]
    assert (hit["shown"], hit["record"], hit["band"]) == ("owner", "", "hit")
    assert comity("register", "follow-up", hit["hit"], "--because", "an invoice", "--home", south).code == 0
    carry(comity, homes, tmp_path)
    due = comity("register", "due", "--home", north).out
    assert (
        "south.example asks for p1: an invoice  comity register release " in due
    )  # no time is agreed for it
    assert comity("register", "release", hit["hit"], "--home", north).code == 0
    carry(comity, homes, tmp_path)
    record = json.loads(comity("register", "show", hit["hit"], "--json", "--home", south).out)
    assert record["record"]["subject"]["id"] == "p1"
    assert comity("register", "outcome", hit["hit"], "confirmed", "--home", south).code == 0
    carry(comity, homes, tmp_path)
    told = json.loads(comity("register", "precision", "--json", "--home", north).out)
    assert told["sources"][0]["confirmed"] == 1


def test_a_watch_stands_and_what_is_found_comes_later(comity: Comity, homes: dict[str, Path]) -> None:
    until = ("--until", "2099-01-01", "--reference", "case 8")
    across = ("--with", NORTH, "--purpose", "sanctions", *until, "--home", homes[SOUTH])
    own = ("--reference", "case 9", "--until", "2099-01-01", "--home", homes[SOUTH])
    for more in (across, own):
        done = comity("register", "watch", "Tavrin Merezhko", *more)
        assert done.code == 0 and "it stands; what is found comes under comity register hits" in done.err, (
            done
        )


def test_a_flag_is_settled_by_the_command_shown(
    comity: Comity, homes: dict[str, Path], tmp_path: Path
) -> None:
    north, south = homes[NORTH], homes[SOUTH]
    given = ("--name", "Tavrin Merezhko", "--handling", "reference", *TERMS)
    assert comity("register", "add", "p1", *given, "--home", north).code == 0
    question = ("--with", NORTH, "--purpose", "sanctions", "--reference", "case 7", "--wait", "0")
    assert comity("register", "check", "Tavrin Merezhko", *question, "--home", south).code == 5
    carry(comity, homes, tmp_path)
    hit = json.loads(comity("register", "hits", "--json", "--home", south).out)
    flagged = comity("register", "flag", hit["hit"], "error", "--because", "born 1962", "--home", south)
    assert flagged.code == 0, flagged.err
    carry(comity, homes, tmp_path)
    command = comity("register", "due", "--home", north).out.rpartition("  comity ")[2].split()
    assert command[:2] == ["register", "settle"]
    assert comity(*command, "--home", north).code == 0


def test_what_may_not_be_asked_ends_with_the_article(comity: Comity, homes: dict[str, Path]) -> None:
    south = homes[SOUTH]
    question = ("--with", NORTH, "--reference", "case 7", "--wait", "0", "--home", south)
    done = comity("register", "check", "Tavrin Merezhko", "--purpose", "commercial", *question)
    assert done.code == 1
    assert done.err.startswith("comity: the purpose commercial is not agreed: They keep a register.")
    assert "(register-2026 art. 5)" in done.err and "next: comity agreement list" in done.err
    done = comity("register", "check", "Merezhko", *question)
    assert done.code == 2
    assert "names its purpose" in done.err
    assert "says too little" in done.err
    for expected in (5, 5, 1):
        done = comity("register", "check", "Tavrin Merezhko", "--purpose", "sanctions", *question)
        assert done.code == expected, done.err
    assert "0 of 2 are left" in done.err


def test_a_record_is_kept_merged_and_erased_by_command(
    comity: Comity, homes: dict[str, Path], tmp_path: Path
) -> None:
    north = homes[NORTH]
    for identity, name in (("p1", "Tavrin Merezhko"), ("p2", "Tavrin Merezhko")):
        assert comity("register", "add", identity, "--name", name, *TERMS, "--home", north).code == 0
    assert comity("register", "add", "p1", "--name", "Again", *TERMS, "--home", north).code == 1
    judged = ("--office", "identities", "--because", "one passport", "--home", north)
    assert comity("register", "merge", "p1", "p2", *judged).code == 0
    assert json.loads(comity("register", "show", "p1", "--json", "--home", north).out)["linked"] == ["p2"]
    assert comity("register", "unmerge", "1", *judged).code == 0
    assert comity("register", "unmerge", "1", *judged).code == 1
    (tmp_path / "p1.json").write_text(
        json.dumps({"id": "p1", "schema": "Person", "properties": {"name": ["Tavrin Merezhka"]}})
    )
    assert comity("register", "correct", tmp_path / "p1.json", "--home", north).code == 0
    kept = comity("register", "review", "p1", "--until", "2099-06-01", "--because", "needed", "--home", north)
    assert kept.code == 0
    done = comity("register", "erase", "p1", "--because", "on request", "--home", north)
    assert "is the proof" in done.out
    assert comity("register", "show", "p1", "--home", north).code == 3
    left = b"".join(path.read_bytes() for path in north.rglob("*") if path.is_file())
    assert b"Merezhka" not in left
