"""Names of keys inside one channel.

An envelope's clear header names keys by 16 bytes that mean nothing outside the channel: the HMAC-SHA256 of the key's
fingerprint under the channel's random name, cut to 128 bits. Who holds the card finds the key; who only watches the
wire cannot tell that two channels use the same key, nor whose it is.
"""

import hmac
from collections.abc import Iterable

from comity.cards import SignedCard
from comity.keys import VerifyKey


def key_name(channel: bytes, fingerprint: str) -> bytes:
    """Name a key inside a channel (16 bytes)."""
    return hmac.digest(channel, b"comity-key-v1 " + fingerprint.encode(), "sha256")[:16]


def find_signer(
    channel: bytes, name: bytes, cards: Iterable[SignedCard]
) -> tuple[SignedCard, VerifyKey] | None:
    """Find whose signing key bears a name in a channel; its function and days are for the caller to judge."""
    for card in cards:
        for entry in card.card.signing:
            if hmac.compare_digest(key_name(channel, entry.keyid), name):
                held = card.signing_keys("disclosure", entry.from_)
                key = held.get(entry.keyid)
                if key is not None:
                    return card, key
    return None
