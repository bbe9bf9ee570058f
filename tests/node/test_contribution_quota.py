"""A Party may have so many records at the host as the article says, counted on both sides (R7)."""

from hashlib import sha256

import msgspec
import pytest

from comity.federation.register_messages import RegisterEcho, RegisterFollowUp
from comity.node.contribute import read_record, withdraw_record
from comity.node.host_register import contribute
from comity.node.items import NewItem, add_item
from comity.node.node import Node
from comity.node.post import owe
from comity.ports import Transaction
from comity.testing.world import World

from .registers import EAST, NORTH, PURPOSE, SOUTH, agreement, check, hits, put, register_world

UNDER = "register-2026"


def world_with(count: int, least: str = "records_each = 2") -> World:
    world = register_world(agreement(NORTH, SOUTH, EAST, host=EAST, more=least))
    for number in range(count):
        put(world, NORTH, f"p{number}", f"Tavrin Merezhko {number}")
    put(world, SOUTH, "s1", "Jorvik Quillfeather")
    return world


def give(world: World, party: str) -> tuple[int, tuple[str, ...]]:
    done = world.members[party].act(contribute, UNDER, purpose=PURPOSE)
    world.settle()
    return done.sent, done.refused


def held(world: World) -> list[tuple[str, str]]:
    rows = world.members[EAST].read(lambda transaction: transaction.records())
    return sorted((row.owner, row.id) for row in rows)


def test_what_is_more_than_agreed_stays_at_home_and_is_named_with_the_article() -> None:
    world = world_with(3)
    sent, refused = give(world, NORTH)
    assert sent == 2
    assert refused == ("p2: a Party may have 2 records in the register, and has them (register-2026 art. 5)",)
    assert held(world) == [(NORTH, "p0"), (NORTH, "p1")]
    assert give(world, NORTH) == (0, refused)  # what is there already is no second contribution
    assert give(world, SOUTH) == (1, ())  # another Party's share is its own


def test_a_withdrawn_record_makes_room() -> None:
    world = world_with(3)
    give(world, NORTH)
    world.members[NORTH].act(withdraw_record, "p0")
    world.settle()
    assert give(world, NORTH) == (1, ())
    assert held(world) == [(NORTH, "p1"), (NORTH, "p2")]


def test_the_host_counts_too_and_takes_no_more_from_who_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    world = world_with(3)
    give(world, SOUTH)
    world.hostile.add(NORTH)
    with monkeypatch.context() as patch:  # a Party that does not count
        from comity.node import host_register

        patch.setattr(host_register, "_is_there", lambda *_: True)
        assert world.members[NORTH].act(contribute, UNDER, purpose=PURPOSE).sent == 3
    world.settle()
    assert held(world) == [(NORTH, "p0"), (NORTH, "p1"), (SOUTH, "s1")]
    kept_apart = world.members[EAST].read(lambda transaction: list(transaction.received(limit=100)))
    assert [row.reason for row in kept_apart if row.state == "quarantined"]
    (hit,) = hits(world, NORTH, check(world, NORTH, "Jorvik Quillfeather", under=UNDER))
    assert hit.owner == SOUTH


def test_a_host_does_not_learn_by_an_echo_whether_there_is_a_record() -> None:
    world = world_with(1)
    give(world, NORTH)
    put(world, NORTH, "never there", "Tavrin Merezhko", "silent")
    world.hostile.add(EAST)

    def tell(name: str, asker: str = SOUTH) -> tuple[str, str]:
        hit = sha256(f"{name} {asker}".encode()).hexdigest()[:32]
        echo = RegisterEcho(
            check="a" * 32,
            hit=hit,
            agreement=UNDER,
            register="joint",
            asker=asker,
            record=name,
            purpose=PURPOSE,
            reference="case 7",
            band="hit",
            score=1000,
            shown="reference",
        )
        follow = RegisterFollowUp(hit=hit, because="I guessed")
        kinds = [("register-echo", echo), *([("register-follow-up", follow)] if asker == EAST else [])]

        def work(node: Node, transaction: Transaction) -> None:
            for kind, message in kinds:
                owe(node, transaction, NORTH, message, at=node.now(transaction), kind=kind)

        world.members[EAST].act(work)
        world.deliver(EAST)
        row = world.members[NORTH].read(lambda transaction: transaction.received())[0]
        return row.state, row.reason

    for name in ("p0", "never there", "no such"):
        assert tell(name) == ("accepted", "")
    assert tell("p0", EAST) == ("accepted", "")  # the host has it, and may ask for more
    for name in ("never there", "no such"):
        assert tell(name, EAST) == ("quarantined", "register: no hit of this name waits for that")


@pytest.mark.parametrize("identity", ["", "x" * 256, "p\n1", "p\u202e1"])
def test_a_record_whose_name_no_answer_has_room_for_is_not_taken(identity: str) -> None:
    """It would keep every list of matches in which it stands from being read."""
    world = world_with(1)
    north = world.members[NORTH]
    row = north.read(lambda transaction: transaction.records())[0]
    record = read_record(row)
    named = msgspec.structs.replace(record, subject=msgspec.structs.replace(record.subject, id=identity))
    said = {"record": msgspec.to_builtins(named, enc_hook=str)}
    new = NewItem(
        content=msgspec.json.encode(said),
        category="register.joint",
        marking="TLP:AMBER",
        title="a record",
    )
    item, _ = north.act(add_item, new)
    world.hostile.add(NORTH)
    assert world.share(NORTH, item.digest, EAST, PURPOSE).decision.permitted
    world.deliver(NORTH)
    assert held(world) == []
    assert world.members[EAST].read(lambda transaction: transaction.received())[0].state == "quarantined"
