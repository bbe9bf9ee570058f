"""A check tells only what the owner allows (P8): the matrix, canaries, and two worlds that must look alike."""

import json
import random
from datetime import UTC, datetime

import msgspec
import pytest

from comity.errors import ComityError
from comity.node.flag_record import flag_record
from comity.node.follow_up import follow_up, refuse_follow_up, release
from comity.ports import OutboxRow, Transaction
from comity.testing.world import World

from .registers import NORTH, SOUTH, agreement, check, hits, parts, put, register_world
from .worlds import body, kinds, sent

CANARY = "Zebulon Wrexhamite"
OTHERS = ("Jorvik Quillfeather", "Marisol Quintanar Ebreo", "Pak Dong-seop")


@pytest.mark.parametrize(
    ("handling", "first", "reference", "named_first", "named_after"),
    [
        ("open", "record", "p1", True, True),
        ("reference", "reference", "p1", False, True),
        ("ask", "owner", "", False, True),
        ("silent", None, None, False, False),
    ],
)
def test_what_each_handling_tells_at_each_step(
    handling: str, first: str | None, reference: str | None, named_first: bool, named_after: bool
) -> None:
    world = register_world()
    put(world, NORTH, "p1", CANARY, handling)
    name = check(world, SOUTH, CANARY, to=NORTH)
    told = hits(world, SOUTH, name)
    assert [(hit.shown, hit.reference) for hit in told] == ([(first, reference)] if first else [])
    assert knows(world, SOUTH) is named_first
    for hit in told:
        world.members[SOUTH].act(follow_up, hit.id, because="facts")
        world.settle()
        world.members[NORTH].act(release, hit.id)
        world.settle()
    assert knows(world, SOUTH) is named_after
    own = check(world, NORTH, CANARY, to=SOUTH)
    assert hits(world, NORTH, own) == []


def knows(world: World, party: str) -> bool:
    """Tell whether a Party holds the canary anywhere but in what it asked itself."""

    items = world.members[party].read(lambda transaction: list(transaction.items(limit=1000)))
    told = b"".join(msgspec.json.encode(row) for row in hits(world, party))
    bodies = b"".join(body(world, party, row.digest) or b"" for row in items)
    return b"wrexhamite" in (told + bodies).lower()


def seen_by(world: World, party: str) -> list[object]:
    """Give everything a Party can see of its peer: kinds and order of messages, sizes, instants, states, matches."""
    rows = world.members[party].read(lambda transaction: list(transaction.received(limit=1000)))
    checks = world.members[party].read(lambda transaction: list(transaction.checks(ours=True)))
    told = [
        (hit.shown, hit.band, hit.score, hit.reference, hit.why, hit.state, hit.words)
        for hit in hits(world, party)
    ]
    peers = [(row.kind, len(row.envelope), row.next_at, row.owed_at) for row in sent_with_bytes(world, NORTH)]
    return [
        [(row.kind, row.state, row.sequence, row.reason) for row in rows],
        [(row.state, row.grounds, row.reason, row.more) for row in checks],
        told,
        peers,
        kinds(world, party),
    ]


def sent_with_bytes(world: World, party: str) -> list[OutboxRow]:
    def read(transaction: Transaction) -> list[OutboxRow]:
        rows = (transaction.outbox(row.message) for row in transaction.sent(1000))
        return [row for row in rows if row is not None]

    return world.members[party].read(read)


def act_at_random(world: World, seed: int) -> list[str]:
    """Let South ask, watch, follow up, flag and guess; give the errors it meets."""
    rng, errors = random.Random(seed), []
    south = world.members[SOUTH]
    for _ in range(4):
        what = rng.choice(["check", "check", "watch", "follow-up", "flag", "guess"])
        name = rng.choice([CANARY, CANARY, "Zebulon Wrexham", *OTHERS])
        try:
            if what == "check":
                check(world, SOUTH, name, to=NORTH)
            elif what == "watch":
                check(world, SOUTH, name, to=NORTH, until=datetime(2026, 9, 1, tzinfo=UTC))
            elif what == "guess":
                south.act(follow_up, rng.randbytes(16).hex(), because="a guess")
            else:
                told = hits(world, SOUTH)
                use = follow_up if what == "follow-up" else flag_record
                hit = rng.choice(told).id if told else "ab" * 16
                more = {"because": "facts"} if what == "follow-up" else {"words": "facts"}
                south.act(use, hit, *(["error"] if what == "flag" else []), **more)  # type: ignore[arg-type]
                world.settle()
        except ComityError as error:
            errors.append(error.message)
    return errors


@pytest.mark.parametrize("seed", range(4))
def test_a_world_with_a_silent_record_looks_like_one_without(seed: int) -> None:
    seen = []
    for silent in (False, True):
        world = register_world(seed=f"silent {seed}")
        for number, name in enumerate(OTHERS):
            put(world, NORTH, f"p{number}", name, ("open", "reference", "ask")[number])
        # the owner's own acts are the same in number: a record that is kept from everybody takes the other's place
        put(
            world,
            NORTH,
            "s1",
            CANARY,
            "silent" if silent else "open",
            terms={"under": ("*",) if silent else ()},
        )
        errors = act_at_random(world, seed)
        seen.append([without_names(each) for each in (errors, *seen_by(world, SOUTH))])
        assert not knows(world, SOUTH)
    assert seen[0] == seen[1]


def without_names(value: object) -> object:
    """Leave out what is random by itself."""
    import re

    return json.loads(re.sub(r"[0-9a-f]{12,64}", "…", json.dumps(value, default=str)))


@pytest.mark.parametrize("seed", range(2))
def test_no_sequence_tells_more_of_an_ask_record_than_that_its_owner_may_be_asked(seed: int) -> None:
    world = register_world(seed=f"ask {seed}")
    put(world, NORTH, "secret-reference", CANARY, "ask", notes=["wrexhamite details"])
    act_at_random(world, seed)
    for hit in hits(world, NORTH, ours=False):
        if hit.state == "asked":
            world.members[NORTH].act(refuse_follow_up, hit.id, because="not enough")
    world.settle()
    assert not knows(world, SOUTH)
    assert all(
        (hit.reference, hit.why, hit.item, hit.score % 100) == ("", (), "", 0) for hit in hits(world, SOUTH)
    )
    assert "secret-reference" not in repr(hits(world, SOUTH))


def test_an_answer_is_of_one_size_whether_it_tells_something_or_nothing() -> None:
    sizes = set()
    for handling in ("reference", "ask", "silent"):
        world = register_world(seed="sizes")
        put(world, NORTH, "p1", CANARY, handling)
        name = check(world, SOUTH, CANARY, to=NORTH)
        assert parts(world, SOUTH, name)[NORTH].state == "answered"
        sizes |= {len(row.envelope) for row in sent_with_bytes(world, NORTH) if row.kind == "register-answer"}
    assert len(sizes) == 1


def test_a_check_that_matches_everything_is_answered_with_a_bounded_page() -> None:
    world = register_world()
    for number in range(14):
        put(world, NORTH, f"p{number}", CANARY)
    name = check(world, SOUTH, CANARY, to=NORTH)
    assert len(hits(world, SOUTH, name)) == 10
    assert parts(world, SOUTH, name)[NORTH].more
    assert len([row for row in sent(world, NORTH) if row.kind == "register-answer"]) == 1


def test_the_capacity_counts_what_is_refused_by_nobody_else() -> None:
    world = register_world(agreement(capacity=1))
    put(world, NORTH, "p1", CANARY)
    check(world, SOUTH, CANARY, to=NORTH)
    south = world.members[SOUTH]

    def forget(_node: object, transaction: object) -> None:  # a Party that does not count honestly
        from comity.ports import BudgetRow

        transaction.put_budget(  # type: ignore[attr-defined]
            BudgetRow(agreement="register-2026", asker=SOUTH, holder=NORTH, day="2026-03-01", asked=0)
        )

    south.act(forget)
    name = check(world, SOUTH, CANARY, to=NORTH)
    part = parts(world, SOUTH, name)[NORTH]
    assert (part.state, part.grounds) == ("refused", ("register-2026 art. 5",))
    assert hits(world, SOUTH, name) == []
