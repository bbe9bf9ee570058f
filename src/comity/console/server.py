"""The console's own listener, on loopback: officers' browsers on this machine, or a proxy with TLS before it."""

import socket
import threading

import uvicorn

from comity.console.app import Console
from comity.console.telling.teller import Teller
from comity.control.verb import Desk

#: Seconds for what is under way when the node stops.
_PATIENCE = 4


class ConsoleServer:
    """Serves a console until closed.

    Args:
        desk: where verbs act.
        listener: a listening socket, which is closed with the server.
        origin: the address browsers know the console by.
    """

    def __init__(self, desk: Desk, listener: socket.socket, origin: str) -> None:
        self.origin = origin
        self._listener = listener
        config = uvicorn.Config(
            Console(desk, origin).app,
            log_config=None,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=_PATIENCE,
            timeout_keep_alive=30,
            lifespan="off",
            server_header=False,
            proxy_headers=False,
        )
        self._teller = Teller(desk, origin)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name=f"comity-console-{desk.node.party}"
        )
        self._thread.start()
        self._teller.start()

    def close(self) -> None:
        """Listen no longer, finish what is under way."""
        self._teller.close(_PATIENCE)
        self._server.should_exit = True
        self._thread.join(timeout=_PATIENCE + 1)
        self._listener.close()
