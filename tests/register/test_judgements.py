"""Merges are judgements: they can be undone, in any order, whatever was merged on top of them (R4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import BadInput, NotFound, RefusedHere
from comity.register.judgements import Clusters, Judgement, check_merge, check_unmerge


def merged(number: int, *subjects: str) -> Judgement:
    return Judgement(number, subjects, office="identities", because="one passport")


def taken_back(number: int, undoes: int) -> Judgement:
    return Judgement(number, undoes=undoes, office="identities", because="two passports")


def test_a_cycle_of_merges_is_one_subject_and_comes_apart_again() -> None:
    cycle = [merged(1, "a", "b"), merged(2, "b", "c"), merged(3, "c", "a")]
    assert Clusters(cycle).of("b") == {"a", "b", "c"}
    assert Clusters([*cycle, taken_back(4, 1)]).of("a") == {"a", "b", "c"}
    assert Clusters([*cycle, taken_back(4, 1), taken_back(5, 3)]).of("a") == {"a"}
    assert Clusters([*cycle, taken_back(4, 1), taken_back(5, 3)]).all() == [{"b", "c"}]


_KEYS = st.sampled_from("abcdefgh")
_ENTRIES = st.lists(st.one_of(st.tuples(_KEYS, _KEYS), st.integers(1, 12)), max_size=12)


@given(_ENTRIES)
def test_what_belongs_together_is_what_the_standing_merges_reach(said: list[tuple[str, str] | int]) -> None:
    history = [
        taken_back(number, entry) if isinstance(entry, int) else merged(number, *entry)
        for number, entry in enumerate(said, 1)
    ]
    undone = {entry.undoes for entry in history}
    edges = [set(entry.subjects) for entry in history if entry.subjects and entry.number not in undone]
    found = Clusters(history)
    for key in "abcdefgh":
        reached, grew = {key}, True
        while grew:
            more = reached.union(*(edge for edge in edges if edge & reached))
            grew, reached = more != reached, more
        assert found.of(key) == reached


def test_a_merge_names_its_records_its_office_and_its_reason() -> None:
    assert check_merge(["a", "b", "a"], office="identities", because="one passport") == ("a", "b")
    with pytest.raises(BadInput) as refusal:
        check_merge(["a", "a"], office=" ", because="")
    assert len(refusal.value.mistakes) == 3


def test_only_a_merge_that_stands_can_be_taken_back() -> None:
    history = [merged(1, "a", "b"), taken_back(2, 1)]
    with pytest.raises(NotFound):
        check_unmerge(history, 7, office="identities", because="wrong")
    for number in (1, 2):
        with pytest.raises(RefusedHere):
            check_unmerge(history, number, office="identities", because="wrong")
    with pytest.raises(BadInput):
        check_unmerge(history[:1], 1, office="identities", because=" ")
    assert check_unmerge(history[:1], 1, office="identities", because="wrong").number == 1
