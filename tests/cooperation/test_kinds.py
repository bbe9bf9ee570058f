"""The kinds of matter, one story each: what its articles let happen, and what they do not."""

from datetime import date
from typing import Any

import pytest

from comity.cooperation.deliveries import on_loan
from comity.cooperation.matter import remarks_on
from comity.cooperation.missions import seats_taken
from comity.cooperation.places import places_taken
from comity.cooperation.plans import remainder
from cooperation.working import LOAN, NORTH, SOUTH, Desk, fine, hours, opened

ITEM = "ab" * 32
#: Hours after which every day named here has come: 6 August 2031.
LATER = 5_000


# -- who takes a request ----------------------------------------------------------------------------------------

CHECK = {"aid": "check", "purpose": "incident-response", "words": "is this vessel known"}


def test_the_better_placed_is_chosen_by_means_that_both_have_stated() -> None:
    desk = opened("request", **CHECK)
    better = {"taken_by": "better-placed", "taker": NORTH, "because": "it lies in its port"}
    (ground,) = desk.say(SOUTH, "propose", 1, **better)
    assert ground.endswith("north.example and south.example has not stated its means yet")
    fine(
        desk,
        (SOUTH, "state-means", {"words": "one officer", "able": "in-part"}),
        (NORTH, "state-means", {"words": "a harbour unit", "able": "well"}),
        (SOUTH, "propose", better),
        (NORTH, "agree", {}),
        begin=2,
    )
    assert desk.facts.takers == (NORTH,) and desk.facts.because == "it lies in its port"
    (ground,) = desk.say(SOUTH, "answer", 7, words="x")
    assert ground == f"matter rule 6 turn: `answer` is for {NORTH} to do"
    assert desk.say(NORTH, "answer", 8, words="not known") == ()


def test_taken_jointly_either_answers() -> None:
    desk = fine(
        opened("request", **CHECK),
        (SOUTH, "propose", {"taken_by": "jointly", "because": "both have a part of it"}),
        (NORTH, "agree", {}),
        (NORTH, "partial", {"words": "ours"}),
        (SOUTH, "answer", {"words": "theirs"}),
        (NORTH, "reopen", {"because": "one question is left"}),
        (NORTH, "answer", {"words": "that too"}),
        (NORTH, "outcome", {"outcome": "in-part"}),
    )
    assert desk.state == "closed" and desk.facts.taken_by == "jointly" and desk.facts.answers == 3


def test_a_proposal_may_be_declined_and_only_the_ways_of_the_article_are_proposed() -> None:
    desk = fine(
        opened("request", **CHECK),
        (SOUTH, "propose", {"taken_by": "jointly", "because": "x"}),
        (NORTH, "disagree", {"because": "it is yours"}),
        (SOUTH, "accept", {}),
    )
    assert desk.facts.taken_by == "requested"
    officials = opened("request", **{**CHECK, "aid": "protection", "about": "officials"})
    (ground,) = officials.say(SOUTH, "propose", 1, taken_by="jointly", because="x")
    assert ground == "north-south-2030 art. 2: it is taken requested, not jointly"


# -- measures ---------------------------------------------------------------------------------------------------

MEASURE = {
    "measure": "port-watch",
    "aim": "fewer stolen containers",
    "purpose": "incident-response",
    "lead": SOUTH,
    "phases": ["survey", "trial"],
}


def test_a_measure_is_led_by_one_supported_by_the_other_and_has_a_result() -> None:
    desk = opened("measure", **MEASURE)
    fine(
        desk,
        (SOUTH, "amend", {**MEASURE, "phases": ["survey", "trial", "review"]}),
        (NORTH, "agree", {}),
        (SOUTH, "begin", {}),
        (NORTH, "contribute", {"phase": "survey", "words": "two weeks of counts"}),
        (SOUTH, "end-phase", {"phase": "survey"}),
    )
    (ground,) = desk.say(NORTH, "contribute", 10, phase="survey", words="more")
    assert ground == "north-south-2030 art. 2: phase `survey` is over"
    assert desk.say(NORTH, "report", 11, words="x") == (f"matter rule 6 turn: `report` is for {SOUTH} to do",)
    fine(
        desk,
        (NORTH, "pause", {"because": "holidays"}),
        (SOUTH, "resume", {}),
        (SOUTH, "report", {"words": "a third fewer"}),
        (NORTH, "contest", {"because": "the counts differ"}),
        (SOUTH, "report", {"words": "a quarter fewer"}),
        (NORTH, "confirm", {}),
        begin=12,
    )
    assert desk.state == "done"


# -- plans ------------------------------------------------------------------------------------------------------

YEAR = {"period": "2031", "begins": "2031-02-01", "ends": "2031-12-31"}
LINE = {"line": "m1", "of": "meetings", "words": "four meetings"}
HEAD = "director"


@pytest.mark.parametrize(
    ("said", "most"),
    [
        ({"ends": "2032-01-31"}, ""),
        ({"ends": "2032-02-01"}, "P1Y"),
        ({"begins": "9990-01-01", "ends": "9999-12-31"}, "P1Y"),
        ({"begins": "9999-02-01", "ends": "9999-12-31"}, ""),
    ],
)
def test_a_plan_is_for_no_longer_than_its_article_says(said: dict[str, Any], most: str) -> None:
    grounds = Desk("plan").say(NORTH, "open", **{**YEAR, **said})
    texts = [ground.partition(": ")[2] for ground in grounds]
    assert texts == ([f"a plan of this range is for {most} at the most"] if most else [])


def adopted() -> Desk:
    desk = fine(
        opened("plan", **YEAR),
        (NORTH, "line", LINE),
        (SOUTH, "agree", {"line": "m1"}),
        (
            SOUTH,
            "line",
            {"line": "t1", "of": "training", "words": "ten places", "count": 10, "until": "2031-06-30"},
        ),
        (NORTH, "agree", {"line": "t1"}),
    )
    for by in (NORTH, SOUTH):
        assert desk.say(by, "adopt", 10, as_function=HEAD, lines=desk.facts.digest) == ()
    return desk


def test_a_plan_is_negotiated_line_by_line_and_adopted_by_both_heads() -> None:
    desk = opened("plan", **YEAR)
    assert desk.say(NORTH, "line", 1, **LINE) == ()
    (ground,) = desk.say(NORTH, "agree", 2, line="m1")
    assert ground.endswith("line `m1` is north.example's own: the other Party agrees to it")
    grounds = desk.say(NORTH, "adopt", 3, as_function=HEAD, lines=desk.facts.digest)
    assert grounds == ("north-south-2030 art. 4: not agreed yet: m1",)
    fine(desk, (SOUTH, "object", {"line": "m1", "because": "three will do"}), begin=4)
    fine(
        desk, (NORTH, "line", {**LINE, "words": "three meetings"}), (SOUTH, "agree", {"line": "m1"}), begin=5
    )
    (ground,) = desk.say(SOUTH, "adopt", 8, lines=desk.facts.digest)
    assert ground == "north-south-2030 art. 4: `adopt` needs the function director"
    assert desk.say(SOUTH, "adopt", 9, as_function=HEAD, lines=desk.facts.digest) == ()
    assert desk.state == "drafted" and desk.facts.adopted == (SOUTH,)
    assert desk.say(NORTH, "adopt", 10, as_function=HEAD, lines=desk.facts.digest) == ()
    assert desk.state == "adopted"


def test_a_line_that_changes_undoes_an_adoption_even_when_they_cross() -> None:
    desk = fine(opened("plan", **YEAR), (NORTH, "line", LINE), (SOUTH, "agree", {"line": "m1"}))
    digest = desk.facts.digest
    assert desk.say(SOUTH, "adopt", 5, as_function=HEAD, lines=digest) == ()
    desk.say(SOUTH, "line", 6, line="m2", of="meetings", words="one more", alone=True)
    desk.say(NORTH, "adopt", 7, as_function=HEAD, lines=digest, alone=True)
    desk.pass_on()
    assert desk.state == "drafted" and desk.facts.adopted == ()
    assert {ground.rule for told in desk.held().story for ground in told.against} == {7}


def test_both_may_draft_the_same_years_plan_and_it_is_one() -> None:
    desk = opened("plan", **YEAR)
    other = opened("plan", SOUTH, **YEAR)
    assert desk.id == other.id
    assert opened("plan", **{**YEAR, "period": "2032"}).id != desk.id


def test_a_plan_is_tracked_reported_and_its_remainder_drafts_the_next() -> None:
    desk = adopted()
    assert [(each.what, each.by) for each in desk.held().due][:2] == [("line t1", NORTH), ("line t1", SOUTH)]
    fine(
        desk,
        (NORTH, "track", {"line": "m1", "state": "done"}),
        (SOUTH, "report", {"words": "half"}),
        begin=11,
    )
    assert desk.state == "adopted"
    fine(desk, (NORTH, "report", {"words": "half"}), begin=20)
    assert desk.state == "reported"
    assert [(line.line, line.until) for line in remainder(desk.facts)] == [("t1", None)]


def test_a_plan_holds_what_its_article_lists_and_an_object_names_its_record() -> None:
    desk = opened("plan", **YEAR)
    (ground,) = desk.say(NORTH, "line", 1, line="x", of="deliveries", words="x")
    assert (
        ground
        == "north-south-2030 art. 4: a plan holds meetings, objects-of-interest, training, not deliveries"
    )
    (ground,) = desk.say(NORTH, "line", 2, line="x", of="objects-of-interest", words="x")
    assert ground.endswith("an object of common interest names its record in the register")
    assert desk.say(NORTH, "line", 3, line="x", of="objects-of-interest", words="x", object="vessel-7") == ()


# -- meetings ---------------------------------------------------------------------------------------------------

MEETING = {
    "meeting": "working-discussion",
    "words": "common formats",
    "host": SOUTH,
    "begins": "2031-03-01",
    "ends": "2031-03-02",
}


def test_a_visit_needs_the_consent_of_whoever_the_article_names() -> None:
    desk = fine(opened("meeting", **MEETING), (SOUTH, "agree", {}))
    (ground,) = desk.say(NORTH, "held", LATER, on="2031-03-02")
    assert ground == "north-south-2030 art. 4: the visit needs the consent of south.example first"
    (ground,) = desk.say(SOUTH, "consent", LATER + 1)
    assert ground.endswith("the delegation is not named yet")
    people = {
        "functions": ["analyst", "interpreter"],
        "count": 3,
        "arrives": "2031-02-28",
        "departs": "2031-03-03",
    }
    fine(
        desk,
        (NORTH, "delegation", people),
        (SOUTH, "consent", {}),
        (NORTH, "held", {"on": "2031-03-02"}),
        begin=LATER + 2,
    )
    fine(desk, (SOUTH, "minutes", {"item": ITEM}), begin=LATER + 6)
    (ground,) = desk.say(SOUTH, "approve", LATER + 7, item=ITEM)
    assert ground.endswith("the other Party has drawn up no such minutes")
    fine(desk, (NORTH, "approve", {"item": ITEM}), begin=LATER + 8)
    assert desk.state == "closed"


def test_a_meeting_is_moved_declined_and_called_off() -> None:
    desk = fine(opened("meeting", **MEETING), (SOUTH, "move", {"begins": "2031-04-01", "ends": "2031-04-02"}))
    assert desk.say(SOUTH, "agree", 3) == (f"matter rule 6 turn: `agree` is for {NORTH} to do",)
    fine(desk, (NORTH, "agree", {}), (SOUTH, "cancel", {"because": "a storm"}), begin=4)
    assert desk.state == "cancelled"
    (ground,) = Desk("meeting").say(NORTH, "open", **{**MEETING, "meeting": "banquet"})
    assert ground.endswith("provides for `banquet`")
    (ground,) = Desk("meeting").say(NORTH, "open", **{**MEETING, "level": "chorus"})
    assert ground.endswith("it is for expert, head to meet, not for `chorus`")


def test_who_pays_follows_from_the_manner() -> None:
    desk = fine(opened("meeting", **MEETING), (SOUTH, "agree", {}))
    cost = {"what": "stay", "amount": "120.00", "currency": "EUR", "on": "2031-03-02"}
    assert desk.say(SOUTH, "cost", LATER, **cost) == ()
    staff = fine(opened("meeting", **{**MEETING, "meeting": "staff"}), (SOUTH, "agree", {}))
    assert staff.kind.occasion is not None and staff.say(SOUTH, "cost", LATER, **cost) == ()


# -- missions, contacts -----------------------------------------------------------------------------------------

SEAT = {"seat": "first", "function": "liaison-officer", "begins": "2031-02-01"}


def test_never_more_seats_are_taken_than_the_agreement_grants() -> None:
    desk = opened("mission", mission="north-mission", of=NORTH)
    fine(desk, (NORTH, "accredit", SEAT), (SOUTH, "admit", {"seat": "first"}))
    fine(desk, (NORTH, "accredit", {**SEAT, "seat": "second"}), begin=5)
    (ground,) = desk.say(NORTH, "accredit", 6, **{**SEAT, "seat": "third"})
    assert ground == "north-south-2030 art. 3: all its 2 seats are taken"
    fine(
        desk,
        (SOUTH, "object", {"seat": "second", "because": "no visa"}),
        (NORTH, "accredit", {**SEAT, "seat": "third"}),
        (SOUTH, "ask-recall", {"seat": "first", "because": "the term is over"}),
        (NORTH, "recall", {"seat": "first", "because": "as asked"}),
        begin=7,
    )
    assert seats_taken(desk.facts, date(2031, 2, 1)) == 1


def test_a_mission_without_agreed_strength_waits_for_a_protocol() -> None:
    desk = opened("mission", SOUTH, mission="south-mission", of=SOUTH)
    (ground,) = desk.say(SOUTH, "accredit", 1, **SEAT)
    assert ground == "north-south-2030 art. 3: its strength is not agreed yet: a protocol sets it"


def test_the_host_provides_what_the_article_lists() -> None:
    desk = opened("mission", mission="north-mission", of=NORTH)
    fine(desk, (NORTH, "want", {"what": "housing", "words": "two flats"}))
    (ground,) = desk.say(SOUTH, "provide", 3, what="yachts", words="one", begins="2031-02-01")
    assert ground.endswith("`yachts` is not what the receiving Party provides: premises, housing")
    fine(desk, (SOUTH, "provide", {"what": "housing", "words": "two flats", "begins": "2031-02-01"}), begin=4)
    assert desk.facts.provided == {"housing": "two flats"} and desk.facts.wanted == {}
    (ground,) = desk.say(NORTH, "provide", 6, what="housing", words="x", begins="2031-02-01")
    assert ground == f"matter rule 6 turn: `provide` is for {SOUTH} to do"


def test_offices_reach_each_other_only_as_their_mandates_say() -> None:
    reach = {"office": "north-regional", "with": "south-regional", "words": "border traffic"}
    desk = fine(
        opened("contact", **reach),
        (SOUTH, "acknowledge", {}),
        (NORTH, "account", {"words": "settled"}),
        (SOUTH, "close", {"because": "done"}),
    )
    assert desk.state == "closed"
    (ground,) = Desk("contact").say(NORTH, "open", **{**reach, "with": "harbour"})
    assert ground.startswith("north-south-2030 art. 3: `harbour` is not an office of south.example")


# -- passages, continuity ---------------------------------------------------------------------------------------

CROSSING = {
    "passage": "delegation",
    "words": "the spring visit",
    "crossing": "north pass",
    "begins": "2031-02-01",
    "ends": "2031-02-02",
}


def test_a_passage_is_notified_acknowledged_changed_and_done() -> None:
    change = {"crossing": "south pass", "begins": "2031-02-03", "ends": "2031-02-03", "count": 4}
    desk = fine(
        opened("passage", **CROSSING),
        (SOUTH, "acknowledge", {}),
        (NORTH, "change", change),
        (SOUTH, "object", {"because": "it is closed"}),
        (NORTH, "change", {**change, "crossing": "north pass"}),
        (SOUTH, "acknowledge", {}),
        (NORTH, "done", {"on": "2031-02-03"}),
        begin=LATER,
    )
    assert desk.state == "done" and desk.facts.crossing == "north pass"
    (ground,) = Desk("passage").say(NORTH, "open", **{**CROSSING, "passage": "circus"})
    assert ground == "north-south-2030 art. 5: no article of north-south-2030 provides for `circus`"


def test_a_notice_that_comes_late_is_taken_and_said_to_be_late() -> None:
    desk = opened("passage", **{**CROSSING, "begins": "2031-01-11", "ends": "2031-01-11"})
    (remark,) = remarks_on(desk.held())
    assert (remark.ref, remark.text) == ("north-south-2030 art. 5", "the notice came later than P3D before")
    assert remarks_on(opened("passage", **CROSSING).held()) == ()


def test_a_contact_tells_whom_the_article_wants_told() -> None:
    desk = opened("contact", **{"office": "north-regional", "with": "south-regional", "words": "traffic"})
    assert [remark.text for remark in remarks_on(desk.held())] == [
        "to be told of every contact: north-mission"
    ]


def test_continuity_goes_through_the_named_office_and_is_rehearsed() -> None:
    desk = opened("continuity", article="art. 5")
    (ground,) = desk.say(NORTH, "edition", 1, item=ITEM, edition="2031-1")
    assert ground == "north-south-2030 art. 5: it goes through north-regional, south-regional"
    assert desk.say(NORTH, "edition", 2, as_office="north-regional", item=ITEM, edition="2031-1") == ()
    first = desk.held().due[0]
    assert (first.what, first.at) == ("rehearsed", hours(24 * 365))
    fine(
        desk,
        (SOUTH, "schedule", {"rehearsal": "r1", "on": "2031-05-01", "words": "loss of the line"}),
        (NORTH, "agree", {"rehearsal": "r1"}),
        begin=3,
    )
    fine(
        desk,
        (NORTH, "rehearsed", {"rehearsal": "r1", "on": "2031-05-01", "words": "well enough"}),
        (NORTH, "finding", {"finding": "f1", "words": "no spare key", "owner": SOUTH}),
        begin=LATER,
    )
    (ground,) = desk.say(NORTH, "mended", LATER + 8, finding="f1")
    assert ground == "north-south-2030 art. 5: it is for south.example to mend"
    fine(
        desk, (SOUTH, "mended", {"finding": "f1"}), (SOUTH, "readiness", {"ready": "ready"}), begin=LATER + 9
    )
    assert desk.facts.findings["f1"].mended and desk.facts.ready == {SOUTH: "ready"}
    assert desk.held().due[0].at.date().isoformat() == "2032-04-30"


# -- deliveries, places, materials ------------------------------------------------------------------------------


def lent() -> Desk:
    return fine(
        opened("delivery", SOUTH, **LOAN),
        (NORTH, "agree", {}),
        (NORTH, "deliver", {"note": "n-1", "count": 2, "on": "2031-01-20", "numbers": ["a1", "a2"]}),
        (SOUTH, "receive", {"count": 2, "on": "2031-01-21"}),
        begin=24 * 11,
    )


def test_a_loan_is_delivered_received_counted_and_returned() -> None:
    desk = lent()
    assert on_loan(desk.facts) == 2
    assert [(each.what, each.by) for each in desk.held().due] == [("return", SOUTH)]
    (ground,) = desk.say(NORTH, "close", 300)
    assert ground.endswith("2 are still on loan")
    (ground,) = desk.say(SOUTH, "return", LATER, count=3, on="2031-06-01")
    assert ground.endswith("2 are out, not more")
    fine(desk, (SOUTH, "return", {"count": 1, "on": "2031-06-01"}), begin=LATER + 1)
    assert desk.state == "received" and on_loan(desk.facts) == 1
    fine(
        desk,
        (SOUTH, "return", {"count": 1, "on": "2031-06-02"}),
        (NORTH, "miss", {"count": 1, "on": "2031-06-03"}),
        (SOUTH, "return", {"count": 1, "on": "2031-06-04"}),
        (NORTH, "confirm-return", {}),
        begin=LATER + 2,
    )
    assert desk.state == "closed" and on_loan(desk.facts) == 0


def test_nothing_goes_on_to_a_third_party_without_its_providers_word() -> None:
    desk = lent()
    (ground,) = desk.say(SOUTH, "passed-on", 300, to="east.example")
    assert ground == "north-south-2030 art. 7: its provider has not let it pass to east.example"
    fine(
        desk,
        (SOUTH, "ask-onward", {"to": "east.example"}),
        (NORTH, "allow-onward", {"to": "east.example"}),
        (SOUTH, "passed-on", {"to": "east.example"}),
        begin=301,
    )
    assert desk.facts.passed_on == ("east.example",)
    fine(desk, (NORTH, "forbid-onward", {"to": "east.example"}), begin=305)
    assert desk.say(SOUTH, "passed-on", 310, to="east.example")


def test_a_form_no_article_provides_for_names_those_it_does() -> None:
    (ground,) = Desk("delivery").say(NORTH, "open", form="gift", thing="equipment", words="x", giver=NORTH)
    assert ground.endswith(
        "the article provides for loan, joint-development of equipment, documentation, not for gift of equipment"
    )


def test_joint_development_has_contributions() -> None:
    desk = fine(
        opened("delivery", form="joint-development", thing="documentation", words="a manual", giver=SOUTH),
        (SOUTH, "agree", {}),
        (NORTH, "contribute", {"words": "chapter one"}),
        (SOUTH, "deliver", {"note": "d-1", "count": 1, "on": "2031-02-01", "items": [ITEM]}),
        (NORTH, "receive", {"count": 1, "on": "2031-02-02"}),
        (NORTH, "close", {}),
        begin=LATER,
    )
    assert desk.state == "closed"


NOMINEE = {"function": "analyst", "begins": "2031-03-01", "ends": "2031-03-10", "words": "first course"}


def test_never_more_are_admitted_than_there_are_places() -> None:
    (ground,) = Desk("training").say(NORTH, "open", year=2031, by=SOUTH, places=4)
    assert ground == "north-south-2030 art. 5: the article grants 3 a year, not 4"
    desk = fine(opened("training", year=2031, by=SOUTH, places=2), (SOUTH, "agree", {}))
    for number in range(3):
        assert desk.say(NORTH, "nominate", 3 + number, nominee=f"n{number}", **NOMINEE) == ()
    fine(desk, (SOUTH, "admit", {"nominee": "n0"}), (SOUTH, "admit", {"nominee": "n1"}), begin=10)
    (ground,) = desk.say(SOUTH, "admit", 12, nominee="n2")
    assert ground.endswith("all 2 places of the year are taken")
    fine(
        desk,
        (NORTH, "withdraw", {"nominee": "n1", "because": "ill"}),
        (SOUTH, "admit", {"nominee": "n2"}),
        begin=13,
    )
    fine(desk, (SOUTH, "attend", {"nominee": "n0", "days": 8, "ends": "2031-03-10"}), begin=LATER)
    fine(desk, (SOUTH, "certify", {"nominee": "n0", "result": "passed", "item": ITEM}), begin=LATER + 1)
    assert places_taken(desk.facts) == 2 and desk.facts.nominees["n0"].result == "passed"
    fine(desk, (NORTH, "number", {"places": 3}), (SOUTH, "agree", {}), begin=LATER + 2)
    assert desk.facts.places == 3 and desk.state == "open"


def test_training_is_given_by_whom_the_article_says_and_paid_as_it_says() -> None:
    (ground,) = Desk("training").say(NORTH, "open", year=2031, by=NORTH, places=1)
    assert ground.endswith("provides for `training by north.example`")
    desk = fine(opened("training", year=2031, by=SOUTH, places=1), (SOUTH, "agree", {}))
    cost = {"what": "fees", "amount": "10", "currency": "EUR", "on": "2031-03-10"}
    assert desk.say(SOUTH, "cost", LATER, **cost) == ()


def test_a_quota_is_agreed_for_the_year_and_counted() -> None:
    desk = fine(
        opened("quota", SOUTH, quota="stays", year=2031, by=SOUTH, places=1),
        (NORTH, "agree", {}),
        (NORTH, "nominate", {"nominee": "s1", **NOMINEE}),
        (SOUTH, "admit", {"nominee": "s1"}),
        (SOUTH, "done", {"nominee": "s1"}),
        begin=LATER,
    )
    assert places_taken(desk.facts) == 1
    (ground,) = Desk("quota").say(NORTH, "open", quota="cruises", year=2031, by=SOUTH, places=1)
    assert ground.startswith("north-south-2030 art. 5: no article")


def test_materials_pass_as_items_and_their_coming_is_noted() -> None:
    seek = {"material": "textbooks", "words": "for the course", "giver": SOUTH, "until": "2031-02-01"}
    desk = fine(opened("materials", **seek), (SOUTH, "agree", {}))
    assert [(each.what, each.by) for each in desk.held().due] == [("send", SOUTH)]
    fine(desk, (SOUTH, "send", {"items": [ITEM]}), (NORTH, "receive", {}), begin=3)
    assert desk.state == "received" and desk.facts.items == (ITEM,)
    assert opened("materials", **{**seek, "material": "experience"}).state == "proposed"
    (ground,) = Desk("materials").say(NORTH, "open", **{**seek, "material": "novels"})
    assert ground == "north-south-2030 art. 5: no article of north-south-2030 provides for `novels`"


# -- what has happened, and when ---------------------------------------------------------------------------------

COST = {"what": "stay", "amount": "1", "currency": "EUR"}


def told_early(desk: Desk, by: str, word: str, hour: float, /, **said: Any) -> str:
    (ground,) = desk.say(by, word, hour, alone=True, **said)
    return ground.partition(": ")[2]


def test_what_has_happened_is_not_told_before_its_day() -> None:
    """Every field that holds the day of something that has happened is tried here, on the day before and on the day."""
    meeting = fine(opened("meeting", **{**MEETING, "meeting": "staff"}), (SOUTH, "agree", {}))
    passage = opened("passage", **CROSSING)
    loan = fine(opened("delivery", SOUTH, **LOAN), (NORTH, "agree", {}))
    sent = fine(
        opened("delivery", SOUTH, **{**LOAN, "words": "sent"}),
        (NORTH, "agree", {}),
        (NORTH, "deliver", {"note": "n-1", "count": 2, "on": "2031-01-10"}),
    )
    course = fine(
        opened("training", year=2031, by=SOUTH, places=2),
        (SOUTH, "agree", {}),
        (NORTH, "nominate", {"nominee": "n0", **NOMINEE}),
        (SOUTH, "admit", {"nominee": "n0"}),
    )
    drill = fine(
        opened("continuity", article="art. 5"),
        (SOUTH, "schedule", {"rehearsal": "r1", "on": "2031-03-02", "words": "loss of the line"}),
        (NORTH, "agree", {"rehearsal": "r1"}),
    )
    bill = fine(
        opened(
            "charge",
            begins="2031-01-01",
            ends="2031-12-31",
            currency="EUR",
            entries=[ITEM],
            debtor=SOUTH,
            balance="1",
        ),
        (SOUTH, "accept", {}),
    )
    tried: list[tuple[Desk, str, str, dict[str, Any]]] = [
        (meeting, NORTH, "held", {}),
        (meeting, SOUTH, "cost", COST),
        (passage, NORTH, "done", {}),
        (loan, NORTH, "deliver", {"note": "n-1", "count": 2}),
        (sent, SOUTH, "receive", {"count": 2}),
        (drill, SOUTH, "rehearsed", {"rehearsal": "r1", "words": "well"}),
        (bill, SOUTH, "pay", {"reference": "2031-17"}),
    ]
    # 23:30 on 1 March in UTC, half past midnight on the 2nd in the agreement's zone
    hour = 24 * 50 + 14.5
    for desk, by, word, said in tried:
        early = told_early(desk, by, word, hour - 1, on="2031-03-02", **said)
        assert early == "2031-03-02 has not come yet on 2031-03-01: it is told once it has happened", word
    for desk, by, word, said in tried:
        desk.logs[by] = {**desk.logs[SOUTH if by == NORTH else NORTH]}
        assert desk.say(by, word, hour, on="2031-03-02", **said) == (), word
    attended = {"nominee": "n0", "days": 2, "ends": "2031-03-02"}
    assert "has not come yet" in told_early(course, SOUTH, "attend", 24 * 30, **attended)


def test_every_day_of_what_has_happened_is_marked() -> None:
    """Where a step says what has happened, its day is one that has come: none is left out by oversight."""
    from comity.cooperation.kinds import KINDS
    from comity.cooperation.said import past_fields
    from comity.cooperation.shared import SHARED

    marked = {
        f"{kind.name} {word}"
        for kind in KINDS.values()
        for word, form in kind.events.items()
        if past_fields(form.form)
    }
    assert marked == {
        "charge pay",
        "continuity rehearsed",
        "delivery deliver",
        "delivery miss",
        "delivery receive",
        "delivery return",
        "meeting held",
        "passage done",
        "quota attend",
        "training attend",
    }
    assert past_fields(SHARED["cost"].form) == ("on",)


def test_one_day_follows_the_other() -> None:
    early = fine(opened("meeting", **{**MEETING, "meeting": "staff"}), (SOUTH, "agree", {}))
    (ground,) = early.say(NORTH, "held", 24 * 20, on="2031-01-20")
    assert ground.endswith("it begins on 2031-03-01, after 2031-01-20: move it first")
    (ground,) = opened("passage", **CROSSING).say(NORTH, "done", 24 * 20, on="2031-01-20")
    assert ground.endswith("notice was given of 2031-02-01, not of 2031-01-20: change it first")
    desk = fine(
        opened("delivery", SOUTH, **LOAN),
        (NORTH, "agree", {}),
        (NORTH, "deliver", {"note": "n-1", "count": 2, "on": "2031-01-20"}),
        begin=24 * 20,
    )
    (ground,) = desk.say(SOUTH, "receive", 24 * 21, count=2, on="2031-01-19")
    assert ground.endswith("they were delivered on 2031-01-20, after 2031-01-19")
    fine(desk, (SOUTH, "receive", {"count": 2, "on": "2031-01-21"}), begin=24 * 22)
    (ground,) = desk.say(SOUTH, "return", 24 * 23, count=2, on="2031-01-20")
    assert ground.endswith("they were received on 2031-01-21, after 2031-01-20")
    (ground,) = Desk("delivery").say(SOUTH, "open", **{**LOAN, "until": "2031-01-09"})
    assert ground.endswith("its day of return, 2031-01-09, is over already")


def test_nobody_is_certified_who_was_not_there() -> None:
    desk = fine(
        opened("training", year=2031, by=SOUTH, places=2),
        (SOUTH, "agree", {}),
        (NORTH, "nominate", {"nominee": "n0", **NOMINEE}),
        (SOUTH, "admit", {"nominee": "n0"}),
    )
    begun = desk.say(SOUTH, "certify", 24 * 10, nominee="n0", result="not-passed")
    assert begun == ("north-south-2030 art. 5: the place of `n0` begins on 2031-03-01",)
    (ground,) = desk.say(SOUTH, "certify", LATER, nominee="n0", result="passed")
    assert ground.endswith("no day that `n0` attended is noted")
    (ground,) = desk.say(SOUTH, "attend", LATER + 1, nominee="n0", days=3, ends="2031-03-02")
    assert ground.endswith("2031-03-01 to 2031-03-02 are not 3 days")
    fine(
        desk,
        (SOUTH, "attend", {"nominee": "n0", "days": 2, "ends": "2031-03-02"}),
        (SOUTH, "certify", {"nominee": "n0", "result": "attended"}),
        begin=LATER + 2,
    )


def test_a_cost_is_offered_only_where_there_are_costs() -> None:
    from comity.cooperation.kinds import KINDS
    from comity.cooperation.shared import shared_by

    costly = {name for name, kind in KINDS.items() if "cost" in shared_by(kind)}
    assert costly == {
        "request",
        "measure",
        "meeting",
        "mission",
        "delivery",
        "training",
        "materials",
        "quota",
    }
    assert all({"note", "needs-protocol"} <= {*shared_by(kind)} for kind in KINDS.values())
