"""A decision is a value: one byte form, one digest, the same again years later and in every language."""

import json

import msgspec
import pytest

from comity.agreements.durations import Duration
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.handling.item import Item
from comity.handling.markings import Marking, Pap
from decisions.material import AT, DAY, EAST, NORTH, SOUTH, consent, hop, known, question, received, texts


def test_the_same_question_texts_and_instant_give_the_same_bytes():
    asked = question(received(marking=Marking.parse("TLP:AMBER"), retention=Duration(days=90)))
    first = decide(asked, known(consent()), AT)
    again = decide(asked, known(consent()), AT)
    assert first.to_bytes() == again.to_bytes() and first.digest == again.digest
    assert len(first.digest) == 64


def test_a_decision_replays_to_the_same_bytes_from_its_own_bytes():
    asked = question(received(), Item("s", "incident.reports", SOUTH, made_from=("r",)))
    kept = decide(asked, known(), AT)
    stored = json.loads(kept.to_bytes())
    again = decide(msgspec.convert(stored["question"], type=type(asked)), known(), AT)
    assert again.to_bytes() == kept.to_bytes()


def test_the_bytes_do_not_depend_on_the_order_in_which_things_are_given():
    one, two = received("a"), received("b")
    made = Item("s", "incident.reports", SOUTH, made_from=("a", "b"))
    consents = consent("a"), consent("b")
    forward = decide(question(one, two, made), known(*consents), AT)
    backward_texts = list(reversed(texts()))
    backward = decide(question(two, one, made), Known(backward_texts, reversed(consents), unsigned=True), AT)
    assert forward.to_bytes() == backward.to_bytes()


@pytest.mark.parametrize(
    "other",
    [
        lambda: decide(question(received()), known(consent()), AT + DAY / 24),
        lambda: decide(question(received(), purpose="incident-response"), known(consent()), AT),
        lambda: decide(question(received()), known(consent(), consent("x")), AT),
        lambda: decide(question(received()), known(consent(), withdrawn={"x": AT}), AT),
        lambda: decide(question(received()), known(consent(), reviewed=("x",)), AT),
        lambda: decide(question(received()), known(consent(), names=("north-south", "south-east")), AT),
        lambda: decide(question(received(pap=Pap.parse("PAP:RED"))), known(consent()), AT),
    ],
)
def test_anything_asked_or_known_that_differs_gives_another_digest(other):
    assert decide(question(received()), known(consent()), AT).digest != other().digest


def test_a_decision_records_the_digest_of_everything_known():
    held = known(consent())
    assert decide(question(received()), held, AT).known == held.digest
    assert held.digest != known().digest


def test_what_was_decided_before_does_not_change_what_is_decided_next():
    held = known(consent())
    questions = [
        question(received()),
        question(received(), to=NORTH),
        question(Item("w", "incident.reports", NORTH, hops=(hop(EAST, SOUTH, "north-south"),))),
    ]
    alone = [decide(each, known(consent()), AT).to_bytes() for each in questions]
    for order in ((0, 1, 2), (2, 1, 0), (2, 2, 0, 1)):
        for place in order:
            assert decide(questions[place], held, AT).to_bytes() == alone[place]


def test_with_other_acts_the_texts_are_shared_and_the_answers_are_those_of_a_fresh_set():
    held = known()
    other = held.with_acts([consent()])
    assert decide(question(received()), held, AT).outcome == "needs-consent"
    assert decide(question(received()), other, AT).to_bytes() == (
        decide(question(received()), known(consent()), AT).to_bytes()
    )


def test_an_item_that_is_not_at_hand_is_refused_and_not_an_error():
    asked = msgspec.structs.replace(question(received()), disclose="elsewhere")
    decision = decide(asked, known(), AT)
    assert decision.outcome == "refused" and decision.grounds[0].ref == "rule 7 custody"
    assert not decision.permitted and decision.ask == () and decision.obligations == ()


def test_an_item_under_another_items_name_is_refused():
    asked = msgspec.structs.replace(question(received("r")), items={"x": received("r")}, disclose="x")
    assert decide(asked, known(consent("x")), AT).outcome == "refused"
    made = Item("s", "incident.reports", SOUTH, made_from=("a",))
    swapped = msgspec.structs.replace(
        question(made), items={"s": made, "a": Item("b", "incident.reports", SOUTH)}
    )
    assert decide(swapped, known(), AT).grounds[0].ref == "rule 7 custody"


def test_obligations_name_what_the_recipient_takes_on():
    item = Item(
        "r",
        "fraud.reports",
        NORTH,
        marking=Marking.parse("TLP:AMBER"),
        pap=Pap.parse("PAP:GREEN"),
        retention=Duration(days=10),
        caveat="Read the second page first.",
    )
    asked = question(item, holder=NORTH, to=SOUTH, purpose="fraud-prevention")
    found = [(each.kind, each.value, each.to, each.ref) for each in decide(asked, known(), AT).obligations]
    assert found == [
        ("consent-owed", "everyone-upstream", NORTH, "north-south art. 3"),
        ("retention", "P10D", SOUTH, "rule 8 retention"),
        ("marking", "TLP:AMBER", SOUTH, "north-south art. 4(1)"),
        ("marking", "PAP:GREEN", SOUTH, "rule 6 marking"),
        ("read-caveat", "Names in these reports are not suspects.", SOUTH, "north-south art. 4(2)"),
        ("read-caveat", "Read the second page first.", SOUTH, "rule 6 marking"),
    ]
    confirmed = msgspec.structs.replace(asked, confirmed=True)
    assert "read-caveat" not in {each.kind for each in decide(confirmed, known(), AT).obligations}


def test_of_several_retentions_the_one_that_ends_first_goes_along():
    item = Item("r", "fraud.reports", NORTH)
    asked = question(item, holder=NORTH, to=SOUTH, purpose="fraud-prevention")
    kept = [each for each in decide(asked, known(), AT).obligations if each.kind == "retention"]
    assert [(each.value, each.ref) for each in kept] == [("P1Y", "north-south art. 4(2)")]


def test_what_is_owed_upstream_goes_along_once_for_each_party_and_article():
    asked = question(received("a"), received("b"), Item("s", "incident.reports", SOUTH, made_from=("a", "b")))
    decision = decide(asked, known(consent("s")), AT)
    owed = [(each.to, each.ref) for each in decision.obligations if each.kind == "consent-owed"]
    assert owed == [(SOUTH, "south-east art. III"), (NORTH, "north-south art. 3")]


def test_contacts_are_told_to_those_an_office_is_coordinated_with():
    asked = question(
        Item("r", "incident.reports", NORTH),
        holder=NORTH,
        to=SOUTH,
        office_from="north-coast",
        office_to="south-coast",
    )
    told = [each for each in decide(asked, known(), AT).obligations if each.kind == "notice"]
    assert [(each.value, each.to, each.ref) for each in told] == [
        ("contact", "north-mission", "north-south art. 1(2)")
    ]
