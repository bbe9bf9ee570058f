"""Serving the desk: a port of its own, on loopback and nowhere else."""

import socket
import threading

import uvicorn

from comity.control.verb import Desk
from comity.desk.endpoint import make_desk
from comity.errors import StorageError
from comity.storage.desks import Desks

__all__ = ["DeskServer"]

#: Seconds for requests under way when the node stops.
_PATIENCE = 4


class DeskServer:
    """Serves the routes of the desk from now until closed.

    Args:
        desk: where questions are put.
        port: where to listen on 127.0.0.1; 0 for any that is free.

    Raises:
        StorageError: the port cannot be used.
    """

    def __init__(self, desk: Desk, port: int) -> None:
        self._listener = _listen(port)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        config = uvicorn.Config(
            make_desk(desk, Desks(desk.home.folder.path)),
            log_config=None,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=_PATIENCE,
            lifespan="on",
            server_header=False,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, name="comity-desk-endpoint"
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening and finish what is under way."""
        self._server.should_exit = True
        self._thread.join(timeout=_PATIENCE + 1)
        self._listener.close()


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
    except OSError as error:
        listener.close()
        raise StorageError(
            f"desk port {port} on 127.0.0.1 cannot be used: {error.strerror}",
            hint="choose another in node.toml",
        ) from None
    return listener
