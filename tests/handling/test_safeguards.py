"""The door: what no agreement lets in, what a person must read, and what passes without a word."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from comity.handling.protected_matters import is_about, is_covert_work
from comity.handling.safeguards import (
    ROLES,
    SAFEGUARDS,
    SubjectCategory,
    check_category,
    check_item,
    check_record,
    check_text,
    needs_reading,
    refused,
)

TODAY = date(2030, 1, 1)
SCHEME = tomllib.loads((Path(__file__).parent / "older_scheme.toml").read_text())["category"]


@pytest.mark.parametrize("entry", SCHEME, ids=lambda entry: f"{entry['number']}: {entry['label']}")
def test_a_category_of_the_older_scheme_is_converted_or_refused_with_its_safeguard(entry):
    category = SubjectCategory(**{name: entry[name] for name in entry if name not in ("number", "expect")})
    findings = check_category(category)
    if entry["expect"] == "converted":
        assert findings == ()
        assert category.role in ROLES and (category.offence or category.decision)
    else:
        assert refused(findings)
        assert {finding.ref for finding in findings} == {entry["expect"]}


def test_of_the_fifteen_eight_are_converted_and_seven_refused():
    outcomes = [entry["expect"] == "converted" for entry in SCHEME]
    assert (len(outcomes), sum(outcomes)) == (15, 8)
    assert sorted(entry["number"] for entry in SCHEME) == list(range(1, 16))


@pytest.mark.parametrize(
    ("left_out", "safeguard"),
    [("offence", "safeguard 1"), ("role", "safeguard 2"), ("rests_on", "safeguard 1")],
)
def test_a_convertible_category_without_what_it_rests_on_is_refused(left_out, safeguard):
    whole = {"label": "fraud", "rests_on": "offence", "role": "suspect", "offence": "fraud-263"}
    assert check_category(SubjectCategory(**whole)) == ()
    findings = check_category(SubjectCategory(**(whole | {left_out: ""})))
    assert {finding.ref for finding in findings} == {safeguard}


def test_a_decision_needs_its_reference():
    assert refused(check_category(SubjectCategory("listed", "decision", "sanctioned")))
    assert check_category(SubjectCategory("listed", "decision", "sanctioned", decision="CFSP 12")) == ()


def test_a_decision_that_restricts_a_person_must_expire():
    without = SubjectCategory("expelled", "restriction", "sanctioned", decision="entry ban 7")
    assert {finding.ref for finding in check_category(without)} == {"safeguard 3"}


@pytest.mark.parametrize(
    "name",
    [
        "persons.religion",
        "persons.religious-communities",
        "Political-Opinion",
        "subject.ethnic_origin",
        "sexual orientation",
        "persons/trade-union",
        "sources.journalists",
        "subject.diplomatic-function",
        "persons.race",
        "records.mere-association",
    ],
)
def test_a_name_about_a_protected_matter_is_refused(name):
    assert is_about(name)
    assert refused(check_item(name))
    assert {finding.ref for finding in check_item(name)} == {"safeguard 1"}


@pytest.mark.parametrize(
    "name",
    [
        "incident.indicators",
        "vulnerability.race-condition",
        "finance.legal-opinion",
        "incident.press-release",
        "fraud.reports",
        "health.disease-surveillance",
        "network-defence",
        "",
    ],
)
def test_an_honest_name_passes(name):
    assert is_about(name) is None and not is_covert_work(name)
    assert check_item(name) == ()


def test_covert_work_is_refused_as_category_and_as_purpose():
    assert {finding.ref for finding in check_item("plans.covert-entry")} == {"safeguard 4"}
    assert {finding.ref for finding in check_item("plans", purpose="deception")} == {"safeguard 4"}


@pytest.mark.parametrize(
    "text",
    [
        "He is a journalist and writes about ports",
        "Ona jest dziennikarzem",
        "член религиозной общины",
        "homosexuell",
        "leader of the opposition",
    ],
)
def test_free_text_goes_to_a_person_and_is_never_refused(text):
    findings = check_item("incident.reports", texts={"description": text})
    assert needs_reading(findings) and not refused(findings)
    assert all(finding.place == "description" for finding in findings)


def test_a_finding_names_the_word_and_not_the_text_around_it():
    (finding,) = check_text({"title": "the secret name of a diplomat in Harbour"})
    assert (
        "diplomat" in finding.message and "secret" not in finding.message and "Harbour" not in finding.message
    )


def test_plain_text_is_not_suspected():
    assert check_text({"title": "Phishing against ports", "body": "192.0.2.1 resolved by example.org"}) == ()


def record(**said):
    whole = {
        "owner": "north.example",
        "basis": "Fraud Act, s. 2",
        "role": "suspect",
        "review": date(2031, 1, 1),
        "today": TODAY,
    }
    return check_record(said.pop("fields", {"name": ["X"]}), **(whole | said))


def test_a_whole_record_passes():
    assert record() == ()


@pytest.mark.parametrize(
    ("said", "safeguard"),
    [
        ({"owner": ""}, "safeguard 2"),
        ({"basis": " "}, "safeguard 2"),
        ({"role": ""}, "safeguard 2"),
        ({"role": "suspicious"}, "safeguard 2"),
        ({"review": None}, "safeguard 2"),
        ({"review": TODAY}, "safeguard 3"),
        ({"role": "associate"}, "safeguard 1"),
        ({"role": "contact"}, "safeguard 1"),
        ({"fields": {"religion": ["x"]}}, "safeguard 1"),
        ({"fields": {"ethnicity": ["x"]}}, "safeguard 1"),
        ({"fields": {"political": ["x"]}}, "safeguard 1"),
        ({"fields": {"topics": ["role.journo"]}}, "safeguard 1"),
        ({"fields": {"topics": ["sanction", "role.diplo"]}}, "safeguard 1"),
        ({"fields": {"topics": "gov.religion"}}, "safeguard 1"),
    ],
)
def test_a_record_that_lacks_something_or_says_too_much_is_refused(said, safeguard):
    findings = record(**said)
    assert refused(findings) and {finding.ref for finding in findings} == {safeguard}


def test_every_lack_is_named_at_once():
    findings = check_record({}, owner="", basis="", role="", review=None, today=TODAY)
    assert [finding.place for finding in findings] == ["owner", "legal basis", "review date", "role"]


def test_an_associate_with_a_linked_offence_passes():
    assert record(role="associate", offence="fraud-263") == ()


def test_a_company_needs_no_role():
    assert record(role="", about_person=False) == ()


def test_a_listed_person_without_a_reference_goes_to_a_person():
    findings = record(role="sanctioned")
    assert needs_reading(findings) and not refused(findings)
    assert record(role="sanctioned", decision="2030/12") == ()


def test_topics_that_are_acts_pass():
    assert record(fields={"topics": ["crime.fraud", "sanction", "role.pep"]}) == ()


def test_each_safeguard_is_one_sentence():
    assert sorted(SAFEGUARDS) == [1, 2, 3, 4]
