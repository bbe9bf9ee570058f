"""Requests, plans and meetings as an officer types them; letters go by pouch."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from cli.land import Comity, Land, Outcome
from comity.cli.reference import commands
from comity.cooperation.event import OPEN
from comity.cooperation.kinds import KINDS
from comity.cooperation.shared import shared_by

Carry = Callable[[str, str], None]


@pytest.fixture
def carry(comity: Comity, land: Land, tmp_path: Path) -> Carry:
    """Carry everything owed from one home to the other, and the receipts back."""
    homes = {"north": land.north, "south": land.south}

    def go(giver: str, to: str) -> None:
        for one, other in ((giver, to), (to, giver)):
            file = tmp_path / "letters.pouch"
            packed = comity("pouch", "pack", f"{other}.example", file, "--home", homes[one])
            if packed.code == 3:  # nothing is owed
                continue
            assert packed.code == 0, packed.err
            assert comity("pouch", "open", file, "--home", homes[other]).code == 0

    return go


def plain(outcome: Outcome) -> Any:
    assert outcome.out, outcome.err
    return json.loads(outcome.out)


ASK = (
    *("request", "new", "--to", "south.example", "--aid", "check", "--purpose", "incident-response"),
    *("--words", "is this address known to you"),
)


def test_a_request_is_asked_answered_and_told_as_a_story(comity: Comity, land: Land, carry: Carry) -> None:
    asked = comity(*ASK, "--home", land.north, "--json")
    assert asked.code == 0, asked.err
    matter = plain(asked)["matter"]["id"]
    carry("north", "south")
    for step in (("acknowledge",), ("accept",), ("answer", "--words", "it is not")):
        assert comity("request", step[0], matter[:8], *step[1:], "--home", land.south).code == 0
    carry("south", "north")
    shown = comity("request", "show", matter, "--home", land.north)
    assert "asks (check, normal): is this address known to you" in shown.out
    assert "south.example  answers: it is not" in shown.out
    assert "what can be done here: outcome, reopen, note, cost, strike-cost, needs-protocol" in shown.out
    listed = comity("request", "list", "--home", land.south)
    assert matter[:12] in listed.out and "theirs" in listed.out
    assert comity("request", "outcome", matter, "--outcome", "useful", "--home", land.north).code == 0
    assert plain(comity("request", "show", matter, "--home", land.north, "--json"))["state"] == "closed"


def test_a_refusal_cites_its_article_and_ends_with_one(comity: Comity, land: Land, carry: Carry) -> None:
    matter = plain(comity(*ASK, "--home", land.north, "--json"))["matter"]["id"]
    carry("north", "south")
    refused = comity("request", "refuse", matter, "--ground", "too-busy", "--home", land.south)
    assert refused.code == 1
    assert "north-south-2026 art. 9(2)" in refused.out and "own-law, ongoing-case, no-capacity" in refused.out
    tried = comity("request", "accept", matter, "--dry-run", "--home", land.south)
    assert tried.code == 0 and "nothing was done" in tried.out
    assert comity("request", "refuse", matter, "--ground", "own-law", "--home", land.south).code == 0


def test_a_matter_with_two_others_is_told_to_be_two_matters(comity: Comity, land: Land) -> None:
    both = comity(*ASK, "--to", "east.example", "--home", land.north)
    assert both.code == 2
    assert both.mistakes == [
        "comity: a matter is of two Parties: south.example, east.example are too many",
    ]
    assert "open one with each" in both.err


def test_what_is_missing_is_named_all_at_once_where_nobody_can_be_asked(comity: Comity, land: Land) -> None:
    bad = comity("request", "new", "--to", "south.example", "--home", land.north)
    assert bad.code == 2
    assert bad.mistakes == [
        *("comity: --aid is missing", "comity: --purpose is missing", "comity: --words is missing"),
    ]
    unknown = comity("request", "accept", "abcdef", "--home", land.north)
    assert unknown.code == 3 and unknown.mistakes == ["comity: no matter `abcdef` is known here"]


def test_what_is_missing_is_asked_for_where_somebody_sits(
    comity: Comity, land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["check", "incident-response", "is this address known"])
    asked: list[str] = []

    def prompt(text: str, **_: Any) -> str:
        asked.append(text)
        return next(answers)

    for where in ("matters", "asking"):
        monkeypatch.setattr(f"comity.cli.{where}.somebody_sits_here", lambda: True)
    monkeypatch.setattr(click, "prompt", prompt)
    made = comity("request", "new", "--to", "south.example", "--home", land.north)
    assert made.code == 0 and len(asked) == 3, made.err


def test_a_required_option_is_asked_for_too_where_somebody_sits(
    comity: Comity, land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = iter(["2031-01-01", "2031-12-31"])
    monkeypatch.setattr("comity.cli.asking.somebody_sits_here", lambda: True)
    monkeypatch.setattr(click, "prompt", lambda _text, **_: next(days))
    asked = comity("summary", "figures", "south.example", "--home", land.north, "--json")
    assert asked.code == 0 and next(days, None) is None, asked.err
    monkeypatch.setattr("comity.cli.asking.somebody_sits_here", lambda: False)
    bad = comity("summary", "figures", "south.example", "--home", land.north)
    assert bad.code == 2 and any("--begins" in mistake for mistake in bad.mistakes)


def test_a_plan_is_drafted_from_a_file_adopted_and_its_rest_drafts_the_next(
    comity: Comity, land: Land, carry: Carry, tmp_path: Path
) -> None:
    lines = tmp_path / "lines.toml"
    lines.write_text('[[line]]\nline = "m1"\nof = "meetings"\nwords = "four meetings"\nuntil = 2031-05-01\n')
    year = ("--period", "2031", "--begins", "2031-01-01", "--ends", "2031-12-31")
    new = comity(
        "plan", "new", "--to", "south.example", *year, "--lines", lines, "--home", land.north, "--json"
    )
    plan = plain(new)["matter"]["id"]
    carry("north", "south")
    assert comity("plan", "agree", plan, "--line", "m1", "--home", land.south).code == 0
    head = ("--as-function", "director")
    assert comity("plan", "adopt", plan, "--home", land.south).code == 1
    assert comity("plan", "adopt", plan, *head, "--home", land.south).code == 0
    early = comity("plan", "next", plan, *year, "--home", land.south)
    assert early.code == 1 and "was not adopted" in early.err
    carry("south", "north")
    assert comity("plan", "adopt", plan, *head, "--home", land.north).code == 0
    after = ("--period", "2032", "--begins", "2032-01-01", "--ends", "2032-12-31")
    following = plain(comity("plan", "next", plan, *after, "--home", land.north, "--json"))["matter"]
    assert following["facts"]["lines"]["m1"]["says"]["words"] == "four meetings"
    bad = tmp_path / "bad.toml"
    bad.write_text("x = 1\n")
    assert (
        comity("plan", "new", "--to", "south.example", *year, "--lines", bad, "--home", land.north).code == 2
    )


def test_a_field_of_another_form_is_named_by_its_option_and_told_what_would_do(
    comity: Comity, land: Land, tmp_path: Path
) -> None:
    lines = tmp_path / "lines.toml"
    lines.write_text(
        '[[line]]\nline = "m1"\nof = "visits"\nwords = "x"\n'
        '[[line]]\nline = "m2"\nof = "meetings"\nwords = "x"\nuntil = "May"\n'
    )
    year = ("--begins", "2031-01-01", "--ends", "2031-12-31", "--lines", lines)
    done = comity("plan", "new", "--to", "south.example", "--period", "The Year", *year, "--home", land.north)
    assert (done.code, done.out) == (2, "")
    word = "is not one word of small letters and figures such as sea-north or 2031-1"
    first, second, third = done.mistakes
    assert first == f"comity: --period: `The Year` {word}"
    assert second.startswith(f"comity: {lines}: table 1, of: `visits` is not one of ")
    assert third == f"comity: {lines}: table 2, until: `May` is not a day such as 2031-03-14"


def test_a_second_plan_or_summary_of_a_period_names_the_one_that_stands(comity: Comity, land: Land) -> None:
    year = ("--begins", "2025-01-01", "--ends", "2025-12-31", "--home", land.north)
    cases = (
        (
            ("plan", "new", "--to", "south.example", "--period", "2025", *year),
            "plan 2025 stands already: {id}",
        ),
        (
            ("summary", "draw", "south.example", *year),
            "the summary of 2025-01-01 to 2025-12-31 stands already: {id}",
        ),
    )
    for command, words in cases:
        first = plain(comity(*command, "--json"))["matter"]["id"]
        second = comity(*command)
        assert second.code == 1 and words.format(id=first[:12]) in second.out + second.err, second
    taken = comity("summary", "withdraw", first, "--because", "a slip", "--home", land.north)
    assert taken.code == 0, taken
    assert comity(*command).code == 0


def test_every_kind_has_the_same_commands_and_one_for_each_step() -> None:
    every = {path for path, _ in commands()}
    for kind in KINDS.values():
        words = {"new", "list", "show", *shared_by(kind), *(word for word in kind.events if word != OPEN)}
        assert {(kind.name, word) for word in words} <= every


def test_a_summary_of_nothing_has_no_plots_and_says_so(comity: Comity, land: Land, tmp_path: Path) -> None:
    period = ("--begins", "2025-01-01", "--ends", "2025-12-31")
    drawn = comity("summary", "draw", "south.example", *period, "--home", land.north, "--json")
    summary = plain(drawn)["matter"]["id"]
    plots = comity(
        *("summary", "export", summary, "--format", "svg", "-o", tmp_path / "p", "--home", land.north)
    )
    assert plots.code == 1 and "there is nothing to plot" in plots.err and not (tmp_path / "p").exists()


def test_a_plan_is_shown_line_by_line_as_it_stands(comity: Comity, land: Land) -> None:
    year = ("--period", "2031", "--begins", "2031-01-01", "--ends", "2031-12-31")
    new = comity("plan", "new", "--to", "south.example", *year, "--home", land.north, "--json")
    plan = plain(new)["matter"]["id"]
    line = ("--line", "m1", "--of", "meetings", "--words", "agreed", "--count", "4")
    assert comity("plan", "line", plan, *line, "--home", land.north).code == 0
    shown = comity("--language", "pl", "plan", "show", plan, "--home", land.north).out
    row = next(row.split() for row in shown.splitlines() if row.startswith("m1 "))
    assert row == ["m1", "spotkania", "agreed", "–", "–", "4", "zaproponowano"], shown


def test_the_words_of_a_peer_move_no_cursor(comity: Comity, land: Land) -> None:
    made = comity(*ASK[:-1], "two\nlines", "--home", land.north)
    assert made.code == 2 and "control character" in made.err


def test_a_matter_that_needs_a_protocol_drafts_one(comity: Comity, land: Land, tmp_path: Path) -> None:
    matter = plain(comity(*ASK, "--home", land.north, "--json"))["matter"]["id"]
    folder = tmp_path / "folder"
    early = comity("request", "protocol", matter, folder, "--home", land.north)
    assert early.code == 1 and "nobody has said yet" in early.err
    said = ("--because", "nobody may ask for advice", "--changes", "aid")
    at_once = ("--draft", tmp_path / "at-once", "--home", land.north)
    done = comity("request", "needs-protocol", matter, *said, *at_once)
    assert done.code == 0 and "at-once/protocols/0001-aid.pl.md" in done.out
    assert comity("request", "needs-protocol", matter, *said, *at_once).code == 2
    story = plain(comity("request", "show", matter, "--home", land.north, "--json"))["story"]
    assert [line["word"] for line in story].count("needs-protocol") == 1
    drafted = comity("request", "protocol", matter, folder, "--home", land.north, "--json")
    english, polish = plain(drafted)["files"]
    assert polish.endswith(".pl.md")
    text = Path(english).read_text(encoding="utf-8")
    assert 'protocol_of = "north-south-2026"' in text and "Nobody may ask for advice." in text
    assert comity("request", "protocol", matter, folder, "--home", land.north).code == 2


def test_a_story_is_told_in_the_readers_language(comity: Comity, land: Land) -> None:
    matter = plain(comity(*ASK, "--home", land.north, "--json"))["matter"]["id"]
    shown = comity("--language", "pl", "request", "show", matter, "--home", land.north)
    assert "prosi (check, normal): is this address known to you" in shown.out
    refused = comity("--language", "cs", "request", "accept", matter, "--home", land.north)
    assert "`accept` přísluší south.example" in refused.out
    in_english = comity("--language", "en", "request", "accept", matter, "--home", land.north)
    assert "`accept` is for south.example to do" in in_english.out
