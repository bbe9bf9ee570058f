"""Handing envelopes to another node over HTTPS, or plain HTTP to this machine.

One connection a peer is kept open. Both ends show keys that cards list (`tls`); any other end is refused before a byte
of an envelope leaves. Redirects are not followed, answers are bounded in size, time and form, and any answer that is
not a well-formed run of answers counts as "not delivered": what was sent stays owed.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlsplit

import msgspec

from comity.carriers.framing import MAX_REPLY_BYTES, join_envelopes, split_reply
from comity.carriers.tls import reason_of
from comity.errors import BadInput, ComityError, ForeignInput, PeerUnreachable
from comity.ports import Reply
from comity.strict import read_json

PATH = "/comity/v1/envelopes"
MEDIA_TYPE = "application/vnd.comity.envelopes"

#: Seconds to connect and between two pieces of an answer.
_PATIENCE = 30.0
#: Seconds for a whole exchange, and the bytes a second at which a large request adds to them.
_WHOLE = 180.0
_LEAST_PACE = 64 * 1024

#: Makes the calling end of a connection to a Party; raises what is amiss with its card or one's own.
Secure = Callable[[str], ssl.SSLContext]


class Place(msgspec.Struct, frozen=True):
    """Where an endpoint is."""

    secure: bool
    host: str
    port: int


def check_endpoint(endpoint: str) -> Place:
    """Take an endpoint apart and refuse plain HTTP beyond this machine.

    Raises:
        BadInput: not `https://HOST:PORT`, or plain HTTP and not loopback.
    """
    try:
        parts = urlsplit(endpoint)
        secure = parts.scheme == "https"
        host, port = parts.hostname or "", parts.port or (443 if secure else 80)
    except ValueError as error:
        raise BadInput(f"endpoint `{endpoint[:120]}`: {error}") from None
    if parts.scheme not in ("http", "https") or not host or parts.path not in ("", "/"):
        raise BadInput(f"endpoint `{endpoint[:120]}` is not of the form https://HOST:PORT")
    if parts.query or parts.fragment or parts.username is not None:
        raise BadInput(f"endpoint `{endpoint[:120]}` is not of the form https://HOST:PORT")
    if not secure and not is_loopback(host):
        raise BadInput(
            f"endpoint `{endpoint[:120]}`: plain HTTP goes to loopback only",
            hint="its owner issues a card with an https:// endpoint",
        )
    return Place(secure, host, port)


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, without asking a name server."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class HttpCarrier:
    """Sends to endpoints, one kept connection a peer.

    Args:
        secure: makes the calling end for a Party; without it only this machine is reached.
        patience: seconds to connect and between two pieces of an answer.
        whole: seconds for an exchange, besides what a large request takes.
    """

    def __init__(
        self, secure: Secure | None = None, *, patience: float = _PATIENCE, whole: float = _WHOLE
    ) -> None:
        self._secure = secure
        self._patience = patience
        self._whole = whole
        self._open: dict[str, http.client.HTTPConnection] = {}
        self._under_way: set[http.client.HTTPConnection] = set()
        self._closed = False
        self._turn = threading.Lock()

    def deliver(self, peer: str, endpoint: str, envelopes: Sequence[bytes]) -> Reply:
        """Hand over a run of envelopes and give what came back.

        Raises:
            PeerUnreachable: nothing is known to have arrived.
        """
        data = self.exchange(peer, endpoint, PATH, join_envelopes(envelopes), MEDIA_TYPE, MAX_REPLY_BYTES)
        try:
            reply = split_reply(data)
        except ForeignInput as error:
            raise PeerUnreachable(f"{peer} answered something else than receipts: {error.message}") from error
        if len(reply.reasons) != len(envelopes):
            raise PeerUnreachable(
                f"{peer} at {endpoint}: answered {len(reply.reasons)} of {len(envelopes)} envelopes"
            )
        return reply

    def exchange(
        self, peer: str, endpoint: str, path: str, body: bytes, kind: str, most: int,
        *, secure: Secure | None = None,
    ) -> bytes:  # fmt: skip
        """Post a body of a kind and give the answer's, which must be of the same kind and at most so large.

        Args:
            secure: makes the calling end where it is not a Party that is called.

        Raises:
            PeerUnreachable: nothing is known to have arrived.
        """
        place = check_endpoint(endpoint)
        key = f"{peer} {endpoint}"
        with self._turn:
            kept = self._open.pop(key, None)
        # a kept connection may have been closed by the other side meanwhile: then once more on a new one
        for connection in (kept, None) if kept is not None else (None,):
            link = connection or self._connection(peer, place, secure or self._secure)
            self._begin(peer, link)
            try:
                with self._in_time(link, len(body)) as late:
                    data = self._post(link, peer, path, body, kind, most)
            except (http.client.HTTPException, OSError) as error:
                link.close()
                if late.is_set():
                    raise PeerUnreachable(f"{peer} at {endpoint}: took too long to answer") from error
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
                self._open[key] = link
            return data
        raise AssertionError("unreachable")

    def forget(self, peer: str) -> None:
        """Close the kept connections to a Party: its card, and with it its keys, may have changed."""
        with self._turn:
            for key in [each for each in self._open if each.startswith(f"{peer} ")]:
                self._open.pop(key).close()

    def close(self) -> None:
        """Close every connection: one that is waited on fails at once, and what it carried stays owed."""
        with self._turn:
            self._closed = True
            for link in self._under_way:
                _cut(link)
            for link in self._open.values():
                with contextlib.suppress(OSError):
                    link.close()
            self._open.clear()

    def _connection(self, peer: str, place: Place, secure: Secure | None) -> http.client.HTTPConnection:
        if not place.secure:
            return http.client.HTTPConnection(_address(place.host), place.port, timeout=self._patience)
        if secure is None:
            raise PeerUnreachable(f"{peer} is reached over TLS, and there is no key to call with")
        try:
            context = secure(peer)
        except ComityError as error:
            raise PeerUnreachable(error.message, hint=error.hint) from error
        return http.client.HTTPSConnection(
            _address(place.host), place.port, timeout=self._patience, context=context
        )

    def _begin(self, peer: str, link: http.client.HTTPConnection) -> None:
        with self._turn:
            if self._closed:
                raise PeerUnreachable(f"{peer}: this node is stopping")
            self._under_way.add(link)

    @contextlib.contextmanager
    def _in_time(self, link: http.client.HTTPConnection, size: int) -> Iterator[threading.Event]:
        """Cut a connection whose exchange takes longer than it may; a byte a second keeps nobody for ever."""
        late = threading.Event()

        def end() -> None:
            late.set()
            _cut(link)

        timer = threading.Timer(self._whole + size / _LEAST_PACE, end)
        timer.daemon = True
        timer.start()
        try:
            yield late
        finally:
            timer.cancel()

    @staticmethod
    def _post(
        link: http.client.HTTPConnection, peer: str, path: str, body: bytes, kind: str, most: int
    ) -> bytes:
        try:
            link.request("POST", path, body, {"Content-Type": kind, "Accept-Encoding": "identity"})
        except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
            if link.sock is None:
                raise  # there never was a connection; else the answer to what was refused may be there already
        response = link.getresponse()
        if response.status != 200:
            said = _said(response.read(2000))
            raise PeerUnreachable(f"{peer} answered {response.status}: {said}")
        if response.getheader("Content-Encoding", "identity") != "identity":
            raise PeerUnreachable(f"{peer} answered something else than receipts: it is compressed")
        if response.getheader("Content-Type", kind) != kind:
            raise PeerUnreachable(f"{peer} answered something else than receipts: it is of another kind")
        data = response.read(most + 1)
        if len(data) > most:
            raise PeerUnreachable(f"{peer} answered something else than receipts: more than {most} bytes")
        return data


def _cut(link: http.client.HTTPConnection) -> None:
    if link.sock is not None:
        with contextlib.suppress(OSError):
            link.sock.shutdown(socket.SHUT_RDWR)


def _reason(error: Exception) -> str:
    """Say in one printable line why; an answer that is no HTTP may stand in it."""
    tls = reason_of(error)
    if tls:
        return tls
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return _printable(str(error)) or type(error).__name__


def _said(body: bytes) -> str:
    """Say why the other end refuses: the detail of a problem (RFC 9457), else what is printable of its answer."""
    with contextlib.suppress(ForeignInput):
        found = read_json(body, max_bytes=2000)
        if isinstance(found, dict) and isinstance(found.get("detail"), str):
            return _printable(found["detail"])
    return _printable(body.decode(errors="replace"))


def _printable(said: str) -> str:
    words = "".join(each if each.isprintable() else " " for each in said).split()
    return " ".join(words)[:300]


def _address(host: str) -> str:
    """Give the loopback address for a name under `localhost`, which need not resolve."""
    return "127.0.0.1" if host.endswith(".localhost") else host
