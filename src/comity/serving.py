"""A serving node: endpoint, postman and control socket around one open home.

A home whose rows are in PostgreSQL may be served by several processes, its *workers*. All of them take envelopes in, at
the same address; one *leads*: it listens to commands, has the console, carries what is owed and does the day's duties.
When it ends, however it ends, another leads within a second.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn

from comity.assemble import open_home
from comity.carriers.doorway import IDLE, MAX_HEADER_BYTES, Door, doorway
from comity.carriers.even_times import at_even_times
from comity.carriers.http_endpoint import make_endpoint
from comity.carriers.http_sender import HttpCarrier, is_loopback
from comity.carriers.identity import Identity
from comity.carriers.intake import Intake
from comity.carriers.listening import endpoint_at, listen
from comity.carriers.postman import Postman
from comity.clock import Clock
from comity.control.server import ControlServer
from comity.control.verb import VERBS, Desk
from comity.desk.listening import DeskServer
from comity.errors import BadInput, ComityError, ForeignInput, StorageError
from comity.node.receive import Taken, receive, reply_to
from comity.ports import Reply, Transaction
from comity.sealing.envelope import peek
from comity.storage.home import LOOPBACK

if TYPE_CHECKING:
    from comity.console.server import ConsoleServer

log = structlog.get_logger("comity.serving")

#: Seconds between looks whether a new day has begun.
_LOOK_FOR_A_DAY = 600.0
#: Seconds between looks of a worker whether the one that leads has ended.
_LOOK_WHO_LEADS = 0.5
#: Seconds in which everything under way is finished at the end, each part within its own.
_PATIENCE = 4.0


class Serving:
    """Opens a home and serves it, until closed.

    Args:
        home: the node's home.
        port: where to listen; by default what `node.toml` says, at the address it says.
        desk_port: where programs of one's own ask the register; by default what `node.toml` says.
        console: where the console listens on loopback; by default what `node.toml` says, 0 for nowhere.
        clock: where the node reads the time.
    """

    def __init__(
        self,
        home: Path,
        *,
        port: int | None = None,
        desk_port: int | None = None,
        console: int | None = None,
        clock: Clock | None = None,
        passphrase: Callable[[], str] | None = None,
    ) -> None:
        self._home = open_home(home, clock=clock, passphrase=passphrase, worker=True)
        self._ports = (desk_port, console)
        try:
            settings = self._home.settings
            chosen = port if port is not None else settings.port
            if not chosen:
                raise BadInput(f"{home}: node.toml names no port", hint="comity serve --port 8101")
            identity = Identity(self._home.node)
            secure = not is_loopback(settings.listen) or settings.endpoint.startswith("https:")
            if secure:
                identity.answering()  # where the card lists no key for connections, say so now
            if self._home.several and self._home.first:
                listen(settings.listen, chosen).close()  # taken by anybody else, it is refused as ever
            self._listener = listen(settings.listen, chosen, beside=self._home.several)
        except BaseException:
            self._home.close()
            raise
        self.endpoint = settings.endpoint or endpoint_at(settings.listen, chosen, secure=secure)
        self.party = self._home.node.party
        self.node = self._home.node
        self.postman = Postman(self._home.node, HttpCarrier(identity.calling), secret=self._home.mailbox_key)
        self.desk = Desk(self._home, self.postman, serving=True)
        self._intake = Intake(self._take)
        config = uvicorn.Config(
            make_endpoint(self._accept, lambda: self.node.store.trouble),
            http=doorway(Door(identity.answering, identity.caller) if secure else None),
            h11_max_incomplete_event_size=MAX_HEADER_BYTES,
            timeout_keep_alive=IDLE,
            ws="none",
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
        self.asked: DeskServer | None = None
        self.console: ConsoleServer | None = None
        self._control: ControlServer | None = None
        self._ended = threading.Event()
        self._daily = threading.Thread(target=self._do_daily, name=f"comity-duties-{self.party}", daemon=True)
        self._waiting = threading.Thread(target=self._wait_to_lead, name="comity-worker", daemon=True)
        with contextlib.ExitStack() as opened:  # what is open already is closed where the next cannot be
            opened.callback(self._home.close)
            opened.callback(self._listener.close)
            self.leads = self._home.lead()
            if self.leads:
                self._open_ways_in()
            opened.pop_all()
        self._thread.start()
        if self.leads:
            self._begin_to_lead()
        else:
            self._waiting.start()

    def _open_ways_in(self) -> None:
        """Listen to commands, to programs and to browsers: all of it, or none."""
        with contextlib.ExitStack() as opened:
            self._control = ControlServer(self.desk)
            opened.callback(self._control.close)
            desk_port, console = self._ports
            self.asked = self._open_asked(desk_port)
            if self.asked is not None:
                opened.callback(self.asked.close)
            self.console = self._open_console(console)
            opened.pop_all()

    def _begin_to_lead(self) -> None:
        self.postman.start()
        self._daily.start()

    def _wait_to_lead(self) -> None:
        """Take over from the worker that leads once it has ended."""
        while not self._ended.wait(_LOOK_WHO_LEADS):
            self._home.follow_keys()  # a key that the one that leads has destroyed is held by no other either
            if not self._home.lead():
                continue
            try:
                self._open_ways_in()
            except (ComityError, OSError) as error:  # a port that is not free yet: it is tried again
                log.error("cannot lead yet", reason=str(error))
                continue
            self.leads = True
            self._begin_to_lead()
            log.info("leads now", party=self.party)
            return

    def _open_asked(self, port: int | None) -> DeskServer | None:
        chosen = port if port is not None else self._home.settings.desk_port
        return DeskServer(self.desk, chosen) if chosen else None

    def _open_console(self, port: int | None) -> "ConsoleServer | None":
        settings = self._home.settings
        chosen = port if port is not None else settings.console
        if not chosen:
            return None
        from comity.console.server import ConsoleServer  # pages are not needed by every node

        origin = settings.console_origin or f"http://localhost:{chosen}"
        return ConsoleServer(self.desk, listen(LOOPBACK, chosen), origin)

    def close(self) -> None:
        """Stop listening, finish what is under way, let the home go."""
        self._ended.set()
        self._server.should_exit = True
        if self._waiting.is_alive():
            self._waiting.join(timeout=_PATIENCE)
        if self.asked is not None:
            self.asked.close()
        if self.console is not None:
            self.console.close()
        if self._control is not None:
            self._control.close()
        if self.leads:
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
                    shown: Any = VERBS["duties"](self.desk, {})
                    done = None if shown["waits"] else today  # soon somebody may bear the time out
                except ComityError as error:
                    log.error("the day's duties are not done", reason=error.message)
                except Exception:  # a fault of ours must not end the thread: it is tried again
                    log.exception("the day's duties are not done")
            self._ended.wait(_LOOK_FOR_A_DAY)

    def _taking(self, data: bytes, via: str) -> Callable[[Transaction], Taken]:
        return lambda transaction: receive(self.node, transaction, data, "https", via)

    async def _accept(self, envelopes: Sequence[bytes], party: str) -> Reply:
        """Take envelopes in as the turns of their Party come, and answer once all are durable."""
        begun = asyncio.get_running_loop().time()
        taken = await self._intake.take(envelopes, party or _unnamed(envelopes))
        self.postman.wake()
        reply = await asyncio.wrap_future(
            self.node.submit(lambda transaction: reply_to(self.node, transaction, taken))
        )
        if any(each.evenly for each in taken):
            await at_even_times(begun)
        return reply

    async def _take(self, batch: Sequence[tuple[bytes, str]]) -> list[Taken | BaseException]:
        """Take a round in, each envelope a piece of work of its own, all in as few commits as the sequencer can."""
        works = [
            asyncio.wrap_future(self.node.submit(self._taking(data, "" if peer.startswith("(") else peer)))
            for data, peer in batch
        ]
        done = await asyncio.gather(*works, return_exceptions=True)
        return [_refused(each) if isinstance(each, Exception) else each for each in done]


def _refused(error: Exception) -> Taken | Exception:
    """Tell that one envelope is not taken; where it is the disk or the memory that fails, the whole run is not."""
    if isinstance(error, StorageError | MemoryError):
        return error
    if isinstance(error, ComityError):
        return Taken("refused", reason=error.message)
    # a fault of ours: it must not keep the envelopes beside it, and behind it, from coming in
    log.error("envelope not taken", exc_info=error)
    return Taken("refused", reason="a fault of the other node's own; its log says more")


def _unnamed(envelopes: Sequence[bytes]) -> str:
    """Name the queue of a connection that is nobody's: after the channel its first envelope bears."""
    with contextlib.suppress(ForeignInput, IndexError):
        return f"({peek(envelopes[0]).channel.hex()})"
    return "(nobody)"
