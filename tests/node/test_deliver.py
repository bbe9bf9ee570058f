"""What is owed is carried, put off after a failure, and settled by the receipt alone; by wire or by pouch."""

from datetime import timedelta

import pytest

from comity.carriers.pouch import unpack
from comity.errors import NotFound, RefusedHere
from comity.node import carry
from comity.node.carry import unload
from comity.node.deliver import BATCH, due, endpoint_of, try_now, wait_after
from comity.node.node import Node
from comity.node.receive import Taken, receive
from comity.ports import Transaction
from comity.testing.network import Faults
from comity.testing.world import World
from node.worlds import DEFENCE, EAST, NORTH, SOUTH, inbox, journal, report, sent, world


def owing(made: World, count: int = 1, sender: str = NORTH, to: str = SOUTH) -> None:
    digest = report(made, sender, f"of {sender}, {len(sent(made, sender))}")
    for _ in range(count):
        made.share(sender, digest, to, DEFENCE)


def due_now(made: World, party: str = NORTH) -> dict[str, int]:
    member = made.members[party]
    found = member.read(lambda transaction: due(member.node, transaction))
    return {peer: len(rows) for peer, rows in found.items()}


@pytest.mark.parametrize(
    ("attempts", "least", "most"), [(0, 1, 2), (1, 2, 4), (4, 16, 32), (20, 1800, 3600), (10_000, 1800, 3600)]
)
def test_the_wait_doubles_up_to_an_hour_and_is_spread_by_chance(attempts: int, least: int, most: int) -> None:
    waits = [wait_after(attempts, chance) for chance in (b"\x00\x00", b"\x80\x00", b"\xff\xff")]
    assert timedelta(seconds=least) <= waits[0] < waits[1] < waits[2] <= timedelta(seconds=most)


def test_a_batch_is_bounded_and_each_peer_has_its_own() -> None:
    with world() as made:
        owing(made, BATCH + 5, SOUTH, NORTH)
        owing(made, 1, SOUTH, EAST)
        assert due_now(made, SOUTH) == {EAST: 1, NORTH: BATCH}
        made.settle()
        assert due_now(made, SOUTH) == {}


def test_after_a_failure_it_is_put_off_and_the_reason_kept() -> None:
    with world() as made:
        owing(made)
        made.network.cut(NORTH, SOUTH)
        made.deliver(NORTH)
        (row,) = sent(made, NORTH)
        assert (row.state, row.attempts, row.reason) == ("owed", 1, f"{SOUTH}: the request was lost")
        (line,) = made.members[NORTH].read(lambda transaction: transaction.circuits())
        assert (line.peer, line.failures, line.since, line.reason) == (SOUTH, 1, made.clock.now(), row.reason)
        assert line.next_at > made.clock.now()
        assert due_now(made) == {}
        made.members[NORTH].act(lambda _node, transaction: try_now(transaction, made.clock.now()))
        assert due_now(made) == {SOUTH: 1}


def test_a_peer_that_is_cut_off_keeps_no_other_waiting() -> None:
    with world() as made:
        owing(made, 3, SOUTH, NORTH)
        owing(made, 3, SOUTH, EAST)
        made.network.cut(SOUTH, EAST)
        assert list(made.deliver(SOUTH)) == [EAST]
        assert len(inbox(made, NORTH)) == 3


def test_an_answer_that_is_lost_many_times_is_the_same_each_time() -> None:
    with world() as made:
        owing(made)
        made.network.faults = Faults(answer_lost=1.0, doubled=1.0)
        for _ in range(10):
            made.deliver(NORTH)
        assert len(inbox(made, SOUTH)) == 1
        assert [row.kind for row in journal(made, SOUTH)].count("received-disclosure") == 1
        made.settle()
        assert [row.state for row in sent(made, NORTH)] == ["receipted"]


def test_where_a_card_names_no_endpoint_there_is_only_the_pouch() -> None:
    with world() as made:
        north = made.members[NORTH]
        assert north.act(endpoint_of, SOUTH) == "http://127.0.0.1:8102"
        assert north.act(endpoint_of, "nobody.example") == ""


def test_a_pouch_carries_envelopes_there_and_receipts_back() -> None:
    with world() as made:
        owing(made, 2)
        made.network.cut(NORTH, SOUTH)
        there = made.pack(NORTH, SOUTH)
        assert len(unpack(there).envelopes) == 2
        assert made.open_pouch(SOUTH, there).accepted == 2
        back = made.pack(SOUTH, NORTH)
        assert made.open_pouch(NORTH, back).settled == 1  # one sealed letter with both receipts
        assert [row.state for row in sent(made, NORTH)] == ["receipted", "receipted"]
        with pytest.raises(NotFound, match="nothing is owed"):
            made.pack(SOUTH, NORTH)
        made.settle()


def test_a_lost_pouch_with_receipts_is_made_up_for_by_the_next() -> None:
    with world() as made:
        owing(made)
        made.network.cut(NORTH, SOUTH)
        made.open_pouch(SOUTH, made.pack(NORTH, SOUTH))
        made.pack(SOUTH, NORTH)  # and falls into the sea
        assert made.open_pouch(SOUTH, made.pack(NORTH, SOUTH)).known == 1
        made.open_pouch(NORTH, made.pack(SOUTH, NORTH))
        assert [row.state for row in sent(made, NORTH)] == ["receipted"]
        made.settle()


def test_a_pouch_for_another_is_not_opened() -> None:
    with world() as made:
        owing(made)
        packed = unpack(made.pack(NORTH, SOUTH))
        before = len(journal(made, EAST))
        with pytest.raises(RefusedHere, match=r"this pouch is for south\.example, not for east\.example"):
            made.members[EAST].act(unload, packed.manifest.to, packed.envelopes, packed.receipts)
        assert len(journal(made, EAST)) == before


def test_a_pouch_with_rubbish_among_its_envelopes_gives_up_the_rest() -> None:
    with world() as made:
        owing(made, 2)
        packed = unpack(made.pack(NORTH, SOUTH))
        mixed = (packed.envelopes[0], b"rubbish", packed.envelopes[1])
        found = made.members[SOUTH].act(unload, SOUTH, mixed, ())
        assert (found.accepted, len(found.refused)) == (2, 1)
        made.settle()


def test_nothing_is_packed_for_strangers() -> None:
    with world() as made, pytest.raises(RefusedHere, match="no agreement with"):
        made.pack(NORTH, EAST)


def test_a_late_receipt_that_says_less_changes_nothing() -> None:
    with world() as made:
        owing(made)
        made.network.faults = Faults(doubled=1.0)
        made.deliver(NORTH)
        (row,) = sent(made, NORTH)
        entries = len(journal(made, NORTH))
        south = made.members[SOUTH]
        from comity.node.receive import seal_receipts

        again = south.node.act(
            lambda transaction: seal_receipts(south.node, transaction, NORTH, [row.receipt])
        )
        assert made.members[NORTH].act(receive, again, "https").state == "settled"
        assert [each.state for each in sent(made, NORTH)] == ["receipted"]
        assert len(journal(made, NORTH)) == entries


def test_an_envelope_of_a_pouch_that_fails_undoes_itself_alone_and_its_reason_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with world() as made:
        for number in range(3):
            made.share(NORTH, report(made, label=f"r{number}"), SOUTH, DEFENCE)
        packed = made.pack(NORTH, SOUTH)
        second = unpack(packed).envelopes[1]

        def failing(node: Node, transaction: Transaction, data: bytes, carrier: str) -> Taken:
            taken = receive(node, transaction, data, carrier)
            if data == second:
                raise NotFound("the key for receipts is not here")
            return taken

        monkeypatch.setattr(carry, "receive", failing)
        found = made.open_pouch(SOUTH, packed)
        assert (found.accepted, found.refused) == (2, ("the key for receipts is not here",))
        assert sorted(row.sequence for row in inbox(made, SOUTH)) == [1, 3]
        monkeypatch.undo()
        again = made.open_pouch(SOUTH, packed)
        assert (again.accepted, again.known, again.refused) == (1, 2, ())
