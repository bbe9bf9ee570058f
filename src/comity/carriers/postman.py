"""Carrying what is owed, as long as a node serves: one thread a peer, so that a slow peer keeps no other waiting."""

import threading
import time
from collections.abc import Callable

import structlog

from comity.carriers.http_sender import HttpCarrier
from comity.errors import BadInput, ComityError, PeerUnreachable
from comity.node.deliver import due, endpoint_of, postpone, take_reply
from comity.node.node import Node
from comity.ports import Carrier, OutboxRow

log = structlog.get_logger("comity.postman")

#: Seconds between two looks at what has become due, when nothing woke the postman.
_LOOK_AGAIN = 1.0

#: Seconds to finish what is under way when the node stops, and to take note once connections are closed.
_PATIENCE = 4.0
_AFTER_CLOSING = 1.0


class Postman:
    """Delivers a node's outbox.

    Args:
        node: whose outbox.
        carrier: moves the bytes.
    """

    def __init__(self, node: Node, carrier: Carrier | None = None) -> None:
        self._node = node
        self._carrier: Carrier = carrier or HttpCarrier()
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._busy: dict[str, threading.Thread] = {}
        self._turn = threading.Lock()
        self._cut: Callable[[str], bool] = lambda _peer: False
        self._thread = threading.Thread(target=self._watch, name=f"comity-postman-{node.party}", daemon=True)

    def start(self) -> None:
        """Begin to look after the outbox."""
        self._thread.start()

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
        if self._thread.is_alive():
            self._thread.join(timeout=patience)
        with self._turn:
            busy = list(self._busy.values())
        for thread in busy:
            thread.join(timeout=max(0.0, end - time.monotonic()))
        self._carrier.close()
        for thread in busy:
            thread.join(timeout=_AFTER_CLOSING)

    def run_once(self, peer: str | None = None) -> dict[str, str]:
        """Deliver everything due now; give the peers that could not be reached, with the reason."""
        failed: dict[str, str] = {}
        while not self._ended.is_set() and (batches := self._due(peer, without=frozenset(failed))):
            for name, rows in batches.items():
                reason = self._deliver(name, rows)
                if reason:
                    failed[name] = reason
        return failed

    def _watch(self) -> None:
        while not self._ended.is_set():
            self._wake.wait(_LOOK_AGAIN)
            self._wake.clear()
            if self._ended.is_set():
                return
            try:
                batches = self._due(None)
            except ComityError as error:
                log.error("outbox unreadable", reason=error.message)
                continue
            except Exception:  # a fault of ours must not end the watch: nothing would be delivered any more
                log.exception("outbox unreadable")
                continue
            for peer in batches:
                self._begin(peer)

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

    def _due(self, peer: str | None, without: frozenset[str] = frozenset()) -> dict[str, list[OutboxRow]]:
        batches = self._node.store.read(lambda transaction: due(self._node, transaction, peer))
        return {name: rows for name, rows in batches.items() if name not in without}

    def _deliver(self, peer: str, rows: list[OutboxRow]) -> str:
        """Deliver one batch; give the reason where it failed."""
        node = self._node
        try:
            endpoint = node.act(lambda transaction: endpoint_of(node, transaction, peer))
            if not endpoint:
                raise PeerUnreachable(f"{peer} is reached by pouch only")
            if self._cut(peer):
                raise PeerUnreachable(f"{peer}: the network is cut")
            reply = self._carrier.deliver(peer, endpoint, [row.envelope for row in rows])
        except (PeerUnreachable, BadInput) as error:
            reason = error.message
            node.act(lambda transaction: postpone(node, transaction, rows, reason))
            log.warning("not delivered", peer=peer, envelopes=len(rows), reason=reason)
            return reason
        reasons = node.act(lambda transaction: take_reply(node, transaction, rows, reply))
        for reason in reasons:
            log.warning("not taken", peer=peer, reason=reason)
        return reasons[0] if reasons else ""
