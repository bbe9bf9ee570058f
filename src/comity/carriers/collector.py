"""Emptying one's own mailboxes at relays: fetch, open, take in, and only then let the relay forget.

A box that cannot be opened is let go with a line in the log and blocks nothing: whoever owes what was in it still owes
it. What was taken in is durable before the relay is told; if that is cut off, the same boxes come once more and count
once.
"""

import threading
from collections.abc import Sequence

import msgspec
import structlog

from comity.carriers.relay_client import Relays
from comity.carriers.relay_wire import Box, RelayAddress, mailbox_key, mailbox_of, read_address
from comity.clock import Instant
from comity.errors import BadInput, ComityError, PeerUnreachable, StorageError
from comity.keys import SigningKey
from comity.node.node import Node
from comity.node.receive import receive
from comity.node.ways import Way, ways_to
from comity.sealing.box import open_box

log = structlog.get_logger("comity.relay")

#: Requests of one visit to a mailbox; the next visit goes on.
_MOST_REQUESTS = 10_000


class Missed(msgspec.Struct, frozen=True):
    """A mailbox that could not be emptied: at which relay, since when, and why."""

    relay: str
    since: Instant
    reason: str


class Collector:
    """Empties a node's mailboxes.

    Args:
        node: whose they are.
        relays: moves the boxes.
        secret: the node's key from which those of its mailboxes follow; None where it has none.

    Attributes:
        missed: the mailboxes that could not be emptied at the last visit.
    """

    def __init__(self, node: Node, relays: Relays, secret: SigningKey | None) -> None:
        self._node = node
        self._relays = relays
        self._secret = secret
        self._turn = threading.Lock()
        self.missed: tuple[Missed, ...] = ()

    def run_once(self) -> tuple[int, dict[str, str]]:
        """Visit every mailbox once; give how many boxes were taken in, and the relays not reached, with the reason."""
        count, failed = 0, dict[str, str]()
        with self._turn:
            for way in self._ways():
                relay = way.carrier.removeprefix("relay:")
                try:
                    address = read_address(way.endpoint)
                    count += self._empty(address, self._key_at(address))
                except (PeerUnreachable, BadInput) as error:
                    failed[relay] = error.message
                    log.warning("mailbox not emptied", relay=relay, reason=error.message)
            since, now = {each.relay: each.since for each in self.missed}, self._node.clock.now()
            self.missed = tuple(
                Missed(relay, since.get(relay, now), reason) for relay, reason in failed.items()
            )
        return count, failed

    def _ways(self) -> Sequence[Way]:
        """Give the ways of one's own card that lead to mailboxes."""
        if self._secret is None:
            return ()
        ways = self._node.store.read(lambda transaction: ways_to(self._node, transaction, self._node.party))
        return [way for way in ways if way.by_relay]

    def _key_at(self, address: RelayAddress) -> SigningKey:
        """Give the key of one's mailbox at a relay.

        Raises:
            BadInput: the mailbox that one's card names is another.
        """
        assert self._secret is not None
        key = mailbox_key(self._secret, address.key)
        if mailbox_of(key.public.raw) != address.mailbox:
            raise BadInput(
                f"the mailbox at {address.name} that this Party's card names is not the one whose key is held here",
                hint="comity relay mailbox ADDRESS",
            )
        return key

    def _empty(self, address: RelayAddress, key: SigningKey) -> int:
        """Take boxes until none is left; each request tells which came in before it."""
        count, after, taken = 0, 0, list[bytes]()
        for _ in range(_MOST_REQUESTS):
            boxes, _left = self._relays.collect(address, key, self._node.clock.now(), after, taken)
            boxes = [box for box in boxes if box.number > after]
            if not boxes:  # nothing is left, or a relay gives what it gave
                return count
            taken = []
            for box in boxes:
                if self._take(address, box):
                    taken.append(box.id)
                after = max(after, box.number)
            count += len(boxes)
        return count

    def _take(self, address: RelayAddress, box: Box) -> bool:
        """Take one box in; tell whether the relay may forget it. It stays there where this node itself failed on it."""
        node = self._node
        try:
            envelope = open_box(box.data, node.keyring.sealing_keys())
            taken = node.act(lambda transaction: receive(node, transaction, envelope, address.carrier))
        except StorageError:
            raise  # the disk, not the box: it stays at the relay
        except ComityError as error:
            log.warning("box not taken", relay=address.name, box=box.id.hex(), reason=error.message)
            return True
        except Exception:
            # a fault of ours: it must not keep the boxes behind it, which are of others, from coming in
            log.exception("box not taken", relay=address.name, box=box.id.hex())
            return False
        if taken.state == "refused":
            log.warning("box not taken", relay=address.name, box=box.id.hex(), reason=taken.reason)
        return True
