"""Forty and more nodes with one thing wrong: the simulator's invariants catch each."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from testing.mutants import MUTANTS, Mutant

#: Histories within which a faulty node must be caught.
CAUGHT_WITHIN = 400
#: Every so-manieth faulty node is tried in a plain run; `make share` tries more, `make prove` all.
EVERY = int(os.environ.get("COMITY_EVERY_MUTANT", "54"))


def played(mutant: Mutant) -> tuple[bool, str]:
    """Play a faulty node in a process of its own; tell whether it was caught, and what was said."""
    file = Path(__file__).with_name("mutants.py")
    number = str(MUTANTS.index(mutant))
    done = subprocess.run(
        [sys.executable, str(file), number, str(CAUGHT_WITHIN)], capture_output=True, text=True, check=False
    )
    said = done.stdout.strip() or done.stderr.strip()
    return done.returncode == 0 and said.startswith("caught after"), said


def test_there_are_at_least_forty_faulty_nodes_with_different_faults() -> None:
    assert len({(mutant.module, mutant.says, mutant.instead) for mutant in MUTANTS}) == len(MUTANTS) >= 40
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


def test_every_faulty_node_still_differs_from_the_one_in_use() -> None:
    for mutant in MUTANTS:
        spec = importlib.util.find_spec(mutant.module)
        assert spec is not None and spec.origin is not None
        source = Path(spec.origin).read_text(encoding="utf-8")
        assert source.count(mutant.says) == 1, mutant.name
        compile(source.replace(mutant.says, mutant.instead), spec.origin, "exec")


@pytest.mark.parametrize("mutant", MUTANTS[::EVERY], ids=lambda mutant: mutant.name)
def test_some_faulty_nodes_are_caught(mutant: Mutant) -> None:
    caught, said = played(mutant)
    assert caught, said


@pytest.mark.prove
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_faulty_node_is_caught(mutant: Mutant, proved: Callable[[str, str], None]) -> None:
    caught, said = played(mutant)
    proved(f"Faulty node: {mutant.name}", said)
    assert caught, said
