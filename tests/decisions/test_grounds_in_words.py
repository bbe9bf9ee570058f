"""The words of the grounds that no article gives: offices, custody, withdrawal, agreements; and what is known."""

import hashlib
import json

import msgspec
import pytest

from comity.agreements.days import tzdata_version
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.handling.item import Item
from decisions.material import (
    AT,
    DAY,
    EAST,
    NORTH,
    SOUTH,
    WEST,
    consent,
    hop,
    known,
    question,
    received,
    texts,
)


def grounds(asked, held=None, at=AT):
    return [(each.ref, each.text, each.rule) for each in decide(asked, held or known(), at).grounds]


def by_office(category="incident.reports", holder=NORTH, to=SOUTH, purpose="network-defence", **offices):
    item = Item("r", category, holder)
    return grounds(question(item, holder=holder, to=to, purpose=purpose, **offices))


@pytest.mark.parametrize(
    ("offices", "ref", "text"),
    [
        ({"office_from": "attic"}, "", "`attic` is not an office or mission of north-south"),
        ({"office_to": "attic"}, "", "`attic` is not an office or mission of north-south"),
        ({"office_from": "south-coast"}, "1(2)", "office `south-coast` belongs to south.example"),
        ({"office_to": "north-coast"}, "1(2)", "office `north-coast` belongs to north.example"),
        ({"office_from": "north-training"}, "1(3)", "office `north-training` may not exchange"),
        ({"office_from": "north-coast"}, "1(2)", "office `north-coast` has no contact with south.example"),
        (
            {"office_from": "north-coast", "office_to": "attic"},
            "1(2)",
            "office `north-coast` has no contact with attic",
        ),
        (
            {"office_from": "north-archive"},
            "1(3)",
            "office `north-archive` talks only through north.example",
        ),
        (
            {"office_to": "north-mission"},
            "1(4)",
            "mission `north-mission` speaks for north.example at south.example",
        ),
    ],
)
def test_an_office_without_the_mandate_is_told_why(offices, ref, text):
    found = by_office(**offices)
    assert (f"north-south art. {ref}" if ref else "rule 3 parties and offices", text, 3) in found


def test_an_office_that_does_not_handle_the_category_is_told_so():
    found = by_office(
        "fraud.reports", purpose="fraud-prevention", office_from="north-coast", office_to="south-coast"
    )
    assert found == [("north-south art. 1(2)", "office `north-coast` does not handle `fraud.reports`", 3)]


@pytest.mark.parametrize(
    ("offices", "via"),
    [
        ({"office_from": "north-coast", "office_to": "south-coast"}, ()),
        ({"office_from": "north-archive"}, (NORTH,)),
        ({"office_from": "north-mission"}, ()),
    ],
)
def test_an_office_with_the_mandate_passes(offices, via):
    item = Item("r", "incident.reports", NORTH)
    assert decide(question(item, holder=NORTH, to=SOUTH, via=via, **offices), known(), AT).permitted


MADE = Item("s", "incident.reports", SOUTH, made_from=("r",))


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ((MADE,), "source `r` of `s` is not at hand"),
        (
            (received(), msgspec.structs.replace(MADE, originator=EAST, hops=(hop(EAST, SOUTH),))),
            "`r`, source of `s`: custody ends at south.example, not at east.example",
        ),
        (
            (msgspec.structs.replace(received(), hops=()),),
            "`r` is not south.example's own and no custody leads to it",
        ),
        ((Item("r", "incident.reports", ""),), "`r`: its originator is unknown"),
        ((Item("r", "incident.reports", "", hops=(hop(),)),), "`r`: its originator is unknown"),
        (
            (Item("r", "incident.reports", NORTH, hops=(hop(agreement="gone"),)),),
            "`r`: agreement `gone` of a hop is not at hand",
        ),
        (
            (Item("r", "incident.reports", NORTH, hops=(hop(agreement="south-east"),)),),
            "`r`: north.example and south.example are not both Parties of south-east",
        ),
        (
            (
                Item("r", "incident.reports", SOUTH, made_from=("s",)),
                Item("s", "incident.reports", SOUTH, made_from=("r",)),
            ),
            "`s` stands among its own sources",
        ),
    ],
)
def test_a_custody_that_does_not_hold_together_is_told_where(items, said):
    assert ("rule 7 custody", said, 7) in grounds(question(*items))


def test_a_circle_of_sources_below_the_item_is_found_too():
    below = [Item(name, "x", SOUTH, made_from=(other,)) for name, other in (("a", "b"), ("b", "a"))]
    asked = question(*below, Item("s", "incident.reports", SOUTH, made_from=("a",)))
    assert ("rule 7 custody", "`a` stands among its own sources", 7) in grounds(asked)


def test_one_source_met_by_two_ways_is_no_circle():
    parts = [Item(name, "incident.reports", SOUTH, made_from=("o",)) for name in ("a", "b")]
    own = Item("o", "incident.reports", SOUTH)
    top = Item("s", "incident.reports", SOUTH, made_from=("a", "b"))
    assert decide(question(own, *parts, top), known(), AT).permitted


def test_a_withdrawal_is_told_of_the_item_and_of_what_was_made_from_it():
    gone = known(consent(), consent("s"), withdrawn={"r": AT})
    assert ("rule 7 withdrawn", "`r` was withdrawn by its originator", 7) in grounds(
        question(received()), gone
    )
    made = question(received(), MADE)
    said = "`r`, from which it was made, was withdrawn; a person must decide"
    assert ("rule 7 source-withdrawn", said, 7) in grounds(made, gone)
    assert decide(made, known(consent("s"), withdrawn={"r": AT}, reviewed=("s",)), AT).permitted
    assert decide(made, known(consent("s"), withdrawn={"r": AT + DAY}), AT).permitted


def test_without_an_agreement_between_the_two_both_rules_say_so():
    own = Item("r", "incident.reports", SOUTH)
    assert grounds(question(own, to="nobody.example")) == [
        ("rule 2 in force", "no agreement between these two is at hand", 2),
        ("rule 3 parties and offices", "they are not Parties of one agreement", 3),
    ]
    assert grounds(question(own, to=NORTH, under="south-east")) == [
        ("rule 2 in force", "`south-east` is not an agreement between these two", 2)
    ]
    assert grounds(question(own, to=SOUTH))[0][0] == "rule 2 in force"


def test_an_agreement_not_yet_in_force_says_its_state():
    own = Item("r", "incident.reports", SOUTH)
    before = AT.replace(year=2026, month=12, day=15)
    assert grounds(question(own), at=before) == [
        ("VCLT art. 10, 24", "south-east is signed", 2),
        ("south-east art. V", "From 1 January 2027, without limit.", 2),
    ]


def test_a_safeguard_is_told_with_the_name_it_refuses():
    own = Item("r", "persons.religion", SOUTH)
    assert grounds(question(own, purpose="deception"))[:2] == [
        (
            "safeguard 1",
            "no record or item is about opinion, belief, religion, ethnicity, orientation, press or diplomatic "
            "function, or mere association: `persons.religion` is about religion",
            1,
        ),
        (
            "safeguard 4",
            "cooperation is coordination only: nothing for covert entry, deception or surveillance: `deception`",
            1,
        ),
    ]


def test_the_bytes_of_a_decision_have_the_names_of_the_contract():
    stored = json.loads(decide(question(received()), known(), AT).to_bytes())
    assert sorted(stored) == [
        "agreement",
        "ask",
        "at",
        "grounds",
        "holding",
        "known",
        "obligations",
        "outcome",
        "question",
        "tzdata",
    ]
    assert (stored["outcome"], stored["holding"], stored["agreement"]) == ("needs-consent", 0, None)
    assert stored["ask"][0]["party"] == NORTH and stored["at"] == "2030-05-01T09:00:00Z"


def test_the_digest_of_what_is_known_is_that_of_its_names():
    given = consent()
    held = known(given, withdrawn={"w": AT}, reviewed=("b", "a"))
    named = {
        "agreements": [[each.id, each.acts_digest] for each in sorted(texts(), key=lambda each: each.id)],
        "consents": [given],
        "reviewed": ["a", "b"],
        "unsigned": True,
        "withdrawn": {"w": "2030-05-01T09:00:00Z"},
    }
    written = msgspec.json.encode(named, order="deterministic")
    assert held.digest == hashlib.sha256(written).hexdigest()
    assert Known(texts()).digest != Known(texts(), unsigned=True).digest


def test_a_decision_names_the_zone_rules_of_its_day_beside_what_was_known():
    now, then = Known(texts()), Known(texts(), zones="1989.4")
    assert (now.zones, now.digest) == (tzdata_version(), then.digest)
    for asked in (
        question(received()),
        question(received(), holder=NORTH),
        question(Item("r", "incident", SOUTH)),
    ):
        assert decide(asked, then.with_acts(()), AT).zones == "1989.4"
        assert b'"tzdata":"1989.4"' in decide(asked, then, AT).to_bytes()


def test_a_consent_that_names_both_an_item_and_a_class_or_neither_is_left_out():
    both = msgspec.structs.replace(consent(), agreement="north-south", category="incident")
    neither = consent(None)
    left_out = known(both, neither).given(SOUTH, EAST)
    assert (left_out.items, left_out.classes(NORTH, "north-south", "incident").consents) == ({}, ())
    assert known(consent()).given(SOUTH, EAST).items == {NORTH: {"r": (consent(),)}}
    assert known(consent()).given(SOUTH, WEST).items == {}
