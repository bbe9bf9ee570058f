"""Carrying what is owed, as long as a node serves: one thread a peer, so that a slow peer keeps no other waiting.

What goes by which way says `node/ways.py`, what is due and how a line is `node/deliver.py`; here the bytes move. The
ways of a peer are tried in the order of its card: where one leads nowhere, the next; where all do, its circuit opens.
"""

import threading
import time
from collections.abc import Callable, Sequence

import structlog

from comity.carriers.collector import Collector, Missed
from comity.carriers.http_sender import HttpCarrier
from comity.carriers.relay_client import RelayClient, Relays
from comity.carriers.relay_wire import read_address
from comity.errors import BadInput, ComityError, PeerUnreachable, RefusedHere
from comity.keys import SigningKey
from comity.node.deliver import (
    batch_for,
    handed_over,
    not_reached,
    put_aside,
    ready,
    receipts_for,
    receipts_handed_over,
    seal_owed_receipts,
    take_reply,
)
from comity.node.node import Node
from comity.node.ways import Way, ways_to
from comity.ports import Carrier, OutboxRow, Transaction
from comity.sealing.box import seal_box

log = structlog.get_logger("comity.postman")

#: Seconds between two looks at what has become due, when nothing woke the postman.
_LOOK_AGAIN = 1.0
#: Seconds between two visits to one's mailboxes at relays.
_VISIT_AGAIN = 30.0
#: Seconds for which a way that led nowhere is passed over while another one leads there.
_PASS_OVER = 300.0

#: Seconds to finish what is under way when the node stops, and to take note once connections are closed.
_PATIENCE = 4.0
_AFTER_CLOSING = 1.0


class Postman:
    """Delivers a node's outbox and empties its mailboxes.

    Args:
        node: whose.
        carrier: moves the bytes to peers; `relays` to relays and from them.
        secret: the key from which those of the node's mailboxes follow.
    """

    def __init__(
        self,
        node: Node,
        carrier: Carrier | None = None,
        relays: Relays | None = None,
        secret: SigningKey | None = None,
    ) -> None:
        self._node = node
        self._carrier: Carrier = carrier or HttpCarrier()
        self._relays: Relays = relays or RelayClient()
        self._collector = Collector(node, self._relays, secret)
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._busy: dict[str, threading.Thread] = {}
        self._passed_over: dict[str, float] = {}
        self._turn = threading.Lock()
        self._cut: Callable[[str], bool] = lambda _peer: False
        self._threads = [
            threading.Thread(target=work, name=f"comity-{what}-{node.party}", daemon=True)
            for work, what in ((self._watch, "postman"), (self._visit, "mailboxes"))
        ]

    def start(self) -> None:
        """Begin to look after the outbox and the mailboxes."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Say that something may be owed now."""
        self._wake.set()

    def cut(self, is_cut: Callable[[str], bool]) -> None:
        """Behave as if some peers could not be reached; for rehearsals of an outage."""
        self._cut = is_cut

    def stop(self, patience: float = _PATIENCE) -> None:
        """End: a batch under way is finished; a peer that does not answer in time is waited for no longer.

        Args:
            patience: seconds for all of it. What was not receipted stays owed.
        """
        end = time.monotonic() + patience
        self._ended.set()
        self._wake.set()
        with self._turn:
            busy = [thread for thread in (*self._threads, *self._busy.values()) if thread.is_alive()]
        for thread in busy:
            thread.join(timeout=max(0.0, end - time.monotonic()))
        self._carrier.close()
        self._relays.close()
        for thread in busy:
            thread.join(timeout=_AFTER_CLOSING)

    def run_once(self, peer: str | None = None, *, batches: int | None = None) -> dict[str, str]:
        """Deliver everything due now; give the peers that could not be reached, with the reason.

        Args:
            batches: at most so many of them; the rest stays due.
        """
        failed: dict[str, str] = {}
        while not self._ended.is_set() and (
            peers := [each for each in self._ready(peer) if each not in failed]
        ):
            for name in peers:
                if batches is not None:
                    batches -= 1
                    if batches < 0:
                        return failed
                reason = self._deliver(name)
                if reason:
                    failed[name] = reason
        return failed

    def visit(self) -> dict[str, str]:
        """Empty the mailboxes at relays; give the relays that could not be reached, with the reason."""
        return self._collector.run_once()[1]

    @property
    def missed(self) -> Sequence[Missed]:
        """The mailboxes of this node that could not be emptied at the last visit."""
        return self._collector.missed

    def _watch(self) -> None:
        while not self._ended.is_set():
            self._wake.wait(_LOOK_AGAIN)
            self._wake.clear()
            if self._ended.is_set():
                return
            try:
                peers = self._ready(None)
            except ComityError as error:
                log.error("outbox unreadable", reason=error.message)
                continue
            except Exception:  # a fault of ours must not end the watch: nothing would be delivered any more
                log.exception("outbox unreadable")
                continue
            for peer in peers:
                self._begin(peer)

    def _visit(self) -> None:
        while not self._ended.is_set():
            try:
                if self._collector.run_once()[0]:
                    self._wake.set()
            except ComityError as error:
                log.error("mailboxes not emptied", reason=error.message)
            except Exception:  # as above
                log.exception("mailboxes not emptied")
            chance = int.from_bytes(self._node.entropy(2)) / 65536
            self._ended.wait(_VISIT_AGAIN * (0.75 + chance / 2))

    def _begin(self, peer: str) -> None:
        """Give a peer a thread of its own until nothing is due for it."""
        with self._turn:
            if peer in self._busy:
                return
            thread = threading.Thread(target=self._serve, args=(peer,), name=f"comity-to-{peer}", daemon=True)
            self._busy[peer] = thread
            thread.start()

    def _serve(self, peer: str) -> None:
        try:
            self.run_once(peer)
        except ComityError as error:
            log.error("delivery stopped", peer=peer, reason=error.message)
        except Exception:
            log.exception("delivery stopped", peer=peer)
        finally:
            with self._turn:
                self._busy.pop(peer, None)

    def _ready(self, peer: str | None) -> list[str]:
        return self._node.store.read(lambda transaction: ready(self._node, transaction, peer))

    def _deliver(self, peer: str) -> str:
        """Deliver one batch by the first way that leads there; give the reason where none does."""
        node = self._node
        ways = node.act(lambda transaction: ways_to(node, transaction, peer))
        reason = f"{peer} is reached by pouch only"
        tried = [] if ways else node.act(lambda transaction: batch_for(node, transaction, peer))
        usable = 0
        for way in self._in_turn(ways):
            rows, receipts = self._batch(peer, way)
            if not rows and not receipts:
                continue
            usable += 1
            tried = rows
            try:
                if self._cut(peer):
                    raise PeerUnreachable(f"{peer}: the network is cut")
                left = self._leave(peer, way, rows, receipts) if way.by_relay else self._hand(peer, way, rows)
            except (PeerUnreachable, BadInput, RefusedHere) as error:
                reason = error.message
                self._passed_over[way.endpoint] = time.monotonic() + _PASS_OVER
                log.warning("not delivered", peer=peer, by=way.carrier, envelopes=len(rows), reason=reason)
                continue
            self._passed_over.pop(way.endpoint, None)
            for each in left:
                log.warning("not taken", peer=peer, reason=each)
            return left[0] if left else ""
        if ways and not usable:
            text = "no carrier that the agreement allows leads there but a pouch"
            node.act(lambda transaction: put_aside(node, transaction, peer, text))
            return f"{peer}: {text}"
        node.act(lambda transaction: not_reached(node, transaction, peer, tried, reason))
        return reason

    def _in_turn(self, ways: Sequence[Way]) -> list[Way]:
        """Put ways that led nowhere a moment ago behind the others."""
        now = time.monotonic()
        return sorted(ways, key=lambda way: self._passed_over.get(way.endpoint, 0.0) > now)

    def _batch(self, peer: str, way: Way) -> tuple[list[OutboxRow], list[str]]:
        node = self._node
        return node.act(
            lambda transaction: (
                batch_for(node, transaction, peer, way),
                receipts_for(node, transaction, peer, way),
            )
        )

    def _hand(self, peer: str, way: Way, rows: list[OutboxRow]) -> list[str]:
        """Hand envelopes to the peer itself and take its receipts in; give why some stay owed."""
        node = self._node
        reply = self._carrier.deliver(peer, way.endpoint, [row.envelope for row in rows])
        return node.act(lambda transaction: take_reply(node, transaction, rows, reply))

    def _leave(self, peer: str, way: Way, rows: list[OutboxRow], receipts: list[str]) -> list[str]:
        """Leave envelopes, and receipts that are owed, in the peer's mailbox at a relay."""
        node, address = self._node, read_address(way.endpoint)
        if not address.mailbox:
            raise BadInput(f"the card of {peer} names no mailbox at {address.name}: ask for their next card")
        letters = [row.envelope for row in rows]
        if receipts:
            letters.append(
                node.act(lambda transaction: seal_owed_receipts(node, transaction, peer, receipts))
            )
        at = node.clock.now()
        card = node.act(lambda transaction: node.know(transaction).cards.newest(peer))
        keys = list(card.sealing_keys(at).values()) if card is not None else []
        kept = self._relays.deposit(address, [seal_box(letter, keys) for letter in letters])
        if not any(kept):
            raise PeerUnreachable(f"{address.name}: the mailbox of {peer} is full")

        def note(transaction: Transaction) -> list[str]:
            handed_over(node, transaction, rows, kept[: len(rows)], address.carrier)
            if receipts and kept[-1]:
                receipts_handed_over(transaction, receipts)
            return [] if all(kept) else [f"{address.name}: the mailbox of {peer} is full"]

        return node.act(note)
