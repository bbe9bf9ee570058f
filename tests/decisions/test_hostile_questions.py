"""The catalogue of hostile disclosures, row by row, where the gate is what must hold (rows D1 to D20).

Rows about pages, keys, carriers and erasure (D8 in part, D15, D17, D18, D19) are held elsewhere; what the gate owes
them is here: one decision function, nothing silent, no content in any answer. Where each row is tried stands in
`docs/explanation/denials.md`.
"""

import msgspec
import pytest

from comity.decisions.bulk import decide_all
from comity.decisions.explain import explain
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.handling.item import Item
from comity.handling.markings import Marking
from comity.handling.safeguards import check_item, needs_reading
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


def outcome(asked, held=None):
    return decide(asked, held or known(), AT).outcome


@pytest.mark.parametrize("blank", ["to", "holder", "purpose", "disclose"])
def test_d1_an_empty_name_is_nobody(blank):
    asked = msgspec.structs.replace(question(Item("r", "incident.reports", SOUTH)), **{blank: ""})
    assert outcome(asked) == "refused"


def test_d1_an_empty_set_of_agreements_permits_nothing():
    decision = decide(question(Item("r", "incident.reports", SOUTH)), Known(), AT)
    assert [ground.ref for ground in decision.grounds] == ["rule 2 in force", "rule 3 parties and offices"]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (Item("r", "unheard-of", SOUTH), "rule 4 category"),
        (Item("r", "", SOUTH), "rule 4 category"),
        (Item("r", "incident.reports", SOUTH, kind="rumour"), "south-east art. II"),
        (Item("r", "incident.reports", SOUTH, marking=Marking.read("TLP:MAUVE")), "rule 6 marking"),
        (Item("r", "incident.reports", NORTH, hops=(hop(agreement="unheard-of"),)), "rule 7 custody"),
        (Item("r", "incident.reports", SOUTH, made_from=("unheard-of",)), "rule 7 custody"),
    ],
)
def test_d2_what_nobody_knows_is_denied_and_named(item, said):
    decision = decide(question(item), known(), AT)
    assert decision.outcome == "refused" and said in {ground.ref for ground in decision.grounds}


def test_d2_an_unknown_marking_agreement_or_source_is_named_in_the_ground():
    for item, word in (
        (Item("r", "incident.reports", SOUTH, marking=Marking.read("TLP:MAUVE")), "TLP:MAUVE"),
        (Item("r", "incident.reports", NORTH, hops=(hop(agreement="unheard-of"),)), "unheard-of"),
        (Item("r", "incident.reports", SOUTH, made_from=("lost",)), "lost"),
    ):
        assert any(word in ground.text for ground in decide(question(item), known(), AT).grounds)


@pytest.mark.parametrize(
    "given",
    [
        (),
        (consent("other"),),
        (consent(to=WEST),),
        (consent(purpose="incident-response"),),
        (consent(agreement="north-south"),),
        (consent(revoked=AT),),
        (msgspec.structs.replace(consent(), until=AT),),
        (msgspec.structs.replace(consent(), from_=AT + DAY),),
    ],
    ids=["none", "item", "recipient", "purpose", "both", "revoked", "expired", "not yet"],
)
def test_d3_onward_without_the_very_consent_is_not_permitted(given):
    assert outcome(question(received()), known(*given)) == "needs-consent"


def test_d3_a_consent_is_not_used_up_nor_widened_by_use():
    held = known(consent())
    assert [outcome(question(received()), held) for _ in range(3)] == ["permitted"] * 3
    assert outcome(question(received(), to=WEST), held) == "needs-consent"


@pytest.mark.parametrize("giver", [SOUTH, EAST, WEST, "relay.harbour.example", "former.example"])
def test_d4_a_consent_of_one_who_is_not_owed_is_none(giver):
    assert outcome(question(received()), known(consent(by=giver))) == "needs-consent"


def test_d5_every_derived_item_stays_bound_however_it_is_made():
    chain = [received()]
    for step in ("edited", "translated", "merged", "summarised", "attached"):
        chain.append(Item(step, "incident.reports", SOUTH, made_from=(chain[-1].id,)))
        assert outcome(question(*chain)) == "needs-consent", step


def test_d5_sent_back_by_a_third_party_it_stays_bound():
    back = Item(
        "r",
        "incident.reports",
        NORTH,
        hops=(hop(), hop(SOUTH, EAST, "south-east"), hop(EAST, SOUTH, "south-east")),
    )
    decision = decide(question(back, to=WEST), known(), AT)
    assert [ask.party for ask in decision.ask] == [EAST, NORTH]


def said(decision):
    return decision.outcome, decision.grounds, decision.ask, decision.obligations, decision.remedies


@pytest.mark.parametrize("asked", [question(received()), question(Item("r", "incident.reports", SOUTH))])
def test_d6_what_one_does_not_hold_changes_no_answer_and_no_count(asked):
    """Other items, consents for others, and texts between others leave no trace in an answer or a preview."""
    others = {"z": received("z"), "w": Item("w", "fraud.reports", WEST)}
    crowded = msgspec.structs.replace(asked, items={**asked.items, **others})
    more = known(consent("z"), consent("w", by=WEST, holder=NORTH), withdrawn={"z": AT - DAY}, reviewed=["w"])
    wider = Known(
        texts("north-south", "south-east", "south-west", "west-lab", "alliance"),
        [consent("z")],
        unsigned=True,
    )
    assert said(decide(crowded, more, AT)) == said(decide(asked, known(), AT))
    assert said(decide(crowded, wider, AT))[1:3] == said(decide(asked, known(), AT))[1:3]
    item = asked.items["r"]
    assert (
        decide_all([item], asked, more, AT).permitted().sum()
        == decide_all([item], asked, known(), AT).permitted().sum()
    )


def test_d7_bulk_and_single_answers_come_from_one_function():
    items = [received(), Item("o", "incident.reports", SOUTH), Item("w", "weather", SOUTH)]
    answer = decide_all(items, question(items[0]), known(), AT)
    assert [answer.outcome(place) for place in range(3)] == [outcome(question(item)) for item in items]


def test_d8_an_item_is_decided_under_its_own_name_only():
    swapped = msgspec.structs.replace(
        question(Item("free", "incident.reports", SOUTH)), items={"free": received()}
    )
    assert outcome(swapped) == "refused"


def test_d9_one_forbidden_item_among_a_thousand_is_told():
    items = [Item(f"i{number}", "incident.reports", SOUTH) for number in range(999)] + [received()]
    assert decide_all(items, question(items[0]), known(), AT).permitted().sum() == 999


def test_d10_an_agreement_of_others_opens_nothing_and_is_not_named():
    decision = decide(question(Item("r", "incident.reports", NORTH), holder=NORTH, to=EAST), known(), AT)
    assert decision.outcome == "refused"
    assert not any("south-east" in ground.ref + ground.text for ground in decision.grounds)


def test_d11_nothing_new_passes_from_the_instant_an_agreement_ends():
    asked = question(Item("r", "incident.reports", NORTH), holder=NORTH, to=SOUTH)
    end = AT.replace(year=2036, month=3, day=1, hour=0)
    assert decide(asked, known(), end - DAY / 86400).outcome == "permitted"
    assert decide(asked, known(), end).outcome == "refused"


def test_d12_of_limits_in_one_text_the_stricter_binds_and_texts_do_not_lend_each_other_terms():
    """Both texts are tried whole: what the one refuses and the other lacks passes under neither."""
    red = Item("r", "incident.reports", SOUTH, marking=Marking.parse("TLP:RED"))
    strict = question(red, to=NORTH)
    assert outcome(strict) == "refused"  # north-south limits it; of its three limits the strictest binds
    assert outcome(msgspec.structs.replace(strict, to=EAST)) == "permitted"  # south-east has no limit
    lent = question(Item("r", "vulnerability", SOUTH), to=EAST)
    both = known(names=("south-east", "alliance"))
    assert decide(lent, both, AT).agreement == "alliance"
    assert decide(msgspec.structs.replace(lent, under="south-east"), both, AT).outcome == "refused"
    onward = msgspec.structs.replace(lent, purpose="statistics")
    refused = decide(onward, both, AT)
    assert refused.outcome == "refused"
    assert {ground.ref for ground in refused.grounds} >= {"alliance art. 2", "rule 4 category"}


def test_d13_a_revocation_stops_the_next_decision_and_no_answer_is_kept():
    held = known(consent())
    assert outcome(question(received()), held) == "permitted"
    assert outcome(question(received()), held.with_acts([consent(revoked=AT)])) == "needs-consent"


def test_d14_an_item_whose_originator_is_unknown_goes_nowhere():
    for item in (
        Item("r", "incident.reports", ""),
        Item("r", "incident.reports", "", hops=(hop("", SOUTH),)),
    ):
        decision = decide(question(item), known(), AT)
        assert decision.outcome == "refused" and "rule 7 custody" in {
            ground.ref for ground in decision.grounds
        }


def test_d14_an_originator_that_is_gone_and_answers_nothing_means_no():
    lone = Item("r", "incident.reports", NORTH, hops=(hop(at=AT - 2 * DAY),))
    assert outcome(question(lone)) == "needs-consent"


def test_d16_a_protected_matter_is_refused_in_a_field_and_read_by_a_person_in_free_text():
    for category, purpose in (("persons.religion", "network-defence"), ("incident.reports", "race")):
        decision = decide(question(Item("r", category, SOUTH), purpose=purpose), known(), AT)
        assert "safeguard 1" in {ground.ref for ground in decision.grounds}
    assert needs_reading(check_item("incident.reports", texts={"title": "a diplomat's laptop"}))


CANARY = "canary-7f3a"


def test_d20_no_answer_holds_more_than_names_grounds_and_articles():
    item = msgspec.structs.replace(received(), name=CANARY)
    held = known()
    decision = decide(question(item), held, AT)
    told = "\n".join(explain(decision, held)) + "".join(ground.text for ground in decision.grounds)
    assert CANARY not in told


@pytest.mark.parametrize(
    "odd",
    [
        {"purpose": "x" * 100_000},
        {"carrier": "pigeon"},
        {"under": "no such text"},
        {"office_from": "\x00"},
        {"approved_by": ("",) * 1000, "necessity": True},
    ],
)
def test_odd_questions_are_answered_and_never_raise(odd):
    asked = msgspec.structs.replace(question(received()), **odd)
    assert decide(asked, known(), AT).outcome in ("refused", "needs-consent")


def test_a_lineage_of_thousands_is_walked_without_recursion():
    chain = [received("i0")]
    chain += [
        Item(f"i{number}", "incident.reports", SOUTH, made_from=(f"i{number - 1}",))
        for number in range(1, 3000)
    ]
    decision = decide(question(*chain), known(), AT)
    assert decision.outcome == "needs-consent"
    circle = [msgspec.structs.replace(chain[1], made_from=("i2999",)), *chain[2:]]
    assert decide(question(*circle), known(), AT).outcome == "refused"


def test_texts_at_hand_twice_change_nothing():
    one = Known(texts("north-south", "south-east"), unsigned=True)
    two = Known(texts("south-east", "north-south"), unsigned=True)
    assert one.digest == two.digest
