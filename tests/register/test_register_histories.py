"""Random histories of contributing, correcting, withdrawing and checking, against an oracle that only remembers.

The oracle is a dictionary. It knows who is in the register and under which names; so it knows that a name asked for as
it is registered must be found with its bearers on top, and that nobody withdrawn, and no name corrected away, comes
back. After each history the index must answer as one made from scratch.
"""

import random

import pytest

from comity.register.checking import check
from comity.register.index import Entry, NameIndex

from .invented import PEOPLE, ask, crowd, index_of

EVERYBODY = [*PEOPLE, *crowd(60)]


def run_history(seed: int) -> None:
    rng = random.Random(seed)
    index, present = NameIndex(), {}
    for _ in range(rng.randint(5, 40)):
        entry = rng.choice(EVERYBODY)
        act = rng.choice(["contribute", "contribute", "correct", "withdraw", "check"])
        if act == "contribute" and entry.id not in present:
            index.add(entry)
            present[entry.id] = entry
        elif act == "correct" and entry.id in present:
            other = Entry(entry.id, entry.schema, (rng.choice(EVERYBODY).names[0],), entry.dates)
            index.withdraw(entry.id)
            index.add(other)
            present[entry.id] = other
        elif act == "withdraw":
            assert index.withdraw(entry.id) == (entry.id in present)
            present.pop(entry.id, None)
        elif act == "check":
            look(index, present, rng.choice(EVERYBODY))
    scratch = index_of(*present.values())
    assert (index.live_names, index.live_entities) == (scratch.live_names, scratch.live_entities)
    for entry in rng.sample(EVERYBODY, 3):
        question = ask(entry.names[0], entry.schema)
        assert check(index, question) == check(scratch, question)


def look(index: NameIndex, present: dict[str, Entry], asked: Entry) -> None:
    name = asked.names[0]
    found = [hit.id for hit in check(index, ask(name, asked.schema), limit=100)]
    assert set(found) <= present.keys()
    bearers = {
        identity
        for identity, entry in present.items()
        if name in entry.names and entry.schema == asked.schema
    }
    assert bearers <= set(found)
    assert set(found[: len(bearers)]) == bearers


def test_forty_histories() -> None:
    for seed in range(40):
        run_history(seed)


@pytest.mark.prove
def test_twenty_thousand_histories() -> None:
    for seed in range(20_000):
        run_history(seed)
