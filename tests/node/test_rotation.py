"""Keys are replaced while letters are under way (E11, E12): nothing is lost, and nothing counts that must not."""

from datetime import timedelta
from typing import Any

import pytest

from comity.cards import Revocation, issue
from comity.cards.rotation import OVERLAP, next_card, with_key, with_revocations, with_root
from comity.errors import NotFound, RefusedHere, VerificationFailed
from comity.keys import SealingKey, SigningKey
from comity.node.conclude import signature_problems
from comity.node.draft_card import ended_keys, own_keys
from comity.node.introduce import accept_card, publish_card
from comity.signing import to_bytes
from comity.testing.members import _bytes
from comity.testing.world import World
from node.worlds import NORTH, SOUTH, give, inbox, item, kinds, report, sent, world

KEYS: dict[str, Any] = {
    "everyday": SigningKey.from_seed(b"\x51" * 32),
    "officer": SigningKey.from_seed(b"\x52" * 32),
    "witness": SigningKey.from_seed(b"\x53" * 32),
    "sealing": SealingKey.from_seed(b"\x54" * 96),
}


def root_of(party: str) -> SigningKey:
    return SigningKey.from_seed(_bytes(party, "root", 32))


def rotate(made: World, party: str, *roles: str, revoked: tuple[Revocation, ...] = ()) -> None:
    """Publish a card with new keys for these roles."""
    member = made.members[party]
    own = member.read(lambda transaction: member.node.know(transaction).own)
    card = next_card(own.card, member.clock.now())
    for role in roles:
        card = with_key(card, role, KEYS[role].public)
    ring = member.node.keyring
    signing = [ring.signing_key(entry.keyid) for entry in own.card.signing] + [
        KEYS[role] for role in roles if role != "sealing"
    ]
    sealing = [*ring.sealing_keys(), *(KEYS[role] for role in roles if role == "sealing")]
    ring.replace([key for key in signing if key], sealing)
    member.act(publish_card, to_bytes(issue(with_revocations(card, revoked), root_of(party))))


def own_card(made: World, party: str) -> bytes:
    member = made.members[party]
    return member.read(lambda transaction: member.node.know(transaction).own).signed


def forget(made: World, party: str) -> frozenset[str]:
    """Destroy the private keys whose days are over, as the day's duties do."""
    member = made.members[party]
    gone = member.read(lambda transaction: ended_keys(member.node, transaction, member.clock.now()))
    ring = member.node.keyring
    card = member.read(lambda transaction: member.node.know(transaction).own.card)
    signing = [ring.signing_key(entry.keyid) for entry in card.signing if entry.keyid not in gone]
    ring.replace(
        [key for key in signing if key], [key for key in ring.sealing_keys() if key.fingerprint not in gone]
    )
    return gone


@pytest.mark.parametrize("roles", [("everyday",), ("officer",), ("witness",), ("sealing",), tuple(KEYS)])
def test_any_key_is_replaced_and_the_traffic_goes_on(roles: tuple[str, ...]) -> None:
    with world() as made:
        give(made, report(made))
        rotate(made, NORTH, *roles)
        rotate(made, SOUTH, *roles) if roles == ("sealing",) else None
        forget(made, NORTH)
        made.settle()
        second = report(made, label="second")
        give(made, second)
        made.settle()
        assert item(made, SOUTH, second).state == "held"
        assert not [row for row in sent(made, NORTH) if row.state != "receipted"]
        made.check()


def test_a_letter_signed_before_a_rotation_arrives_after_it_and_counts() -> None:
    with world() as made:
        early = report(made)
        made.share(NORTH, early, SOUTH, "network-defence")  # owed, not delivered
        made.wait(timedelta(hours=1))
        rotate(made, NORTH, "everyday")
        assert forget(made, NORTH)
        made.settle()
        assert item(made, SOUTH, early).state == "held"
        assert "received-card" in kinds(made, SOUTH)


def test_a_letter_sealed_for_the_old_key_is_opened_within_the_overlap_and_not_after() -> None:
    with world() as made:
        early, late = report(made), report(made, label="late")
        rotate(made, SOUTH, "sealing")
        made.wait(OVERLAP - timedelta(days=1))
        made.share(NORTH, early, SOUTH, "network-defence")  # the new card has not reached North
        assert forget(made, SOUTH) == set()
        made.deliver(NORTH)
        assert item(made, SOUTH, early).state == "held"
        made.settle()
        made.wait(timedelta(days=2))
        assert len(forget(made, SOUTH)) == 1
        give(made, late)
        assert item(made, SOUTH, late).state == "held"


def test_a_letter_for_a_destroyed_key_is_kept_apart_and_its_sender_told() -> None:
    with world() as made:
        early = report(made)
        rotate(made, SOUTH, "sealing")
        made.wait(OVERLAP - timedelta(hours=12))
        made.share(NORTH, early, SOUTH, "network-defence")
        made.wait(timedelta(hours=20))
        assert len(forget(made, SOUTH)) == 1
        made.deliver(NORTH)
        assert next(row.state for row in inbox(made, SOUTH)) == "quarantined"
        assert [row.state for row in sent(made, NORTH) if row.kind == "disclosure"] == ["quarantined"]


def test_a_stolen_key_signs_nothing_that_counts_from_its_day_on() -> None:
    with world() as made:
        thief_line = made.members[NORTH].node.keyring
        stolen = made.members[NORTH].card.card.signing[0].keyid
        key = thief_line.signing_key(stolen)
        assert key is not None
        give(made, report(made))
        made.wait(timedelta(days=3))
        day = made.clock.now() - timedelta(days=1)
        rotate(made, NORTH, "everyday", revoked=(Revocation(stolen, day, "stolen"),))
        made.settle()
        book = made.members[SOUTH].read(lambda transaction: made.members[SOUTH].node.know(transaction).cards)
        assert stolen in book.keys(NORTH, "disclosure", day - timedelta(seconds=1))
        assert stolen not in book.keys(NORTH, "disclosure", day)
        assert [row.state for row in sent(made, NORTH) if row.kind == "card"] == ["receipted"]


def test_a_key_whose_private_half_is_gone_is_said_to_be_lost_and_everything_goes_on() -> None:
    """A letter waits where its receiver knows no key that signed it: such a card is given to peers as a file."""
    with world() as made:
        give(made, report(made))
        made.wait(timedelta(days=1))
        ring = made.members[NORTH].node.keyring
        lost = made.members[NORTH].card.card.signing[0].keyid
        keys = [ring.signing_key(entry.keyid) for entry in made.members[NORTH].card.card.signing[1:]]
        ring.replace([key for key in keys if key], ring.sealing_keys())
        with pytest.raises(NotFound, match="no signing key with the function `disclosure`") as refused:
            made.share(NORTH, report(made, label="second"), SOUTH, "network-defence")
        assert refused.value.hint == "comity card rotate --role everyday"
        rotate(made, NORTH, "everyday", revoked=(Revocation(lost, made.clock.now(), "lost"),))
        made.members[SOUTH].act(accept_card, own_card(made, NORTH))
        made.settle()
        third = report(made, label="third")
        give(made, third)
        assert item(made, SOUTH, third).state == "held"


def test_a_card_that_revokes_the_last_key_that_signs_is_not_published() -> None:
    with world() as made:
        made.wait(timedelta(hours=1))
        present = made.members[NORTH].card.card.signing[0].keyid
        with pytest.raises(RefusedHere, match="no key of card 2 that signs envelopes"):
            rotate(made, NORTH, revoked=(Revocation(present, made.clock.now(), "lost"),))


def test_a_card_without_a_key_that_is_here_is_not_published() -> None:
    with world() as made:
        made.wait(timedelta(hours=1))
        own = made.members[NORTH].card
        strange = with_key(next_card(own.card, made.clock.now()), "everyday", KEYS["everyday"].public)
        with pytest.raises(RefusedHere, match="no key of card 2 that signs envelopes"):
            made.members[NORTH].act(publish_card, to_bytes(issue(strange, root_of(NORTH))))


def test_a_card_of_another_party_is_not_published_as_ones_own() -> None:
    with world() as made:
        other = made.members[SOUTH].card.signed
        with pytest.raises(VerificationFailed, match="this node is that of north"):
            made.members[NORTH].act(publish_card, other)


def test_a_root_gives_way_to_a_shared_one_and_everything_goes_on() -> None:
    shares = [SigningKey.from_seed(bytes([number]) * 32) for number in (61, 62, 63)]
    with world() as made:
        north = made.members[NORTH]
        card = with_root(next_card(north.card.card, made.clock.now()), [key.public for key in shares], 2)
        with pytest.raises(VerificationFailed, match="did not sign"):
            north.act(publish_card, to_bytes(issue(card, *shares[:2])))
        signed = to_bytes(issue(card, *shares[:2], root_of(NORTH)))
        north.act(publish_card, signed)
        made.settle()
        assert made.members[SOUTH].act(accept_card, signed).card.version == 2
        give(made, report(made))
        made.denounce(SOUTH, "north-south-2026")  # its signatures hang from the root the text pins
        made.denounce(NORTH, "north-south-2026")  # and North's from the one that followed it
        made.settle()
        assert not made.members[SOUTH].read(
            lambda transaction: [
                each
                for agreement in made.members[SOUTH].node.know(transaction).agreements.values()
                for each in signature_problems(agreement)
            ]
        )
        shown = north.read(lambda transaction: own_keys(north.node, transaction))
        assert [each.role for each in shown].count("root") == 3
        made.check()
