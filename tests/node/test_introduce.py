"""Cards: one's own, those of others, new versions by letter; a card never goes back and never has two faces."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from comity.cards import issue, read_card, signing_entry
from comity.clock import format_instant
from comity.errors import ForeignInput, VerificationFailed
from comity.federation import statements
from comity.federation.card_book import CardBook
from comity.federation.messages import Act, News
from comity.federation.statements import Vouch, Withdrawal
from comity.identifiers import PartyId
from comity.keys import SigningKey
from comity.node.introduce import accept_card, publish_card
from comity.node.receive import receive
from comity.ports import InboxRow
from comity.signing import to_bytes
from comity.strict import write_base64
from comity.testing import hostile
from comity.testing.members import _bytes
from comity.testing.world import World
from node.test_consents_over_hops import held_by_east
from node.worlds import EAST, NORTH, SOUTH, WEST, give, inbox, item, kinds, nothing_changed, sent, world


def next_card(made: World, party: str, signer: SigningKey | None = None, **changes: Any) -> bytes:
    """Issue a Party's next card under its root."""
    key = signer or SigningKey.from_seed(_bytes(party, "root", 32))
    old = made.members[party].card.card
    return to_bytes(issue(msgspec.structs.replace(old, **({"version": old.version + 1} | changes)), key))


def version(made: World, at: str, of: str) -> int:
    row = made.members[at].read(lambda transaction: transaction.card(of))
    assert row is not None
    return row.version


def test_a_new_version_by_letter_takes_the_place_of_the_old_which_stays() -> None:
    with world() as made:
        card = next_card(made, NORTH, endpoints=("http://127.0.0.1:9000",))
        made.members[NORTH].act(publish_card, card)
        assert [row.peer for row in sent(made, NORTH)] == [SOUTH]  # with East there is no agreement
        made.settle()
        assert version(made, SOUTH, NORTH) == 2
        older = read_card(made.members[NORTH].card.signed, root_fingerprint=None).digest
        assert made.members[SOUTH].read(lambda transaction: transaction.card_by_digest(older)) is not None
        assert "received-card" in kinds(made, SOUTH)


def test_the_same_card_again_changes_nothing() -> None:
    with world() as made:
        card = made.members[NORTH].card.signed
        nothing_changed(made, SOUTH, lambda: made.members[SOUTH].act(accept_card, card))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"version": 1, "names": {"en": "Another face"}}, "two different cards"),
        ({"version": 3}, "older than card 5"),
    ],
    ids=["a second face", "an older version"],
)
def test_a_card_does_not_go_back_and_has_one_face(changes: dict[str, Any], reason: str) -> None:
    with world() as made:
        south = made.members[SOUTH]
        if "older" in reason:
            south.act(accept_card, next_card(made, NORTH, version=5))

        def refused() -> None:
            with pytest.raises(VerificationFailed, match=reason):
                south.act(accept_card, next_card(made, NORTH, **changes))

        nothing_changed(made, SOUTH, refused)


def test_a_card_under_another_root_than_the_agreement_pins_is_refused() -> None:
    with world() as made:
        thief = SigningKey.from_seed(b"t" * 32)
        card = next_card(made, NORTH, thief, root=write_base64(thief.public.raw))
        with pytest.raises(VerificationFailed):
            made.members[SOUTH].act(accept_card, card)
        assert version(made, SOUTH, NORTH) == 1


@pytest.mark.parametrize("data", [b"", b"{}", b"not a card", b"\xff" * 100])
def test_what_is_no_card_is_refused(data: bytes) -> None:
    with world() as made, pytest.raises(ForeignInput):
        made.members[SOUTH].act(accept_card, data)


@pytest.mark.parametrize("whose", ["another's", "rubbish"])
def test_a_card_that_is_not_the_senders_own_is_set_aside(whose: str) -> None:
    with world() as made:
        card = next_card(made, EAST).decode() if whose == "another's" else "rubbish"
        made.hostile.add(NORTH)
        data = made.members[NORTH].act(
            hostile.craft, SOUTH, News(card=card), sequence=1, channel=b"north to south !"
        )
        assert made.members[SOUTH].act(receive, data, "https").state == "quarantined"
        assert inbox(made, SOUTH)[0].reason
        assert version(made, SOUTH, EAST) == 1


def test_letters_under_a_key_that_is_no_longer_in_force_are_not_taken() -> None:
    with world() as made:
        old = made.members[NORTH].card.card
        made.wait(timedelta(days=1))
        ended = tuple(msgspec.structs.replace(entry, until=made.clock.now()) for entry in old.signing)
        made.members[SOUTH].act(accept_card, next_card(made, NORTH, signing=ended))
        made.wait(timedelta(days=1))
        made.hostile.add(NORTH)
        card = made.members[NORTH].card.signed.decode()
        data = made.members[NORTH].act(
            hostile.craft, SOUTH, News(card=card), sequence=1, channel=b"north to south !"
        )
        taken = made.members[SOUTH].act(receive, data, "https")
        assert taken.state == "refused" and "key" in taken.reason


def false_card(made: World, party: str, version: int = 1, *, of: str = "") -> tuple[bytes, SigningKey]:
    """Make a card in a Party's name under a root that is not its own; give it with its one signing key.

    Args:
        of: the member whose card it is made from; by default that Party's own.
    """
    held = msgspec.structs.replace(made.members[of or party].card.card, party=party)
    root, key = (SigningKey.from_seed(_bytes(party, f"false {what}", 32)) for what in ("root", "key"))
    entry = signing_entry(key.public, ("disclosure", "consent"), held.issued, held.expires)
    card = msgspec.structs.replace(
        held, version=version, root=write_base64(root.public.raw), signing=(entry,)
    )
    return to_bytes(issue(card, root)), key


def vouch_falsely(made: World, sequence: int, *, with_card: bool = True) -> InboxRow:
    """Let South bring East a withdrawal that only looks like North's; East never saw North."""
    card, key = false_card(made, NORTH, version=9)
    digest = f"{sequence:064x}"
    at = format_instant(made.clock.now())
    signed = statements.make(Withdrawal(by=NORTH, at=at, item=digest), key)
    cards = (card.decode(),) if with_card else ()
    message = Act(statement=statements.pack(signed), to=EAST, about=digest, cards=cards)
    made.hostile.add(SOUTH)
    data = made.members[SOUTH].act(hostile.craft, EAST, message, sequence=sequence, channel=b"f" * 16)
    made.members[EAST].act(receive, data, "https")
    return inbox(made, EAST)[0]


def test_a_card_falsely_vouched_for_stands_in_nobodys_way() -> None:
    with world() as made:
        east, real = made.members[EAST], made.members[NORTH].card
        assert vouch_falsely(made, 1).state == "accepted"
        row = east.read(lambda transaction: transaction.card(NORTH))
        assert row is not None and row.vouched and row.digest != real.digest
        east.act(accept_card, real.signed)
        rows = [each for each in east.read(lambda transaction: transaction.cards()) if each.party == NORTH]
        assert [(each.digest, each.vouched) for each in rows] == [(real.digest, False)]
        assert "another root" in vouch_falsely(made, 2).reason


def test_a_card_falsely_vouched_for_serves_for_nothing_but_what_it_came_with() -> None:
    with world() as made:
        assert vouch_falsely(made, 1).state == "accepted"
        assert vouch_falsely(made, 2, with_card=False).state == "quarantined"
        knowledge = made.members[EAST].read(made.members[EAST].node.know)
        assert knowledge.cards.newest(NORTH) is None  # nothing is sealed for it, nothing is checked with it
        assert NORTH not in knowledge.correspondents()


def test_nobody_vouches_for_another_root_than_an_agreement_pins() -> None:
    with world() as made:
        card, _ = false_card(made, NORTH)
        offered = read_card(card, root_fingerprint=None)
        book = CardBook([], [card], {NORTH: made.members[NORTH].card.root_fingerprint})
        with pytest.raises(VerificationFailed, match="another root"):
            book.vouch(Vouch(party=NORTH, card=offered.digest, root=offered.root_fingerprint))


def test_a_card_falsely_vouched_for_keeps_no_item_from_going_on() -> None:
    """West vouches to East for a card in North's name; what East passes on of North's is proven all the same."""
    made, digest, _ = held_by_east(3)
    with made:
        card, key = false_card(made, NORTH, 99)
        at = format_instant(made.clock.now())
        signed = statements.make(Withdrawal(by=NORTH, at=at, item="0" * 64), key)
        message = Act(statement=statements.pack(signed), to=EAST, about="0" * 64, cards=(card.decode(),))
        made.hostile.add(WEST)
        data = made.members[WEST].act(hostile.craft, EAST, message, sequence=9, channel=b"f" * 16)
        made.members[EAST].act(receive, data, "https")
        newest = made.members[EAST].read(lambda each: each.card(NORTH))
        assert newest is not None and newest.version == 99
        give(made, digest, EAST, WEST)
        assert item(made, WEST, digest).state == "held"


@pytest.mark.parametrize(("count", "state"), [(8, "accepted"), (9, "quarantined")])
def test_cards_beside_an_act_are_few_and_only_its_authors_is_kept(count: int, state: str) -> None:
    with world() as made:
        cards, keys = zip(
            *(false_card(made, PartyId(f"p{number}.example"), of=NORTH) for number in range(count)),
            strict=True,
        )
        at = format_instant(made.clock.now())
        signed = statements.make(Withdrawal(by="p0.example", at=at, item="0" * 64), keys[0])
        message = Act(
            statement=statements.pack(signed),
            to=EAST,
            about="0" * 64,
            cards=tuple(card.decode() for card in cards),
        )
        made.hostile.add(SOUTH)
        data = made.members[SOUTH].act(hostile.craft, EAST, message, sequence=1, channel=b"f" * 16)
        assert made.members[EAST].act(receive, data, "https").state == state
        kept = {row.party for row in made.members[EAST].read(lambda each: each.cards()) if row.vouched}
        assert kept == ({"p0.example"} if state == "accepted" else set())
