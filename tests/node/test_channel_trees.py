"""Proofs over a channel: from a tree that grows with it, and never from leaves that are not those entered."""

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from comity.errors import VerificationFailed
from comity.federation.messages import ConsistencyQuestion
from comity.journal.merkle import Frontier, leaf_hash, verify_consistency
from comity.node import channel_trees, witness
from comity.node.channel_trees import tree_of
from comity.ports import JournalRow, Transaction
from comity.storage import tables
from comity.testing.world import World
from node.worlds import NORTH, SOUTH, behind_its_back, give, journal, kinds, report, world


@pytest.fixture
def made() -> Iterator[World]:
    with world() as filled:
        for number in range(6):
            give(filled, report(filled, label=f"r{number}"))
        yield filled


def growth(made: World, old: int, size: int) -> channel_trees.Growth:
    return made.members[NORTH].act(
        lambda node, transaction: node.trees.between(transaction, SOUTH, old, size)
    )


def read_anew(made: World, size: int | None = None) -> Frontier:
    return made.members[NORTH].read(lambda transaction: tree_of(transaction, SOUTH).frontier(size))


def length(made: World) -> int:
    return made.members[NORTH].read(lambda transaction: transaction.head(SOUTH).size)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note how many leaves are read."""
    numbers: list[int] = []
    truly = channel_trees._Growing._leaves

    def noting(self: channel_trees._Growing, start: int, stop: int) -> list[bytes]:
        leaves = truly(self, start, stop)
        numbers.append(len(leaves))
        return leaves

    monkeypatch.setattr(channel_trees._Growing, "_leaves", noting)
    return numbers


@pytest.mark.parametrize("old", [0, 1, 4, 7, 12])
def test_a_proof_leads_from_any_size_to_any_later_one(made: World, old: int) -> None:
    for size in range(old, length(made) + 1):
        after, proof = growth(made, old, size)
        assert after == read_anew(made, size)
        verify_consistency(old, read_anew(made, old).root, size, after.root, proof)


def test_asking_again_costs_what_was_entered_since_and_not_the_length_of_the_channel(
    monkeypatch: pytest.MonkeyPatch, read: list[int]
) -> None:
    with world() as made:
        rows = made.members[NORTH].node

        def fill(transaction: Transaction) -> None:
            first, number = transaction.head(SOUTH).size, transaction.head("").size
            leaves = [b"entry %d" % each for each in range(3_000)]
            head = transaction.head(SOUTH)
            grown = Frontier(head.size, head.frontier).extend(map(leaf_hash, leaves))
            transaction.append(
                [
                    JournalRow(
                        number=number + 10_000 + place,
                        channel=SOUTH,
                        channel_number=first + place + 1,
                        at=made.clock.now(),
                        kind="note",
                        act="",
                        leaf=leaf,
                    )
                    for place, leaf in enumerate(leaves)
                ],
                [type(head)(channel=SOUTH, size=grown.size, frontier=grown.peaks)],
            )

        rows.act(fill)
        read.clear()
        growth(made, 1_000, 2_000)
        assert sum(read) > 3_000
        read.clear()
        for _ in range(3):
            growth(made, 1_000, 2_000)
        assert sum(read) < 3 * 2_000  # a few blocks of 256 at the ends of each proof


def test_a_tree_that_holds_what_was_undone_is_made_anew(made: World) -> None:
    def undone(node: object, transaction: Transaction) -> None:
        head = transaction.head(SOUTH)
        grown = Frontier(head.size, head.frontier).extend([leaf_hash(b"undone")])
        row = JournalRow(
            number=90_000,
            channel=SOUTH,
            channel_number=head.size + 1,
            at=made.clock.now(),
            kind="note",
            act="",
            leaf=b"undone",
        )
        transaction.append([row], [type(head)(channel=SOUTH, size=grown.size, frontier=grown.peaks)])
        made.members[NORTH].node.trees.between(transaction, SOUTH, 1, grown.size)
        raise VerificationFailed("undone")

    with pytest.raises(VerificationFailed, match="undone"):
        made.members[NORTH].act(undone)
    assert growth(made, 1, length(made))[0] == read_anew(made)
    give(made, report(made, label="in its place"))
    assert growth(made, 1, length(made))[0] == read_anew(made)


@pytest.mark.parametrize("asked_before", [False, True])
@pytest.mark.parametrize("place", [0, 2, -1])
def test_nothing_is_proven_from_a_leaf_that_was_altered(made: World, asked_before: bool, place: int) -> None:
    size = length(made)
    if asked_before:
        growth(made, 1, size)
    altered = [row for row in journal(made, NORTH) if row.channel == SOUTH][place]
    leaf = update(tables.journal).where(tables.journal.c.number == altered.number)
    behind_its_back(made, NORTH, leaf.values(leaf=altered.leaf + b" "))
    for old, later in ((1, size), (3, size - 1), (size - 1, size)):
        with pytest.raises(VerificationFailed, match="are not those that its"):
            growth(made, old, later)


def test_a_question_that_is_put_again_is_answered(made: World) -> None:
    question = ConsistencyQuestion(old=2, size=length(made))
    for times in range(1, 4):
        made.members[NORTH].act(
            lambda node, transaction: witness.take_question(
                node, transaction, SOUTH, question, at=node.clock.now()
            )
        )
        assert kinds(made, NORTH).count("sent-consistency-answer") == times


def test_no_more_trees_are_kept_at_hand_than_serve(made: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_trees, "_AT_HAND", 1)
    node = made.members[NORTH].node
    for peer in (SOUTH, "west.example", SOUTH):
        made.members[NORTH].act(
            lambda node, transaction, peer=peer: node.trees.between(transaction, peer, 0, 0)
        )
        assert list(node.trees._at_hand) == [peer]
