"""A node's two ends of connections, as the cards say at this instant.

Contexts are made once for each set of keys: a card that comes in, runs out or changes makes another.
"""

import ssl
import threading
from collections.abc import Callable, Hashable, Mapping

from comity.carriers.doorway import Caller
from comity.carriers.tls import client_context, server_context
from comity.keys import SigningKey, VerifyKey
from comity.node.node import Node
from comity.node.pinned_keys import PinnedKey, keys_of, own_key, pinned_keys
from comity.ports import Transaction

#: Contexts kept: one for the answering end and one a peer.
_MOST = 512


class Identity:
    """Makes the ends of a node's connections, and tells whose key a caller shows."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._made: dict[Hashable, ssl.SSLContext] = {}
        self._turn = threading.Lock()

    def answering(self) -> ssl.SSLContext:
        """Make the answering end: every key that an accepted card lists may shake hands; `caller` judges it.

        Raises:
            RefusedHere: this node's card lists no key for connections.
        """

        def read(transaction: Transaction) -> tuple[SigningKey, Mapping[str, PinnedKey]]:
            return own_key(self._node, transaction), pinned_keys(self._node, transaction)

        own, pinned = self._node.store.read(read)
        names = (own.fingerprint, "answers", *sorted(pinned))
        return self._once(names, lambda: server_context(own, [each.key for each in pinned.values()]))

    def calling(self, peer: str) -> ssl.SSLContext:
        """Make the calling end for a Party.

        Raises:
            RefusedHere: this node's card, or the Party's, lists no key for connections in force; says which and why.
        """

        def read(transaction: Transaction) -> tuple[SigningKey, Mapping[str, VerifyKey]]:
            return own_key(self._node, transaction), keys_of(self._node, transaction, peer)

        own, keys = self._node.store.read(read)
        return self._once(
            (own.fingerprint, "calls", *sorted(keys)), lambda: client_context(own, keys.values())
        )

    def caller(self, key: VerifyKey) -> Caller:
        """Tell whose key it is, and why it does not count where it does not."""
        pinned = self._node.store.read(lambda transaction: pinned_keys(self._node, transaction))
        found = pinned.get(key.fingerprint)
        if found is None:
            return Caller("", "no accepted card lists this key of connections")
        return Caller(found.party, found.amiss)

    def _once(self, names: tuple[str, ...], make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        with self._turn:
            found = self._made.get(names)
            if found is None:
                if len(self._made) >= _MOST:
                    self._made.clear()
                found = self._made[names] = make()
            return found
