"""What the door finds, to the word: safeguard, place, verdict and sentence; long words are cut."""

from datetime import date

import pytest

from comity.errors import BadInput
from comity.handling.custody import HopTerms, StandingConsent
from comity.handling.item import Item
from comity.handling.markings import Marking, Pap
from comity.handling.safeguards import (
    Finding,
    SubjectCategory,
    check_category,
    check_item,
    check_record,
    check_text,
    needs_reading,
    refused,
)

TODAY = date(2030, 1, 1)
LONG = "religion-" + "x" * 100


def told(findings):
    return [(each.safeguard, each.place, each.verdict, each.message) for each in findings]


def test_an_item_is_judged_by_category_purpose_and_words_in_this_order():
    found = check_item("persons.religion", purpose="deception", texts={"title": "a diplomat"})
    assert told(found) == [
        (1, "category", "refused", "category `persons.religion` is about religion"),
        (4, "purpose", "refused", "purpose `deception` is covert work"),
        (1, "title", "needs-reading", "title needs a person's reading: it speaks of `diplomat`"),
    ]
    assert told(check_item("active-measures", purpose="persons.faith")) == [
        (4, "category", "refused", "category `active-measures` is covert work"),
        (1, "purpose", "refused", "purpose `persons.faith` is about religion"),
    ]


def test_a_long_name_is_cut_at_eighty_characters():
    assert check_item(LONG)[0].message == f"category `{LONG[:80]}` is about religion"
    covert = "deception." + "x" * 100
    assert check_item(covert)[0].message == f"category `{covert[:80]}` is covert work"


def test_a_suspected_word_is_told_once_in_lower_case_and_cut_at_forty_characters():
    found = check_text({"title": "Diplomat, diplomat and DIPLOMAT", "body": "diplomat" + "x" * 50})
    assert [each.message for each in found] == [
        "title needs a person's reading: it speaks of `diplomat`",
        f"body needs a person's reading: it speaks of `{('diplomat' + 'x' * 50)[:40]}`",
    ]


def test_one_finding_that_refuses_refuses_the_whole_and_one_to_read_holds_it():
    refusing = Finding(1, "category", "refused", "x")
    reading = Finding(1, "title", "needs-reading", "x")
    assert refused((reading, refusing)) and not refused((reading,)) and not refused(())
    assert needs_reading((refusing, reading)) and not needs_reading((refusing,)) and not needs_reading(())
    assert [Finding(number, "x", "refused", "x").ref for number in (1, 4)] == ["safeguard 1", "safeguard 4"]


@pytest.mark.parametrize(
    ("category", "found"),
    [
        (
            SubjectCategory("old " * 20, "opinion"),
            [(1, f"category `{('old ' * 20)[:60]}` rests on opinion, not on an act")],
        ),
        (SubjectCategory("old", ""), [(1, "category `old` rests on nothing, not on an act")]),
        (
            SubjectCategory("old", "offence"),
            [
                (2, "category `old` names no data-subject category"),
                (1, "category `old` names no offence by its code"),
            ],
        ),
        (
            SubjectCategory("old", "decision", "sanctioned", offence="fraud-263"),
            [(1, "category `old` names no decision by its reference")],
        ),
        (SubjectCategory("old", "decision", "sanctioned", decision="12/30"), []),
        (
            SubjectCategory("old", "restriction", "sanctioned"),
            [
                (1, "category `old` names no decision by its reference"),
                (3, "category `old` names no day on which the decision expires"),
            ],
        ),
        (SubjectCategory("old", "restriction", "sanctioned", decision="12/30", expires=TODAY), []),
        (SubjectCategory("old", "offence", "suspect", offence="fraud-263"), []),
    ],
)
def test_every_lack_of_an_older_category_is_named(category, found):
    assert [(each.safeguard, each.message) for each in check_category(category)] == found
    assert all(each.verdict == "refused" for each in check_category(category))
    assert {each.place for each in check_category(category)} <= {f"category `{category.label[:60]}`"}


def record(fields=(), **said):
    whole = {"owner": "north.example", "basis": "s. 2", "role": "suspect", "review": date(2031, 1, 1)}
    return told(check_record(dict(fields), **(whole | said), today=TODAY))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"owner": " "}, (2, "owner", "refused", "the record names no owner")),
        ({"basis": ""}, (2, "legal basis", "refused", "the record names no legal basis")),
        ({"review": None}, (2, "review date", "refused", "the record names no review date")),
        (
            {"review": TODAY},
            (3, "review date", "refused", "review on 2030-01-01 does not lie ahead"),
        ),
        ({"role": "contact"}, (1, "role", "refused", "`contact` without an offence is mere association")),
        (
            {"role": "associate"},
            (1, "role", "refused", "`associate` without an offence is mere association"),
        ),
        (
            {"role": "sanctioned"},
            (2, "role", "needs-reading", "a listed person's decision is not named by its reference"),
        ),
        (
            {"role": "y" * 50},
            (
                2,
                "role",
                "refused",
                f"data-subject category `{'y' * 40}` is not one of "
                "suspect, convicted, victim, witness, associate, contact, sanctioned",
            ),
        ),
        (
            {"fields": {"religion": "x"}},
            (1, "field `religion`", "refused", "field `religion` `religion` is about religion"),
        ),
        (
            {"fields": {"topics": ("crime", "role.journo")}},
            (1, "topics", "refused", "topic `role.journo` is about press function"),
        ),
        (
            {"fields": {"topics": ["role.diplo"]}},
            (1, "topics", "refused", "topic `role.diplo` is about diplomatic function"),
        ),
        (
            {"fields": {"topics": "gov.religion"}},
            (1, "topics", "refused", "topic `gov.religion` is about religion"),
        ),
        (
            {"fields": {"topics": "deception"}},
            (4, "topics", "refused", "topics `deception` is covert work"),
        ),
        (
            {"texts": {"remark": "a diplomat"}},
            (1, "remark", "needs-reading", "remark needs a person's reading: it speaks of `diplomat`"),
        ),
    ],
)
def test_what_a_record_lacks_or_says_too_much_of_is_told_to_the_word(said, found):
    assert record(**said) == [found]


@pytest.mark.parametrize("role", ["suspect", "convicted", "victim", "witness"])
def test_roles_that_rest_on_an_offence_pass(role):
    assert record(role=role) == []


def test_a_listed_person_passes_by_a_decision_or_by_an_offence():
    assert record(role="sanctioned", offence="fraud-263") == record(role="sanctioned", decision="12/30") == []


def test_values_of_other_fields_are_not_judged():
    assert record(fields={"name": "religion", "note": ["role.journo"]}) == []


def test_a_review_the_day_after_lies_ahead():
    assert record(review=date(2030, 1, 2)) == []


def test_what_is_not_said_of_an_item_binds_it_to_nothing():
    item = Item("r", "incident.reports", "north.example")
    assert (item.kind, item.hops, item.made_from, item.name) == ("information", (), (), "")
    assert item.needs_reading is False
    assert item.marking is item.pap is item.retention is item.caveat is item.judicial is None


def test_what_copied_terms_do_not_say_is_read_as_the_clause_reads_it():
    terms = HopTerms("deed art. 1")
    assert (terms.covers, terms.consent_of, terms.members, terms.standing, terms.text) == (
        (),
        "everyone-upstream",
        (),
        (),
        "",
    )
    assert terms.members_exempt is True and StandingConsent("a").categories == ()


def test_a_long_label_is_cut_in_the_mistake_and_kept_in_the_marking():
    label = "TLP:" + "Z" * 100
    with pytest.raises(BadInput, match=f"`{label[:60]}` is not one of TLP:CLEAR"):
        Marking.parse(label)
    assert Marking.read(label).label == label and Marking.read(label).level == 99
    assert Pap.read("pap:white") == Pap(0, "PAP:CLEAR") and str(Pap.read("pap: red")) == "PAP:RED"
