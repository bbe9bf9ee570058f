"""A card as it is signed, kept and passed on."""

import hashlib
from datetime import datetime
from typing import Final

import msgspec

from comity import signing
from comity.cards.card import Card
from comity.cards.rules import mistakes
from comity.errors import BadInput, ForeignInput, VerificationFailed
from comity.identifiers import Digest
from comity.keys import SealingPublic, SigningKey, VerifyKey
from comity.strict import read_as, write_json

PAYLOAD_TYPE: Final = "application/vnd.comity.card+json;version=1"
MAX_CARD_BYTES: Final = 256 * 1024


class SignedCard(msgspec.Struct, frozen=True):
    """A card whose root signature held, with the bytes to keep and pass on.

    Attributes:
        card: what it says.
        signed: the DSSE envelope as it came.
        digest: SHA-256 of the signed payload, hexadecimal: the identity of this card.
    """

    card: Card
    signed: bytes
    digest: Digest

    @property
    def party(self) -> str:
        """The Party it is the card of."""
        return self.card.party

    @property
    def root_fingerprint(self) -> str:
        """The name of its root, as an agreement pins it."""
        return self.card.root_rule.fingerprint

    def signing_keys(self, function: str, at: datetime) -> dict[str, VerifyKey]:
        """Give the keys that may exercise `function` at `at`, by fingerprint."""
        return self.card.signing_keys(function, at)

    def sealing_keys(self, at: datetime) -> dict[str, SealingPublic]:
        """Give the keys to seal for at `at`; raises `RefusedHere` where there is none."""
        return self.card.sealing_keys(at)


def issue(card: Card, *keys: SigningKey) -> signing.Signed:
    """Sign a card with keys of its root and, where the root changes, with keys of the one before.

    Raises:
        BadInput: the card breaks a rule, or too few of the keys are of its root. All mistakes are given.
    """
    found = list(mistakes(card))
    if (
        not found
        and len({key.fingerprint for key in keys} & card.root_rule.keys.keys()) < card.root_rule.threshold
    ):
        found.append("root: not the public half of the key that is to sign")
    if found:
        raise BadInput(*(f"card of {card.party}: {mistake}" for mistake in found))
    return signing.sign(PAYLOAD_TYPE, write_json(card), *keys)


def read_card(data: bytes, *, root_fingerprint: str | None) -> SignedCard:
    """Read a card and check that its own root signed it.

    Args:
        data: the DSSE envelope as it came.
        root_fingerprint: the root that an agreement pins, or None to look at a card of which nothing is known yet
            (`comity card show`): then only that it is whole is checked, not whose it is.

    Raises:
        ForeignInput: it is not a card; all mistakes are given.
        VerificationFailed: its root did not sign it, or is not the pinned one.
    """
    signed = signing.from_bytes(data, max_bytes=MAX_CARD_BYTES, what="card")
    card = read_payload(signed.payload)
    root = card.root_rule
    if root_fingerprint is not None and root.fingerprint != root_fingerprint:
        raise VerificationFailed(
            f"card of {card.party} is under the root {root.fingerprint[:24]}…, "
            f"the agreement pins {root_fingerprint[:24]}…"
        )
    root.verify(signed, PAYLOAD_TYPE)
    return SignedCard(card, data, Digest(hashlib.sha256(signed.payload).hexdigest()))


def read_payload(payload: bytes) -> Card:
    """Read what is signed, by whomever.

    Raises:
        ForeignInput: it is not a card; all mistakes are given.
    """
    card = read_as(payload, Card, max_bytes=MAX_CARD_BYTES, what="card")
    found = list(mistakes(card))
    if found:
        raise ForeignInput(*(f"card of {card.party[:80]}: {mistake}" for mistake in found))
    return card
