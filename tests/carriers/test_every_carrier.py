"""The same journal effect by every carrier: HTTPS, pouch and relay (DESIGN 5), over histories drawn at random."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.cards import issue
from comity.carriers import collector
from comity.carriers.postman import Postman
from comity.carriers.relay_wire import Box, RelayAddress, box_id, mailbox_key, mailbox_of
from comity.clock import Instant
from comity.errors import PeerUnreachable
from comity.keys import SigningKey
from comity.node.introduce import accept_card
from comity.node.receive import receive
from comity.sealing.box import check_box
from comity.signing import to_bytes
from comity.testing.members import Member
from comity.testing.texts import Article, Text
from comity.testing.world import World
from node.worlds import failing_on_the_first

NORTH, SOUTH = "north.example", "south.example"
RELAY = "relay.third.example"
PAIR = (
    Text(
        "north-south-2026",
        (NORTH, SOUTH),
        exchange=(Article("incident.reports", ("network-defence",)), Article("incident.indicators")),
        online_days=30,
        relays=(RELAY,),
    ),
)
_KEY = SigningKey.from_seed(b"a relay of a simulation, no more")


class MemoryRelay:
    """A relay in memory that sees what a real one sees: mailboxes, boxes, sizes."""

    def __init__(self) -> None:
        self.boxes: dict[str, list[Box]] = {}
        self.seen: list[bytes] = []
        self.reachable = True
        self._number = 0

    def deposit(self, address: RelayAddress, boxes: Sequence[bytes]) -> list[bool]:
        if not self.reachable:
            raise PeerUnreachable("the relay is away")
        for box in boxes:
            check_box(box)
            self.seen.append(box)
            self._number += 1
            self.boxes.setdefault(address.mailbox, []).append(Box(self._number, box_id(box), box))
        return [True] * len(boxes)

    def collect(
        self, address: RelayAddress, key: SigningKey, at: Instant, after: int, taken: Sequence[bytes]
    ) -> tuple[list[Box], int]:
        assert mailbox_of(key.public.raw) == address.mailbox
        left = [box for box in self.boxes.get(address.mailbox, []) if box.id not in taken]
        self.boxes[address.mailbox] = left
        return [box for box in left if box.number > after][:2], 0

    def close(self) -> None:
        pass


def secret_of(member: Member) -> SigningKey:
    return SigningKey.from_seed(hashlib.sha256(member.party.encode()).digest())


def address_of(member: Member) -> str:
    key = _KEY.public.raw.hex()
    mailbox = mailbox_of(mailbox_key(secret_of(member), key).public.raw)
    return str(RelayAddress("https://relay.third.example:8443", RELAY, key, mailbox))


def root_of(member: Member) -> SigningKey:
    return SigningKey.from_seed(
        hashlib.shake_256(f"comity simulation {member.party} root".encode()).digest(32)
    )


class Carried(World):
    """A world whose members have a mailbox at a relay, and one way of carrying at a time."""

    relays: MemoryRelay

    @classmethod
    def made(cls, carrier: str) -> "Carried":
        world = World.of(PAIR, seed="every carrier")
        world.__class__ = cls
        assert isinstance(world, Carried)
        world.relays = MemoryRelay()
        for member in world.members.values():
            card = msgspec.structs.replace(
                member.card.card, version=2, endpoints=(*member.card.card.endpoints, address_of(member))
            )
            signed = to_bytes(issue(card, root_of(member)))
            for each in world.members.values():
                each.act(accept_card, signed)
            postman = Postman(member.node, world.network.line(member.party), world.relays, secret_of(member))
            world._postmen[member.party] = (member.node, postman)
        if carrier != "https":
            world.network.cut(NORTH, SOUTH)
        world.relays.reachable = carrier == "relay"
        return world

    def carry(self, carrier: str) -> None:
        """Carry everything owed there and back, until nothing is."""
        for _ in range(6):
            for party, other in ((NORTH, SOUTH), (SOUTH, NORTH)):
                if carrier == "pouch":
                    if self.owes(party) or self.members[party].read(lambda t, o=other: t.receipts_owed(o)):
                        self.open_pouch(other, self.pack(party, other))
                else:
                    self.deliver(party)
                    self._postmen[other][1].visit()
                    self.members[other].dirty = True
        self.check()
        for party in (NORTH, SOUTH):
            assert not self.owes(party), f"{party} still owes by {carrier}"


Act = tuple[str, int]
HISTORIES = st.lists(
    st.tuples(st.sampled_from(["north", "south", "forbidden", "withdraw", "carry", "later"]), st.integers(0, 3)),
    min_size=1, max_size=8,
)  # fmt: skip


def play(history: Sequence[Act], carrier: str) -> Carried:
    world = Carried.made(carrier)
    items = {
        party: [world.add(party, f"{party} {number}".encode() * 3, "incident.reports", label=f"{party}-{number}")
                for number in range(4)]
        for party in (NORTH, SOUTH)
    }  # fmt: skip
    from comity.node.withdraw import withdraw

    withdrawn = set()
    for word, number in history:
        if word in ("north", "south"):
            party, other = (NORTH, SOUTH) if word == "north" else (SOUTH, NORTH)
            if items[party][number] not in withdrawn:
                world.share(party, items[party][number], other, "network-defence")
        elif word == "forbidden":
            world.share(NORTH, items[NORTH][number], SOUTH, "curiosity")
        elif word == "withdraw" and items[NORTH][number] not in withdrawn:
            withdrawn.add(items[NORTH][number])
            world.members[NORTH].act(withdraw, items[NORTH][number], reason="it was wrong")
        elif word == "carry":
            world.carry(carrier)
        elif word == "later":
            world.wait(timedelta(hours=number + 1))
    world.carry(carrier)
    world.check_at_rest()
    return world


def effect(world: World) -> dict[str, object]:
    """Give what each Party's journal, inbox, outbox and items hold, without names that are random."""
    found: dict[str, object] = {}
    for party, member in world.members.items():
        entries = member.read(lambda transaction: list(transaction.journal(limit=10_000)))
        came = member.read(lambda transaction: list(transaction.received()))
        sent = member.read(lambda transaction: list(transaction.sent()))
        held = member.read(lambda transaction: list(transaction.items()))
        found[party] = {
            "journal": Counter((row.kind, row.channel) for row in entries),
            "inbox": Counter((row.kind, row.state, row.about) for row in came),
            "outbox": Counter((row.kind, row.state, row.about) for row in sent),
            "items": {row.digest: row.state for row in held},
        }
    return found


@settings(max_examples=6, deadline=None)
@given(history=HISTORIES)
def test_every_carrier_has_the_same_effect_on_both_journals(history: list[Act]) -> None:
    by = {carrier: play(history, carrier) for carrier in ("https", "pouch", "relay")}
    try:
        effects = {carrier: effect(world) for carrier, world in by.items()}
        assert effects["pouch"] == effects["https"]
        assert effects["relay"] == effects["https"]
    finally:
        for world in by.values():
            world.close()


def test_a_relay_sees_boxes_alone_and_no_name_of_anything() -> None:
    world = play([("north", 0), ("south", 1)], "relay")
    assert world.relays.seen
    names = [NORTH, SOUTH, "north-south-2026", "network-defence", "incident"]
    channels = [
        bytes.fromhex(row.name)
        for member in world.members.values()
        for row in [
            member.read(lambda t: t.channel(NORTH, "out")),
            member.read(lambda t: t.channel(SOUTH, "out")),
        ]
        if row is not None
    ]
    for box in world.relays.seen:
        assert not any(name.encode() in box for name in names)
        assert not any(channel in box for channel in channels)
    world.close()


def test_a_box_on_which_the_node_fails_keeps_none_behind_it_from_coming_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = Carried.made("relay")
    for number in range(4):
        item = world.add(NORTH, f"words {number}".encode(), "incident.reports", label=f"n{number}")
        world.share(NORTH, item, SOUTH, "network-defence")
    world.deliver(NORTH)
    (mailbox,) = world.relays.boxes
    assert len(world.relays.boxes[mailbox]) == 4
    monkeypatch.setattr(collector, "receive", failing_on_the_first())
    south = world.members[SOUTH]
    world._postmen[SOUTH][1].visit()
    assert len(south.read(lambda transaction: transaction.received(states=("accepted",)))) == 3
    assert len(world.relays.boxes[mailbox]) == 1  # it stays until the fault is mended
    monkeypatch.setattr(collector, "receive", receive)
    world._postmen[SOUTH][1].visit()
    assert len(south.read(lambda transaction: transaction.received(states=("accepted",)))) == 4
    south.dirty = True
    world.carry("relay")
    world.close()


def test_a_relay_that_gives_the_same_boxes_for_ever_is_left_after_two_answers() -> None:
    world = Carried.made("relay")
    asked: list[int] = []
    real = world.relays.collect

    def collect(
        address: RelayAddress, key: SigningKey, at: Instant, after: int, taken: Sequence[bytes]
    ) -> tuple[list[Box], int]:
        asked.append(after)
        return real(address, key, at, 0, ())  # it forgets nothing, and begins anew each time

    item = world.add(NORTH, b"words", "incident.reports", label="n")
    world.share(NORTH, item, SOUTH, "network-defence")
    world.deliver(NORTH)
    world.relays.collect = collect  # type: ignore[method-assign]
    world._postmen[SOUTH][1].visit()
    assert len(asked) == 2
    world.relays.collect = real  # type: ignore[method-assign]
    world.members[SOUTH].dirty = True
    world.carry("relay")
    world.close()


def test_a_relay_that_the_agreement_does_not_name_carries_nothing() -> None:
    """Rule 9 decides: without the relay's name in the text, the envelope waits for another way."""
    plain = (msgspec.structs.replace(PAIR[0], relays=()),)
    world = World.of(plain, seed="no relay")
    relays = MemoryRelay()
    for member in world.members.values():
        card = msgspec.structs.replace(
            member.card.card, version=2, endpoints=(*member.card.card.endpoints, address_of(member))
        )
        signed = to_bytes(issue(card, root_of(member)))
        for each in world.members.values():
            each.act(accept_card, signed)
        postman = Postman(member.node, world.network.line(member.party), relays, secret_of(member))
        world._postmen[member.party] = (member.node, postman)
    world.network.cut(NORTH, SOUTH)
    item = world.add(NORTH, b"something to be shared", "incident.reports")
    world.share(NORTH, item, SOUTH, "network-defence")
    (row,) = world.members[NORTH].read(lambda transaction: transaction.owed(SOUTH, None, 9))
    assert row.carriers == ("https", "pouch")
    assert SOUTH in world.deliver(NORTH)
    assert relays.seen == []
    world.settle()
    world.close()


@pytest.mark.parametrize("carrier", ["https", "pouch", "relay"])
def test_what_came_says_what_brought_it(carrier: str) -> None:
    world = play([("north", 0)], carrier)
    (row,) = [
        row
        for row in world.members[SOUTH].read(lambda transaction: list(transaction.received()))
        if row.kind == "disclosure"
    ]
    assert row.carrier == ("relay:relay.third.example" if carrier == "relay" else carrier)
    world.close()
