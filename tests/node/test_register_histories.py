"""Random histories of a register between Parties come to what an oracle expects that knows nothing of nodes."""

import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import pytest

from proofs import Proof, of_code

from .register_histories import History

#: Histories in every run, or as many as `make share` says; and in the long proof: in parts, and anew where any of this
#: code has changed.
FEW = int(os.environ.get("COMITY_REGISTERS", "6"))
MANY, PARTS, AT_ONCE = 20_000, 50, 100
CODE = ("src/comity/register", "src/comity/federation", "src/comity/node", "src/comity/storage")


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
@pytest.mark.parametrize("part", range(PARTS))
def test_twenty_thousand_histories_between_parties(part: int, proved: Proof) -> None:
    """In parts, so that it can be stopped and taken up again."""
    name, code = "The register between Parties", of_code(CODE)
    if proved.is_made(name, part, code):
        pytest.skip("this part was made of this very code already")
    each = MANY // PARTS
    with ProcessPoolExecutor() as workers:
        firsts = range(part * each, (part + 1) * each, AT_ONCE)
        shares = [workers.submit(play, first, AT_ONCE, "many") for first in firsts]
        happened = sum((share.result() for share in shares), Counter())
    for deed in ("entered", "corrected", "withdrawn", "contributed", "merged", "parted", "refused"):
        assert happened[deed] > each // 50, deed
    proved.part(name, part, PARTS, {**happened, "histories": each, "differences": 0}, code)
