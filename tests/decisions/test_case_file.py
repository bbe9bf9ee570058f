"""Case files: what is wrong is named whole, with file and case, and never ends in a traceback."""

import json
import shutil
from pathlib import Path

import pytest

from comity.decisions.case_file import MAX_BYTES, parse_case_file
from comity.decisions.cases import exit_code, read_cases, run_cases
from comity.errors import BadInput, NotFound

GOOD = """agreements = ["north-south"]

[[case]]
name = "one"
at = 2030-05-01T09:00:00Z
from = "north.example"
to = "south.example"
purpose = "network-defence"
disclose = "r"
{more}
  [[case.item]]
  id = "r"
  category = "{category}"
  originator = "{originator}"
"""


def good(more="", category="incident.reports", originator="north.example"):
    return GOOD.format(more=more, category=category, originator=originator)


@pytest.fixture
def folder(tmp_path):
    source = Path(__file__).parent / "agreements" / "north-south" / "agreement.en.md"
    (tmp_path / "north-south").mkdir()
    (tmp_path / "north-south" / "agreement.en.md").write_bytes(source.read_bytes())
    return tmp_path


def run(folder, text):
    (folder / "cases.toml").write_text(text)
    return run_cases(folder / "cases.toml")


def mistakes(text):
    with pytest.raises(BadInput) as caught:
        parse_case_file(text.encode() if isinstance(text, str) else text, "cases.toml")
    return list(caught.value.mistakes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cases.toml: `agreements` is missing"),
        ("agreements = []", "cases.toml: there is no [[case]] in it"),
        ("agreements = 3\ncase = 4", "cases.toml: `case` should be written [[case]]"),
        ("agreements = [1]\n[[case]]", "cases.toml: `agreements` should be a list of texts"),
        ("x = 1\n" + good(), "cases.toml: `x` is not a field known here"),
        (good('extra = "x"'), "cases.toml: case `one`: `extra` is not a field known here"),
        (good('expect = "maybe"'), "case `one`: `expect`: `maybe` should be one of permitted"),
        (good('use = "private"'), "`use`: `private` should be one of judicial"),
        (good('necessity = "yes"'), "case `one`: `necessity` should be true or false"),
        (good('approved_by = "me"'), "`approved_by` should be a list of texts"),
        (good("grounds = [1]"), "`grounds` should be a list of texts"),
        (good("office_from = 7"), "`office_from` should be a text"),
        (good(category="*"), "item `r`: `*` is not a category"),
        (good(originator="North"), "`originator`: `North` is not a Party id"),
        (good() + '  kind = "gold"', "item `r`: `kind`: `gold` should be one of information"),
        (good() + '  retention = "3 years"', "item `r`: `retention`: `3 years` is not a duration"),
        (good() + '  hops = [{ from = "a.example" }]', "item `r`: hop 1: `to` is missing"),
        (good() + "  hops = [3]", "item `r`: hop 1: should be a table"),
        (good() + '  [[case.consent]]\n  by = "a.example"', "case `one`: consent: `until` is missing"),
        (good().replace("09:00:00Z", "09:00:00"), "`at` should be a time with its offset"),
        (good().replace("2030-05-01T09:00:00Z", "2030-05-01"), "`at` should be a time with its offset"),
        (good().replace("2030-05-01T09:00:00Z", "0001-01-01T00:00:00+10:00"), "`at` lies outside the years"),
        (good().replace('from = "north.example"', 'from = "NORTH"'), "`from`: `NORTH` is not a Party id"),
        ("agreements = [", "cases.toml: invalid value"),
        (b"\xff\xfe", "cases.toml: this is not UTF-8 text"),
        ("a = " + "[" * 5000 + "]" * 5000, "cases.toml: brackets are nested too deep"),
        (".".join("a" * 30) + " = 1", "cases.toml: a key of more than 16 parts is too deep"),
        (b" " * (MAX_BYTES + 1), "cases.toml: 16777217 bytes are too many"),
    ],
)
def test_a_mistake_names_file_and_case_and_what_would_be_right(text, said):
    assert any(said in mistake for mistake in mistakes(text)), mistakes(text)


def test_every_mistake_is_named_at_once():
    found = mistakes(good('expect = "maybe"\nuse = "x"\nextra = 1', category="!", originator="North"))
    assert len(found) == 5


def test_an_empty_category_is_no_mistake_and_a_missing_one_is_one():
    (case,) = parse_case_file(good(category="").encode(), "cases.toml").cases
    assert case.question.items["r"].category == ""
    assert len(mistakes(good().replace('category = "incident.reports"', ""))) == 1


def test_what_is_missing_is_told_once():
    assert mistakes(good().replace('agreements = ["north-south"]\n', "")) == [
        "cases.toml: `agreements` is missing"
    ]


def test_a_case_without_a_name_is_named_by_its_number():
    assert any("case 1: `name` is missing" in each for each in mistakes("agreements=[]\n[[case]]\nat = 1"))


def test_one_id_with_two_sets_of_facts_is_a_mistake():
    text = good() + '\n  [[case.item]]\n  id = "r"\n  category = "other"\n  originator = "north.example"\n'
    assert any("stands twice and differs in more than its hops" in each for each in mistakes(text))


def test_an_agreement_that_is_not_there_or_cannot_be_read_is_a_mistake_of_the_file(folder):
    with pytest.raises(BadInput, match="agreement `elsewhere`: no folder"):
        run(folder, good().replace('"north-south"', '"elsewhere"'))
    (folder / "north-south" / "agreement.en.md").write_text("nothing")
    with pytest.raises(BadInput, match="agreement `north-south`: "):
        run(folder, good())


def test_two_folders_of_one_id_are_a_mistake_and_one_folder_spelt_twice_is_none(folder):
    run(folder, good().replace('"north-south"', '"north-south", "./north-south/"'))
    shutil.copytree(folder / "north-south", folder / "copy")
    with pytest.raises(BadInput, match="has the id of"):
        run(folder, good().replace('"north-south"', '"north-south", "copy"'))


def test_a_file_that_is_not_there_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="no case file"):
        read_cases(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("more", "category", "code"),
    [
        ("", "incident.reports", 0),
        ("", "weather", 1),
        ('expect = "permitted"', "incident.reports", 0),
        ('expect = "permitted"', "weather", 1),
        ('expect = "refused"', "weather", 0),
        ('expect = "refused"\ngrounds = ["rule 4 category"]', "weather", 0),
        ('expect = "refused"\ngrounds = ["rule 5 purpose"]', "weather", 1),
        ('expect = "permitted"\nask = ["north.example"]', "incident.reports", 1),
    ],
)
def test_the_exit_code_follows_what_was_expected_or_the_outcome(folder, more, category, code):
    assert exit_code(run(folder, good(more, category))) == code


def test_a_single_case_that_needs_consent_exits_with_four(folder):
    text = good().replace('to = "south.example"', 'to = "north.example"')
    text = text.replace('from = "north.example"', 'from = "south.example"')
    ends = 'from = "north.example", to = "south.example", agreement = "north-south"'
    hop = f'  hops = [{{ {ends}, at = 2030-01-01T00:00:00Z, purpose = "x" }}]\n'
    (result,) = run(folder, text + hop)
    assert result.decision.outcome == "needs-consent" and exit_code([result]) == 4


def test_two_cases_without_expectations_exit_with_zero(folder):
    results = run(folder, good(category="weather") + good().split("\n\n", 1)[1].replace("one", "two"))
    assert [result.decision.outcome for result in results] == ["refused", "permitted"]
    assert exit_code(results) == 0


@pytest.mark.parametrize(
    ("expected", "counts"),
    [
        ("north-south art. 2(1)", True),
        ("north-south art. II(1)", True),
        ("north-south art. 2", False),
        ("north-south art. 2(2)", False),
        ("south-north art. 2(1)", False),
    ],
)
def test_a_citation_counts_when_it_is_the_same_place_in_any_numerals(folder, expected, counts):
    (result,) = run(folder, good(f'grounds = ["{expected}"]'))
    assert result.ok is counts


def test_the_json_of_a_case_has_the_form_of_the_contract(folder):
    (result,) = run(folder, good('expect = "permitted"'))
    told = json.loads(json.dumps(result.as_json()))
    assert list(told) == ["name", "decision", "grounds", "ask", "obligations", "ok"]
    assert told["decision"] == "permitted" and told["ok"] is True and told["ask"] == []
    assert told["grounds"][0]["ref"] == "north-south art. 2(1)"
    assert told["grounds"][0]["text"].startswith("The Parties share indicators")
    assert {each["kind"] for each in told["obligations"]} == {"retention", "consent-owed"}
    assert all(set(each) == {"kind", "value", "to", "ref"} for each in told["obligations"])


def test_the_line_of_a_case_names_outcome_grounds_and_what_differs(folder):
    (result,) = run(folder, good('expect = "refused"'))
    assert result.line() == (
        "permitted  one  [north-south art. 2(1)]  NOT AS EXPECTED: permitted instead of refused"
    )
