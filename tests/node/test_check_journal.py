"""Reading the journal through: in parts, from where it was whole, against what others kept."""

import pytest

from comity.errors import BadInput
from comity.node import check_journal
from comity.node.check_journal import check_in_parts, witnessed
from comity.testing.world import World
from node.worlds import NORTH, SOUTH, alter_leaf, give, journal, report, world


def alter(made: World, party: str, number: int) -> None:
    alter_leaf(made, party, number, b"a", b"b")


@pytest.mark.parametrize("page", [1, 2, 7, 1000])
def test_a_page_at_a_time_comes_to_the_same(page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_journal, "_PAGE", page)
    with world() as made:
        for number in range(4):
            give(made, report(made, label=f"r{number}"))
        node = made.members[NORTH].node
        told: list[tuple[int, int]] = []
        found = check_in_parts(node, told=lambda read, of: told.append((read, of)))
        count = len(journal(made, NORTH))
        assert (found.whole, found.entries) == (True, count)
        assert told[-1] == (count, count) and len(told) == -(-count // page)


def test_it_goes_on_behind_what_was_whole_and_sees_what_came_since() -> None:
    with world() as made:
        give(made, report(made))
        node = made.members[NORTH].node
        assert check_in_parts(node).whole
        assert check_in_parts(node, resume=True).entries == 0
        before = len(journal(made, NORTH))
        give(made, report(made, label="second"))
        assert check_in_parts(node, resume=True).entries == len(journal(made, NORTH)) - before
        give(made, report(made, label="third"))
        number = next(row.number for row in reversed(journal(made, NORTH)) if row.kind == "sent-disclosure")
        alter(made, NORTH, number)
        found = check_in_parts(node, resume=True)
        assert ("altered", number) in {(fault.kind, fault.number) for fault in found.faults}
        assert (
            check_in_parts(node, resume=True).faults == found.faults
        )  # what is wrong is never noted as whole


def test_what_is_altered_before_shows_only_from_the_first_entry_on() -> None:
    with world() as made:
        give(made, report(made))
        node = made.members[NORTH].node
        assert check_in_parts(node).whole
        alter(made, NORTH, 2)
        assert check_in_parts(node, resume=True).whole
        assert not check_in_parts(node).whole


def test_how_far_it_came_is_noted_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_journal, "_PAGE", 2)
    monkeypatch.setattr(check_journal, "_NOTE_AFTER", 4)
    with world() as made:
        for number in range(4):
            give(made, report(made, label=f"r{number}"))
        node = made.members[NORTH].node

        def cut_short(read: int, of: int) -> None:
            if read >= 6:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            check_in_parts(node, told=cut_short)
        assert check_in_parts(node, resume=True).entries == len(journal(made, NORTH)) - 4


def test_what_others_kept_is_held_against_the_whole() -> None:
    with world() as made:
        give(made, report(made))
        notes = made.members[SOUTH].read(lambda transaction: witnessed(transaction, NORTH))
        node = made.members[NORTH].node
        assert notes and check_in_parts(node, notes).whole
        with pytest.raises(BadInput, match="against the whole journal"):
            check_in_parts(node, notes, resume=True)
