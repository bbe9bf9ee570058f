"""Where several are owed, or several things go along, each is looked at by itself."""

import msgspec
import pytest

from comity.agreements.durations import Duration
from comity.decisions.bulk import decide_all
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.handling.custody import HopTerms
from comity.handling.item import Item
from comity.handling.markings import Marking, Pap
from decisions.material import AT, DAY, EAST, NORTH, SOUTH, WEST, consent, hop, known, question
from decisions.test_gate import text
from decisions.test_unread_clauses import told

SENDER = '[third_party]\nconsent_of = "sender"'
EVERYONE = '[third_party]\nconsent_of = "everyone-upstream"'
TWO_HANDS = (hop(agreement="first", at=AT - 20 * DAY), hop(SOUTH, EAST, "second", at=AT - 10 * DAY))


@pytest.mark.parametrize(
    ("given_by", "asked"),
    [((), [NORTH, SOUTH]), ((NORTH,), [SOUTH]), ((SOUTH,), [NORTH]), ((NORTH, SOUTH), [])],
)
@pytest.mark.parametrize("fresh", ["", '\nfresh = "P2D"'])
def test_of_everyone_upstream_whoever_has_not_consented_is_asked(given_by, asked, fresh):
    texts = [
        text("first", NORTH, SOUTH, third=EVERYONE + fresh),
        text("second", SOUTH, EAST, third=EVERYONE + fresh),
        text("on", EAST, WEST),
    ]
    consents = [
        consent(None, by=giver, holder=EAST, to=WEST, agreement=deed, category="x", confirmed_at=AT - DAY)
        for giver in given_by
        for deed in ("first", "second")
    ]
    item = Item("r", "x", NORTH, hops=TWO_HANDS)
    decision = decide(
        question(item, holder=EAST, to=WEST), Known(texts, unsigned=True).with_acts(consents), AT
    )
    assert [each.party for each in decision.ask] == asked
    assert decision.permitted is (not asked)


def test_a_holder_that_succeeded_to_whom_consent_is_owed_is_not_asked_itself():
    new = "north-new.example"
    succession = f'kind = "succession"\nby = "{new}"\nof = "{NORTH}"\ndated = 2029-01-01\n'
    deed = text("deed", NORTH, SOUTH, **{"notices/0001-succession.toml": succession})
    held = Known([deed, text("back", SOUTH, new, third=SENDER), text("on", new, EAST)], unsigned=True)
    hops = (hop(agreement="deed", at=AT.replace(year=2027)), hop(SOUTH, new, "back"))
    asked = question(Item("r", "x", NORTH, hops=hops), holder=new)
    assert [each.party for each in decide(asked, held, AT).ask] == [SOUTH]
    given = held.with_acts([consent("r", by=SOUTH, holder=new)])
    assert decide(asked, given, AT).permitted


def test_the_condition_of_a_consent_over_several_hops_goes_along_to_each_hand():
    texts = [text("first", NORTH, SOUTH), text("second", SOUTH, EAST), text("on", EAST, WEST)]
    wide = consent("r", holder=SOUTH, to=EAST, hops=2, condition="not for the press")
    wide = msgspec.structs.replace(wide, from_=AT - 30 * DAY)
    near = consent("r", by=SOUTH, holder=EAST, to=WEST)
    held = Known(texts, [wide, near], unsigned=True)
    decision = decide(question(Item("r", "x", NORTH, hops=TWO_HANDS), holder=EAST, to=WEST), held, AT)
    assert decision.permitted
    assert [
        (each.value, each.to, each.ref) for each in decision.obligations if each.kind == "read-caveat"
    ] == [("not for the press", WEST, f"consent of {NORTH}")]


@pytest.mark.parametrize(
    ("said", "goes_along"),
    [
        ({}, []),
        ({"caveat": "Read first."}, [("read-caveat", "Read first.")]),
        ({"marking": Marking.parse("TLP:GREEN")}, [("marking", "TLP:GREEN")]),
        ({"pap": Pap.parse("PAP:AMBER")}, [("marking", "PAP:AMBER")]),
        ({"retention": Duration(days=3)}, [("retention", "P3D")]),
    ],
)
def test_what_an_item_of_one_s_own_says_goes_along_with_it(said, goes_along):
    held = Known([text("deed", SOUTH, EAST, third="")], unsigned=True)
    decision = decide(question(Item("r", "x", SOUTH, **said)), held, AT)
    assert [(each.kind, each.value) for each in decision.obligations] == goes_along


def test_an_article_for_the_other_direction_is_told_by_rule_four():
    clause = f'[[exchange]]\ncategory = "q"\ndirections = [["{EAST}", "{SOUTH}"]]'
    assert told(clause, category="y", asked="q") == ("refused", [("deed art. 2", 4)])


def test_items_in_a_circle_are_answered_together_as_each_alone():
    circle = {name: Item(name, "x", SOUTH, made_from=(source,)) for name, source in ("ab", "bc", "ca")}
    held = Known([text("deed", SOUTH, EAST)], unsigned=True)
    asked = question(circle["a"])
    answer = decide_all(list(circle.values()), asked, held, AT, sources=circle)
    for number, item in enumerate(circle.values()):
        alone = decide(msgspec.structs.replace(asked, items=circle, disclose=item.id), held, AT)
        assert answer.decision(number).outcome == alone.outcome == "refused"
        assert [each.ref for each in answer.decision(number).grounds] == [each.ref for each in alone.grounds]


def test_terms_that_one_hop_carried_are_never_taken_for_those_of_another():
    """They live no longer than a decision; what is laid out for a leg must not be found by where they lay."""
    held = known(*(consent(f"h{number}") for number in range(0, 60, 2)))
    for number in range(60):
        terms = HopTerms(
            f"away art. {number}",
            "Ask.",
            covers=("information",),
            members=(NORTH, SOUTH),
            consent_of=("sender", "everyone-upstream", "originator")[number % 3],
        )
        item = Item(f"h{number}", "incident.reports", NORTH, hops=(hop(agreement="away", terms=terms),))
        decision = decide(question(item), held, AT)
        owed = [each.ref for each in decision.obligations if each.kind == "consent-owed" and each.to == NORTH]
        assert decision.permitted is (number % 2 == 0)
        assert owed == ([f"away art. {number}"] if decision.permitted else [])
        assert decision.permitted or decision.ask[0].grounds[0].ref == f"away art. {number}"


@pytest.mark.parametrize(
    ("named", "outcome"),
    [
        ({"item": "r"}, "permitted"),
        ({"item": None, "agreement": "first", "category": "x"}, "permitted"),
        ({"item": "r", "agreement": "first", "category": "x"}, "needs-consent"),
        ({"item": None}, "needs-consent"),
        ({"item": None, "category": "x"}, "needs-consent"),
    ],
)
def test_a_consent_over_several_hops_names_one_item_or_one_class_too(named, outcome):
    texts = [text("first", NORTH, SOUTH), text("second", SOUTH, EAST, third=SENDER), text("on", EAST, WEST)]
    wide = consent(**named, holder=SOUTH, to=EAST, hops=2)
    wide = msgspec.structs.replace(wide, from_=AT - 30 * DAY)
    near = consent("r", by=SOUTH, holder=EAST, to=WEST)
    held = Known(texts, [wide, near], unsigned=True)
    decision = decide(question(Item("r", "x", NORTH, hops=TWO_HANDS), holder=EAST, to=WEST), held, AT)
    assert decision.outcome == outcome
