"""Answers come in the reader's language; what machines read never does."""

import json
from contextvars import copy_context
from pathlib import Path

import pytest
from click.testing import CliRunner

from comity.agreements.coherence import lint
from comity.agreements.folder import parse_agreement, read_files
from comity.cli.main import comity
from comity.cli.options import explained
from comity.decisions.cases import run_cases
from comity.decisions.explain import explain
from comity.errors import BadInput
from comity.languages import TAGS, _, choose, current, ngettext, said, speaking, use
from comity.languages.lengths import lengths
from comity.languages.words import PLAIN

EXAMPLES = Path(__file__).parents[2] / "examples"
OTHERS = tuple(tag for tag in TAGS if tag != "en")
CASES = sorted((EXAMPLES / "cases").glob("*.toml"))


@pytest.mark.parametrize(
    ("asked", "environment", "chosen"),
    [
        ("cs", {"COMITY_LANGUAGE": "pl"}, "cs"),
        (None, {"COMITY_LANGUAGE": "pl", "LANG": "ru_RU.UTF-8"}, "pl"),
        (None, {"LC_ALL": "ko_KR.UTF-8", "LANG": "ru_RU.UTF-8"}, "ko"),
        (None, {"LC_MESSAGES": "hu_HU", "LANG": "C"}, "hu"),
        (None, {"LANG": "fr_FR.UTF-8"}, "en"),
        (None, {"LANG": "C.UTF-8"}, "en"),
        (None, {}, "en"),
        ("PL_pl", {}, "pl"),
    ],
)
def test_the_language_is_what_was_asked_for_then_the_variable_then_the_locale(asked, environment, chosen):
    assert choose(asked, environment) == chosen


@pytest.mark.parametrize("environment", [{}, {"COMITY_LANGUAGE": "xx"}])
def test_a_language_asked_for_by_name_must_be_here(environment):
    with pytest.raises(BadInput, match="is not one of the languages here"):
        choose(None if environment else "xx", environment)
    with pytest.raises(BadInput):
        use("xx")


def test_a_block_speaks_another_language_and_then_stops():
    with speaking("cs"):
        assert (_("nothing came in"), current()) == ("nic nepřišlo", "cs")
    assert (_("nothing came in"), current()) == ("nothing came in", "en")


@pytest.mark.parametrize(
    ("tag", "counts"),
    [
        ("cs", {1: "1 chyba", 3: "3 chyby", 5: "5 chyb"}),
        ("pl", {1: "1 błąd", 4: "4 błędy", 12: "12 błędów", 22: "22 błędy"}),
        ("ru", {1: "1 ошибка", 21: "21 ошибка", 3: "3 ошибки", 11: "11 ошибок"}),
        ("ko", {1: "오류 1건", 5: "오류 5건"}),
        ("hu", {1: "1 hiba", 5: "5 hiba"}),
        ("en", {1: "1 error", 5: "5 errors"}),
    ],
)
def test_each_language_counts_in_its_own_way(tag, counts):
    with speaking(tag):
        for count, shown in counts.items():
            assert ngettext("{count} error", "{count} errors", count) == shown


@pytest.mark.parametrize(
    ("english", "czech"),
    [
        ("no exchange article covers this category", "žádný článek o výměně tuto kategorii nepokrývá"),
        ("office `south-desk` belongs to south.example", "úřad `south-desk` patří straně south.example"),
        ("north-south-2026 is ended", "north-south-2026: ukončeno"),
        ("`open` is not at hand", "`open` není k dispozici"),
        ("rule 4 category, north-south-2026 art. 2", "pravidlo 4 kategorie, north-south-2026 art. 2"),
        (
            "north-south-2026 art. 5: names another item; rule 4 category: nothing known of this",
            "north-south-2026 art. 5: jmenuje jinou položku; pravidlo 4 kategorie: nothing known of this",
        ),
        ("north.example: nothing known of this", "north.example: nothing known of this"),
        ("", ""),
    ],
)
def test_sentences_of_the_core_are_recognised_with_their_values(english, czech):
    assert said(english) == english
    with speaking("cs"):
        assert said(english) == czech


@pytest.mark.parametrize("tag", OTHERS)
@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_every_line_of_every_explanation_is_in_the_readers_language(tag, file):
    """Article texts and citations stay as they are: they are the ground, in the decisive text."""
    for result in run_cases(file):
        lines = explain(result.decision, result.known)
        with speaking(tag):
            for before, after in zip(lines, explained(lines), strict=True):
                ref = before.strip().partition(": ")[0]
                is_article = before.startswith("  ") and not ref.startswith(("rule ", "safeguard "))
                assert (before == after) is is_article, before
                assert "nothing against" not in after


@pytest.mark.parametrize("tag", OTHERS)
def test_what_lint_finds_is_said_in_the_readers_language(tag):
    files = dict(read_files(EXAMPLES / "north-south-2026"))
    text = files["agreement.en.md"].decode()
    drop = ("[third_party]", "[transport]", "[[handling]]", "[[oversight]]", "[languages]")
    for block in text.split("```toml clause")[1:]:
        body = block.split("```")[0]
        if any(name in body for name in drop):
            text = text.replace("```toml clause" + body + "```", "")
    found = lint(parse_agreement({"agreement.en.md": text.encode()}))
    assert len(found) > 3
    with speaking(tag):
        for finding in found:
            assert said(finding.message) != finding.message, finding.message
            assert said(finding.severity) != finding.severity


def run(*words: str, **environment: str):
    """Run a command as a process would: the language it chooses ends with it."""

    def invoke():
        return CliRunner().invoke(comity, list(words), env=environment, catch_exceptions=False)

    return copy_context().run(invoke)


def test_the_command_answers_in_polish_with_grounds_in_the_decisive_text():
    case = str(EXAMPLES / "cases" / "third-parties.toml")
    english, polish = run("decide", case), run("decide", case, "--language", "pl")
    assert "potrzebna zgoda, zapytać north.example" in polish.stdout
    assert "needs consent" in english.stdout and "needs consent" not in polish.stdout
    assert (
        english.stdout.count("[north-south-2026 art. 5]")
        == polish.stdout.count("[north-south-2026 art. 5]")
        > 0
    )
    assert english.exit_code == polish.exit_code


@pytest.mark.parametrize(
    ("tag", "state", "length"),
    [
        ("en", "in force", "3 years, 1 day"),
        ("cs", "v platnosti", "3 roky, 1 den"),
        ("ko", "발효 중", "3년, 1일"),
    ],
)
def test_words_of_the_machine_and_durations_are_said_as_people_do(tag, state, length):
    with speaking(tag):
        assert said("in-force") == state
        assert said("P3Y1D") == length
        assert all(said(word) != word for word in PLAIN)
        assert said("P") == "P" and said("PT") == "PT" and said("Permit") == "Permit"


def test_json_is_the_same_in_every_language():
    case = str(EXAMPLES / "cases" / "third-parties.toml")
    folder = str(EXAMPLES / "cs-su-1989")
    for words in (
        ("decide", case, "--json"),
        ("agreement", "status", folder, "--unsigned", "--at", "2003-01-01", "--json"),
        ("agreement", "lint", folder, "--json"),
        ("agreement", "timeline", folder, "--unsigned", "--until", "2012-01-01", "--json"),
    ):
        plain = run(*words)
        for tag in OTHERS:
            told = run("--language", tag, *words)
            assert (told.stdout, told.exit_code) == (plain.stdout, plain.exit_code)
        for line in plain.stdout.splitlines():
            json.loads(line)


def test_an_unreviewed_translation_says_so_once_and_beside_the_data():
    told = run("agreement", "status", str(EXAMPLES / "cs-su-1989"), "--unsigned", COMITY_LANGUAGE="cs")
    assert told.stderr.count("tento překlad dosud nezkontroloval rodilý mluvčí") == 1
    assert "nezkontroloval" not in told.stdout
    assert "nezkontroloval" not in run("agreement", "status", str(EXAMPLES / "cs-su-1989"), LANG="C").stderr


@pytest.mark.parametrize(
    ("tag", "said_in_english", "expected"),
    [
        ("cs", "notice: six months → three months", "6 měsíců → 3 měsíce"),
        ("pl", "duration: two years and one month → none", "2 lata, 1 miesiąc"),
        ("ru", "exchange `incident`: new", "exchange `incident`: новое"),
        ("ko", "2 categories gone", "삭제 (범주들): 2"),
        ("hu", "no agreement `absent` is held here", "nincs itt `absent` megállapodás"),
        ("cs", "item 0a1b2c is withdrawn already", "položka 0a1b2c už je odvolána"),
    ],
)
def test_differences_of_two_versions_and_refusals_are_said_in_the_readers_language(
    tag, said_in_english, expected
):
    with speaking(tag):
        assert expected in said(said_in_english)


def test_only_what_is_a_length_of_time_is_read_as_one():
    assert lengths("two years, one month and 30 days") == (("year", 2), ("month", 1), ("day", 30))
    for text in ("", "months", "some months", "six months later", "six", "no time"):
        assert lengths(text) == ()
