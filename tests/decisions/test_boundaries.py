"""Edges that one step to either side would get wrong: counts, terms of one day, shortcuts that must not be taken."""

from datetime import timedelta

import msgspec
import pytest

from comity.agreements.days import EARLIEST
from comity.agreements.durations import Duration
from comity.decisions.case_file import MAX_BYTES
from comity.decisions.cases import run_cases
from comity.decisions.decision import Ground
from comity.decisions.fields import Fields
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.decisions.remedies import MOST_CANDIDATES, MOST_SOURCES
from comity.decisions.terms import Retention
from comity.errors import BadInput
from comity.handling.custody import HopTerms
from comity.handling.item import Item
from comity.handling.markings import Pap, strictest_pap
from decisions.material import AT, DAY, EAST, NORTH, SOUTH, consent, hop, known, question, received
from decisions.test_gate import text


def obligations(*items, **said):
    decision = decide(question(*items, **said), known(), AT)
    assert decision.permitted
    return [(each.kind, each.value, each.ref) for each in decision.obligations]


def test_an_items_own_retention_goes_along_where_it_is_shorter_than_the_one_agreed():
    for own, kept in (
        (Duration(days=10), ("retention", "P10D", "rule 8 retention")),
        (Duration(years=9000), ("retention", "P3Y", "north-south art. 4(1)")),
        (None, ("retention", "P3Y", "north-south art. 4(1)")),
    ):
        found = obligations(Item("r", "incident.reports", NORTH, retention=own), holder=NORTH, to=SOUTH)
        assert [each for each in found if each[0] == "retention"] == [kept]


def test_an_items_own_retention_goes_along_where_none_is_agreed():
    found = obligations(Item("r", "incident.reports", SOUTH, retention=Duration(days=10)))
    assert ("retention", "P10D", "rule 8 retention") in found


@pytest.mark.parametrize("name", ["plans.covert-entry", "deception", "persons.religion"])
def test_an_agreement_cannot_let_in_what_a_safeguard_refuses_by_writing_it(name):
    held = Known([text("deed", SOUTH, EAST, category=name)], unsigned=True)
    decision = decide(question(Item("r", name, SOUTH)), held, AT)
    assert decision.outcome == "refused" and decision.grounds[0].ref.startswith("safeguard ")
    made = question(Item("r", name, SOUTH), Item("s", "incident.reports", SOUTH, made_from=("r",)))
    assert decide(made, known(), AT).grounds[0].ref.startswith("safeguard ")


def summary_of(bound, others):
    """A summary of South's from `bound` reports of North's and `others` of its own."""
    reports = [received(f"n{number:02}") for number in range(bound)]
    own = [Item(f"o{number:02}", "incident.reports", SOUTH) for number in range(others)]
    names = tuple(each.id for each in (*reports, *own))
    return question(*reports, *own, Item("s", "incident.reports", SOUTH, made_from=names))


@pytest.mark.parametrize(
    ("bound", "others", "sets"),
    [
        (1, 0, 1),
        (2, MOST_CANDIDATES - 2, 1),
        (2, MOST_CANDIDATES - 1, 0),
        (1, MOST_CANDIDATES, 1),
        (MOST_SOURCES, 1, 1),
        (MOST_SOURCES + 1, 1, 0),
    ],
)
def test_remedies_are_looked_for_up_to_the_sizes_that_are_stated(bound, others, sets):
    assert (MOST_SOURCES, MOST_CANDIDATES) == (5, 16)
    decision = decide(summary_of(bound, others), known(), AT)
    assert [len(remedy.without) for remedy in decision.remedies] == [bound] * sets


def test_a_ladder_of_sources_that_ends_in_a_circle_is_told_at_once():
    rungs = [
        Item(f"{side}{number}", "x", SOUTH, made_from=(f"l{number + 1}", f"r{number + 1}"))
        for number in range(60)
        for side in "lr"
    ]
    ends = [Item(f"{side}60", "x", SOUTH) for side in "lr"]
    asked = question(*ends, *rungs, Item("s", "incident.reports", SOUTH, made_from=("l0", "r0")))
    assert decide(asked, known(), AT).permitted
    ends[0] = Item("l60", "x", SOUTH, made_from=("l59",))
    asked = question(*ends, *rungs, Item("s", "incident.reports", SOUTH, made_from=("l0", "r0")))
    said = [ground.text for ground in decide(asked, known(), AT).grounds]
    assert [each for each in said if each.endswith("stands among its own sources")]


def test_a_case_file_one_byte_too_large_is_refused_and_not_cut(tmp_path):
    file = tmp_path / "cases.toml"
    file.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(BadInput, match=f"{MAX_BYTES + 1} bytes are too many"):
        run_cases(file)
    file.write_bytes(b" " * MAX_BYTES)
    with pytest.raises(BadInput, match="`agreements` is missing"):
        run_cases(file)


def test_an_absent_time_gives_the_default_it_was_asked_with():
    assert Fields({}, "here", []).instant("at", AT) == AT


def test_a_consent_is_fresh_to_the_last_instant_and_not_before_it_was_confirmed():
    deed = text("deed", NORTH, SOUTH, third='[third_party]\nfresh = "PT24H"')
    held = Known([deed, text("on", SOUTH, EAST)], unsigned=True)
    asked = question(Item("r", "x", NORTH, hops=(hop(agreement="deed"),)))
    for confirmed, outcome in (
        (AT - DAY, "permitted"),
        (AT - DAY - DAY / 86400, "needs-consent"),
        (AT, "permitted"),
        (AT + DAY / 86400, "needs-consent"),
        (None, "needs-consent"),
    ):
        given = held.with_acts([consent(confirmed_at=confirmed)])
        assert decide(asked, given, AT).outcome == outcome, confirmed


def test_a_freshness_beyond_the_calendar_never_runs_out():
    asked = question(received())
    for wanted, outcome in ((Duration(years=9000), "permitted"), (Duration(days=1), "needs-consent")):
        given = known(consent(confirmed_at=AT - 2 * DAY, fresh=wanted))
        assert decide(asked, given, AT).outcome == outcome


def test_the_other_consents_are_tried_where_one_does_not_fit():
    elsewhere = consent(None, agreement="north-south", category="fraud")
    other = consent("q")
    unnamed, named = consent(), consent(purpose="network-defence")
    item = Item("r", "incident.reports", NORTH, hops=(hop(purpose="incident-response"),))
    for given in ((elsewhere, consent()), (other, consent()), (consent(), elsewhere, other)):
        assert decide(question(received()), known(*given), AT).permitted
    for given in ((unnamed, named), (named, unnamed)):
        assert decide(question(item), known(*given), AT).permitted
    assert decide(question(item), known(unnamed), AT).outcome == "needs-consent"


def test_a_term_that_has_run_out_is_told_by_rule_eight_with_its_article():
    old = Item(
        "r", "incident.reports", NORTH, hops=(hop(at=AT.replace(year=2027)),), retention=Duration(days=9)
    )
    decision = decide(question(old, to=NORTH), known(), AT)
    assert [(each.ref, each.rule) for each in decision.grounds] == [
        ("north-south art. 4(1)", 8),
        ("rule 8 retention", 8),
    ]
    day_before = AT + DAY * 365 * 3
    item = Item("r", "incident.reports", NORTH, hops=(hop(at=AT),))
    assert decide(question(item, to=NORTH), known(), day_before).permitted
    assert not decide(question(item, to=NORTH), known(), AT.replace(year=2033)).permitted


def test_membership_of_an_agreement_of_two_outlives_its_end():
    """Harbour gave North what North gave South: back to North it may go, for North was a Party of that agreement."""
    terms = HopTerms("old art. 4", members=("harbour.example", NORTH))
    hops = (
        hop("harbour.example", NORTH, "old", terms=terms),
        hop(agreement="deed", at=AT.replace(year=2026)),
    )
    item = Item("h", "x", "harbour.example", hops=hops)
    deed = text("deed", NORTH, SOUTH, signed='2026-01-01\nduration = "P1Y"')
    held = Known([deed, text("back", SOUTH, NORTH), text("on", SOUTH, EAST)], unsigned=True)
    assert decide(question(item, to=NORTH), held, AT).permitted
    assert [ask.party for ask in decide(question(item), held, AT).ask] == ["harbour.example", NORTH]


@pytest.mark.parametrize(("holder", "to"), [(NORTH, "lake.example"), ("lake.example", NORTH)])
def test_who_has_not_joined_yet_is_no_party(holder, to):
    asked = question(Item("b", "bulletin", holder), holder=holder, to=to)
    held = known(names=("alliance",))
    before = decide(asked, held, AT.replace(year=2027))
    said = ("rule 3 parties and offices", "lake.example is not a Party of alliance", 3)
    assert not before.permitted and said in [(each.ref, each.text, each.rule) for each in before.grounds]
    assert decide(asked, held, AT.replace(year=2028)).permitted


def test_a_source_that_no_holding_leads_to_its_maker_is_told():
    elsewhere = Item("r", "incident.reports", NORTH, hops=(hop(), hop(SOUTH, EAST, "south-east")))
    made = Item("s", "incident.reports", SOUTH, made_from=("r",))
    asked = msgspec.structs.replace(question(elsewhere, made), holdings=(elsewhere,))
    said = "`r`, source of `s`: custody ends at east.example, not at south.example"
    assert said in [each.text for each in decide(asked, known(), AT).grounds]


def test_a_purpose_nobody_agreed_on_is_told_by_rule_five_with_the_articles_that_agree_on_others():
    asked = question(Item("r", "incident.reports", NORTH), holder=NORTH, to=SOUTH, purpose="awareness")
    decision = decide(asked, known(), AT)
    assert [(each.ref, each.rule) for each in decision.grounds] == [("north-south art. 2(1)", 5)]


def test_the_strictest_of_labels_passes_over_what_is_unmarked():
    green = Pap.parse("PAP:GREEN")
    assert strictest_pap(None, green) == strictest_pap(green, None) == green
    assert strictest_pap(None) is None


def test_a_term_beyond_the_calendar_lets_everything_be_held():
    ground = Ground("x art. 1", "", 8)
    for length in (Duration(years=9000), Duration(years=1)):
        term = Retention.of(length, ground)
        still = term.not_over_from(AT)
        assert not term.over(still, AT)
    assert Retention.of(Duration(years=9000), ground).not_over_from(AT) == EARLIEST
    assert Retention.of(Duration(days=1), ground).not_over_from(AT) == AT - DAY + timedelta(microseconds=1)
