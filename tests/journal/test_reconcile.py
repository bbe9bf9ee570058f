"""Reconciliation: every difference is found, in few bytes, and answers that lie in form are refused."""

from hashlib import sha256
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import BadInput, ForeignInput
from comity.journal import reconcile
from comity.journal.reconcile import (
    MAX_ASKED,
    MAX_PARTS,
    ActSet,
    Answer,
    Part,
    Progress,
    Question,
    Reconciliation,
    Shown,
    answer,
    begin,
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
        asking.take(read_answer(back))
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
    assert asking.rounds == 2
    assert carried <= 24 * 1024


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


OURS = ActSet(acts(range(1000)))
ASKING = Reconciliation(OURS)
ASKED = ASKING.question()
assert ASKED is not None
#: "f" is divided, "0" is sent as it is.
HONEST = answer(ActSet([*acts(range(800, 2000)), bytes(32)]), ASKED).parts[15]
SMALL = answer(ActSet([bytes(32), bytes(31) + b"1"]), ASKED).parts[0]


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (msgspec.structs.replace(HONEST, prefix="00"), "about other parts"),
        (msgspec.structs.replace(HONEST, prefix=""), "about other parts"),
        (msgspec.structs.replace(HONEST, children=HONEST.children[4:]), "253 bytes where 256 belong"),
        (msgspec.structs.replace(HONEST, acts="AAAA"), "too large to come as it is"),
        (msgspec.structs.replace(HONEST, count=3), "small and still divided"),
        (msgspec.structs.replace(SMALL, count=3), "64 bytes where 96 belong"),
        (msgspec.structs.replace(SMALL, acts=write_base64(b"\2" * 32 + b"\1" * 32)), "out of order"),
        (msgspec.structs.replace(SMALL, acts=write_base64(b"\1" * 64)), "out of order"),
        (msgspec.structs.replace(SMALL, acts="*"), "not base64"),
    ],
)
def test_answers_that_contradict_themselves_are_refused_whole(part: Part, reason: str) -> None:
    asking = Reconciliation(OURS)
    with pytest.raises(ForeignInput, match=reason):
        asking.take(Answer(1, (part,)))
    assert asking.question() == ASKED
    assert (asking.missing_here, asking.rounds) == ([], 0)


@pytest.mark.parametrize(
    ("nonsense", "reason"),
    [
        (Answer(0, ()), "0 parts answered where 1 were"),
        (Answer(2, ()), "2 parts answered where 1 were"),
        (Answer(1, (HONEST, HONEST)), "about other parts"),
        (Answer(1, (HONEST, SMALL)), "about other parts"),  # not in the order of the question
    ],
)
def test_answers_to_another_question_are_refused(nonsense: Answer, reason: str) -> None:
    asking = Reconciliation(OURS)
    with pytest.raises(ForeignInput, match=reason):
        asking.take(nonsense)
    assert (asking.question(), asking.rounds) == (ASKED, 0)


def test_where_nothing_was_asked_nothing_is_taken() -> None:
    asking = Reconciliation(OURS, progress=Progress(open=()))
    asking.take(Answer(0, ()))
    assert (asking.finished, asking.rounds) == (True, 0)
    for nonsense in (Answer(1, ()), Answer(0, (SMALL,))):
        with pytest.raises(ForeignInput):
            asking.take(nonsense)


def test_a_part_that_the_answer_leaves_for_later_is_asked_about_again() -> None:
    asking = Reconciliation(OURS, progress=Progress(open=("0", "1", "2")))
    theirs = ActSet(acts(range(1500)))
    question = asking.question()
    assert question is not None
    whole = answer(theirs, question)
    asking.take(Answer(1, tuple(part for part in whole.parts if part.prefix.startswith("0"))))
    again = asking.question()
    assert again is not None
    assert [shown.prefix for shown in again.parts][-2:] == ["1", "2"]


def test_acts_of_another_part_are_refused() -> None:
    with pytest.raises(ForeignInput, match="of another part"):
        Reconciliation(OURS).take(Answer(1, (Part("3", 1, acts=write_base64(b"\xff" * 32)),)))


def test_a_part_cannot_be_divided_without_end() -> None:
    deepest = Part("0" * 64, 33, children=write_base64(bytes(256)))
    asking = Reconciliation(OURS, progress=Progress(open=("0" * 63,)))
    with pytest.raises(ForeignInput, match="too deep"):
        asking.take(Answer(1, (deepest,)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'{"parts":["3"]}',
        b'{"parts":[{"prefix":"g","children":""}]}',
        b'{"parts":[{"prefix":"A","children":""}]}',
        b'{"parts":[{"prefix":"' + b"0" * 64 + b'","children":""}]}',
        b'{"parts":[{"prefix":"","children":""},{"prefix":"","children":""}]}',
        b'{"parts":['
        + b",".join(b'{"prefix":"%03x","children":""}' % number for number in range(MAX_ASKED + 1))
        + b"]}",
        b'{"parts":[],"more":1}',
    ],
)
def test_foreign_questions_are_bounded(data: bytes) -> None:
    with pytest.raises(ForeignInput, match="reconciliation"):
        read_question(data)


def test_a_question_that_does_not_show_sixteen_digests_a_part_is_refused() -> None:
    with pytest.raises(ForeignInput, match="16 bytes where 256 belong"):
        answer(OURS, Question((Shown("", write_base64(bytes(16))),)))


def test_an_answer_holds_no_more_parts_than_a_reader_takes() -> None:
    """Two accounts that differ everywhere: answers are full, none too large, and all comes out at the end."""
    ours, theirs = ActSet(acts(range(20_000))), ActSet(acts(range(19_000, 40_000)))
    asking, sizes, parts = Reconciliation(ours), [], []
    while question := asking.question():
        back = write(answer(theirs, read_question(write(question))))
        sizes += [len(write(question)), len(back)]
        asking.take(read_answer(back))
        parts.append(len(read_answer(back).parts))
    assert max(parts) == MAX_PARTS and max(sizes) < 400 * 1024
    assert (len(asking.missing_there), len(asking.missing_here)) == (19_000, 20_000)
    assert asking.rounds < 30


def test_answers_without_end_are_cut_off() -> None:
    """A liar who finds a difference in every part leads nobody down for ever."""
    asking = Reconciliation(OURS, max_rounds=3)
    with pytest.raises(ForeignInput, match="3 answers and still no end"):
        for _ in range(10):
            lie_everywhere(asking)
    assert asking.rounds == 3


def test_what_a_liar_opens_stays_bounded() -> None:
    """The deepest is asked about first: what stands open is a few thousand parts for every two digits, no more."""
    asking = Reconciliation(OURS)
    most = 0
    for _ in range(100):
        lie_everywhere(asking)
        most = max(most, len(asking.progress.open))
    assert most <= 32 * (16 * MAX_PARTS + MAX_ASKED)
    assert len(asking.progress.open[0]) > 60


def lie_everywhere(asking: Reconciliation) -> None:
    """Answer that in every part, as far as an answer goes, there is another difference below."""
    question = asking.question()
    assert question is not None
    lies = [
        Part(shown.prefix + digit, 33, children=write_base64(b"\x01" * 256))
        if len(shown.prefix) < 62
        else Part(shown.prefix + digit, 0)
        for shown in question.parts[: MAX_PARTS // 16]
        for digit in "0123456789abcdef"
    ]
    asking.take(Answer(len(lies) // 16, tuple(lies)))


def test_the_digests_of_a_part_are_those_of_its_parts() -> None:
    crowded = [bytes(8) + sha256(bytes([number])).digest()[:24] for number in range(200)]
    held = ActSet([*acts(range(2000)), *crowded])
    for prefix in ("", "0", "f", "3a", "0" * 14, "0" * 15, "0" * 16, "0" * 17, "f" * 15, "f" * 63):
        assert held.children(prefix) == [held.digest(prefix + digit)[:16] for digit in "0123456789abcdef"]


@given(
    st.integers(0, 3000),
    st.sets(st.integers(0, 5000), max_size=40),
    st.sets(st.integers(5001, 9000), max_size=40),
    st.sampled_from([1, 4, 32]),
)
@settings(max_examples=60, derandomize=True, deadline=None)
def test_accounts_of_any_sizes_are_told_apart(
    common: int, ours: set[int], theirs: set[int], few: int
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reconcile, "LEAF_ACTS", few)
        here, there = set(range(common)) | ours, set(range(common)) | theirs
        for one, other in ((here, there), (there, here)):
            asking, _ = run(ActSet(acts(one)), ActSet(acts(other)))
            assert sorted(asking.missing_here) == sorted(acts(other - one))
            assert sorted(asking.missing_there) == sorted(acts(one - other))


def test_a_large_account_is_held_against_none_and_a_dozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large account begins one level further down, a small one with the whole: either way all is found."""
    monkeypatch.setattr(reconcile, "LEAF_ACTS", 1)
    large = ActSet(acts(range(5_000)))
    assert len(begin(large).open) == 16 and begin(ActSet([])).open == ("",)
    for few in (0, 12):
        small = ActSet(acts(range(few)))
        assert sorted(run(small, large)[0].missing_here) == sorted(acts(range(few, 5_000)))
        assert sorted(run(large, small)[0].missing_there) == sorted(acts(range(few, 5_000)))


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
        asking.take(answer(theirs, question))
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


def test_a_large_part_is_worked_through_once_however_often_it_is_asked_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = ActSet(acts(range(10_000)))
    said = {prefix: held.children(prefix) for prefix in ("", "3", "3f")}
    worked: list[int] = []
    whole = ActSet._digest

    def counting(self: ActSet, first: int, last: int) -> bytes:
        worked.append(last - first)
        return whole(self, first, last)

    monkeypatch.setattr(ActSet, "_digest", counting)
    for _ in range(5):
        assert {prefix: held.children(prefix) for prefix in said} == said
    assert sum(worked) < 5 * 10_000 // 10  # the whole is not read again, small parts are
    held.children("").clear()
    assert held.children("") == said[""]  # what is given out is the caller's own
