"""Who an office may talk to: a Party, an office by name, offices of a kind; and what missions may do."""

import pytest

from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.decisions.rules.r03_parties_and_offices import mandate
from comity.handling.item import Item
from decisions.material import AT, EAST, SOUTH, WEST, question
from decisions.test_gate import text

OFFICES = """
[[party]]
id = "west.example"
name.en = "W"
[[office]]
id = "to-kind"
party = "south.example"
may = ["*"]
with = ["kind:coastal"]
coordinated_with = ["east-mission", "desk"]
[[office]]
id = "to-name"
party = "south.example"
may = ["exchange"]
with = ["desk"]
[[office]]
id = "to-party"
party = "south.example"
may = ["exchange"]
with = ["east.example"]
coordinated_with = ["east-mission"]
[[office]]
id = "to-nobody"
party = "south.example"
may = ["exchange"]
with = []
[[office]]
id = "to-all"
party = "south.example"
may = ["training", "exchange"]
categories = ["fraud", "incident.*"]
[[office]]
id = "to-train"
party = "south.example"
may = ["training"]
[[office]]
id = "coast"
party = "east.example"
may = ["*"]
kind = "coastal"
coordinated_with = ["desk"]
[[office]]
id = "desk"
party = "east.example"
may = ["*"]
kind = "legal"
[[mission]]
id = "envoys"
of = "south.example"
at = "east.example"
tasks = ["exchange"]
[[mission]]
id = "wests"
of = "west.example"
at = "east.example"
tasks = ["exchange"]
[[mission]]
id = "in-west"
of = "south.example"
at = "west.example"
tasks = ["exchange"]
[[mission]]
id = "students"
of = "south.example"
at = "east.example"
tasks = ["training"]
[[mission]]
id = "east-mission"
of = "east.example"
at = "south.example"
tasks = ["communication", "training"]
"""
HELD = Known([text("deed", SOUTH, EAST, party=OFFICES)], unsigned=True)


@pytest.mark.parametrize(
    ("sender", "recipient", "said"),
    [
        ("to-kind", "coast", None),
        ("to-kind", "desk", "office `to-kind` has no contact with desk"),
        ("to-kind", None, "office `to-kind` has no contact with east.example"),
        ("to-kind", "attic", "office `to-kind` has no contact with attic"),
        ("to-name", "desk", None),
        ("to-name", "coast", "office `to-name` has no contact with coast"),
        ("to-name", None, "office `to-name` has no contact with east.example"),
        ("to-party", "desk", None),
        ("to-party", None, None),
        ("to-nobody", "desk", "office `to-nobody` has no contact with desk"),
        ("to-all", "coast", None),
        ("to-all", None, None),
        (None, "desk", None),
        ("envoys", None, None),
        ("wests", None, "mission `wests` speaks for west.example at east.example"),
        ("in-west", None, "mission `in-west` speaks for south.example at west.example"),
        ("students", None, "mission `students` has no task of communication"),
        ("east-mission", None, "mission `east-mission` speaks for east.example at south.example"),
        ("to-all", "east-mission", None),
        ("to-kind", "east-mission", "office `to-kind` has no contact with east-mission"),
        ("to-all", "envoys", "mission `envoys` speaks for south.example at east.example"),
    ],
)
def test_an_office_talks_to_those_it_is_in_contact_with(sender, recipient, said):
    asked = question(Item("r", "incident.reports", SOUTH), office_from=sender, office_to=recipient)
    decision = decide(asked, HELD, AT)
    if said is None:
        assert decision.permitted
    else:
        assert (said, 3) in [(each.text, each.rule) for each in decision.grounds]


def test_an_office_handles_the_categories_it_names():
    for category, permitted in (("fraud.x", True), ("incident", True), ("weather", False)):
        asked = question(Item("r", category, SOUTH), office_from="to-all")
        assert decide(asked, HELD, AT).permitted is permitted, category


@pytest.mark.parametrize(
    ("offices", "told"),
    [
        ({}, []),
        ({"office_from": "to-party"}, ["east-mission"]),
        ({"office_from": "envoys"}, []),
        ({"office_from": "to-kind", "office_to": "coast"}, ["east-mission", "desk"]),
        ({"office_to": "coast"}, ["desk"]),
        ({"office_to": "desk"}, []),
    ],
)
def test_whichever_office_is_named_tells_those_it_is_coordinated_with(offices, told):
    decision = decide(question(Item("r", "x", SOUTH), **offices), HELD, AT)
    assert decision.permitted
    assert [each.to for each in decision.obligations if each.kind == "notice"] == told


def test_each_is_told_once_of_the_contact_by_the_last_office_that_owes_it():
    asked = question(Item("r", "x", SOUTH), office_from="to-kind", office_to="coast")
    told = [each for each in decide(asked, HELD, AT).obligations if each.kind == "notice"]
    assert [(each.value, each.to, each.ref) for each in told] == [
        ("contact", "east-mission", "deed art. 1"),
        ("contact", "desk", "deed art. 1"),
    ]


@pytest.mark.parametrize(
    ("name", "party", "other", "clause", "said"),
    [
        ("to-all", SOUTH, EAST, "training", None),
        ("to-all", SOUTH, EAST, "", None),
        ("to-all", SOUTH, EAST, "aid", "office `to-all` has no mandate for `aid`"),
        ("to-kind", SOUTH, EAST, "aid", None),
        ("to-kind", SOUTH, WEST, "aid", "office `to-kind` has no contact with west.example"),
        ("to-name", SOUTH, EAST, "exchange", None),
        ("to-party", SOUTH, EAST, "exchange", None),
        ("to-name", SOUTH, WEST, "exchange", "office `to-name` has no contact with west.example"),
        ("to-nobody", SOUTH, EAST, "exchange", "office `to-nobody` has no contact with east.example"),
        ("desk", SOUTH, EAST, "aid", "office `desk` belongs to east.example"),
        ("students", SOUTH, EAST, "training", None),
        ("students", EAST, SOUTH, "training", "mission `students` speaks for south.example at east.example"),
        ("wests", SOUTH, EAST, "", "mission `wests` speaks for west.example at east.example"),
        ("attic", SOUTH, EAST, "aid", "`attic` is not an office or mission of deed"),
    ],
)
def test_an_office_or_mission_acts_in_a_matter_by_its_mandate(name, party, other, clause, said):
    terms = HELD.sources["deed"].timeline.at(AT, SOUTH, EAST)
    found = mandate(name, party, other, clause, terms)
    assert (found and (found.text, found.rule)) == (said and (said, 3))
    if found is not None:
        assert found.ref == ("rule 3 parties and offices" if name == "attic" else "deed art. 1")


def test_a_mandate_that_lets_nothing_pass_does_so_for_no_category_of_its_name():
    for sender, permitted in (("to-train", False), ("to-all", False), ("to-kind", True)):
        asked = question(Item("r", "training.places", SOUTH), office_from=sender, office_to="coast")
        decision = decide(asked, HELD, AT)
        assert decision.permitted is permitted, sender
    asked = question(Item("r", "training.places", SOUTH), office_from="to-train")
    assert "office `to-train` may not exchange" in [each.text for each in decide(asked, HELD, AT).grounds]
