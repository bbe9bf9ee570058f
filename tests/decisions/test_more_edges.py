"""Relays nobody named, grounds without words, recipients who stand upstream themselves, letters written otherwise."""

import pytest

from comity.decisions.explain import explain
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.handling.custody import HopTerms
from comity.handling.item import Item
from comity.handling.markings import Marking
from comity.handling.protected_matters import is_about, needs_a_look
from decisions.material import AT, EAST, NORTH, SOUTH, hop, known, question
from decisions.test_gate import text

BOTH = 'carriers = ["https", "relay"]\n'


@pytest.mark.parametrize(
    ("transport", "carrier", "permitted"),
    [
        (BOTH, "relay", False),
        (BOTH, "relay:r.example", False),
        (BOTH, "https", True),
        (BOTH, "pouch", False),
        (BOTH, None, True),
        (BOTH + 'relays = ["r.example"]', "relay", True),
        (BOTH + 'relays = ["r.example"]', "relay:r.example", True),
        (BOTH + 'relays = ["r.example"]', "relay:other.example", False),
        ('carriers = ["pouch"]\nrelays = ["r.example"]', "relay:r.example", False),
        ('carriers = ["pouch"]', "https", False),
    ],
)
def test_a_relay_must_be_allowed_and_named(transport, carrier, permitted):
    held = Known([text("deed", SOUTH, EAST, third=f"[transport]\n{transport}")], unsigned=True)
    assert decide(question(Item("r", "x", SOUTH), carrier=carrier), held, AT).permitted is permitted


ENVOYS = """
[[office]]
id = "desk"
party = "south.example"
may = ["*"]
[[mission]]
id = "envoys"
of = "south.example"
at = "east.example"
tasks = ["communication"]
"""


@pytest.mark.parametrize(
    ("via", "permitted"),
    [
        ('["desk"]', True),
        ('["envoys"]', True),
        ('["desk", "envoys"]', True),
        ('["attic"]', False),
        ('["desk", "attic"]', False),
    ],
)
def test_a_transport_article_that_names_an_office_nobody_knows_lets_nothing_travel(via, permitted):
    transport = f'[transport]\ncarriers = ["https"]\nvia = {via}'
    held = Known([text("deed", SOUTH, EAST, third=transport, party=ENVOYS)], unsigned=True)
    decision = decide(question(Item("r", "x", SOUTH), carrier="https"), held, AT)
    assert decision.permitted is permitted
    if not permitted:
        assert [(ground.ref, ground.rule) for ground in decision.grounds] == [("deed art. 2", 9)]


@pytest.mark.parametrize("carrier", [None, "https", "pouch", "relay"])
def test_without_a_transport_article_all_but_a_relay_may_carry(carrier):
    held = Known([text("deed", SOUTH, EAST)], unsigned=True)
    decision = decide(question(Item("r", "x", SOUTH), carrier=carrier), held, AT)
    assert decision.permitted is (carrier != "relay")
    if carrier == "relay":
        assert [(ground.ref, ground.rule) for ground in decision.grounds] == [("rule 9 transport", 9)]


def test_a_ground_without_words_is_said_to_have_none():
    terms = HopTerms("old art. 4", covers=("information",), members=("harbour.example", SOUTH))
    item = Item("h", "incident", "harbour.example", hops=(hop("harbour.example", SOUTH, "old", terms=terms),))
    held = known()
    assert "  old art. 4: (no words at hand)" in explain(decide(question(item), held, AT), held)


def test_nobody_is_asked_whether_it_may_receive_what_came_from_itself():
    """Harbour stands upstream and is no member's equal under the terms; South is still asked, Harbour is not."""
    terms = HopTerms(
        "old art. 4", "Ask.", ("information",), members_exempt=False, members=("harbour.example", NORTH)
    )
    item = Item(
        "h",
        "x",
        "harbour.example",
        hops=(hop("harbour.example", NORTH, "old", terms=terms), hop(agreement="deed")),
    )
    deed = text("deed", NORTH, SOUTH, third="[third_party]\nmembers_exempt = false")
    held = Known([deed, text("on", SOUTH, "harbour.example"), text("off", SOUTH, NORTH)], unsigned=True)
    to_harbour = decide(question(item, to="harbour.example"), held, AT)
    assert [(ask.party, ask.items) for ask in to_harbour.ask] == [(NORTH, ("h",))]
    to_north = decide(question(item, to=NORTH), held, AT)
    assert [(ask.party, ask.items) for ask in to_north.ask] == [("harbour.example", ("h",))]


@pytest.mark.parametrize("name", ["persons.journaliſts", "perſons.faith", "persons.ſexuality"])
def test_a_letter_that_folds_to_another_hides_nothing(name):
    assert is_about(name) and needs_a_look(name)


def test_a_marking_nobody_knows_is_told_and_cut_at_sixty_characters():
    item = Item("r", "incident.reports", SOUTH, marking=Marking.read("Z" * 70))
    told = [(each.ref, each.text, each.rule) for each in decide(question(item), known(), AT).grounds]
    assert told == [("rule 6 marking", f"marking `{'Z' * 60}` is not known", 6)]
