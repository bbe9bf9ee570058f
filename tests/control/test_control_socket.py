"""The Unix socket of a serving node: who may speak, what it refuses, and that the log never tells content."""

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import structlog

from comity.assemble import new_home, open_home
from comity.carriers.postman import Postman
from comity.cli.quiet import json_log
from comity.control import client, server
from comity.control.client import NodeFault, node_at
from comity.control.server import ControlServer
from comity.control.verb import VERBS, Desk
from comity.errors import BadInput, NotFound, StorageError

CANARY = "canary-7f3a"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One node for all: what is refused changes nothing, so that the tests cannot meet."""
    path = tmp_path_factory.mktemp("control") / "home"
    new_home(path, "north.example", names={"en": "North"})
    with open_home(path) as home:
        yield Desk(home, Postman(home.node), serving=True)


@pytest.fixture
def home(desk: Desk) -> Iterator[Path]:
    answering = ControlServer(desk)
    yield desk.home.folder.path
    answering.close()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """The log as `comity serve` writes it."""
    written = StringIO()
    before = threading.excepthook
    monkeypatch.setattr("sys.stderr", written)
    json_log()
    yield written
    structlog.reset_defaults()
    threading.excepthook = before
    import logging

    logging.getLogger().handlers = []


def say(home: Path, data: bytes, *, end: bool = True) -> bytes:
    """Send bytes as they are and give everything that comes back."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(30)
        link.connect(str(home / "control"))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            link.sendall(data)
            if end:
                link.shutdown(socket.SHUT_WR)
        got = b""
        with contextlib.suppress(ConnectionResetError):
            while part := link.recv(65536):
                got += part
        return got


def error(answer: bytes) -> dict[str, Any]:
    assert answer.endswith(b"\n") and answer.count(b"\n") == 1
    found: dict[str, Any] = json.loads(answer)["error"]
    assert "\n" not in found["message"] or found["mistakes"]
    return found


def command(verb: str, **parameters: Any) -> bytes:
    return json.dumps({"verb": verb, "parameters": parameters}).encode() + b"\n"


# -- what is not a command -------------------------------------------------------------------------------------

NOT_COMMANDS = [
    (b"\n", "command: empty"),
    (b"rubbish\n", "command: not JSON"),
    (b"\xff\xfe\n", "command: not UTF-8"),
    (b'"status"\n', "a command is an object"),
    (b"[]\n", "a command is an object"),
    (b"{}\n", "does not know this command"),
    (b'{"verb": "absent"}\n', "does not know this command"),
    (b'{"verb": ["status"]}\n', "does not know this command"),
    (b'{"verb": {"a": 1}}\n', "does not know this command"),
    (b'{"verb": null}\n', "does not know this command"),
    (b'{"verb": "status", "parameters": []}\n', "`parameters` of a command are an object"),
    (b'{"verb": "status", "parameters": null}\n', "`parameters` of a command are an object"),
    (b'{"verb": "status", "as": "root"}\n', "a command is an object with `verb` and `parameters`"),
    (b'{"verb": "status", "verb": "status"}\n', "command: "),
    (b"[" * 2000 + b"\n", "command: "),
    (b'{"verb": "status"', "ends before its line does"),
]


@pytest.mark.parametrize(("data", "said"), NOT_COMMANDS)
def test_what_is_not_a_command_is_refused_in_one_line(data: bytes, said: str, home: Path) -> None:
    found = error(say(home, data))
    assert found["kind"] in ("BadInput", "ForeignInput") and said in found["message"]
    assert json.loads(say(home, command("status")))["result"]["party"] == "north.example"


#: verb, parameters -> what is said
BAD_PARAMETERS = [
    ("item-show", {}, "item-show: Object missing required field `item`"),
    ("item-show", {"item": 7}, "item-show: Expected `str`, got `int` - at `$.item`"),
    ("item-show", {"item": None}, "item-show: Expected `str`, got `null` - at `$.item`"),
    ("item-show", {"item": "x", "as": "root"}, "item-show: Object contains unknown field `as`"),
    ("item-list", {"limit": "all"}, "item-list: Expected `int`, got `str` - at `$.limit`"),
    ("review", {"item": "x", "keep": None, "because": "x"}, "review: Expected `bool`, got `null` - at `$.keep`"),
    ("item-add", {"content": "not base64!", "category": "a", "marking": "TLP:GREEN", "title": ""},
     "item-add: Invalid base64 encoded string - at `$.content`"),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "parameters", "said"), BAD_PARAMETERS)
def test_parameters_of_another_type_are_named(
    verb: str, parameters: dict[str, Any], said: str, home: Path
) -> None:
    found = error(say(home, command(verb, **parameters)))
    assert (found["kind"], found["message"]) == ("BadInput", said)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_refuses_what_it_does_not_know(verb: str, home: Path) -> None:
    found = error(say(home, command(verb, zq7=1)))
    assert found["kind"] == "BadInput" and found["message"].startswith(f"{verb}: ")


def test_a_command_beyond_the_cap_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MAX_REQUEST_BYTES", 1000)
    assert "larger than 1000 bytes" in error(say(home, command("item-show", item="x" * 1000)))["message"]
    assert error(say(home, command("item-show", item="x" * 900)))["kind"] == "NotFound"


def test_whoever_goes_away_takes_nobody_along(home: Path) -> None:
    """Half a line, no line, a reset: the next command is answered."""
    for data in (b"", b'{"verb"', command("status")):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.connect(str(home / "control"))
        link.sendall(data)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link.close()
    with node_at(home) as tell:
        assert tell("status")["serving"] is True


# -- who may speak ---------------------------------------------------------------------------------------------


def test_another_user_is_refused_without_a_word(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_caller", lambda _link: 65534)
    assert say(home, command("status")) == b""
    with node_at(home) as tell, pytest.raises(StorageError, match="ended without an answer"):
        tell("status")


def test_root_may_speak(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_caller", lambda _link: 0)
    assert b'"result"' in say(home, command("status"))


def test_the_caller_is_who_the_kernel_says(home: Path) -> None:
    import os

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.connect(str(home / "control"))
        assert server._caller(link) == os.geteuid()


# -- what comes back -------------------------------------------------------------------------------------------


def test_an_error_is_the_same_over_the_socket_as_beside_it(desk: Desk, home: Path) -> None:
    given = {"content": b"x", "category": "a..b", "marking": "TLP:PINK", "title": "x", "retention": "never"}
    with pytest.raises(BadInput) as beside:
        VERBS["item-add"](desk, given)
    with node_at(home) as tell, pytest.raises(BadInput) as over:
        tell("item-add", **given)
    assert list(over.value.mistakes) == list(beside.value.mistakes) and len(over.value.mistakes) > 1
    with node_at(home) as tell, pytest.raises(NotFound, match="no item `absent`") as found:
        tell("item-show", item="absent")
    assert found.value.hint == "comity item list shows what is held"


@pytest.mark.parametrize(
    "answer", [b"rubbish\n", b"[]\n", b"{}\n", b'{"error": 7}\n', b'{"error": {}}\n', b"7\n"]
)
def test_something_else_at_the_socket_is_named(answer: bytes, tmp_path: Path) -> None:
    """An older or a newer node, or no node at all."""
    path = tmp_path / "control"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen()

        def once() -> None:
            link, _ = listener.accept()
            link.makefile("rb").readline()
            link.sendall(answer)
            link.close()

        thread = threading.Thread(target=once)
        thread.start()
        with pytest.raises(StorageError, match="answers something else"):
            client._ask(path, "status", {})
        thread.join()


def test_commands_at_the_same_time_do_not_meet(home: Path) -> None:
    """Thirty-two at once: each gets its own answer, every item is entered once, the journal is whole."""

    def add(number: int) -> str:
        with node_at(home) as tell:
            shown = tell(
                "item-add", content=f"indicator {number}".encode(), category="incident.indicators",
                marking="TLP:GREEN", title=f"number {number}",
            )  # fmt: skip
            assert tell("item-show", item=shown["id"])["title"] == f"number {number}"
            return str(shown["id"])

    with ThreadPoolExecutor(16) as pool:
        added = list(pool.map(add, range(32)))
    with node_at(home) as tell:
        assert set(added) <= {row["id"] for row in tell("item-list", limit=100)}
        assert len(set(added)) == 32
        assert tell("journal-verify", witnessed=[])["ok"]


# -- faults of ours --------------------------------------------------------------------------------------------


def test_a_fault_of_ours_is_one_line_to_the_caller_and_a_trace_without_content_in_the_log(
    home: Path, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("comity.node.items.add_item", broken)
    body, title = f"body {CANARY}", f"title {CANARY}"
    with node_at(home) as tell, pytest.raises(NodeFault) as fault:
        tell(
            "item-add", content=body.encode(), category="a.b", marking="TLP:GREEN", title=title, label=CANARY
        )
    assert fault.value.exit_code == 70
    assert fault.value.message == "the node met a fault of its own; its log tells more"
    (line,) = log.getvalue().splitlines()
    said = json.loads(line)
    assert (said["event"], said["level"]) == ("command failed", "error")
    assert "ZeroDivisionError" in said["exception"]
    assert CANARY not in line


def test_a_disk_that_says_no_tells_no_content_either(desk: Desk, home: Path, log: StringIO) -> None:
    """What the database was given stands in no message: neither in the answer nor in the log."""
    disk = desk.node.store._writer.connection.dbapi_connection
    pages = disk.execute("PRAGMA page_count").fetchone()[0]
    disk.execute(f"PRAGMA max_page_count={pages}")
    with node_at(home) as tell, pytest.raises(StorageError) as refused:
        tell(
            "item-add", content=(CANARY * 100_000).encode(), category="a.b", marking="TLP:GREEN",
            title=f"title {CANARY}",
        )  # fmt: skip
    assert CANARY not in str(refused.value) + refused.value.hint + log.getvalue()
    assert "\n" not in refused.value.message
    disk.execute("PRAGMA max_page_count=1073741823")
    with node_at(home) as tell:
        assert all(CANARY not in row["title"] for row in tell("item-list"))
        assert tell("journal-verify", witnessed=[])["ok"]


def test_the_end_waits_for_commands_under_way(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()
    whole = VERBS["status"].run

    def slow(desk: Desk) -> Any:
        begun.set()
        assert go_on.wait(20)
        return whole(desk)

    monkeypatch.setattr(VERBS["status"], "run", slow)
    answering = ControlServer(desk)
    path = desk.home.folder.path
    with ThreadPoolExecutor(2) as pool:
        asked = pool.submit(say, path, command("status"))
        assert begun.wait(20)
        closing = pool.submit(answering.close)
        assert not closing.done()
        go_on.set()
        closing.result(20)
        assert json.loads(asked.result(20))["result"]["party"] == "north.example"
    assert not (path / "control").exists()
