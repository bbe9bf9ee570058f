"""TLS over one accepted connection, as a transport for whatever speaks through it.

asyncio has a TLS of its own, but drops the alert that tells a caller why its handshake was refused; here it is always
sent, so that both ends can say what was amiss. Bytes go in with `feed` and come out decrypted; what is written goes out
encrypted. No state machine is ours: OpenSSL has it, over two buffers in memory.
"""

import asyncio
import contextlib
import ssl
from typing import Any

_PIECE = 256 * 1024


class SecureTransport(asyncio.Transport):
    """The answering end of one connection.

    Args:
        raw: the connection.
        context: from `tls.server_context`.
    """

    def __init__(self, raw: asyncio.Transport, context: ssl.SSLContext) -> None:
        super().__init__({"sslcontext": context})
        self._raw = raw
        self._arrived, self._leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._arrived, self._leaving, server_side=True)

    def shake(self, data: bytes) -> bool:
        """Go on with the handshake; tell whether it is done.

        Raises:
            ssl.SSLError: it failed; the other end has been told.
        """
        self._arrived.write(data)
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        finally:
            self._flush()
        return True

    def feed(self, data: bytes) -> bytes:
        """Take bytes of the connection in; give what they say.

        Raises:
            ssl.SSLError: somebody altered them; the other end has been told.
        """
        if data:
            self._arrived.write(data)
        parts: list[bytes] = []
        try:
            while part := self.tls.read(_PIECE):
                parts.append(part)
        except (ssl.SSLWantReadError, ssl.SSLZeroReturnError):
            pass
        finally:
            self._flush()
        return b"".join(parts)

    def write(self, data: Any) -> None:
        """Send bytes."""
        if self._raw.is_closing():
            return
        self.tls.write(data)
        self._flush()

    def close(self) -> None:
        """Say that this is the end, and end once all is sent."""
        if not self._raw.is_closing():
            with contextlib.suppress(ssl.SSLError):
                self.tls.unwrap()
            self._flush()
        self._raw.close()

    def abort(self) -> None:
        """End at once."""
        self._raw.abort()

    def is_closing(self) -> bool:
        """Tell whether it has ended, or is about to."""
        return self._raw.is_closing()

    def pause_reading(self) -> None:
        """Let the other end wait."""
        self._raw.pause_reading()

    def resume_reading(self) -> None:
        """Let the other end go on."""
        self._raw.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Give a fact about the connection."""
        return super().get_extra_info(name) or self._raw.get_extra_info(name, default)

    def _flush(self) -> None:
        if self._leaving.pending and not self._raw.is_closing():
            self._raw.write(self._leaving.read())
