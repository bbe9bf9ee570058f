"""Two accounts of one channel, two histories of one journal."""

from math import ceil, log2

import pytest

from comity.journal.compare import Act, compare, first_difference, first_different_leaf
from comity.journal.merkle import leaf_hash
from comity.journal.proofs import Tree


def act(number: int, place: str = "") -> Act:
    return Act(f"{number:064x}", place)


def test_equal_accounts_agree_whatever_their_order() -> None:
    result = compare([act(1), act(2), act(3)], [act(3), act(1), act(2)])
    assert result.equal
    assert result.agreed == 3


def test_what_one_side_lacks_is_named() -> None:
    result = compare([act(1), act(2), act(4)], [act(1), act(3), act(2), act(5)])
    assert result.agreed == 2
    assert result.missing_here == (act(3), act(5))
    assert result.missing_there == (act(4),)
    assert not result.equal


def test_different_acts_in_one_place_are_disputed_and_not_merely_missing() -> None:
    ours, theirs = act(7, "north.example 17"), act(8, "north.example 17")
    result = compare([act(1), ours], [act(1), theirs])
    assert result.disputed == ((ours, theirs),)
    assert result.missing_here == result.missing_there == ()
    assert not result.equal


def test_an_act_entered_twice_counts_once_and_is_told() -> None:
    result = compare([act(1), act(1), act(2)], [act(1), act(2), act(2)])
    assert result.equal
    assert (result.agreed, result.doubled_here, result.doubled_there) == (2, (act(1),), (act(2),))


def test_the_empty_account_lacks_everything() -> None:
    assert compare([], [act(1)]).missing_here == (act(1),)
    assert compare([], []).equal


LEAVES = [leaf_hash(number.to_bytes(4)) for number in range(1000)]


@pytest.mark.parametrize("index", [0, 1, 255, 256, 500, 998, 999])
def test_the_first_entry_that_differs_is_found_with_few_questions(index: int) -> None:
    other = [*LEAVES[:index], leaf_hash(b"other"), *LEAVES[index + 1 :]]
    ours, theirs, asked = Tree.over(LEAVES), Tree.over(other), []

    def root_there(size: int) -> bytes:
        asked.append(size)
        return theirs.root(size)

    assert first_difference(ours.root, root_there, 1000) == index
    assert len(asked) <= ceil(log2(1000)) + 1
    assert first_different_leaf(LEAVES, other) == index


def test_equal_histories_have_no_first_difference() -> None:
    tree = Tree.over(LEAVES)
    assert first_difference(tree.root, tree.root, 1000) is None
    assert first_difference(tree.root, tree.root, 0) is None
    assert first_different_leaf(LEAVES, list(LEAVES)) is None


def test_a_list_that_ends_early_differs_where_it_ends() -> None:
    assert first_different_leaf(LEAVES, LEAVES[:10]) == 10
    assert first_different_leaf([], LEAVES) == 0
