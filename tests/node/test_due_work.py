"""What joint work has a day for, on both sides: deadlines, the next plan, summaries, consents that run out."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from comity.clock import format_instant
from comity.control.verb import VERBS
from comity.control.verbs_items import inbox  # noqa: F401 - registers the verb
from comity.control.verbs_ledger import due_dates  # noqa: F401 - registers the verb
from comity.cooperation.matter import remarks_on
from comity.federation.messages import Act
from comity.federation.statements import MatterEvent, digest_of, make, pack
from comity.node.claim_costs import claim
from comity.node.draw_summary import draw
from comity.node.matter_log import read_matter
from comity.node.node import Node
from comity.node.post import owe
from comity.node.reciprocity import reciprocity
from comity.node.what_is_due import Due, what_is_due
from comity.ports import Transaction
from comity.testing.working_text import NORTH, SOUTH, WORKING, WorkingText
from comity.testing.world import World
from node.test_consequences import HEAD, begin, do

ASK = {"aid": "check", "purpose": "incident-response", "words": "is this vessel known to you"}


@pytest.fixture
def made() -> World:
    return World.of((WORKING,), seed="due work")


def due(made: World, party: str) -> tuple[Due, ...]:
    rows: tuple[Due, ...] = made.members[party].act(what_is_due)
    return rows


def told(made: World, party: str, verb: str) -> list[dict[str, Any]]:
    member = made.members[party]

    class AtDesk:
        node = member.node

        def act(self, work: Any) -> Any:
            return member.act(work)

        def read(self, work: Any) -> Any:
            return member.read(work)

    rows: list[dict[str, Any]] = VERBS[verb](AtDesk(), {})  # type: ignore[arg-type]  # the same desk, without a home
    return rows


def test_every_deadline_stands_with_its_article_on_the_side_that_owes_it(made: World) -> None:
    begin(made, "request", **ASK)
    for party, side in ((NORTH, "theirs"), (SOUTH, "ours")):
        rows = [
            (row.what.partition(" ")[0], row.side, row.ref)
            for row in due(made, party)
            if "request" in row.what
        ]
        assert rows == [(what, side, "north-south-2030 art. 2") for what in ("acknowledge", "answer")]


def test_a_plan_that_ends_soon_and_a_period_that_is_over_are_owed_by_both(made: World) -> None:
    year = {"period": "2026", "begins": "2026-01-01", "ends": "2026-12-31"}
    line = {"line": "m1", "of": "meetings", "words": "one meeting"}
    plan = begin(made, "plan", lines=[line], **year)
    do(made, SOUTH, plan, "agree", line="m1")
    do(made, NORTH, plan, "adopt", HEAD)
    do(made, SOUTH, plan, "adopt", HEAD)
    assert not [row for row in due(made, NORTH) if row.what.startswith(("plan for", "summary of"))]
    made.wait(timedelta(days=380))
    for party in (NORTH, SOUTH):
        rows = {row.what: (row.side, row.late, row.ref) for row in due(made, party)}
        article = "north-south-2030 art. 4"
        assert rows["plan for the time after 2026-12-31"] == ("ours", True, article)
        summaries = [row for row in rows if row.startswith("summary of ")]
        assert len(summaries) == 1 and rows[summaries[0]] == ("ours", False, article)


def test_the_first_plan_is_owed_soon_after_the_agreement_has_come_into_force(made: World) -> None:
    made.wait(timedelta(days=1))
    for party in (NORTH, SOUTH):
        (row,) = [each for each in due(made, party) if each.what.startswith("plan for")]
        assert (row.what, row.side, row.late, row.ref) == (
            "plan for the time from 2026-03-01",
            "ours",
            False,
            "north-south-2030 art. 4",
        )
    made.wait(timedelta(days=500))
    assert [each.late for each in due(made, SOUTH) if each.what.startswith("plan for")] == [True]


def test_a_summary_that_is_drawn_is_owed_a_signature_and_one_that_differs_a_new_drawing(made: World) -> None:
    today = made.clock.now().date()
    ends = today + timedelta(days=9)
    drawn = made.members[NORTH].act(draw, SOUTH, begins=today, ends=ends)
    made.settle()

    def owed(party: str) -> list[tuple[str, str]]:
        return [
            (row.what, row.side) for row in due(made, party) if f"summary of {today} to {ends}" in row.what
        ]

    assert owed(NORTH) == owed(SOUTH) == []  # its period is not over
    made.wait(timedelta(days=11))
    countersign = f"countersign the summary of {today} to {ends}"
    assert (owed(NORTH), owed(SOUTH)) == ([(countersign, "theirs")], [(countersign, "ours")])
    do(made, SOUTH, drawn, "differ", rows=["disclosed by south.example: 1 here, 0 there"])
    anew = f"draw the summary of {today} to {ends} anew"
    assert (owed(NORTH), owed(SOUTH)) == ([(anew, "ours")], [(anew, "theirs")])
    do(made, NORTH, drawn, "redraw")
    do(made, SOUTH, drawn, "countersign")
    assert owed(NORTH) == owed(SOUTH) == []


def test_a_charge_is_due_step_by_step_from_whoever_is_to_take_it(made: World) -> None:
    said = {"meeting": "delegation", "words": "a visit", "host": SOUTH}
    meeting = begin(made, "meeting", **said, begins="2026-03-10", ends="2026-03-11")
    do(made, SOUTH, meeting, "agree")
    today = made.clock.now().date().isoformat()
    do(made, SOUTH, meeting, "cost", what="stay", amount="2500.00", currency="EUR", on=today)
    charge = made.members[SOUTH].act(claim, NORTH)
    made.settle()
    day = made.clock.now().date()
    for party, step, what in (
        (NORTH, ("accept", {}), "accept or contest the charge of {}"),
        (NORTH, ("pay", {"on": today, "reference": "77"}), "pay the charge of {}"),
        (SOUTH, ("receive", {}), "confirm that the charge of {} was paid"),
        (None, None, ""),
    ):
        for one in (NORTH, SOUTH):
            rows = [row for row in due(made, one) if "the charge" in row.what]
            if party is None or step is None:
                assert rows == []
                continue
            (row,) = rows
            assert row.what.startswith(what.partition("{}")[0] + "2500.00 EUR"), row.what
            assert (row.side, row.at.date()) == (
                "ours" if one == party else "theirs",
                day + timedelta(days=30),
            )
        if party is not None and step is not None:
            taken = do(made, party, charge, step[0], **step[1])
            assert taken.grounds == (), taken.grounds


class InSeoul(WorkingText, frozen=True):
    """The same agreement by the calendar of Seoul, which goes on by five years unless notice is given before."""

    def files(self, roots: Mapping[str, str]) -> dict[str, bytes]:
        changed = (
            ('zone = "Europe/Oslo"', 'zone = "Asia/Seoul"'),
            ('notice = "P30D"', 'notice = "P30D"\nextension = "P5Y"'),
            ('notice_runs = "from-notice"', 'notice_runs = "before-expiry"'),
        )
        files = dict(super().files(roots))
        for name, data in files.items():
            text = data.decode()
            for before, after in changed:
                assert text.count(before) == 1
                text = text.replace(before, after)
            files[name] = text.encode()
        return files


def test_the_last_day_of_notice_ends_on_the_calendar_of_the_agreement() -> None:
    made = World.of((InSeoul(WORKING.id, (NORTH, SOUTH)),), seed="seoul")
    made.wait(timedelta(days=4 * 365 + 300))
    (row,) = [each for each in due(made, NORTH) if "notice" in each.what]
    assert (row.at.hour, row.at.minute) == (15, 0)  # midnight in Seoul


def test_the_days_of_joint_work_are_the_same_on_both_sides(made: World) -> None:
    said = {
        "meeting": "staff",
        "words": "formats",
        "host": SOUTH,
        "begins": "2026-04-01",
        "ends": "2026-04-02",
    }
    meeting = begin(made, "meeting", **said)
    passage = {
        "passage": "freight",
        "words": "meters",
        "crossing": "north pass",
        "begins": "2026-04-01",
        "ends": "2026-04-01",
    }
    begin(made, "passage", **passage)
    training = begin(made, "training", year=2026, by=SOUTH, places=2)
    do(made, SOUTH, training, "agree")
    course = {"function": "analyst", "begins": "2026-05-01", "ends": "2026-05-09", "words": "spring course"}
    do(made, NORTH, training, "nominate", nominee="n1", **course)
    rows = [told(made, party, "due-dates") for party in (NORTH, SOUTH)]
    plain = [[{k: v for k, v in row.items() if k != "with"} for row in each] for each in rows]
    assert plain[0] == plain[1] and len(plain[0]) == 3
    assert {row["kind"]: row["status"] for row in rows[0]} == {
        "meeting": "tentative",
        "passage": "confirmed",
        "training": "tentative",
    }
    do(made, SOUTH, meeting, "decline", because="not now")
    declined = {row["kind"]: row["status"] for row in told(made, NORTH, "due-dates")}
    assert declined["meeting"] == "cancelled"


def test_what_passed_each_way_is_counted_by_category_on_both_sides(made: World) -> None:
    for party, to, count in ((NORTH, SOUTH, 2), (SOUTH, NORTH, 1)):
        for number in range(count):
            item = made.add(party, f"{party} {number}".encode(), "incident.reports")
            assert made.share(party, item, to, "incident-response").decision.permitted
    made.settle()
    rows = {
        party: [
            (row.party, row.category, row.given, row.received) for row in made.members[party].read(counted)
        ]
        for party, counted in (
            (party, lambda transaction, party=party: reciprocity(made.members[party].node, transaction))
            for party in (NORTH, SOUTH)
        )
    }
    assert rows == {
        NORTH: [(SOUTH, "incident.reports", 2, 1)],
        SOUTH: [(NORTH, "incident.reports", 1, 2)],
    }


def test_what_is_due_is_given_for_a_span_of_days_and_so_many_lines(made: World) -> None:
    for number in range(3):
        begin(made, "request", **{**ASK, "words": f"is vessel {number} known to you"})
    everything = due(made, SOUTH)
    assert len([row for row in everything if "request" in row.what]) == 6
    member = made.members[SOUTH]
    middle = everything[3].at
    assert member.act(what_is_due, until=middle) == tuple(row for row in everything if row.at < middle)
    assert member.act(what_is_due, since=middle) == tuple(row for row in everything if row.at >= middle)
    assert [row.at for row in member.act(what_is_due, limit=2)] == [row.at for row in everything[:2]]


def test_what_one_sees_to_oneself_is_given_however_much_one_is_owed_before(made: World) -> None:
    for number in range(3):
        begin(made, "request", **{**ASK, "words": f"is vessel {number} known to you"})
    begin(made, "request", party=SOUTH, **ASK)
    for party in (NORTH, SOUTH):
        everything = due(made, party)
        mine = tuple(row for row in everything if row.side != "theirs")
        assert mine and len(mine) < len(everything)
        asked = made.members[party].act
        assert asked(what_is_due, ours=True) == mine
        assert asked(what_is_due, ours=True, limit=1) == mine[:1]
        assert asked(what_is_due, ours=True, until=mine[-1].at) == tuple(
            row for row in mine if row.at < mine[-1].at
        )


def test_a_matter_that_is_settled_has_no_deadline_any_more(made: World) -> None:
    asked = begin(made, "request", **ASK)
    do(made, SOUTH, asked, "refuse", ground="own-law")
    for party in (NORTH, SOUTH):
        assert not [row for row in due(made, party) if "request" in row.what]


def test_a_letter_names_the_matter_it_carries_a_step_of(made: World) -> None:
    step = begin(made, "request", **ASK)
    assert step.matter is not None
    named = {"id": step.matter.id, "kind": "request", "title": step.matter.title}
    (came,) = [row for row in told(made, SOUTH, "inbox") if row["kind"] == "act"]
    assert came["matter"] == named and came["item"] is None
    (went,) = [row for row in told(made, NORTH, "outbox") if row["kind"] == "act"]
    assert went["matter"] == named and went["item"] == ""


@pytest.mark.parametrize("ends", ["9999-12-31", "9999-12-30", "9999-06-01"])
def test_a_summary_to_the_end_of_the_calendar_keeps_nothing_else_from_being_shown(
    made: World, ends: str
) -> None:
    """Its days are its author's word, which comes in whatever it says; what is due is worked out from them."""
    made.hostile.add(NORTH)
    said = {"begins": "2026-01-01", "ends": ends, "figures": []}
    before = {row.what for row in due(made, SOUTH)}

    def work(node: Node, transaction: Transaction) -> str:
        at = node.now(transaction)
        event = MatterEvent(
            by=NORTH,
            to=SOUTH,
            at=format_instant(at),
            agreement=WORKING.id,
            kind="summary",
            word="open",
            said=said,
        )
        signed = make(event, node.keyring.signer(node.know(transaction).own.card, "disclosure", at))
        act = Act(statement=pack(signed), to=SOUTH, about="")
        owe(node, transaction, SOUTH, act, at=at, kind="act")
        return digest_of(signed)

    digest = made.members[NORTH].act(work)
    made.deliver(NORTH)
    matter = made.members[SOUTH].act(read_matter, digest)
    assert matter.story[0].counts
    assert [ends in ground.text for ground in remarks_on(matter)] == [True]
    assert {row.what for row in due(made, SOUTH)} >= before
    made.wait(timedelta(days=400))
    due(made, SOUTH)
