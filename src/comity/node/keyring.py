"""The private keys a node holds, and the card that names their public halves.

A card lists signing keys with the functions they may exercise; the ring finds the key for a function. The root key is
not here: it signs cards and can stay offline.
"""

from collections.abc import Iterable

from comity.cards import Card
from comity.cards.rotation import EVERYDAY
from comity.clock import Instant
from comity.errors import NotFound
from comity.keys import SealingKey, SigningKey


class Keyring:
    """Private keys by the fingerprint of their public halves."""

    def __init__(self, signing: Iterable[SigningKey], sealing: Iterable[SealingKey]) -> None:
        self.replace(signing, sealing)

    def replace(self, signing: Iterable[SigningKey], sealing: Iterable[SealingKey]) -> None:
        """Hold these keys in place of those held: some are new, some were destroyed."""
        self._signing = {key.fingerprint: key for key in signing}
        self._sealing = {key.fingerprint: key for key in sealing}

    def copy(self) -> "Keyring":
        """Give a ring of its own with the same keys."""
        return Keyring(self._signing.values(), self._sealing.values())

    def signer(self, card: Card, function: str, at: Instant) -> SigningKey:
        """Give the key with which this Party exercises a function: of several, the one whose days began last.

        Raises:
            NotFound: no key here that the card lists for it at that instant.
        """
        begun = {entry.keyid: entry.from_ for entry in card.signing}
        held = [keyid for keyid in card.signing_keys(function, at) if keyid in self._signing]
        if held:
            return self._signing[max(held, key=begun.__getitem__)]
        raise NotFound(
            f"no signing key with the function `{function}` is held here",
            hint="comity card rotate --role everyday" if function in EVERYDAY else "comity card keys",
        )

    def signing_key(self, fingerprint: str) -> SigningKey | None:
        """Give a signing key by its fingerprint."""
        return self._signing.get(fingerprint)

    def sealing_keys(self) -> tuple[SealingKey, ...]:
        """Give every sealing key: letters sealed for an older one may still come."""
        return tuple(self._sealing.values())
