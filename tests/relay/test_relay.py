"""A relay as it runs: two Parties who never meet share through it, over TLS, and it learns nothing."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from comity.assemble import new_home, open_home
from comity.cards import issue, read_card
from comity.carriers.http_endpoint import Room
from comity.carriers.relay_client import RelayClient
from comity.carriers.relay_wire import mailbox_key, read_address
from comity.cli.main import run
from comity.clock import SystemClock
from comity.control.client import node_at
from comity.errors import BadInput, HomeInUse, NotFound, PeerUnreachable, RefusedHere, StorageError
from comity.keys import SigningKey
from comity.node.conclude import hold_agreement, sign_agreement
from comity.node.introduce import accept_card
from comity.node.node import Node
from comity.relay import endpoint as relay_endpoint
from comity.relay.folder import RelayFolder
from comity.relay.mailboxes import Mailbox
from comity.relay.service import Relay
from comity.sealing.box import seal_box
from comity.serving import Serving
from comity.signing import to_bytes
from comity.testing.texts import Article, Text

NORTH, SOUTH, NAME = "north.example", "south.example", "relay.third.example"
TEXT = Text(
    "north-south-2026",
    (NORTH, SOUTH),
    exchange=(Article("incident.reports", ("network-defence",)),),
    relays=(NAME,),
)
MIB = 1024 * 1024


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    RelayFolder.create(tmp_path / "relay", NAME, listen="127.0.0.1", port=free_port(), endpoint="")
    return tmp_path / "relay"


@pytest.fixture
def relay(folder: Path) -> Iterator[Relay]:
    with Relay(folder) as serving:
        yield serving


@pytest.fixture
def homes(tmp_path: Path, relay: Relay) -> dict[str, Path]:
    """Two homes that are reached at their mailboxes only, with an agreement that names the relay."""
    homes = {party: tmp_path / party for party in (NORTH, SOUTH)}
    cards: dict[str, bytes] = {}
    for party, home in homes.items():
        first = new_home(home, party, names={"en": party})
        with node_at(home) as tell:
            shown = tell("relay-mailbox", address=str(relay.address))
        relay.mailboxes.admit(Mailbox(shown["mailbox"], 64 * MIB, 1000, 30))
        with open_home(home, threaded=False) as opened:
            card = read_card(first, root_fingerprint=None).card
            second = msgspec.structs.replace(card, version=2, endpoints=(shown["endpoint"],))
            cards[party] = to_bytes(issue(second, *opened.folder.root_keys()))
    roots = {party: read_card(each, root_fingerprint=None).root_fingerprint for party, each in cards.items()}
    files = dict(TEXT.files(roots))
    for party in (NORTH, SOUTH, NORTH):
        with open_home(homes[party], threaded=False) as opened:
            files = _concluded(opened.node, cards, files)
    return homes


def _concluded(node: Node, cards: dict[str, bytes], files: dict[str, bytes]) -> dict[str, bytes]:
    """Let a node accept the cards, sign the text and hold it; give the folder with what it added."""
    for card in cards.values():
        node.act(lambda transaction, card=card: accept_card(node, transaction, card))  # type: ignore[misc]
    signed = {**files, **node.act(lambda transaction: sign_agreement(node, transaction, files))}
    node.act(lambda transaction: hold_agreement(node, transaction, signed))
    return signed


def shared(home: Path, number: int) -> str:
    with node_at(home) as tell:
        item = tell(
            "item-add", content=f"report {number}".encode(), category="incident.reports", marking="TLP:GREEN",
            title=f"report {number}",
        )["id"]  # fmt: skip
        shown = tell("share", item=item, to=SOUTH, purpose="network-defence")
    assert shown["decision"] == "permitted", shown["grounds"]
    return str(shown["message"])


def state(home: Path, message: str) -> str:
    with node_at(home) as tell:
        return str(tell("delivery", message=message)["state"])


def deliver(home: Path) -> dict[str, Any]:
    with node_at(home) as tell:
        shown: dict[str, Any] = tell("deliver")
        return shown


def test_parties_that_never_meet_share_through_a_relay_and_receipts_come_back(
    homes: dict[str, Path], relay: Relay
) -> None:
    message = shared(homes[NORTH], 1)
    assert state(homes[NORTH], message) == "owed"  # left at the relay, and no receipt yet
    with node_at(homes[NORTH]) as tell:
        assert tell("delivery", message=message)["reason"] == f"left with relay:{NAME}; no receipt yet"
    assert [box.boxes for box in relay.mailboxes.all() if box.boxes] == [1]
    deliver(homes[SOUTH])
    with node_at(homes[SOUTH]) as tell:
        (came,) = [row for row in tell("inbox") if row["kind"] == "disclosure"]
    assert (came["state"], came["carrier"]) == ("accepted", f"relay:{NAME}")
    deliver(homes[NORTH])
    assert state(homes[NORTH], message) == "receipted"
    assert [box.boxes for box in relay.mailboxes.all()] == [0, 0]


def test_a_relay_that_is_away_and_comes_back_loses_nothing(
    homes: dict[str, Path], relay: Relay, folder: Path
) -> None:
    first = shared(homes[NORTH], 1)
    relay.close()
    second = shared(homes[NORTH], 2)
    with node_at(homes[NORTH]) as tell:
        (line,) = tell("status")["lines"]
    assert (line["party"], line["state"]) == (SOUTH, "down") and "refused" in line["reason"]
    assert NAME in deliver(homes[SOUTH])["unreachable"]
    with Relay(folder):
        deliver(homes[NORTH])
        deliver(homes[SOUTH])
        deliver(homes[NORTH])
        assert {state(homes[NORTH], message) for message in (first, second)} == {"receipted"}


def test_deliver_looks_into_the_mailboxes_of_a_serving_node_too(homes: dict[str, Path], relay: Relay) -> None:
    with Serving(homes[SOUTH], port=free_port()), node_at(homes[SOUTH]) as tell:
        assert tell("deliver")["unreachable"] == {}  # whatever its own first visit still does is over
        shared(homes[NORTH], 1)
        tell("deliver")
        assert [row["state"] for row in tell("inbox") if row["kind"] == "disclosure"] == ["accepted"]


def test_a_mailbox_that_cannot_be_emptied_is_said_by_status_and_deliver(
    homes: dict[str, Path], relay: Relay, capsys: pytest.CaptureFixture[str]
) -> None:
    mailboxes = relay.mailboxes.all()
    for each in mailboxes:
        relay.mailboxes.dismiss(each.id)
    why = "answered 404: no such mailbox here: whose it is asks the relay's operator to admit it"
    with Serving(homes[SOUTH], port=free_port()), node_at(homes[SOUTH]) as tell:
        assert tell("deliver")["unreachable"] == {NAME: f"relay {NAME} {why}"}
        (missed,) = tell("status")["mailboxes"]
        assert (missed["relay"], missed["reason"]) == (NAME, f"relay {NAME} {why}")
        capsys.readouterr()
        assert run(["status", "--home", str(homes[SOUTH])]) == 0
        said = capsys.readouterr().out
        assert f"mailbox at {NAME}: not emptied since {missed['since']}" in said and why in said
        assert run(["deliver", "--home", str(homes[SOUTH])]) == 5
        assert f"{NAME}: relay {NAME} {why}" in capsys.readouterr().out
        for each in mailboxes:
            relay.mailboxes.admit(each)
        assert tell("deliver")["unreachable"] == {} and tell("status")["mailboxes"] == []


def test_a_full_mailbox_is_said_and_what_found_no_room_goes_later(
    homes: dict[str, Path], relay: Relay
) -> None:
    mailboxes = relay.mailboxes.all()
    for each in mailboxes:
        relay.mailboxes.admit(msgspec.structs.replace(each, most_boxes=1))
    messages = [shared(homes[NORTH], number) for number in range(2)]
    with node_at(homes[NORTH]) as tell:
        assert tell("delivery", message=messages[1])["reason"] == f"{NAME}: the mailbox of {SOUTH} is full"
    for _ in range(3):
        deliver(homes[SOUTH])
        deliver(homes[NORTH])
    assert {state(homes[NORTH], message) for message in messages} == {"receipted"}


def test_a_poison_box_is_let_go_and_blocks_nothing(homes: dict[str, Path], relay: Relay) -> None:
    with node_at(homes[SOUTH]) as tell:
        address = read_address(tell("relay-mailbox", address=str(relay.address))["endpoint"])
    with open_home(homes[SOUTH], threaded=False) as opened:
        own = opened.node.keyring.sealing_keys()
    stranger = RelayClient()
    poison = [
        seal_box(b"no envelope at all", [own[0].public]),
        seal_box(b"for somebody else", [type(own[0]).generate().public]),
    ]
    assert stranger.deposit(address, poison) == [True, True]
    stranger.close()
    message = shared(homes[NORTH], 1)
    deliver(homes[SOUTH])
    deliver(homes[NORTH])
    assert state(homes[NORTH], message) == "receipted"
    assert [box.boxes for box in relay.mailboxes.all()] == [0, 0]


def test_only_the_owner_takes_boxes_out_and_only_admitted_mailboxes_take_any(relay: Relay) -> None:
    stranger, client = SigningKey.generate(), RelayClient()
    key = mailbox_key(stranger, relay.address.key)
    address = msgspec.structs.replace(relay.address, mailbox="ab" * 32)
    box = seal_box(b"x", [_sealing()])
    with pytest.raises(PeerUnreachable, match=r"answered 404: .*no such mailbox"):
        client.deposit(address, [box])
    with pytest.raises(PeerUnreachable, match="answered 404"):
        client.collect(address, key, SystemClock().now(), 0, [])
    relay.mailboxes.admit(Mailbox("ab" * 32, MIB, 10, 30))
    with pytest.raises(PeerUnreachable, match=r"answered 400: .*not a box"):
        client.deposit(address, [b"rubbish"])
    assert client.deposit(address, [box]) == [True]
    with pytest.raises(PeerUnreachable, match="answered 404"):
        client.collect(address, key, SystemClock().now(), 0, [])  # its own key names another mailbox
    client.close()


def test_boxes_for_a_mailbox_that_nobody_has_take_no_memory(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are read past and not kept; for a mailbox that is there a deposit larger than the room comes later."""
    for room, mailbox, box, said in (
        (300_000, "cd" * 32, bytes(1_000_000), "answered 404: no such mailbox"),
        (500, "ab" * 32, bytes(1000), "answered 429: as much as there is memory for"),
    ):
        monkeypatch.setattr(relay_endpoint, "Room", lambda room=room: Room(most=room))
        client = RelayClient()
        with Relay(folder) as relay:
            relay.mailboxes.admit(Mailbox("ab" * 32, 64 * MIB, 1000, 30))
            with pytest.raises(PeerUnreachable, match=said):
                client.deposit(msgspec.structs.replace(relay.address, mailbox=mailbox), [box])
        client.close()


def _sealing() -> Any:
    from comity.keys import SealingKey

    return SealingKey.from_seed(bytes(96)).public


def test_a_relay_with_another_key_than_the_address_names_gets_nothing(relay: Relay) -> None:
    client = RelayClient()
    wrong = msgspec.structs.replace(
        relay.address, key=SigningKey.generate().public.raw.hex(), mailbox="ab" * 32
    )
    with pytest.raises(PeerUnreachable, match="it shows another key than its address names"):
        client.deposit(wrong, [b"x"])
    client.close()


# -- the folder and the command ----------------------------------------------------------------------------------------


def test_a_folder_is_made_once_served_once_and_its_faults_are_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RefusedHere, match="is not empty"):
        RelayFolder.create(folder, NAME, listen="127.0.0.1", port=1, endpoint="")
    for name, listen, endpoint in ((NAME, "0.0.0.0", ""), ("Not a name", "127.0.0.1", ""), (NAME, "x", "")):
        with pytest.raises(BadInput):
            RelayFolder.create(tmp_path / "new", name, listen=listen, port=1, endpoint=endpoint)
        assert not (tmp_path / "new").exists()
    for endpoint in (
        "r.example:1",
        "https://r.example/x",
        "https://a:b@r.example",
        "https://r.example:99999",
    ):
        with pytest.raises(BadInput, match=r"^endpoint `"):
            RelayFolder.create(tmp_path / "new", NAME, listen="127.0.0.1", port=1, endpoint=endpoint)
    for name in ("Relay.third.example", "relay third", 'a"b', ""):
        with pytest.raises(BadInput, match="is not a relay's name"):
            RelayFolder.create(tmp_path / "new", name, listen="127.0.0.1", port=1, endpoint="")
    with Relay(folder), pytest.raises(HomeInUse, match="served by another process"):
        Relay(folder)
    port = RelayFolder(folder).settings().port
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(StorageError, match="cannot be used") as refused:
            Relay(folder)
    assert refused.value.hint == f"the port stands in {folder / 'relay.toml'}"
    (folder / "tls.key").chmod(0o644)
    with pytest.raises(StorageError, match="is readable by others"):
        Relay(folder)
    (folder / "tls.key").chmod(0o600)
    (folder / "relay.toml").write_text("name = 7")
    with pytest.raises(BadInput, match=r"relay\.toml"):
        Relay(folder)
    with pytest.raises(NotFound, match="is not a relay's folder"):
        RelayFolder(tmp_path / "nowhere").settings()


def test_the_command_makes_admits_lists_and_dismisses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    relay, home = str(tmp_path / "r"), str(tmp_path / "h")
    assert run(["relay", "init", relay, "--name", NAME, "--port", "9443", "--json"]) == 0
    address = json.loads(capsys.readouterr().out)["address"]
    assert address.startswith(f"relay+https://127.0.0.1:9443/{NAME}/")
    new_home(tmp_path / "h", NORTH, names={"en": "N"})
    assert run(["relay", "mailbox", address, "--home", home, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["endpoint"] == f"{address}/{shown['mailbox']}"
    assert run(["relay", "admit", relay, shown["mailbox"], "--mib", "1"]) == 0
    assert run(["relay", "admit", relay, "nonsense"]) == 2
    capsys.readouterr()
    assert run(["relay", "status", relay, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["mailbox"] == shown["mailbox"]
    assert run(["relay", "status", relay]) == 0 and "0/20000" in capsys.readouterr().out
    draft = ["card", "draft", "--out", str(tmp_path / "d"), "--home", home, "--endpoint"]
    another, nowhere = f"{address}/{'ab' * 32}", shown["endpoint"].replace(":9443", ":99999")
    for endpoint in (nowhere, "https://h:99999", address, another):
        assert run([*draft, endpoint]) == 2, endpoint
        assert not (tmp_path / "d").exists()
    assert f"next: comity relay mailbox {address}" in capsys.readouterr().err
    assert run([*draft, shown["endpoint"]]) == 0
    assert run(["relay", "dismiss", relay, shown["mailbox"]]) == 0
    assert run(["relay", "dismiss", relay, shown["mailbox"]]) == 3
    assert run(["relay", "mailbox", "https://nowhere", "--home", home]) == 2


def test_it_ends_in_order_at_a_signal_and_its_log_names_no_mailbox(folder: Path) -> None:
    log = folder.parent / "relay.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", "from comity.cli.main import main; main()", "relay", "serve", str(folder)],
            stdout=out, stderr=out, env={**os.environ},
        )  # fmt: skip
    try:
        end = time.monotonic() + 60
        while '"serving"' not in log.read_text():
            assert time.monotonic() < end and process.poll() is None, log.read_text()
            time.sleep(0.05)
        address = RelayFolder(folder).address()
        client = RelayClient()
        with pytest.raises(PeerUnreachable, match="404"):
            client.deposit(
                msgspec.structs.replace(address, mailbox="cd" * 32), [seal_box(b"x", [_sealing()])]
            )
        client.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["event"] for line in lines] == ["serving", "stopping", "stopped"]
    assert "cdcd" not in log.read_text() and '"caller"' not in log.read_text()
