"""What rests on a key that was lost or stolen is flagged, never deleted (E12)."""

from datetime import timedelta

from comity.cards import Revocation
from comity.node import flagged
from comity.testing.world import World
from node.test_rotation import rotate
from node.worlds import NORTH, SOUTH, body, give, inbox, item, journal, report, world


def flags(made: World, party: str) -> dict[int, str]:
    member = made.members[party]
    return member.read(lambda transaction: flagged.all_entries(member.node, transaction))


def stolen(made: World, days: int) -> Revocation:
    """North's everyday key was stolen so many days ago."""
    key = made.members[NORTH].card.card.signing[0].keyid
    return Revocation(key, made.clock.now() - timedelta(days=days), "stolen")


def test_later_entries_are_flagged_on_both_sides_and_nothing_is_deleted() -> None:
    with world() as made:
        early, late = report(made), report(made, label="late")
        give(made, early)
        made.wait(timedelta(days=5))
        give(made, late)
        made.settle()
        assert flags(made, SOUTH) == flags(made, NORTH) == {}
        made.wait(timedelta(hours=1))
        rotate(made, NORTH, "everyday", revoked=(stolen(made, 3),))
        made.settle()
        for party in (NORTH, SOUTH):
            found = flags(made, party)
            rows = {row.number: row for row in journal(made, party)}
            assert found
            assert all("of north.example was stolen at" in why for why in found.values())
            assert all(rows[number].at >= made.clock.now() - timedelta(days=3) for number in found)
        assert [body(made, SOUTH, each) is not None for each in (early, late)] == [True, True]
        assert item(made, SOUTH, late).state == "held"


def test_what_came_before_the_day_is_not_flagged() -> None:
    with world() as made:
        give(made, report(made))
        made.wait(timedelta(days=5))
        rotate(made, NORTH, "everyday", revoked=(stolen(made, 3),))
        made.settle()
        letters = {row.message: row for row in inbox(made, SOUTH)}
        kinds = {letters[row.act].kind for row in journal(made, SOUTH) if row.number in flags(made, SOUTH)}
        assert kinds <= {"card"}  # the letter that told it was signed with the key itself


def test_a_letter_in_the_inbox_says_why_it_is_in_doubt() -> None:
    with world() as made:
        made.wait(timedelta(days=5))
        give(made, report(made))
        rotate(made, NORTH, "everyday", revoked=(stolen(made, 3),))
        made.settle()
        south = made.members[SOUTH]
        doubts = south.read(lambda transaction: flagged.doubts(south.node, transaction))
        said = [
            flagged.of_letter(row, doubts[NORTH]) for row in inbox(made, SOUTH) if row.kind == "disclosure"
        ]
        assert len(said) == 1
        assert "stolen" in said[0]


def test_a_letter_dated_back_by_a_thief_is_flagged_when_it_arrives_late() -> None:
    with world() as made:
        made.wait(timedelta(days=5))
        slow = report(made)
        made.share(NORTH, slow, SOUTH, "network-defence")
        revoked = Revocation(
            made.members[NORTH].card.card.signing[0].keyid, made.clock.now() + timedelta(hours=1), "stolen"
        )
        made.wait(timedelta(hours=2))
        rotate(made, NORTH, "everyday", revoked=(revoked,))
        # The card overtakes the letter, which is dated before the theft.
        packed = made.pack(NORTH, SOUTH)
        made.open_pouch(SOUTH, packed)
        south = made.members[SOUTH]
        doubts = south.read(lambda transaction: flagged.doubts(south.node, transaction))
        (letter,) = [row for row in inbox(made, SOUTH) if row.kind == "disclosure"]
        arrived_after = letter.at >= doubts[NORTH][0].known_at
        assert bool(flagged.of_letter(letter, doubts[NORTH])) is arrived_after
        assert item(made, SOUTH, slow).state == "held"
