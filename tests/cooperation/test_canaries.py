"""No matter of two shows at a third, or in what is counted and summed up: canary strings."""

from collections.abc import Callable

import pytest

from comity.node.matter_log import log_of
from comity.testing import matter_canaries
from comity.testing.matter_canaries import leaks

#: Steps in every run; pairs of worlds in the long proof.
FEW, MANY = 12, 300


def test_what_two_do_together_shows_nowhere_at_a_third() -> None:
    wrong, events = leaks("few-0", FEW)
    assert wrong == [] and events > 2


def test_a_leak_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A canary that cannot sing proves nothing: a figure that holds words, and one that counts all Parties."""
    figures = matter_canaries.figures_with

    def leaky(node: object, transaction: object, peer: str, *period: object) -> object:
        rows = transaction.matters("")  # type: ignore[attr-defined]
        logs = [log_of(transaction, row.id) for row in rows]  # type: ignore[arg-type]
        return figures(node, transaction, peer, *period), logs  # type: ignore[arg-type]

    monkeypatch.setattr(matter_canaries, "figures_with", leaky)
    shown, _ = matter_canaries.played("few-0", FEW, together=True)
    assert "canary in the words" in shown["north.example of east.example: figures"]


@pytest.mark.prove
def test_many_canaries_stay_silent(proved: Callable[[str, str], None]) -> None:
    events = 0
    for number in range(MANY):
        wrong, count = leaks(f"many-{number}")
        assert wrong == [], f"leaks('many-{number}')"
        events += count
    proved(
        "Matters at a third",
        f"{MANY} pairs of worlds, {events} events between two; nothing of them at a third",
    )
