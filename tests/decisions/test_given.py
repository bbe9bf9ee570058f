"""Consents laid out: what one look finds is what reading every consent would find."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.agreements.durations import Duration
from comity.decisions.gate import decide
from comity.decisions.given import Given, ToClass
from comity.decisions.rules import consented
from comity.handling.item import Item
from comity.identifiers import category_covers
from decisions.material import AT, NORTH, SOUTH, consent, hop, known, question, received

CLASS = msgspec.structs.replace(consent(None), agreement="north-south", category="incident")
PARTS = st.lists(st.sampled_from(["a", "b", ""]), min_size=1, max_size=4).map(".".join)
PATTERNS = st.one_of(PARTS, PARTS.map(lambda stem: f"{stem}.*"), st.sampled_from(["*", "*.*", ""]))


def of_class(category, **changes):
    return msgspec.structs.replace(CLASS, category=category, **changes)


@settings(max_examples=60)
@given(st.lists(PATTERNS, max_size=6), st.one_of(PARTS, PATTERNS))
def test_one_look_finds_exactly_the_consents_whose_category_covers(patterns, category):
    consents = [of_class(pattern) for pattern in patterns]
    found = Given(consents).classes(NORTH, "north-south", category).consents
    wanted = [each for each in consents if category_covers(each.category, category)]
    assert list(found) == wanted


@pytest.mark.parametrize(
    "other",
    [
        {"by": SOUTH},
        {"agreement": "other"},
        {"agreement": ""},
        {"category": "fraud"},
        {"category": "incidents"},
    ],
)
def test_a_class_of_another_giver_agreement_or_category_is_not_found(other):
    laid_out = Given([msgspec.structs.replace(CLASS, **other)])
    assert laid_out.classes(NORTH, "north-south", "incident").consents == ()


def test_an_empty_agreement_is_no_agreement_and_opens_nothing():
    item = received("r")
    asked = question(item)
    assert decide(asked, known(CLASS), AT).permitted
    assert decide(asked, known(msgspec.structs.replace(CLASS, agreement="")), AT).outcome == "needs-consent"


def test_an_empty_agreement_does_not_stand_for_the_term_an_originator_gives_by_itself():
    item = received("r", judicial="consent")
    asked, without = question(item, judicial=True), msgspec.structs.replace(CLASS, agreement="")
    assert decide(asked, known(CLASS, without), AT).outcome == "needs-consent"
    assert decide(asked, known(CLASS, consent()), AT).permitted


@pytest.mark.parametrize(
    ("changes", "stands"),
    [
        ({}, True),
        ({"purpose": "this"}, True),
        ({"purpose": "other"}, False),
        ({"from_": AT}, True),
        ({"from_": AT + timedelta(seconds=1)}, False),
        ({"until": AT + timedelta(seconds=1)}, True),
        ({"until": AT}, False),
        ({"revoked": AT}, False),
        ({"revoked": AT + timedelta(seconds=1)}, True),
        ({"revoked": AT + timedelta(days=9999), "until": AT}, False),
        ({"condition": "read this"}, False),
        ({"fresh": Duration.parse("PT1H"), "confirmed_at": AT}, False),
    ],
)
def test_what_stands_by_itself_wants_nothing_but_the_instant_and_the_purpose(changes, stands):
    assert ToClass((msgspec.structs.replace(CLASS, **changes),)).stands("this", AT) is stands


def test_one_for_any_purpose_stands_beside_one_for_this():
    other = msgspec.structs.replace(CLASS, purpose="other")
    both = ToClass(
        (msgspec.structs.replace(CLASS, until=AT), other, msgspec.structs.replace(CLASS, from_=AT))
    )
    assert both.stands("other", AT) and both.stands("this", AT)
    assert not ToClass((other,)).stands("this", AT)


def test_of_those_for_one_purpose_none_stands_for_another_and_those_for_any_stand_for_it():
    over = msgspec.structs.replace(CLASS, purpose="this", until=AT)
    assert not ToClass((over, msgspec.structs.replace(CLASS, purpose="other"))).stands("this", AT)
    assert ToClass((over, CLASS)).stands("this", AT)


def test_a_consent_to_an_item_is_found_by_giver_and_item():
    for_one, for_two = consent(), msgspec.structs.replace(consent(), item="s")
    laid_out = Given([for_one, for_two, for_one])
    assert laid_out.items == {NORTH: {"r": (for_one, for_one), "s": (for_two,)}}


def test_of_ten_thousand_consents_only_those_that_name_something_here_are_read(monkeypatch):
    read, serves = [], consented._serves
    monkeypatch.setattr(consented, "_serves", lambda given, *rest: read.append(given) or serves(given, *rest))
    many = [msgspec.structs.replace(consent(), item=f"other-{number}") for number in range(10_000)]
    item = Item("r", "incident.reports", NORTH, hops=(hop(),))
    assert decide(question(item), known(*many, consent()), AT).permitted
    assert read == [consent()]
