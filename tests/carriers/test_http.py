"""Envelopes over HTTP on loopback, with a real server: what is carried, what is refused, and every wrong answer."""

import asyncio
import http.client
import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
import uvicorn

from comity.carriers import http_endpoint, http_sender
from comity.carriers.framing import join_envelopes, join_reply, split_reply
from comity.carriers.http_endpoint import Room, make_endpoint
from comity.carriers.http_sender import MEDIA_TYPE, PATH, HttpCarrier, Place, check_endpoint, is_loopback
from comity.carriers.intake import Busy
from comity.errors import BadInput, CannotJournal, PeerUnreachable
from comity.ports import Reply

PEER = "south.example"


class Peer:
    """What stands behind an endpoint in these tests: it notes what came and answers as told."""

    def __init__(self) -> None:
        self.came: list[tuple[list[bytes], str]] = []
        self.fails: Exception | None = None

    async def accept(self, envelopes: Sequence[bytes], carrier: str) -> Reply:
        await asyncio.sleep(0)
        if self.fails is not None:
            raise self.fails
        self.came.append((list(envelopes), carrier))
        return Reply((b"receipts of " + b"+".join(envelopes),), tuple("" for _ in envelopes))


@contextmanager
def serving(peer: Peer) -> Iterator[str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(make_endpoint(peer.accept), log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    started = threading.Event()
    startup = server.startup

    async def tell(sockets: list[socket.socket] | None = None) -> None:
        await startup(sockets)
        started.set()

    server.startup = tell  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        assert started.wait(10)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@pytest.fixture(scope="module")
def peer_and_endpoint() -> Iterator[tuple[Peer, str]]:
    peer = Peer()
    with serving(peer) as endpoint:
        yield peer, endpoint


@pytest.fixture
def peer(peer_and_endpoint: tuple[Peer, str]) -> Peer:
    peer_and_endpoint[0].came.clear()
    peer_and_endpoint[0].fails = None
    return peer_and_endpoint[0]


@pytest.fixture
def endpoint(peer_and_endpoint: tuple[Peer, str]) -> str:
    return peer_and_endpoint[1]


@pytest.fixture
def carrier() -> Iterator[HttpCarrier]:
    made = HttpCarrier(patience=5)
    yield made
    made.close()


def post(endpoint: str, body: bytes, **headers: str) -> tuple[int, str, bytes]:
    place = check_endpoint(endpoint)
    host, port = place.host, place.port
    link = http.client.HTTPConnection(host, port, timeout=5)
    link.request("POST", PATH, body, headers)
    response = link.getresponse()
    found = response.status, response.getheader("content-type", ""), response.read()
    link.close()
    return found


def test_envelopes_go_over_and_the_reply_comes_back(peer: Peer, endpoint: str, carrier: HttpCarrier) -> None:
    reply = carrier.deliver(PEER, endpoint, [b"one", b"two"])
    assert reply == Reply((b"receipts of one+two",), ("", ""))
    assert peer.came == [([b"one", b"two"], "")]


def test_one_connection_is_kept_and_used_again(peer: Peer, endpoint: str, carrier: HttpCarrier) -> None:
    carrier.deliver(PEER, endpoint, [b"one"])
    first = carrier._open[f"{PEER} {endpoint}"].sock
    carrier.deliver(PEER, endpoint, [b"two"])
    assert carrier._open[f"{PEER} {endpoint}"].sock is first is not None


def test_a_kept_connection_that_the_peer_closed_is_opened_anew(
    peer: Peer, endpoint: str, carrier: HttpCarrier
) -> None:
    carrier.deliver(PEER, endpoint, [b"one"])
    kept = carrier._open[f"{PEER} {endpoint}"].sock
    assert kept is not None
    kept.shutdown(socket.SHUT_RDWR)  # as a peer that let go meanwhile
    assert carrier.deliver(PEER, endpoint, [b"two"]).letters == (b"receipts of two",)
    assert [envelopes for envelopes, _ in peer.came] == [[b"one"], [b"two"]]


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (b"<html>", 400, b"not a run of envelopes"),
        (join_envelopes([b"one"])[:-1], 400, b"cut short"),
        (b"", 400, b"not a run of envelopes"),
    ],
)
def test_what_is_no_run_of_envelopes_is_answered_with_its_reason(
    peer: Peer, endpoint: str, body: bytes, status: int, detail: bytes
) -> None:
    found = post(endpoint, body)
    assert found[:2] == (status, "application/problem+json")
    assert detail in found[2]
    assert peer.came == []


def test_what_claims_or_turns_out_to_be_too_large_is_not_read(
    peer: Peer, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_endpoint, "MAX_RUN_BYTES", 1000)
    assert post(endpoint, join_envelopes([bytes(1000)]))[0] == 413
    place = check_endpoint(endpoint)
    host, port = place.host, place.port
    with socket.create_connection((host, port), timeout=5) as raw:  # no length given: chunks without end
        raw.sendall(f"POST {PATH} HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        for _ in range(
            11
        ):  # the last is beyond: more, unread, would have the answer thrown away with the connection
            raw.sendall(b"64\r\n" + bytes(100) + b"\r\n")
        assert b"413" in raw.recv(4096).split(b"\r\n")[0]
    assert peer.came == []


def test_what_is_being_read_has_room_for_all_together_and_for_each_party() -> None:
    room = Room(most=100, each=60)
    with (
        room.reading("north.example") as one,
        room.reading("south.example") as two,
        room.reading() as nobodys,
    ):
        one(60)
        with pytest.raises(Busy), room.reading("north.example") as again:
            again(1)  # a second body of the same Party
        two(30)
        with pytest.raises(Busy):
            nobodys(11)
        nobodys(10)
    with room.reading() as nobodys:  # all of it is free again; nobody's body has no bound but that of all
        nobodys(100)


def test_a_body_for_which_there_is_no_room_is_told_to_come_later(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_endpoint, "Room", lambda: Room(most=500, each=500))
    with serving(peer) as endpoint:
        status, _, said = post(endpoint, join_envelopes([bytes(600)]))
        assert (status, "being read already" in said.decode()) == (429, True)
        for _ in range(3):  # what was refused has left its room again
            assert post(endpoint, join_envelopes([bytes(400)]))[0] == 200


def test_a_node_that_cannot_journal_says_so_and_takes_nothing(
    peer: Peer, endpoint: str, carrier: HttpCarrier
) -> None:
    peer.fails = CannotJournal("the node cannot journal, so it cannot act (disk full)")
    with pytest.raises(PeerUnreachable, match=r"answered 503: .*cannot journal"):
        carrier.deliver(PEER, endpoint, [b"one"])


def test_another_route_or_method_is_not_there(endpoint: str) -> None:
    place = check_endpoint(endpoint)
    host, port = place.host, place.port
    link = http.client.HTTPConnection(host, port, timeout=5)
    for method, path, status in (
        ("GET", PATH, 405),
        ("POST", "/comity/v2/envelopes", 404),
        ("GET", "/", 404),
        ("GET", "/health", 200),
    ):
        link.request(method, path)
        response = link.getresponse()
        response.read()
        assert (method, path, response.status) == (method, path, status)
    link.close()


# -- a peer that answers anything --------------------------------------------------------------------------------------


@contextmanager
def answering(*answers: bytes | Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """Serve raw bytes: one answer a connection, then close."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)
    came: list[bytes] = []

    def serve() -> None:
        for answer in answers:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                came.append(connection.recv(65536))
                try:
                    if callable(answer):
                        answer(connection)
                    else:
                        connection.sendall(answer)
                    connection.shutdown(socket.SHUT_WR)
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", came
    finally:
        listener.close()
        thread.join(10)


def answer(body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        *headers,
        f"Content-Length: {len(body) if length is None else length}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + body


GOOD = join_reply(Reply((b"receipt",), ("",)))


def endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (answer(b"<html>log in to the airport network</html>"), "something else than receipts: not a reply"),
        (answer(GOOD[:-1]), "something else than receipts: the reply is cut short"),
        (answer(GOOD + b"x"), "bytes behind the end"),
        (answer(GOOD, length=len(GOOD) + 10), ".*"),
        (answer(GOOD, "200 OK", "Content-Encoding: gzip")[:60], ".*"),
        (answer(b"\x1f\x8b" + bytes(50), "200 OK", "Content-Encoding: gzip"), "it is compressed"),
        (answer(GOOD, "200 OK", "Content-Type: text/html"), "of another kind"),
        (answer(b"", "302 Found", "Location: http://127.0.0.1:1/elsewhere"), "answered 302"),
        (answer(b"", "307 Temporary Redirect", "Location: http://example.com/"), "answered 307"),
        (answer(b"busy", "503 Service Unavailable"), "answered 503: busy$"),
        (answer(b'{"status": 429, "detail": "wait"}', "429 Too Many Requests"), "answered 429: wait$"),
        (answer(b'{"detail": 7}', "400 Bad Request"), 'answered 400: {"detail": 7}$'),
        (answer(GOOD, "201 Created"), "answered 201"),
        (answer(join_reply(Reply((b"r",), ("", "")))), "answered 2 of 1 envelopes"),
        (answer(join_reply(Reply((), ()))), "answered 0 of 1 envelopes"),
        (b"", "closed connection|RemoteDisconnected|reset"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "BadStatusLine|SSH"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n" + GOOD, ".*"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n", "headers"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", "LineTooLong|header line|more than"),
    ],
)
def test_a_wrong_answer_counts_as_not_delivered(said: bytes, reason: str, carrier: HttpCarrier) -> None:
    with answering(said) as (endpoint, came):
        try:
            reply = carrier.deliver(PEER, endpoint, [b"one"])
        except PeerUnreachable as unreachable:
            assert unreachable.message.startswith(PEER)
            assert re.search(reason, unreachable.message), unreachable.message
        else:
            assert reply == Reply((b"receipt",), ("",)), "only a whole reply may be taken"
            assert reason == ".*"  # a header that lies about a reply that is whole changes nothing
        assert len(came) == 1  # a redirect is not followed, nothing is sent twice


def test_an_answer_without_end_is_cut_off(carrier: HttpCarrier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_sender, "MAX_REPLY_BYTES", 200_000)
    with (
        answering(endless) as (endpoint, _),
        pytest.raises(PeerUnreachable, match="something else than receipts"),
    ):
        carrier.deliver(PEER, endpoint, [b"one"])


def test_an_answer_cut_after_any_byte_counts_as_not_delivered(carrier: HttpCarrier) -> None:
    whole = answer(GOOD)
    places = range(0, len(whole), 3)
    with answering(*(whole[:place] for place in places)) as (endpoint, _):
        for _place in places:
            with pytest.raises(PeerUnreachable):
                carrier.deliver(PEER, endpoint, [b"one"])
    with answering(whole) as (endpoint, _):
        assert carrier.deliver(PEER, endpoint, [b"one"]) == split_reply(GOOD)


def test_a_peer_that_says_nothing_is_given_up_in_time() -> None:
    hurried = HttpCarrier(patience=0.2)
    release = threading.Event()
    with answering(lambda _connection: release.wait(5) and None) as (endpoint, _):
        with pytest.raises(PeerUnreachable, match="timed out"):
            hurried.deliver(PEER, endpoint, [b"one"])
        release.set()


def test_nobody_there_is_unreachable_and_named(carrier: HttpCarrier) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(PeerUnreachable, match=rf"{PEER} at {endpoint}: .*refused"):
        carrier.deliver(PEER, endpoint, [b"one"])


# -- where to --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("localhost", True),
        ("south.localhost", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("localhost.example.com", False),
        ("example.com", False),
        ("2130706433", False),
        ("", False),
    ],
)
def test_loopback_is_known_without_asking_a_name_server(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        ("http://example.com", "plain HTTP goes to loopback only"),
        ("http://10.0.0.1:8101", "plain HTTP goes to loopback only"),
        ("http://127.0.0.1.example.com", "plain HTTP goes to loopback only"),
        ("https://127.0.0.1:8101/elsewhere", "is not of the form"),
        ("https://name@127.0.0.1:8101", "is not of the form"),
        ("file:///etc/passwd", "is not of the form"),
        ("http://", "is not of the form"),
        ("http://127.0.0.1:8101/elsewhere", "is not of the form"),
        ("http://127.0.0.1:8101?x=1", "is not of the form"),
        ("http://127.0.0.1:80800", "endpoint"),
        ("http://127.0.0.1:port", "endpoint"),
        ("http://[::1", "endpoint"),
        ("", "is not of the form"),
    ],
)
def test_an_endpoint_beyond_this_machine_is_refused(endpoint: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        check_endpoint(endpoint)


def test_the_host_before_an_at_sign_does_not_count() -> None:
    with pytest.raises(BadInput):
        check_endpoint("http://127.0.0.1@example.com")
    assert check_endpoint("http://[::1]:8101") == Place(False, "::1", 8101)
    assert check_endpoint("https://node.south.example") == Place(True, "node.south.example", 443)
    assert MEDIA_TYPE == "application/vnd.comity.envelopes"
