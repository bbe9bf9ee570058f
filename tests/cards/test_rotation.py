"""The next card: keys in the place of others, keys revoked, another root; and a card signed in steps."""

from datetime import UTC, datetime, timedelta

import pytest

from comity.cards import Card, Revocation, alone, issue, read_card, sealing_entry, signing_entry
from comity.cards.drafts import Draft, changes, draft, finish, missing, read_draft, sign_draft, write_draft
from comity.cards.rotation import (
    LEAD,
    OVERLAP,
    ended,
    named_key,
    next_card,
    with_key,
    with_revocations,
    with_root,
)
from comity.errors import BadInput, ComityError, ForeignInput, NotFound, RefusedHere, VerificationFailed
from comity.keys import SealingKey, SigningKey
from comity.signing import to_bytes

ROOT, DESK, DIRECTOR, WIRE, NEW, OTHER = (SigningKey.from_seed(bytes([n]) * 32) for n in range(1, 7))
SHARES = [SigningKey.from_seed(bytes([n]) * 32) for n in (31, 32, 33)]
BOX, NEW_BOX = (SealingKey.from_seed(bytes([n]) * 96) for n in (8, 9))
START, END = datetime(2031, 1, 1, tzinfo=UTC), datetime(2032, 1, 1, tzinfo=UTC)
JUNE = datetime(2031, 6, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)

CARD = Card(
    party="cert.north.example",
    version=1,
    names={"en": "CERT North"},
    issued=START,
    expires=END,
    endpoints=(),
    root=alone(ROOT.public),
    signing=(
        signing_entry(DESK.public, ["disclosure", "journal"], START, END),
        signing_entry(DIRECTOR.public, ["director"], START, END),
        signing_entry(WIRE.public, ["tls"], START, END),
    ),
    sealing=(sealing_entry(BOX.public, START, END),),
)
HELD = read_card(to_bytes(issue(CARD, ROOT)), root_fingerprint=None)


def test_a_signing_key_gives_way_at_once_and_keeps_its_functions() -> None:
    card = with_key(next_card(CARD, JUNE), "everyday", NEW.public)
    assert list(card.signing_keys("journal", JUNE)) == [NEW.fingerprint]
    assert list(card.signing_keys("journal", JUNE - SECOND)) == [DESK.fingerprint]
    assert list(card.signing_keys("director", JUNE)) == [DIRECTOR.fingerprint]


def test_a_sealing_key_overlaps_so_that_what_is_under_way_is_opened() -> None:
    card = with_key(next_card(CARD, JUNE), "sealing", NEW_BOX.public)
    assert list(card.sealing_keys(JUNE)) == [NEW_BOX.fingerprint, BOX.fingerprint]
    assert list(card.sealing_keys(JUNE + OVERLAP)) == [NEW_BOX.fingerprint]


@pytest.mark.parametrize(
    ("as_of", "begins"),
    [(None, JUNE + LEAD), (JUNE, JUNE), (JUNE - LEAD, JUNE), (JUNE + SECOND, JUNE + LEAD)],
)
def test_a_key_for_tls_that_was_stolen_gives_way_at_once(as_of: datetime | None, begins: datetime) -> None:
    """Nothing else could answer in the days until a key comes that peers have had time to learn."""
    said = [Revocation(WIRE.fingerprint, as_of, "stolen")] if as_of is not None else []
    card = with_key(with_revocations(next_card(CARD, JUNE), said), "tls", NEW.public)
    assert next(each.from_ for each in card.signing if each.keyid == NEW.fingerprint) == begins


def test_a_key_for_tls_answers_only_after_peers_had_time_to_learn_it() -> None:
    card = with_key(next_card(CARD, JUNE), "tls", NEW.public)
    assert list(card.signing_keys("tls", JUNE + LEAD - SECOND)) == [WIRE.fingerprint]
    assert set(card.signing_keys("tls", JUNE + LEAD)) == {WIRE.fingerprint, NEW.fingerprint}
    assert list(card.signing_keys("tls", JUNE + 2 * LEAD)) == [NEW.fingerprint]


def test_keys_are_over_when_their_days_are_and_a_stolen_one_at_once() -> None:
    second = with_key(with_key(next_card(CARD, JUNE), "everyday", NEW.public), "sealing", NEW_BOX.public)
    assert ended([CARD, second], JUNE) == {DESK.fingerprint}
    assert ended([CARD, second], JUNE + OVERLAP) == {DESK.fingerprint, BOX.fingerprint}
    stolen = with_revocations(next_card(CARD, JUNE), [Revocation(DIRECTOR.fingerprint, START, "stolen")])
    assert ended([CARD, stolen], JUNE) == {DIRECTOR.fingerprint}
    box = with_revocations(next_card(CARD, JUNE), [Revocation(BOX.fingerprint, START, "stolen")])
    assert ended([CARD, box], JUNE) == set()  # what is under way for it must still be opened


def test_sixty_rotations_later_the_card_still_holds() -> None:
    card, day = CARD, JUNE
    for number in range(60):
        day += timedelta(days=20)
        card = with_key(
            next_card(card, day), "everyday", SigningKey.from_seed(bytes([100 + number]) * 32).public
        )
        card = with_key(card, "sealing", SealingKey.from_seed(bytes([100 + number]) * 96).public)
        draft(card, None)  # raises where a rule is broken
        assert len(card.signing_keys("disclosure", day)) == 1
        assert next(iter(card.sealing_keys(day))) == card.sealing[0].keyid


@pytest.mark.parametrize(("keys", "threshold"), [(0, 1), (1, 2), (3, 3), (3, 0)])
def test_a_root_of_which_no_key_may_be_lost_is_not_made(keys: int, threshold: int) -> None:
    with pytest.raises(BadInput, match="fewer than there are"):
        with_root(CARD, [key.public for key in SHARES[:keys]], threshold)


def test_a_key_is_named_by_its_role_or_the_beginning_of_its_fingerprint() -> None:
    assert named_key(CARD, "everyday") == DESK.fingerprint
    assert named_key(CARD, DESK.fingerprint[:20]) == DESK.fingerprint
    assert named_key(CARD, BOX.fingerprint.partition(":")[2][:8]) == BOX.fingerprint
    for name in ("", "ed25519:", "nobody", "ffffffff"):
        with pytest.raises(NotFound):
            named_key(CARD, name)


def test_a_role_that_is_none_and_a_key_of_the_wrong_kind_are_refused() -> None:
    with pytest.raises(BadInput, match="no role"):
        with_key(CARD, "janitor", NEW.public)
    with pytest.raises(BadInput, match="wrong kind"):
        with_key(CARD, "sealing", NEW.public)
    with pytest.raises(NotFound, match="no key of the role witness"):
        with_key(next_card(CARD, JUNE), "witness", NEW.public)


# A card signed in steps


def shared() -> Draft:
    return draft(with_root(next_card(CARD, JUNE), [key.public for key in SHARES], 2), HELD)


def passed_on(one: Draft) -> Draft:
    """Write it to a stick and read it elsewhere."""
    return read_draft(write_draft(one))


def test_a_draft_goes_from_hand_to_hand_until_both_roots_have_signed() -> None:
    begun = passed_on(shared())
    assert [(each.which, each.more) for each in missing(begun)] == [("new", 2), ("held", 1)]
    half = passed_on(sign_draft(passed_on(sign_draft(begun, SHARES[2])), ROOT))
    with pytest.raises(RefusedHere, match="1 more of the new root"):
        finish(half)
    whole = passed_on(sign_draft(half, SHARES[0]))
    assert missing(whole) == ()
    card = read_card(finish(whole), root_fingerprint=None)
    assert card.card == whole.card
    assert card.root_fingerprint.startswith("root:")


def test_signing_twice_counts_once() -> None:
    twice = sign_draft(sign_draft(shared(), SHARES[0]), SHARES[0])
    assert next(each for each in missing(twice) if each.which == "new").more == 1


def test_only_root_keys_sign_a_card() -> None:
    with pytest.raises(RefusedHere, match="only roots sign cards"):
        sign_draft(shared(), DESK)


def test_a_lost_root_is_not_waited_for_where_a_reintroduction_stands_in() -> None:
    signed = sign_draft(sign_draft(shared(), SHARES[0]), SHARES[1])
    with pytest.raises(RefusedHere, match="held root"):
        finish(signed)
    assert read_card(finish(signed, root_lost=True), root_fingerprint=None).card == signed.card


def test_what_a_card_changes_is_shown_before_it_is_signed() -> None:
    card = with_key(next_card(CARD, JUNE), "everyday", NEW.public)
    card = with_revocations(card, [Revocation(DESK.fingerprint, START, "stolen")])
    found = {(each.what, each.name) for each in changes(draft(card, HELD))}
    assert found == {
        ("version", ""),
        ("expires", ""),
        ("key-new", NEW.fingerprint),
        ("key-changed", DESK.fingerprint),
        ("revoked", DESK.fingerprint),
    }


def test_a_draft_that_was_altered_is_refused() -> None:
    data = write_draft(sign_draft(shared(), ROOT))
    assert read_draft(data)
    for at in range(0, len(data) - 1, 37):
        altered = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        try:
            found = read_draft(altered)
        except (ForeignInput, BadInput, VerificationFailed):
            continue
        assert found == read_draft(data), f"byte {at} says something else and nobody minds"


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'{"format":"x","card":"","held":"","signatures":[]}', b"\xff" * 50]
)
def test_what_is_no_draft_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(ComityError):
        read_draft(data)
