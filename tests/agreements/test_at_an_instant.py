"""Lint, comparison and leak paths of what is in force at an instant, the day before and the day itself."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from agreements.drafts import draft, protocol, text
from comity.agreements.coherence import lint
from comity.agreements.comparison import compare
from comity.agreements.governing import standing_at
from comity.cli.agreement import agreement as command
from comity.clock import parse_instant

EXCHANGE = '[[exchange]]\ncategory = "incident.reports"\n'
ADDED = '[[exchange]]\ncategory = "statistics"\nfrom = 2026-06-01\n'
PROTOCOLS = '[protocols]\nmay_change = ["exchange"]\n'
THIRD = "[third_party]\n"


def noon(day: str) -> datetime:
    return parse_instant(f"{day}T12:00:00Z")


@pytest.mark.parametrize(
    ("day", "overlaps"),
    [("2026-02-28", False), ("2026-03-01", True), ("2027-02-28", True), ("2027-03-01", False)],
)
def test_an_overlap_counts_while_the_other_is_in_force(day: str, overlaps: bool) -> None:
    mine = draft("signed = 2025-01-01", EXCHANGE + THIRD, name="mine")
    other = draft('signed = 2026-03-01\nduration = "P1Y"', EXCHANGE + THIRD, name="other")
    found = lint(mine, [other], at=noon(day), unsigned=True)
    assert ("overlap" in {each.id for each in found}) is overlaps
    assert "overlap" in {each.id for each in lint(mine, [other])}  # as written, whatever the day


@pytest.mark.parametrize(
    ("day", "said"), [("2026-05-31", []), ("2026-06-01", ["exchange `statistics`: new"])]
)
def test_two_versions_are_compared_by_what_stands_that_day(day: str, said: list[str]) -> None:
    before = draft(more=EXCHANGE + THIRD)
    after = draft(more=EXCHANGE + THIRD + ADDED)
    assert [each.said for each in compare(before, after, noon(day), unsigned=True)] == said
    assert [each.said for each in compare(before, after)] == ["exchange `statistics`: new"]


def test_what_a_protocol_brought_is_compared_at_an_instant_and_not_in_the_base_texts() -> None:
    files = {"protocols/0001-statistics.en.md": protocol(1, ADDED)}
    before = draft(more=EXCHANGE + THIRD + PROTOCOLS)
    after = draft(more=EXCHANGE + THIRD + PROTOCOLS, files=files)
    assert compare(before, after) == ()
    assert [each.said for each in compare(before, after, noon("2026-06-01"), unsigned=True)] == [
        "exchange `statistics`: new"
    ]


def test_nothing_stands_of_a_text_that_is_not_in_force() -> None:
    found = draft("signed = 2026-03-01", EXCHANGE)
    assert standing_at(found, (), noon("2026-02-28"), unsigned=True) is None
    assert standing_at(found, (), noon("2026-03-01")) is None  # nobody has signed
    assert standing_at(found, (), noon("2026-03-01"), unsigned=True) == {id(each) for each in found.clauses}


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    """North-South without a third-party rule, for a year from March 2026; South-East after it."""
    for name, parties, term in (
        ("north-south", ("north.example", "south.example"), 'signed = 2026-03-01\nduration = "P1Y"'),
        ("south-east", ("south.example", "east.example"), "signed = 2026-06-01"),
    ):
        (tmp_path / name).mkdir()
        more = EXCHANGE + (THIRD if name == "south-east" else "")
        (tmp_path / name / "agreement.en.md").write_bytes(text(term, more, name=name, parties=parties))
    return [str(tmp_path / name) for name in ("north-south", "south-east")]


@pytest.mark.parametrize(
    ("options", "to"),
    [
        ((), {"east.example"}),
        (("--at", "2026-05-31", "--unsigned"), set()),
        (("--at", "2026-06-02", "--unsigned"), {"east.example"}),
        (("--at", "2027-03-02", "--unsigned"), set()),
        (("--at", "2026-06-02"), set()),
    ],
)
def test_a_leak_is_open_while_both_texts_are_in_force(
    folders: list[str], options: tuple[str, ...], to: set[str]
) -> None:
    done = CliRunner().invoke(command, ["leaks", *folders, "--json", *options])
    assert {leak["to"] for leak in json.loads(done.stdout)["leaks"]} == to
    assert done.exit_code == (1 if to else 0)


@pytest.mark.parametrize("verb", ["lint", "status", "diff", "leaks", "timeline"])
def test_every_reading_verb_takes_unsigned_texts(folders: list[str], verb: str) -> None:
    done = CliRunner().invoke(command, [verb, *folders, "--unsigned"])
    assert done.exit_code in (0, 1) and "Error" not in done.output


def test_lint_shows_the_worth_of_every_clause_and_of_the_fields_that_differ(folders: list[str]) -> None:
    shown = CliRunner().invoke(command, ["lint", folders[1], "--worth", "--json"])
    rows = [json.loads(line) for line in shown.stdout.splitlines()]
    assert {row["clause"]: row["force"] for row in rows} == {
        "party": "enforced",
        "exchange": "enforced",
        "third_party": "enforced",
        "term": "enforced",
    }
    told = CliRunner().invoke(command, ["lint", "examples/north-south-2026", "--worth"]).stdout
    assert "north-south-2026 art. 2(1)  exchange: enforced (duty evidenced, within evidenced" in told
    assert "north-south-2026 art. 8(2)  notification: evidenced\n" in told
