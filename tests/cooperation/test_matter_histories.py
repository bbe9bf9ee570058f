"""Random histories: any interleaving and any carrier leads both Parties to the same matters."""

import os
from collections import Counter
from collections.abc import Callable

import pytest

from comity.cooperation.kinds import KINDS
from comity.cooperation.ledger import entries_of
from comity.testing.matter_histories import History
from comity.testing.matters_between_nodes import play_between_nodes
from proofs import Proof, of_code

#: Histories of the engine in every run, or as many as `make share` says; in the long proof; and between real nodes.
FEW = int(os.environ.get("COMITY_MATTERS", "60"))
MANY = 20_000
#: Between real nodes: in parts, and anew where any of this code has changed; so many endings has each beginning.
PARTS, ENDINGS = 100, 20
CODE = ("src/comity/cooperation", "src/comity/federation", "src/comity/node", "src/comity/storage")


def test_both_parties_come_to_the_same_matter_whatever_the_carrier_does() -> None:
    for number in range(FEW):
        assert History(f"few-{number}").play() == [], f"History('few-{number}').play()"


@pytest.mark.parametrize("number", range(2))
def test_two_nodes_come_to_the_same_matters_on_a_bad_network_and_by_pouch(number: int) -> None:
    all_events = 0
    for ending, wrong, events in play_between_nodes(f"few-{number}", range(2)):
        assert wrong == [], f"play_between_nodes('few-{number}', [{ending}])"
        all_events += events
    assert all_events > 3


def test_endings_of_one_history_part() -> None:
    """What began alike goes on by chance of its own: no ending is another once more, and none leaves a trace in one."""
    stories = {events for _, _, events in play_between_nodes("parting", range(4), beginning=12, ending=12)}
    again = [events for _, _, events in play_between_nodes("parting", [2], beginning=12, ending=12)]
    assert len(stories) > 2 and set(again) <= stories


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
    events = costs = 0
    for number in range(MANY):
        history = History(f"many-{number}")
        assert history.play() == [], f"History('many-{number}').play()"
        matter = history.matter_of("north.example")
        events += len(matter.story) if matter is not None else 0
        costs += len(entries_of(matter)) if matter is not None else 0
    proved(
        "Matters",
        f"{MANY} histories, {events} events, {costs} costs; both Parties came to the same in every one",
    )


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_twenty_thousand_histories_between_real_nodes(part: int, proved: Proof) -> None:
    """In parts, so that it can be stopped and taken up again; in families that begin alike, so that it can be made."""
    name, code = "Matters between nodes", of_code(CODE)
    if proved.is_made(name, part, code):
        pytest.skip("this part was made of this very code already")
    beginnings = MANY // PARTS // ENDINGS
    counts: Counter[str] = Counter()
    for number in range(part * beginnings, (part + 1) * beginnings):
        counts["beginnings"] += 1
        for ending, wrong, events in play_between_nodes(f"many-{number}", range(ENDINGS)):
            assert wrong == [], f"play_between_nodes('many-{number}', [{ending}])"
            counts["histories on a bad network and by pouch"] += 1
            counts["events"] += events
    proved.part(name, part, PARTS, {**counts, "differences": 0}, code)
