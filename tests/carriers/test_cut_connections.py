"""A connection cut after every byte of a request and of an answer: nothing lost, nothing doubled (N1, N2, N3, N6, N7).

The cuts are made where they can be counted: the answering side is a real node's endpoint, driven byte by byte over a
socket pair of ours; the calling side is the real carrier, answered by a peer that cuts.
"""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.carriers.framing import join_envelopes, join_reply, split_reply
from comity.carriers.http_sender import MEDIA_TYPE, PATH, HttpCarrier
from comity.carriers.postman import Postman
from comity.errors import ForeignInput, PeerUnreachable
from comity.node.deliver import try_now
from comity.node.receive import receive, reply_to
from comity.ports import Reply
from comity.serving import Serving
from node.worlds import DEFENCE, NORTH, SOUTH, inbox, journal, report, sent, world
from test_serving import NORTH as NORTH_HOME
from test_serving import SOUTH as SOUTH_HOME
from test_serving import conclude, free_port


class CutLine:
    """Carries to South as HTTP does, and cuts the answer after a number of bytes; South has taken it in by then."""

    def __init__(self, south: object, place: int) -> None:
        self._south = south
        self.place = place
        self.answer = b""

    def deliver(self, peer: str, endpoint: str, envelopes: list[bytes]) -> Reply:
        node = self._south.node  # type: ignore[attr-defined]
        taken = [node.act(lambda t, data=data: receive(node, t, data, "https")) for data in envelopes]
        self.answer = answer = join_reply(node.act(lambda t: reply_to(node, t, taken)))
        if self.place >= len(answer):
            return split_reply(answer)
        try:
            return split_reply(answer[: self.place])
        except ForeignInput as error:
            raise PeerUnreachable(f"{peer}: {error}") from error

    def close(self) -> None:
        pass


def test_an_answer_cut_after_every_byte_is_no_answer_and_the_next_settles_once() -> None:
    """Cut at each of its bytes it is not read; at a spread of them North asks again, and every act counts once."""
    with world() as made:
        for number in range(2):
            made.share(NORTH, report(made, label=f"r{number}"), SOUTH, DEFENCE)
        line = CutLine(made.members[SOUTH], 0)
        postman = Postman(made.members[NORTH].node, line)  # type: ignore[arg-type]

        def tried() -> int:
            made.members[NORTH].act(lambda _n, t: try_now(t, made.clock.now()))
            postman.run_once()
            return len([row for row in sent(made, NORTH) if row.state == "owed"])

        for place in range(0, 3000, 200):
            line.place = place
            assert tried() == 2, "settled by an answer that was cut"
        for place in range(len(line.answer)):
            with pytest.raises(ForeignInput):
                split_reply(line.answer[:place])
        line.place = 10**9
        while tried():
            pass
        assert len(inbox(made, SOUTH)) == 2
        assert [row.kind for row in journal(made, SOUTH)].count("received-disclosure") == 2
        assert [row.kind for row in journal(made, NORTH)].count("receipted") == 2
        for member in made.members.values():
            member.dirty = True
        made.check_at_rest()


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    from comity.assemble import new_home

    folder = tmp_path_factory.mktemp("cut")
    cards = {
        party: new_home(folder / party, party, names={"en": party}, port=free_port())
        for party in (NORTH_HOME, SOUTH_HOME)
    }
    conclude(folder, cards)
    return {party: folder / party for party in cards}


@pytest.fixture(scope="module")
def envelope(homes: dict[str, Path]) -> bytes:
    """An envelope of North's to South."""
    from comity.assemble import open_home
    from comity.node.disclose import disclose
    from comity.node.items import NewItem, add_item

    with open_home(homes[NORTH_HOME], threaded=False) as opened:
        node = opened.node
        new = NewItem(content=b"an indicator", category="incident.indicators", marking="TLP:GREEN", title="x")
        row = node.act(lambda t: add_item(node, t, new))[0]
        outcome = node.act(lambda t: disclose(node, t, row.digest, to=SOUTH_HOME, purpose="network-defence"))
        found = node.store.read(lambda t: t.outbox(outcome.message))
        assert found is not None
        return found.envelope


@pytest.fixture(scope="module")
def south(
    homes: dict[str, Path], envelope: bytes
) -> Iterator[Serving]:  # North made the envelope before South serves
    with Serving(homes[SOUTH_HOME]) as serving:
        yield serving


def request_of(envelope: bytes) -> bytes:
    body = join_envelopes([envelope])
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: {MEDIA_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def port_of(serving: Serving) -> int:
    return int(serving.endpoint.rpartition(":")[2])


def counted(serving: Serving) -> tuple[int, int]:
    """How many disclosures came, and how many entries the journal has for them."""
    rows = serving.node.store.read(lambda t: list(t.received()))
    entries = serving.node.store.read(lambda t: list(t.journal(limit=10_000)))
    return (
        len([row for row in rows if row.kind == "disclosure"]),
        len([row for row in entries if row.kind.endswith("-disclosure")]),
    )


def test_a_request_cut_after_any_byte_leaves_nothing_behind(south: Serving, envelope: bytes) -> None:
    """Every place in the head, and every 17th in the body besides its first and last 64: none is taken in."""
    whole = request_of(envelope)
    head = whole.index(b"\r\n\r\n") + 4
    places = sorted({*range(head + 64), *range(head, len(whole), 17), *range(len(whole) - 64, len(whole))})
    for place in places:
        with socket.create_connection(("127.0.0.1", port_of(south)), timeout=10) as link:
            link.sendall(whole[:place])
    assert answers(south)  # by now all of the above was seen
    assert counted(south) == (0, 0)


def answers(serving: Serving) -> bool:
    """Tell whether a node answers; it turns connections away as long as it has not seen that all the others ended."""
    latest = time.monotonic() + 60
    while time.monotonic() < latest:
        try:
            with socket.create_connection(("127.0.0.1", port_of(serving)), timeout=10) as link:
                link.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
                if link.recv(100).startswith(b"HTTP/1.1 200"):
                    return True
        except OSError:
            pass
    return False


def test_the_same_envelope_a_hundred_times_at_once_counts_once_and_is_answered_alike(
    south: Serving, envelope: bytes
) -> None:
    """Twenty connections, five times each, at the same moment: one effect; the receipt is the same, byte for byte."""
    begin = threading.Barrier(20)
    letters: list[int] = []

    def send() -> None:
        carrier = HttpCarrier(patience=30)
        begin.wait(30)
        for _ in range(5):
            try:
                reply = carrier.deliver(SOUTH_HOME, south.endpoint, [envelope])
                letters.append(len(reply.letters))
            except PeerUnreachable as error:
                assert "429" in error.message  # told to wait, and would come again
        carrier.close()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert letters and set(letters) == {1}
    assert counted(south) == (1, 1)
    (row,) = south.node.store.read(lambda t: list(t.received()))
    assert row.receipt and row.state == "accepted"


def test_an_answer_cut_on_the_wire_is_not_delivered_and_the_next_try_settles(
    south: Serving, envelope: bytes
) -> None:
    """A proxy between the two cuts South's real answer after each byte of its head, and at steps through its body."""
    whole: list[bytes] = []
    place = [0]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        ended = threading.Event()

        def proxy() -> None:
            while not ended.is_set():
                try:
                    link, _ = listener.accept()
                except OSError:
                    return
                with link:
                    request = b""
                    while len(request) < len(expected) and (part := link.recv(65536)):
                        request += part
                    if not whole and request:
                        whole.append(_answer(port_of(south), request))
                    if whole:
                        link.sendall(whole[0][: place[0]])

        carrier = HttpCarrier(patience=10)
        port = listener.getsockname()[1]
        expected = _request_bytes(port, envelope)
        thread = threading.Thread(target=proxy)
        thread.start()
        try:
            place[0] = 10**9
            assert len(carrier.deliver(SOUTH_HOME, f"http://127.0.0.1:{port}", [envelope]).letters) == 1
            carrier.forget(SOUTH_HOME)
            length = len(whole[0])
            for cut in [*range(300), *range(300, length, 37), length - 1]:
                place[0] = cut
                with pytest.raises(PeerUnreachable):
                    carrier.deliver(SOUTH_HOME, f"http://127.0.0.1:{port}", [envelope])
                carrier.forget(SOUTH_HOME)
        finally:
            ended.set()
            carrier.close()
            socket.create_connection(("127.0.0.1", port)).close()
            thread.join(30)
    assert counted(south) == (1, 1)


def _answer(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as onward:
        onward.sendall(request)
        answer = b""
        while not _whole(answer):
            answer += onward.recv(65536)
        return answer


def _request_bytes(port: int, envelope: bytes) -> bytes:
    """What the carrier sends: its length is all that matters here."""
    left, right = socket.socketpair()
    import http.client

    link = http.client.HTTPConnection("127.0.0.1", port)
    link.sock = left
    link.request(
        "POST", PATH, join_envelopes([envelope]), {"Content-Type": MEDIA_TYPE, "Accept-Encoding": "identity"}
    )
    left.shutdown(socket.SHUT_WR)
    found = b""
    while part := right.recv(65536):
        found += part
    left.close()
    right.close()
    return found


def _whole(answer: bytes) -> bool:
    head, mark, body = answer.partition(b"\r\n\r\n")
    if not mark:
        return False
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    return len(body) >= length
