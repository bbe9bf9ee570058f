"""The gate against the oracle, history by history; and forty and more faulty gates, each caught."""

import importlib
import inspect
import itertools
import os
from collections import Counter

import pytest

import proofs
from oracle import world
from oracle.mutants import MUTANTS, mutated

#: Histories a run plays; `COMITY_HISTORIES` or `make prove` set the long numbers.
FEW, MANY = int(os.environ.get("COMITY_HISTORIES", "500")), 100_000
#: What the proof is about: the engine, what it reads, and the oracle.
CODE = ("src/comity/agreements", "src/comity/handling", "src/comity/decisions", "tests/oracle")
#: Parts the long number is played in.
PARTS = 50
#: Seeds set apart for a part, more than it needs: some histories come out too small to count.
APART = 10_000
#: Histories within which a faulty engine must be caught.
CAUGHT_WITHIN = 2_000
SEED = int(os.environ.get("COMITY_HISTORY_SEED", "1"))


def play_all(count: int, first: int = 0):
    """Play on until so many histories count; give counts and differences.

    Three are of the swarm to one of the uniform generator.
    """
    history = importlib.import_module("oracle.history")
    known = importlib.import_module("comity.decisions.known")
    counts: Counter[str] = Counter()
    differences: list[str] = []
    deeds, sources = (), {}
    for seed in itertools.count(first):
        if counts["histories"] == count:
            break
        if seed % 1000 == 0 or not deeds:
            deeds = world.pool(SEED * 1000 + seed // 1000)
            sources = {deed.id: known.Source(deed.timeline) for deed in deeds}
        played = history.play(deeds, sources, SEED * 10_000_000 + seed, swarm=seed % 4 != 3)
        if not played.counts:
            counts["histories that do not count"] += 1
            continue
        counts["histories"] += 1
        for question, verdict, decision in played.tries:
            counts["tries"] += 1
            counts["carried over hops"] += verdict.carried
            onward = " onward" if any(question.custody.values()) else ""
            counts[f"{decision.outcome}{onward}"] += 1
            counts.update(f"rule {rule}" for rule in {ground.rule for ground in decision.grounds})
            found = history.differences(verdict, decision)
            if found:
                differences.append(f"history {seed}: {'; '.join(found)}: {question}")
    return counts, differences


def assert_distribution(counts):
    """A run proves something only if everything happens in it."""
    for what in ("permitted", "refused", "permitted onward", "refused onward", "needs-consent onward"):
        assert counts[what], f"no try came out as {what}: {counts}"
    assert all(counts[f"rule {rule}"] for rule in range(2, 11)), counts


def told(counts) -> str:
    return ", ".join(f"{what} {number}" for what, number in sorted(counts.items()))


def test_gate_and_oracle_agree_on_every_ground_of_every_try(capsys):
    counts, differences = play_all(FEW)
    with capsys.disabled():
        print(f"\noracle: {told(counts)}, differences {len(differences)}")
    assert not differences, differences[0]
    assert_distribution(counts)


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_gate_and_oracle_agree_over_the_long_number_of_histories(part, proved):
    """In parts, so that it can be stopped and taken up again."""
    name, code = "Gate and oracle", proofs.of_code(CODE)
    if proved.is_made(name, part, code):
        pytest.skip("this part was made of this very code already")
    counts, differences = play_all(MANY // PARTS, part * APART)
    assert not differences, differences[0]
    assert_distribution(counts)
    proved.part(name, part, PARTS, {**counts, "differences": 0}, code)


def caught_at(mutant, within: int) -> int | None:
    """Give the number of histories it took to catch a faulty engine, None where it was not."""
    with mutated(mutant):
        for first in range(0, within, 50):
            try:
                _, differences = play_all(50, first)
            except Exception:  # a faulty engine may also fall over; that is caught too
                return first + 50
            if differences:
                return first + 50
    return None


def test_there_are_at_least_forty_faulty_engines_with_different_faults():
    assert len({(mutant.module, mutant.says, mutant.instead) for mutant in MUTANTS}) == len(MUTANTS) >= 40


def test_every_faulty_engine_still_differs_from_the_one_in_use():
    for mutant in MUTANTS:
        source = inspect.getsource(importlib.import_module(mutant.module))
        assert source.count(mutant.says) == 1, mutant.name


@pytest.mark.parametrize("mutant", MUTANTS[::9], ids=lambda mutant: mutant.name)
def test_some_faulty_engines_are_caught(mutant):
    assert caught_at(mutant, CAUGHT_WITHIN)


@pytest.mark.prove
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_faulty_engine_is_caught_within_two_thousand_histories(mutant, proved):
    caught = caught_at(mutant, CAUGHT_WITHIN)
    proved(f"Faulty engine: {mutant.name}", f"caught within {caught} histories")
    assert caught
