"""Two offices, North and South, by whatever carrier: on the simulator, or as two serving nodes over HTTP.

A story is written once against `Couple`. Officers act through the verbs of the desk where there is one.
"""

import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from comity.assemble import Home, new_home, open_home
from comity.cards import read_card
from comity.carriers.postman import Postman
from comity.clock import SteppedClock
from comity.control import server  # noqa: F401 - registers the verbs
from comity.control.verb import VERBS, Desk
from comity.control.verbs_matters import matter_fields
from comity.cooperation.matter import Matter
from comity.node.cooperate import Manner, act_on, open_matter
from comity.node.matter_log import matters_listed, read_matter
from comity.serving import Serving
from comity.testing.working_text import NORTH, SOUTH, WorkingText
from comity.testing.world import World

#: The first Monday of the year the story tells.
BEGIN = datetime(2027, 1, 4, 9, tzinfo=UTC)


class YearText(WorkingText, frozen=True):
    """The agreement of the story: as the one of the simulations, with ten places of training a year."""

    def files(self, roots: Mapping[str, str]) -> dict[str, bytes]:
        files = super().files(roots)
        changed = ((b"places = 3\n", b"places = 10\n"),)
        for old, new in changed:
            files = {name: data.replace(old, new) for name, data in files.items()}
        return files


TEXT = YearText("north-south-2030", (NORTH, SOUTH))


class Refused(AssertionError):
    """A step was refused; the story says so where it expects that."""


class Couple(ABC):
    """Two offices and what passes between them."""

    clock: SteppedClock

    def open(self, party: str, kind: str, /, **said: Any) -> str:
        """Open a matter with the other; give its id."""
        return str(self._open(party, kind, said)["id"])

    def do(
        self,
        party: str,
        matter: str,
        word: str,
        /,
        *,
        as_function: str = "",
        as_office: str = "",
        **said: Any,
    ) -> str:
        """Take a step; give the state it leads to."""
        return str(self._do(party, matter, word, said, as_function, as_office)["state"])

    def refused(self, party: str, matter: str, word: str, /, **said: Any) -> list[str]:
        """Try a step that must be refused; give what its grounds say."""
        try:
            self._do(party, matter, word, said, "", "")
        except Refused as refusal:
            return [f"{ground['ref']}: {ground['text']}" for ground in refusal.args[0]]
        raise AssertionError(f"`{word}` was not refused")

    @abstractmethod
    def _open(self, party: str, kind: str, said: dict[str, Any]) -> dict[str, Any]: ...

    @abstractmethod
    def _do(
        self, party: str, matter: str, word: str, said: dict[str, Any], function: str, office: str
    ) -> dict[str, Any]: ...

    @abstractmethod
    def show(self, party: str, matter: str) -> dict[str, Any]: ...

    @abstractmethod
    def list(self, party: str, kind: str = "") -> list[dict[str, Any]]: ...

    @abstractmethod
    def tell(self, party: str, verb: str, **parameters: Any) -> Any: ...

    @abstractmethod
    def exchange(self) -> None:
        """Let everything owed reach the other."""

    @abstractmethod
    def cut(self) -> None:
        """Cut the line: from now on only a pouch passes."""

    @abstractmethod
    def mend(self) -> None: ...

    @abstractmethod
    def pouch(self, party: str, to: str) -> None:
        """Carry a pouch from one to the other."""

    def pass_days(self, days: float) -> None:
        self.clock.step(timedelta(days=days))

    def until(self, day: str) -> None:
        """Let time pass until the noon of a day, unless it has come."""
        noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        self.clock.step(max(noon - self.clock.now(), timedelta(0)))


def outcome(shown: dict[str, Any]) -> dict[str, Any]:
    if shown["grounds"]:
        raise Refused(shown["grounds"])
    matter: dict[str, Any] = shown["matter"]
    return matter


class OnHttp(Couple):
    """Two serving nodes on loopback, each with a home on disk."""

    def __init__(self, folder: Path) -> None:
        self.clock = SteppedClock(BEGIN)
        self.folders = {party: folder / party.partition(".")[0] for party in (NORTH, SOUTH)}
        self._stack = ExitStack()
        self._serving: dict[str, Serving] = {}
        self._offline: dict[str, Home] = {}
        cards = {
            party: new_home(home, party, names={"en": party}, port=_free_port(), clock=self.clock)
            for party, home in self.folders.items()
        }
        files = TEXT.files(
            {party: read_card(card, root_fingerprint=None).root_fingerprint for party, card in cards.items()}
        )
        for party in (NORTH, SOUTH, NORTH):
            with open_home(self.folders[party], threaded=False, clock=self.clock) as home:
                desk = Desk(home, Postman(home.node), serving=True)
                for card in cards.values():
                    VERBS["card-accept"](desk, {"signed": card})
                VERBS["agreement-hold"](desk, {"files": files})
                added = VERBS["agreement-sign"](desk, {"files": files})["files"]
                files = {**files, **{name: _octets(data) for name, data in added.items()}}
        for party in (SOUTH, NORTH):
            with open_home(self.folders[party], threaded=False, clock=self.clock) as home:
                VERBS["agreement-hold"](Desk(home, Postman(home.node), serving=True), {"files": files})
        self.mend()

    def _desk(self, party: str) -> Desk:
        if party in self._serving:
            return self._serving[party].desk
        home = self._offline[party]
        return Desk(home, Postman(home.node), serving=True)

    def tell(self, party: str, verb: str, **parameters: Any) -> Any:
        return VERBS[verb](self._desk(party), parameters)

    def _open(self, party: str, kind: str, said: dict[str, Any]) -> dict[str, Any]:
        return outcome(self.tell(party, "matter-open", kind=kind, to=_other(party), said=said))

    def _do(
        self, party: str, matter: str, word: str, said: dict[str, Any], function: str, office: str
    ) -> dict[str, Any]:
        parameters = {"matter": matter, "word": word, "said": said, "function": function, "office": office}
        return outcome(self.tell(party, "matter-act", **parameters))

    def show(self, party: str, matter: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.tell(party, "matter-show", matter=matter)
        return shown

    def list(self, party: str, kind: str = "") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.tell(party, "matter-list", kind=kind, all=True)
        return rows

    def exchange(self) -> None:
        end = time.monotonic() + 30
        while any(self.tell(party, "deliver")["backlog"] for party in self._serving):
            assert time.monotonic() < end, "what was owed did not arrive"
            time.sleep(0.01)

    def cut(self) -> None:
        for party in list(self._serving):
            self._serving.pop(party).close()
            self._offline[party] = open_home(self.folders[party], threaded=False, clock=self.clock)

    def mend(self) -> None:
        for party, home in self.folders.items():
            if party in self._offline:
                self._offline.pop(party).close()
            self._serving[party] = Serving(home, clock=self.clock)

    def pouch(self, party: str, to: str) -> None:
        packed = self.tell(party, "pouch-pack", peer=to)["pouch"]
        self.tell(to, "pouch-open", data=packed)

    def close(self) -> None:
        for party in list(self._serving):
            self._serving.pop(party).close()
        for party in list(self._offline):
            self._offline.pop(party).close()


class OnSimulator(Couple):
    """Two nodes of the simulator: virtual clock and network, every promise checked after every exchange."""

    def __init__(self) -> None:
        self.world = World.of((TEXT,), seed="a year", start=BEGIN)
        self.clock = self.world.clock

    def _open(self, party: str, kind: str, said: dict[str, Any]) -> dict[str, Any]:
        step = self.world.members[party].act(open_matter, kind, _other(party), said)
        return self._outcome(party, step)

    def _do(
        self, party: str, matter: str, word: str, said: dict[str, Any], function: str, office: str
    ) -> dict[str, Any]:
        manner = Manner(office=office, function=function)
        step = self.world.members[party].act(act_on, matter, word, said, manner=manner)
        return self._outcome(party, step)

    def _outcome(self, party: str, step: Any) -> dict[str, Any]:
        grounds = [{"ref": ground.ref, "text": ground.text} for ground in step.grounds]
        matter = None if grounds else self._shown(party, step.matter)
        return outcome({"grounds": grounds, "matter": matter})

    def _shown(self, party: str, matter: Matter) -> dict[str, Any]:
        member = self.world.members[party]

        class AtDesk:
            node = member.node

        return matter_fields(AtDesk, matter)  # type: ignore[arg-type]  # it asks whose desk it is, nothing else

    def show(self, party: str, matter: str) -> dict[str, Any]:
        return self._shown(party, self.world.members[party].act(read_matter, matter))

    def list(self, party: str, kind: str = "") -> list[dict[str, Any]]:
        rows = self.world.members[party].act(matters_listed, kind)
        return [{"id": row.id, "kind": row.kind, "state": row.state, "title": row.title} for row in rows]

    def tell(self, party: str, verb: str, **parameters: Any) -> Any:
        member = self.world.members[party]

        class AtDesk:
            node = member.node

            def act(self, work: Any) -> Any:
                return member.act(work)

            def send(self, peer: str | None = None) -> dict[str, str]:
                return {}

        return VERBS[verb](AtDesk(), parameters)  # type: ignore[arg-type]  # the same desk, without a home

    def exchange(self) -> None:
        self.world.settle()

    def cut(self) -> None:
        self.world.network.cut(NORTH, SOUTH)

    def mend(self) -> None:
        self.world.network.mend()

    def pouch(self, party: str, to: str) -> None:
        self.world.open_pouch(to, self.world.pack(party, to))

    def close(self) -> None:
        self.world.close()


@contextmanager
def couple(carrier: str, folder: Path) -> Iterator[Couple]:
    made: OnHttp | OnSimulator = OnHttp(folder) if carrier == "http" else OnSimulator()
    try:
        yield made
    finally:
        with suppress(Exception):
            made.close()


def _other(party: str) -> str:
    return SOUTH if party == NORTH else NORTH


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _octets(data: Any) -> bytes:
    from base64 import b64decode

    return data if isinstance(data, bytes) else b64decode(data)
