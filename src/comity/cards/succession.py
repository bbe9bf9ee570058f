"""How one card follows another (`specs/card.md` §4; compare TUF's client workflow 5.3).

1. the first card is under the root that the agreement pins;
2. a version lower than one ever seen is refused; the same version with other content shows a Party with two faces;
3. a new root is announced by a card that the old root signed too. Where the old root is lost, the Parties sign a text
   that pins the new one, and the caller says so;
4. a key once revoked stays revoked;
5. from `expires` on nothing new is sealed for the keys of a card or believed under them; what was signed before stays
   good.
"""

from collections.abc import Iterable, Sequence

from comity import signing
from comity.cards.signed import MAX_CARD_BYTES, PAYLOAD_TYPE, SignedCard, read_card
from comity.errors import BadInput, VerificationFailed


def check_succession(
    old: SignedCard | None, new: bytes, pinned_root: str | None, *, repinned: bool = False
) -> SignedCard:
    """Decide whether a card may take the place of the one held.

    Args:
        old: the newest card ever accepted for this Party, or None at the first.
        new: the card that came.
        pinned_root: fingerprint in the agreement. It decides about the first card; later ones follow from the one held.
        repinned: a text signed since `old` came pins `pinned_root`; that stands in for the old root's signature.

    Returns:
        The new card; `old` itself where the same came again.

    Raises:
        ForeignInput: it is not a card.
        VerificationFailed: another Party's card, an older version, other content under the same version, a new root
            that neither the old one nor a text of the Parties announces, or a revocation taken back.
    """
    if old is None:
        return read_card(new, root_fingerprint=pinned_root)
    came = read_card(new, root_fingerprint=None)
    held, card = old.card, came.card
    if card.party != held.party:
        raise VerificationFailed(f"card of {card.party} cannot follow one of {held.party}")
    if not (repinned and came.root_fingerprint == pinned_root) and not is_announced(old, came):
        raise VerificationFailed(
            f"card {card.version} of {card.party} is under a new root that the old one, "
            f"{old.root_fingerprint[:24]}…, did not sign",
            hint="the Parties may pin the new root in a text they sign",
        )
    if card.version < held.version:
        raise VerificationFailed(
            f"card {card.version} of {card.party} is older than card {held.version}, already seen"
        )
    if card.version == held.version:
        if came.digest != old.digest:
            raise VerificationFailed(f"two different cards of {card.party} bear version {card.version}")
        return old
    for keyid, before in held.revocations.items():
        now = card.revocations.get(keyid)
        if now is None or now.as_of > before.as_of:
            raise VerificationFailed(
                f"card {card.version} of {card.party} takes back that key {keyid[:24]}… was revoked"
            )
    return came


def check_chain(cards: Sequence[bytes], pinned_root: str) -> SignedCard:
    """Follow a Party's cards, oldest first, from the root that an agreement pins to the newest.

    For whoever joins late, after a root was succeeded: one card under each root suffices.

    Raises:
        BadInput: there is no card.
        ForeignInput, VerificationFailed: as for `check_succession`, at the first card that does not follow.
    """
    if not cards:
        raise BadInput("no card to check")
    held: SignedCard | None = None
    for data in cards:
        held = check_succession(held, data, pinned_root)
    assert held is not None
    return held


def descended(cards: Iterable[SignedCard], *pinned: str) -> list[SignedCard]:
    """Give the cards of one Party that hang from a root: under it, or under one that it announced, oldest first.

    A card under a root that was succeeded before it is left out: from then on the old root is nobody.

    Args:
        pinned: the root that an agreement pins, and those that later texts put in its place, in order.
    """
    found: list[SignedCard] = []
    present, later = (pinned[0], list(pinned[1:])) if pinned else ("", [])
    for card in sorted(cards, key=lambda each: each.card.version):
        if card.root_fingerprint in later:
            del later[: later.index(card.root_fingerprint) + 1]
        elif card.root_fingerprint != present and not (found and is_announced(found[-1], card)):
            continue
        present = card.root_fingerprint
        found.append(card)
    return found


def is_announced(old: SignedCard, came: SignedCard) -> bool:
    """Tell whether a card is under the same root as the one before it, or that root signed it too."""
    if came.root_fingerprint == old.root_fingerprint:
        return True
    signed = signing.from_bytes(came.signed, max_bytes=MAX_CARD_BYTES, what="card")
    try:
        old.card.root_rule.verify(signed, PAYLOAD_TYPE)
    except VerificationFailed:
        return False
    return True
