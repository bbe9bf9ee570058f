"""A clause that cannot be evaluated denies what it would have let pass, or all it covers; and what necessity lifts."""

import msgspec
import pytest

from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.handling.item import Item
from decisions.material import AT, DAY, EAST, NORTH, SOUTH, consent, hop, known, question
from decisions.test_gate import NEED, text

UNDER = 'under = ["framework-2019 art. 6"]\n'


def told(third, category="*", asked="x", **said):
    held = Known([text("deed", SOUTH, EAST, third=third, category=category)], unsigned=True)
    decision = decide(question(Item("r", asked, SOUTH), **said), held, AT)
    return decision.outcome, [(ground.ref, ground.rule) for ground in decision.grounds]


@pytest.mark.parametrize(
    ("clause", "rule"),
    [
        (f'[protection]\npurposes_excluded = ["commercial"]\n{UNDER}', 5),
        (f'[transport]\ncarriers = ["https"]\n{UNDER}', 9),
        (f'[[handling]]\nretention = "P1D"\n{UNDER}', 6),
        (f'[[handling]]\ncategories = ["x"]\nretention = "P1D"\n{UNDER}', 6),
    ],
)
def test_a_restriction_nobody_can_read_refuses_what_it_covers(clause, rule):
    assert told(clause) == ("refused", [("deed art. 2", rule)])


def test_and_nothing_else():
    assert told(f'[[handling]]\ncategories = ["y"]\nretention = "P1D"\n{UNDER}')[0] == "permitted"


def test_an_exchange_article_nobody_can_read_lets_nothing_pass_and_is_cited():
    clause = f'[[exchange]]\ncategory = "q"\n{UNDER}'
    assert told(clause, category="y", asked="q.below") == ("refused", [("deed art. 2", 4)])
    assert told(clause, category="y", asked="p") == ("refused", [("rule 4 category", 4)])
    assert told(clause, asked="q") == ("permitted", [("deed art. 1", 4)])


def test_a_third_party_article_nobody_can_read_refuses_what_it_covers():
    deed = text("deed", NORTH, SOUTH, third=f'[third_party]\ncovers = ["information"]\n{UNDER}')
    held = Known([deed, text("on", SOUTH, EAST)], unsigned=True)
    item = Item("r", "x", NORTH, hops=(hop(agreement="deed"),))
    decision = decide(question(item), held.with_acts([consent()]), AT)
    assert [(ground.ref, ground.rule) for ground in decision.grounds] == [("deed art. 2", 7)]
    assert (decision.outcome, decision.blocked, decision.only_lineage) == ("refused", ("r",), False)


def test_the_recipient_will_owe_the_article_that_is_broken_too():
    held = Known([text("deed", SOUTH, EAST, third=f"[third_party]\n{UNDER}")], unsigned=True)
    decision = decide(question(Item("r", "x", SOUTH)), held, AT)
    assert [(each.kind, each.to, each.ref) for each in decision.obligations] == [
        ("consent-owed", SOUTH, "deed art. 2")
    ]


def test_both_offices_tell_those_they_are_coordinated_with():
    item = Item("r", "incident.reports", SOUTH)
    asked = question(item, to=NORTH, office_from="south-coast", office_to="north-coast")
    found = [each for each in decide(asked, known(), AT).obligations if each.kind == "notice"]
    assert [(each.value, each.to, each.ref) for each in found] == [
        ("contact", "north-mission", "north-south art. 1(2)")
    ]


def test_an_article_on_keeping_that_nobody_can_read_is_told_by_rule_eight_for_what_came_under_it():
    clause = f'[[handling]]\nretention = "P1D"\n{UNDER}'
    held = Known([text("deed", NORTH, SOUTH, third=clause), text("on", SOUTH, EAST)], unsigned=True)
    item = Item("r", "x", NORTH, hops=(hop(agreement="deed"),))
    decision = decide(question(item), held, AT)
    assert [(ground.ref, ground.rule) for ground in decision.grounds] == [("deed art. 2", 8)]


FOR_COURT = Item("r", "incident.reports", NORTH, kind="materials", hops=(hop(),))


def test_necessity_lifts_the_consent_owed_for_use_before_a_court_and_is_told():
    asked = question(FOR_COURT, judicial=True)
    decision = decide(asked, known(), AT)
    assert [(ask.party, ask.items) for ask in decision.ask] == [(NORTH, ("r",))]
    lifted = decide(msgspec.structs.replace(asked, **NEED), known(), AT)
    assert lifted.permitted and "notice" in {each.kind for each in lifted.obligations}
    assert decide(asked, known(consent()), AT).permitted
    assert decide(question(FOR_COURT), known(), AT).permitted


def test_use_before_a_court_that_is_excluded_is_refused_whoever_consents():
    item = Item("r", "incident.indicators", NORTH, kind="materials", hops=(hop(),))
    decision = decide(question(item, judicial=True), known(consent()), AT)
    assert (decision.outcome, [each.ref for each in decision.grounds]) == (
        "refused",
        ["north-south art. 4(3)"],
    )
    own = question(Item("o", "incident.indicators", SOUTH), to=NORTH, judicial=True)
    assert [each.ref for each in decide(own, known(), AT).grounds] == ["north-south art. 4(3)"]


def test_a_consent_for_what_stands_anywhere_between_counts():
    chain = [Item("r", "incident.reports", NORTH, hops=(hop(),))]
    for name in ("k", "m", "s"):
        chain.append(Item(name, "incident.reports", SOUTH, made_from=(chain[-1].id,)))
    for named in "rkms":
        assert decide(question(*chain), known(consent(named)), AT).permitted, named
    beside = Item("b", "incident.reports", SOUTH)
    top = msgspec.structs.replace(chain[-1], made_from=("m", "b"))
    asked = question(*chain[:-1], beside, top)
    for named in ("b", "elsewhere"):
        assert decide(asked, known(consent(named)), AT).outcome == "needs-consent", named


def test_what_a_decision_that_asks_says_is_in_the_way():
    chain = (
        Item("r", "incident.reports", NORTH, hops=(hop(),)),
        Item("s", "incident.reports", SOUTH, made_from=("r",)),
    )
    asks = decide(question(*chain), known(), AT)
    assert (asks.blocked, asks.only_lineage, asks.agreement) == (("r",), True, None)
    direct = decide(question(chain[0]), known(), AT)
    assert (direct.blocked, direct.only_lineage) == (("r",), False)
    gone = decide(question(*chain), known(withdrawn={"r": AT}), AT)
    assert (gone.outcome, gone.blocked, gone.only_lineage) == ("refused", ("r",), True)
    late = decide(question(*chain, to="nobody.example"), known(withdrawn={"r": AT - DAY}), AT)
    assert (late.outcome, late.only_lineage) == ("refused", False)


def test_a_permission_says_that_nothing_is_in_the_way():
    for item in (FOR_COURT, Item("o", "incident.reports", SOUTH)):
        decision = decide(question(item), known(), AT)
        assert (decision.permitted, decision.blocked, decision.only_lineage) == (True, (), False)
