"""Whose keys are whose: what was accepted, and what a checked hand vouches for."""

import msgspec
import pytest

from comity.cards import read_card
from comity.errors import VerificationFailed
from comity.federation.card_book import CardBook
from comity.federation.key_names import find_signer, key_name
from federation.parties import AT, EAST, NORTH, PARTIES, SOUTH, WEST, Party, known


def book(*parties: str, offered: tuple[str, ...] = ()) -> CardBook:
    return CardBook(known(*parties), offered=(PARTIES[party].offered.encode() for party in offered))


def test_a_card_that_came_along_counts_for_nothing_by_itself() -> None:
    cards = book(SOUTH, offered=(NORTH,))
    assert cards.keys(NORTH, "disclosure", AT) == {}
    cards.vouch(PARTIES[NORTH].vouch)
    assert list(cards.keys(NORTH, "disclosure", AT)) == [PARTIES[NORTH].key.fingerprint]
    assert [card.party for card in cards.vouched] == [NORTH]


def test_a_card_known_already_is_not_vouched_for_again() -> None:
    cards = book(NORTH, offered=(NORTH,))
    cards.vouch(PARTIES[NORTH].vouch)
    assert cards.vouched == ()
    assert len(cards.all()) == 1


def test_a_hand_cannot_vouch_for_another_root_than_the_one_known() -> None:
    impostor = Party(NORTH, 9)
    cards = CardBook(known(NORTH), offered=[impostor.offered.encode()])
    with pytest.raises(VerificationFailed, match=r"another root of north\.example"):
        cards.vouch(impostor.vouch)
    with pytest.raises(VerificationFailed, match="another root"):
        cards.vouch_all()


def test_the_card_offered_must_be_the_one_that_is_named() -> None:
    cards = book(SOUTH, offered=(NORTH,))
    wrong_party = msgspec.structs.replace(PARTIES[NORTH].vouch, party=WEST)
    with pytest.raises(VerificationFailed, match="is not the one the hop vouches for"):
        cards.vouch(wrong_party)
    wrong_root = msgspec.structs.replace(PARTIES[NORTH].vouch, root=PARTIES[EAST].card.root_fingerprint)
    with pytest.raises(VerificationFailed, match="is not the one the hop vouches for"):
        cards.vouch(wrong_root)


def test_what_was_signed_under_an_older_card_stays_checkable() -> None:
    first, second = Party(NORTH, 1), Party(NORTH, 1, version=2, functions=("journal",))
    cards = CardBook([first.card, second.card])
    newest = cards.newest(NORTH)
    assert newest is not None and newest.card.version == 2
    assert list(cards.keys(NORTH, "disclosure", AT)) == [first.key.fingerprint]
    assert cards.newest(WEST) is None


def test_a_keys_name_means_nothing_in_another_channel() -> None:
    fingerprint = PARTIES[NORTH].key.fingerprint
    one, other = bytes(16), bytes([1]) * 16
    assert len(key_name(one, fingerprint)) == 16
    assert key_name(one, fingerprint) != key_name(other, fingerprint)
    cards = known(SOUTH, NORTH)
    found = find_signer(one, key_name(one, fingerprint), cards)
    assert found is not None and (found[0].party, found[1]) == (NORTH, PARTIES[NORTH].key.public)
    assert find_signer(other, key_name(one, fingerprint), cards) is None
    assert find_signer(one, key_name(one, PARTIES[WEST].key.fingerprint), cards) is None


def test_a_key_without_the_function_of_disclosure_signs_no_envelope() -> None:
    clerk = Party(NORTH, 1, functions=("consent",))
    name = key_name(bytes(16), clerk.key.fingerprint)
    assert find_signer(bytes(16), name, [read_card(clerk.card.signed, root_fingerprint=None)]) is None
