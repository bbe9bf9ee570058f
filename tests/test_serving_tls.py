"""Two organisations over HTTPS: homes that listen at two addresses, keys from cards, rotation, and what is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog

from comity.assemble import new_home, open_home
from comity.cards import TLS, Card, issue, read_card, signing_entry
from comity.carriers.http_sender import HttpCarrier
from comity.carriers.identity import Identity
from comity.control.client import node_at
from comity.control.verb import VERBS
from comity.errors import PeerUnreachable, RefusedHere
from comity.keys import SigningKey
from comity.node.introduce import publish_card
from comity.serving import Serving
from comity.signing import to_bytes
from comity.storage.body_keys import write_private
from comity.strict import write_base64
from test_serving import NORTH, SOUTH, add, conclude, free_port, share, until

ADDRESSES = {NORTH: "127.0.0.1", SOUTH: "127.0.0.2"}


@pytest.fixture
def homes(tmp_path: Path) -> dict[str, Path]:
    """North and South, each at an address of its own, reached over HTTPS."""
    cards = {}
    for party, address in ADDRESSES.items():
        port = free_port(address)
        cards[party] = new_home(
            tmp_path / party, party, names={"en": party}, port=port, listen=address,
            endpoint=f"https://{address}:{port}",
        )  # fmt: skip
    conclude(tmp_path, cards)
    return {party: tmp_path / party for party in ADDRESSES}


@pytest.fixture
def said() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


def own_card(home: Path) -> Card:
    with open_home(home, threaded=False) as opened:
        row = opened.node.store.read(lambda transaction: transaction.card(opened.node.party))
        assert row is not None
        return read_card(row.signed, root_fingerprint=None).card


def next_card(home: Path, *, without: tuple[str, ...] = (), **changes: Any) -> bytes:
    """Issue a home's next card with a new key of connections beside those listed, less those in `without`."""
    card = own_card(home)
    with open_home(home, threaded=False) as opened:
        root = opened.folder.root_keys()
    new = SigningKey.generate()
    write_private(
        home / "keys" / f"tls-{card.version + 1}.key",
        f"comity-key-v1 ed25519 {write_base64(new.raw)}\n".encode(),
    )
    entries = tuple(each for each in card.signing if each.keyid not in without)
    first = card.issued  # in force at once; of keys equally old the one listed first is shown
    changed = msgspec.structs.replace(
        card, version=card.version + 1, **changes,
        signing=(*entries, signing_entry(new.public, (TLS,), first, card.expires)),
    )  # fmt: skip
    return to_bytes(issue(changed, *root))


def tls_keys(card: Card) -> list[str]:
    return [each.keyid for each in card.signing if TLS in each.functions]


def take_own(home: Path, card: bytes) -> None:
    """Take a new card of one's own into use; peers are told of it by letter, under the one before."""
    with open_home(home, threaded=False) as opened:
        opened.node.act(lambda transaction: publish_card(opened.node, transaction, card))


def receipted(home: Path, number: int) -> None:
    with node_at(home) as tell:
        shown = share(tell, add(tell, number))
        until(lambda: tell("delivery", message=shown["message"])["state"] == "receipted", "a receipt")


def test_two_hosts_share_over_https(homes: dict[str, Path], said: list[Any]) -> None:
    with Serving(homes[NORTH]) as north, Serving(homes[SOUTH]) as south:
        assert north.endpoint.startswith("https://127.0.0.1:") and south.endpoint.startswith(
            "https://127.0.0.2:"
        )
        receipted(homes[NORTH], 1)
        rows = VERBS["inbox"](south.desk, {})
        assert [(row["state"], row["carrier"]) for row in rows if row["kind"] == "disclosure"] == [
            ("accepted", "https")
        ]
    assert [line for line in said if line["log_level"] != "info"] == []


def test_beyond_loopback_there_is_no_plain_http(homes: dict[str, Path]) -> None:
    """The node serves TLS alone, whatever a caller tries, and a card cannot say plain HTTP beyond loopback."""
    with Serving(homes[SOUTH]) as south:
        plain = south.endpoint.replace("https", "http")
        with pytest.raises(PeerUnreachable):
            HttpCarrier(patience=5).deliver(SOUTH, plain, [b"one"])


def test_an_envelope_of_another_party_than_the_connection_is_refused(homes: dict[str, Path]) -> None:
    """South took North's envelope from the wire and hands it back to North over its own connection."""
    with open_home(homes[NORTH], threaded=False) as opened:
        desk_tell = _tell(opened)
        message = share(desk_tell, add(desk_tell, 1))["message"]
        row = opened.node.store.read(lambda transaction: transaction.outbox(message))
        assert row is not None
        envelope = row.envelope
    with Serving(homes[SOUTH]) as south:
        with open_home(homes[NORTH], threaded=False) as north:
            carrier = HttpCarrier(Identity(north.node).calling, patience=5)
            reply = carrier.deliver(SOUTH, south.endpoint, [envelope])
            carrier.close()
            assert reply.reasons == ("",) and len(reply.letters) == 1
        via = south.node.act(
            lambda transaction: _receive(south.node, transaction, envelope, "https", via="east.example")
        )
        assert (via.state, via.reason) == (
            "refused",
            "an envelope of another Party than east.example, whose connection it is",
        )


def _receive(*arguments: Any, **named: Any) -> Any:
    from comity.node.receive import receive

    return receive(*arguments, **named)


def _tell(opened: Any) -> Any:
    from comity.carriers.postman import Postman
    from comity.control.verb import Desk

    class Nowhere:
        def deliver(self, peer: str, endpoint: str, envelopes: Any) -> Any:
            raise PeerUnreachable(f"{peer}: not now")

        def close(self) -> None:
            pass

    desk = Desk(opened, Postman(opened.node, Nowhere()), serving=False)
    return lambda verb, **parameters: VERBS[verb](desk, parameters)


def test_a_new_key_comes_in_by_letter_and_the_old_one_goes_without_a_loss(homes: dict[str, Path]) -> None:
    """Card 2 lists both keys, card 3 the new one alone; sharing goes on before, between and after."""
    old = tls_keys(own_card(homes[SOUTH]))
    with Serving(homes[NORTH]):
        with Serving(homes[SOUTH]):
            receipted(homes[NORTH], 1)
        take_own(homes[SOUTH], next_card(homes[SOUTH]))
        with Serving(homes[SOUTH]):
            with node_at(homes[NORTH]) as tell:
                until(lambda: tell("card-show", party=SOUTH)["version"] == 2, "card 2 came by letter")
            receipted(homes[NORTH], 2)
        take_own(homes[SOUTH], next_card(homes[SOUTH], without=tuple(old)))
        with Serving(homes[SOUTH]):
            with node_at(homes[NORTH]) as tell:
                until(lambda: tell("card-show", party=SOUTH)["version"] == 3, "card 3 came by letter")
            receipted(homes[NORTH], 3)
    assert not set(old) & set(tls_keys(own_card(homes[SOUTH])))


def test_after_a_theft_nothing_is_lost_until_the_new_card_is_accepted(
    homes: dict[str, Path], said: list[Any]
) -> None:
    """Card 2 drops the stolen key at once. North, who has card 1, refuses and keeps; with card 2 all goes over."""
    stolen = tls_keys(own_card(homes[SOUTH]))
    card = next_card(homes[SOUTH], without=tuple(stolen))
    take_own(homes[SOUTH], card)
    with Serving(homes[NORTH]), Serving(homes[SOUTH]), node_at(homes[NORTH]) as tell:
        message = share(tell, add(tell, 1))["message"]
        found = until(lambda: tell("delivery", message=message)["reason"], "it was refused")
        assert "shows a key of connections that no accepted card lists for it" in found
        assert tell("delivery", message=message)["state"] == "owed"
        tell("card-accept", signed=card)
        tell("deliver")
        until(lambda: tell("delivery", message=message)["state"] == "receipted", "a receipt")
    refusals = {line["reason"] for line in said if line["event"] == "connection refused"}
    assert refusals == {
        "the other end does not know this node's key of connections: has it the present card?"
    }


def test_a_card_without_a_key_for_connections_cannot_serve_beyond_loopback(homes: dict[str, Path]) -> None:
    (homes[SOUTH] / "keys" / "tls.key").unlink()
    with pytest.raises(
        RefusedHere, match=r"card 1 of south\.example lists no key for connections that is in force"
    ):
        Serving(homes[SOUTH])
    open_home(homes[SOUTH], threaded=False).close()  # the home was let go
