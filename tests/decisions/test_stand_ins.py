"""Clauses that stand as the exchange clause of a category of their own: aid, register, materials, deliveries."""

import pytest

from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.handling.item import KINDS, Item
from decisions.material import AT, EAST, SOUTH, question
from decisions.test_gate import text

CLAUSES = {
    "aid.check": '[[aid]]\nkind = "check"',
    "register.joint": '[register]\nid = "joint"\nrecord_kinds = ["person"]',
    "materials.textbooks": '[[materials]]\nkinds = ["textbooks", "films"]\nterms = "free"',
    "materials.films": '[[materials]]\nkinds = ["textbooks", "films"]\nterms = "free"',
    "delivery.radios": '[[delivery]]\nkinds = ["radios", "boats"]',
    "delivery.boats": '[[delivery]]\nkinds = ["radios", "boats"]',
}


def answer(clause, category, kind="information", purpose="any-purpose"):
    held = Known([text("deed", SOUTH, EAST, third=clause, category="other")], unsigned=True)
    return decide(question(Item("r", category, SOUTH, kind=kind), purpose=purpose), held, AT)


@pytest.mark.parametrize("category", CLAUSES)
def test_a_clause_lets_its_own_category_pass_for_any_purpose(category):
    decision = answer(CLAUSES[category], category)
    assert decision.permitted and [(each.ref, each.rule) for each in decision.grounds] == [("deed art. 2", 4)]
    assert not answer("", category).permitted
    assert answer("", category).grounds[0].ref == "rule 4 category"


@pytest.mark.parametrize("category", CLAUSES)
@pytest.mark.parametrize("kind", KINDS)
def test_aid_and_registers_are_information_and_the_others_anything(category, kind):
    only_information = category.startswith(("aid.", "register."))
    decision = answer(CLAUSES[category], category, kind)
    assert decision.permitted is (kind == "information" or not only_information)
    if not decision.permitted:
        assert [(each.ref, each.rule) for each in decision.grounds] == [("deed art. 2", 4)]


@pytest.mark.parametrize("category", ["aid.other", "register.other", "materials.other", "delivery.other"])
def test_and_no_other_category(category):
    assert not any(answer(clause, category).permitted for clause in CLAUSES.values())
