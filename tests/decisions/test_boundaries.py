"""Edges that one step to either side would get wrong: counts, terms of one day, shortcuts that must not be taken."""

import pytest

from comity.agreements.durations import Duration
from comity.decisions.case_file import MAX_BYTES
from comity.decisions.cases import run_cases
from comity.decisions.fields import Fields
from comity.decisions.gate import decide
from comity.decisions.known import Known
from comity.decisions.remedies import MOST_CANDIDATES, MOST_SOURCES
from comity.errors import BadInput
from comity.handling.item import Item
from decisions.material import AT, DAY, EAST, NORTH, SOUTH, consent, hop, known, question, received
from decisions.test_gate import text


def obligations(*items, **said):
    decision = decide(question(*items, **said), known(), AT)
    assert decision.permitted
    return [(each.kind, each.value, each.ref) for each in decision.obligations]


def test_an_items_own_retention_goes_along_where_it_is_shorter_than_the_one_agreed():
    for own, kept in (
        (Duration(days=10), ("retention", "P10D", "rule 8 retention")),
        (Duration(years=9), ("retention", "P3Y", "north-south art. 4(1)")),
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
