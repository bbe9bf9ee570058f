"""What the explanation of a decision says, line for line."""

import msgspec
import pytest

from comity.decisions.explain import explain, words_of
from comity.decisions.gate import decide
from comity.handling.item import Item
from comity.handling.markings import Marking
from decisions.material import AT, EAST, NORTH, SOUTH, consent, hop, known, question, received


def told(asked, held):
    return explain(decide(asked, held, AT), held)


FOR_ANOTHER = Item("r", "incident.reports", NORTH, hops=(hop(purpose="incident-response"),))
SUMMARY = Item("s", "incident.reports", SOUTH, made_from=("r",), marking=Marking.parse("TLP:AMBER"))


def test_a_refusal_says_what_each_rule_saw_and_what_stands_against_it():
    asked = question(FOR_ANOTHER, SUMMARY, judicial=True, carrier="pouch", office_from="south-coast")
    assert told(asked, known()) == [
        "refused: `s` from south.example to east.example, for network-defence, at 2030-05-01T09:00:00Z",
        "rule 1 safeguards: saw category incident.reports, purpose network-defence; nothing against",
        "rule 2 in force: saw south-east in force; nothing against",
        "rule 3 parties and offices: saw south-coast and east.example; against: rule 3 parties and offices",
        "rule 4 category: saw information of category incident.reports; nothing against",
        "rule 5 purpose: saw purpose network-defence, received for incident-response; against: rule 5 purpose",
        "rule 6 marking: saw TLP:AMBER, use before a court; against: north-south art. 4(3)",
        "rule 7 third party and custody: saw 1 hops over 2 items, 0 consents given to south.example for "
        "east.example; against: north-south art. 3",
        "rule 8 retention: saw 0 hops into south.example; nothing against",
        "rule 9 transport: saw pouch; against: south-east art. IV",
        "rule 10 necessity: saw not invoked; nothing against",
        "grounds:",
        "  rule 3 parties and offices: `south-coast` is not an office or mission of south-east",
        "  rule 5 purpose: it was received for another purpose, which its sender has not consented to change",
        "  north-south art. 4(3): Use of incident reports before a court needs the sender's consent; "
        "indicators are never used there.",
        "  north-south art. 3: What one Party provides goes to others only with the consent of everyone it "
        "came from.",
        "  south-east art. IV: By network, and by the relay of Harbour.",
    ]


def test_a_permission_by_necessity_says_what_it_lifts_by_and_what_goes_with_it():
    asked = question(received(), necessity=True, approved_by=("a", "b", "a"))
    assert told(asked, known()) == [
        "permitted: `r` from south.example to east.example, for network-defence, at 2030-05-01T09:00:00Z",
        "the hop would be made under south-east",
        "rule 1 safeguards: saw category incident.reports, purpose network-defence; nothing against",
        "rule 2 in force: saw south-east in force; nothing against",
        "rule 3 parties and offices: saw south.example and east.example; nothing against",
        "rule 4 category: saw information of category incident.reports; permits by south-east art. II",
        "rule 5 purpose: saw purpose network-defence; nothing against",
        "rule 6 marking: saw no marking; nothing against",
        "rule 7 third party and custody: saw 1 hops over 1 items, 0 consents given to south.example for "
        "east.example; nothing against",
        "rule 8 retention: saw 1 hops into south.example; nothing against",
        "rule 9 transport: saw no carrier chosen; nothing against",
        "rule 10 necessity: saw invoked, approved by 2; lifts by north-south art. 6",
        "grounds:",
        "  south-east art. II: Incident information is shared, whatever it serves.",
        "  north-south art. 6: In imminent danger to life two officers may set aside purpose, marking and the "
        "rule on third parties.",
        "goes with it: consent owed sender, south.example (south-east art. III)",
        "goes with it: consent owed everyone-upstream, north.example (north-south art. 3)",
        "goes with it: notice necessity, north.example (north-south art. 6)",
    ]


def lines_of(asked, held, *starts):
    return [line for line in told(asked, held) if line.startswith(starts)]


def test_an_unstated_purpose_and_a_necessity_that_lifts_too_little_are_said():
    asked = question(received(), purpose="", necessity=True, approved_by=("a", "b"))
    assert lines_of(asked, known(), "refused", "rule 1 ", "rule 5 ", "rule 10 ") == [
        "refused: `r` from south.example to east.example, for no stated purpose, at 2030-05-01T09:00:00Z",
        "rule 1 safeguards: saw category incident.reports, purpose none; nothing against",
        "rule 5 purpose: saw purpose none; against: rule 5 purpose",
        "rule 10 necessity: saw invoked, approved by 2; against: rule 10 necessity",
    ]


def test_where_consent_is_owed_the_missing_officers_are_still_told_as_against():
    asked = question(received(), necessity=True, approved_by=("one",))
    assert lines_of(asked, known(), "rule 7 ", "rule 10 ", "ask ") == [
        "rule 7 third party and custody: saw 1 hops over 1 items, 0 consents given to south.example for "
        "east.example; consent is owed: north-south art. 3",
        "rule 10 necessity: saw invoked, approved by 1; against: north-south art. 6",
        "ask north.example to consent to `r` (north-south art. 3)",
    ]


def test_every_party_to_ask_is_told_for_what_and_for_which_purpose():
    other = Item("q", "incident.reports", NORTH, hops=(hop(purpose="incident-response"),))
    made = Item("s", "incident.reports", SOUTH, made_from=("r", "q"))
    assert lines_of(question(FOR_ANOTHER, other, made), known(), "ask ", "rule 5 ") == [
        "rule 5 purpose: saw purpose network-defence, received for incident-response; "
        "consent is owed: rule 5 purpose",
        "ask north.example to consent to `q`, `r`, naming the purpose network-defence "
        "(rule 5 purpose, north-south art. 3)",
    ]


def test_without_an_agreement_the_rules_say_so():
    asked = question(Item("r", "x", "a.example"), to="nobody.example")
    assert lines_of(asked, known(), "rule 2 ", "rule 3 ", "rule 7 ") == [
        "rule 2 in force: saw no agreement between them; against: rule 2 in force",
        "rule 3 parties and offices: saw south.example and nobody.example; against: rule 3 parties and offices",
        "rule 7 third party and custody: saw 0 hops over 1 items, 0 consents given to south.example for "
        "nobody.example; against: rule 7 custody",
    ]


def test_only_the_agreement_that_was_named_is_seen():
    asked = question(Item("r", "statistics", SOUTH), to=NORTH, purpose="p")
    held = known(names=("north-south", "alliance"))
    assert lines_of(asked, held, "rule 2 ") == [
        "rule 2 in force: saw alliance in force, north-south in force; nothing against"
    ]
    named = msgspec.structs.replace(asked, under="north-south")
    assert lines_of(named, held, "rule 2 ") == ["rule 2 in force: saw north-south in force; nothing against"]


def test_an_item_that_is_not_at_hand_is_seen_by_no_rule():
    asked = msgspec.structs.replace(question(received()), disclose="z")
    rules = lines_of(asked, known(), "rule ")
    assert len(rules) == 10 and all(": saw no item `z`; " in line for line in rules)
    assert [line for line in rules if not line.endswith("nothing against")] == [
        "rule 7 third party and custody: saw no item `z`; against: rule 7 custody"
    ]


def test_the_holding_that_was_decided_on_is_the_one_explained():
    broken = msgspec.structs.replace(received(), originator=EAST, hops=())
    asked = msgspec.structs.replace(question(broken), holdings=(received(),))
    assert lines_of(asked, known(consent()), "rule 7 ") == [
        "rule 7 third party and custody: saw 1 hops over 1 items, 1 consents given to south.example for "
        "east.example; nothing against"
    ]


@pytest.mark.parametrize("language", [None, "en", "pl"])
def test_the_words_of_a_ground_stand_on_one_line(language):
    (ground,) = decide(question(received()), known(), AT).grounds
    spread = msgspec.structs.replace(ground, text="two\n  lines")
    assert words_of(spread, known(), language) == "two lines"
    assert words_of(msgspec.structs.replace(spread, ref="rule 9"), known(), language) == "two lines"
    assert words_of(msgspec.structs.replace(spread, ref="other art. 9"), known(), language) == "two lines"
