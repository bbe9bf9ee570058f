"""Watches, dissent, judgements, and one Party hosting for all."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from comity.errors import BadInput, NotFound, RefusedHere
from comity.node import answer_check
from comity.node.ask_check import end_watch, watch_own
from comity.node.change_record import add_note, correct_record, renew
from comity.node.contribute import erase_record, find_record, withdraw_record
from comity.node.daily_duties import do_duties
from comity.node.flag_record import MOST_STANDING, answer_flag, flag_record, take_back
from comity.node.follow_up import close, follow_up, release
from comity.node.host_register import contribute
from comity.node.merge_records import merge, unmerge
from comity.node.register_duties import due, run_out
from comity.node.show_record import show_record
from comity.register.subjects import read_subject
from comity.testing.world import World

from .registers import (
    EAST,
    NORTH,
    PURPOSE,
    REFERENCE,
    SOUTH,
    agreement,
    check,
    entity,
    hits,
    parts,
    put,
    query,
    register_world,
)
from .worlds import body, item, kinds

NAME = "Tavrin Merezhko"
UNTIL = datetime(2026, 12, 1, tzinfo=UTC)


def watch(world: World, name: str = NAME, asker: str = SOUTH, to: str = NORTH) -> str:
    return check(world, asker, name, to=to, until=UNTIL, topic="vessels of interest")


def test_a_watch_is_told_of_a_later_record_once() -> None:
    world = register_world()
    name = watch(world)
    assert hits(world, SOUTH, name) == []
    put(world, NORTH, "p1", NAME)
    world.settle()
    assert [hit.reference for hit in hits(world, SOUTH, name)] == ["p1"]
    put(world, NORTH, "p2", "Oyelaran Abimbade")
    subject = read_subject(entity("p1", NAME, birthDate=["1961"]), seen="2026-03-01")
    world.members[NORTH].act(correct_record, "p1", subject)
    world.settle()
    assert len(hits(world, SOUTH, name)) == 1
    assert parts(world, SOUTH, name)[NORTH].state == "standing"


@pytest.mark.parametrize("already", [9, 10, 11, 45])
def test_a_watch_is_told_of_the_next_record_however_many_it_knows(already: int) -> None:
    world = register_world()
    names = [f"a{number:02}" for number in range(already)]
    name = watch(world)
    for key in names:
        put(world, NORTH, key, NAME)
    world.settle()
    put(world, NORTH, "z", NAME)
    world.settle()
    assert [hit.reference for hit in hits(world, SOUTH, name)] == [*names, "z"]


def renewed(world: World) -> None:
    put(world, NORTH, "p1", NAME, terms={"review": date(2026, 3, 5)})
    world.wait(timedelta(days=10))


def joined_with_a_silent_one(world: World) -> None:
    put(world, NORTH, "p1", NAME)
    put(world, NORTH, "p2", "Jorvik Quillfeather", "silent")
    world.members[NORTH].act(merge, ["p1", "p2"], office="identities", because="one passport")


@pytest.mark.parametrize(
    ("before", "then"),
    [
        (
            renewed,
            lambda north: north.act(renew, "p1", until=date(2027, 1, 1), because="the listing was renewed"),
        ),
        (
            joined_with_a_silent_one,
            lambda north: north.act(unmerge, 1, office="identities", because="two passports"),
        ),
    ],
)
def test_a_watch_is_told_of_a_record_that_answers_again(before: Any, then: Any) -> None:
    world = register_world()
    before(world)
    name = watch(world)
    assert hits(world, SOUTH, name) == []
    then(world.members[NORTH])
    world.settle()
    assert [hit.reference for hit in hits(world, SOUTH, name)] == ["p1"]


def test_a_watch_that_ended_or_ran_out_is_told_nothing() -> None:
    world = register_world()
    first = watch(world)
    world.members[SOUTH].act(end_watch, first)
    world.settle()
    second = watch(world)
    world.wait(timedelta(days=400))
    put(world, NORTH, "p1", NAME, terms={"review": date(2029, 1, 1)})
    world.settle()
    assert hits(world, SOUTH, first) == hits(world, SOUTH, second) == []
    with pytest.raises(RefusedHere):
        world.members[SOUTH].act(end_watch, first)


def test_of_one_party_so_many_watches_stand_and_another_once_one_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(answer_check, "MOST_WATCHES", 2)
    world = register_world()
    first, second, third = (
        watch(world),
        watch(world, "Jorvik Quillfeather"),
        watch(world, "Oyelaran Abimbade"),
    )
    part = parts(world, SOUTH, third)[NORTH]
    assert (part.state, part.grounds) == ("refused", ("register-2026 art. 5",))
    assert part.reason == f"2 watches of {SOUTH} stand here: another is taken once one of them has ended"
    assert parts(world, SOUTH, check(world, SOUTH, NAME, to=NORTH))[NORTH].state == "answered"
    put(world, NORTH, "p1", NAME)
    world.settle()
    assert [hit.reference for hit in hits(world, SOUTH, first)] == ["p1"]
    world.members[SOUTH].act(end_watch, second)
    world.settle()
    assert parts(world, SOUTH, watch(world, "Oyelaran Abimbade"))[NORTH].state == "standing"


def test_a_later_silent_record_is_told_to_its_owner_alone() -> None:
    world = register_world()
    name = watch(world)
    before = kinds(world, SOUTH)
    sent = kinds(world, NORTH).count("sent-register-answer")
    put(world, NORTH, "s1", NAME, "silent")
    world.settle()
    assert kinds(world, SOUTH) == before
    assert kinds(world, NORTH).count("sent-register-answer") == sent
    (row,) = world.members[NORTH].read(lambda transaction: transaction.checks(ours=False))
    assert json.loads(row.unseen)[0][0] == "s1"
    assert hits(world, SOUTH, name) == []


def test_ones_own_register_can_be_watched() -> None:
    world = register_world()
    north = world.members[NORTH]
    (row,) = north.act(watch_own, query(NAME), reference=REFERENCE, until=UNTIL)
    put(world, NORTH, "s1", NAME, "silent")
    assert [hit.key for hit in hits(world, NORTH, row.id)] == ["s1"]


def met(world: World, handling: str = "reference") -> str:
    put(world, NORTH, "p1", NAME, handling)
    name = check(world, SOUTH, NAME, to=NORTH)
    return hits(world, SOUTH, name)[0].id


def test_dissent_is_shown_acknowledged_and_settled_in_time() -> None:
    world = register_world()
    hit = met(world)
    south, north = world.members[SOUTH], world.members[NORTH]
    flag = south.act(flag_record, hit, "error", words="born in 1962, see the passport")
    world.settle()
    shown = north.act(show_record, "p1")
    assert shown["blind_keys"] == 0  # without a birth year a blind check finds nobody
    assert [(each["by"], each["kind"], each["state"]) for each in shown["flags"]] == [
        (SOUTH, "error", "raised")
    ]
    (open_,) = north.act(lambda node, transaction: due(node, transaction, node.clock.now())).flags
    assert open_.acknowledge_by is not None
    assert open_.acknowledge_by.date() == date(2026, 3, 4)  # 1 March 2026 is a Sunday: Monday, Tuesday
    north.act(answer_flag, flag.id, "acknowledged")
    with pytest.raises(BadInput):
        north.act(answer_flag, flag.id, "upheld")
    north.act(answer_flag, flag.id, "upheld", words="the register of births says 1961")
    world.settle()
    kept = south.read(lambda transaction: transaction.flag(flag.id))
    assert kept is not None
    assert (kept.state, kept.answer) == ("upheld", "the register of births says 1961")
    south.act(take_back, flag.id)
    world.settle()
    assert north.act(show_record, "p1")["flags"] == []
    with pytest.raises(RefusedHere):
        south.act(take_back, flag.id)


def test_declining_to_act_stands_beside_the_record_and_asks_for_nothing() -> None:
    world = register_world()
    hit = met(world)
    flag = world.members[SOUTH].act(flag_record, hit, "will-not-act", words="not an offence here")
    world.settle()
    with pytest.raises(RefusedHere, match="nothing to settle"):
        world.members[NORTH].act(answer_flag, flag.id, "acknowledged")
    world.members[SOUTH].act(follow_up, hit, because="for the file")
    world.settle()
    world.members[NORTH].act(release, hit)
    world.settle()
    (got,) = hits(world, SOUTH)
    assert b"not an offence here" in (body(world, SOUTH, got.item) or b"")


def test_a_note_of_a_look_alike_goes_with_an_open_record() -> None:
    world = register_world()
    put(world, NORTH, "p1", NAME, "open")
    world.members[NORTH].act(add_note, "p1", "look-alike", "a namesake, born 1975, of another town")
    name = check(world, SOUTH, NAME, to=NORTH)
    (hit,) = hits(world, SOUTH, name)
    assert "somebody else is known who may be taken for the subject" in hit.why
    assert b"a namesake" in (body(world, SOUTH, hit.item) or b"")


def test_linked_records_answer_as_the_strictest_until_the_judgement_is_taken_back() -> None:
    world = register_world()
    north = world.members[NORTH]
    put(world, NORTH, "p1", NAME, "open")
    put(world, NORTH, "p2", "Oyelaran Abimbade", "silent")
    judged = north.act(merge, ["p1", "p2"], office="identities", because="one passport")
    assert hits(world, SOUTH, check(world, SOUTH, NAME, to=NORTH)) == []
    assert north.act(show_record, "p1")["answers"] == "silent"
    north.act(unmerge, judged.number, office="identities", because="two passports")
    (hit,) = hits(world, SOUTH, check(world, SOUTH, NAME, to=NORTH))
    assert hit.shown == "record"
    put(world, NORTH, "p3", "Jorvik Quillfeather", "ask")
    north.act(merge, ["p3", "p1"], office="identities", because="one passport")
    (hit,) = hits(world, SOUTH, check(world, SOUTH, NAME, to=NORTH))
    assert (hit.shown, hit.reference) == ("owner", "")


def test_a_record_that_was_withdrawn_is_in_no_later_answer_and_follows_to_its_holders() -> None:
    world = register_world()
    hit = met(world, "open")
    (got,) = hits(world, SOUTH)
    assert got.id == hit
    world.members[NORTH].act(withdraw_record, "p1", because="the listing was lifted")
    world.settle()
    assert hits(world, SOUTH, check(world, SOUTH, NAME, to=NORTH)) == []
    assert body(world, SOUTH, got.item) is None
    assert item(world, SOUTH, got.item).state == "erased"


def test_a_follow_up_on_a_record_withdrawn_meanwhile_is_answered_by_a_person() -> None:
    world = register_world()
    hit = met(world)
    world.members[SOUTH].act(follow_up, hit, because="for the file")
    world.settle()
    world.members[NORTH].act(withdraw_record, "p1")
    with pytest.raises(NotFound, match="was withdrawn"):
        world.members[NORTH].act(release, hit)


def test_an_erasure_leaves_nothing_that_names_the_subject_and_a_proof() -> None:
    world = register_world()
    met(world, "open")
    north = world.members[NORTH]
    done = north.act(erase_record, "p1", because="on the request of the person")
    north.node.register.wipe()
    world.settle()
    assert (len(done.items), done.hits) == (1, 1)
    assert "register-erased" in kinds(world, NORTH)
    assert body(world, SOUTH, done.items[0]) is None
    with pytest.raises(NotFound):
        north.read(lambda transaction: find_record(transaction, "p1"))
    assert hits(world, SOUTH, check(world, SOUTH, NAME, to=NORTH)) == []


def test_an_erased_record_is_in_no_merge_and_a_later_one_of_its_id_is_linked_with_nobody() -> None:
    world = register_world()
    north = world.members[NORTH]
    for key, handling in {"p1": "open", "p2": "reference", "p3": "silent"}.items():
        put(world, NORTH, key, NAME, handling)
    north.act(merge, ["p1", "p2"], office="identities", because="p2 bears the passport of p1")
    north.act(merge, ["p2", "p3"], office="identities", because="the face of p2")
    north.act(erase_record, "p2", because="on the request of the person")
    kept = north.read(lambda transaction: transaction.judgements())
    assert [(row.subjects, row.because) for row in kept] == [((), ""), (("p1", "p3"), "")]
    assert north.act(show_record, "p1")["answers"] == "silent"  # those whom it joined stay joined
    put(world, NORTH, "p2", "Oyelaran Abimbade", "open")
    assert north.act(show_record, "p2")["linked"] == []
    (hit,) = hits(world, SOUTH, check(world, SOUTH, "Oyelaran Abimbade", to=NORTH))
    assert hit.shown == "record"
    north.act(unmerge, 2, office="identities", because="two faces")
    assert north.act(show_record, "p1")["answers"] == "open"


def test_a_contributed_record_erased_by_its_owner_is_in_no_merge_at_the_host() -> None:
    world = hosted()
    put(world, EAST, "e1", "Jorvik Quillfeather")
    east = world.members[EAST]
    east.act(merge, ["e1", "north.example/p1"], office="identities", because="one passport")
    check(world, SOUTH, NAME, under="register-2026")
    world.members[NORTH].act(erase_record, "p1", because="on the request of the person")
    world.settle()
    (row,) = east.read(lambda transaction: transaction.judgements())
    assert (row.subjects, row.because) == ((), "")
    assert [(hit.key, hit.reference, hit.why) for hit in hits(world, EAST, ours=False)] == [("", "", ())]


def test_a_correction_leaves_merges_at_the_host_as_they_are() -> None:
    world = hosted()
    put(world, EAST, "e1", "Jorvik Quillfeather")
    east = world.members[EAST]
    east.act(merge, ["e1", "north.example/p1"], office="identities", because="one passport")
    world.members[NORTH].act(add_note, "p1", "look-alike", "a namesake, born 1975")
    world.settle()
    assert east.act(show_record, "e1")["linked"] == ["north.example/p1"]


def test_an_id_of_ones_own_does_not_read_as_anothers_record() -> None:
    world = register_world()
    with pytest.raises(BadInput, match="reads as a record of south"):
        put(world, NORTH, "south.example/s1", NAME)
    for identity in ("north.example/p1", "Q42/1", "a/b/c"):
        put(world, NORTH, identity, NAME)
        assert world.members[NORTH].act(show_record, identity)["subject"]["id"] == identity


def test_what_nobody_reviews_falls_silent_and_is_erased_a_month_later() -> None:
    world = register_world()
    north = world.members[NORTH]
    put(world, NORTH, "p1", NAME, terms={"review": date(2026, 3, 10)})
    put(world, NORTH, "p2", NAME, terms={"review": date(2026, 3, 10)})
    north.act(renew, "p2", until=date(2027, 1, 1), because="the listing was renewed")
    with pytest.raises(BadInput):
        north.act(renew, "p2", until=date(2027, 1, 1), because=" ")
    world.wait(timedelta(days=9))
    assert [hit.reference for hit in hits(world, SOUTH, check(world, SOUTH, NAME, to=NORTH))] == ["p2"]
    world.wait(timedelta(days=40))
    assert north.act(lambda node, transaction: run_out(node, transaction, node.clock.now())) == 1
    assert north.read(lambda transaction: transaction.record_count()) == 1
    north.act(do_duties)


def hosted() -> World:
    world = register_world(agreement(NORTH, SOUTH, EAST, host=EAST))
    put(world, NORTH, "p1", NAME)
    put(world, NORTH, "p2", "Oyelaran Abimbade", "silent")
    for party in (NORTH, SOUTH):
        done = world.members[party].act(contribute, "register-2026", purpose=PURPOSE)
        assert done.sent == (2 if party == NORTH else 0)
    world.settle()
    return world


def test_contributions_travel_to_the_host_and_checks_go_there() -> None:
    world = hosted()
    name = check(world, SOUTH, NAME, under="register-2026")
    assert set(parts(world, SOUTH, name)) == {EAST}
    (hit,) = hits(world, SOUTH, name)
    assert (hit.owner, hit.peer, hit.reference) == (NORTH, EAST, "p1")
    (echo,) = hits(world, NORTH, name, ours=False)  # the owner hears of it
    assert (echo.id, echo.peer, echo.key) == (hit.id, SOUTH, "p1")
    world.members[SOUTH].act(follow_up, hit.id, because="the invoice names the same person")
    world.settle()
    world.members[NORTH].act(release, hit.id)
    world.settle()
    assert hits(world, SOUTH, name)[0].state == "released"
    world.members[SOUTH].act(close, hit.id, "false")
    world.settle()
    assert hits(world, NORTH, name, ours=False)[0].outcome == "false"
    again = world.members[NORTH].act(contribute, "register-2026", purpose=PURPOSE)
    assert again.sent == 0


def test_a_silent_contribution_is_told_to_its_owner_alone_and_another_purpose_meets_nothing() -> None:
    world = hosted()
    name = check(world, SOUTH, "Oyelaran Abimbade", under="register-2026")
    assert hits(world, SOUTH, name) == []
    (echo,) = hits(world, NORTH, name, ours=False)
    assert (echo.shown, echo.key) == ("nothing", "p2")
    with pytest.raises(NotFound):
        world.members[SOUTH].act(follow_up, echo.id, because="I guessed")
    other = check(world, SOUTH, NAME, under="register-2026", purpose="fisheries")
    assert hits(world, SOUTH, other) == []


def test_the_host_asks_its_own_and_a_withdrawn_contribution_is_gone_there() -> None:
    world = hosted()
    name = check(world, EAST, NAME, under="register-2026")
    assert [hit.owner for hit in hits(world, EAST, name)] == [NORTH]
    with pytest.raises(RefusedHere, match=r"east\.example hosts the register"):
        check(world, SOUTH, NAME, to=NORTH)
    world.members[NORTH].act(withdraw_record, "p1")
    world.settle()
    assert world.members[EAST].read(lambda transaction: transaction.record_count()) == 1
    assert hits(world, SOUTH, check(world, SOUTH, NAME, under="register-2026")) == []


def test_one_party_dissents_once_however_often_it_says_so() -> None:
    """More flags than a list of matches has room for would keep every later list from being read."""
    world = register_world(agreement(NORTH, SOUTH, EAST))
    hit = met(world, "open")
    for number in range(MOST_STANDING + 2):
        world.members[SOUTH].act(flag_record, hit, "error", words=f"reason {number}")
    world.hostile.add(SOUTH)
    for _ in range(3):
        world.deliver(SOUTH)
    standing = world.members[NORTH].read(lambda transaction: transaction.flags_on("p1"))
    assert len(standing) == MOST_STANDING
    (told,) = hits(world, EAST, check(world, EAST, NAME, to=NORTH))
    assert "1 Parties dissent" in told.why
