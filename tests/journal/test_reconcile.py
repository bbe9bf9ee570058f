"""Reconciliation: every difference is found, in few bytes, and answers that lie in form are refused."""

from hashlib import sha256
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import BadInput, ForeignInput
from comity.journal.reconcile import (
    MAX_PARTS,
    ActSet,
    Answer,
    Part,
    Progress,
    Question,
    Reconciliation,
    answer,
    read_answer,
    read_question,
    write,
)
from comity.strict import write_base64


def acts(numbers: Any) -> list[bytes]:
    return [sha256(number.to_bytes(4)).digest() for number in numbers]


def run(ours: ActSet, theirs: ActSet) -> tuple[Reconciliation, int]:
    """Carry questions and answers as bytes, and count them."""
    asking, carried = Reconciliation(ours), 0
    while question := asking.question():
        sent = write(question)
        back = write(answer(theirs, read_question(sent)))
        carried += len(sent) + len(back)
        asking.take(question, read_answer(back))
    return asking, carried


def test_equal_sets_are_told_apart_by_nothing() -> None:
    asking, carried = run(ActSet(acts(range(5000))), ActSet(acts(reversed(range(5000)))))
    assert asking.missing_here == asking.missing_there == []
    assert (asking.rounds, asking.finished) == (1, True)
    assert carried < 1000


def test_twelve_differences_among_many_are_found_in_few_bytes() -> None:
    common = acts(range(30_000))
    asking, carried = run(ActSet([*common, *acts(range(30_000, 30_007))]), ActSet([*common[:-5]]))
    assert sorted(asking.missing_there) == sorted([*acts(range(30_000, 30_007)), *common[-5:]])
    assert asking.missing_here == []
    assert asking.rounds <= 5
    assert carried <= 64 * 1024


def test_small_sets_are_sent_at_once() -> None:
    asking, _ = run(ActSet(acts([1, 2])), ActSet(acts([2, 3])))
    assert (asking.missing_here, asking.missing_there, asking.rounds) == (acts([3]), acts([1]), 1)


def test_the_empty_side_lacks_everything() -> None:
    asking, _ = run(ActSet([]), ActSet(acts(range(400))))
    assert sorted(asking.missing_here) == sorted(acts(range(400)))
    asking, _ = run(ActSet(acts(range(400))), ActSet([]))
    assert sorted(asking.missing_there) == sorted(acts(range(400)))
    assert run(ActSet([]), ActSet([]))[0].finished


def test_sets_with_nothing_in_common_still_come_to_an_end() -> None:
    asking, _ = run(ActSet(acts(range(3000))), ActSet(acts(range(3000, 9000))))
    assert len(asking.missing_there) == 3000
    assert len(asking.missing_here) == 6000


@given(st.sets(st.integers(0, 300)), st.sets(st.integers(0, 300)))
@settings(max_examples=40, derandomize=True, deadline=None)
def test_differences_are_those_of_the_sets(ours: set[int], theirs: set[int]) -> None:
    asking, _ = run(ActSet(acts(ours)), ActSet(acts(theirs)))
    assert sorted(asking.missing_here) == sorted(acts(theirs - ours))
    assert sorted(asking.missing_there) == sorted(acts(ours - theirs))


def test_acts_that_share_long_beginnings_or_end_in_zeros_are_kept_apart() -> None:
    crowded = [bytes(30) + number.to_bytes(2) for number in range(300)]
    crowded += [bytes([number]) + bytes(31) for number in range(5)]
    held = ActSet(crowded)
    assert len(held) == 304  # the first of both lists is one act
    assert held.acts() == sorted(set(crowded))
    random = Random(7)
    fewer = random.sample(sorted(set(crowded)), 290)
    asking, _ = run(ActSet(fewer), held)
    assert sorted(asking.missing_here) == sorted(set(crowded) - set(fewer))


def test_an_act_twice_counts_once() -> None:
    assert len(ActSet(acts([1, 1, 2]))) == 2
    assert ActSet(acts([1, 1, 2])).digest() == ActSet(acts([2, 1])).digest()
    with pytest.raises(BadInput, match="32 bytes"):
        ActSet([b"short"])


OURS = ActSet(acts(range(100)))
ASKED = Question(("",))
HONEST = answer(OURS, ASKED).parts[0]
SMALL = answer(ActSet(acts(range(2))), ASKED).parts[0]


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (msgspec.structs.replace(HONEST, prefix="0"), "about other parts"),
        (msgspec.structs.replace(HONEST, children=HONEST.children[4:]), "253 bytes where 256 belong"),
        (msgspec.structs.replace(HONEST, acts="AAAA"), "too large to come as it is"),
        (msgspec.structs.replace(HONEST, count=3), "small and still divided"),
        (msgspec.structs.replace(SMALL, count=3), "64 bytes where 96 belong"),
        (msgspec.structs.replace(SMALL, acts=write_base64(b"b" * 32 + b"a" * 32)), "out of order"),
        (msgspec.structs.replace(SMALL, acts=write_base64(b"a" * 64)), "out of order"),
        (msgspec.structs.replace(SMALL, acts="*"), "not base64"),
    ],
)
def test_answers_that_contradict_themselves_are_refused_whole(part: Part, reason: str) -> None:
    asking = Reconciliation(OURS)
    with pytest.raises(ForeignInput, match=reason):
        asking.take(ASKED, Answer((part,)))
    assert asking.question() == ASKED
    assert (asking.missing_here, asking.rounds) == ([], 0)


def test_acts_of_another_part_are_refused() -> None:
    asking = Reconciliation(OURS)
    asking.take(ASKED, answer(ActSet(acts(range(50, 150))), ASKED))
    question = asking.question()
    assert question is not None
    parts = [Part(prefix, 1, acts=write_base64(b"\xff" * 32)) for prefix in question.parts]
    with pytest.raises(ForeignInput, match="of another part"):
        asking.take(question, Answer(tuple(parts)))


def test_a_part_cannot_be_divided_without_end() -> None:
    deepest = Part("0" * 64, 33, children=write_base64(bytes(256)))
    asking = Reconciliation(OURS)
    asking._open = ["0" * 64]
    with pytest.raises(ForeignInput, match="too deep"):
        asking.take(Question(("0" * 64,)), Answer((deepest,)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'{"parts":["g"]}',
        b'{"parts":["A"]}',
        b'{"parts":["' + b"0" * 65 + b'"]}',
        b'{"parts":["",""]}',
        b'{"parts":[' + b",".join(b'"%03x"' % number for number in range(MAX_PARTS + 1)) + b"]}",
        b'{"parts":[],"more":1}',
    ],
)
def test_foreign_questions_are_bounded(data: bytes) -> None:
    with pytest.raises(ForeignInput, match="reconciliation"):
        read_question(data)


def test_answers_without_end_are_cut_off() -> None:
    """A liar who finds a difference in every part leads nobody down for ever."""
    asking = Reconciliation(OURS, max_rounds=3)
    with pytest.raises(ForeignInput, match="3 answers and still no end"):
        for _ in range(10):
            question = asking.question()
            assert question is not None
            lies = tuple(Part(prefix, 33, children=write_base64(b"\x01" * 256)) for prefix in question.parts)
            asking.take(question, Answer(lies))
    assert asking.rounds == 3


def test_an_answer_belongs_to_the_question_that_is_open() -> None:
    with pytest.raises(ValueError, match="not the question that is open"):
        Reconciliation(OURS).take(Question(("a",)), answer(OURS, Question(("a",))))


@given(st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60)))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_a_set_with_less_and_more_is_the_set_of_what_is_left(
    held: set[int], without: set[int], more: set[int]
) -> None:
    left = ActSet(acts((held - without) | more))
    changed = ActSet(acts(held)).digest_of_changed(without=acts(without), more=acts(more))
    assert changed == (len(left), left.digest())


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=40))
@settings(max_examples=100, derandomize=True, deadline=None)
def test_digests_that_begin_alike_are_sorted_and_each_counts_once(drawn: list[tuple[int, int]]) -> None:
    """Digests of eight equal bytes are nothing that happens; that somebody makes them so must not matter."""
    digests = [bytes([first]) * 8 + bytes([last]) * 24 for first, last in drawn]
    assert ActSet(digests).acts() == sorted(set(digests))
    assert ActSet.joined(b"".join(digests)).digest() == sha256(b"".join(sorted(set(digests)))).digest()


def test_it_goes_on_from_where_it_was_put_away() -> None:
    ours, theirs = ActSet(acts(range(3000))), ActSet(acts(range(40, 3040)))
    straight, _ = run(ours, theirs)
    asking = Reconciliation(ours)
    while question := asking.question():
        asking.take(question, answer(theirs, question))
        kept = msgspec.json.encode(asking.progress)
        asking = Reconciliation(ours, progress=msgspec.json.decode(kept, type=Progress))
    assert (asking.missing_here, asking.missing_there, asking.rounds) == (
        straight.missing_here,
        straight.missing_there,
        straight.rounds,
    )


def test_digests_that_stand_one_after_the_other_are_a_set() -> None:
    held = acts(range(20))
    assert ActSet.joined(b"".join(held)).acts() == sorted(held)
    with pytest.raises(BadInput, match="32 bytes"):
        ActSet.joined(b"x" * 33)
