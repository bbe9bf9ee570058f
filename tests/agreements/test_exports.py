"""Other people's formats: what is emitted says what the text says, and no more."""

import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import pytest

from agreements.drafts import draft
from comity.agreements.exports.akoma_ntoso import NAMESPACE, akoma_ntoso
from comity.agreements.exports.dates import days
from comity.agreements.exports.iep import iep_policies, labels
from comity.agreements.exports.membership_notice import membership_notice
from comity.agreements.exports.odrl import odrl_policy
from comity.agreements.folder import read_folder
from comity.errors import NotFound

EXAMPLES = Path(__file__).parents[2] / "examples"
NORTH_SOUTH = read_folder(EXAMPLES / "north-south-2026")
FOLDERS = sorted({path.parent for path in EXAMPLES.glob("*/agreement.*.md")})


def test_odrl_gives_one_permission_a_direction_and_asks_consent_to_pass_on():
    policy = odrl_policy(NORTH_SOUTH)
    use = [rule for rule in policy["permission"] if rule["action"] == "use"]
    onward = [rule for rule in policy["permission"] if rule["action"] == "distribute"]
    assert (policy["@type"], len(use), len(onward)) == ("Agreement", 8, 8)
    first = use[0]
    assert first["assigner"] == "urn:comity:party:north.example"
    assert first["constraint"][0]["rightOperand"] == [
        "urn:comity:purpose:network-defence",
        "urn:comity:purpose:incident-response",
    ]
    assert first["duty"][0]["constraint"][0]["rightOperand"] == {"@value": "P3Y", "@type": "xsd:duration"}
    assert all(
        rule["duty"] == [{"action": "obtainConsent", "consentingParty": rule["assigner"]}] for rule in onward
    )
    assert len({rule["uid"] for rule in policy["permission"]}) == 16
    assert policy["prohibition"][0]["constraint"][0]["rightOperand"] == ["urn:comity:purpose:commercial"]


def test_odrl_keeps_to_the_directions_and_kinds_of_an_article():
    more = '[[exchange]]\ncategory = "tools"\nkinds = ["equipment"]\n'
    more += 'directions = [["north.example", "south.example"]]\n'
    policy = odrl_policy(draft(more=more + '[third_party]\ncovers = ["information"]'))
    assert [(rule["assigner"], rule["action"]) for rule in policy["permission"]] == [
        ("urn:comity:party:north.example", "use")
    ]


def test_iep_says_the_marking_limit_and_nothing_it_has_no_word_for():
    (policy,) = iep_policies(NORTH_SOUTH)
    assert (policy["tlp"], policy["encrypt_in_transit"], policy["iep_version"]) == ("amber", "must", 2.0)
    assert policy["start_date"] == "2026-02-28T23:00:00Z"
    assert iep_policies(NORTH_SOUTH) == [policy]
    strict = read_folder(EXAMPLES / "fiu-memorandum")
    assert (list(iep_policies(strict)), labels(strict)) == ([], ("tlp:amber+strict",))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_akoma_ntoso_holds_every_article_of_every_language(folder):
    agreement = read_folder(folder)
    for language, text in agreement.texts.items():
        root = ET.fromstring(akoma_ntoso(agreement, language, date(2026, 3, 1)))
        articles = root.findall(f".//{{{NAMESPACE}}}article")
        assert [each.findtext(f"{{{NAMESPACE}}}heading") for each in articles] == [
            each.heading for each in text.articles
        ]
        words = "".join(root.itertext())
        assert all(
            paragraph.text.split("\n")[0] in words for each in text.articles for paragraph in each.paragraphs
        )
        assert len(root.findall(f".//{{{NAMESPACE}}}TLCOrganization")) == 1 + len(agreement.parties)


def test_the_days_of_1989_in_a_calendar():
    agreement = read_folder(EXAMPLES / "cs-su-1989")
    found = [(each.day.isoformat(), each.said) for each in days(agreement, date(2010, 1, 1))]
    assert found == [
        ("1989-08-30", "entry into force"),
        ("1989-08-30", "signed"),
        ("2004-02-29", "last day for notice"),
        ("2004-08-30", "extended unless notice was given"),
        ("2009-02-28", "last day for notice"),
        ("2009-08-30", "extended unless notice was given"),
    ]


def test_lapses_are_days_to_know():
    law = '[[legal_basis]]\nname = "Act, 2015"\nuntil = 2025-09-30\nrevived = 2025-11-13'
    agreement = draft("signed = 2020-01-01", law)
    assert [each.said for each in days(agreement, date(2030, 1, 1))][-2:] == [
        "last day of Act, 2015",
        "Act, 2015 counts again",
    ]


def test_the_notice_to_an_authority_names_the_arrangement_and_the_duty():
    found = membership_notice(NORTH_SOUTH, "north.example", "joining", date(2026, 3, 1))
    (document,) = found.values()
    assert list(found) == ["authority.north.example"]
    for said in (
        "CERT North (north.example)",
        "2026-03-01",
        NORTH_SOUTH.digest,
        "art. 29(4)",
        "art. 45(3)",
        "south.example",
    ):
        assert said in document
    with pytest.raises(NotFound):
        membership_notice(
            read_folder(EXAMPLES / "pl-kp-1987"), "interior.pl.example", "joining", date(2026, 3, 1)
        )
