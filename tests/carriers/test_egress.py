"""The one way out: nothing goes to this machine or its neighbours by a name of somebody else's (row W3)."""

import socket
from typing import Any

import pytest

from comity.carriers import egress
from comity.carriers.egress import NotThrough, address_of, exchange, is_named, place_of, trusting
from comity.errors import BadInput


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "0.0.0.0",
        "::",
        "169.254.169.254",
        "fe80::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
    ],
)
def test_a_name_that_leads_to_this_machine_or_a_neighbour_is_not_followed(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, 1, 6, "", ("192.0.2.9", port)), (socket.AF_INET6, 1, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(NotThrough, match="nothing goes there"):
        address_of("hooks.example", 443)
    assert asked == ["hooks.example"]


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["192.0.2.9", "127.0.0.1"]
    gone: list[Any] = []

    def resolve(_host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, 1, 6, "", (answers.pop(0), port))]

    def connect(address: Any, timeout: float) -> Any:
        gone.append(address)
        raise OSError("refused")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(NotThrough):
        exchange("GET", "https://hooks.example/", named=("https://hooks.example/",), context=trusting(""))
    assert gone == [("192.0.2.9", 443)]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "ftp://hooks.example/",
        "https://",
        "https://user@hooks.example/",
        "https://hooks.example/#x",
        "https://hooks.example:99999/",
        "https://hooks.example\\@evil.example/",
        "https://hooks.example/\n",
        "https://hooks.example/ x",
        "javascript:1",
        "//hooks.example/",
        "https://höoks.example/",
    ],
)
def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        place_of(url)


@pytest.mark.parametrize(
    ("url", "named", "expected"),
    [
        ("https://a.example/x", "https://a.example", True),
        ("https://a.example/x", "https://a.example/", True),
        ("https://a.example:443/x", "https://a.example/", True),
        ("https://a.example/x/y?z", "https://a.example/x", True),
        ("https://a.example/xy", "https://a.example/x", False),
        ("https://a.example/x/../y", "https://a.example/x", False),
        ("https://a.example:8443/", "https://a.example/", False),
        ("https://a.example.evil.example/", "https://a.example", False),
        ("https://b.example/", "https://a.example/", False),
        ("http://localhost:9/", "http://localhost:9/", True),
    ],
)
def test_an_address_is_named_by_its_beginning(url: str, named: str, expected: bool) -> None:
    assert is_named(url, (named,)) is expected


def test_nothing_goes_to_what_is_not_named() -> None:
    with pytest.raises(BadInput, match="not among"):
        exchange("GET", "https://a.example/", named=(), context=trusting(""))


def test_an_answer_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    import http.server
    import threading

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            try:
                for _part in range(64):
                    self.wfile.write(b"x" * 4096)
            except OSError:
                pass

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    url = f"http://localhost:{server.server_address[1]}/"
    with pytest.raises(NotThrough, match="without end"):
        exchange("GET", url, named=(url,), context=trusting(""), most=8192)
    thread.join()
    server.server_close()
    assert egress.WHOLE > 0
