"""Random histories of a register between Parties come to what an oracle expects that knows nothing of nodes."""

import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import pytest

from .register_histories import History

#: Histories in every run, or as many as `make share` says; and in the long proof.
FEW = int(os.environ.get("COMITY_REGISTERS", "6"))
MANY, AT_ONCE = 20_000, 100


def play(first: int, count: int, name: str) -> Counter[str]:
    happened: Counter[str] = Counter()
    for number in range(first, first + count):
        try:
            happened += History(f"{name}-{number}").play()
        except Exception as error:
            raise AssertionError(f"History('{name}-{number}').play(): {error}") from error
    return happened


def test_a_share_of_the_histories_between_parties() -> None:
    happened = play(0, FEW, "few")
    assert happened["checks"] >= FEW // 2


@pytest.mark.prove
def test_twenty_thousand_histories_between_parties(proved: Callable[[str, str], None]) -> None:
    with ProcessPoolExecutor() as workers:
        parts = [workers.submit(play, first, AT_ONCE, "many") for first in range(0, MANY, AT_ONCE)]
        happened = sum((part.result() for part in parts), Counter())
    for deed in ("entered", "corrected", "withdrawn", "contributed", "merged", "parted", "refused"):
        assert happened[deed] > MANY // 50, deed
    counts = ", ".join(f"{deed} {count:,}" for deed, count in sorted(happened.items()))
    proved("The register between Parties", f"{MANY:,} histories against a naive oracle; {counts}")
