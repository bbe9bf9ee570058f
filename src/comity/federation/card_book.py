"""Whose keys are whose: the cards a node knows, and those that hop statements vouch for.

A card is known because an agreement pins its root, or because a hand whose statement was checked names its digest
and its root. Keys never come from a message alone.
"""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from comity.cards import Revocation, SignedCard, read_card
from comity.cards.card import is_revoked
from comity.clock import Instant
from comity.errors import VerificationFailed
from comity.federation.statements import Vouch
from comity.identifiers import Digest
from comity.keys import VerifyKey


class CardBook:
    """Cards by Party, all versions: what was signed under an older card stays checkable.

    Args:
        known: cards this node has accepted.
        offered: cards that came with a message; each counts only once a checked hop vouches for it.
        pins: roots that agreements pin, by Party: nobody vouches for another one.
    """

    def __init__(
        self,
        known: Iterable[SignedCard],
        offered: Iterable[bytes] = (),
        pins: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._pins = pins
        self._cards: dict[str, list[SignedCard]] = {}
        read: dict[bytes, SignedCard] = {}
        for card in known:
            self._cards.setdefault(card.party, []).append(card)
            read[card.signed] = card
        # most that is offered is known already, and its root's signature need not be checked again
        cards = (read.get(data) or read_card(data, root_fingerprint=None) for data in offered)
        self._offered = {card.digest: card for card in cards}
        self._vouched: dict[str, SignedCard] = {}

    def keys(self, party: str, function: str, at: Instant) -> Mapping[str, VerifyKey]:
        """Give a Party's keys for a function at an instant, by fingerprint, from any card known or vouched for.

        A key that any of them revokes counts for nothing from that day on, whatever an older card says.
        """
        found: dict[str, VerifyKey] = {}
        for card in self._cards.get(party, ()):
            found.update(card.signing_keys(function, at))
        revoked = self.revocations(party)
        return {keyid: key for keyid, key in found.items() if not is_revoked(revoked, keyid, at)}

    def revocations(self, party: str) -> Mapping[str, Revocation]:
        """Give the keys a Party has said are lost or stolen: its newest card repeats what those before it said."""
        newest = self.newest(party)
        return newest.card.revocations if newest is not None else {}

    def newest(self, party: str) -> SignedCard | None:
        """Give the card of the highest version known of a Party."""
        return _newest(self._cards.get(party, ()))

    def newest_under(self, party: str, root: str | None) -> SignedCard | None:
        """Give the newest card of a Party under a root that was vouched for; of any root where none is under that."""
        under = (card for card in self._cards.get(party, ()) if card.root_fingerprint == root)
        return _newest(under) or self.newest(party)

    def newest_listing(self, party: str, keys: Collection[str]) -> SignedCard | None:
        """Give the newest card of a Party that lists one of these keys; of any where none does."""
        listing = (
            card
            for card in self._cards.get(party, ())
            if any(entry.keyid in keys for entry in card.card.signing)
        )
        return _newest(listing) or self.newest(party)

    def all(self) -> list[SignedCard]:
        """Give every card known."""
        return [card for cards in self._cards.values() for card in cards]

    def vouch(self, vouch: Vouch) -> None:
        """Take an offered card for known because a checked statement names it.

        Raises:
            VerificationFailed: what is named differs from the card offered, or from the root known here already.
        """
        held = {card.root_fingerprint for card in self._cards.get(vouch.party, ())}
        if not held:
            held = {self._pins.get(vouch.party, vouch.root)}
        if vouch.root not in held:
            raise VerificationFailed(
                f"a hop vouches for another root of {vouch.party} than the one known here"
            )
        card = self._offered.get(Digest(vouch.card))
        if card is None:
            return  # what is signed under it cannot be checked then, and is refused there
        if card.party != vouch.party or card.root_fingerprint != vouch.root:
            raise VerificationFailed(f"the card offered for {vouch.party} is not the one the hop vouches for")
        if all(card.digest != other.digest for other in self._cards.get(card.party, ())):
            self._cards.setdefault(card.party, []).append(card)
            self._vouched[card.digest] = card

    def vouch_all(self) -> None:
        """Take every offered card for known: the peer whose envelope brought them vouches for them.

        Raises:
            VerificationFailed: one is under another root than the one known here.
        """
        for card in self._offered.values():
            self.vouch(Vouch(party=card.party, card=card.digest, root=card.root_fingerprint))

    @property
    def vouched(self) -> tuple[SignedCard, ...]:
        """Give the cards that became known by vouching."""
        return tuple(self._vouched.values())


def _newest(cards: Iterable[SignedCard]) -> SignedCard | None:
    return max(cards, key=lambda card: card.card.version, default=None)
