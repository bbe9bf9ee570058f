"""What stands against a letter is said in a receipt that its sender can read, whatever stood in the letter."""

import msgspec
import pytest

from comity.federation.messages import Texts
from comity.node.fate import with_room
from comity.node.post import owe
from comity.sealing.receipts import Ground
from node.worlds import NORTH, NORTH_SOUTH, SOUTH, inbox, sent, world


@pytest.mark.parametrize("letter", ["x", "\u4e2d", '"', "\U0001f600"])
def test_a_reason_is_never_longer_than_a_receipt_has_room_for(letter: str) -> None:
    """A receipt that nobody can read would leave its letter owed for ever."""
    with world(NORTH_SOUTH) as made:
        made.hostile.add(NORTH)
        content = Texts(agreement=letter * 100_000, digest="0" * 64, files={})
        made.members[NORTH].act(
            lambda node, transaction: owe(
                node, transaction, SOUTH, content, at=node.now(transaction), kind="texts"
            )
        )
        made.deliver(NORTH)
        assert (inbox(made, SOUTH)[0].state, len(inbox(made, SOUTH)[0].reason)) == ("waiting", 1000 + 11)
        (row,) = sent(made, NORTH)
        assert row.reason.startswith("agreement: " + letter * 100)  # the receipt was read


def test_of_many_grounds_as_many_are_given_as_a_receipt_has_room_for() -> None:
    many = tuple(Ground(f"art. {number}", "\U0001f600" * 2000) for number in range(200))
    found = with_room(many)
    assert 1 < len(found) <= 64
    assert sum(len(msgspec.json.encode(each)) for each in found) < 40_000
    assert with_room(many[:1])[0].text == "\U0001f600" * 1000
    assert with_room(()) == ()
