"""What follows from a step by itself: watches of a plan, missions told of contacts, items that pass along, figures."""

from datetime import timedelta
from typing import Any

import pytest

from comity.cooperation.consequences import CONSEQUENCES
from comity.cooperation.kinds import KINDS
from comity.cooperation.matter import remarks_on
from comity.cooperation.shared import SHARED
from comity.errors import BadInput
from comity.node.claim_costs import claim
from comity.node.consequences import DEEDS
from comity.node.cooperate import Manner, Step, act_on, open_matter
from comity.node.daily_duties import do_duties
from comity.node.draw_summary import draw
from comity.node.ledger import ledger_of
from comity.node.matter_log import matters_listed, read_matter
from comity.node.summarise import compare
from comity.node.what_is_due import what_is_due
from comity.testing.working_text import NORTH, SOUTH, WORKING
from comity.testing.world import World
from node.registers import check, hits, put
from node.worlds import body

HEAD = Manner(function="director")
YEAR = {"period": "2026", "begins": "2026-01-01", "ends": "2026-12-31"}
OBJECT = {"of": "objects-of-interest", "words": "the vessel both look out for"}
VESSEL = {"schema": "Vessel", "terms": {"decision": ""}}


@pytest.fixture
def made() -> World:
    return World.of((WORKING,), seed="consequences")


def begin(made: World, kind: str, party: str = NORTH, manner: Manner | None = None, **said: Any) -> Step:
    other = SOUTH if party == NORTH else NORTH
    step: Step = made.members[party].act(open_matter, kind, other, said, manner=manner or Manner())
    made.settle()
    return step


def do(made: World, party: str, step: Step, word: str, manner: Manner | None = None, **said: Any) -> Step:
    assert step.matter is not None
    taken: Step = made.members[party].act(act_on, step.matter.id, word, said, manner=manner or Manner())
    made.settle()
    return taken


def watches(made: World, party: str) -> set[tuple[str, str]]:
    """Give what stands: the line of the plan, and whose register is asked."""
    rows = made.members[party].read(lambda transaction: transaction.checks(ours=True))
    return {(row.topic.rpartition(" ")[2], row.peer) for row in rows if row.watch and row.state == "standing"}


def adopted(made: World, *lines: str) -> Step:
    plan = begin(
        made, "plan", lines=[{"line": line, "object": f"vessel-{line}", **OBJECT} for line in lines], **YEAR
    )
    for line in lines:
        do(made, SOUTH, plan, "agree", line=line)
    do(made, NORTH, plan, "adopt", HEAD)
    do(made, SOUTH, plan, "adopt", HEAD)
    return plan


def test_every_kind_says_what_follows_and_every_deed_has_its_function() -> None:
    assert CONSEQUENCES.keys() == KINDS.keys() and all(CONSEQUENCES.values())
    for name, each in ((name, each) for name, found in CONSEQUENCES.items() for each in found):
        assert set(each.after) <= {*KINDS[name].events, *SHARED}, each
    assert {each.deed for found in CONSEQUENCES.values() for each in found if each.deed} == DEEDS.keys()


def test_adopting_a_plan_makes_its_watches_on_both_sides(made: World) -> None:
    put(made, NORTH, "vessel-a", "Grey Heron", **VESSEL)
    check(made, SOUTH, "Grey Heron", to=NORTH, schema="Vessel")  # so South has met it, and knows what to ask
    adopted(made, "a")
    assert watches(made, NORTH) == watches(made, SOUTH) == {("a", NORTH), ("a", SOUTH)}
    put(made, SOUTH, "ship-7", "Grey Heron", **VESSEL)
    made.settle()
    assert "ship-7" in {hit.reference for hit in hits(made, NORTH)}


def test_what_falls_from_the_list_is_watched_for_no_longer(made: World) -> None:
    for line in ("a", "b", "c"):
        put(made, NORTH, f"vessel-{line}", f"Grey Heron {line * 3}", **VESSEL)
    plan = adopted(made, "a", "b", "c")
    assert watches(made, NORTH) == {(line, to) for line in ("a", "b", "c") for to in (NORTH, SOUTH)}
    do(made, SOUTH, plan, "track", line="a", state="dropped")
    assert {line for line, _ in watches(made, NORTH)} == {"b", "c"}
    do(made, SOUTH, plan, "amend", HEAD, because="b was found")
    do(made, SOUTH, plan, "object", line="b", because="found")
    do(made, SOUTH, plan, "strike", line="b", because="found")
    do(made, NORTH, plan, "strike", line="b", because="found")
    assert {line for line, _ in watches(made, NORTH)} == {"b", "c"}, (
        "until both adopt it, the old list stands"
    )
    do(made, NORTH, plan, "adopt", HEAD)
    do(made, SOUTH, plan, "adopt", HEAD)
    assert {line for line, _ in watches(made, NORTH)} == {"c"}
    do(made, NORTH, plan, "amend", HEAD, because="we stop")
    do(made, NORTH, plan, "abandon", HEAD, because="we stop")
    assert watches(made, NORTH) == set()


def test_an_adoption_that_turns_out_not_to_count_leaves_no_watch(made: World) -> None:
    """South adopts what North changes in the same hour: once both have both, nothing was adopted."""
    put(made, SOUTH, "vessel-a", "Grey Heron", **VESSEL)
    plan = begin(made, "plan", lines=[{"line": "a", "object": "vessel-a", **OBJECT}], **YEAR)
    do(made, SOUTH, plan, "agree", line="a")
    do(made, NORTH, plan, "adopt", HEAD)
    assert plan.matter is not None
    another = {"line": "b", "of": "meetings", "words": "one more"}
    made.members[NORTH].act(act_on, plan.matter.id, "line", another)
    made.clock.step(timedelta(minutes=1))
    made.members[SOUTH].act(act_on, plan.matter.id, "adopt", {}, manner=HEAD)
    assert watches(made, SOUTH) != set()
    made.settle()
    assert made.members[SOUTH].act(read_matter, plan.matter.id).state == "drafted"
    made.members[SOUTH].act(do_duties)
    made.settle()
    assert watches(made, SOUTH) == set()


def test_an_object_that_is_not_here_is_listed_and_watched_for_once_it_is(made: World) -> None:
    put(made, NORTH, "vessel-a", "Grey Heron", **VESSEL)
    adopted(made, "a")
    assert watches(made, SOUTH) == set()
    south = made.members[SOUTH]
    due = [row.what for row in south.act(what_is_due) if "vessel-a" in row.what]
    assert due and all("no record `vessel-a` is here" in what for what in due)
    check(made, SOUTH, "Grey Heron", to=NORTH, schema="Vessel")
    south.act(do_duties)
    assert watches(made, SOUTH) == {("a", NORTH), ("a", SOUTH)}
    assert not [row for row in south.act(what_is_due) if "vessel-a" in row.what]


def test_a_contact_is_told_to_the_mission_its_office_is_coordinated_with(made: World) -> None:
    reach = {"office": "north-regional", "with": "south-regional", "words": "traffic at the pass"}
    alone = begin(made, "contact", **reach)
    assert alone.followed == ("`north-mission` has no book here: tell it of the contact yourself",)
    mission = begin(made, "mission", mission="north-mission", of=NORTH)
    told = begin(made, "contact", **reach)
    assert told.followed == ("`north-mission` was told of the contact",) and mission.matter is not None
    book = made.members[SOUTH].act(read_matter, mission.matter.id)
    last = book.story[-1]
    assert last.counts and last.event.by == NORTH and "`north-regional` is in touch" in last.event.said.words


def test_the_better_placed_is_chosen_by_the_means_both_have_stated(made: World) -> None:
    ask = {"aid": "check", "purpose": "incident-response", "words": "who was at the quay"}
    request = begin(made, "request", **ask)
    with pytest.raises(BadInput, match="`because` is not said, and does not follow"):
        do(made, SOUTH, request, "propose")
    do(made, SOUTH, request, "state-means", able="in-part", words="one officer")
    do(made, NORTH, request, "state-means", able="well", words="a unit in the harbour")
    proposed = do(made, SOUTH, request, "propose")
    assert proposed.matter is not None
    said = proposed.matter.facts.proposed
    assert (said.taken_by, said.taker) == ("better-placed", NORTH)
    assert said.because == f"the means of {NORTH} go further: well, those of {SOUTH}: in-part"
    do(made, NORTH, request, "disagree", because="our unit is away")
    do(made, NORTH, request, "state-means", able="in-part", words="half a unit")
    again = do(made, SOUTH, request, "propose")
    assert again.matter is not None and again.matter.facts.proposed.taken_by == "jointly"


def test_minutes_pass_the_gate_in_the_same_step_or_nothing_is_done(made: World) -> None:
    convene = {
        "meeting": "staff",
        "words": "formats",
        "host": SOUTH,
        "begins": "2026-02-01",
        "ends": "2026-02-01",
    }
    meeting = begin(made, "meeting", **convene)
    do(made, SOUTH, meeting, "agree")
    do(made, NORTH, meeting, "held", on="2026-02-01")
    minutes = made.add(NORTH, b"what was said", "incident.minutes")
    outside = made.add(NORTH, b"something else", "weather")
    alone = do(made, NORTH, meeting, "minutes", item=minutes)
    assert "share it first" in alone.grounds[0].text
    shared = Manner(share_for="incident-response")
    assert do(made, NORTH, meeting, "minutes", shared, item=outside).grounds[0].rule == 4
    assert made.members[NORTH].read(lambda transaction: transaction.disclosures(outside)) == []
    done = do(made, NORTH, meeting, "minutes", shared, item=minutes)
    assert done.grounds == ()
    assert body(made, SOUTH, minutes) == b"what was said"
    assert do(made, SOUTH, meeting, "approve", item=minutes).grounds == ()


def test_who_bears_which_cost_is_told_with_the_meeting(made: World) -> None:
    convene = {
        "meeting": "working-discussion",
        "words": "formats",
        "host": SOUTH,
        "begins": "2026-02-01",
        "ends": "2026-02-01",
    }
    meeting = begin(made, "meeting", **convene)
    assert meeting.matter is not None
    told = [ground.text for ground in remarks_on(meeting.matter)]
    assert told == [f"`all` is borne by {NORTH}"]  # not planned: who took the initiative


def test_a_summary_is_countersigned_only_where_ones_own_figures_are_the_same(made: World) -> None:
    begin(made, "request", aid="check", purpose="incident-response", words="one")
    today = made.clock.now().date()
    drawn = made.members[NORTH].act(draw, SOUTH, begins=today.replace(month=1, day=1), ends=today)
    made.settle()
    begin(made, "request", aid="check", purpose="incident-response", words="another")
    made.clock.step(timedelta(days=1))
    refused = do(made, SOUTH, drawn, "countersign")
    assert refused.grounds[0].text.startswith(
        "one's own figures differ: matter by north.example, request asked"
    )
    differs = do(made, SOUTH, drawn, "differ")
    assert differs.matter is not None
    rows = made.members[SOUTH].act(compare, differs.matter.id).rows
    assert differs.matter.facts.differs == rows != ()
    anew = do(made, NORTH, drawn, "redraw")
    assert anew.matter is not None and anew.followed == ()
    assert anew.matter.facts.drawn.ends == today
    (nothing,) = do(made, SOUTH, drawn, "differ").grounds
    assert nothing.text == "no row differs: it is the same on both sides"
    signed = do(made, SOUTH, drawn, "countersign")
    assert signed.matter is not None and signed.matter.state == "countersigned", signed.grounds


def test_a_summary_drawn_before_its_period_ends_is_provisional_until_it_has(made: World) -> None:
    begin(made, "request", aid="check", purpose="incident-response", words="one")
    today = made.clock.now().date()
    period = {"begins": today.replace(day=1), "ends": today}
    drawn = made.members[NORTH].act(draw, SOUTH, **period)
    made.settle()
    after = today + timedelta(days=1)
    assert drawn.followed == (
        f"provisional: the period ends on {today}, it is countersigned from {after} on",
    )
    (ground,) = do(made, SOUTH, drawn, "countersign").grounds
    assert ground.text == f"the period ends on {today}: it is countersigned from {after} on"
    made.clock.step(timedelta(days=1))
    signed = do(made, SOUTH, drawn, "countersign").matter
    assert signed is not None and signed.state == "countersigned"


def test_a_charge_is_amended_without_what_was_contested_and_set_off_anew(made: World) -> None:
    meeting = begin(
        *(made, "meeting", NORTH),
        meeting="delegation",
        words="a visit",
        host=SOUTH,
        begins="2026-03-10",
        ends="2026-03-11",
    )
    do(made, SOUTH, meeting, "agree")
    today = made.clock.now().date().isoformat()
    for amount in ("10.00", "2.50"):
        do(made, SOUTH, meeting, "cost", what="stay", amount=amount, currency="EUR", on=today)
    claimed = made.members[SOUTH].act(claim, NORTH)
    made.settle()
    lines = made.members[NORTH].act(ledger_of, SOUTH).lines
    wrong = next(line.entry.event for line in lines if str(line.entry.amount) == "2.50")
    do(made, NORTH, claimed, "contest", entries=[wrong], because="nobody stayed longer")
    amended = do(made, SOUTH, claimed, "amend")
    assert amended.matter is not None and amended.matter.state == "claimed", amended.grounds
    said = amended.matter.facts.claim
    assert (said.debtor, said.balance, wrong in said.entries) == (NORTH, "10.00", False)
    accepted = do(made, NORTH, claimed, "accept")
    assert accepted.matter is not None and accepted.matter.state == "accepted", accepted.grounds


def test_following_twice_makes_nothing_twice(made: World) -> None:
    put(made, NORTH, "vessel-a", "Grey Heron", **VESSEL)
    adopted(made, "a")
    before = made.members[NORTH].read(lambda transaction: len(transaction.checks(ours=True)))
    for _ in range(2):
        made.members[NORTH].act(do_duties)
    assert made.members[NORTH].read(lambda transaction: len(transaction.checks(ours=True))) == before
    assert [row.state for row in made.members[NORTH].act(matters_listed, "plan")] == ["adopted"]
