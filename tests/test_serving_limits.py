"""A serving node at the limits of its process: open files, memory, a loop that stands still, a thread that ended.

It never takes half of anything, says why where it is asked, and goes on by itself once there is room.
"""

import http.client
import os
import resource
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from comity.carriers.http_sender import MEDIA_TYPE, PATH
from comity.control.client import node_at
from comity.serving import Serving
from comity.storage import database
from test_serving import NORTH, SOUTH, Process, add, homes, port_of, process, share, until

__all__ = ["homes"]

#: Bytes of a request that no limit of the wire refuses, and of memory left to the process.
LARGE, LEFT = 100 << 20, 32 << 20


def ask(port: int, *, timeout: float = 10.0) -> tuple[int, str]:
    """Ask a node whether it is well."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        link.request("GET", "/health")
        answer = link.getresponse()
        return answer.status, answer.read().decode()
    finally:
        link.close()


def pid_of(running: Process) -> int:
    return int(running._process.pid)


@contextmanager
def limited(pid: int, what: int, to: int) -> Iterator[None]:
    """Let a process have no more of something than it has."""
    soft, hard = resource.prlimit(pid, what)
    resource.prlimit(pid, what, (to, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, what, (soft, hard))


def passes(homes: dict[str, Path], number: int) -> None:
    """Let an item go from North to South, and its receipt come back."""
    with node_at(homes[NORTH]) as tell:
        message = share(tell, add(tell, number))["message"]
        tell("deliver")
        until(lambda: tell("delivery", message=message)["state"] == "receipted", "a receipt")


# -- K8: no more open files ------------------------------------------------------------------------------------


def test_a_node_without_open_files_takes_nothing_and_goes_on_once_there_are(homes: dict[str, Path]) -> None:
    with process(homes[NORTH]) as north, process(homes[SOUTH]) as south:
        passes(homes, 1)
        assert north.stop() == 0
        open_files = len(list(Path(f"/proc/{pid_of(south)}/fd").iterdir()))
        with limited(pid_of(south), resource.RLIMIT_NOFILE, open_files), ExitStack() as links:
            for _ in range(8):  # each waits for an answer that nobody can give
                link = links.enter_context(socket.create_connection(("127.0.0.1", port_of(homes[SOUTH]))))
                link.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            north.start()  # anew: it has no link that is open already
            with node_at(homes[NORTH]) as tell:
                message = share(tell, add(tell, 2))["message"]
                tell("deliver")
                until(lambda: tell("status")["lines"], "the line is said to be down")
                assert tell("delivery", message=message)["state"] == "owed"
        with node_at(homes[NORTH]) as tell:
            until(
                lambda: tell("deliver") and tell("delivery", message=message)["state"] == "receipted",
                "a receipt",
            )
        passes(homes, 3)
        with node_at(homes[SOUTH]) as tell:
            assert tell("journal-verify", witnessed=[])["ok"]
            got = [row for row in tell("inbox", limit=100) if row["kind"] == "disclosure"]
            assert [row["state"] for row in got] == ["accepted"] * 3
        assert north.stop() == 0 and south.stop() == 0
    assert "a thread ended" not in south.events()


# -- K9: no memory ---------------------------------------------------------------------------------------------


def large_body(counted: bool) -> bytes:
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: {MEDIA_TYPE}\r\n"
    how = f"Content-Length: {LARGE}\r\n\r\n" if counted else "Transfer-Encoding: chunked\r\n\r\n"
    return (head + how).encode()


@pytest.mark.parametrize("counted", [True, False], ids=["counted", "chunked"])
def test_a_hundred_megabytes_that_memory_does_not_hold_are_refused_and_the_node_lives(
    counted: bool, homes: dict[str, Path]
) -> None:
    with process(homes[NORTH]), process(homes[SOUTH]) as south:
        passes(homes, 1)
        size = next(
            int(line.split()[1]) << 10
            for line in Path(f"/proc/{pid_of(south)}/status").read_text().splitlines()
            if line.startswith("VmSize")
        )
        with limited(pid_of(south), resource.RLIMIT_AS, size + LEFT):
            with socket.create_connection(("127.0.0.1", port_of(homes[SOUTH])), timeout=30) as link:
                link.sendall(large_body(counted))
                part = os.urandom(1 << 20)
                with suppress(ConnectionError):  # it answers before the end, and closes
                    for _ in range(LARGE >> 20):
                        link.sendall(part if counted else b"100000\r\n" + part + b"\r\n")
                answer = b""
                with suppress(ConnectionError):
                    answer = link.recv(4096)
            assert answer == b"" or answer.startswith((b"HTTP/1.1 503", b"HTTP/1.1 400", b"HTTP/1.1 413")), (
                answer
            )
            assert ask(port_of(homes[SOUTH])) == (200, "comity\n")
        passes(homes, 2)
        assert south.stop() == 0
    assert "a thread ended" not in south.log.read_text()  # Python itself may have said something in between


# -- K20: a loop that stands still, a thread that ended ----------------------------------------------------------


def test_while_the_loop_stands_still_nobody_is_told_that_all_is_well(
    homes: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked, go_on = threading.Event(), threading.Event()
    with Serving(homes[NORTH]) as north, Serving(homes[SOUTH]) as south:
        real = south._taking

        def stands(data: bytes, via: str) -> Callable[..., object]:
            blocked.set()
            assert go_on.wait(60)
            return real(data, via)

        monkeypatch.setattr(south, "_taking", stands)
        port = port_of(homes[SOUTH])
        assert ask(port)[0] == 200
        with node_at(homes[NORTH]) as tell:
            message = share(tell, add(tell, 1))["message"]
            assert blocked.wait(60)
            with pytest.raises(TimeoutError):
                ask(port, timeout=0.3)
            go_on.set()
            until(lambda: tell("delivery", message=message)["state"] == "receipted", "a receipt")
        assert ask(port) == (200, "comity\n")
        rows = south.node.store.read(lambda transaction: list(transaction.received()))
        assert [row.state for row in rows if row.kind == "disclosure"] == ["accepted"]
        assert north.node.store.trouble == ""


def test_a_node_whose_sequencer_ended_says_so_to_who_watches_it_and_a_new_start_has_everything(
    homes: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _ended: None)
    with Serving(homes[SOUTH]) as south:
        with node_at(homes[SOUTH]) as tell:
            item = add(tell, 1)
        monkeypatch.setattr(database.SqlStore, "_run", lambda *_: 1 / 0)
        south.node.store.submit(lambda _: None)
        thread = south.node.store._thread  # type: ignore[attr-defined]
        thread.join(60)
        status, said = ask(port_of(homes[SOUTH]))
        assert status == 503 and "the thread that enters acts has ended" in said
        assert "has ended" in south.node.store.trouble
    monkeypatch.undo()
    with Serving(homes[SOUTH]), node_at(homes[SOUTH]) as tell:
        assert ask(port_of(homes[SOUTH])) == (200, "comity\n")
        assert item in [row["id"] for row in tell("item-list")]
        assert tell("journal-verify", witnessed=[])["ok"]


def test_a_disk_that_takes_nothing_is_told_to_who_watches_over_the_node(
    homes: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Serving(homes[SOUTH]) as south:
        south.node.store._trouble = "the node cannot journal, so it cannot act (disk is full)"  # type: ignore[attr-defined]
        status, said = ask(port_of(homes[SOUTH]))
        assert status == 503 and "disk is full" in said
        with node_at(homes[SOUTH]) as tell:
            add(tell, 1)  # room again
        assert ask(port_of(homes[SOUTH])) == (200, "comity\n")
