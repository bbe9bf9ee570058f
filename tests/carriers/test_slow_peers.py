"""Slow and stuttering peers on both sides: each part of an exchange has its time (N7, N12)."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from carriers.test_tls import Node, serving
from comity.carriers import doorway as door_module
from comity.carriers import http_endpoint
from comity.carriers.http_endpoint import make_endpoint
from comity.carriers.http_sender import PATH, HttpCarrier
from comity.errors import PeerUnreachable

HEAD = f"POST {PATH} HTTP/1.1\r\nHost: x\r\n".encode()


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(door_module, "HEADERS", 0.3)
    monkeypatch.setattr(http_endpoint, "PAUSE", 0.3)
    monkeypatch.setattr(http_endpoint, "PATIENCE", 0.6)
    with serving(make_endpoint(Node().accept), None) as found:
        yield found


def sent(port: int, data: bytes, *, drip: bytes = b"", times: int = 0) -> bytes:
    """Send bytes, then drip some more, and give all that comes back until the end."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as link:
        link.sendall(data)
        for _ in range(times):
            time.sleep(0.05)
            try:
                link.sendall(drip)
            except OSError:
                break
        found = b""
        try:
            while part := link.recv(65536):
                found += part
        except ConnectionResetError:
            pass
        return found


def test_headers_that_do_not_end_are_ended(port: int) -> None:
    assert sent(port, HEAD, drip=b"X", times=20) == b""


def test_a_body_that_pauses_or_drips_is_ended_with_a_reason(port: int) -> None:
    head = HEAD + b"Content-Length: 1000000\r\n\r\n"
    assert b" 408 " in sent(port, head)[:40]
    assert b" 408 " in sent(port, head, drip=b"y", times=30)[:40]


def test_while_some_are_slow_others_are_answered(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    for link in slow:
        link.sendall(HEAD)
    answer = sent(port, b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert b" 200 " in answer[:40]
    for link in slow:
        link.close()


@pytest.mark.parametrize(
    "request_",
    [
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        HEAD + b"Content-Length: -5\r\n\r\n",
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD.replace(b"1.1", b"1.0") + b"Content-Length: 5\r\n\r\nhello",
        HEAD + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        b"\x16\x03\x01 is TLS to a plain door\r\n\r\n",
    ],
    ids=[
        "two lengths",
        "negative",
        "length and chunks",
        "HTTP/1.0",
        "large header",
        "compressed",
        "not HTTP",
    ],
)
def test_a_request_with_two_readings_is_refused(port: int, request_: bytes) -> None:
    assert b" 400 " in sent(port, request_)[:40]


@pytest.mark.parametrize("method", ["post", "PUT", "DELETE", "GET"])
def test_another_method_is_not_there(port: int, method: str) -> None:
    head = HEAD.replace(b"POST", method.encode()) + b"Connection: close\r\nContent-Length: 0\r\n\r\n"
    assert b" 405 " in sent(port, head)[:40]


def test_an_answer_that_drips_is_given_up_in_time() -> None:
    """A byte now and then keeps a connection alive, but not for ever: the whole exchange has its time."""
    release = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            link, _ = listener.accept()
            with link:
                link.recv(65536)
                try:
                    while not release.wait(0.05):
                        link.sendall(b"H")
                except OSError:
                    pass

        thread = threading.Thread(target=drip)
        thread.start()
        carrier = HttpCarrier(patience=60, whole=0.4)
        begun = time.monotonic()
        with pytest.raises(PeerUnreachable, match="took too long to answer"):
            carrier.deliver("south.example", f"http://127.0.0.1:{listener.getsockname()[1]}", [b"one"])
        assert time.monotonic() - begun < 30
        carrier.close()
        release.set()
        thread.join(5)
