"""Emptying one's own mailboxes at relays: fetch, open, take in, and only then let the relay forget.

A box that cannot be opened is let go with a line in the log and blocks nothing: whoever owes what was in it still owes
it. What was taken in is durable before the relay is told; if that is cut off, the same boxes come once more and count
once.
"""

from collections.abc import Iterator

import structlog

from comity.carriers.relay_client import Relays
from comity.carriers.relay_wire import Box, RelayAddress, mailbox_key, mailbox_of, read_address
from comity.errors import BadInput, ComityError, PeerUnreachable, StorageError
from comity.keys import SigningKey
from comity.node.node import Node
from comity.node.receive import receive
from comity.node.ways import ways_to
from comity.sealing.box import open_box

log = structlog.get_logger("comity.relay")

#: Requests of one visit to a mailbox; the next visit goes on.
_MOST_REQUESTS = 10_000


class Collector:
    """Empties a node's mailboxes.

    Args:
        node: whose they are.
        relays: moves the boxes.
        secret: the node's key from which those of its mailboxes follow; None where it has none.
    """

    def __init__(self, node: Node, relays: Relays, secret: SigningKey | None) -> None:
        self._node = node
        self._relays = relays
        self._secret = secret

    def run_once(self) -> tuple[int, dict[str, str]]:
        """Visit every mailbox once; give how many boxes were taken in, and the relays not reached, with the reason."""
        count, failed = 0, dict[str, str]()
        for address, key in self._mailboxes():
            try:
                count += self._empty(address, key)
            except PeerUnreachable as error:
                failed[address.name] = error.message
                log.warning("mailbox not emptied", relay=address.name, reason=error.message)
        return count, failed

    def _mailboxes(self) -> Iterator[tuple[RelayAddress, SigningKey]]:
        """Give the mailboxes of one's own card whose key is held here."""
        if self._secret is None:
            return
        ways = self._node.store.read(lambda transaction: ways_to(self._node, transaction, self._node.party))
        for way in ways:
            if way.by_relay:
                try:
                    address = read_address(way.endpoint)
                except BadInput as error:
                    log.error("mailbox not emptied", reason=error.message)
                    continue
                key = mailbox_key(self._secret, address.key)
                if mailbox_of(key.public.raw) == address.mailbox:
                    yield address, key
                else:
                    log.error(
                        "mailbox not emptied", relay=address.name, reason="its key is not the one held here"
                    )

    def _empty(self, address: RelayAddress, key: SigningKey) -> int:
        """Take boxes until none is left; each request tells which came in before it."""
        count, after, taken = 0, 0, list[bytes]()
        for _ in range(_MOST_REQUESTS):
            boxes, _left = self._relays.collect(address, key, self._node.clock.now(), after, taken)
            if not boxes:
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
