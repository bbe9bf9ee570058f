"""The shipped agreements: equal texts, every article with its clauses, and the known days of the two old ones."""

from datetime import date
from pathlib import Path

import pytest

from comity.agreements.agreement import Agreement
from comity.agreements.clauses import Exchange
from comity.agreements.coherence import lint
from comity.agreements.folder import read_files, read_folder
from comity.agreements.leaks import find_leaks
from comity.agreements.loading import parse_agreement
from comity.agreements.roots import with_roots
from comity.agreements.status import status
from comity.clock import parse_instant
from comity.handling.safeguards import check_item

EXAMPLES = Path(__file__).parents[2] / "examples"
FOLDERS = sorted({path.parent for path in EXAMPLES.glob("*/agreement.*.md")})
SEEDS = ("cs-su-1989", "pl-kp-1987")


def example(name: str, **notices: bytes) -> Agreement:
    files = dict(read_files(EXAMPLES / name))
    return parse_agreement(files | {f"notices/{key}.toml": data for key, data in notices.items()})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_texts_are_equal_and_every_article_has_clauses(folder):
    agreement = read_folder(folder)
    assert agreement.differences == ()
    assert set(agreement.texts) == set(agreement.languages)
    for text in agreement.texts.values():
        without = [
            article.number
            for article in text.articles
            if not any(clause.ref.article == article.number for clause in text.clauses)
        ]
        assert without == [], text.path


@pytest.mark.parametrize(
    "folder", [each for each in FOLDERS if each.name not in SEEDS], ids=lambda folder: folder.name
)
def test_of_the_modern_ones_there_is_nothing_to_say(folder):
    assert [str(finding) for finding in lint(read_folder(folder))] == []


@pytest.mark.parametrize("name", SEEDS)
def test_the_old_ones_lack_what_protects_persons_and_lint_says_so(name):
    found = {finding.id for finding in lint(example(name))}
    assert {"no-redress", "no-retention", "no-oversight", "no-purposes", "no-exit-duties"} <= found


@pytest.mark.parametrize("name", SEEDS)
def test_what_is_aimed_at_people_for_what_they_are_is_refused_and_the_rest_is_not(name):
    for clause in example(name).clauses:
        if isinstance(clause, Exchange):
            refused = any(each.verdict == "refused" for each in check_item(clause.category))
            assert refused is clause.id.startswith("refused-"), clause.category


@pytest.mark.parametrize(
    ("day", "state", "deadline"),
    [
        ("1989-08-29", "draft", None),
        ("1989-08-31", "in-force", date(2004, 2, 29)),
        ("2004-08-31", "extended", date(2009, 2, 28)),
        ("2009-08-31", "extended", date(2014, 2, 28)),
    ],
)
def test_the_days_of_1989(day, state, deadline):
    found = status(example("cs-su-1989"), parse_instant(f"{day}T12:00:00Z"), unsigned=True)
    assert (found.state, found.notice_deadline) == (state, deadline)


def test_the_days_of_1987():
    act = b'kind = "denunciation"\nby = "interior.pl.example"\ndated = 1989-08-31\nreceived = 1989-08-31\n'
    agreement = example("pl-kp-1987", **{"0001-denunciation": act})
    assert agreement.decisive == "ru"
    found = status(agreement, parse_instant("1990-01-01T00:00:00Z"), unsigned=True).to_json()
    assert (found["state"], found["until"]) == ("under-notice", "1990-02-28T00:00:00+01:00")
    assert found["grounds"][:2] == ["pl-kp-1987 notice 1", "pl-kp-1987 art. 9"]


def test_nothing_given_under_the_two_arrangements_leaks():
    found = find_leaks([example("north-south-2026"), example("south-east-2026")])
    assert found.proven
    assert {(bound.origin, str(bound.ref)) for bound in found.bounds if bound.kind == "information"} == {
        ("north.example", "north-south-2026 art. 5"),
        ("south.example", "north-south-2026 art. 5"),
        ("south.example", "south-east-2026 art. 5"),
        ("east.example", "south-east-2026 art. 5"),
    }
    assert [opening.agreement for opening in found.openings] == ["north-south-2026"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_roots_can_be_written_into_every_example(folder):
    files = read_files(folder)
    roots = {party: f"ed25519:{index:064x}" for index, party in enumerate(parse_agreement(files).parties)}
    written = parse_agreement(with_roots(files, roots))
    assert {party: clause.root for party, clause in written.party_clauses.items()} == roots
    assert written.differences == ()
