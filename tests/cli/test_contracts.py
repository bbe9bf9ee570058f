"""What scripts rely on: exit codes, the form of `--json`, data on stdout and talk on stderr."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli.land import Comity, Land, Outcome
from comity.cli.options import printable

EXAMPLES = Path(__file__).parents[2] / "examples"
SHARED = ("share", "note", "--to", "south.example", "--purpose", "network-defence", "--dry-run")


def rows(done: Outcome) -> list[Any]:
    return [json.loads(line) for line in done.out.splitlines()]


# -- exit codes ------------------------------------------------------------------------------------------------

CASE = """
agreements = ["{examples}/north-south-2026", "{examples}/south-east-2026"]

[[case]]
name = "{name}"
at = 2031-03-14T09:00:00Z
from = "{giver}"
to = "{to}"
purpose = "{purpose}"
disclose = "report"
{expect}

  [[case.item]]
  id = "report"
  category = "incident.indicators"
  marking = "TLP:GREEN"
  originator = "north.example"
  {hops}
"""
GIVEN = (
    'hops = [{ from = "north.example", to = "south.example", agreement = "north-south-2026", '
    "at = 2031-03-01T08:00:00Z }]"
)

#: giver, receiver, purpose, what is expected -> exit code
DECIDED = [
    ("north.example", "south.example", "network-defence", "", 0),
    ("north.example", "south.example", "amusement", "", 1),
    ("south.example", "east.example", "network-defence", "", 4),
    ("north.example", "south.example", "network-defence", 'expect = "permitted"', 0),
    ("north.example", "south.example", "amusement", 'expect = "refused"', 0),
    ("south.example", "east.example", "network-defence", 'expect = "needs-consent"', 0),
    ("south.example", "east.example", "network-defence", 'expect = "permitted"', 1),
    (
        "south.example",
        "east.example",
        "network-defence",
        'expect = "needs-consent"\nask = ["east.example"]',
        1,
    ),
]


def case_file(folder: Path, giver: str, to: str, purpose: str, expect: str) -> Path:
    file = folder / "case.toml"
    hops = GIVEN if giver == "south.example" else ""
    file.write_text(
        CASE.format(
            examples=EXAMPLES, name="one", giver=giver, to=to, purpose=purpose, expect=expect, hops=hops
        )
    )
    return file


@pytest.mark.parametrize(("giver", "to", "purpose", "expect", "code"), DECIDED)
def test_decide_ends_with_its_answer(
    giver: str, to: str, purpose: str, expect: str, code: int, comity: Comity, tmp_path: Path
) -> None:
    file = case_file(tmp_path, giver, to, purpose, expect)
    assert comity("decide", file).code == code
    assert comity("decide", file, "--json").code == code


def test_several_cases_without_expectation_end_with_zero(comity: Comity, tmp_path: Path) -> None:
    """Only a single case can end by its outcome."""
    file = case_file(tmp_path, "north.example", "south.example", "amusement", "")
    second = file.read_text().partition("[[case]]")[2].replace('"one"', '"two"')
    file.write_text(f"{file.read_text()}\n[[case]]{second}")
    done = comity("decide", file, "--json")
    assert (done.code, [row["name"] for row in rows(done)]) == (0, ["one", "two"])


#: words of a command about North's own item `note` -> exit code
SHARES = [
    (("--to", "south.example", "--purpose", "network-defence", "--dry-run"), 0),
    (("--to", "south.example", "--purpose", "amusement", "--dry-run"), 1),
    (("--to", "east.example", "--purpose", "network-defence", "--dry-run"), 1),
    (("--to", "south.example", "--purpose", "network-defence"), 5),
]


@pytest.mark.parametrize(("words", "code"), SHARES)
def test_share_ends_with_its_answer(words: tuple[str, ...], code: int, comity: Comity, land: Land) -> None:
    """North knows no endpoint of South: what is permitted stays owed, and says so."""
    done = comity("share", "note", *words, "--home", land.north)
    assert done.code == code, done
    assert done.out and ("nothing was sent" in done.err) == ("--dry-run" in words)


def test_a_dry_run_enters_nothing(comity: Comity, land: Land) -> None:
    before = comity("journal", "show", "--json", "--home", land.north).out
    assert comity(*SHARED, "--home", land.north).code == 0
    assert comity("journal", "show", "--json", "--home", land.north).out == before


def test_lint_ends_with_what_it_found(comity: Comity, land: Land) -> None:
    assert comity("agreement", "lint", land.agreement).code == 0
    text = land.agreement / "agreement.en.md"
    sound = text.read_text()
    text.write_text(sound.replace("incident.indicators", "incident.nowhere", 1))
    assert comity("agreement", "lint", land.agreement).code == 1
    text.write_text(sound.replace("[third_party]", "[fourth_party]", 1))
    done = comity("agreement", "lint", land.agreement)
    assert (done.code, done.out) == (2, "")
    assert "agreement.en.md:" in done.mistakes[0] and "fourth_party" in done.mistakes[0]


def test_what_is_withdrawn_is_shared_no_more(comity: Comity, land: Land) -> None:
    first = comity("withdraw", "note", "--reason", "wrong", "--json", "--home", land.north)
    assert first.code == 0 and json.loads(first.out)["withdrawn"]["reason"] == "wrong"
    again = comity("share", *SHARED[1:], "--home", land.north)
    assert again.code == 1 and "withdrawn" in again.out


def test_verify_and_doctor_end_with_six_on_an_altered_journal(comity: Comity, land: Land) -> None:
    import pysqlite3.dbapi2 as sqlite

    assert comity("journal", "verify", "--home", land.north).code == 0
    assert comity("doctor", "--home", land.north).code == 0
    with sqlite.connect(land.north / "node.db") as database:
        database.execute("UPDATE journal SET leaf = CAST(replace(leaf, 'item-added', 'item-Added') AS BLOB)")
        assert database.execute("SELECT changes()").fetchone()[0]
    database.close()
    for words in (("journal", "verify"), ("doctor", "--full")):
        done = comity(*words, "--json", "--home", land.north)
        assert done.code == 6, done
        assert json.loads(done.out)["ok"] is False
        assert done.err == ""
    assert "entry " in comity("journal", "verify", "--home", land.north).out


def test_reconcile_with_a_peer_out_of_reach_ends_with_five(comity: Comity, land: Land) -> None:
    done = comity("journal", "reconcile", "south.example", "--home", land.north)
    assert (done.code, done.out) == (5, "")
    assert done.err.splitlines()[-1] == (
        "  next: comity pouch pack south.example FILE carries the question, "
        "comity journal reconcile south.example --last shows what came of it"
    )


def test_a_changed_copy_ends_with_six(comity: Comity, land: Land) -> None:
    copy = land.folder / "copy"
    assert comity("agreement", "copy", "north-south-2026", copy, "--home", land.north).code == 0
    assert comity("agreement", "verify", copy).code == 0
    (copy / "agreement.pl.md").write_text((copy / "agreement.pl.md").read_text() + "\n")
    done = comity("agreement", "verify", copy)
    assert (done.code, done.out) == (6, "") and "agreement.pl.md" in done.mistakes[0]


# -- the forms scripts read ------------------------------------------------------------------------------------


def test_the_form_of_a_status(comity: Comity) -> None:
    folder = EXAMPLES / "north-south-2026"
    done = comity("agreement", "status", folder, "--at", "2031-03-14T09:00:00Z", "--unsigned", "--json")
    (shown,) = rows(done)
    assert (done.code, done.err) == (0, "")
    assert shown == {
        "state": "in-force",
        "since": "2026-03-01T00:00:00+01:00",
        "until": "2036-03-01T00:00:00+01:00",
        "notice_deadline": "2035-09-01",
        "next": {"event": "extension", "at": "2036-03-01T00:00:00+01:00"},
        "grounds": ["north-south-2026 art. 12", "VCLT art. 24"],
    }


def test_the_form_of_a_status_with_nothing_to_say(comity: Comity) -> None:
    done = comity("agreement", "status", EXAMPLES / "north-south-2026", "--at", "2031-03-14", "--json")
    (shown,) = rows(done)
    assert list(shown) == ["state", "since", "until", "notice_deadline", "next", "grounds"]
    assert (shown["state"], shown["since"], shown["until"], shown["next"]) == ("draft", None, None, None)


def test_the_form_of_a_decision(comity: Comity, tmp_path: Path) -> None:
    file = case_file(tmp_path, "south.example", "east.example", "network-defence", 'expect = "needs-consent"')
    (shown,) = rows(comity("decide", file, "--json"))
    assert list(shown) == ["name", "decision", "grounds", "ask", "obligations", "ok"]
    assert (shown["name"], shown["decision"], shown["ok"]) == ("one", "needs-consent", True)
    assert shown["ask"] == ["north.example"]
    assert shown["grounds"] and all(list(ground) == ["ref", "text"] for ground in shown["grounds"])
    assert "north-south-2026 art. 5" in [ground["ref"] for ground in shown["grounds"]]
    file = case_file(tmp_path, "north.example", "south.example", "network-defence", "")
    (shown,) = rows(comity("decide", file, "--json"))
    assert shown["obligations"]
    for each in shown["obligations"]:
        assert list(each) == ["kind", "value", "to", "ref"]
        assert each["kind"] in ("retention", "marking", "notice", "read-caveat", "consent-owed")


def test_every_example_case_answers_as_its_author_expects(comity: Comity) -> None:
    for file in sorted((EXAMPLES / "cases").glob("*.toml")):
        done = comity("decide", file, "--json")
        assert done.code == 0, file
        assert all(row["ok"] for row in rows(done))


#: Every command that lists or shows, at a home; {json} objects a line, whatever there is to list.
SHOWN = [
    ("status",), ("doctor",), ("agreement", "list"), ("agreement", "proposals"), ("card", "show"),
    ("item", "list"), ("item", "show", "note"), ("inbox",), ("outbox",), ("consent", "list"), ("consent", "given"),
    ("withdraw", "note", "--show"), ("protests",), ("necessity", "list"), ("duties",),
    ("journal", "show"), ("journal", "verify"), ("journal", "replay", "6"),
]  # fmt: skip


@pytest.mark.parametrize("words", SHOWN, ids=" ".join)
def test_json_is_json_and_nothing_else(words: tuple[str, ...], comity: Comity, land: Land) -> None:
    done = comity(*words, "--json", "--home", land.north)
    assert done.code == 0, done
    assert done.err == ""
    assert all(isinstance(row, dict) for row in rows(done))


@pytest.mark.parametrize("words", [each for each in SHOWN if each != ("doctor",)], ids=" ".join)
def test_an_answer_for_people_is_never_json(words: tuple[str, ...], comity: Comity, land: Land) -> None:
    done = comity(*words, "--home", land.north)
    assert done.code == 0, done
    if words != ("card", "show"):  # which prints the file to give away
        with pytest.raises(json.JSONDecodeError):
            json.loads(done.out)


@pytest.mark.parametrize("words", [("lint",), ("status",), ("timeline",), ("leaks",)], ids=" ".join)
def test_json_about_texts(words: tuple[str, ...], comity: Comity) -> None:
    done = comity(
        "agreement", *words, EXAMPLES / "north-south-2026", EXAMPLES / "isac-multilateral", "--json"
    )
    assert done.code in (0, 1), done
    assert all(isinstance(row, dict) for row in rows(done))


def test_json_of_a_difference(comity: Comity) -> None:
    done = comity("agreement", "diff", EXAMPLES / "north-south-2026", EXAMPLES / "south-east-2026", "--json")
    assert done.code == 1 and rows(done)
    assert comity("agreement", "diff", *[EXAMPLES / "north-south-2026"] * 2).code == 0


# -- a day's work without a network ----------------------------------------------------------------------------


def test_a_pouch_carries_what_is_owed_there_and_the_receipt_back(comity: Comity, land: Land) -> None:
    there, back = land.folder / "there.pouch", land.folder / "back.pouch"
    (packed,) = rows(comity("pouch", "pack", "south.example", there, "--json", "--home", land.north))
    assert packed["envelopes"] == 1 and packed["bytes"] == there.stat().st_size
    (opened,) = rows(comity("pouch", "open", there, "--json", "--home", land.south))
    assert (opened["from"], opened["accepted"]) == ("north.example", 1)
    (again,) = rows(comity("pouch", "open", there, "--json", "--home", land.south))
    assert (again["accepted"], again["known"]) == (0, 1)
    comity("pouch", "pack", "north.example", back, "--home", land.south)
    (settled,) = rows(comity("pouch", "open", back, "--json", "--home", land.north))
    assert settled["settled"] == 1
    (sent,) = [
        row for row in rows(comity("outbox", "--json", "--home", land.north)) if row["kind"] == "disclosure"
    ]
    assert sent["state"] == "receipted"
    (got,) = [
        row for row in rows(comity("inbox", "--json", "--home", land.south)) if row["kind"] == "disclosure"
    ]
    assert (got["state"], got["item"]["title"]) == ("accepted", "note.txt")
    saved = land.folder / "saved.txt"
    assert comity("item", "show", got["item"]["id"][:12], "--save", saved, "--home", land.south).code == 0
    assert saved.read_bytes() == land.note_txt.read_bytes()


def test_a_pouch_for_another_is_refused(comity: Comity, land: Land) -> None:
    pouch = land.folder / "x.pouch"
    comity("pouch", "pack", "south.example", pouch, "--home", land.north)
    done = comity("pouch", "open", pouch, "--home", land.north)
    assert done.code in (1, 2) and done.out == "" and len(done.mistakes) == 1


def test_a_text_is_proposed_signed_and_held_without_a_folder_on_the_other_side(
    comity: Comity, land: Land
) -> None:
    draft = land.folder / "draft"
    shutil.copytree(EXAMPLES / "north-south-2026", draft)
    for text in draft.glob("*.md"):
        text.write_text(text.read_text().replace("north-south-2026", "north-south-2027"))
    assert comity("agreement", "roots", draft, land.north_card, land.south_card).code == 0
    assert comity("agreement", "propose", draft, "--home", land.north).code == 5
    pouch = land.folder / "p.pouch"
    assert comity("pouch", "pack", "south.example", pouch, "--home", land.north).code == 0
    assert comity("pouch", "open", pouch, "--home", land.south).code == 0
    (proposed,) = rows(comity("agreement", "proposals", "--json", "--home", land.south))
    assert (proposed["agreement"], proposed["by"]) == ("north-south-2027", "north.example")
    out = land.folder / "read"
    done = comity("agreement", "proposals", "north-south-2027", "--out", out, "--home", land.south)
    assert done.code == 0
    assert (out / "agreement.en.md").read_bytes() == (draft / "agreement.en.md").read_bytes()
    assert comity("agreement", "sign", "north-south-2027", "--home", land.south).code == 0


def test_a_case_of_any_name_is_one_line_that_moves_no_cursor(comity: Comity, tmp_path: Path) -> None:
    text = CASE.format(
        examples=EXAMPLES,
        name="one\\ntwo \\u001b[31mthree\\u202e",
        giver="north.example",
        to="south.example",
        purpose="network-defence",
        expect="",
        hops="",
    )
    (tmp_path / "cases.toml").write_text(text)
    done = comity("decide", str(tmp_path / "cases.toml"))
    (line,) = done.out.splitlines()
    assert "one\\u000atwo \\u001b[31mthree\\u202e" in line


def test_an_article_of_several_paragraphs_is_cited_on_one_line() -> None:
    grounds = [{"ref": "north-south-2026 art. 5", "text": "Ask first.\n\nNo answer\nis a refusal.\x1b[31m"}]
    assert printable({"grounds": grounds, "title": "one\ntwo"}) == {
        "grounds": [
            {"ref": "north-south-2026 art. 5", "text": "Ask first. No answer is a refusal.\\u001b[31m"}
        ],
        "title": "one\\u000atwo",
    }
