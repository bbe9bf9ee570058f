"""A serving node: endpoint, postman and control socket around one open home."""

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import structlog
import uvicorn

from comity.assemble import open_home
from comity.carriers.http_endpoint import make_endpoint
from comity.carriers.postman import Postman
from comity.clock import Clock
from comity.control.server import ControlServer
from comity.control.verb import VERBS, Desk
from comity.errors import BadInput, ComityError, StorageError
from comity.node.receive import Taken, receive, reply_to
from comity.ports import Reply, Transaction

log = structlog.get_logger("comity.serving")

#: Seconds between looks whether a new day has begun.
_LOOK_FOR_A_DAY = 600.0
#: Seconds in which everything under way is finished at the end, each part within its own.
_PATIENCE = 4.0


class Serving:
    """Opens a home and serves it, until closed.

    Args:
        home: the node's home.
        port: where to listen on loopback; by default what `node.toml` says.
        clock: where the node reads the time.
    """

    def __init__(
        self,
        home: Path,
        *,
        port: int | None = None,
        clock: Clock | None = None,
        passphrase: Callable[[], str] | None = None,
    ) -> None:
        self._home = open_home(home, clock=clock, passphrase=passphrase)
        try:
            chosen = port if port is not None else self._home.settings.port
            if not chosen:
                raise BadInput(f"{home}: node.toml names no port", hint="comity serve --port 8101")
            self._listener = _listen(chosen)
        except BaseException:
            self._home.close()
            raise
        self.endpoint = f"http://127.0.0.1:{chosen}"
        self.party = self._home.node.party
        self.node = self._home.node
        self.postman = Postman(self._home.node)
        self.desk = Desk(self._home, self.postman, serving=True)
        config = uvicorn.Config(
            make_endpoint(self._accept),
            log_config=None,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=int(_PATIENCE),
            lifespan="off",
            server_header=False,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run,
            kwargs={"sockets": [self._listener]},
            name=f"comity-endpoint-{self.party}",
        )
        try:
            self._control = ControlServer(self.desk)
        except BaseException:
            self._listener.close()
            self._home.close()
            raise
        self._thread.start()
        self.postman.start()
        self._ended = threading.Event()
        self._daily = threading.Thread(target=self._do_daily, name=f"comity-duties-{self.party}", daemon=True)
        self._daily.start()

    def close(self) -> None:
        """Stop listening, finish what is under way, let the home go."""
        self._ended.set()
        self._server.should_exit = True
        self._control.close()
        self._daily.join(timeout=_PATIENCE)
        self.postman.stop(_PATIENCE)
        self._thread.join(timeout=_PATIENCE + 1)
        self._listener.close()
        self._home.close()

    def __enter__(self) -> "Serving":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _do_daily(self) -> None:
        """Do the day's duties when a day begins, and once at the start."""
        done: date | None = None
        while not self._ended.is_set():
            today = self.node.clock.now().date()
            if done != today:
                try:
                    VERBS["duties"](self.desk, {})
                    done = today
                except ComityError as error:
                    log.error("the day's duties are not done", reason=error.message)
                except Exception:  # a fault of ours must not end the thread: it is tried again
                    log.exception("the day's duties are not done")
            self._ended.wait(_LOOK_FOR_A_DAY)

    def _taking(self, data: bytes, carrier: str) -> Callable[[Transaction], Taken]:
        return lambda transaction: receive(self.node, transaction, data, carrier)

    async def _accept(self, envelopes: Sequence[bytes], carrier: str) -> Reply:
        """Take envelopes in, each a piece of work of its own, all in as few commits as the sequencer can."""
        works = [asyncio.wrap_future(self.node.submit(self._taking(data, carrier))) for data in envelopes]
        done = await asyncio.gather(*works, return_exceptions=True)
        self.postman.wake()
        taken: list[Taken] = []
        for each in done:
            if isinstance(each, ComityError) and not isinstance(each, StorageError):
                taken.append(Taken("refused", reason=each.message))
            elif isinstance(each, BaseException):
                raise each
            else:
                taken.append(each)
        return await asyncio.wrap_future(
            self.node.submit(lambda transaction: reply_to(self.node, transaction, taken))
        )


def _listen(port: int) -> socket.socket:
    """Listen on loopback, and nowhere else."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)  # at once: two that only bind can both believe the port is theirs
    except OSError as error:
        listener.close()
        raise StorageError(
            f"port {port} on 127.0.0.1 cannot be used: {error.strerror}", hint="choose another with --port"
        ) from None
    return listener
