"""Connections held against cards: who may come in, who is called, and one clear line on both sides where not (N11)."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import structlog
import uvicorn

from comity.carriers import doorway as door_module
from comity.carriers.doorway import MAX_HEADER_BYTES, Caller, Door, doorway
from comity.carriers.http_endpoint import make_endpoint
from comity.carriers.http_sender import HttpCarrier
from comity.carriers.tls import client_context, peer_key, server_context
from comity.errors import PeerUnreachable, RefusedHere, VerificationFailed
from comity.keys import SigningKey, VerifyKey
from comity.ports import Reply

NORTH, SOUTH, EAST, STRANGER = (SigningKey.from_seed(bytes([number]) * 32) for number in range(1, 5))
NAMES = {NORTH.fingerprint: "north.example", EAST.fingerprint: "east.example"}


class Node:
    """South's endpoint: who calls is judged as these tests say; it notes whose connection each run came over."""

    def __init__(self) -> None:
        self.came: list[str] = []
        self.own = SOUTH
        self.amiss = ""

    async def accept(self, envelopes: object, party: str) -> Reply:
        self.came.append(party)
        return Reply((), ("",))

    def answering(self) -> ssl.SSLContext:
        return server_context(self.own, [NORTH.public, EAST.public])

    def caller(self, key: VerifyKey) -> Caller:
        return Caller(NAMES[key.fingerprint], self.amiss)


@contextmanager
def serving(app: object, door: Door | None) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, http=doorway(door), log_config=None, lifespan="off", ws="none",  # type: ignore[arg-type]
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
    )  # fmt: skip
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
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@pytest.fixture(scope="module")
def south() -> Iterator[tuple[Node, int]]:
    node = Node()
    with serving(make_endpoint(node.accept), Door(node.answering, node.caller)) as port:
        yield node, port


@pytest.fixture
def node(south: tuple[Node, int]) -> Node:
    south[0].came.clear()
    south[0].own, south[0].amiss = SOUTH, ""
    return south[0]


@pytest.fixture
def endpoint(south: tuple[Node, int]) -> str:
    return f"https://127.0.0.1:{south[1]}"


@pytest.fixture
def said() -> Iterator[list[dict[str, object]]]:
    """What the answering side writes to its log."""
    with structlog.testing.capture_logs() as lines:
        yield lines


def reasons(said: list[dict[str, object]]) -> list[object]:
    """Wait for the first line, which the other thread may still be writing, and give all reasons."""
    end = time.monotonic() + 30
    while not said and time.monotonic() < end:
        time.sleep(0.005)
    assert {line["event"] for line in said} <= {"connection refused"}
    return [line["reason"] for line in said]


def older() -> ssl.SSLContext:
    context = client_context(NORTH, [SOUTH.public])
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


#: how it calls, what is amiss with the key by the cards here -> what each side says
REFUSED: dict[str, tuple[Callable[[], ssl.SSLContext], str, str, str]] = {
    "a key no card lists": (
        lambda: client_context(STRANGER, [SOUTH.public]), "",
        "the other end does not know this node's key of connections: has it the present card?",
        "the other end shows a key of connections that no accepted card lists for it",
    ),
    "no key at all": (
        lambda: client_context(None, [SOUTH.public]), "",
        "the other end asks for a certificate, and none was shown",
        "the other end showed no certificate",
    ),
    "the answering end shows another Party's key": (
        lambda: client_context(NORTH, [EAST.public]), "",
        "the other end shows a key of connections that no accepted card lists for it",
        "the other end does not know this node's key of connections: has it the present card?",
    ),
    "an older TLS": (
        older, "",
        "the other end speaks another version of TLS than 1.3",
        "the other end speaks an older TLS than 1.3",
    ),
    "an expired card": (
        lambda: client_context(NORTH, [SOUTH.public]),
        "card 1 of north.example expired at 2026-03-01T09:00:00Z",
        "card 1 of north.example expired at 2026-03-01T09:00:00Z",
        "card 1 of north.example expired at 2026-03-01T09:00:00Z",
    ),
}  # fmt: skip


#: A kernel may drop the last words of an end that closes while the other still sends; then the caller asks again.
_ATTEMPTS = 5


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_cards_do_not_carry_is_refused_with_one_line_on_both_sides(
    case: str, node: Node, endpoint: str, said: list[dict[str, object]]
) -> None:
    calls, node.amiss, here, there = REFUSED[case]
    for _attempt in range(_ATTEMPTS):
        carrier = HttpCarrier(lambda _peer: calls(), patience=5)
        with pytest.raises(PeerUnreachable) as refused:
            carrier.deliver("south.example", endpoint, [b"one"])
        carrier.close()
        assert refused.value.message.startswith("south.example") and "\n" not in refused.value.message
        if here in refused.value.message:
            break
    assert here in refused.value.message
    assert set(reasons(said)) == {there}
    assert node.came == []


def test_a_key_that_both_cards_list_lets_envelopes_through_and_says_whose_they_are(
    node: Node, endpoint: str, said: list[dict[str, object]]
) -> None:
    for key, party in ((NORTH, "north.example"), (EAST, "east.example")):
        carrier = HttpCarrier(lambda _peer, key=key: client_context(key, [SOUTH.public]), patience=5)
        assert carrier.deliver("south.example", endpoint, [b"one"]).reasons == ("",)
        assert carrier.deliver("south.example", endpoint, [b"two"]).reasons == ("",)
        carrier.close()
        assert node.came == [party, party]
        node.came.clear()
    assert said == []


def test_plain_http_to_a_door_with_tls_and_tls_to_one_without(
    node: Node, endpoint: str, said: list[dict[str, object]]
) -> None:
    plain = HttpCarrier(patience=5)
    with pytest.raises(PeerUnreachable):
        plain.deliver("south.example", endpoint.replace("https", "http"), [b"one"])
    assert reasons(said) == ["the other end speaks plain HTTP where TLS belongs"]
    with pytest.raises(PeerUnreachable, match="there is no key to call with"):
        plain.deliver("south.example", endpoint, [b"one"])
    carrier = HttpCarrier(lambda _peer: client_context(NORTH, [SOUTH.public]), patience=5)
    with (
        serving(make_endpoint(node.accept), None) as port,
        pytest.raises(PeerUnreachable, match="the other end does not speak TLS"),
    ):
        carrier.deliver("south.example", f"https://127.0.0.1:{port}", [b"one"])
    assert node.came == []


def test_what_is_amiss_with_a_card_is_said_before_anybody_is_called(endpoint: str) -> None:
    def calling(peer: str) -> ssl.SSLContext:
        raise RefusedHere(f"card 1 of {peer} expired", hint="ask")

    with pytest.raises(PeerUnreachable, match=r"^card 1 of south\.example expired$"):
        HttpCarrier(calling).deliver("south.example", endpoint, [b"one"])


def test_a_kept_connection_survives_a_new_key_of_the_answering_end_and_a_new_one_shows_it(
    node: Node, endpoint: str
) -> None:
    """Rotation: callers whose card lists both keys notice nothing; no envelope is lost."""
    both = [SOUTH.public, STRANGER.public]
    carrier = HttpCarrier(lambda _peer: client_context(NORTH, both), patience=5)
    carrier.deliver("south.example", endpoint, [b"one"])
    node.own = STRANGER
    carrier.deliver("south.example", endpoint, [b"two"])
    carrier.forget("south.example")
    carrier.deliver("south.example", endpoint, [b"three"])
    carrier.close()
    assert node.came == ["north.example"] * 3


def test_a_handshake_that_does_not_end_is_ended(
    node: Node, endpoint: str, said: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "HANDSHAKE", 0.1)
    port = int(endpoint.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as silent:
        assert silent.recv(10) == b""
    assert reasons(said) == ["the handshake took too long"]


def test_the_certificate_proves_the_key_and_nothing_else() -> None:
    """Another certificate under the same names, signed by another key, is not taken; nor is the anchor itself."""
    forged = SigningKey.generate()
    answering = server_context(forged, [])
    a, b = socket.socketpair()
    outcome: list[object] = []

    def answer() -> None:
        try:
            answering.wrap_socket(a, server_side=True)
        except ssl.SSLError as error:
            outcome.append(error.reason)

    thread = threading.Thread(target=answer)
    thread.start()
    with pytest.raises(ssl.SSLCertVerificationError):
        client_context(NORTH, [SOUTH.public, EAST.public]).wrap_socket(b)
    thread.join(5)
    a.close()
    b.close()
    assert outcome == ["TLSV1_ALERT_UNKNOWN_CA"]


def test_an_end_without_a_certificate_has_no_key() -> None:
    class Bare:
        def getpeercert(self, binary_form: bool) -> bytes | None:
            return self.shown

        shown: bytes | None = None

    bare = Bare()
    with pytest.raises(VerificationFailed, match="showed no certificate"):
        peer_key(bare)  # type: ignore[arg-type]
    bare.shown = b"rubbish"
    with pytest.raises(VerificationFailed, match="cannot be read"):
        peer_key(bare)  # type: ignore[arg-type]
