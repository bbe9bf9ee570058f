"""A serving relay: its endpoint around one open folder, until closed."""

import threading
from pathlib import Path

import structlog
import uvicorn

from comity.carriers.doorway import IDLE, MAX_HEADER_BYTES, Door, doorway
from comity.carriers.listening import listen
from comity.carriers.tls import server_context
from comity.clock import Clock, SystemClock
from comity.errors import ComityError
from comity.relay.endpoint import make_relay
from comity.relay.folder import RelayFolder
from comity.relay.mailboxes import Mailboxes

log = structlog.get_logger("comity.relay")

#: Seconds between looks for boxes whose days are over.
_LOOK_AGAIN = 600.0
_PATIENCE = 4
_MIB = 1024 * 1024


class Relay:
    """Opens a relay's folder and serves it.

    Args:
        path: the folder.
        clock: where it reads the time.
    """

    def __init__(self, path: Path, *, clock: Clock | None = None) -> None:
        self._folder = RelayFolder(path)
        settings = self._folder.settings()
        self.address = self._folder.address()
        self._clock = clock or SystemClock()
        self._folder.take()
        try:
            self.mailboxes = Mailboxes(self._folder.database, settings.most_mib * _MIB)
            context = server_context(self._folder.key(), (), callers=False)
            self._listener = listen(
                settings.listen, settings.port, hint=f"the port stands in {path / 'relay.toml'}"
            )
        except BaseException:
            self._folder.close()
            raise
        config = uvicorn.Config(
            make_relay(self.mailboxes, self.address.key, self._clock),
            http=doorway(Door(lambda: context, None)),
            h11_max_incomplete_event_size=MAX_HEADER_BYTES,
            timeout_keep_alive=IDLE,
            timeout_graceful_shutdown=_PATIENCE,
            ws="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
        )
        self._server = uvicorn.Server(config)
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(
                target=self._server.run, kwargs={"sockets": [self._listener]}, name="comity-relay"
            ),
            threading.Thread(target=self._expire, name="comity-relay-expiry", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop listening, finish what is under way, let the folder go."""
        self._ended.set()
        self._server.should_exit = True
        for thread in self._threads:
            thread.join(timeout=_PATIENCE + 1)
        self._listener.close()
        self.mailboxes.close()
        self._folder.close()

    def __enter__(self) -> "Relay":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _expire(self) -> None:
        while not self._ended.is_set():
            try:
                gone = self.mailboxes.expire(self._clock.now())
                if gone:
                    log.info("boxes expired", count=gone)
            except ComityError as error:
                log.error("boxes were not expired", reason=error.message)
            self._ended.wait(_LOOK_AGAIN)
