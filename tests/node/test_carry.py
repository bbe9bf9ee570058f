"""What goes into a pouch and what comes out of it, however much it is and whatever goes wrong."""

import msgspec
import pytest

from comity.errors import BadInput, RefusedHere
from comity.node import carry
from comity.node.carry import hand_over, load, load_once, unload
from comity.node.node import Node
from comity.node.receive import receive
from comity.ports import Transaction
from comity.testing.world import World
from node.worlds import DEFENCE, NORTH, SOUTH, failing_on_the_first, inbox, report, sent, world


def carried(made: World, count: int = 1) -> None:
    """Let North's letters come to South in a pouch."""
    made.network.cut(NORTH, SOUTH)
    for number in range(count):
        made.share(NORTH, report(made, label=f"report {number}"), SOUTH, DEFENCE)
    made.open_pouch(SOUTH, made.pack(NORTH, SOUTH))


def test_more_receipts_than_one_letter_takes_go_in_several() -> None:
    """Seven thousand receipts, some five megabytes: a message's head has four."""
    with world() as made:
        carried(made)
        north, south = made.members[NORTH], made.members[SOUTH]
        (one,) = [row for row in inbox(made, SOUTH) if row.receipt_owed]

        def come(_node: Node, transaction: Transaction) -> None:
            for number in range(7_000):
                name = f"{number:064x}"
                changed = msgspec.structs.replace(
                    one, message=name, envelope_digest=name, sequence=number + 9
                )
                transaction.put_inbox(changed)

        south.act(come)
        packed = south.act(load, NORTH)
        assert len(packed.receipts) > 1 and len(packed.answered) == 7_001
        found = north.act(unload, NORTH, packed.envelopes, packed.receipts)
        assert (found.settled, found.refused) == (len(packed.receipts), ())
        assert [row.state for row in sent(made, NORTH) if row.kind == "disclosure"] == ["receipted"]


def test_receipts_stay_owed_until_the_pouch_that_carries_them_is_written() -> None:
    with world() as made:
        carried(made)
        south = made.members[SOUTH]
        answered = south.act(load, NORTH).answered
        assert answered and south.act(load, NORTH).answered == answered  # whatever became of the first
        assert south.act(load_once, NORTH).answered == answered
        assert not south.read(lambda transaction: transaction.receipts_owed(NORTH))


def test_what_was_sealed_before_goes_though_receipts_can_be_sealed_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def expired(*_given: object) -> bytes:
        raise RefusedHere(f"card 1 of {NORTH} expired")

    with world() as made:
        carried(made)
        south = made.members[SOUTH]
        monkeypatch.setattr(carry, "seal_receipts", expired)
        with pytest.raises(RefusedHere, match="expired"):  # there is nothing else for North
            south.act(load_once, NORTH)
        made.share(SOUTH, report(made, SOUTH, "of South"), NORTH, DEFENCE)
        packed = south.act(load_once, NORTH)
        assert (len(packed.envelopes), packed.receipts) == (1, ())
        monkeypatch.undo()
        assert len(south.act(load_once, NORTH).answered) == 1  # they have waited


def test_an_envelope_on_which_the_node_fails_keeps_none_behind_it_from_coming_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with world() as made:
        monkeypatch.setattr(carry, "receive", failing_on_the_first())
        carried(made, 3)
        assert len([row for row in inbox(made, SOUTH) if row.kind == "disclosure"]) == 2
        monkeypatch.setattr(carry, "receive", receive)
        made.open_pouch(SOUTH, made.pack(NORTH, SOUTH))
        assert len([row for row in inbox(made, SOUTH) if row.kind == "disclosure"]) == 3


@pytest.mark.parametrize(("by", "to"), [(" ", "courier"), ("duty officer", " "), ("x" * 81, "courier")])
def test_a_hand_without_a_name_or_with_too_long_a_one_is_refused(by: str, to: str) -> None:
    with world() as made:
        north = made.members[NORTH]
        with pytest.raises(BadInput, match="names no hand: 1 to 80 characters"):
            north.act(hand_over_of, "ab" * 32, by, to, made.clock.now())


def hand_over_of(node: Node, transaction: Transaction, *given: object) -> object:
    return hand_over(transaction, *given)  # type: ignore[arg-type]


def test_a_slip_has_room_for_twelve_hands() -> None:
    with world() as made:
        north, at = made.members[NORTH], made.clock.now()
        for number in range(12):
            hands = north.act(hand_over_of, "ab" * 32, f"officer {number}", "courier", at)
        with pytest.raises(RefusedHere, match="room for 12 hands"):
            north.act(hand_over_of, "ab" * 32, "officer 12", "courier", at)
        assert len(hands) == 12  # type: ignore[arg-type]
