"""The private keys a node holds, and the card that names their public halves.

A card lists signing keys with the functions they may exercise; the ring finds the key for a function. The root key is
not here: it signs cards and can stay offline.
"""

from collections.abc import Iterable

from comity.cards import Card
from comity.clock import Instant
from comity.errors import NotFound
from comity.keys import SealingKey, SigningKey


class Keyring:
    """Private keys by the fingerprint of their public halves."""

    def __init__(self, signing: Iterable[SigningKey], sealing: Iterable[SealingKey]) -> None:
        self._signing = {key.fingerprint: key for key in signing}
        self._sealing = {key.fingerprint: key for key in sealing}

    def signer(self, card: Card, function: str, at: Instant) -> SigningKey:
        """Give the key with which this Party exercises a function.

        Raises:
            NotFound: no key here that the card lists for it at that instant.
        """
        for keyid in card.signing_keys(function, at):
            if keyid in self._signing:
                return self._signing[keyid]
        raise NotFound(
            f"no signing key with the function `{function}` is held here",
            hint="the card lists which keys may do what: comity card show",
        )

    def signing_key(self, fingerprint: str) -> SigningKey | None:
        """Give a signing key by its fingerprint."""
        return self._signing.get(fingerprint)

    def sealing_keys(self) -> tuple[SealingKey, ...]:
        """Give every sealing key: letters sealed for an older one may still come."""
        return tuple(self._sealing.values())
