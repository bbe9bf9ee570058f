"""The stage of the story: three Parties with homes, nodes and desks, and a clock that catches up with the present."""

import fcntl
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from comity.agreements.folder import read_files
from comity.assemble import new_home
from comity.clock import Instant
from comity.control.verb import VERBS, Desk
from comity.errors import RefusedHere
from comity.serving import Serving

NAMES: Mapping[str, str] = {
    "north.example": "CERT North",
    "south.example": "CERT South",
    "east.example": "CERT East",
}

#: How long before the present the story begins: a notice of six months runs out in it.
BEFORE = timedelta(days=200)

#: Seconds to wait for something that happens between nodes.
_PATIENCE = 20.0

_MARK = ".comity-demo"

#: Where the story's nodes listen, and then their consoles.
_KNOWN = (8101, 8102, 8103, 8201, 8202, 8203)

#: The roles of the story's officers: all that read content or keep agreements.
OFFICER = ("case-officer", "liaison", "consent-giver", "agreement-keeper")


class StoryClock:
    """Stands still until moved; once it has caught up it is the machine's own clock."""

    def __init__(self, start: Instant) -> None:
        self._at: Instant | None = start

    def now(self) -> Instant:
        """Give the story's time, or the machine's."""
        return self._at or datetime.now(UTC)

    def step(self, by: timedelta) -> None:
        """Move the story on."""
        if self._at is not None:
            self._at += by

    def catch_up(self) -> None:
        """Be the machine's clock from now on."""
        self._at = None


class Stage:
    """Three serving nodes under one folder.

    Args:
        folder: where homes and agreements stand; made anew.
        to_stay: the nodes are to be left open: on the well-known ports of the story where they are free, with pages.

    Attributes:
        clock: the story's clock, of all three nodes.
        nodes: the serving nodes, by Party.
        cards: their cards, as files.
    """

    def __init__(self, folder: Path, *, to_stay: bool = False) -> None:
        self.folder = _prepare(folder)
        self.clock = StoryClock(
            (datetime.now(UTC) - BEFORE).replace(hour=9, minute=0, second=0, microsecond=0)
        )
        self.nodes: dict[str, Serving] = {}
        self.cards: dict[str, bytes] = {}
        self._stack = ExitStack()
        try:
            known = to_stay and _alone(self._stack)
            with _free_ports(len(NAMES) * 2, known=known) as ports:
                for number, party in enumerate(NAMES):
                    console = ports[len(NAMES) + number] if to_stay else 0
                    name = party.partition(".")[0]
                    self.cards[party] = new_home(
                        self.home(party),
                        party,
                        names={"en": NAMES[party]},
                        port=ports[number],
                        deployment="demo",
                        clock=self.clock,
                        console=console,
                        console_origin=f"http://{name}.localhost:{console}" if console else "",
                    )
                for party in NAMES:
                    self.nodes[party] = self._stack.enter_context(Serving(self.home(party), clock=self.clock))
        except BaseException:
            self._stack.close()
            raise

    def close(self) -> None:
        """Stop the nodes."""
        self._stack.close()

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def home(self, party: str) -> Path:
        """Give a Party's home."""
        return self.folder / party.partition(".")[0]

    def tell(self, party: str, verb: str, **parameters: Any) -> Any:
        """Tell a Party's node what to do, as its officer would."""
        return VERBS[verb](self.desk(party), parameters)

    def desk(self, party: str) -> Desk:
        """Give a Party's desk."""
        return self.nodes[party].desk

    def share(self, party: str, item: str, *, to: str, purpose: str = "network-defence") -> dict[str, Any]:
        """Share an item, and wait for the receipt where it was permitted."""
        shown: dict[str, Any] = self.tell(party, "share", item=item, to=to, purpose=purpose)
        if shown["message"]:
            shown["delivery"] = self.until(
                lambda: _settled(self.tell(party, "delivery", message=shown["message"]))
            ) or self.tell(party, "delivery", message=shown["message"])
        return shown

    def until(self, found: Callable[[], Any]) -> Any:
        """Wait until something has happened between nodes; give it, or nothing once patience has run out."""
        end = time.monotonic() + _PATIENCE
        while True:
            value = found()
            if value or time.monotonic() > end:
                return value
            time.sleep(0.02)

    def links(self) -> dict[str, str]:
        """Make an officer for each Party who may do all that officers do; give the links that let them in once."""
        return {
            party: self.tell(
                party, "officer-add", handle="duty", name=f"{NAMES[party]} duty officer", roles=list(OFFICER)
            )["link"]
            for party in NAMES
        }

    def quiet(self) -> bool:
        """Wait until nothing is owed any more between the three; tell whether that came about."""
        return bool(
            self.until(
                lambda: (
                    not any(
                        node.node.store.read(lambda transaction: transaction.backlog())
                        for node in self.nodes.values()
                    )
                )
            )
        )


def examples() -> Path:
    """Give the folder of examples: beside the sources, or inside the installed package."""
    here = Path(__file__).resolve()
    inside = here.parents[1] / "_examples"
    return inside if inside.is_dir() else here.parents[3] / "examples"


def example_agreement(name: str) -> Mapping[str, bytes]:
    """Read an agreement that ships with Comity."""
    return read_files(examples() / name)


def _settled(delivery: dict[str, Any]) -> dict[str, Any] | None:
    return delivery if delivery["state"] != "owed" or delivery["reason"] else None


def _prepare(folder: Path) -> Path:
    """Make the folder anew; one that holds something else is left alone.

    Raises:
        RefusedHere: there is something there that the story did not make.
    """
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).exists():
            raise RefusedHere(f"{folder} holds something else than the story", hint="name another with --dir")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).write_text("made by `comity demo`; it is made anew each time\n")
    return folder


def _alone(held: ExitStack) -> bool:
    """Tell whether no other story is on the well-known ports; none of this user comes there while `held` is open.

    By a lock: of two that have bound a port and do not listen yet, each can believe that it is its own.
    """
    path = Path(tempfile.gettempdir(), f"comity-demo-{os.getuid()}.lock")
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        held.callback(os.close, handle)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def _free_ports(count: int, *, known: bool) -> Iterator[list[int]]:
    """Find free ports on loopback and hold them, so that nobody else is given one before the nodes listen there.

    Args:
        known: try the well-known ones of the story first.
    """
    with ExitStack() as held:
        found: list[int] = []
        for port in [*(_KNOWN if known else ()), *([0] * count)]:
            if len(found) == count:
                break
            listener = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                listener.bind(("127.0.0.1", port))
                found.append(listener.getsockname()[1])
        yield found
