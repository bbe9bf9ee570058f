"""Random histories: any interleaving and any carrier leads both Parties to the same matters."""

import os
from collections import Counter
from collections.abc import Callable

import pytest

from comity.cooperation.kinds import KINDS
from comity.testing.matter_histories import History
from comity.testing.matters_between_nodes import play_between_nodes

#: Histories of the engine in every run, or as many as `make share` says; in the long proof; and between real nodes.
FEW = int(os.environ.get("COMITY_MATTERS", "60"))
MANY, BETWEEN_NODES = 20_000, 300


def test_both_parties_come_to_the_same_matter_whatever_the_carrier_does() -> None:
    for number in range(FEW):
        assert History(f"few-{number}").play() == [], f"History('few-{number}').play()"


@pytest.mark.parametrize("number", range(2))
def test_two_nodes_come_to_the_same_matters_on_a_bad_network_and_by_pouch(number: int) -> None:
    wrong, events = play_between_nodes(f"few-{number}")
    assert wrong == [] and events > 4


def test_the_histories_are_eventful() -> None:
    """What never happens proves nothing: every kind is drawn, events cross, and some are void."""
    kinds: Counter[str] = Counter()
    void = crossed = 0
    for number in range(60):
        history = History(f"eventful-{number}")
        history.play()
        matter = history.matter_of("north.example")
        if matter is None:
            continue
        kinds[matter.kind.name] += len(matter.story) > 3
        void += sum(not told.counts for told in matter.story)
        crossed += sum(not told.counts and told.event.digest in history.signed for told in matter.story)
    assert len(kinds) > len(KINDS) - 3 and void > 20 and crossed > 2


@pytest.mark.prove
def test_twenty_thousand_histories_lead_both_parties_to_the_same_matter(
    proved: Callable[[str, str], None],
) -> None:
    events = 0
    for number in range(MANY):
        history = History(f"many-{number}")
        assert history.play() == [], f"History('many-{number}').play()"
        matter = history.matter_of("north.example")
        events += len(matter.story) if matter is not None else 0
    proved("Matters", f"{MANY} histories, {events} events; both Parties came to the same matter in every one")


@pytest.mark.prove
def test_many_histories_between_real_nodes(proved: Callable[[str, str], None]) -> None:
    events = 0
    for number in range(BETWEEN_NODES):
        wrong, count = play_between_nodes(f"many-{number}", 60)
        assert wrong == [], f"play_between_nodes('many-{number}', 60)"
        events += count
    proved(
        "Matters between nodes",
        f"{BETWEEN_NODES} histories on a bad network and by pouch, {events} events; the same matters on both nodes",
    )
