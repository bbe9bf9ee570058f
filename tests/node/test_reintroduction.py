"""A root that is lost gives way to another that all Parties sign: until then nobody takes anything under it."""

from typing import Any

import msgspec
import pytest

from comity.agreements.signatures import ActRef
from comity.cards import SignedCard, issue
from comity.cards.rotation import next_card, with_root
from comity.errors import VerificationFailed
from comity.keys import SigningKey
from comity.node.conclude import give_notice, sign_part
from comity.node.introduce import accept_card, publish_card
from comity.signing import to_bytes
from comity.testing.members import _bytes
from comity.testing.world import World
from node.worlds import NORTH, SOUTH, give, item, report, world

NEW_ROOT = SigningKey.from_seed(b"\x71" * 32)
NS = "north-south-2026"


def root_lost(made: World, root: SigningKey = NEW_ROOT) -> SignedCard:
    """North publishes a card under a root that the old one cannot sign."""
    north = made.members[NORTH]
    card = with_root(next_card(north.card.card, made.clock.now()), [root.public], 1)
    return north.act(publish_card, to_bytes(issue(card, root)), root_lost=True)


def root_at(made: World, party: str, of: str) -> str:
    row: Any = made.members[party].read(
        lambda transaction: made.members[party].node.know(transaction).cards.newest(of)
    )
    return str(row.root_fingerprint)


def test_the_new_root_counts_once_the_other_party_has_signed_too() -> None:
    with world() as made:
        before = root_at(made, SOUTH, NORTH)
        root_lost(made)
        made.members[NORTH].act(give_notice, NS, {"kind": "reintroduction"})
        made.settle()
        assert root_at(made, SOUTH, NORTH) == before  # told, and not yet believed
        made.members[SOUTH].act(sign_part, NS, {}, ActRef("notice", 1))
        made.settle()
        assert root_at(made, SOUTH, NORTH) == NEW_ROOT.fingerprint
        given = report(made)
        give(made, given)
        made.settle()
        assert item(made, SOUTH, given).state == "held"
        made.denounce(NORTH, NS)  # signed under the new root, and taken
        made.settle()
        south = made.members[SOUTH]
        state = south.read(
            lambda transaction: (
                south.node.know(transaction).timelines[NS].life.own_condition(made.clock.now())
            )
        )
        assert state.state == "under-notice"


def test_without_the_others_signature_nothing_changes() -> None:
    with world() as made:
        before = root_at(made, SOUTH, NORTH)
        root_lost(made)
        made.members[NORTH].act(give_notice, NS, {"kind": "reintroduction"})
        made.settle()
        assert root_at(made, SOUTH, NORTH) == before
        south = made.members[SOUTH]
        life = south.read(lambda transaction: south.node.know(transaction).timelines[NS].life)
        assert any("lacks the signature of another Party" in each for each in life.without_effect)


def test_the_old_root_is_nobody_afterwards() -> None:
    with world() as made:
        root_lost(made)
        made.members[NORTH].act(give_notice, NS, {"kind": "reintroduction"})
        made.settle()
        made.members[SOUTH].act(sign_part, NS, {}, ActRef("notice", 1))
        made.settle()
        old = SigningKey.from_seed(_bytes(NORTH, "root", 32))
        forged = to_bytes(issue(msgspec.structs.replace(made.members[NORTH].card.card, version=9), old))
        with pytest.raises(VerificationFailed, match="new root"):
            made.members[SOUTH].act(accept_card, forged)
