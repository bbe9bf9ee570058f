"""Handing envelopes to another node over HTTP.

One connection a peer is kept open. Redirects are not followed, answers are bounded, and any answer that is not a
well-formed run of answers counts as "not delivered": what was sent stays owed. Plain HTTP goes to loopback only; TLS
with keys pinned from cards comes before anything leaves the machine.
"""

import contextlib
import http.client
import ipaddress
import socket
import threading
from collections.abc import Sequence
from urllib.parse import urlsplit

from comity.carriers.framing import MAX_REPLY_BYTES, join_envelopes, split_reply
from comity.errors import BadInput, ForeignInput, PeerUnreachable
from comity.ports import Reply

PATH = "/comity/v1/envelopes"
MEDIA_TYPE = "application/vnd.comity.envelopes"

#: Seconds to connect and between two pieces of an answer.
_PATIENCE = 30.0


def check_endpoint(endpoint: str) -> tuple[str, int]:
    """Take an endpoint apart and refuse plain HTTP beyond this machine.

    Raises:
        BadInput: not `http://HOST:PORT`, or not loopback.
    """
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port or 80
    except ValueError as error:
        raise BadInput(f"endpoint `{endpoint[:120]}`: {error}") from None
    if parts.scheme != "http" or not host or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise BadInput(f"endpoint `{endpoint[:120]}` is not of the form http://127.0.0.1:8101")
    if not is_loopback(host):
        raise BadInput(
            f"endpoint `{endpoint[:120]}`: plain HTTP goes to loopback only",
            hint="carry a pouch, or wait for TLS between nodes",
        )
    return host, port


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, without asking a name server."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class HttpCarrier:
    """Sends to endpoints on this machine, one kept connection a peer."""

    def __init__(self, patience: float = _PATIENCE) -> None:
        self._patience = patience
        self._open: dict[str, http.client.HTTPConnection] = {}
        self._under_way: set[http.client.HTTPConnection] = set()
        self._closed = False
        self._turn = threading.Lock()

    def deliver(self, peer: str, endpoint: str, envelopes: Sequence[bytes]) -> Reply:
        """Hand over a run of envelopes and give what came back.

        Raises:
            PeerUnreachable: nothing is known to have arrived.
        """
        host, port = check_endpoint(endpoint)
        body = join_envelopes(envelopes)
        with self._turn:
            kept = self._open.pop(endpoint, None)
        # a kept connection may have been closed by the other side meanwhile: then once more on a new one
        for connection in (kept, None) if kept is not None else (None,):
            link = connection or http.client.HTTPConnection(_address(host), port, timeout=self._patience)
            self._begin(peer, link)
            try:
                reply = self._exchange(link, peer, body)
            except (http.client.HTTPException, OSError) as error:
                link.close()
                if connection is None:
                    raise PeerUnreachable(f"{peer} at {endpoint}: {_reason(error)}") from error
                continue
            except BaseException:
                link.close()
                raise
            finally:
                with self._turn:
                    self._under_way.discard(link)
            with self._turn:
                self._open[endpoint] = link
            if len(reply.reasons) != len(envelopes):
                raise PeerUnreachable(
                    f"{peer} at {endpoint}: answered {len(reply.reasons)} of {len(envelopes)} envelopes"
                )
            return reply
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close every connection: one that is waited on fails at once, and what it carried stays owed."""
        with self._turn:
            self._closed = True
            for link in self._under_way:
                if link.sock is not None:
                    with contextlib.suppress(OSError):
                        link.sock.shutdown(socket.SHUT_RDWR)
            for link in self._open.values():
                with contextlib.suppress(OSError):
                    link.close()
            self._open.clear()

    def _begin(self, peer: str, link: http.client.HTTPConnection) -> None:
        with self._turn:
            if self._closed:
                raise PeerUnreachable(f"{peer}: this node is stopping")
            self._under_way.add(link)

    @staticmethod
    def _exchange(link: http.client.HTTPConnection, peer: str, body: bytes) -> Reply:
        link.request("POST", PATH, body, {"Content-Type": MEDIA_TYPE, "Accept-Encoding": "identity"})
        response = link.getresponse()
        data = response.read(MAX_REPLY_BYTES + 1)
        if response.status != 200:
            text = data[:300].decode(errors="replace").strip()
            raise PeerUnreachable(f"{peer} answered {response.status}: {text}")
        try:
            return split_reply(data)
        except ForeignInput as error:
            raise PeerUnreachable(f"{peer} answered something else than receipts: {error.message}") from error


def _reason(error: Exception) -> str:
    """Say in one printable line why; an answer that is no HTTP may stand in it."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    said = " ".join("".join(each if each.isprintable() else " " for each in str(error)).split())
    return said[:200] or type(error).__name__


def _address(host: str) -> str:
    """Give the loopback address for a name under `localhost`, which need not resolve."""
    return "127.0.0.1" if host.endswith(".localhost") else host
