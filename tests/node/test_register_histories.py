"""Random histories of contributing, correcting, merging, withdrawing and checking between two Parties.

The oracle is a dictionary that knows nothing of nodes: who is registered under which name, with which handling, joined
with whom. From it follows what a check may tell, and no more may be told: after every check the lines the asker got are
those the oracle expects, and nothing of the others is anywhere the asker can look.
"""

import random
from collections.abc import Callable

import msgspec
import pytest

from comity.node.contribute import withdraw_record
from comity.node.merge_records import merge, unmerge

from .registers import NORTH, SOUTH, agreement, check, hits, put, register_world

NAMES = ("Tavrin Merezhko", "Jorvik Quillfeather", "Marisol Quintanar Ebreo", "Pak Dong-seop")
STRICT = ("open", "reference", "ask", "silent")
SHOWN = {"open": "record", "reference": "reference", "ask": "owner"}
SHARE = 6


class Oracle:
    """What is registered, by id, and who is joined with whom."""

    def __init__(self) -> None:
        self.records: dict[str, tuple[str, str, bool]] = {}
        self.joined: dict[int, tuple[str, str]] = {}

    def strictest_with(self, key: str) -> str:
        """Give the strictest handling among all that the standing judgements reach."""
        reached, grew = {key}, True
        while grew:
            more = reached.union(*(pair for pair in map(set, self.joined.values()) if pair & reached))
            grew, reached = more != reached, more
        held = [self.records[each][1] for each in reached if each in self.records]
        return max(held, key=STRICT.index)

    def may_be_told(self, name: str) -> list[tuple[str, str]]:
        """Give what a check for a name may tell: how much, and which reference."""
        told = []
        for key, (held, _, shared) in self.records.items():
            handling = self.strictest_with(key)
            if held == name and shared and handling != "silent":
                told.append((SHOWN[handling], "" if handling == "ask" else key))
        return sorted(told)


def run_history(seed: int) -> int:
    """Run one history; give how many checks it made."""
    rng = random.Random(seed)
    world = register_world(agreement(capacity=1000), seed=f"history {seed}")
    north, oracle, checks = world.members[NORTH], Oracle(), 0
    judgements = 0
    for step in range(rng.randint(4, 9)):
        what = rng.choice(["put", "put", "withdraw", "merge", "unmerge", "check", "check"])
        held = sorted(oracle.records)
        if what == "put" or not held:
            key, name = f"r{step}", rng.choice(NAMES)
            handling, shared = rng.choice(STRICT), rng.random() < 0.85
            put(world, NORTH, key, name, handling, terms={"under": ("*",) if shared else ()})
            oracle.records[key] = (name, handling, shared)
        elif what == "withdraw":
            key = rng.choice(held)
            north.act(withdraw_record, key)
            del oracle.records[key]
        elif what == "merge" and len(held) > 1:
            pair = tuple(rng.sample(held, 2))
            judgements += 1
            assert north.act(merge, pair, office="identities", because="x").number == judgements
            oracle.joined[judgements] = (pair[0], pair[1])
        elif what == "unmerge" and oracle.joined:
            number = rng.choice(sorted(oracle.joined))
            judgements += 1
            north.act(unmerge, number, office="identities", because="x")
            del oracle.joined[number]
        checks += look(world, oracle, rng.choice(NAMES)) if what == "check" else 0
    return checks + look(world, oracle, rng.choice(NAMES))


def look(world: object, oracle: Oracle, name: str) -> int:
    asked = check(world, SOUTH, name, to=NORTH)  # type: ignore[arg-type]
    told = hits(world, SOUTH, asked)  # type: ignore[arg-type]
    assert sorted((hit.shown, hit.reference) for hit in told if hit.band == "hit") == oracle.may_be_told(name)
    for hit in told:
        if hit.shown != "record":
            assert not any(part in msgspec.json.encode(hit).decode() for part in name.split())
    return 1


def test_a_share_of_the_histories() -> None:
    assert sum(run_history(seed) for seed in range(SHARE)) >= SHARE


@pytest.mark.prove
def test_a_thousand_histories_between_two_parties(proved: Callable[[str, str], None]) -> None:
    checks = sum(run_history(seed) for seed in range(1000))
    proved("register between two Parties", f"1,000 histories, {checks:,} checks")
