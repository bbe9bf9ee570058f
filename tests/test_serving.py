"""A serving node: two at once, a port in use, an orderly end, and `kill -9` in the middle of deliveries."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from comity import serving
from comity.agreements.folder import read_files
from comity.agreements.roots import with_roots
from comity.assemble import new_home, open_home
from comity.cards import read_card
from comity.carriers.postman import Postman
from comity.control import server  # noqa: F401 - registers the verbs
from comity.control.client import Teller, node_at
from comity.control.verb import VERBS, Desk
from comity.errors import ComityError, HomeInUse, StorageError
from comity.node.node import Node
from comity.node.receive import Taken, receive
from comity.ports import Transaction
from comity.serving import Serving

EXAMPLES = Path(__file__).parents[1] / "examples"
NORTH, SOUTH = "north.example", "south.example"

#: Seconds after which something that must happen has not happened.
PATIENCE = 60.0


def until(found: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + PATIENCE
    while True:
        with suppress(ComityError):
            if value := found():
                return value
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.02)


def free_port(address: str = "127.0.0.1") -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        port: int = probe.getsockname()[1]
        return port


def port_of(home: Path) -> int:
    port: int = tomllib.loads((home / "node.toml").read_text())["port"]
    return port


@pytest.fixture
def homes(tmp_path: Path) -> dict[str, Path]:
    """The homes of North and South with an agreement in force between them, each with a port of its own."""
    cards = {}
    for party in (NORTH, SOUTH):
        cards[party] = new_home(tmp_path / party, party, names={"en": party}, port=free_port())
    conclude(tmp_path, cards)
    return {party: tmp_path / party for party in (NORTH, SOUTH)}


def conclude(folder: Path, cards: dict[str, bytes]) -> None:
    """Let the homes of North and South in a folder accept each other's cards, sign their agreement and hold it."""
    roots = {party: read_card(card, root_fingerprint=None).root_fingerprint for party, card in cards.items()}
    files = dict(with_roots(read_files(EXAMPLES / "north-south-2026"), roots))
    for party in (NORTH, SOUTH, NORTH):
        with open_home(folder / party, threaded=False) as home:
            desk = Desk(home, Postman(home.node), serving=True)
            for card in cards.values():
                VERBS["card-accept"](desk, {"signed": card})
            VERBS["agreement-hold"](desk, {"files": files})
            added = VERBS["agreement-sign"](desk, {"files": files})["files"]
            files |= {name: b64decode(data) for name, data in added.items()}


def add(tell: Any, number: int) -> str:
    shown = tell(
        "item-add",
        content=f"indicator {number}".encode(),
        category="incident.indicators",
        marking="TLP:GREEN",
        title=f"number {number}",
    )
    return str(shown["id"])


def share(tell: Any, item: str) -> dict[str, Any]:
    shown: dict[str, Any] = tell("share", item=item, to=SOUTH, purpose="network-defence")
    assert shown["decision"] == "permitted"
    return shown


class Process:
    """`comity serve` as a process of its own, to be killed."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home.with_suffix(".log")
        self._starts = 0
        self._process: subprocess.Popen[bytes]

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    "from comity.cli.main import main; main()",
                    "serve",
                    "--home",
                    str(self.home),
                ],
                stdout=log,
                stderr=log,
            )
        self._starts += 1
        until(lambda: self.events().count("serving") == self._starts, f"{self.home.name} serves")

    def kill(self) -> None:
        self._process.kill()
        assert self._process.wait(PATIENCE) == -signal.SIGKILL

    def stop(self, number: int = signal.SIGTERM) -> int:
        self._process.send_signal(number)
        return self._process.wait(PATIENCE)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def events(self) -> list[str]:
        return [line["event"] for line in self.lines()]


@contextmanager
def process(home: Path) -> Iterator[Process]:
    running = Process(home)
    running.start()
    try:
        yield running
    finally:
        if running._process.poll() is None:
            running.kill()


# -- beginning and ending --------------------------------------------------------------------------------------


def test_a_port_in_use_is_named_and_the_home_is_let_go(homes: dict[str, Path]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            StorageError, match=f"port {port} on 127.0.0.1 cannot be used: Address already in use"
        ):
            Serving(homes[NORTH], port=port)
    with Serving(homes[NORTH], port=port) as node:
        assert node.endpoint == f"http://127.0.0.1:{port}"


def test_two_nodes_at_one_port_or_one_home_do_not_both_believe_it_is_theirs(homes: dict[str, Path]) -> None:
    port = free_port()
    with Serving(homes[NORTH], port=port):
        with pytest.raises(StorageError, match="cannot be used"):
            Serving(homes[SOUTH], port=port)
        with pytest.raises(HomeInUse, match=f"in use by process {os.getpid()}"):
            Serving(homes[NORTH], port=free_port())
        with node_at(homes[NORTH]) as tell:
            assert tell("status")["serving"] is True


def test_two_nodes_share_and_receipt(homes: dict[str, Path]) -> None:
    before = set(threading.enumerate())
    with Serving(homes[NORTH]) as north, Serving(homes[SOUTH]) as south:
        with node_at(homes[NORTH]) as tell:
            shown = share(tell, add(tell, 1))
            until(lambda: tell("delivery", message=shown["message"])["state"] == "receipted", "a receipt")
        rows = VERBS["inbox"](south.desk, {})
        assert [row["state"] for row in rows if row["kind"] == "disclosure"] == ["accepted"]
        assert north.endpoint != south.endpoint
    assert [each.name for each in threading.enumerate() if each not in before] == []


def test_an_envelope_on_which_a_node_fails_keeps_none_beside_it_from_coming_in(
    homes: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: list[bytes] = []

    def failing(node: Node, transaction: Transaction, data: bytes, carrier: str, via: str = "") -> Taken:
        if not failed or data in failed:
            failed.append(data)
            raise OverflowError("date value out of range")
        return receive(node, transaction, data, carrier, via)

    with node_at(homes[NORTH]) as tell:
        messages = [share(tell, add(tell, number))["message"] for number in range(3)]
    monkeypatch.setattr(serving, "receive", failing)
    with Serving(homes[SOUTH]), Serving(homes[NORTH]), node_at(homes[NORTH]) as tell:
        tell("deliver")
        states = until(
            lambda: found if (found := _states(tell, messages)).count("receipted") == 2 else None,
            "two of three are taken",
        )
        assert states.count("owed") == 1
        (row,) = [each for each in tell("outbox", limit=9) if each["state"] == "owed"]
        assert "a fault of the other node's own" in row["reason"]


def _states(tell: Teller, messages: Sequence[str]) -> list[str]:
    return [tell("delivery", message=each)["state"] for each in messages]


def test_the_end_finishes_what_is_under_way(homes: dict[str, Path]) -> None:
    """Forty items are shared and the sender stops at once: what South took is receipted, the rest is still owed."""
    with Serving(homes[SOUTH]):
        with Serving(homes[NORTH]), node_at(homes[NORTH]) as tell:
            messages = [share(tell, add(tell, number))["message"] for number in range(40)]
        with Serving(homes[NORTH]), node_at(homes[NORTH]) as tell:
            tell("deliver")
            until(lambda: not tell("status")["backlog"], "everything is receipted")
            assert {tell("delivery", message=each)["state"] for each in messages} == {"receipted"}
        with node_at(homes[SOUTH]) as tell:
            rows = [row for row in tell("inbox", limit=1000) if row["kind"] == "disclosure"]
            assert sorted(row["message"] for row in rows) == sorted(messages)


def test_a_peer_that_never_answers_does_not_hold_up_the_end(homes: dict[str, Path]) -> None:
    """South's port takes the connection and says nothing; North ends within ten seconds, and still owes."""
    port = port_of(homes[SOUTH])
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        deaf.bind(("127.0.0.1", port))
        deaf.listen()
        with process(homes[NORTH]) as north, node_at(homes[NORTH]) as tell:
            share(tell, add(tell, 1))
            link, _ = deaf.accept()
            begun = time.monotonic()
            assert north.stop() == 0
            assert time.monotonic() - begun < 10
            link.close()
    with node_at(homes[NORTH]) as tell:
        (sent,) = [row for row in tell("outbox") if row["kind"] == "disclosure"]
        assert sent["state"] == "owed"
        assert tell("journal-verify", witnessed=[])["ok"]


# -- the process and its log -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order_and_the_log_is_json(number: int, homes: dict[str, Path]) -> None:
    with process(homes[NORTH]) as north:
        with node_at(homes[NORTH]) as tell:
            add(tell, 1)
        with socket.create_connection(("127.0.0.1", port_of(homes[NORTH]))) as rude:
            rude.sendall(b"\x00\xff this is no request\r\n\r\n")
            assert rude.recv(1000).startswith(b"HTTP/1.1 400")
        assert north.stop(number) == 0
        lines = north.lines()
    assert [line["event"] for line in lines if line.get("logger") is None] == [
        "serving",
        "stopping",
        "stopped",
    ]
    first = lines[0]
    assert (first["party"], first["home"], first["level"]) == (NORTH, str(homes[NORTH]), "info")
    assert first["endpoint"].startswith("http://127.0.0.1:") and first["version"] and first["timestamp"]
    assert not (homes[NORTH] / "control").exists()
    assert "indicator" not in north.log.read_text() and "number 1" not in north.log.read_text()


# -- kill -9 ---------------------------------------------------------------------------------------------------

#: Which node is killed, and after how many shares of each round.
PLAN = [(SOUTH, (1, 7, 3)), (NORTH, (1, 5, 9))]


@pytest.mark.parametrize(("victim", "rounds"), PLAN, ids=["receiver", "sender"])
def test_kill_nine_loses_nothing_and_doubles_nothing(
    victim: str, rounds: tuple[int, ...], homes: dict[str, Path]
) -> None:
    """What a command has answered is kept through it; what South took counts once; both journals are whole."""
    promised: dict[str, str] = {}
    with process(homes[NORTH]) as north, process(homes[SOUTH]) as south:
        nodes = {NORTH: north, SOUTH: south}
        with node_at(homes[NORTH]) as tell:
            for shares in rounds:
                for _ in range(shares):
                    item = add(tell, len(promised))
                    promised[share(tell, item)["message"]] = item
                nodes[victim].kill()  # deliveries are under way
                nodes[victim].start()
            tell("deliver")
            until(lambda: tell("deliver")["backlog"] == {}, "everything is receipted")
            states = {message: tell("delivery", message=message)["state"] for message in promised}
            assert set(states.values()) == {"receipted"}, states
            entries = tell("journal-show", limit=10_000)
            sent = [row["act"] for row in entries if row["kind"] == "sent-disclosure"]
            assert set(promised) <= set(sent) and len(sent) == len(set(sent)), "doubled at the sender"
            assert tell("journal-verify", witnessed=[])["ok"]
        with node_at(homes[SOUTH]) as tell:
            taken = [row for row in tell("inbox", limit=1000) if row["kind"] == "disclosure"]
            assert sorted(row["message"] for row in taken) == sorted(sent), "lost or doubled at the receiver"
            assert {row["item"]["id"] for row in taken} >= set(promised.values())
            got = [
                row["act"]
                for row in tell("journal-show", limit=10_000)
                if row["kind"] == "received-disclosure"
            ]
            assert sorted(got) == sorted(sent)
            assert tell("journal-verify", witnessed=[])["ok"]
        assert north.stop() == 0 and south.stop() == 0
    for log in (north.events(), south.events()):
        assert not {"command failed", "delivery stopped", "a thread ended", "outbox unreadable"} & set(log)
