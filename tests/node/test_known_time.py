"""A clock that leaps ahead erases nothing until something bears it out: entries, peers' words, or a person."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from comity.errors import RefusedHere
from comity.node.confirm_time import confirm_time
from comity.node.daily_duties import do_duties
from comity.node.erase import hold
from comity.node.known_time import LEAP, why_held
from comity.node.withdraw import release
from comity.testing.world import World
from node.fuller import fuller, quiet
from node.worlds import EAST, NORTH, SOUTH, body, give, journal, kinds, report

DAY = timedelta(days=1)


def short_lived() -> World:
    return quiet(*fuller(retention_days=30))


def leap(made: World, party: str, by: timedelta) -> None:
    """Let only this Party's clock stand so far ahead."""
    made.members[party].clock.skew += by


def held(made: World, party: str = SOUTH) -> str:
    member = made.members[party]
    return member.read(lambda transaction: why_held(transaction, member.clock.now()))


@pytest.mark.parametrize("days", [8, 40, 3653])
def test_a_clock_that_leaps_erases_nothing_and_enters_nothing(days: int) -> None:
    with short_lived() as made:
        digest = report(made)
        give(made, digest)
        before = len(journal(made, SOUTH))
        leap(made, SOUTH, days * DAY)
        done = made.members[SOUTH].act(do_duties)
        assert f"{days} days after 2026-03-01, the last day that the journal or another Party" in done.waits
        assert [each.item for each in done.erased] == ([digest] if days > 30 else [])  # named, not gone
        assert body(made, SOUTH, digest) is not None
        assert len(journal(made, SOUTH)) == before
        leap(made, SOUTH, -days * DAY)
        assert made.members[SOUTH].act(do_duties).waits == ""
        assert body(made, SOUTH, digest) is not None


def test_what_such_a_clock_enters_bears_out_nothing() -> None:
    with short_lived() as made:
        digest = report(made)
        give(made, digest)
        leap(made, SOUTH, 40 * DAY)
        for _ in range(3):
            made.members[SOUTH].act(hold, digest, because="an act by the wrong clock")
            made.members[SOUTH].act(release, digest, because="another")
            made.clock.step(DAY)
            assert made.members[SOUTH].act(do_duties).waits
        assert body(made, SOUTH, digest) is not None


def test_a_home_that_has_noted_nothing_yet_goes_by_its_last_entry_before_the_leap() -> None:
    with short_lived() as made:
        digest = report(made)
        give(made, digest)
        south = made.members[SOUTH]
        south.act(
            lambda _node, transaction: transaction._connection.exec_driver_sql(
                "DELETE FROM house WHERE name = 'time'"
            )
        )  # type: ignore[attr-defined]
        leap(made, SOUTH, 40 * DAY)
        south.act(hold, digest, because="the first entry of this version of Comity")
        south.act(release, digest, because="another")
        assert "40 days after 2026-03-01" in south.act(do_duties).waits
        assert body(made, SOUTH, digest) is not None


def test_a_clock_seven_days_ahead_is_taken_for_a_long_holiday() -> None:
    with short_lived() as made:
        give(made, report(made))
        leap(made, SOUTH, LEAP)
        assert made.members[SOUTH].act(do_duties).waits == ""


def test_a_home_that_was_off_for_months_erases_once_a_person_confirms_the_time() -> None:
    with short_lived() as made:
        digest = report(made)
        give(made, digest)
        made.clock.step(60 * DAY)
        south = made.members[SOUTH]
        assert [each.item for each in south.act(do_duties).erased] == [digest] and held(made)
        assert south.act(confirm_time) == made.clock.now()
        assert kinds(made, SOUTH)[-1] == "time-confirmed"
        assert not held(made)
        assert [each.item for each in south.act(do_duties).erased] == [digest]
        assert body(made, SOUTH, digest) is None
        with pytest.raises(RefusedHere, match="nothing to confirm"):
            south.act(confirm_time)


def news(made: World) -> str:
    return f"news of {made.clock.now():%Y-%m-%d %H:%M:%S}"


def by_letter(made: World) -> None:
    give(made, report(made, label=news(made)))


def by_pouch(made: World) -> None:
    made.share(NORTH, report(made, label=news(made)), SOUTH, "network-defence")
    made.open_pouch(SOUTH, made.pack(NORTH, SOUTH))


def by_answer(made: World) -> None:
    give(made, report(made, SOUTH, news(made)), SOUTH, NORTH)


@pytest.mark.parametrize("word", [by_letter, by_pouch, by_answer])
def test_a_home_that_was_off_for_months_erases_once_a_peer_signs_that_it_is_so_late(
    word: Callable[[World], None],
) -> None:
    with short_lived() as made:
        digest = report(made)
        give(made, digest)
        made.clock.step(60 * DAY)
        assert held(made)
        word(made)
        assert not held(made)
        assert digest in [each.item for each in made.members[SOUTH].act(do_duties).erased]
        assert body(made, SOUTH, digest) is None


@pytest.mark.parametrize("word", [by_letter, by_answer])
def test_peers_with_another_time_do_not_bear_a_leap_out(word: Callable[[World], None]) -> None:
    with short_lived() as made:
        digest = report(made)
        give(made, digest)
        leap(made, SOUTH, 60 * DAY)
        made.clock.step(DAY)
        word(made)
        assert "60 days after 2026-03-02" in held(made)
        made.members[SOUTH].act(do_duties)
        assert body(made, SOUTH, digest) is not None


def test_a_clock_that_creeps_ahead_in_small_leaps_is_belied_by_answers_over_the_line() -> None:
    with short_lived() as made:
        for number in range(3):
            leap(made, SOUTH, 4 * DAY)
            by_answer(made)
            made.clock.step(timedelta(minutes=5))
            assert bool(held(made)) == (number > 0), "more than seven days ahead from the second leap on"
        assert held(made) == "the clock stands 12 days ahead of those of all Parties that answered of late"
        made.members[SOUTH].act(confirm_time)  # a person knows better: it is theirs that are wrong
        assert not held(made)
        made.clock.step(6 * DAY)
        by_answer(made)
        assert not held(made)
        made.clock.step(2 * DAY)
        assert held(made), "a person's word stands for a week against all others"


def test_letters_that_were_long_on_their_way_do_not_belie_the_clock() -> None:
    with short_lived() as made:
        made.share(NORTH, report(made), SOUTH, "network-defence")
        packed = made.pack(NORTH, SOUTH)
        for _ in range(5):
            made.clock.step(5 * DAY)
            made.members[SOUTH].act(do_duties)
        made.open_pouch(SOUTH, packed)
        assert not held(made)


def test_one_peer_whose_clock_is_behind_does_not_belie_it_beside_another() -> None:
    with short_lived() as made:
        for _ in range(3):
            made.clock.step(5 * DAY)
            leap(made, EAST, -5 * DAY)
            give(made, report(made, SOUTH, f"to east, {news(made)}"), SOUTH, EAST)
        assert held(made)
        by_answer(made)
        assert not held(made)
