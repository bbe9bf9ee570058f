"""Nodes of different versions: what a newer one sends that an older one cannot read stops nothing else (O5)."""

import msgspec
import pytest

from comity.federation import messages
from comity.federation.messages import Message
from comity.node.post import owe
from comity.ports import OutboxRow
from comity.sealing.layout import MAGIC, VERSION
from node.worlds import (
    EAST,
    NORTH,
    NORTH_EAST,
    NORTH_SOUTH,
    SOUTH,
    SOUTH_EAST,
    give,
    inbox,
    item,
    report,
    sent,
    world,
)


class Tomorrow(Message, frozen=True, kw_only=True):
    """A kind of message that no version of today knows."""

    words: str


@pytest.fixture(autouse=True)
def _newer_nodes_say_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(messages._WORDS, Tomorrow, "tomorrow")


def from_a_newer_node(made, sender: str, to: str) -> str:
    """Let a node send what only its next version can."""
    return made.members[sender].act(
        lambda node, transaction: owe(
            node, transaction, to, Tomorrow(words="new"), at=node.now(transaction), kind="act"
        )
    )


@pytest.mark.parametrize("newer", [NORTH, SOUTH])
def test_a_kind_of_letter_that_is_not_known_yet_is_put_apart_and_the_rest_goes_on(newer: str) -> None:
    older = SOUTH if newer == NORTH else NORTH
    with world(NORTH_SOUTH) as made:
        message = from_a_newer_node(made, newer, older)
        made.deliver(newer)
        (letter,) = [row for row in inbox(made, older) if row.state == "quarantined"]
        assert letter.peer == newer
        (told,) = [row for row in sent(made, newer) if row.message == message]
        assert told.state == "quarantined" and told.reason
        for party, peer in ((newer, older), (older, newer)):
            given = report(made, party, label=f"after, from {party}")
            give(made, given, party, peer)
            assert item(made, peer, given).state == "held"


def test_an_envelope_of_a_later_form_is_refused_unopened_and_the_rest_goes_on() -> None:
    with world(NORTH_SOUTH) as made:
        given = report(made)
        assert made.share(NORTH, given, SOUTH, "network-defence").decision.permitted
        north = made.members[NORTH]
        (row,) = [each for each in sent(made, NORTH) if each.state == "owed"]

        def renumber(_node, transaction) -> OutboxRow:
            now = transaction.outbox(row.message)
            assert now.envelope[: len(MAGIC) + 1] == MAGIC + bytes([VERSION])
            later = MAGIC + bytes([VERSION + 1]) + now.envelope[len(MAGIC) + 1 :]
            transaction.put_outbox(msgspec.structs.replace(now, envelope=later))
            return now

        as_it_was = north.act(renumber)
        made.deliver(NORTH)
        assert all(each.about != given for each in inbox(made, SOUTH))
        assert [each.state for each in sent(made, NORTH) if each.message == row.message] != ["receipted"]
        north.act(lambda _node, transaction: transaction.put_outbox(as_it_was))
        made.settle()  # sent again in the form both know, it arrives
        assert item(made, SOUTH, given).state == "held"


@pytest.mark.parametrize("order", [(NORTH, SOUTH, EAST), (EAST, NORTH, SOUTH), (SOUTH,), (EAST, SOUTH)])
def test_a_federation_is_renewed_node_by_node_and_traffic_goes_on(order: tuple[str, ...]) -> None:
    """Each node that is newer already says more than the others know; one of them is never renewed."""
    pairs = ((NORTH, SOUTH), (SOUTH, EAST), (NORTH, EAST))
    with world(NORTH_SOUTH, SOUTH_EAST, NORTH_EAST) as made:
        for step, newer in enumerate(order):
            for one, other in pairs:
                if newer in (one, other):
                    from_a_newer_node(made, newer, other if newer == one else one)
            for one, other in pairs:
                for party, peer in ((one, other), (other, one)):
                    given = report(made, party, label=f"{step} {party} {peer}")
                    give(made, given, party, peer)
                    assert item(made, peer, given).state == "held"
        made.check()
