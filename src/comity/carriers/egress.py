"""The one way out to addresses that are no Party's: mail servers, hooks, providers of identity.

Nothing goes where the operator has not named it. A name is resolved once; every address it has is looked at; the
connection goes to an address that was looked at, so that a name which changes meanwhile leads nowhere (row W3). This
machine, link-local, multicast and unspecified addresses are refused unless the operator named this machine itself.
Redirects are not followed, answers are bounded.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from comity.errors import BadInput, ComityError

#: Seconds to connect and between two pieces of an answer, and for a whole exchange.
PATIENCE, WHOLE = 10.0, 30.0


class NotThrough(ComityError):
    """Nothing is known to have come through; it may be tried again."""


class Place(msgspec.Struct, frozen=True):
    """Where something goes."""

    secure: bool
    host: str
    port: int
    target: str = "/"

    @property
    def netloc(self) -> str:
        """Give host and port as a `Host` header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def place_of(url: str) -> Place:
    """Take an address apart.

    Raises:
        BadInput: it is not `https://HOST[:PORT][/…]`, or `http://` to this machine.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadInput(f"`{url[:120]}` is no address") from None
    host = (parts.hostname or "").rstrip(".")
    secure = parts.scheme == "https"
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if not plain or not host or parts.username is not None or parts.fragment:
        raise BadInput(f"`{url[:120]}` is no address of the form https://HOST/PATH")
    if not secure and not (parts.scheme == "http" and is_this_machine(host)):
        raise BadInput(f"`{url[:120]}`: only https, or http to this machine")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(secure, host, port or (443 if secure else 80), target)


def is_this_machine(host: str) -> bool:
    """Tell whether a host names this machine, without asking a name server."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_named(url: str, named: tuple[str, ...]) -> bool:
    """Tell whether an operator has named the beginning of an address: origin, and path up to a slash."""
    asked = place_of(url)
    for each in named:
        known = place_of(each)
        head = known.target if known.target.endswith("/") else f"{known.target}/"
        same = (asked.secure, asked.host, asked.port) == (known.secure, known.host, known.port)
        path = asked.target.partition("?")[0]
        if same and "/../" not in f"{path}/" and f"{path}/".startswith(head):
            return True
    return False


def address_of(host: str, port: int) -> tuple[str, int]:
    """Resolve a host once, and give an address that may be gone to.

    Raises:
        NotThrough: it has none, or one that must not be gone to.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotThrough(
            f"{host}: no address ({getattr(error, 'strerror', None) or 'unknown name'})"
        ) from None
    addresses = [str(each[4][0]) for each in found]
    for each in addresses:
        if _is_closed(each) and not is_this_machine(host):
            raise NotThrough(f"{host} is {each}: nothing goes there")
    if not addresses:
        raise NotThrough(f"{host}: no address")
    return addresses[0], port


def _is_closed(address: str) -> bool:
    known: Any = ipaddress.ip_address(address.partition("%")[0])
    known = getattr(known, "ipv4_mapped", None) or known
    return bool(
        known.is_loopback
        or known.is_link_local
        or known.is_multicast
        or known.is_unspecified
        or known.is_reserved
    )


def trusting(trust_file: str) -> ssl.SSLContext:
    """Give the calling end of a connection: who is trusted as the system does, or those of a file alone.

    Raises:
        BadInput: the file cannot be read.
    """
    try:
        context = ssl.create_default_context(cafile=trust_file or None)
    except OSError as error:
        raise BadInput(f"{trust_file}: {error.strerror or error}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class _ToAddress(http.client.HTTPConnection):
    """A connection to an address that was looked at, under the name that was asked for."""

    def __init__(self, place: Place, context: ssl.SSLContext | None) -> None:
        super().__init__(place.host, place.port, timeout=PATIENCE)
        self._place, self._context = place, context

    def connect(self) -> None:
        """Connect."""
        plain = socket.create_connection(address_of(self._place.host, self._place.port), timeout=PATIENCE)
        if self._context is None:
            self.sock = plain
            return
        try:
            self.sock = self._context.wrap_socket(plain, server_hostname=self._place.host)
        except BaseException:
            plain.close()
            raise


def exchange(
    method: str,
    url: str,
    *,
    named: tuple[str, ...],
    context: ssl.SSLContext,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    most: int = 64 * 1024,
) -> tuple[int, bytes]:
    """Send a request to an address that the operator has named, and give status and body of the answer.

    Raises:
        BadInput: nobody has named it.
        NotThrough: no whole answer came within the bounds.
    """
    if not is_named(url, named):
        raise BadInput(f"`{url[:120]}` is not among the addresses that node.toml names")
    place = place_of(url)
    link = _ToAddress(place, context if place.secure else None)
    end = time.monotonic() + WHOLE
    try:
        link.request(method, place.target, body or None, {"Host": place.netloc, **(headers or {})})
        answer = link.getresponse()
        parts, size = [], 0
        while part := answer.read1(16 * 1024):
            size += len(part)
            if size > most or time.monotonic() > end:
                raise NotThrough(f"{place.host}: an answer without end")
            parts.append(part)
        return answer.status, b"".join(parts)
    except (OSError, http.client.HTTPException) as error:
        reason = (
            getattr(error, "verify_message", "") or getattr(error, "strerror", "") or type(error).__name__
        )
        raise NotThrough(f"{place.host}: {str(reason).lower()}") from None
    finally:
        link.close()
