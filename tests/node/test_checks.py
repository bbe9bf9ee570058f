"""Checks across an agreement: what is told, to whom, by which article, and counted on both sides."""

from datetime import timedelta

import pytest

from comity.errors import BadInput, RefusedHere
from comity.federation.register_messages import Question, RegisterCheck
from comity.node.follow_up import close, follow_up, refuse_follow_up, release
from comity.testing.hostile import craft

from .registers import EAST, NORTH, SOUTH, agreement, check, hits, parts, put, register_world
from .worlds import body, inbox, kinds

NAME = "Tavrin Merezhko"


def test_a_check_meets_a_record_of_reference_and_tells_no_more_than_that() -> None:
    world = register_world()
    put(world, NORTH, "p1", NAME, birthDate=["1961-04-23"])
    name = check(world, SOUTH, NAME, to=NORTH)
    part = parts(world, SOUTH, name)[NORTH]
    assert (part.state, part.grounds) == ("answered", ("register-2026 art. 5",))
    (hit,) = hits(world, SOUTH, name)
    assert (hit.band, hit.shown, hit.reference, hit.owner) == ("hit", "reference", "p1", NORTH)
    assert (hit.why, hit.item, hit.score) == ((), "", 900)
    (told,) = hits(world, NORTH, name, ours=False)
    assert (told.id, told.peer, told.key) == (hit.id, SOUTH, "p1")
    assert told.why


def test_an_open_record_comes_along_as_an_item() -> None:
    world = register_world()
    put(world, NORTH, "p1", NAME, "open")
    name = check(world, SOUTH, NAME, to=NORTH)
    (hit,) = hits(world, SOUTH, name)
    assert hit.shown == "record"
    assert NAME.encode() in (body(world, SOUTH, hit.item) or b"")
    assert hit.why
    again = check(world, SOUTH, NAME, to=NORTH)
    assert hits(world, SOUTH, again)[0].item == hit.item  # once is enough


def test_a_follow_up_is_released_by_a_person_and_closed_with_its_outcome() -> None:
    world = register_world()
    put(world, NORTH, "p1", NAME, "ask")
    name = check(world, SOUTH, NAME, to=NORTH)
    (hit,) = hits(world, SOUTH, name)
    assert (hit.shown, hit.reference) == ("owner", "")
    south, north = world.members[SOUTH], world.members[NORTH]
    asked = south.act(follow_up, hit.id[:8], because="a transfer of the 3rd names the same person")
    assert asked.due is not None
    world.settle()
    (waiting,) = hits(world, NORTH, name, ours=False)
    assert (waiting.state, waiting.because) == ("asked", "a transfer of the 3rd names the same person")
    _, decision = north.act(release, hit.id)
    assert decision is not None
    assert decision.permitted
    world.settle()
    (got,) = hits(world, SOUTH, name)
    assert got.state == "released"
    assert NAME.encode() in (body(world, SOUTH, got.item) or b"")
    south.act(close, hit.id, "confirmed", words="the same passport")
    world.settle()
    assert hits(world, NORTH, name, ours=False)[0].outcome == "confirmed"
    with pytest.raises(RefusedHere):
        south.act(follow_up, hit.id, because="more")


def test_a_follow_up_refused_may_be_put_again_with_better_reasons() -> None:
    world = register_world()
    put(world, NORTH, "p1", NAME)
    name = check(world, SOUTH, NAME, to=NORTH)
    (hit,) = hits(world, SOUTH, name)
    south, north = world.members[SOUTH], world.members[NORTH]
    with pytest.raises(RefusedHere):
        north.act(release, hit.id)  # nobody asks
    south.act(follow_up, hit.id, because="please")
    world.settle()
    north.act(refuse_follow_up, hit.id, because="no facts are stated")
    world.settle()
    (refused,) = hits(world, SOUTH, name)
    assert (refused.state, refused.words) == ("refused", "no facts are stated")
    south.act(follow_up, hit.id, because="the invoice names the same vessel")
    world.settle()
    north.act(release, hit.id)
    world.settle()
    assert hits(world, SOUTH, name)[0].state == "released"


def test_a_silent_record_is_met_and_only_its_owner_knows() -> None:
    world = register_world()
    put(world, NORTH, "s1", NAME, "silent")
    name = check(world, SOUTH, NAME, to=NORTH)
    assert parts(world, SOUTH, name)[NORTH].state == "answered"
    assert hits(world, SOUTH, name) == []
    (row,) = world.members[NORTH].read(lambda transaction: transaction.checks(ours=False))
    assert b"s1" in row.unseen


@pytest.mark.parametrize(
    ("purpose", "cites"), [("commercial", "register-2026 art. 5"), ("ethnicity", "safeguard")]
)
def test_a_purpose_that_is_excluded_is_refused_before_anything_leaves(purpose: str, cites: str) -> None:
    world = register_world()
    with pytest.raises(RefusedHere, match=cites):
        check(world, SOUTH, NAME, to=NORTH, purpose=purpose)
    assert "sent-register-check" not in kinds(world, SOUTH)


def test_too_little_or_no_register_at_all() -> None:
    world = register_world()
    with pytest.raises(BadInput, match="says too little"):
        check(world, SOUTH, "Merezhko", to=NORTH)
    with pytest.raises(RefusedHere, match="no register is agreed"):
        check(world, SOUTH, NAME, to=EAST)
    check(world, SOUTH, "Blue Heron", to=NORTH, schema="Vessel")


def test_the_days_capacity_is_counted_on_both_sides() -> None:
    world = register_world(agreement(capacity=2))
    for _ in range(2):
        check(world, SOUTH, NAME, to=NORTH)
    with pytest.raises(RefusedHere, match=r"0 of 2 are left .*\(register-2026 art\. 5\)"):
        check(world, SOUTH, NAME, to=NORTH)
    check(world, NORTH, NAME, to=SOUTH)  # each has its own
    for party in (NORTH, SOUTH):
        rows = world.members[party].read(lambda transaction: transaction.budgets("2026-03-01"))
        assert [(row.asker, row.asked) for row in rows] == [(NORTH, 1), (SOUTH, 2)]


def test_a_question_dated_on_a_day_to_come_counts_against_this_one() -> None:
    world = register_world(agreement(capacity=2))
    world.hostile.add(SOUTH)
    states = []
    for number in range(1, 4):
        question = Question(schema="Person", names=(NAME,), salt=f"{number:032x}")
        message = RegisterCheck(
            check=f"{number:032x}",
            agreement="register-2026",
            purpose="network-defence",
            reference="case 7",
            question=question,
        )
        at = world.clock.now() + timedelta(days=number - 1)
        data = world.members[SOUTH].act(
            craft, NORTH, message, sequence=number, channel=b"s" * 16, head={"at": at}
        )
        world.network.hand_over(SOUTH, NORTH, data)
        row = world.members[NORTH].read(
            lambda transaction, n=number: transaction.check(f"{n:032x}", SOUTH, ours=False)
        )
        assert row is not None
        states.append(row.state)
    assert states == ["answered", "answered", "refused"]


def test_a_question_goes_to_all_and_a_slow_party_keeps_no_other_waiting() -> None:
    world = register_world(agreement(NORTH, SOUTH, EAST))
    put(world, NORTH, "p1", NAME)
    put(world, EAST, "e1", "Tavrin MEREZHKO")
    world.network.cut(SOUTH, EAST)
    name = check(world, SOUTH, NAME, under="register-2026", deliver=False)
    for _ in range(2):
        for party in (SOUTH, NORTH):
            world.deliver(party)
    assert {peer: part.state for peer, part in parts(world, SOUTH, name).items()} == {
        NORTH: "answered",
        EAST: "asked",
    }
    assert [hit.owner for hit in hits(world, SOUTH, name)] == [NORTH]
    world.settle()
    assert {part.state for part in parts(world, SOUTH, name).values()} == {"answered"}
    assert sorted(hit.owner for hit in hits(world, SOUTH, name)) == [EAST, NORTH]


def test_the_journals_of_both_hold_the_question_by_commitment_alone() -> None:
    world = register_world()
    check(world, SOUTH, NAME, to=NORTH)
    for party in (NORTH, SOUTH):
        rows = world.members[party].read(lambda transaction: transaction.journal(limit=1000))
        assert not any(b"Merezhko" in row.detail or b"erezhko" in row.leaf for row in rows)
    assert "received-register-check" in kinds(world, NORTH)
    assert "sent-register-answer" in kinds(world, NORTH)


def test_a_check_put_twice_under_one_name_is_kept_apart() -> None:
    world = register_world()
    check(world, SOUTH, NAME, to=NORTH)
    assert [row.state for row in inbox(world, NORTH)] == ["accepted"]
