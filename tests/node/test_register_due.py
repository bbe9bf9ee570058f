"""What the register makes due stands in the one list of what has a day: follow-ups, outcomes, disputes, reviews."""

from datetime import timedelta

from comity.node.confirm_time import confirm_time
from comity.node.contribute import own_records
from comity.node.daily_duties import do_duties
from comity.node.erase import hold
from comity.node.flag_record import answer_flag, flag_record
from comity.node.follow_up import close, follow_up, refuse_follow_up, release
from comity.node.what_is_due import what_is_due
from comity.node.withdraw import release as free
from comity.testing.world import World

from .registers import NORTH, SOUTH, check, hits, put, register_world

NAME = "Tavrin Merezhko"
ARTICLE = "register-2026 art. 5"


def due(world: World, party: str) -> list[tuple[str, str, str, str, bool]]:
    rows = world.members[party].act(what_is_due)
    return [
        (each.side, " ".join(each.what.split()[:3]), each.party, each.ref, each.late)
        for each in rows
        if each.see.startswith("comity register")
    ]


def asked() -> tuple[World, str]:
    world = register_world()
    put(world, NORTH, "p1", NAME, "ask")
    (hit,) = hits(world, SOUTH, check(world, SOUTH, NAME, to=NORTH))
    assert due(world, SOUTH) == due(world, NORTH) == []
    world.members[SOUTH].act(follow_up, hit.id, because="an invoice")
    world.settle()
    return world, hit.id


def test_a_follow_up_is_due_on_both_sides_until_it_is_late_and_until_it_is_answered() -> None:
    world, hit = asked()
    assert due(world, NORTH) == [("ours", "answer the follow-up", SOUTH, ARTICLE, False)]
    assert due(world, SOUTH) == [("theirs", "answer the follow-up", NORTH, ARTICLE, False)]
    world.wait(timedelta(hours=49))
    assert due(world, NORTH) == [("ours", "answer the follow-up", SOUTH, ARTICLE, True)]
    assert due(world, SOUTH) == [("theirs", "answer the follow-up", NORTH, ARTICLE, True)]
    world.members[NORTH].act(refuse_follow_up, hit, because="no facts")
    world.settle()
    assert due(world, SOUTH) == due(world, NORTH) == []


def test_the_outcome_of_a_released_record_is_due_on_both_sides() -> None:
    world, hit = asked()
    world.members[NORTH].act(release, hit)
    world.settle()
    assert due(world, SOUTH) == [("ours", "outcome of hit", NORTH, ARTICLE, False)]
    assert due(world, NORTH) == [("theirs", "outcome of hit", SOUTH, ARTICLE, False)]
    world.wait(timedelta(days=15))
    assert [row[-1] for row in due(world, SOUTH)] == [row[-1] for row in due(world, NORTH)] == [True]
    world.members[SOUTH].act(close, hit, "undetermined")
    world.settle()
    assert due(world, SOUTH) == due(world, NORTH) == []


def test_a_dispute_is_due_step_by_step() -> None:
    world = register_world()
    put(world, NORTH, "p1", NAME)
    (hit,) = hits(world, SOUTH, check(world, SOUTH, NAME, to=NORTH))
    flag = world.members[SOUTH].act(flag_record, hit.id, "error", words="born in 1962")
    world.settle()
    (row,) = due(world, NORTH)
    assert row[:3] == ("ours", f"acknowledge flag {flag.id[:12]}", SOUTH)
    world.members[NORTH].act(answer_flag, flag.id, "acknowledged")
    world.settle()
    assert due(world, NORTH)[0][1].startswith("settle flag")
    assert due(world, SOUTH)[0][:3] == ("theirs", f"settle flag {flag.id[:12]}", NORTH)
    world.members[NORTH].act(answer_flag, flag.id, "upheld", words="the register of births says 1961")
    world.settle()
    assert due(world, SOUTH) == due(world, NORTH) == []


def test_a_record_to_be_looked_at_again_is_due_from_a_month_before() -> None:
    world = register_world()
    put(world, NORTH, "p1", NAME)  # until 2027-03-01
    assert due(world, NORTH) == []
    world.wait(timedelta(days=340))
    assert due(world, NORTH) == [("own", "review record p1", "", "safeguard 2", False)]
    world.wait(timedelta(days=26))
    assert due(world, NORTH) == [("own", "review record p1", "", "safeguard 2", True)]
    assert due(world, SOUTH) == []


def test_what_has_run_out_on_legal_hold_stays_and_keeps_nothing_else_from_being_let_go() -> None:
    made = register_world()
    for identity, name in (("p1", "Tavrin Merezhko"), ("p2", "Jorvik Quillfeather")):
        put(made, NORTH, identity, name)
    number = check(made, SOUTH, "Tavrin Merezhko", to=NORTH)
    made.members[SOUTH].act(follow_up, hits(made, SOUTH, number)[0].id, because="needed")
    made.settle()
    passed, _ = made.members[NORTH].act(release, hits(made, SOUTH, number)[0].id, because="the same person")
    made.members[NORTH].act(hold, passed.item, because="court order")
    made.clock.step(timedelta(days=420))
    made.members[NORTH].act(confirm_time)
    made.members[NORTH].act(do_duties)

    def left() -> list[str]:
        return [row.id for row in made.members[NORTH].read(lambda rows: list(own_records(rows, NORTH)))]

    assert left() == ["p1"]
    made.members[NORTH].act(free, passed.item, because="the court has decided")
    made.members[NORTH].act(do_duties)
    assert left() == []
